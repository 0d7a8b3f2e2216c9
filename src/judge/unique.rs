//! Whether ids that the document calls unique are given out once in a run (`x-unique`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use indexmap::IndexMap;
use ring::digest::SHA256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::annotation::annotations;
use super::excerpt::excerpt;
use super::rule::over_the_run;
use super::shape::named;
use super::{At, Check, Finding, Rule, RuleSource, Severity, Sink};
use crate::contract::{PromiseId, Source};
use crate::generate::{Case, CaseId};
use crate::send::{Answer, Exchange};

pub(super) const REPEATED: Rule = Rule {
    id: "unique/repeated",
    severity: Severity::Error,
    what: "No two answers of a run share an id that the document calls unique.",
    why: "Two messages under one id overwrite each other in every client that keeps them by id.",
    source: RuleSource::Contract,
    example: "X-Message-Id: msg_1 on two answers",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[REPEATED];

/// Bytes of a value's SHA-256 that are kept of it: no two values of a run share them by chance.
const DIGEST: usize = 16;

/// A check that no single exchange could make.
#[derive(Debug, Clone)]
pub struct RunCheck {
    /// The operation it is about.
    pub operation: String,
    /// A case that shows it, where a rule was broken.
    pub case: Option<CaseId>,
    /// The check.
    pub check: Check,
}

/// The unique ids of a run, remembered from answer to answer. Those of several shards can be joined.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger {
    /// By operation, and by the name of the place.
    operations: IndexMap<String, IndexMap<String, Place>>,
}

/// A header or a member of one operation's answers whose values are unique.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    at: At,
    promises: Vec<PromiseId>,
    /// Every value seen, by its digest.
    values: BTreeMap<String, Seen>,
}

/// The answers with one value: the first two of their cases by name, whatever the order of arrival.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    /// The value in short.
    value: String,
    first: CaseId,
    again: Option<CaseId>,
}

/// One unique value of an answer.
struct Unique {
    name: String,
    at: At,
    promises: Vec<PromiseId>,
    value: String,
}

impl Ledger {
    /// Remembers the unique values of one answer. Only successes have any.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let Some(answer) = exchange.answer().filter(|answer| answer.status / 100 == 2) else { return };
        for Unique { name, at, promises, value } in in_headers(case, answer).into_iter().chain(in_body(case, answer)) {
            let places = self.operations.entry(case.operation.id.clone()).or_default();
            let place = places.entry(name).or_insert_with(|| Place { at, promises, values: BTreeMap::new() });
            place.note(digest(&value), Seen { value: excerpt(&value), first: case.id.clone(), again: None });
        }
    }

    /// Takes in what another shard remembers.
    pub fn join(&mut self, other: Ledger) {
        for (operation, places) in other.operations {
            let known = self.operations.entry(operation).or_default();
            for (name, Place { at, promises, values }) in places {
                let place = known.entry(name).or_insert_with(|| Place { at, promises, values: BTreeMap::new() });
                values.into_iter().for_each(|(digest, seen)| place.note(digest, seen));
            }
        }
    }

    /// Each value that another shard may have seen, too, on the cases with it.
    pub fn suspicions(&self) -> impl Iterator<Item = (CaseId, Finding)> {
        self.operations.values().flat_map(IndexMap::values).flat_map(|place| {
            let cases = place.values.values().flat_map(|seen| [&seen.first].into_iter().chain(&seen.again));
            cases.map(|case| (case.clone(), Finding { at: place.at.clone(), ..Finding::of(&REPEATED) }))
        })
    }

    /// Every text that came from an answer.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let values = self.operations.values_mut().flat_map(IndexMap::values_mut);
        values.flat_map(|place| place.values.values_mut()).map(|seen| &mut seen.value)
    }

    /// What the run came to: one check for every place that was seen. `source` gives the sentence of a promise.
    pub fn checks<'s>(&self, source: impl Fn(PromiseId) -> Option<&'s Source>) -> Vec<RunCheck> {
        let places = self
            .operations
            .iter()
            .flat_map(|(operation, places)| places.iter().map(move |(name, place)| (operation, name, place)));
        places.flat_map(|(operation, name, place)| place.checks(operation, name, &source)).collect()
    }
}

impl Place {
    fn note(&mut self, digest: String, seen: Seen) {
        match self.values.entry(digest) {
            Entry::Vacant(place) => {
                place.insert(seen);
            }
            Entry::Occupied(mut place) => place.get_mut().join(seen),
        }
    }

    /// The value that came twice; of several the one whose second case is the first by name.
    fn repeated(&self) -> Option<(&Seen, &CaseId)> {
        let repeated = self.values.values().filter_map(|seen| Some((seen, seen.again.as_ref()?)));
        repeated.min_by_key(|(_, again)| *again)
    }

