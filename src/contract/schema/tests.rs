use serde_json::json;

use super::*;

fn show(schema: &Schema, instance: &Value) -> Vec<String> {
    let line = |failure: SchemaFailure| {
        format!("{} {} [{} {}]", failure.instance, failure.message, failure.schema, failure.expected)
    };
    schema.failures(instance).into_iter().map(line).collect()
}

#[test]
fn a_failure_says_where_and_what_in_plain_words() {
    let schema = Schema::standalone(json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"$ref": "#/$defs/id"},
            "at": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
        },
        "$defs": {"id": {"type": "string", "minLength": 2}},
    }))
    .unwrap();
    insta::assert_debug_snapshot!(show(&schema, &json!({"id": "x", "at": "now", "tags": ["a", "c"]})), @r#"
    [
        "/id is shorter than 2 characters [/properties/id/$ref/minLength 2]",
        "/at does not have the format date-time [/properties/at/format \"date-time\"]",
        "/tags/1 is none of the documented values [/properties/tags/items/enum [\"a\",\"b\"]]",
    ]
    "#);
    insta::assert_debug_snapshot!(show(&schema, &json!({})), @r#"
    [
        " the member \"id\" is missing [/required [\"id\"]]",
    ]
    "#);
}

#[test]
fn formats_are_asserted_and_unknown_ones_are_not() {
    let schema = |format: &str| Schema::standalone(json!({"format": format})).unwrap();
    for (format, right, wrong) in [
        ("date-time", "2026-01-02T03:04:05.678Z", "2026-01-02 03:04"),
        ("uuid", "a3bb189e-8bf9-3888-9912-ace4e6543002", "a3bb189e"),
        ("email", "a@b.test", "a"),
    ] {
        assert!(schema(format).is_valid(&json!(right)), "{format}");
        assert!(!schema(format).is_valid(&json!(wrong)), "{format}");
    }
    assert!(schema("int64").is_valid(&json!("anything")));
}

#[test]
fn the_length_of_json_text_is_asserted_in_characters() {
    let schema = Schema::standalone(json!({"x-max-json-length": 9})).unwrap();
    assert!(schema.is_valid(&json!({"a": "é"})));
    insta::assert_debug_snapshot!(show(&schema, &json!({"a": "éé"})), @r#"
    [
        " is longer than 9 characters of JSON [/x-max-json-length 9]",
    ]
    "#);
}

#[test]
fn of_alternatives_the_one_that_was_meant_explains_the_failure() {
    let schema = Schema::standalone(json!({"oneOf": [
        {"type": "null"},
        {"properties": {"type": {"const": "a"}, "x": {"type": "string"}}, "required": ["type", "x"]},
        {"properties": {"type": {"const": "b"}, "y": {"type": "string"}}, "required": ["type", "y"]},
    ]}))
    .unwrap();
    insta::assert_debug_snapshot!(show(&schema, &json!({"type": "b", "y": 1})), @r#"
    [
        "/y is not of type string [/oneOf/2/properties/y/type \"string\"]",
    ]
    "#);
    insta::assert_debug_snapshot!(show(&schema, &json!({"type": "c"})), @r#"
    [
        "/type is none of the documented values [/oneOf [\"a\",\"b\"]]",
    ]
    "#);
}

#[test]
fn a_schema_that_stands_alone_is_checked_at_once() {
    assert!(Schema::standalone(json!({"type": "strin"})).is_err());
    assert!(Schema::standalone(json!({"$ref": "#/$defs/gone"})).is_err());
}

#[test]
fn the_nearest_promise_is_found_through_references() {
    let schema = Schema::standalone(json!({
        "x-promise": [0],
        "properties": {"id": {"$ref": "#/$defs/id"}, "n": {"allOf": [{"minLength": 2, "x-promise": [2]}], "type": "string"}},
        "$defs": {"id": {"type": "string", "x-promise": [1]}},
    }))
    .unwrap();
    let promise = |instance: Value| schema.failures(&instance)[0].promise;
    assert_eq!(promise(json!({"id": 1})), Some(PromiseId(1)));
    assert_eq!(promise(json!({"n": 1})), Some(PromiseId(0)));
    assert_eq!(promise(json!({"n": "x"})), Some(PromiseId(2)));
    let found: Vec<_> = schema.promises().iter().map(|found| (found.promise.0, found.path.join("/"))).collect();
    assert_eq!(found, [(0, String::new()), (1, "id".to_owned()), (2, "n".to_owned())]);
    assert_eq!(schema.promise_at(&schema.promises()[1].schema), Some(PromiseId(1)));
}

#[test]
fn a_schema_that_contains_itself_is_walked_and_judged() {
    let schema = Schema::standalone(json!({
        "$ref": "#/$defs/tree",
        "$defs": {"tree": {"x-promise": [0], "properties": {"kids": {"items": {"$ref": "#/$defs/tree"}}, "v": {"type": "integer"}}}},
    }))
    .unwrap();
    assert_eq!(schema.promises().len(), 1);
    assert_eq!(schema.failures(&json!({"kids": [{"v": "x"}]}))[0].instance, "/kids/0/v");
}

#[test]
fn a_very_long_chain_of_references_is_compiled_and_walked() {
    let link = |number: usize| json!({"properties": {"x": {"$ref": format!("#/$defs/s{}", number + 1)}}, "x-promise": [number]});
    let mut links: serde_json::Map<String, Value> =
        (0..3000).map(|number| (format!("s{number}"), link(number))).collect();
    links.insert("s3000".to_owned(), json!({"type": "string"}));
    let schema = Schema::stored(Arc::new(Store::of(json!({"$defs": links}))), "/$defs/s0".to_owned(), None);
    assert!(schema.compile().is_ok());
    assert!(schema.is_valid(&json!({"x": {"x": 1}})));
    assert!(schema.promises().len() > 50);
}
