//! Whether answers keep callers apart: no answer may carry what only another caller sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::rule::over_the_run;
use super::unique::RunCheck;
use super::{At, Finding, Rule, RuleSource, Severity, Sink};
use crate::contract::{Contract, Operation};
use crate::generate::{Case, CaseId};
use crate::send::Exchange;

pub(super) const CROSS_TALK: Rule = Rule {
    id: "isolation/cross-talk",
    severity: Severity::Error,
    what: "The answer to a POST is its own: it does not carry, in place of what its request sent, what another request \
           to the same operation sent at the same time.",
    why: "What one person wrote is shown to another. What is stored for all to see is no such thing: an answer that \
          carries its own text beside others, and one about a thing that the document lets others read or change, \
          are not judged.",
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

/// The marks of a run: which request sent each, and in which answers they were read. Those of several shards can be
/// joined.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Marks {
    /// When the run began, since the beginning of 1970: so the times of shards can be compared.
    began: Duration,
    /// By operation.
    answers: IndexMap<String, Vec<Read>>,
}

/// A POST with a mark of its own, and the marks in its answer that it did not send.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Read {
    case: CaseId,
    mark: String,
    /// What the path names.
    path_values: Vec<String>,
    under_way: UnderWay,
    /// Whether its own mark is in the answer as well.
    shows_own: bool,
    /// Where each of the others stands in the body; nowhere, where a stream gives it in pieces.
    foreign: BTreeMap<String, Option<usize>>,
}

impl Read {
    /// Where the mark stands in the body.
    fn place(&self, mark: &str) -> At {
        At { byte: self.foreign.get(mark).copied().flatten(), ..At::default() }
    }

    /// The same as told since another time.
    fn told_from(mut self, began: Duration, origin: Duration) -> Self {
        let UnderWay { from, to } = self.under_way;
        let moved = |time: Duration| (began + time).saturating_sub(origin);
        self.under_way = UnderWay { from: moved(from), to: moved(to) };
        self
    }

    /// Whether another's words have no place in this answer: they were under way at once, and not about one thing
    /// that is `stored`.
    fn is_apart_from(&self, other: &Read, stored: bool) -> bool {
        let shared = stored && self.path_values == other.path_values;
        self.case != other.case && self.under_way.overlaps(other.under_way) && !shared
    }
}

/// From the first byte sent to the last received, since the run began.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
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
    /// None yet, in a run that begins at that time.
    pub fn since(began: SystemTime) -> Self {
        // A clock that is set before 1970 is no clock to compare with others.
        Marks { began: began.duration_since(UNIX_EPOCH).unwrap_or_default(), ..Marks::default() }
    }

    /// Remembers the mark of a request, and reads the marks in its answer.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let (Some(answer), Some(mark)) = (exchange.answer(), &case.mark) else { return };
        if case.request.method != http::Method::POST {
            return;
        }
        let own = case.request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
        let mut foreign = marks(&answer.body, Some);
        // A stream may give a word in pieces.
        let texts = || answer.followed.iter().flat_map(|followed| followed.texts.iter());
        texts().for_each(|text| {
            marks(text.as_bytes(), |_| None).into_iter().for_each(|(mark, at)| {
                foreign.entry(mark).or_insert(at);
            })
        });
        foreign.retain(|mark, _| !has(&own, mark));
        let read = Read {
            case: case.id.clone(),
            mark: mark.clone(),
            path_values: case.request.path_values.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            under_way: UnderWay { from: exchange.started, to: exchange.started + answer.ended_at },
            shows_own: has(&answer.body, mark) || texts().any(|text| text.contains(mark.as_str())),
            foreign,
        };
        self.answers.entry(case.operation.id.clone()).or_default().push(read);
    }

    /// Takes in what another shard read.
    pub fn join(&mut self, other: Marks) {
        for (operation, answers) in other.answers {
            let moved = answers.into_iter().map(|read| read.told_from(other.began, self.began));
            self.answers.entry(operation).or_default().extend(moved);
        }
    }

    /// Each answer with a mark that a request of another shard may have sent.
    pub fn suspicions(&self) -> impl Iterator<Item = (CaseId, Finding)> {
        self.answers.values().flatten().filter(|read| !read.shows_own).filter_map(|read| {
            let mark = read.foreign.keys().next()?;
            Some((read.case.clone(), Finding { at: read.place(mark), ..Finding::of(&CROSS_TALK) }))
        })
    }

    /// Every text that came from an answer.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.answers.values_mut().flatten().flat_map(|read| &mut read.path_values)
    }

    /// What the run came to: one check for every operation by POST, of which `stored` are those of
    /// [`stored_operations`]. An answer may repeat what was said before in its conversation, so that only requests
    /// under way at once can be mixed up for certain.
    pub fn checks(&self, stored: &BTreeSet<String>) -> Vec<RunCheck> {
        let check = |(operation, answers): (&String, &Vec<Read>)| {
            let mut answers: Vec<&Read> = answers.iter().collect();
            answers.sort_by(|one, other| one.case.cmp(&other.case));
            self::check(operation, &answers, stored.contains(operation))
        };
        self.answers.iter().map(check).collect()
    }
}

