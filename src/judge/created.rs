//! Whether each thing that a request makes gets an id of its own, where the document says nothing of it: other
//! operations take what they work on by that id.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::excerpt::excerpt_of;
use super::expression::value_of;
use super::rule::over_the_run;
use super::unique::{RunCheck, digest};
use super::{Finding, Rule, RuleSource, Severity, Sink};
use crate::contract::StatusPattern;
use crate::generate::{Basis, Body, Case, CaseId, Expect, Given, InferredPart};
use crate::send::Exchange;

pub(super) const CREATED: Rule = Rule {
    id: "unique/created",
    severity: Severity::Warning,
    what: "Two things that are made of different values get two ids.",
    why: "What is made later takes the place of what was there, or is never found.",
    source: RuleSource::Practice("an id of the answer names the created thing (RFC 9110 section 15.3.2)"),
    example: "201 and {\"id\": 7} to {\"name\": \"Rex\"}, after 201 and {\"id\": 7} to {\"name\": \"Bello\"}",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[CREATED];

/// Longest beginning of a text that is compared: a name that two things share may be cut, or written otherwise.
const TELLING: usize = 8;
/// Most things of one id that are compared.
const MOST: usize = 32;

/// What a run made. That of several shards can be joined.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Creations {
    /// Where each operation that makes things answers their ids.
    #[serde(skip)]
    ids: BTreeMap<String, Given>,
    /// By operation, and by the digest of the id and what it stands under.
    made: BTreeMap<String, BTreeMap<String, Named>>,
    /// Digests of what deletions named: what is free may be given again.
    deleted: BTreeSet<String>,
}

/// What was made under one id.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    /// The id in short.
    id: String,
    made: BTreeMap<CaseId, Made>,
}

/// One thing, by digests.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    /// What it was made of, by pointer: the beginnings of texts, and numbers.
    of: BTreeMap<String, String>,
    /// Everything that a deletion may name and take the thing away with it: its id, and what it stands under.
    hangs_on: BTreeSet<String>,
}

impl Creations {
    /// Nothing yet, of operations that make what others take by its id.
    pub fn of(taken: &[InferredPart]) -> Self {
        let id = |part: &InferredPart| {
            let in_body = part.from.values.iter().find(|given| matches!(given, Given::At(_)));
            let id = in_body.or(part.from.values.first())?;
            names_the_thing(part.from.basis, id).then(|| (part.from.operation.clone(), id.clone()))
        };
        Creations { ids: taken.iter().filter_map(id).collect(), ..Creations::default() }
    }

