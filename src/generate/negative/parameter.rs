//! Constraints of parameters, each broken alone.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::broken::{Broken, Way, broken, is_alone};
use crate::contract::{Location, Parameter, ParameterLocation, ParameterStyle};
use crate::generate::absent::without_nulls;
use crate::generate::caller::Caller;
use crate::generate::draft::{Draft, is_reserved};
use crate::generate::maker::Maker;
use crate::generate::other::others;
use crate::generate::place::{Place, places};
use crate::generate::serialise::scalar;
use crate::generate::strategy::{Extent, Node, alternatives};
use crate::generate::{Case, Expect, Request, pointer, serialise};

/// One case a constraint of each parameter.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Vec<Case> {
    let mut cases = Vec::new();
    let parameters = maker.operation.parameters.iter().zip(&most.parameters).enumerate();
    for (index, (parameter, valid)) in parameters.filter(|(_, (parameter, _))| !is_reserved(parameter)) {
        let argument = Argument { maker, caller, base: least, index, parameter };
        cases.extend(argument.left_out());
        cases.extend(valid.iter().flat_map(|valid| argument.broken(valid)));
    }
    cases
}

/// One parameter of requests that are otherwise the same.
struct Argument<'a> {
    maker: &'a Maker<'a>,
    caller: &'a Caller<'a>,
    base: &'a Draft,
    index: usize,
    parameter: &'a Parameter,
}

impl Argument<'_> {
    fn request(&self, value: Option<Value>) -> Request {
        let mut draft = self.base.clone();
        if let Some(place) = draft.parameters.get_mut(self.index) {
            *place = value;
        }
        self.maker.request(&draft, self.caller)
    }

    fn left_out(&self) -> Option<Case> {
        let parameter = self.parameter;
        if !parameter.required || parameter.location == ParameterLocation::Path {
            return None;
        }
        let what = format!("`{}` is left out", parameter.name);
        let said = self.maker.said(&parameter.promises);
        let violation = super::violation(parameter.part(), "required", what, said, true);
        let request = self.request(None);
        let sent = request.headers.iter().any(|(name, _)| is_header(parameter, name));
        // A header that the configuration adds to every request cannot be left out.
        (!sent).then(|| super::case(self.maker, request, violation, Expect::Refusal))
    }

    /// The constraints of a valid value, of what is in it, and of the alternatives to it.
    fn broken(&self, valid: &Value) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let mut seen = HashSet::new();
        // A value may be written as nothing, or as a valid one is.
        let valid_requests = [Some(valid.clone()), None].map(|value| self.request(value));
        let others = others(&self.parameter.schema, valid, Extent::Most);
        for valid in std::iter::once(valid).chain(&others) {
            for place in places(&self.parameter.schema, valid) {
                for broken in broken(valid, &place, &HashSet::new()) {
                    let way = one_way(&broken);
                    if seen.contains(&way) || is_null_beside_one(valid, &place, &broken) || !self.is_wrong(&broken) {
                        continue;
                    }
                    let request = self.request(Some(broken.body.clone()));
                    if !valid_requests.contains(&request) {
                        seen.insert(way);
                        cases.push(self.case(broken, request));
                    }
                }
            }
        }
        cases
    }

    fn is_wrong(&self, broken: &Broken) -> bool {
        let Location::Body(at) = &broken.violation.at else { return false };
        is_alone(&self.parameter.schema, broken)
            && stays_wrong(self.parameter, at, &broken.violation.keyword, &broken.body)
    }

    fn case(&self, broken: Broken, request: Request) -> Case {
        let (parameter, mut violation) = (self.parameter, broken.violation);
        if let Location::Body(at) = &violation.at {
            violation.inside.clone_from(at);
        }
        let inside = violation.inside.replace('/', ".");
        let (_, _, what) = broken.way;
        if violation.promise.is_none() {
            let said = self.maker.said(&parameter.promises);
            (violation.strength, violation.promise) = (said.strength, said.promise);
        }
        violation.what = format!("`{}{inside}` {what}", parameter.name);
        violation.at = parameter.part();
        violation.essential &= violation.keyword != "type" || parameter.required;
        super::case(self.maker, request, violation, Expect::Refusal)
    }
}

