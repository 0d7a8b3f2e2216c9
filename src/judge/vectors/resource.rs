//! Lives of things that break the rules of their family, beside lives that are as they should be.

use std::collections::BTreeSet;

use http::Method;

use crate::contract::{Expression, Location, StatusPattern};
use crate::generate::{Basis, Binding, CaseKind, Expect, Given, Inferred, Origin, Stage};
use crate::judge::support::{Scene, in_words};
use crate::judge::{Sent, judge_stage};

const PET: &str = r#"{"id":7,"name":"Bello"}"#;

/// What was answered to the stages of a life: a status and a body each.
struct Life {
    rule: &'static str,
    what: &'static str,
    stages: &'static [(Stage, u16, &'static str)],
    /// What the rule says of the last stage.
    says: &'static str,
}

const CREATED: (Stage, u16, &str) = (Stage::Create, 201, PET);
const READ: (Stage, u16, &str) = (Stage::Read, 200, PET);
const DELETED: (Stage, u16, &str) = (Stage::Delete, 204, "");

const FOUND: &str = "resource/not-found-again";
const CHANGED: &str = "resource/changed";
const THERE: &str = "resource/still-there";

const LIVES: &[Life] = &[
    Life {
        rule: FOUND,
        what: "not there",
        stages: &[CREATED, (Stage::Read, 404, "")],
        says: "error: what createSession made is answered 404",
    },
    Life { rule: FOUND, what: "there", stages: &[CREATED, READ], says: "passed" },
    Life {
        rule: FOUND,
        what: "made later",
        stages: &[(Stage::Create, 202, PET), (Stage::Read, 404, "")],
        says: "not checked: its creation was accepted for later (202)",
    },
    Life {
        rule: FOUND,
        what: "not to be seen",
        stages: &[CREATED, (Stage::Read, 403, "")],
        says: "not checked: answered 403",
    },
    Life {
        rule: CHANGED,
        what: "another name",
        stages: &[CREATED, (Stage::Read, 200, r#"{"agentId":"b2"}"#)],
        says: "note: `agentId` is not what it was created with",
    },
    Life {
        rule: CHANGED,
        what: "tidied up",
        stages: &[CREATED, (Stage::Read, 200, r#"{"data":{"agentId":"A1 "}}"#)],
        says: "passed",
    },
    Life {
        rule: THERE,
        what: "there as before",
        stages: &[CREATED, READ, DELETED, (Stage::ReadDeleted, 200, PET)],
        says: "error: what was deleted is answered 200",
    },
    Life {
        rule: THERE,
        what: "gone",
        stages: &[CREATED, READ, DELETED, (Stage::ReadDeleted, 410, "")],
        says: "passed",
    },
    Life {
        rule: THERE,
        what: "marked",
        stages: &[CREATED, READ, DELETED, (Stage::ReadDeleted, 200, r#"{"id":7,"name":"Bello","deleted":true}"#)],
        says: "not checked: what is there now says that its state is another",
    },
    Life {
        rule: THERE,
        what: "deleted later",
        stages: &[CREATED, READ, (Stage::Delete, 202, ""), (Stage::ReadDeleted, 200, PET)],
        says: "not checked: its deletion was accepted for later (202)",
    },
    Life {
        rule: THERE,
        what: "never deleted",
        stages: &[CREATED, READ, (Stage::Delete, 409, ""), (Stage::ReadDeleted, 200, PET)],
        says: "not checked: it was not deleted: answered 409",
    },
];

fn scene((stage, status, body): (Stage, u16, &str)) -> Scene {
    let mut scene = Scene::new().answer(status, if body.is_empty() { "" } else { "application/json" }, body);
    scene.kind = CaseKind::Resource(stage);
    scene
}

/// What a rule says of the last stage of a life.
fn said(life: &Life, change: impl Fn(&mut Scene)) -> Vec<String> {
    let mut sent: Vec<_> = life.stages.iter().map(|stage| scene(*stage)).collect();
    sent.last_mut().into_iter().for_each(change);
    let sent: Vec<_> = sent.iter().map(|scene| (scene.case(), scene.exchange())).collect();
    let (last, before) = sent.split_last().unwrap();
    let before: Vec<_> = before.iter().map(|(case, exchange)| Sent { case, exchange }).collect();
    let checks = judge_stage(&last.0, &last.1, &before);
    checks.iter().filter(|check| check.rule == life.rule).map(|check| in_words(&check.verdict)).collect()
}

/// The rules that a life here breaks, or an answer below.
pub(super) fn rules() -> BTreeSet<&'static str> {
    let broken = LIVES.iter().filter(|life| ["error", "note"].iter().any(|word| life.says.starts_with(word)));
    broken.map(|life| life.rule).chain(["resource/unknown-served"]).collect()
}

#[test]
fn each_life_is_judged_as_it_should_be() {
    for life in LIVES {
        assert_eq!(said(life, |_| {}), [life.says], "{}, {}", life.rule, life.what);
    }
}

fn inferred(scene: &mut Scene) {
    let value = Given::At(Expression::ResponseBody("/id".to_owned()));
    let from = Inferred { operation: "createSession".to_owned(), values: vec![value], basis: Basis::Collection };
    let at = Location::Path("id".to_owned());
    scene.request.bindings = vec![Binding { at, from: Origin::Inferred(from) }];
}

#[test]
fn what_rests_on_an_id_that_was_inferred_is_a_warning() {
    for life in LIVES.iter().filter(|life| life.says.starts_with("error: ")) {
        assert_eq!(said(life, inferred), [life.says.replacen("error", "warning", 1)], "{}", life.what);
    }
}

#[test]
fn what_the_location_of_a_201_names_must_be_there() {
    let says = |status, location: &str| {
        let created = scene((Stage::Create, status, PET)).header("location", location);
        let mut read = scene((Stage::Read, 404, ""));
        inferred(&mut read);
        let [created, read] = [created, read].map(|scene| (scene.case(), scene.exchange()));
        let before = [Sent { case: &created.0, exchange: &created.1 }];
        in_words(&judge_stage(&read.0, &read.1, &before)[0].verdict)
    };
    let message = |severity: &str| format!("{severity}: what createSession made is answered 404");
    for location in ["/sessions/ses_1", "http://proxy.example/api/sessions/ses%5F1", "ses_1"] {
        assert_eq!(says(201, location), message("error"), "{location}");
    }
    assert_eq!(says(201, "/jobs/ses_1"), message("warning"));
    assert_eq!(says(200, "/sessions/ses_1"), message("warning"));
}

#[test]
fn an_id_that_was_never_given_is_refused() {
    let says = |method: Method, documented: Option<u16>, status: u16, body: &str| {
        let mut scene = scene((Stage::Unknown, status, body));
        scene.expect = Expect::Refusal;
        (scene.operation.method, scene.request.method) = (method.clone(), method);
        if let Some(status) = documented {
            scene.document(StatusPattern::Exact(status));
        }
        scene.says("resource/unknown-served").remove(0)
    };
    let message = |severity: &str| format!("{severity}: answered 200 to an id that was never given");
    assert_eq!(says(Method::GET, Some(404), 200, PET), message("error"));
    assert_eq!(says(Method::GET, None, 200, PET), message("warning"));
    assert_eq!(says(Method::PUT, None, 200, PET), message("note"));
    assert_eq!(says(Method::DELETE, Some(404), 200, PET), message("warning"));
    assert_eq!(says(Method::DELETE, None, 200, PET), message("note"));
    assert_eq!(says(Method::GET, None, 200, "[]"), "not checked: what was answered is empty");
    assert_eq!(says(Method::GET, None, 422, ""), "passed");
    assert_eq!(says(Method::PUT, None, 405, ""), "not checked: answered 405");
}
