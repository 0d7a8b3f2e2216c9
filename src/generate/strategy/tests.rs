//! Every value keeps its schema, whatever keywords it uses.

use serde_json::json;

use super::*;
use crate::generate::seed;

fn values(schema: Value, count: usize) -> Vec<Value> {
    let schema = Schema::standalone(schema).unwrap();
    let strategy = strategy(&schema).unwrap();
    let made = |index: usize| one(&strategy, &mut seed::runner(7, &[&index.to_string()])).unwrap();
    let values: Vec<_> = (0..count).map(made).collect();
    assert!(values.iter().all(|value| schema.is_valid(value)));
    values
}

#[test]
fn values_of_every_keyword_keep_the_schema() {
    for schema in [
        json!({"type": "string", "minLength": 3, "maxLength": 5}),
        json!({"type": "string", "pattern": "^pk_live_\\w{8}$"}),
        json!({"type": "string", "pattern": "\\d\\d", "maxLength": 6}),
        json!({"type": "integer", "minimum": 3, "exclusiveMaximum": 6}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.1}),
        json!({"type": "number", "multipleOf": 0.5, "minimum": 1, "maximum": 2}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 1}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "items": false}),
        json!({"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "minContains": 2}),
        json!({"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 1}),
        json!({"type": "object", "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": false}),
        json!({"type": "object", "propertyNames": {"pattern": "^[a-z]{2}$"}, "minProperties": 1}),
        json!({"enum": ["a", 1, null], "type": ["string", "null"]}),
        json!({"type": ["string", "null"]}),
        json!({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 0}]}),
        json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object",
               "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}}),
        json!({"type": "integer", "not": {"const": 0}}),
        json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "n": {"type": "integer"}},
               "required": ["kind"], "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["n"]}}),
        json!({"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}}),
        json!({"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "string"}}}]}),
        json!({}),
        json!(true),
    ] {
        values(schema, 40);
    }
}

#[test]
fn values_of_every_format_keep_it() {
    for format in [
        "date",
        "time",
        "date-time",
        "duration",
        "uuid",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "json-pointer",
        "relative-json-pointer",
        "uri-template",
        "regex",
        "byte",
    ] {
        values(json!({"type": "string", "format": format}), 20);
    }
}

#[test]
fn recursion_ends() {
    let tree = json!({
        "$ref": "#/$defs/node",
        "$defs": {"node": {"type": "object", "required": ["children"], "properties": {
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            "left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#/$defs/node"}}}}
    });
    values(tree, 20);
}

#[test]
fn a_schema_that_asks_for_itself_without_end_is_refused() {
    let endless = Schema::standalone(json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}));
    assert_eq!(strategy(&endless.unwrap()).unwrap_err().why, Why::Endless);
}

#[test]
fn a_contradiction_is_refused() {
    for schema in [
        json!(false),
        json!({"type": "string", "minLength": 3, "maxLength": 2}),
        json!({"type": "integer", "minimum": 3, "maximum": 2}),
        json!({"enum": [1], "type": "string"}),
        json!({"type": "object", "required": ["a"], "additionalProperties": false}),
    ] {
        assert_eq!(strategy(&Schema::standalone(schema).unwrap()).unwrap_err().why, Why::Impossible);
    }
}

#[test]
fn undeclared_members_are_only_added_where_none_are_declared() {
    let declared = values(json!({"type": "object", "properties": {"a": {"type": "string"}}}), 40);
    assert!(declared.iter().all(|value| value.as_object().unwrap().keys().all(|name| name == "a")));
    let open = values(json!({"type": "object"}), 40);
    assert!(open.iter().any(|value| !value.as_object().unwrap().is_empty()));
}

#[test]
fn an_object_stays_within_half_of_its_json_length() {
    let metadata = values(json!({"type": "object", "x-max-json-length": 200}), 40);
    assert!(metadata.iter().all(|value| value.to_string().chars().count() <= 100));
}

fn texts(alphabet: Alphabet) -> Vec<String> {
    let schema = Schema::standalone(json!({"type": "string"})).unwrap();
    let strategy = with(&schema, &Arc::default(), Extent::Free, alphabet).unwrap();
    let made = |index: usize| one(&strategy, &mut seed::runner(7, &[&index.to_string()])).unwrap();
    (0..1_000).map(|index| made(index).as_str().unwrap().to_owned()).collect()
}

#[test]
fn of_a_thousand_texts_most_are_plain_and_some_are_of_each_odd_kind() {
    let texts = texts(Alphabet::Json);
    let has = |kind: &odd::Odd| texts.iter().filter(|text| kind.texts.iter().any(|odd| text.ends_with(odd))).count();
    let missing: Vec<_> = odd::ODD.iter().filter(|kind| has(kind) < 3).map(|kind| kind.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let plain = texts.iter().filter(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == ' ')).count();
    assert!((600..800).contains(&plain), "{plain}");
}

#[test]
fn what_cannot_be_carried_is_not_made() {
    assert!(texts(Alphabet::Any).iter().all(|text| !text.contains('\0')));
    assert!(texts(Alphabet::Header).iter().all(|text| text.chars().all(|c| (' '..='~').contains(&c))));
    assert!(texts(Alphabet::Path).iter().all(|text| !text.is_empty() && !text.contains(['/', '.', '\0'])));
}

#[test]
fn the_least_has_only_what_must_be_there_and_the_most_has_everything() {
    let schema = Schema::standalone(json!({"type": "object", "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}, "c": {"type": "array", "items": {"type": "string"}}}}));
    let schema = schema.unwrap();
    let made = |extent| {
        let strategy = with(&schema, &Arc::default(), extent, Alphabet::Any).unwrap();
        let value = one(&strategy, &mut seed::runner(1, &[])).unwrap();
        value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(made(Extent::Least), "a");
    assert_eq!(made(Extent::Most), "a b c");
}
