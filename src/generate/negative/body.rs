//! Constraints of the body, each broken alone.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::broken::{Broken, broken, is_alone};
use super::parameter::readings;
use crate::contract::{ErrorState, Location};
use crate::generate::body::{BodyForm, Coding};
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::other::others;
use crate::generate::place::places;
use crate::generate::plan::LeftOut;
use crate::generate::serialise::scalar;
use crate::generate::strategy::Extent;
use crate::generate::{Case, Expect, errors, identity, pointer};

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

/// Valid bodies to break: the documented example, the least, everything for what those lack, and each alternative
/// that none of them takes.
fn bases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Vec<Value> {
    let Some(form) = &maker.form else { return Vec::new() };
    let example = form.media.examples.first().map(|example| {
        let mut body = example.value.clone();
        identity::configure(&mut body, &form.schema, caller);
        body
    });
    let bases = [(least, Extent::Least), (most, Extent::Most)];
    let bases = bases.into_iter().filter_map(|(draft, extent)| Some((draft.body.as_ref()?, extent)));
    let others = bases.flat_map(|(body, extent)| others(&form.schema, body, extent)).map(|mut body| {
        maker.identify(&mut body, form, "negative", caller);
        body
    });
    let all = example.into_iter().chain([&least.body, &most.body].into_iter().flatten().cloned()).chain(others);
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

/// Whether it is still wrong once its values have become text: a reader may make of `7` a number or a text, of a
/// text alone a list of one, and of an empty list nothing.
pub(in crate::generate) fn stays_wrong(form: &BodyForm<'_>, broken: &Broken) -> bool {
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
            ("required" | "additionalProperties" | "unevaluatedProperties", _) => is_member,
            (_, None) => false,
            (_, Some(Value::Array(items))) => is_member && !items.is_empty(),
            // Null has no form as text.
            (_, Some(Value::Object(_) | Value::Null)) => false,
            (_, Some(single)) => {
                let is_text_alone = at.is_empty() && form.coding == Coding::Text;
                let readings = readings(&scalar(single));
                (is_member || is_text_alone)
                    && !readings.into_iter().any(|one| is_valid(one.clone()) || is_valid(json!([one])))
            }
        }
}
