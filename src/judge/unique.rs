//! Whether ids that the document calls unique are given out once in a run (`x-unique`).

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::annotation::annotations;
use super::excerpt::excerpt;
use super::rule::over_the_run;
use super::shape::named;
use super::{At, Check, Rule, RuleSource, Severity, Sink};
use crate::contract::{Contract, PromiseId};
use crate::generate::{Case, CaseId};
use crate::send::{Answer, Exchange};

const REPEATED: Rule = Rule {
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

/// A check that no single exchange could make.
#[derive(Debug, Clone)]
pub struct RunCheck {
    /// The operation it is about.
    pub operation: String,
    /// A case that shows it, where a rule was broken.
    pub case: Option<CaseId>,
    /// The other case, where it takes two to show it.
    pub beside: Option<CaseId>,
    /// The check.
    pub check: Check,
}

/// The unique ids of a run, remembered from answer to answer.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By operation and by the name of the place.
    places: IndexMap<(String, String), Place>,
}

/// A header or a member of one operation's answers whose values are unique.
#[derive(Debug)]
struct Place {
    at: At,
    promises: Vec<PromiseId>,
    /// Every value seen, and the case that it answered first.
    seen: HashMap<String, CaseId>,
    repeated: Option<Repeated>,
}

/// The first value that came twice.
#[derive(Debug)]
struct Repeated {
    value: String,
    first: CaseId,
    again: CaseId,
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
        for unique in in_headers(case, answer).into_iter().chain(in_body(case, answer)) {
            let key = (case.operation.id.clone(), unique.name);
            let place = self.places.entry(key).or_insert_with(|| Place {
                at: unique.at,
                promises: unique.promises,
                seen: HashMap::new(),
                repeated: None,
            });
            place.note(unique.value, &case.id);
        }
    }

    /// What the run came to: one check for every place that was seen.
    pub fn checks(&self, contract: &Contract) -> Vec<RunCheck> {
        self.places.iter().flat_map(|((operation, name), place)| place.checks(operation, name, contract)).collect()
    }
}

impl Place {
    fn note(&mut self, value: String, case: &CaseId) {
        match self.seen.get(&value) {
            Some(first) if self.repeated.is_none() => {
                self.repeated = Some(Repeated { value, first: first.clone(), again: case.clone() });
            }
            Some(_) => {}
            None => {
                self.seen.insert(value, case.clone());
            }
        }
    }

    fn checks(&self, operation: &str, name: &str, contract: &Contract) -> Vec<RunCheck> {
        let mut sink = Sink::new(&REPEATED);
        if let Some(Repeated { value, first, .. }) = &self.repeated {
            let mut finding = sink.finding(format!("{name} has the same value on two answers"));
            finding.at = self.at.clone();
            finding.expected = "a value of its own on every answer".to_owned();
            finding.actual = format!("{}, which {first} was given before", excerpt(value));
            sink.fail(finding.breaking(contract, self.promises.iter().copied()));
        } else if self.seen.len() < 2 {
            sink.not_checked(format!("only one answer has {name}"));
        } else {
            sink.pass(self.promises.iter().copied());
        }
        let case = self.repeated.as_ref().map(|repeated| repeated.again.clone());
        let beside = self.repeated.as_ref().map(|repeated| repeated.first.clone());
        let run_check = |check| {
            let (case, beside) = (case.clone(), beside.clone());
            RunCheck { operation: operation.to_owned(), case, beside, check }
        };
        sink.into_checks().into_iter().map(run_check).collect()
    }
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
        ledger.checks(&scenes[0].contract()).iter().map(|noted| in_words(&noted.check.verdict)).collect()
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
