//! Constraints of the body, each broken alone.

use std::collections::HashSet;

use serde_json::Value;

use super::broken::{Broken, broken, is_alone};
use crate::contract::ErrorState;
use crate::generate::body::Coding;
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::place::places;
use crate::generate::plan::LeftOut;
use crate::generate::{Case, Expect, errors, identity};

/// Most constraints of one body that are broken: a schema can have tens of thousands.
const MOST: usize = 400;

/// One case a constraint of the body's schema.
pub(super) fn cases(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    least: &Draft,
    most: &Draft,
) -> (Vec<Case>, Option<LeftOut>) {
    let Some(form) = maker.form.as_ref().filter(|form| form.coding == Coding::Json) else { return (Vec::new(), None) };
    let mut known = HashSet::new();
    let mut cases = Vec::new();
    for base in bases(maker, caller, least, most) {
        for place in places(&form.schema, &base) {
            if cases.len() >= MOST {
                let what = format!("constraints of the body from `{}` on", place.pointer);
                return (cases, Some(LeftOut::new(maker, what, format!("{MOST} constraints of one body are enough"))));
            }
            for broken in broken(&base, &place) {
                if !known.contains(&broken.way) && is_alone(&form.schema, &broken) {
                    known.insert(broken.way.clone());
                    cases.push(case(maker, caller, least, broken));
                }
            }
        }
    }
    (cases, None)
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