    /// Remembers what a request made, or deleted.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let Some(answer) = exchange.answer().filter(|answer| answer.status / 100 == 2) else { return };
        if case.request.method == http::Method::DELETE {
            self.deleted.extend(case.request.path_values.iter().map(|(_, id)| digest(&id.reveal())));
        }
        let (Some(given), true) = (self.ids.get(&case.operation.id), makes(case, answer.status)) else { return };
        let id = match given {
            Given::At(expression) => value_of(expression, case, exchange),
            Given::Location(_) => answer.header("location").map(Value::from),
        };
        let Some(id) = id.filter(|id| id.is_string() || id.is_number()) else { return };
        let above: Vec<String> = case.request.path_values.iter().map(|(_, value)| value.reveal()).collect();
        let under = digest(&format!("{above:?} {id}"));
        let named = self.made.entry(case.operation.id.clone()).or_default();
        let named = named.entry(under).or_insert_with(|| Named { id: excerpt_of(&id), made: BTreeMap::new() });
        named.made.insert(case.id.clone(), Made::of(case, &id, &above));
    }

    /// Takes in what another shard remembers.
    pub fn join(&mut self, other: Creations) {
        self.deleted.extend(other.deleted);
        for (operation, ids) in other.made {
            let known = self.made.entry(operation).or_default();
            for (under, Named { id, made }) in ids {
                known.entry(under).or_insert_with(|| Named { id, made: BTreeMap::new() }).made.extend(made);
            }
        }
    }

    /// Each thing whose id another shard may have seen, too.
    pub fn suspicions(&self) -> impl Iterator<Item = (CaseId, Finding)> {
        let named = self.made.values().flat_map(BTreeMap::values);
        named.flat_map(|named| named.made.keys()).map(|case| (case.clone(), Finding::of(&CREATED)))
    }

    /// Every text that came from an answer.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.made.values_mut().flat_map(BTreeMap::values_mut).map(|named| &mut named.id)
    }

    /// What the run came to: one check for every operation that made two things.
    pub fn checks(&self) -> Vec<RunCheck> {
        self.made.iter().filter_map(|(operation, ids)| self.check(operation, ids)).collect()
    }

    fn check(&self, operation: &str, ids: &BTreeMap<String, Named>) -> Option<RunCheck> {
        let mut sink = Sink::new(&CREATED);
        let repeated = ids.values().filter_map(|named| Some((named, self.repeated(named)?)));
        let repeated = repeated.min_by_key(|(_, (_, again))| *again);
        if let Some((named, (first, _))) = repeated {
            let mut finding = sink.finding("two things that were made of different values have one id");
            finding.expected = "an id of its own for each".to_owned();
            finding.actual = format!("{}, which {first} was given before", named.id);
            sink.fail(finding);
        } else if ids.len() > 1 {
            sink.pass([]);
        }
        let case = repeated.map(|(_, (_, again))| again.clone());
        Some(RunCheck { operation: operation.to_owned(), case, check: sink.into_checks().pop()? })
    }

    /// The first two cases by name that made different things under one id.
    fn repeated<'n>(&self, named: &'n Named) -> Option<(&'n CaseId, &'n CaseId)> {
        let stays = |made: &Made| made.hangs_on.is_disjoint(&self.deleted);
        let all: Vec<_> = named.made.iter().filter(|(_, made)| stays(made)).take(MOST).collect();
        all.iter().enumerate().find_map(|(index, (again, later))| {
            let (first, _) = all.iter().take(index).find(|(_, made)| made.is_another(later))?;
            Some((*first, *again))
        })
    }
}

impl Made {
    fn of(case: &Case, id: &Value, above: &[String]) -> Self {
        let mut of = BTreeMap::new();
        let mut hangs_on: BTreeSet<String> = above.iter().map(|value| digest(value)).collect();
        // A Location ends in the id that a deletion names.
        let id = text(id);
        hangs_on.insert(digest(id.trim_end_matches('/').rsplit('/').next().unwrap_or(&id)));
        if let Some(Body::Json(value) | Body::Form(value) | Body::Coded { value, .. }) =
            case.request.content.as_ref().map(|content| &content.body)
        {
            gather(value, "", &mut of, &mut hangs_on);
        }
        Made { of, hangs_on }
    }

    /// Whether no member that both have is alike: then no name can be shared by which the target knew the one for the
    /// other.
    fn is_another(&self, other: &Made) -> bool {
        let mut both = self.of.iter().filter_map(|(at, value)| Some((value, other.of.get(at)?))).peekable();
        both.peek().is_some() && both.all(|(one, other)| one != other)
    }
}

/// The texts and numbers of a value. What `type` it is of is no name of it.
fn gather(value: &Value, at: &str, of: &mut BTreeMap<String, String>, hangs_on: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| *name != "type") {
                gather(member, &format!("{at}/{name}"), of, hangs_on);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| gather(item, &format!("{at}/{index}"), of, hangs_on));
        }
        Value::String(_) | Value::Number(_) => {
            hangs_on.insert(digest(&text(value)));
            let plain = text(value).to_lowercase();
            let beginning: String = plain.chars().filter(char::is_ascii_alphanumeric).take(TELLING).collect();
            of.insert(at.to_owned(), digest(&beginning));
        }
        Value::Bool(_) | Value::Null => {}
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether what is given is the id of what an operation makes, and not of something else that its answer names.
fn names_the_thing(basis: Basis, given: &Given) -> bool {
    let is_plain_id = || {
        let name = given.to_string().to_lowercase();
        ["/id", "/uuid", "/guid"].iter().any(|id| name.ends_with(id))
    };
    match basis {
        Basis::Collection => true,
        Basis::Name => is_plain_id(),
        Basis::Link | Basis::Chosen | Basis::List => false,
    }
}