/// Whether what fits no alternative breaks the only one beside null, which is no alternative where text is written:
/// each constraint of it is broken by itself.
fn is_null_beside_one(valid: &Value, place: &Place<'_>, broken: &Broken) -> bool {
    let is_choice = ["anyOf", "oneOf"].contains(&broken.violation.keyword.as_str());
    let value = valid.pointer(&place.pointer);
    is_choice && value.is_some_and(|value| alternatives(place.node.schema(), &place.parts, value).is_empty())
}

/// One way of breaking a keyword is enough, but the case of letters and each way of breaking a choice are questions of
/// their own.
fn one_way(broken: &Broken) -> Way {
    let (at, keyword, what) = broken.way.clone();
    let is_choice = ["enum", "oneOf"].contains(&keyword);
    (at, keyword, if is_choice { what } else { String::new() })
}

/// Whether a value that breaks that keyword at that place of it is still wrong once it has become text.
pub(in crate::generate) fn stays_wrong(parameter: &Parameter, at: &str, keyword: &str, value: &Value) -> bool {
    if parameter.style == ParameterStyle::Json {
        return !parameter.schema.is_valid(value);
    }
    let node = Node::root(&parameter.schema);
    // Pairs where no list and no object is expected are something else that nobody reads.
    let is_of_pairs = match value {
        Value::Array(_) => !node.may_be("array"),
        Value::Object(_) => !node.may_be("object"),
        _ => false,
    };
    let has_null = without_nulls(value).as_ref() != Some(value);
    if has_null || is_of_pairs || is_nothing(value) || !serialise::is_written(parameter, value) {
        return false;
    }
    // Whatever stands in a URL or a header is text.
    let is_text = node.may_be("string");
    let text = serialise::text(parameter, value).reveal();
    !(is_text && keyword == "type" && at.is_empty())
        && can_be_sent(parameter, &text)
        && refuses(parameter, value)
        && refuses_inside(parameter, at, value)
}

/// Whether no reading of the text at a place inside a value keeps the schema: alone it is a list of one as well. Of a
/// list or an object in there, and of what is null, nothing is known.
fn refuses_inside(parameter: &Parameter, at: &str, value: &Value) -> bool {
    let keeps = |reading: Value| {
        let mut read = value.clone();
        pointer::set(&mut read, at, reading) && parameter.schema.is_valid(&read)
    };
    match value.pointer(at) {
        _ if at.is_empty() => true,
        None => true,
        Some(Value::Null | Value::Array(_) | Value::Object(_)) => false,
        Some(single) => !readings(&scalar(single)).into_iter().any(|one| keeps(one.clone()) || keeps(json!([one]))),
    }
}

/// Whether a value is written as nothing, so that a reader may take the parameter for left out.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether a value is still wrong once it has become text.
fn refuses(parameter: &Parameter, value: &Value) -> bool {
    match (parameter.style, value) {
        (ParameterStyle::Json, _) | (_, Value::Array(_) | Value::Object(_)) => !parameter.schema.is_valid(value),
        _ => refuses_text(parameter, &serialise::scalar(value)),
    }
}

/// Whether no reading of a text keeps the schema. Alone it is a list of one as well; where an object is spread
/// over several pairs, it is none of them, and the parameter is not there.
fn refuses_text(parameter: &Parameter, text: &str) -> bool {
    let is_valid = |value: &Value| parameter.schema.is_valid(value);
    let is_absent = Node::root(&parameter.schema).may_be("object")
        && (parameter.explode || parameter.style == ParameterStyle::DeepObject);
    if is_absent && (!parameter.required || is_valid(&json!({}))) {
        return false;
    }
    !readings(text).iter().any(|reading| is_valid(reading) || is_valid(&json!([reading])))
}

/// What a reader may make of a text.
pub(super) fn readings(text: &str) -> Vec<Value> {
    let as_json = serde_json::from_str::<Value>(text).ok().filter(|value| value.is_number() || value.is_boolean());
    std::iter::once(Value::from(text)).chain(as_json).collect()
}

