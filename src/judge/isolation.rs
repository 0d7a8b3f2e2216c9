//! Whether answers keep callers apart: no answer may carry what only another caller sent.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use indexmap::IndexMap;

use super::rule::over_the_run;
use super::unique::RunCheck;
use super::{At, Rule, RuleSource, Severity, Sink};
use crate::generate::{Case, CaseId};
use crate::send::Exchange;

const CROSS_TALK: Rule = Rule {
    id: "isolation/cross-talk",
    severity: Severity::Error,
    what: "An answer carries nothing of another caller's request.",
    why: "What one person wrote is shown to another.",
    source: RuleSource::Practice("answers under way at once share buffers or sessions where a server mixes them up"),
    example: "data: {\"delta\": \"You asked: hours u7f3a9c01\"}, where u7f3a9c01 stood in another request alone",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[CROSS_TALK];

/// A mark is `u` and this many hexadecimal digits.
const DIGITS: usize = 8;
/// Most marks that are read from one answer: an honest one has its own.
const MOST: usize = 16;

/// The marks of a run: which request sent each, and in which answers they were read.
#[derive(Debug, Default)]
pub struct Marks {
    /// By mark.
    senders: HashMap<String, Sender>,
    /// By operation.
    answers: IndexMap<String, Vec<Read>>,
}

#[derive(Debug)]
struct Sender {
    case: CaseId,
    under_way: UnderWay,
}

/// An answer, and the marks in it that its own request did not send.
#[derive(Debug)]
struct Read {
    case: CaseId,
    under_way: UnderWay,
    foreign: BTreeMap<String, Option<usize>>,
}

impl Read {
    /// Where the mark stands in the body; nowhere, where the stream gives it in pieces.
    fn place(&self, mark: &str) -> At {
        At { byte: self.foreign.get(mark).copied().flatten(), ..At::default() }
    }
}

/// From the first byte sent to the last received, since the start of the run.
#[derive(Debug, Clone, Copy)]
struct UnderWay {
    from: Duration,
    to: Duration,
}

impl UnderWay {
    fn overlaps(self, other: UnderWay) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl Marks {
    /// Remembers the mark of a request, and reads the marks in its answer.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let Some(answer) = exchange.answer() else { return };
        let under_way = UnderWay { from: exchange.started, to: exchange.started + answer.ended_at };
        if let Some(mark) = &case.mark {
            self.senders.insert(mark.clone(), Sender { case: case.id.clone(), under_way });
        }
        let own = case.request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
        let mut foreign = marks(&answer.body, Some);
        // A stream may give a word in pieces.
        let texts = answer.followed.iter().flat_map(|followed| followed.texts.iter());
        texts.for_each(|text| {
            marks(text.as_bytes(), |_| None).into_iter().for_each(|(mark, at)| {
                foreign.entry(mark).or_insert(at);
            })
        });
        foreign.retain(|mark, _| memchr::memmem::find(&own, mark.as_bytes()).is_none());
        let read = Read { case: case.id.clone(), under_way, foreign };
        self.answers.entry(case.operation.id.clone()).or_default().push(read);
    }

    /// What the run came to: one check for every operation. An answer may repeat what was said before in
    /// its conversation, so that only requests under way at once can be mixed up for certain.
    pub fn checks(&self) -> Vec<RunCheck> {
        self.answers.iter().map(|(operation, answers)| self.check(operation, answers)).collect()
    }

    fn check(&self, operation: &str, answers: &[Read]) -> RunCheck {
        let mut sink = Sink::new(&CROSS_TALK);
        let mixed = answers.iter().find_map(|read| Some((read, self.mixed_up_with(read)?)));
        if let Some((read, (mark, sender))) = mixed {
            let mut finding = sink.finding("the answer carries what another request sent at the same time");
            finding.at = read.place(mark);
            finding.expected = "nothing of another request".to_owned();
            finding.actual = format!("`{mark}`, which {} sent and {} did not", sender.case, read.case);
            sink.fail(finding);
        } else if self.has_concurrent_senders() {
            sink.pass([]);
        } else {
            sink.not_checked("no two requests with a word of their own were under way at once");
        }
        let case = mixed.map(|(read, _)| read.case.clone());
        let check = sink.into_checks().remove(0);
        RunCheck { operation: operation.to_owned(), case, check }
    }

    fn mixed_up_with<'m>(&'m self, read: &'m Read) -> Option<(&'m str, &'m Sender)> {
        read.foreign.keys().find_map(|mark| {
            let sender = self.senders.get(mark)?;
            (sender.case != read.case && sender.under_way.overlaps(read.under_way)).then_some((mark.as_str(), sender))
        })
    }

    fn has_concurrent_senders(&self) -> bool {
        let mut spans: Vec<UnderWay> = self.senders.values().map(|sender| sender.under_way).collect();
        spans.sort_by_key(|span| span.from);
        spans.windows(2).any(|pair| pair[0].overlaps(pair[1]))
    }
}

