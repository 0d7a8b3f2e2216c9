//! Values that break a keyword which no change of a valid value breaks for sure: a choice, what is excluded,
//! what a list must contain. They are made of the opposite of what the keyword asks for.

use proptest::test_runner::TestRunner;

use super::mutation::Mutation;
use crate::generate::place::Place;
use crate::generate::seed;
use crate::generate::strategy::{Dice, Extent, Turned, turned};

/// Keywords that are broken so in every plan. Fixed values are for what is neither text nor number.
const KEYWORDS: [&str; 8] = ["not", "oneOf", "anyOf", "contains", "minContains", "maxContains", "const", "enum"];

/// Keywords of which values can be drawn that break them.
const DRAWN: [&str; 23] = [
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "not",
    "oneOf",
    "anyOf",
    "contains",
    "minContains",
    "maxContains",
];

/// How a value is tried for one way of breaking a keyword, one after the other.
const TRIES: [(Extent, bool); 3] = [(Extent::Least, false), (Extent::Free, false), (Extent::Free, true)];

/// Values of a place that may break such a keyword, in the ways that are wanted; several for each.
pub(super) fn turns<'a>(
    place: &'a Place<'_>,
    is_wanted: &dyn Fn(&'static str, &str) -> bool,
) -> impl Iterator<Item = Mutation> + use<'a> {
    let mut wanted = turned(&place.node, &place.parts, &KEYWORDS);
    wanted.retain(|turned| is_wanted(turned.keyword, what(turned)));
    wanted.into_iter().flat_map(move |turned| {
        let tried = TRIES.iter().enumerate().filter_map(|(attempt, (extent, careful))| {
            let words = ["turned", &place.pointer, turned.keyword, &turned.way.to_string(), &attempt.to_string()];
            mutation(place, &turned, *extent, *careful, &mut seed::runner(0, &words))
        });
        tried.collect::<Vec<_>>()
    })
}

/// A value of a place that may break any of its keywords; `None` where none can be broken so.
pub(super) fn drawn(place: &Place<'_>, runner: &mut TestRunner) -> Option<Mutation> {
    let known: Vec<&'static str> =
        DRAWN.iter().filter(|keyword| place.node.keyword(keyword).is_some()).copied().collect();
    let keyword = Dice(runner).pick(&known).copied()?;
    let mut ways = turned(&place.node, &place.parts, &[keyword]);
    let way = Dice(runner).below(ways.len());
    let turned = if ways.is_empty() { None } else { Some(ways.swap_remove(way)) };
    mutation(place, &turned?, Extent::Free, false, runner)
}

fn mutation(
    place: &Place<'_>,
    turned: &Turned,
    extent: Extent,
    careful: bool,
    runner: &mut TestRunner,
) -> Option<Mutation> {
    let value = turned.value(place.node.schema(), extent, careful, runner)?;
    // Many a reader takes the first alternative that fits.
    let tolerated = fits_several(turned);
    Some(Mutation { keyword: turned.keyword, what: what(turned).to_owned(), value, said: turned.said, tolerated })
}

fn fits_several(turned: &Turned) -> bool {
    turned.keyword == "oneOf" && turned.way > 0
}

