use serde_json::json;

use crate::contract::{Schema, read};

/// The schema of the request, and that of the answer.
fn schemas(schema: &str) -> (Schema, Schema) {
    let text = format!(
        "openapi: 3.0.3\npaths: {{/a: {{post: {{requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}, \
             responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n\
             components: {{schemas: {{\
             Cat: {{type: object, properties: {{kind: {{type: string}}, lives: {{type: integer}}}}}}, \
             Dog: {{type: object, required: [kind], properties: {{kind: {{type: string, enum: [dog]}}}}}}}}}}\n"
    );
    let contract = read("api.yaml", &text, None).unwrap();
    let operation = &contract.operations[0];
    let of = |media: &crate::contract::MediaType| media.schema.clone().unwrap();
    (of(&operation.body.as_ref().unwrap().media[0]), of(&operation.responses[0].media[0]))
}

const PETS: &str = "oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]";

#[test]
fn the_discriminator_of_a_request_names_its_alternative() {
    let (request, answer) = schemas(&format!("{{{PETS}, discriminator: {{propertyName: kind}}}}"));
    assert!(request.is_valid(&json!({"kind": "Cat", "lives": 9})));
    assert!(request.is_valid(&json!({"kind": "dog"})), "an alternative that says its values itself keeps them");
    assert!(!request.is_valid(&json!({"kind": "cow"})) && !request.is_valid(&json!({"lives": 9})));
    assert!(answer.is_valid(&json!({"kind": "cow"})), "a name that no alternative has chooses nothing");
}

#[test]
fn an_answer_is_of_the_alternative_that_its_member_names() {
    let any = "anyOf: [{$ref: '#/components/schemas/Cat'}, {type: object}]";
    let (_, answer) = schemas(&format!("{{{any}, discriminator: {{propertyName: kind, mapping: {{tom: Cat}}}}}}"));
    for (kind, is_valid) in [("tom", false), ("Dog", true), ("else", true)] {
        assert_eq!(answer.is_valid(&json!({"kind": kind, "lives": "many"})), is_valid, "{kind}");
    }
}

#[test]
fn mapped_names_go_before_that_of_the_schema() {
    let mapping = "mapping: {c: Cat, tom: '#/components/schemas/Cat', d: Dog}";
    let (request, _) = schemas(&format!("{{{PETS}, discriminator: {{propertyName: kind, {mapping}}}}}"));
    for (kind, is_valid) in [("c", true), ("tom", true), ("Cat", false), ("d", false)] {
        assert_eq!(request.is_valid(&json!({"kind": kind})), is_valid, "{kind}");
    }
}

/// The classical pets: children build on a base, which chooses by `petType`.
fn inherited(discriminator: &str) -> crate::contract::Contract {
    let pet = "{$ref: '#/components/schemas/Pet'}";
    let text = format!(
        "openapi: 3.0.3
paths: {{/a: {{post: {{
  requestBody: {{content: {{application/json: {{schema: {pet}}}}}}},
  responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{type: array, items: {pet}}}}}}}}}}}}}}}}}
components:
  schemas:
    Pet: {{type: object, required: [petType], properties: {{petType: {{type: string}}}}, discriminator: {discriminator}}}
    Cat: {{allOf: [{pet}, {{required: [lives], properties: {{lives: {{type: integer}}, friend: {pet}}}}}]}}
    Siamese: {{allOf: [{{$ref: '#/components/schemas/Cat'}}, {{required: [meows]}}]}}
    Dog: {{allOf: [{pet}, {{required: [barks]}}]}}
"
    );
    read("api.yaml", &text, None).unwrap()
}

fn of_body(contract: &crate::contract::Contract) -> Schema {
    contract.operations[0].body.as_ref().unwrap().media[0].schema.clone().unwrap()
}

fn of_answer(contract: &crate::contract::Contract) -> Schema {
    contract.operations[0].responses[0].media[0].schema.clone().unwrap()
}

#[test]
fn what_is_named_by_the_member_of_a_base_fits_the_schema_of_that_name() {
    let contract = inherited("{propertyName: petType}");
    let (body, answer) = (of_body(&contract), of_answer(&contract));
    for (pet, is_right) in [
        (json!({"petType": "Cat", "lives": 9}), true),
        (json!({"petType": "Cat"}), false),
        (json!({"petType": "Siamese", "lives": 9, "meows": true}), true),
        (json!({"petType": "Siamese", "lives": 9}), false),
        (json!({"petType": "Cat", "lives": 9, "friend": {"petType": "Dog"}}), false),
        (json!({"petType": "Cat", "lives": 9, "friend": {"petType": "Dog", "barks": 1}}), true),
        (json!({"lives": 9}), false),
    ] {
        assert_eq!(body.is_valid(&pet), is_right, "{pet}");
        assert_eq!(answer.is_valid(&json!([pet])), is_right, "{pet}");
    }
    assert!(answer.is_valid(&json!([{"petType": "Cow"}])), "a name that no schema has chooses nothing");
    assert!(!body.is_valid(&json!({"petType": "Cow"})), "and is not sent");
}

#[test]
fn what_is_wrong_with_a_named_value_is_told_once() {
    let answer = of_answer(&inherited("{propertyName: petType}"));
    let failures = answer.failures(&json!([{"petType": "Cat", "lives": "nine"}, {"petType": 1}]));
    let told: Vec<_> = failures.iter().map(|one| format!("{} {}", one.instance, one.message)).collect();
    assert_eq!(told, ["/0/lives is not of type integer", "/1/petType is not of type string"]);
}

#[test]
fn a_mapping_goes_before_the_names_of_schemas_and_what_leads_nowhere_is_said() {
    let contract = inherited("{propertyName: petType, mapping: {c: Cat, Dog: '#/components/schemas/Cat', x: Gone}}");
    let answer = of_answer(&contract);
    for (kind, is_right) in [("c", false), ("Dog", false), ("Cat", true), ("x", true)] {
        assert_eq!(answer.is_valid(&json!([{"petType": kind}])), is_right, "{kind}");
    }
    let said: Vec<_> = contract.diagnostics.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @"api.yaml:7:178: the mapping of `x` leads nowhere: nothing more is asked of what it names (write the name of a schema, or a reference to one)");
}

#[test]
fn a_discriminator_that_chooses_nothing_is_said() {
    let text = "openapi: 3.1.0
paths: {/a: {get: {responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}
components: {schemas: {A: {type: object, discriminator: {propertyName: kind}}}}
";
    let contract = read("api.yaml", text, None).unwrap();
    assert!(of_answer(&contract).is_valid(&json!({"kind": "anything"})));
    let said: Vec<_> = contract.diagnostics.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @"api.yaml:3:57: this discriminator chooses no schema: nothing more is asked of what its member names (schemas that it chooses build on this one by `allOf`, or stand in its `mapping`)");
}

#[test]
fn alternatives_that_build_on_the_schema_that_chooses_them_end() {
    let text = "openapi: 3.1.0
paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}, responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}}
components:
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: petType}
      required: [petType]
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {required: [lives]}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {required: [barks]}]}
";
    let contract = read("api.yaml", text, None).unwrap();
    for schema in [of_body(&contract), of_answer(&contract)] {
        assert!(schema.is_valid(&json!({"petType": "Cat", "lives": 9})));
        assert!(!schema.is_valid(&json!({"petType": "Cat", "barks": 9})));
        assert!(!schema.is_valid(&json!({"lives": 9})));
    }
}
