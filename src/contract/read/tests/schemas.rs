//! Schemas of every version as JSON Schema 2020-12.

use serde_json::{Value, json};

use super::*;
use crate::contract::{PromiseId, Schema};

/// The schema of an answer, and the contract around it.
fn schema_of(version: &str, schema: &str, components: &str) -> (Contract, Schema) {
    let contract = contract(
        version,
        &format!(
            "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            \
             application/json:\n              schema: {schema}\n{components}"
        ),
    );
    let schema = answer(&contract, "GET /a").schema.clone().unwrap();
    (contract, schema)
}

fn normalised(version: &str, schema: &str) -> Value {
    schema_of(version, schema, "").1.json().clone()
}

#[test]
fn nullable_allows_null_whatever_stands_beside_it() {
    let string = normalised("3.0.3", "{type: string, nullable: true, enum: [a]}");
    assert_eq!(string, json!({"type": ["string", "null"], "enum": ["a", null]}));
    for text in [
        "{type: object, nullable: true, allOf: [{$ref: '#/components/schemas/A'}]}",
        "{nullable: true, allOf: [{$ref: '#/components/schemas/A'}], x-echo: $request.body#/a}",
        "{nullable: true}",
        "{nullable: true, oneOf: [{type: object}, {type: array}]}",
    ] {
        let (_, schema) = schema_of("3.0.3", text, "components: {schemas: {A: {type: object}}}\n");
        assert!(schema.is_valid(&Value::Null), "{text}");
        assert!(schema.is_valid(&json!({})), "{text}");
        assert_eq!(schema.json().get("x-echo").is_some(), text.contains("x-echo"), "{text}");
    }
}

#[test]
fn nullable_is_taken_from_3_1_on_and_said() {
    let (contract, schema) = schema_of("3.1.0", "{type: string, nullable: true}", "");
    assert!(schema.is_valid(&Value::Null));
    insta::assert_snapshot!(said(&contract), @"Note api.yaml:11:48: `nullable` is no keyword from OpenAPI 3.1 on; null is allowed all the same (write `type: [string, 'null']`)");
}

#[test]
fn words_of_older_drafts_are_said_anew() {
    let limits = "{minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false}";
    assert_eq!(normalised("3.0.3", limits), json!({"exclusiveMinimum": 1, "maximum": 5}));
    let tuple = "{items: [{type: string}], additionalItems: false}";
    assert_eq!(normalised("3.1.0", tuple), json!({"prefixItems": [{"type": "string"}], "items": false}));
    assert_eq!(
        normalised("3.1.0", "{exclusiveMinimum: 1, maxLength: 5.0}"),
        json!({"exclusiveMinimum": 1, "maxLength": 5})
    );
}

#[test]
fn siblings_of_a_reference_count_from_3_1_on() {
    let text = "{$ref: '#/components/schemas/A', maxLength: 1, x-unique: true}";
    let components = "components: {schemas: {A: {type: string}}}\n";
    let (_, old) = schema_of("3.0.3", text, components);
    let (_, new) = schema_of("3.1.0", text, components);
    assert!(old.is_valid(&json!("ab")) && !new.is_valid(&json!("ab")));
    assert_eq!(old.json(), &json!({"$ref": "#/$defs/A", "x-unique": true}));
    assert_eq!(new.resolve("#/$defs/A"), Some(&json!({"type": "string"})));
}

#[test]
fn a_schema_that_is_only_a_reference_is_what_it_refers_to() {
    let components = "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {type: integer}}}\n";
    let (_, schema) = schema_of("3.1.0", "{$ref: '#/components/schemas/A'}", components);
    assert_eq!(schema.json(), &json!({"type": "integer"}));
}

#[test]
fn siblings_on_the_way_to_a_schema_count() {
    let components = "components: {schemas: {A: {$ref: '#/components/schemas/B', maximum: 5}, B: {type: integer}}}\n";
    let (_, schema) = schema_of("3.1.0", "{$ref: '#/components/schemas/A'}", components);
    assert!(schema.is_valid(&json!(5)) && !schema.is_valid(&json!(6)) && !schema.is_valid(&json!("x")));
}

#[test]
fn a_reference_to_itself_is_refused() {
    let text = "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}
components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}\n";
    let contract = contract("3.1.0", text);
    assert!(contract.operations.is_empty());
    assert!(said(&contract).contains("leads back to itself"), "{}", said(&contract));
}

#[test]
fn names_that_are_no_pointers_are_referred_to_all_the_same() {
    let components = "components: {schemas: {'a/b~c d%': {type: integer}, 'a_b_c_d_': {type: string}}}\n";
    let text =
        "{properties: {x: {$ref: '#/components/schemas/a~1b~0c%20d%25'}, y: {$ref: '#/components/schemas/a_b_c_d_'}}}";
    let (_, schema) = schema_of("3.1.0", text, components);
    assert!(schema.is_valid(&json!({"x": 1, "y": "s"})));
    assert!(!schema.is_valid(&json!({"x": "s"})) && !schema.is_valid(&json!({"y": 1})));
}

#[test]
fn references_may_run_in_circles_through_content() {
    let components = "components: {schemas: {Tree: {type: object, properties: {kids: {type: array, items: {$ref: '#/components/schemas/Tree'}}}, required: [kids]}}}\n";
    let (contract, schema) = schema_of("3.1.0", "{$ref: '#/components/schemas/Tree'}", components);
    assert!(schema.is_valid(&json!({"kids": [{"kids": []}]})));
    assert!(!schema.is_valid(&json!({"kids": [{}]})));
    assert!(contract.diagnostics.is_empty(), "{}", said(&contract));
}

