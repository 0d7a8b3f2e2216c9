//! Whether all errors of an API have one shape: judged over the run, since no single answer shows it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::evidence::unreadable;
use super::super::kind::kind;
use super::super::rule::over_the_run;
use super::super::{At, Finding, Rule, RuleSource, RunCheck, Severity, Sink};
use crate::generate::{Case, CaseId};
use crate::send::{Answer, Exchange};

pub const SHAPE: Rule = Rule {
    id: "error/shape",
    severity: Severity::Note,
    what: "All errors of an API have one shape, but for those whose shape the document gives.",
    why: "A client reads errors in one place; whatever comes in another shape is shown as an unknown error.",
    source: RuleSource::Practice("gateways, frameworks and handlers each write errors of their own"),
    example: "{\"error\": \"not found\"} to one request, {\"errors\": [{\"code\": \"INVALID\"}]} to another",
    judge: over_the_run,
};

/// The shapes of a run's errors, each with the first of the cases that were answered so. Those of several shards can
/// be joined.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shapes {
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    shape: Shape,
    case: CaseId,
    operation: String,
    answers: usize,
}

/// What a client must know to read an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    /// A JSON object: the kinds of its members, by name.
    Object(Vec<(String, Cow<'static, str>)>),
    /// Another JSON value of that kind.
    Json(Cow<'static, str>),
    /// A page.
    Html,
    /// Text of any other kind.
    Text,
}

impl Shapes {
    /// Remembers the shape of one refusal. Says whether the answer shows a shape that may have to be told
    /// of: of several cases with one shape it is the first by name, whatever the order of arrival.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) -> bool {
        let refusal = exchange.answer().filter(|answer| answer.status / 100 == 4);
        let Some(answer) = refusal.filter(|answer| !is_documented(case, answer)) else { return false };
        let Some(shape) = Shape::of(answer) else { return false };
        self.take(Seen { shape, case: case.id.clone(), operation: case.operation.id.clone(), answers: 1 })
    }

    /// Takes in what another shard saw.
    pub fn join(&mut self, other: Shapes) {
        for seen in other.seen {
            self.take(seen);
        }
    }

    /// Says whether its case now stands for the shape.
    fn take(&mut self, new: Seen) -> bool {
        let Some(seen) = self.seen.iter_mut().find(|seen| seen.shape == new.shape) else {
            self.seen.push(new);
            return true;
        };
        let (answers, stands) = (seen.answers + new.answers, new.case <= seen.case);
        if stands {
            *seen = new;
        }
        seen.answers = answers;
        stands
    }

    /// Each shape that may clash with one that another shard saw.
    pub fn suspicions(&self) -> impl Iterator<Item = (CaseId, Finding)> {
        self.seen.iter().map(|seen| (seen.case.clone(), Finding::of(&SHAPE)))
    }

    /// Every text that came from an answer.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.seen.iter_mut().flat_map(|seen| seen.shape.names_mut())
    }

    /// What the run came to: one check for the API.
    pub fn checks(&self) -> Option<RunCheck> {
        let mut shapes: Vec<&Seen> = self.seen.iter().collect();
        shapes.sort_by(|one, other| one.case.cmp(&other.case));
        let first = *shapes.first()?;
        let clash = shapes.iter().enumerate().find_map(|(index, seen)| {
            let before = shapes.iter().take(index).find(|before| seen.shape.clashes(&before.shape))?;
            Some((*seen, *before))
        });
        let mut sink = Sink::new(&SHAPE);
        if let Some((seen, before)) = clash {
            let mut finding = sink.finding("errors of this API come in different shapes");
            finding.at = At::default();
            finding.expected = format!("{}, as {} was answered", before.shape.described(), before.case);
            finding.actual = seen.shape.described();
            sink.fail(finding);
        } else if self.seen.iter().map(|seen| seen.answers).sum::<usize>() < 2 {
            sink.not_checked("only one error has a body");
        } else {
            sink.pass([]);
        }
        let seen = clash.map_or(first, |(seen, _)| seen);
        let case = clash.map(|(seen, _)| seen.case.clone());
        Some(RunCheck { operation: seen.operation.clone(), case, check: sink.into_checks().pop()? })
    }
}

impl Shape {
    /// The shape of a body; `None` where there is none, or it cannot be read.
    fn of(answer: &Answer) -> Option<Self> {
        if answer.body.is_empty() || unreadable(answer).is_some() {
            return None;
        }
        let essence = answer.essence().unwrap_or_default();
        match serde_json::from_slice(&answer.body) {
            Ok(Value::Object(members)) => {
                let told = members.iter().filter(|(_, value)| !value.is_null());
                let mut kinds: Vec<_> = told.map(|(name, value)| (name.clone(), kind(value).into())).collect();
                kinds.sort_unstable();
                Some(Shape::Object(kinds))
            }
            // A text that happens to be JSON, such as `"no"` or 404, is a text all the same.
            Ok(value) if essence.ends_with("json") => Some(Shape::Json(kind(&value).into())),
            _ if essence == "text/html" => Some(Shape::Html),
            _ => Some(Shape::Text),
        }
    }

