//! `uptospec explain`: what a rule asks, why, where it comes from, and an answer that breaks it.

use std::io::{self, Write};

use indexmap::IndexMap;
use unicode_width::UnicodeWidthStr;

use super::{Exit, Look};
use crate::judge::{Rule, RuleSource};
use crate::report::layout::{Align, pad, wrap};
use crate::report::safe;
use crate::report::style::{Palette, paint};

/// Columns of a field's name and the space after it.
const LABEL: usize = 9;
/// Columns of the longest severity.
const SEVERITY: usize = 7;

/// Explains the rule of that id to `out`. A family's name lists its rules, no name lists all of them.
/// What names neither is told to `err`, with the nearest id there is.
///
/// # Errors
/// When `out` or `err` fails.
pub fn explain(
    rules: impl Iterator<Item = &'static Rule>,
    name: Option<&str>,
    look: Look,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let rules: Vec<_> = rules.collect();
    let Some(name) = name else { return list(&rules, look, out) };
    if let Some(rule) = rules.iter().find(|rule| rule.id == name) {
        return one(rule, look, out);
    }
    let of_family: Vec<_> = rules.iter().copied().filter(|rule| family(rule) == name).collect();
    if !of_family.is_empty() {
        return list(&of_family, look, out);
    }
    let error = paint(Palette::new(look.colour).error, "error");
    writeln!(err, "{error}: there is no rule `{}`{}", safe::text(name), hint(&rules, name))?;
    Ok(Exit::Usage)
}

fn family(rule: &Rule) -> &'static str {
    rule.id.split('/').next().unwrap_or(rule.id)
}

/// One rule, whole.
fn one(rule: &Rule, look: Look, out: &mut dyn Write) -> io::Result<Exit> {
    let palette = Palette::new(look.colour);
    let severity = paint(palette.severity(rule.severity), rule.severity.word());
    writeln!(out, "{severity} {}", paint(palette.strong, rule.id))?;
    let room = look.width.saturating_sub(LABEL + 2).max(20);
    let source = match rule.source {
        RuleSource::Contract => "the contract under test; each finding names the sentence",
        RuleSource::Standard(section) | RuleSource::Practice(section) => section,
    };
    for (label, text) in [("asks", rule.what), ("why", rule.why), ("source", source)] {
        field(out, &palette, label, wrap(text, room).iter().map(String::as_str))?;
    }
    let example: Vec<_> = rule.example.lines().map(safe::text).collect();
    field(out, &palette, "example", example.iter().map(AsRef::as_ref))?;
    Ok(Exit::Conformant)
}

fn field<'a>(
    out: &mut dyn Write,
    palette: &Palette,
    label: &str,
    lines: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let mut label = label;
    for line in lines {
        let name = format!("  {}", pad(label, LABEL, Align::Left));
        let name = if line.is_empty() { name.trim_end() } else { &name };
        writeln!(out, "{}{line}", paint(palette.dim, name))?;
        label = "";
    }
    Ok(())
}

/// The rules by family, a line each where it fits.
fn list(rules: &[&'static Rule], look: Look, out: &mut dyn Write) -> io::Result<Exit> {
    let palette = Palette::new(look.colour);
    let ids = rules.iter().map(|rule| rule.id.width()).max().unwrap_or(0);
    let room = look.width.saturating_sub(ids + SEVERITY + 4).max(20);
    let mut families: IndexMap<&str, Vec<&Rule>> = IndexMap::new();
    for rule in rules {
        families.entry(family(rule)).or_default().push(rule);
    }
    for (number, rules) in families.values().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        for rule in rules {
            let severity = paint(palette.severity(rule.severity), pad(rule.severity.word(), SEVERITY, Align::Left));
            let what = wrap(rule.what, room).join(&format!("\n{}", " ".repeat(ids + SEVERITY + 4)));
            writeln!(out, "{}  {severity}  {what}", pad(rule.id, ids, Align::Left))?;
        }
    }
    Ok(Exit::Conformant)
}

/// The nearest id, where one is near; a rule's name without its family is near, too.
fn hint(rules: &[&'static Rule], name: &str) -> String {
    let distance = |rule: &Rule| {
        let own_name = rule.id.split_once('/').map_or(rule.id, |(_, own_name)| own_name);
        strsim::damerau_levenshtein(rule.id, name).min(strsim::damerau_levenshtein(own_name, name))
    };
    match rules.iter().map(|rule| (distance(rule), rule.id)).min() {
        Some((distance, id)) if distance <= (name.len() / 3).max(2) => format!(": did you mean `{id}`?"),
        _ => ": `uptospec explain` lists all of them".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Severity;

    static RULES: [Rule; 3] = [
        Rule {
            id: "stream/terminal-missing",
            severity: Severity::Error,
            what: "A stream ends with the event that its document names as the last.",
            why: "A client that waits for the last event cannot tell a finished answer from a broken connection.",
            source: RuleSource::Contract,
            example: "data: {\"type\":\"start\"}\n\n(the connection closes)",
            judge: |_, _| {},
        },
        Rule {
            id: "stream/after-terminal",
            severity: Severity::Warning,
            what: "Nothing follows the last event.",
            why: "Clients have closed the connection by then.",
            source: RuleSource::Practice("what browsers' EventSource does"),
            example: "data: [DONE]\n\ndata: {}",
            judge: |_, _| {},
        },
        Rule {
            id: "http/date",
            severity: Severity::Note,
            what: "An origin server with a clock sends Date.",
            why: "Caches count an answer's age from it.",
            source: RuleSource::Standard("RFC 9110 6.6.1"),
            example: "HTTP/1.1 200 OK",
            judge: |_, _| {},
        },
    ];

    fn explained(name: Option<&str>) -> (Exit, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let look = Look { width: 80, ..Look::default() };
        let exit = explain(RULES.iter(), name, look, &mut out, &mut err).unwrap();
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn a_rule_is_explained_whole() {
        let (exit, out, _) = explained(Some("stream/terminal-missing"));
        assert_eq!(exit, Exit::Conformant);
        insta::assert_snapshot!(out, @r#"
        error stream/terminal-missing
          asks     A stream ends with the event that its document names as the last.
          why      A client that waits for the last event cannot tell a finished answer
                   from a broken connection.
          source   the contract under test; each finding names the sentence
          example  data: {"type":"start"}

                   (the connection closes)
        "#);
    }

    #[test]
    fn without_a_name_all_rules_are_listed_by_family() {
        insta::assert_snapshot!(explained(None).1, @r"
        stream/terminal-missing  error    A stream ends with the event that its document
                                          names as the last.
        stream/after-terminal    warning  Nothing follows the last event.

        http/date                note     An origin server with a clock sends Date.
        ");
    }

    #[test]
    fn a_family_lists_its_own_rules() {
        let (exit, out, _) = explained(Some("http"));
        assert_eq!((exit, out.lines().count()), (Exit::Conformant, 1));
    }

    #[test]
    fn an_unknown_rule_is_met_with_the_nearest() {
        let (exit, out, err) = explained(Some("stream/terminal-mising"));
        assert_eq!((exit, out.as_str()), (Exit::Usage, ""));
        assert_eq!(err, "error: there is no rule `stream/terminal-mising`: did you mean `stream/terminal-missing`?\n");
        assert!(explained(Some("after-terminal")).2.contains("`stream/after-terminal`"));
        let lost = explained(Some("\u{1b}[2Jnonsense")).2;
        assert_eq!(lost, "error: there is no rule `\\u{1b}[2Jnonsense`: `uptospec explain` lists all of them\n");
    }
}
