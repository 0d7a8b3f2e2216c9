//! The values of each input of an operation, without a request around them.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::body::{self, BodyForm, Coding};
use super::maker::alphabet;
use super::negative::{Broken, broken, drawn, is_alone, stays_wrong_in_body, stays_wrong_in_parameter};
use super::place::places;
use super::seed;
use super::strategy::{self, Alphabet, Dice, Extent, Ungeneratable};
use crate::contract::{Location, Operation, Parameter, Schema};

/// How many valid values are broken in every way, beside the least and the fullest.
const BASES: usize = 40;

/// How often a value is drawn for each that is wanted: some come twice.
const DRAWS: usize = 6;

/// How often a value is drawn for each broken one that is wanted: many break nothing alone, or nothing once they are
/// written as text.
const DRAWS_OF_BROKEN: usize = 40;

/// After so many draws in vain no constraint of an input can be broken.
const IN_VAIN: usize = 200;

/// A part of an operation's requests that takes values.
#[derive(Debug, Clone)]
pub struct Input<'a>(Kind<'a>);

#[derive(Debug, Clone)]
enum Kind<'a> {
    Parameter(&'a Parameter),
    Body(BodyForm<'a>, bool),
}

/// A value that breaks exactly one constraint of its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokenValue {
    /// The value.
    pub value: Value,
    /// JSON Pointer to the part that is wrong; of a member that is missing or not declared, to it.
    pub at: String,
    /// The keyword that it breaks.
    pub keyword: String,
}

/// The inputs of an operation: its parameters, and its body in the media type that is sent.
pub fn inputs(operation: &Operation) -> Vec<Input<'_>> {
    let required = operation.body.as_ref().is_some_and(|body| body.required);
    let body = body::choose(operation).map(|form| Input(Kind::Body(form, required)));
    operation.parameters.iter().map(|parameter| Input(Kind::Parameter(parameter))).chain(body).collect()
}

impl Input<'_> {
    /// Where it stands.
    pub fn at(&self) -> Location {
        match &self.0 {
            Kind::Parameter(parameter) => parameter.part(),
            Kind::Body(..) => Location::Body(String::new()),
        }
    }

    /// Whether it must be there.
    pub fn is_required(&self) -> bool {
        match &self.0 {
            Kind::Parameter(parameter) => parameter.required,
            Kind::Body(_, required) => *required,
        }
    }

    /// What its values are.
    pub fn schema(&self) -> &Schema {
        match &self.0 {
            Kind::Parameter(parameter) => &parameter.schema,
            Kind::Body(form, _) => &form.schema,
        }
    }

    /// How its values are written: inputs of one schema that are written alike have the same values.
    pub fn written(&self) -> String {
        match &self.0 {
            Kind::Parameter(parameter) => {
                let Parameter { location, style, explode, required, .. } = parameter;
                format!("{location:?} {style:?} {explode} {required}")
            }
            Kind::Body(form, _) => form.content_type.clone(),
        }
    }

    /// Values that keep the schema, no two of them alike: the least, the fullest, then random ones; fewer where
    /// there are no more.
    ///
    /// # Errors
    /// When none can be made; the reason is for people.
    pub fn values(&self, seed: u64, count: usize) -> Result<Vec<Value>, Ungeneratable> {
        values(self.schema(), self.alphabet(), seed, count)
    }

    /// Values that break one constraint each and are still wrong as they are written, no two of them alike: every
    /// constraint of some valid values, then what chance breaks; fewer where there are no more.
    ///
    /// # Errors
    /// When no valid value can be made to begin with.
    pub fn broken_values(&self, seed: u64, count: usize) -> Result<Vec<BrokenValue>, Ungeneratable> {
        let schema = self.schema();
        let bases = values(schema, self.alphabet(), seed, BASES.min(count + 2))?;
        let mut found = Found { input: self, count, found: Vec::new(), known: HashSet::new() };
        for base in &bases {
            for place in places(schema, base) {
                for one in broken(base, &place, &HashSet::new()) {
                    if found.is_enough() {
                        return Ok(found.found);
                    }
                    found.take(one);
                }
            }
        }
        for (index, base) in (0..count * DRAWS_OF_BROKEN).zip(bases.iter().cycle()) {
            if found.is_enough() || index >= IN_VAIN && found.found.is_empty() {
                break;
            }
            let mut runner = seed::runner(seed, &["broken", &index.to_string()]);
            let places = places(schema, base);
            let place = Dice(&mut runner).pick(&places);
            if let Some(one) = place.and_then(|place| drawn(base, place, &mut runner)) {
                found.take(one);
            }
        }
        Ok(found.found)
    }

    fn alphabet(&self) -> Alphabet {
        match &self.0 {
            Kind::Parameter(parameter) => alphabet(parameter),
            Kind::Body(form, _) if form.coding == Coding::Json => Alphabet::Json,
            Kind::Body(..) => Alphabet::Any,
        }
    }

    fn stays_wrong(&self, broken: &Broken) -> bool {
        match (&self.0, &broken.violation.at) {
            (Kind::Parameter(parameter), Location::Body(at)) => {
                stays_wrong_in_parameter(parameter, at, &broken.violation.keyword, &broken.body)
            }
            (Kind::Body(form, _), _) => form.coding != Coding::Bytes && stays_wrong_in_body(form, broken),
            _ => false,
        }
    }
}