/// What is wrong with a value, after the name of the part.
fn what(turned: &Turned) -> &'static str {
    match turned.keyword {
        "not" => "is what the document excludes",
        "oneOf" if fits_several(turned) => "fits several of the documented alternatives, of which it may fit one",
        "oneOf" | "anyOf" => "fits none of the documented alternatives",
        "contains" => "has none of the items that must be there",
        "minContains" => "has too few of the items that must be there",
        "maxContains" => "has too many of the items that may be there",
        "const" | "enum" => "is none of the documented values",
        _ => "is not as documented",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::super::{broken, is_alone};
    use crate::contract::Schema;
    use crate::generate::place::places;
    use crate::generate::seed;
    use crate::generate::strategy::{self, Alphabet};

    use super::*;

    /// What is wrong with the values that break the keyword of a schema alone, each way once.
    fn ways(keyword: &str, json: Value) -> Vec<String> {
        let schema = Schema::standalone(json).unwrap();
        let made = |extent| strategy::with(&schema, &Arc::default(), extent, Alphabet::Json).unwrap();
        let mut ways = Vec::new();
        for extent in [Extent::Least, Extent::Most] {
            let base = strategy::one(&made(extent), &mut seed::runner(0, &["base"])).unwrap();
            for place in places(&schema, &base) {
                let all = broken(&base, &place, &HashSet::new());
                let alone = all.filter(|one| one.violation.keyword == keyword && is_alone(&schema, one));
                ways.extend(alone.map(|one| format!("{} {}", one.violation.at, one.violation.what)));
            }
        }
        ways.sort();
        ways.dedup();
        ways
    }

    #[test]
    fn every_keyword_is_broken_alone() {
        let either = json!([{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}]);
        let pets = json!([
            {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "boolean"}}},
            {"type": "object", "required": ["purr"], "properties": {"purr": {"type": "boolean"}}}
        ]);
        let named = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}});
        let with = |more: Value| {
            let mut json = named.clone();
            json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json
        };
        let five = json!({"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "minItems": 1});
        let fives = |least: usize, most: usize| {
            let mut json = five.clone();
            json["minContains"] = json!(least);
            json["maxContains"] = json!(most);
            json
        };
        for (keyword, schema) in [
            ("not", json!({"type": "string", "not": {"pattern": "^x"}})),
            ("not", with(json!({"not": {"required": ["b"]}}))),
            ("oneOf", json!({"type": "integer", "oneOf": either})),
            ("oneOf", json!({"oneOf": pets})),
            ("anyOf", json!({"anyOf": pets})),
            ("propertyNames", with(json!({"propertyNames": {"pattern": "^[a-z]+$"}}))),
            ("propertyNames", with(json!({"propertyNames": {"maxLength": 9}}))),
            ("contains", five.clone()),
            ("minContains", fives(2, 4)),
            ("maxContains", fives(1, 2)),
            ("dependentRequired", with(json!({"dependentRequired": {"a": ["b"]}}))),
            ("minLength", with(json!({"dependentSchemas": {"a": {"properties": {"a": {"minLength": 2}}}}}))),
            ("minLength", with(json!({"if": {"required": ["a"]}, "then": {"properties": {"a": {"minLength": 2}}}}))),
            ("required", with(json!({"if": {"required": ["z"]}, "else": {"required": ["b"]}}))),
            ("unevaluatedProperties", json!({"allOf": [named], "unevaluatedProperties": false})),
            ("unevaluatedItems", json!({"type": "array", "prefixItems": [{}], "unevaluatedItems": false})),
            ("items", json!({"type": "array", "prefixItems": [{}], "minItems": 1, "items": false})),
            ("const", json!({"const": true})),
            ("const", json!({"const": {"a": 1}})),
            ("enum", json!({"enum": [[1], [2]]})),
        ] {
            assert!(!ways(keyword, schema.clone()).is_empty(), "{keyword} of {schema}");
        }
    }

    #[test]
    fn of_alternatives_none_and_two_are_sent() {
        let schema = json!({"type": "object", "properties": {"n": {"oneOf": [
            {"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}, {"type": "string"}
        ]}}});
        insta::assert_snapshot!(ways("oneOf", schema).join("\n"), @r"
        body#/n `n` fits none of the documented alternatives
        body#/n `n` fits several of the documented alternatives, of which it may fit one
        ");
    }

    #[test]
    fn what_else_is_said_is_kept() {
        let schema = Schema::standalone(json!({"type": "string", "not": {"type": "string", "minLength": 3}})).unwrap();
        let whole = places(&schema, &json!("ab")).remove(0);
        let made: Vec<_> = turns(&whole, &|_, _| true).map(|mutation| mutation.value).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|value| value.as_str().is_some_and(|text| text.chars().count() > 2)), "{made:?}");
    }
}
