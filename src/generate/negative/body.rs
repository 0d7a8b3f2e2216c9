//! Constraints of the body, each broken alone.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::alone::{breaks_alone, site};
use super::mutation::{Mutation, mutations};
use super::parameter::readings;
use crate::contract::{ErrorState, Location, Schema};
use crate::generate::body::{BodyForm, Coding};
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::place::{Place, places};
use crate::generate::plan::LeftOut;
use crate::generate::serialise::scalar;
use crate::generate::strategy::Said;
use crate::generate::{Case, Expect, Violation, errors, identity, pointer};

/// A body that breaks one constraint.
struct Broken {
    violation: Violation,
    body: Value,
    way: Way,
}

/// In what way a body is broken, whichever item of an array it is that is wrong.
type Way = (String, &'static str, String);

/// Most constraints of one body that are broken: a schema can have tens of thousands.
const MOST: usize = 400;

/// Most values of JSON in all the broken bodies of an operation: one body can have thousands.
const MOST_VALUES: usize = 100_000;

/// One case a constraint of the body's schema.
pub(super) fn cases(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    least: &Draft,
    most: &Draft,
) -> (Vec<Case>, Option<LeftOut>) {
    let Some(form) = maker.form.as_ref().filter(|form| form.coding != Coding::Bytes) else { return (Vec::new(), None) };
    let mut known = HashSet::new();
    let mut cases = Vec::new();
    let mut values = 0;
    for base in bases(maker, caller, least, most) {
        let size = size(&base);
        for place in places(&form.schema, &base) {
            for broken in broken(&base, &place, &known) {
                if let Some(reason) = enough(cases.len(), values) {
                    let what = format!("constraints of the body from `{}` on", place.pointer);
                    return (cases, Some(LeftOut::new(maker, what, reason)));
                }
                if !known.contains(&broken.way) && is_alone(&form.schema, &broken) && stays_wrong(form, &broken) {
                    known.insert(broken.way.clone());
                    values += size;
                    cases.push(case(maker, caller, least, broken));
                }
            }
        }
    }
    (cases, None)
}

/// Why no more bodies are broken, where there are enough.
fn enough(cases: usize, values: usize) -> Option<String> {
    if cases >= MOST {
        return Some(format!("{MOST} constraints of one body are enough"));
    }
    (values > MOST_VALUES).then(|| format!("bodies with {MOST_VALUES} values in all are enough"))
}

/// How many values a body is, itself among them.
fn size(body: &Value) -> usize {
    1 + match body {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// Valid bodies to break: the documented example, the least, and everything for what those lack.
fn bases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Vec<Value> {
    let Some(form) = &maker.form else { return Vec::new() };
    let example = form.media.examples.first().map(|example| {
        let mut body = example.value.clone();
        identity::configure(&mut body, &form.schema, caller);
        body
    });
    let all = example.into_iter().chain([&least.body, &most.body].into_iter().flatten().cloned());
    all.filter(|body| form.schema.is_valid(body)).collect()
}

fn case(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, broken: Broken) -> Case {
    let draft = Draft { parameters: least.parameters.clone(), body: Some(broken.body) };
    let expect = match broken.violation.keyword.as_str() {
        "required" => errors::expect(maker, &[ErrorState::MissingFields], broken.violation.strength),
        _ => Expect::Refusal,
    };
    super::case(maker, maker.request(&draft, caller), broken.violation, expect)
}

/// What may break a constraint of this place, alone or not, in ways that are not yet known.
///
/// Bodies are large: each is made when it is asked for.
fn broken<'a>(base: &'a Value, place: &'a Place<'_>, known: &HashSet<Way>) -> impl Iterator<Item = Broken> + use<'a> {
    let at = any_item(&place.pointer);
    let is_new = |mutation: &Mutation| !known.contains(&(at.clone(), mutation.keyword, mutation.what.clone()));
    let all = base.pointer(&place.pointer).map(|value| mutations(&place.node, value)).unwrap_or_default();
    let new: Vec<Mutation> = all.into_iter().filter(is_new).collect();
    let values = new.into_iter().map(move |mutation| with_value(base, place, mutation));
    let undeclared = std::iter::once_with(move || with_undeclared(base, place)).flatten();
    values.chain(without_required(base, place)).chain(undeclared)
}

fn is_alone(schema: &Schema, broken: &Broken) -> bool {
    let Location::Body(at) = &broken.violation.at else { return false };
    breaks_alone(schema, &broken.body, site(at, &broken.violation.keyword), &broken.violation.keyword)
}

/// Whether it is still wrong once its values have become text: a reader may make of `7` a number or a text, of a
/// text alone a list of one, and of an empty list nothing.
fn stays_wrong(form: &BodyForm<'_>, broken: &Broken) -> bool {
    if !form.coding.is_of_texts() {
        return true;
    }
    let Location::Body(at) = &broken.violation.at else { return false };
    let is_member = at.matches('/').count() == 1;
    let is_valid = |reading: Value| {
        let mut body = broken.body.clone();
        pointer::set(&mut body, at, reading) && form.schema.is_valid(&body)
    };
    form.can_send(&broken.body)
        && match (broken.violation.keyword.as_str(), broken.body.pointer(at)) {
            ("required" | "additionalProperties", _) => is_member,
            (_, None) => false,
            (_, Some(Value::Array(items))) => is_member && !items.is_empty(),
            (_, Some(Value::Object(_))) => false,
            (_, Some(single)) => {
                let is_text_alone = at.is_empty() && form.coding == Coding::Text;
                let readings = readings(&scalar(single));
                (is_member || is_text_alone)
                    && !readings.into_iter().any(|one| is_valid(one.clone()) || is_valid(json!([one])))
            }
        }
}

fn with_value(base: &Value, place: &Place<'_>, mutation: Mutation) -> Broken {
    let mut body = base.clone();
    pointer::set(&mut body, &place.pointer, mutation.value);
    // A tolerant reader may take another type where it can do without the member.
    let essential = mutation.keyword != "type" || place.required;
    Broken::new(place.pointer.clone(), mutation.keyword, &mutation.what, (mutation.said, essential), body)
}

fn without_required<'a>(base: &'a Value, place: &'a Place<'_>) -> impl Iterator<Item = Broken> + 'a {
    place.node.required().into_iter().filter_map(move |(name, said): (&str, Said)| {
        let at = pointer::child(&place.pointer, name);
        let mut body = base.clone();
        pointer::remove(&mut body, &at)?;
        Some(Broken::new(at, "required", "is left out", (said, true), body))
    })
}