    fn names_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let members = match self {
            Shape::Object(members) => members.as_mut_slice(),
            Shape::Json(_) | Shape::Html | Shape::Text => &mut [],
        };
        members.iter_mut().map(|(name, _)| name)
    }

    /// Whether a client that reads one cannot read the other. A member may be left out; one that is there
    /// must be of the same kind, and something must be the same.
    fn clashes(&self, other: &Shape) -> bool {
        let (Shape::Object(one), Shape::Object(other)) = (self, other) else { return self != other };
        let shared: Vec<_> = one
            .iter()
            .filter_map(|(name, kind)| {
                let (_, other) = other.iter().find(|(known, _)| known == name)?;
                Some(kind == other)
            })
            .collect();
        shared.is_empty() || shared.contains(&false)
    }

    fn described(&self) -> String {
        match self {
            Shape::Object(members) => {
                let one = |(name, kind): &(String, Cow<'static, str>)| format!("`{name}` {kind}");
                format!("a JSON object with {}", members.iter().map(one).collect::<Vec<_>>().join(", "))
            }
            Shape::Json(kind) => format!("JSON that is {kind}"),
            Shape::Html => "a page of HTML".to_owned(),
            Shape::Text => "plain text".to_owned(),
        }
    }
}

/// Whether the document itself gives the shape of this status's body.
fn is_documented(case: &Case, answer: &Answer) -> bool {
    let essence = answer.essence().unwrap_or_default();
    let media = case.operation.response(answer.status).and_then(|response| response.media(&essence));
    media.is_some_and(|media| media.schema.is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::support::{Scene, in_words, response};
    use super::*;
    use crate::contract::{Schema, StatusPattern};

    fn says(answers: &[(u16, &str, &str)]) -> Vec<String> {
        let scenes = answers.iter().map(|(status, essence, body)| Scene::new().answer(*status, essence, body));
        said_of(&scenes.collect::<Vec<_>>())
    }

    fn said_of(scenes: &[Scene]) -> Vec<String> {
        let mut shapes = Shapes::default();
        for (index, scene) in scenes.iter().enumerate() {
            let case = Case { id: CaseId(format!("case/{index}")), ..scene.case() };
            shapes.note(&case, &scene.exchange());
        }
        shapes.checks().iter().map(|noted| in_words(&noted.check.verdict)).collect()
    }

    const CLASH: &str = "note: errors of this API come in different shapes";
    const JSON: &str = "application/json";

    #[test]
    fn members_may_be_left_out_and_what_is_there_is_of_one_kind() {
        let plain = (401, JSON, r#"{"message": "no key", "statusCode": 401}"#);
        assert_eq!(says(&[plain, (404, JSON, r#"{"message": "none", "error": "Not Found"}"#)]), ["passed"]);
        assert_eq!(says(&[plain, (400, JSON, r#"{"message": ["content is empty"]}"#)]), [CLASH]);
        assert_eq!(says(&[plain, (400, JSON, r#"{"errors": []}"#)]), [CLASH]);
        assert_eq!(says(&[plain, (400, JSON, r#"{"message": "no", "error": null}"#)]), ["passed"]);
    }

    #[test]
    fn text_and_json_are_of_two_shapes() {
        assert_eq!(says(&[(401, JSON, r#"{"error": "no"}"#), (404, "text/plain", "Not found")]), [CLASH]);
        assert_eq!(says(&[(401, "text/plain", "Unauthorized"), (404, "text/html", "<h1>Not found</h1>")]), [CLASH]);
        assert_eq!(says(&[(401, "text/plain", "Unauthorized"), (404, "text/plain", "404")]), ["passed"]);
    }

    #[test]
    fn successes_failures_and_empty_bodies_have_no_say() {
        assert!(says(&[(200, JSON, "{}"), (500, "text/html", "<h1>Oops</h1>"), (401, "", "")]).is_empty());
        assert_eq!(says(&[(401, JSON, r#"{"error": "no"}"#)]), ["not checked: only one error has a body"]);
    }

    #[test]
    fn a_shape_that_the_document_gives_is_its_own() {
        let other = Scene::new().answer(401, "text/plain", "Unauthorized");
        let mut documented = Scene::new().answer(400, JSON, r#"{"errors": []}"#);
        let mut refusal = response(StatusPattern::Exact(400), Some(JSON));
        refusal.media[0].schema = Some(Schema::standalone(json!({"type": "object"})).unwrap());
        documented.operation.responses.push(refusal);
        assert_eq!(said_of(&[other, documented]), ["not checked: only one error has a body"]);
    }

    #[test]
    fn the_order_of_arrival_never_shows() {
        let scenes = [Scene::new().answer(401, JSON, r#"{"a": 1}"#), Scene::new().answer(400, "text/plain", "no")];
        let cases = ["one", "two"].map(|id| CaseId(id.to_owned()));
        let told = |order: [usize; 2]| {
            let mut shapes = Shapes::default();
            for index in order {
                let case = Case { id: cases[index].clone(), ..scenes[index].case() };
                assert!(shapes.note(&case, &scenes[index].exchange()));
            }
            format!("{:?}", shapes.checks())
        };
        assert_eq!(told([0, 1]), told([1, 0]));
    }
}
