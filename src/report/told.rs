//! What is told of a finding, in the words that all reports share.

use super::{safe, words};
use crate::contract::{Source, Strength};
use crate::judge::Finding;
use crate::run::{FoundCase, FoundFinding, Known, Lapsed, Reproduced, ShownStream};
use crate::send::{Answer, End, FailureKind, Outcome};

/// The longest text of a field, in columns.
pub const LONGEST_TEXT: usize = 300;
/// The longest name of an operation or a state, in columns.
pub const LONGEST_NAME: usize = 120;
/// The longest `curl` line that is told, in characters; longer ones stand in the JSON report.
pub const LONGEST_CURL: usize = 4000;

/// One thing that is told of a finding. Its text is safe and cut where it is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is, in one word.
    pub name: &'static str,
    /// What there is to say.
    pub text: String,
}

/// What is told of a finding beneath its headline, except the sentence and the line that sends it again.
/// What is empty is left out.
pub fn fields(found: &FoundFinding) -> Vec<Field> {
    let finding = &found.finding;
    let mut told = vec![
        ("expected", finding.expected.clone()),
        ("actual", finding.actual.clone()),
        ("at", place(finding)),
        ("answer", outcome(&found.exchange.outcome)),
        ("case", case(&found.case)),
    ];
    told.extend(found.also.iter().map(|message| ("also", message.clone())));
    told.push(("seen", seen(found)));
    told.extend(found.known.as_ref().map(|known| ("known", known_words(known))));
    told.push(("more", format!("uptospec explain {}", finding.rule)));
    told.retain(|(_, text)| !text.is_empty());
    told.into_iter().map(|(name, text)| Field { name, text: safe::clipped(&text, LONGEST_TEXT) }).collect()
}

/// The finding's `curl` line, safe. Cut it would be another request: one that is very long gives way to a comment.
pub fn again(found: &FoundFinding) -> String {
    let length = found.case.curl.chars().count();
    match length <= LONGEST_CURL {
        true => safe::text(&found.case.curl).into_owned(),
        false => format!("# a line of {length} characters: it stands whole in the JSON report (--report json=FILE)"),
    }
}

/// What the finding says, safe and cut where it is long.
pub fn message(found: &FoundFinding) -> String {
    safe::clipped(&found.finding.message, LONGEST_TEXT)
}

/// The operation and, where the case needs one, the state. Safe, and cut where a document gave a name without measure.
pub fn subject(found: &FoundFinding) -> String {
    subject_of(&found.operation, found.state.as_deref())
}

fn subject_of(operation: &str, state: Option<&str>) -> String {
    let state = state.map(|state| format!(" ({})", safe::fitted(state, LONGEST_NAME))).unwrap_or_default();
    safe::fitted(operation, LONGEST_NAME) + &state
}

/// Why a finding is known, and how long it may be. Safe.
pub fn known_words(known: &Known) -> String {
    let until = known.expires.map(|date| format!("until {date}"));
    let flaky = known.flaky.then(|| "may or may not occur".to_owned());
    let more: Vec<_> = until.into_iter().chain(flaky).collect();
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join("; ")) };
    safe::clipped(&known.reason, LONGEST_TEXT) + &more
}

/// What an entry of the baseline that no longer holds was about: rule, operation and state. Safe.
pub fn lapsed_subject(lapsed: &Lapsed) -> String {
    format!("{} {}", lapsed.rule, subject_of(&lapsed.operation, lapsed.state.as_deref()))
}

/// What is wrong with an entry of the baseline, and where it stands. Safe.
pub fn lapsed_words(lapsed: &Lapsed) -> String {
    let place = format!("{}:{}", lapsed.place.file, lapsed.place.line);
    format!(
        "{} ({}; {})",
        lapsed.in_words(),
        safe::clipped(&place, LONGEST_TEXT),
        safe::clipped(&lapsed.reason, LONGEST_TEXT)
    )
}

/// The sentence that is broken and its document, or the document alone where nothing is quoted. Safe.
pub fn promised(source: &Source) -> String {
    let quote = source.quote.as_ref().map(|quote| format!("“{}” ", safe::clipped(quote, LONGEST_TEXT)));
    quote.unwrap_or_default() + &safe::clipped(&origin(source), LONGEST_TEXT)
}

/// How a stream ended and when, and what it speaks. Safe.
pub fn ended(stream: &ShownStream) -> String {
    let dialect = stream.dialect.as_ref().map(|dialect| format!("it speaks {dialect}; ")).unwrap_or_default();
    let end = format!("{dialect}it ended {} ({})", stream.end.in_words(), words::duration(stream.ended_at));
    safe::text(&end).into_owned()
}

