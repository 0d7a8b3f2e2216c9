//! Reading a baseline.

use std::io;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::{Date, Datetime};

use super::{Baseline, BaselineFile, Entry, Known, Names, PLACEHOLDER};
use crate::contract::{Diagnostic, Level, Place};
use crate::judge;
use crate::target::{Reader, help_nearest};

const KEYS: &[&str] = &["target", "rule", "operation", "state", "reason", "expires", "flaky"];

/// What a baseline is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To excuse findings: every entry must have a reason.
    Excuse,
    /// To be written anew: reasons may still be missing.
    Rewrite,
}

impl Baseline {
    /// Reads a baseline as of a day.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or holds an entry that means nothing; each with its place and what
    /// would be right.
    pub fn load(file: &Path, purpose: Purpose, today: Date) -> Result<Self, Vec<Diagnostic>> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            let help = format!("`uptospec check --write-baseline {name}` writes one");
            vec![Diagnostic {
                level: Level::Error,
                message: format!("the baseline cannot be read: {error}"),
                // What is there already is not written over.
                help: (error.kind() == io::ErrorKind::NotFound).then_some(help),
                place: Place::file(name.as_str()),
            }]
        })?;
        Baseline::read(&name, &text, purpose, today)
    }

    /// Reads a baseline that is in memory.
    ///
    /// # Errors
    /// As [`load`](Self::load), the file itself excepted.
    pub fn read(name: &str, text: &str, purpose: Purpose, today: Date) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader::new(name, text);
        let mut entries: Vec<Entry> = Vec::new();
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            reader.wrong(error.span().unwrap_or(0..0), error.message().to_owned(), None);
        }
        if errors.is_empty() {
            reader.refuse_unknown(root.get_ref(), "a baseline", &["known"]);
            for item in tables(&mut reader, root.get_ref()) {
                let Some(entry) = read_entry(&mut reader, item, purpose) else { continue };
                if let Some(twin) = entries.iter().find(|known| known.is_twin(&entry)) {
                    let message = format!("this finding stands in line {} already", twin.place.line);
                    reader.wrong(item.span(), message, None);
                }
                entries.push(entry);
            }
        }
        let diagnostics = reader.into_diagnostics();
        let file = BaselineFile { name: name.to_owned(), text: text.to_owned(), today: today.to_string() };
        if diagnostics.is_empty() { Ok(Baseline { entries, today, file }) } else { Err(diagnostics) }
    }
}

impl Entry {
    fn is_twin(&self, other: &Entry) -> bool {
        let name = |entry: &Entry| (entry.target.clone(), entry.rule, entry.operation.clone(), entry.state.clone());
        name(self) == name(other)
    }
}

fn tables<'t, 'i>(reader: &mut Reader<'_>, root: &'t DeTable<'i>) -> Vec<&'t Spanned<DeValue<'i>>> {
    let Some(known) = root.get("known") else { return Vec::new() };
    let items = known.get_ref().as_array().map(|items| items.iter().collect::<Vec<_>>());
    match items.filter(|items| items.iter().all(|item| item.get_ref().is_table())) {
        Some(items) => items,
        None => {
            reader.wrong(known.span(), "`known` is no list of tables", "write [[known]]".to_owned());
            Vec::new()
        }
    }
}

fn read_entry(reader: &mut Reader<'_>, item: &Spanned<DeValue<'_>>, purpose: Purpose) -> Option<Entry> {
    let table = item.get_ref().as_table()?;
    reader.refuse_unknown(table, "an entry", KEYS);
    let [target, operation, state] = ["target", "operation", "state"].map(|key| read_name(reader, table, key));
    let rule = read_rule(reader, table);
    let reason = read_reason(reader, table, purpose);
    let expires = read_date(reader, table);
    let flaky = read_flag(reader, table, "flaky");
    for key in ["rule", "operation", "reason"] {
        if !table.contains_key(key) {
            reader.wrong(item.span(), format!("this entry has no `{key}`"), format!("add {key} = \"…\""));
        }
    }
    let place = reader.place(item.span());
    let known = Known { reason: reason?, expires, flaky };
    let (operation, at) = operation?;
    let (target, of_target) = target.unzip();
    let (state, of_state) = state.unzip();
    let names = Names { target: of_target, operation: at, state: of_state };
    Some(Entry { target, rule: rule?, operation, state, known, place, names })
}

/// A name, and where it stands.
fn read_name(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<(String, Place)> {
    let text = reader.text(table, key)?;
    Some(((*text.get_ref()).to_owned(), reader.place(text.span())))
}

fn read_rule(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<&'static str> {
    let text = reader.text(table, "rule")?;
    let rule = judge::rule(text.get_ref());
    if rule.is_none() {
        let known: Vec<_> = judge::rules().map(|rule| rule.id).collect();
        reader.wrong(
            text.span(),
            format!("there is no rule `{}`", text.get_ref()),
            help_nearest(text.get_ref(), &known),
        );
    }
    rule.map(|rule| rule.id)
}

fn read_reason(reader: &mut Reader<'_>, table: &DeTable<'_>, purpose: Purpose) -> Option<String> {
    let text = reader.text(table, "reason")?;
    let reason = text.get_ref().trim();
    let is_given = !reason.is_empty() && reason != PLACEHOLDER;
    if !is_given && purpose == Purpose::Excuse {
        let help = "say why the finding is known, and what is done about it".to_owned();
        reader.wrong(text.span(), "nobody has given a reason yet", help);
    }
    Some(reason.to_owned())
}

/// A date of TOML, or one in quotes.
fn read_date(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Date> {
    let value = table.get("expires")?;
    let written = match value.get_ref() {
        DeValue::Datetime(date) => Some(*date),
        DeValue::String(text) => text.parse::<Datetime>().ok(),
        _ => None,
    };
    let date = written.filter(|written| written.time.is_none() && written.offset.is_none());
    let date = date.and_then(|date| date.date);
    if date.is_none() {
        reader.wrong(
            value.span(),
            "this is no date",
            "write the last day on which it holds, such as 2027-01-31".to_owned(),
        );
    }
    date
}

fn read_flag(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> bool {
    let Some(value) = table.get(key) else { return false };
    let flag = value.get_ref().as_bool();
    if flag.is_none() {
        reader.wrong(value.span(), format!("`{key}` is true or false"), None);
    }
    flag.unwrap_or_default()
}
