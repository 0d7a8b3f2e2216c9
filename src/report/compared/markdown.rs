//! Comparisons as Markdown.

use std::io;

use super::{cell_words, counted, gone_words, in_short, new_words, promise_word};
use crate::compare::{Difference, Finding, Matrix, Row, TargetDifference};
use crate::report::markup::{code, code_in_cell};
use crate::report::{safe, words};

/// The longest message or sentence on a line, in columns.
const LONGEST: usize = 300;
/// The longest text in bytes, but for heads: a comment on GitHub has at most 65,536 characters.
const LONGEST_POST: usize = 58_000;

/// Writes targets side by side.
///
/// # Errors
/// When `out` fails.
pub fn matrix(out: &mut dyn io::Write, matrix: &Matrix) -> io::Result<()> {
    writeln!(out, "## uptospec: {} side by side\n", words::count(matrix.subjects.len(), "target"))?;
    writeln!(
        out,
        "| target | verdict | requests | promises kept | broken | not checked | errors | warnings | notes |"
    )?;
    writeln!(out, "| --- | --- | --: | --: | --: | --: | --: | --: | --: |")?;
    for subject in &matrix.subjects {
        let numbers = [subject.requests].into_iter().chain(subject.promises).chain(subject.findings);
        let numbers: Vec<_> = numbers.map(|number| number.to_string()).collect();
        writeln!(out, "| {} | {} | {} |", code_in_cell(&subject.label), subject.verdict.word(), numbers.join(" | "))?;
    }
    match matrix.broken.is_empty() {
        true => writeln!(out, "\nNo rule is broken.")?,
        false => rows(out, matrix, &matrix.broken)?,
    }
    if !matrix.kept.is_empty() {
        writeln!(
            out,
            "\n<details>\n<summary>{} kept wherever judged</summary>",
            words::count(matrix.kept.len(), "rule")
        )?;
        rows(out, matrix, &matrix.kept)?;
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn rows(out: &mut dyn io::Write, matrix: &Matrix, rows: &[Row]) -> io::Result<()> {
    let heads: Vec<_> = matrix.subjects.iter().map(|subject| code_in_cell(&subject.label)).collect();
    writeln!(out, "\n| rule | {} |\n| --- |{}", heads.join(" | "), " --- |".repeat(heads.len()))?;
    for row in rows {
        let cells: Vec<_> = row.cells.iter().map(|cell| cell_words(*cell)).collect();
        writeln!(out, "| {} | {} |", code_in_cell(&row.rule), cells.join(" | "))?;
    }
    Ok(())
}

/// Writes what changed, so that it fits into a comment: what there is no room for is counted.
///
/// # Errors
/// When `out` fails.
pub fn difference(out: &mut dyn io::Write, difference: &Difference) -> io::Result<()> {
    let mut post = Post { text: format!("## uptospec: {}\n", in_short(difference)), left_out: 0 };
    for target in &difference.targets {
        of_target(&mut post, target);
    }
    let missing = [(&difference.only_before, "earlier"), (&difference.only_after, "later")];
    for (names, which) in missing {
        for name in names {
            post.item(&format!("\n{} is only in the {which} report.", code(name)));
        }
    }
    if post.left_out > 0 {
        post.text +=
            &format!("\n{} left out, for a comment has no room for more.\n", words::count(post.left_out, "line"));
    }
    out.write_all(post.text.as_bytes())
}

/// A text that must not be longer than a comment may be.
struct Post {
    text: String,
    left_out: usize,
}

impl Post {
    /// Adds a line that the rest does not need.
    fn item(&mut self, line: &str) {
        if self.text.len() + line.len() > LONGEST_POST {
            self.left_out += 1;
        } else {
            self.head(line);
        }
    }

    /// Adds a line in any case.
    fn head(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }
}

fn of_target(post: &mut Post, target: &TargetDifference) {
    let (before, after) = (target.before.verdict.word(), target.after.verdict.word());
    post.head(&format!("\n### {}: {before} → {after}\n\n{}\n", code(&target.name), counted(target)));
    if target.before.url != target.after.url {
        post.head(&format!("{} → {}\n", code(&target.before.url), code(&target.after.url)));
    }
    for finding in &target.new {
        post.item(&format!("- new: {}{}", line(finding), new_words(target, finding)));
    }
    for (finding, before) in &target.graver {
        post.item(&format!("- graver, it was a {}: {}", before.word(), line(finding)));
    }
    for (finding, why) in &target.gone {
        post.item(&format!("- gone, {}: {}", gone_words(*why), line(finding)));
    }
    for change in &target.promises {
        let [before, after] = [change.before, change.promise.verdict].map(promise_word);
        let sentence = change.promise.quote.as_ref().unwrap_or(&change.promise.document);
        post.item(&format!("- promise {before} → {after}: {}", code(&safe::clipped(sentence, LONGEST))));
    }
    if !target.unchanged.is_empty() {
        post.head(&format!("\n<details>\n<summary>{} unchanged</summary>\n", target.unchanged.len()));
        target.unchanged.iter().for_each(|finding| post.item(&format!("- {}", line(finding))));
        post.head("\n</details>");
    }
}

fn line(finding: &Finding) -> String {
    let state = finding.state.as_ref().map(|state| format!(" ({})", code(state))).unwrap_or_default();
    let message = safe::clipped(&finding.message, LONGEST);
    let severity = finding.severity.word();
    format!("{severity} {} {}{state}: {}", code(&finding.rule), code(&finding.operation), code(&message))
}