/// Whether a valid request made something anew: a 200 beside a documented 201 says that it was there, and who sends a
/// key of idempotency may get what was made under it before.
fn makes(case: &Case, status: u16) -> bool {
    let is_valid = matches!(case.expect, Expect::Success { .. }) && case.request.method == http::Method::POST;
    let has_key = case.request.headers.iter().any(|(name, _)| name.to_lowercase().contains("idempoten"));
    let documents_creation =
        || case.operation.responses.iter().any(|response| response.status == StatusPattern::Exact(201));
    is_valid && !has_key && (status == 201 || status == 200 && !documents_creation())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::{Scene, in_words};
    use super::*;
    use crate::contract::{Expression, Location};
    use crate::generate::{Content, Inferred};
    use crate::target::Text;

    fn made(body: Value, id: &str) -> Scene {
        let mut scene = Scene::new().answer(201, "application/json", &json!({ "id": id }).to_string());
        scene.document(StatusPattern::Exact(201));
        scene.request.path_values.clear();
        scene.request.content = Some(Content { content_type: None, body: Body::Json(body) });
        scene
    }

    fn says(scenes: &[Scene]) -> Vec<String> {
        let id = Given::At(Expression::ResponseBody("/id".to_owned()));
        let from = Inferred { operation: "createSession".to_owned(), values: vec![id], basis: Basis::Collection };
        let part = InferredPart { operation: "getSession".to_owned(), at: Location::Path("id".to_owned()), from };
        let mut shards = [Creations::of(std::slice::from_ref(&part)), Creations::of(&[part])];
        for (index, scene) in scenes.iter().enumerate() {
            let case = Case { id: CaseId(format!("case/{index}")), ..scene.case() };
            shards[index % 2].note(&case, &scene.exchange());
        }
        let [mut one, other] = shards;
        one.join(other);
        one.checks().iter().map(|noted| in_words(&noted.check.verdict)).collect()
    }

    const ONE_ID: &str = "warning: two things that were made of different values have one id";

    fn bello() -> Scene {
        made(json!({"name": "Bello", "age": 3}), "7")
    }

    #[test]
    fn different_things_under_one_id_are_told() {
        assert_eq!(says(&[bello(), made(json!({"name": "Rex"}), "7")]), [ONE_ID]);
        assert_eq!(says(&[bello(), made(json!({"name": "Rex"}), "8")]), ["passed"]);
        assert!(says(&[bello()]).is_empty());
    }

    #[test]
    fn what_may_be_one_thing_for_the_target_may_have_one_id() {
        for same in [
            json!({"name": "Bello", "age": 4}),
            json!({"name": "Rex", "age": 3}),
            json!({"name": " bello!"}),
            json!({"owner": "Ann"}),
            json!([]),
        ] {
            assert!(says(&[bello(), made(same.clone(), "7")]).is_empty(), "{same}");
        }
        let long = |end: &str| made(json!({"name": format!("long text {end}")}), "7");
        assert!(says(&[long("one"), long("two")]).is_empty());
    }

    #[test]
    fn an_id_that_is_free_again_may_be_given_again() {
        let mut deletion = Scene::new().answer(204, "", "");
        deletion.request.method = http::Method::DELETE;
        deletion.expect = Expect::Any;
        deletion.request.path_values = vec![("id".to_owned(), Text::plain("7"))];
        assert!(says(&[bello(), deletion, made(json!({"name": "Rex"}), "7")]).is_empty());
    }

    #[test]
    fn a_thing_that_was_there_and_one_under_another_parent_have_that_id_too() {
        let there = made(json!({"name": "Rex"}), "7");
        let mut answered = there.answer(200, "application/json", r#"{"id": "7"}"#);
        assert!(says(&[bello(), made(json!({"name": "Rex"}), "9"), answered]).join("") == "passed");
        answered = made(json!({"name": "Rex"}), "7");
        answered.request.path_values = vec![("ownerId".to_owned(), Text::plain("2"))];
        assert_eq!(says(&[bello(), answered]), ["passed"]);
        let mut keyed = made(json!({"name": "Rex"}), "7");
        keyed.request.headers.push(("Idempotency-Key".to_owned(), Text::plain("k")));
        assert!(says(&[bello(), keyed]).is_empty());
    }
}