    fn checks<'s>(
        &self,
        operation: &str,
        name: &str,
        source: impl Fn(PromiseId) -> Option<&'s Source>,
    ) -> Vec<RunCheck> {
        let mut sink = Sink::new(&REPEATED);
        let repeated = self.repeated();
        if let Some((seen, _)) = repeated {
            let mut finding = sink.finding(format!("{name} has the same value on two answers"));
            finding.at = self.at.clone();
            finding.expected = "a value of its own on every answer".to_owned();
            finding.actual = format!("{}, which {} was given before", seen.value, seen.first);
            sink.fail(finding.breaking_what(source, self.promises.iter().copied()));
        } else if self.values.len() < 2 {
            sink.not_checked(format!("only one answer has {name}"));
        } else {
            sink.pass(self.promises.iter().copied());
        }
        let case = repeated.map(|(_, again)| again.clone());
        let run_check = |check| RunCheck { operation: operation.to_owned(), case: case.clone(), check };
        sink.into_checks().into_iter().map(run_check).collect()
    }
}

impl Seen {
    fn join(&mut self, other: Seen) {
        let all = [Some(self.first.clone()), self.again.take(), Some(other.first), other.again];
        let mut cases: Vec<CaseId> = all.into_iter().flatten().collect();
        cases.sort_unstable();
        let mut cases = cases.into_iter();
        self.first = cases.next().unwrap_or_else(|| self.first.clone());
        self.again = cases.next();
    }
}

pub(super) fn digest(value: &str) -> String {
    let digest = ring::digest::digest(&SHA256, value.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..DIGEST).unwrap_or_default())
}

fn in_headers(case: &Case, answer: &Answer) -> Vec<Unique> {
    let headers = case.operation.response(answer.status).map(|response| response.headers.as_slice());
    let unique = headers.unwrap_or_default().iter().filter(|header| header.unique).filter_map(|header| {
        Some(Unique {
            name: header.name.clone(),
            at: At::header(&header.name),
            promises: header.promises.clone(),
            value: answer.header(&header.name)?,
        })
    });
    unique.collect()
}

fn in_body(case: &Case, answer: &Answer) -> Vec<Unique> {
    let essence = answer.essence().unwrap_or_default();
    let media = case.operation.response(answer.status).and_then(|response| response.media(&essence));
    let schema = media.filter(|media| media.stream.is_none()).and_then(|media| media.schema.as_ref());
    let Some(schema) = schema else { return Vec::new() };
    let marked: Vec<_> = annotations(schema, "x-unique").into_iter().filter(|found| found.value == true).collect();
    // Most schemas mark nothing: their bodies need not be read again.
    let body = if marked.is_empty() { None } else { serde_json::from_slice::<Value>(&answer.body).ok() };
    let Some(body) = body else { return Vec::new() };
    let unique = marked.into_iter().filter_map(|found| {
        Some(Unique {
            name: named("the body", &found.pointer),
            value: body.pointer(&found.pointer).filter(|value| !value.is_null())?.to_string(),
            promises: found.promise.into_iter().collect(),
            at: At::pointer(found.pointer),
        })
    });
    unique.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::{Scene, in_words, response_header};
    use super::*;

    fn says(scenes: &[Scene]) -> Vec<String> {
        let mut ledger = Ledger::default();
        for scene in scenes {
            ledger.note(&scene.case(), &scene.exchange());
        }
        let contract = scenes[0].contract();
        ledger
            .checks(|promise| Some(&contract.promise(promise).source))
            .iter()
            .map(|noted| in_words(&noted.check.verdict))
            .collect()
    }

    fn message(id: &str) -> Scene {
        let schema = json!({"properties": {"id": {"x-unique": true}}});
        Scene::with_schema(schema).answer(200, "application/json", &json!({"id": id}).to_string())
    }

    fn header(id: &str) -> Scene {
        let mut scene = Scene::new().header("x-message-id", id);
        let mut header = response_header("X-Message-Id", json!({}));
        header.unique = true;
        scene.operation.responses[0].headers.push(header);
        scene
    }

    #[test]
    fn an_id_given_out_twice_is_a_finding() {
        assert_eq!(
            says(&[message("1"), message("2"), message("1")]),
            ["error: `id` has the same value on two answers"]
        );
        assert_eq!(says(&[header("1"), header("1")]), ["error: X-Message-Id has the same value on two answers"]);
    }

    #[test]
    fn different_ids_are_evidence() {
        assert_eq!(says(&[message("1"), message("2")]), ["passed"]);
    }

    #[test]
    fn one_answer_alone_shows_nothing() {
        assert_eq!(says(&[header("1")]), ["not checked: only one answer has X-Message-Id"]);
    }

    #[test]
    fn a_refusal_gives_no_ids_out() {
        let refused = || header("1").answer(404, "text/plain", "no").header("x-message-id", "1");
        assert!(says(&[refused(), refused()]).is_empty());
    }
}