/// Everything in the bytes that looks like a mark, and where it first stands as `place` says of its offset.
fn marks(bytes: &[u8], place: fn(usize) -> Option<usize>) -> BTreeMap<String, Option<usize>> {
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let mut found = BTreeMap::new();
    for at in memchr::memchr_iter(b'u', bytes) {
        let Some(word) = bytes.get(at..=at + DIGITS) else { break };
        if word[1..].iter().all(is_hex) && found.len() < MOST {
            found.entry(String::from_utf8_lossy(word).into_owned()).or_insert(place(at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Verdict;
    use super::super::support::Scene;
    use super::*;
    use crate::follow::{Follower, Form};
    use crate::generate::{Body, Content};
    use crate::send::Answer;
    use crate::stream::Framing;

    /// A case with a mark, sent and answered at these milliseconds with that body.
    fn said(marks: &mut Marks, name: &str, mark: &str, span: (u64, u64), body: &str) {
        told(marks, name, mark, span, |answer| answer.body = body.as_bytes().to_vec().into());
    }

    fn told(marks: &mut Marks, name: &str, mark: &str, span: (u64, u64), change: impl FnOnce(&mut Answer)) {
        let scene = Scene::new().answer(200, "application/json", "");
        let (mut case, mut exchange) = (scene.case(), scene.exchange());
        case.id = CaseId(name.to_owned());
        case.mark = Some(mark.to_owned());
        let body = Body::Json(serde_json::json!({ "message": format!("hours {mark}") }));
        case.request.content = Some(Content { content_type: None, body });
        exchange.started = Duration::from_millis(span.0);
        if let crate::send::Outcome::Answered(answer) = &mut exchange.outcome {
            answer.ended_at = Duration::from_millis(span.1 - span.0);
            change(answer);
        }
        marks.note(&case, &exchange);
    }

    fn verdict(marks: &Marks) -> Verdict {
        marks.checks().remove(0).check.verdict
    }

    #[test]
    fn an_answer_with_the_mark_of_a_request_under_way_is_mixed_up() {
        let mut marks = Marks::default();
        said(&mut marks, "a", "u00000001", (0, 50), "hours u00000002");
        said(&mut marks, "b", "u00000002", (10, 60), "hours u00000002");
        assert!(matches!(verdict(&marks), Verdict::Failed(finding) if finding.at == At::byte(6)
                && finding.actual.contains("`u00000002`, which b sent")));
    }

    #[test]
    fn a_mark_that_a_stream_gives_in_pieces_is_put_together() {
        let form = Form { framing: Framing::Sse, promised: None, candidates: Vec::new() };
        let mut follower = Follower::new(&form, Duration::ZERO);
        for piece in ["hours u0000", "0002 now"] {
            follower.push(format!("data: {{\"delta\":\"{piece}\"}}\n\n").as_bytes(), Duration::ZERO);
        }
        let followed = Arc::new(follower.finish());
        let mut marks = Marks::default();
        told(&mut marks, "a", "u00000001", (0, 50), |answer| answer.followed = Some(followed));
        said(&mut marks, "b", "u00000002", (10, 60), "hours u00000002");
        assert!(matches!(verdict(&marks), Verdict::Failed(finding) if finding.at == At::default()));
    }

    #[test]
    fn a_conversation_may_repeat_what_was_said_before() {
        let mut marks = Marks::default();
        said(&mut marks, "a", "u00000001", (0, 50), "hours u00000001");
        said(&mut marks, "b", "u00000002", (40, 90), "hours u00000002");
        said(&mut marks, "c", "u00000003", (100, 150), "before you said u00000001");
        assert!(matches!(verdict(&marks), Verdict::Passed(_)));
    }

    #[test]
    fn requests_one_after_another_prove_nothing() {
        let mut marks = Marks::default();
        said(&mut marks, "a", "u00000001", (0, 50), "x");
        said(&mut marks, "b", "u00000002", (50, 90), "x");
        assert!(matches!(verdict(&marks), Verdict::NotChecked(_)));
    }

    #[test]
    fn only_a_whole_mark_is_one() {
        assert_eq!(marks(b"u0000000 u0000000g user u00000001, xu00000002", Some).len(), 2);
    }
}