#[test]
fn anchors_and_ids_are_references_too() {
    let components =
        "components: {schemas: {A: {$anchor: a, type: integer}, B: {$id: 'https://x.test/b', type: string}}}\n";
    let (_, schema) = schema_of("3.1.0", "{properties: {a: {$ref: '#a'}, b: {$ref: 'https://x.test/b'}}}", components);
    assert!(schema.is_valid(&json!({"a": 1, "b": "s"})));
    assert!(!schema.is_valid(&json!({"a": "s"})) && !schema.is_valid(&json!({"b": 1})));
}

#[test]
fn what_only_answers_or_only_requests_have_is_required_of_them_alone() {
    let contract = contract(
        "3.0.3",
        "paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}
components:
  schemas:
    A: {required: [id, name, secret], properties: {id: {readOnly: true}, name: {}, secret: {$ref: '#/components/schemas/Secret'}}}
    Secret: {writeOnly: true}
",
    );
    let request = operation(&contract, "POST /a").body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
    let response = answer(&contract, "POST /a").schema.as_ref().unwrap();
    assert_eq!(request.json()["required"], json!(["name", "secret"]));
    assert_eq!(response.json()["required"], json!(["id", "name"]));
}

#[test]
fn a_failure_knows_the_nearest_promise() {
    let source =
        |quote: &str, strength: &str| format!("x-source: {{document: d, quote: {quote}, strength: {strength}}}");
    let text = format!(
        "{{type: object, {}, properties: {{id: {{$ref: '#/components/schemas/Id'}}}}, allOf: [{{required: [id], {}}}]}}",
        source("whole", "documented"),
        source("sample", "inferred")
    );
    let components = format!("components: {{schemas: {{Id: {{type: string, {}}}}}}}\n", source("id", "documented"));
    let (contract, schema) = schema_of("3.1.0", &text, &components);
    let quote = |instance: Value| {
        let promise: Option<PromiseId> = schema.failures(&instance)[0].promise;
        contract.promise(promise.unwrap()).source.quote.clone().unwrap()
    };
    assert_eq!([quote(json!(1)), quote(json!({})), quote(json!({"id": 1}))], ["whole", "sample", "id"]);
    let paths: Vec<String> = schema.promises().iter().map(|found| found.path.join("/")).collect();
    assert_eq!(paths, ["", "id", ""]);
}

#[test]
fn what_is_no_schema_is_told_with_what_would_be_right() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {minLength: x, maximum: '5', required: true}}}}}}}
  /b: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {pattern: '('}}}}}}}
  /c: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {allOf: []}}}}}}}
  /d: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {properties: {x: 1}}}}}}}}
",
    );
    assert!(contract.operations.is_empty());
    insta::assert_snapshot!(said(&contract), @r#"
    Warning api.yaml:3:1: no operation of this document can be tested (what is said of each operation says why)
    Warning api.yaml:4:8: `GET /a` is not tested: `minLength` is "x" (api.yaml:4:100)
    Warning api.yaml:4:100: `minLength` is "x" (`minLength` is a whole number from 0 on)
    Note api.yaml:4:112: `maximum` is a string, read as the number in it (remove the quotes)
    Note api.yaml:4:127: `required` inside a property says nothing (list the property's name under `required` of the object around it)
    Warning api.yaml:5:8: `GET /b` is not tested: the pattern `(` cannot be compiled (api.yaml:5:98)
    Warning api.yaml:5:98: the pattern `(` cannot be compiled (`pattern` is a regular expression as ECMA-262 writes it)
    Warning api.yaml:6:8: `GET /c` is not tested: `allOf` is empty (api.yaml:6:96)
    Warning api.yaml:6:96: `allOf` is empty (`allOf` is an array of one or more schemas)
    Warning api.yaml:7:8: `GET /d` is not tested: a number is no schema (api.yaml:7:105)
    Warning api.yaml:7:105: a number is no schema (a schema is an object, or true or false)
    "#);
}

#[test]
fn everything_that_is_read_compiles() {
    let (mut contract, _) = schema_of("3.0.3", "{type: object, properties: {n: {type: integer, format: int64}}}", "");
    contract.compile();
    assert_eq!(contract.operations.len(), 1);
}

#[test]
fn a_dynamic_reference_means_what_the_way_to_it_says() {
    let contract = contract(
        "3.1.0",
        "paths:
  /users: {get: {responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Users'}}}}}}}
  /any: {get: {responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}}}}
components:
  schemas:
    User: {type: object, required: [name]}
    Page:
      $id: https://x.test/page
      $dynamicAnchor: page
      properties: {items: {type: array, items: {$dynamicRef: '#item'}}, next: {$dynamicRef: '#page'}}
      $defs: {any: {$dynamicAnchor: item}}
    Users:
      $id: https://x.test/users
      $ref: page
      $dynamicAnchor: page
      required: [total]
      $defs: {user: {$dynamicAnchor: item, $ref: '#/components/schemas/User'}}
",
    );
    let schema = |id: &str| operation(&contract, id).responses[0].media[0].schema.clone().unwrap();
    let (users, any) = (schema("GET /users"), schema("GET /any"));
    assert!(users.is_valid(&json!({"total": 1, "items": [{"name": "a"}], "next": {"total": 2, "items": []}})));
    assert!(!users.is_valid(&json!({"total": 1, "items": [{}]})), "an item is a user on this way");
    assert!(!users.is_valid(&json!({"total": 1, "next": {}})), "and the next page one of users");
    assert!(any.is_valid(&json!({"items": [{}, 1], "next": {}})), "and anything on another");
}