/// Broken values, as far as they are found.
struct Found<'i, 'a> {
    input: &'i Input<'a>,
    count: usize,
    found: Vec<BrokenValue>,
    known: HashSet<String>,
}

impl Found<'_, '_> {
    fn is_enough(&self) -> bool {
        self.found.len() >= self.count
    }

    fn take(&mut self, one: Broken) {
        let is_new = !self.is_enough() && self.known.insert(one.body.to_string());
        if !is_new || !is_alone(self.input.schema(), &one) || !self.input.stays_wrong(&one) {
            return;
        }
        if let Location::Body(at) = one.violation.at {
            self.found.push(BrokenValue { value: one.body, at, keyword: one.violation.keyword });
        }
    }
}

fn values(schema: &Schema, alphabet: Alphabet, seed: u64, count: usize) -> Result<Vec<Value>, Ungeneratable> {
    let known = Arc::default();
    let strategy = |extent| strategy::with(schema, &known, extent, alphabet);
    let (least, most, free) = (strategy(Extent::Least)?, strategy(Extent::Most)?, strategy(Extent::Free)?);
    let mut values = Vec::new();
    let mut seen = HashSet::new();
    for index in 0..count * DRAWS {
        if values.len() == count {
            break;
        }
        let strategy = match index {
            0 => &least,
            1 => &most,
            _ => &free,
        };
        let value = strategy::one(strategy, &mut seed::runner(seed, &[&index.to_string()]))?;
        if seen.insert(value.to_string()) {
            values.push(value);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::read;

    /// Keywords that are broken of a query parameter and of a JSON body with these schemas.
    fn broken_keywords(parameter: &Value, body: &Value) -> Vec<HashSet<String>> {
        let document = json!({"openapi": "3.1.0", "paths": {"/a": {"post": {
            "parameters": [{"name": "q", "in": "query", "schema": parameter}],
            "requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}
        }}}});
        let contract = read("api.json", &document.to_string(), None).unwrap();
        let of = |input: &Input<'_>| {
            let (valid, broken) = (input.values(7, 100).unwrap(), input.broken_values(7, 100).unwrap());
            assert!(valid.iter().all(|value| input.schema().is_valid(value)));
            assert!(broken.iter().all(|broken| !input.schema().is_valid(&broken.value)));
            broken.into_iter().map(|broken| broken.keyword).collect()
        };
        inputs(&contract.operations[0]).iter().map(of).collect()
    }

    #[test]
    fn every_constraint_of_a_schema_is_broken() {
        let body = json!({
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {"id": {"type": "string", "minLength": 2}, "count": {"type": "integer", "minimum": 1}}
        });
        let expected = ["required", "additionalProperties", "type", "minLength", "minimum"].map(str::to_owned);
        assert_eq!(broken_keywords(&json!({}), &body)[1], HashSet::from(expected));
    }

    #[test]
    fn what_is_text_all_the_same_breaks_no_type() {
        let found = broken_keywords(&json!({"type": "string", "maxLength": 4}), &json!({}));
        assert_eq!(found[0], HashSet::from(["maxLength".to_owned()]));
        let found = broken_keywords(&json!({"type": "array", "items": {"type": "string"}, "maxItems": 2}), &json!({}));
        assert_eq!(found[0], HashSet::from(["maxItems".to_owned()]));
    }
}