/// The operations whose requests are about something that others can read, change or delete.
pub fn stored_operations(contract: &Contract) -> BTreeSet<String> {
    let stored = contract.operations.iter().filter(|operation| is_stored(contract, operation));
    stored.map(|operation| operation.id.clone()).collect()
}

fn check(operation: &str, answers: &[&Read], stored: bool) -> RunCheck {
    let mut sink = Sink::new(&CROSS_TALK);
    let mixed = answers.iter().find_map(|read| Some((read, mixed_up_with(read, answers, stored)?)));
    if let Some((read, sender)) = mixed {
        let mut finding = sink.finding("the answer carries what another request sent at the same time");
        finding.at = read.place(&sender.mark);
        finding.expected = "nothing of another request".to_owned();
        finding.actual = format!("`{}`, which {} sent and {} did not", sender.mark, sender.case, read.case);
        sink.fail(finding);
    } else if has_concurrent_senders(answers, stored) {
        sink.pass([]);
    } else {
        sink.not_checked("no two requests with a word of their own, on things of their own, were under way at once");
    }
    let case = mixed.map(|(read, _)| read.case.clone());
    let check = sink.into_checks().remove(0);
    RunCheck { operation: operation.to_owned(), case, check }
}

fn mixed_up_with<'m>(read: &Read, answers: &[&'m Read], stored: bool) -> Option<&'m Read> {
    let mut others = answers.iter().copied().filter(|other| !read.shows_own && read.is_apart_from(other, stored));
    others.find(|other| read.foreign.contains_key(&other.mark))
}

fn has_concurrent_senders(answers: &[&Read], stored: bool) -> bool {
    answers.iter().enumerate().any(|(index, read)| {
        answers.get(index + 1..).unwrap_or_default().iter().any(|other| read.is_apart_from(other, stored))
    })
}

/// Whether the path of an operation names, or begins with, something that another operation reads, changes or
/// deletes: what several requests did to it is there for each of them to see.
fn is_stored(contract: &Contract, operation: &Operation) -> bool {
    let holds = |other: &Operation| {
        let rest = operation.path.strip_prefix(other.path.as_str());
        let encloses = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        other.method != http::Method::POST && other.path.contains('{') && encloses
    };
    contract.operations.iter().any(|other| holds(other))
}

fn has(bytes: &[u8], mark: &str) -> bool {
    memchr::memmem::find(bytes, mark.as_bytes()).is_some()
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
        marks.checks(&BTreeSet::new()).remove(0).check.verdict
    }

    /// The same where the document has a GET of what the path names.
    fn verdict_of_stored(marks: &Marks) -> Verdict {
        let mut contract = Scene::new().contract();
        let get = Operation { id: "get".to_owned(), method: http::Method::GET, ..(*contract.operations[0]).clone() };
        contract.operations.push(Arc::new(get));
        marks.checks(&stored_operations(&contract)).remove(0).check.verdict
    }

    #[test]
    fn an_answer_with_its_own_words_beside_others_may_list_what_is_stored() {
        let mut marks = Marks::default();
        said(&mut marks, "a", "u00000001", (0, 50), "u00000002, u00000001");
        said(&mut marks, "b", "u00000002", (10, 60), "u00000002");
        assert!(matches!(verdict(&marks), Verdict::Passed(_)));
    }

    #[test]
    fn two_requests_about_one_stored_thing_see_what_the_other_did() {
        let mut marks = Marks::default();
        said(&mut marks, "a", "u00000001", (0, 50), "u00000002");
        said(&mut marks, "b", "u00000002", (10, 60), "u00000002");
        assert!(matches!(verdict_of_stored(&marks), Verdict::NotChecked(_)));
        assert!(matches!(verdict(&marks), Verdict::Failed(_)));
    }

    #[test]
    fn only_a_post_has_an_answer_of_its_own() {
        let mut marks = Marks::default();
        let scene = Scene::new().answer(200, "application/json", "u00000002");
        let (mut case, exchange) = (scene.case(), scene.exchange());
        case.mark = Some("u00000001".to_owned());
        case.request.method = http::Method::PATCH;
        marks.note(&case, &exchange);
        assert!(marks.checks(&BTreeSet::new()).is_empty());
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