/// The smallest case, and what is special about it.
pub fn case(case: &FoundCase) -> String {
    let about = case.about.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
    let smallest = if case.shrunk { "" } else { " (not shrunk to the end)" };
    format!("{}{about}{smallest}", case.id)
}

/// Where a sentence comes from, and how firmly it stands.
pub fn origin(source: &Source) -> String {
    let section = source.section.as_ref().map(|section| format!(", {section}")).unwrap_or_default();
    let strength = match source.strength {
        Strength::Documented => "documented",
        Strength::Inferred => "inferred",
        Strength::Standard => "standard",
    };
    format!("{}{section} ({strength})", source.document)
}

/// The place of a finding in its exchange; empty for the exchange as a whole.
pub fn place(finding: &Finding) -> String {
    let at = &finding.at;
    let parts = [
        at.header.as_ref().map(|name| format!("header {name}")),
        at.event.map(|number| format!("event {number}")),
        at.byte.map(|offset| format!("byte {offset}")),
        at.pointer
            .as_ref()
            .map(|pointer| if pointer.is_empty() { "the whole value".to_owned() } else { pointer.clone() }),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many cases show the finding, and whether it shows again.
pub fn seen(found: &FoundFinding) -> String {
    let again = match found.reproduced {
        Reproduced::Always => "shows every time",
        Reproduced::Sometimes => "shows some of the times",
        Reproduced::Never => "did not show again",
        Reproduced::NotTried => "not tried again",
    };
    format!("in {}, {again}", words::count(found.count, "case"))
}

/// What came of a request, on one line.
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => answered(answer),
        Outcome::Failed(failure) => {
            let why = failure_words(failure.kind);
            format!("none: {why}, after {} ({})", words::duration(failure.after), failure.message)
        }
    }
}

fn answered(answer: &Answer) -> String {
    let form = answer.header("content-type").map(|form| format!(" {form}")).unwrap_or_default();
    let pieces = match answer.pieces.len() {
        0 | 1 => String::new(),
        many => format!(" in {many} pieces"),
    };
    let size = words::count(answer.length, "byte");
    let time = words::duration(answer.ended_at);
    format!("{}{form}, {size}{pieces}, {time}{}", answer.status, end_words(answer.end))
}

/// How the body ended, where that is worth a word.
fn end_words(end: End) -> String {
    match end {
        End::Complete(_) => String::new(),
        End::MissingLastChunk => ", the connection ended without the last chunk".to_owned(),
        End::BadChunk => ", the size of a chunk cannot be read".to_owned(),
        End::ShortOfContentLength => ", shorter than Content-Length says".to_owned(),
        End::Reset => ", the connection was reset".to_owned(),
        End::Idle { silence } => format!(", given up after {} of silence", words::duration(silence)),
        End::StoppedBySize => ", not read further: enough bytes".to_owned(),
        End::StoppedByTime => ", still running when reading was stopped".to_owned(),
        End::StoppedByEvents => ", not read further: enough events".to_owned(),
        End::HeldOpen { waited } => format!(", still open {} after the last event", words::duration(waited)),
    }
}

fn failure_words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Connect => "no connection",
        FailureKind::Tls => "the TLS handshake failed",
        FailureKind::ConnectTimeout => "no connection in the time allowed",
        FailureKind::HeadTimeout => "no response head in the time allowed",
        FailureKind::NotHttp => "what came is not HTTP",
        FailureKind::Closed => "the connection was closed before a response head",
        FailureKind::Unsendable => "the request cannot be written as HTTP",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_name_without_measure_is_cut() {
        let mut found = fixture::run().targets.remove(0).findings.remove(0);
        (found.operation, found.state) = ("o".repeat(5_000), Some("s".repeat(5_000)));
        assert_eq!(subject(&found), format!("{}… ({}…)", "o".repeat(119), "s".repeat(119)));
    }

    #[test]
    fn a_line_that_would_have_to_be_cut_is_pointed_at() {
        let mut found = fixture::run().targets.remove(0).findings.remove(0);
        found.case.curl = format!("curl '{}'", "a".repeat(LONGEST_CURL));
        let told = again(&found);
        assert_eq!(told, "# a line of 4007 characters: it stands whole in the JSON report (--report json=FILE)");
        found.case.curl.truncate(LONGEST_CURL);
        assert_eq!(again(&found), found.case.curl);
    }
}