fn with_undeclared(base: &Value, place: &Place<'_>) -> Option<Broken> {
    let mut forbidden = place.node.keywords("additionalProperties");
    let said = forbidden.find(|keyword| keyword.value == &Value::Bool(false))?.said;
    let at = pointer::child(&place.pointer, "uptospec");
    let mut body = base.clone();
    let is_new = pointer::set(&mut body, &at, Value::from("undeclared"));
    is_new.then(|| Broken::new(at, "additionalProperties", "is not declared", (said, true), body))
}

impl Broken {
    fn new(at: String, keyword: &'static str, what: &str, (said, essential): (Said, bool), body: Value) -> Self {
        let way = (any_item(&at), keyword, what.to_owned());
        let what = format!("{} {what}", called(&at));
        Broken { violation: super::violation(Location::Body(at), keyword, what, said, essential), body, way }
    }
}

/// The pointer with every index open.
fn any_item(pointer: &str) -> String {
    let step = |step: &str| if step.parse::<usize>().is_ok() { "*".to_owned() } else { step.to_owned() };
    pointer.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// How people call a part of the body.
fn called(pointer: &str) -> String {
    match pointer {
        "" => "the body".to_owned(),
        _ => format!("`{}`", pointer.trim_start_matches('/').replace('/', ".")),
    }
}