/// Whether the text stays what it is where it is sent.
fn can_be_sent(parameter: &Parameter, text: &str) -> bool {
    let visible = text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text;
    match parameter.location {
        ParameterLocation::Query => true,
        ParameterLocation::Path => !text.is_empty() && !text.contains('/'),
        ParameterLocation::Header | ParameterLocation::Cookie => !text.is_empty() && visible,
    }
}

fn is_header(parameter: &Parameter, name: &str) -> bool {
    matches!(parameter.part(), Location::Header(own) if own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use crate::contract::read;
    use crate::generate::{Case, CaseKind, Options, fixture, generate};

    #[test]
    fn what_is_sent_as_a_valid_request_is_sent_breaks_nothing() {
        for explode in [true, false] {
            let wrong = wrong_types(explode);
            assert_eq!(wrong, ["`kind` is a text"], "{explode}");
        }
    }

    /// What is wrong with the type of an optional list of fixed values, in the requests that are sent.
    fn wrong_types(explode: bool) -> Vec<String> {
        let array = "{type: array, items: {enum: [cat, dog]}}";
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{get: {{operationId: list, responses: {{}}, \
             parameters: [{{name: kind, in: query, explode: {explode}, style: form, schema: {array}}}]}}}}}}\n"
        );
        let plan = generate(&read("api.yaml", &text, None).unwrap(), &fixture::target(), None, &Options::default());
        let of_kind = plan.cases.iter().filter_map(|case| match &case.kind {
            CaseKind::Negative(violation) if violation.keyword == "type" => Some(violation.what.clone()),
            _ => None,
        });
        of_kind.collect()
    }

    /// The parts that are broken of query parameters with these schemas, and what is sent for each.
    fn broken(parameters: &str) -> Vec<String> {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{get: {{operationId: list, responses: {{}}, parameters: [{parameters}]}}}}}}\n"
        );
        let plan = generate(&read("api.yaml", &text, None).unwrap(), &fixture::target(), None, &Options::default());
        let query = |case: &Case| {
            let pairs = case.request.query.iter().map(|(name, text)| format!("{name}={}", text.reveal()));
            pairs.collect::<Vec<_>>().join("&")
        };
        let negatives = plan.cases.iter().filter(|case| case.id.0.contains("/negative/query"));
        negatives.map(|case| format!("{} {}", case.id.0.trim_start_matches("list/negative/"), query(case))).collect()
    }

    #[test]
    fn what_may_be_null_is_broken_as_if_it_stood_alone() {
        let parameter = |name: &str, schema: &str| {
            format!("{{name: {name}, in: query, schema: {{anyOf: [{schema}, {{type: 'null'}}]}}}}")
        };
        let parameters = [
            parameter("since", "{type: string, format: date}"),
            parameter("n", "{type: integer, minimum: 1, maximum: 9}"),
            parameter("mode", "{type: string, enum: [x, y]}"),
            "{name: tags, in: query, schema: {type: array, items: {enum: [x, y]}}}".to_owned(),
        ];
        insta::assert_snapshot!(broken(&parameters.join(", ")).join("\n"));
    }

    #[test]
    fn a_text_alone_is_a_list_of_one_inside_a_parameter_too() {
        let schema = "{type: object, properties: {tags: {type: array, items: {type: string}}, n: {type: integer}}}";
        let broken = broken(&format!("{{name: f, in: query, style: deepObject, schema: {schema}}}"));
        assert!(broken.iter().any(|case| case.starts_with("query.f/n-type")), "{broken:#?}");
        assert!(!broken.iter().any(|case| case.ends_with("f[tags]=uptospec")), "{broken:#?}");
    }

    #[test]
    fn each_alternative_of_a_parameter_is_broken() {
        let of = "{type: object, required: [kind, n], properties: {kind: {const: a}, n: {type: integer, maximum: 3}}}, \
                  {type: object, required: [kind, s], properties: {kind: {const: b}, s: {type: string, minLength: 2}}}";
        let parameter = format!("{{name: w, in: query, content: {{application/json: {{schema: {{oneOf: [{of}]}}}}}}}}");
        let broken = broken(&parameter);
        let has = |what: &str| broken.iter().any(|case| case.starts_with(what));
        assert!(has("query.w/n-maximum") && has("query.w/s-minLength"), "{broken:#?}");
    }
}
