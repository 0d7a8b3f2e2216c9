//! Which answers are taken for which parts, and what is left alone.

use std::fmt::Write as _;

use serde_json::Value;

use crate::contract;
use crate::generate::{Case, CaseKind, Options, Origin, Plan, Stage, generate};
use crate::target::{SourceChoice, Target};

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: Zoo, version: '1'}\npaths:\n";

fn plan(paths: &str, sources: &[(&str, &str)]) -> Plan {
    let contract = contract::read("zoo.yaml", &format!("{HEAD}{paths}"), None).unwrap();
    assert!(contract.diagnostics.is_empty(), "{:?}", contract.diagnostics);
    let mut target = Target::new("zoo", "zoo.yaml");
    target.sources = sources.iter().map(|(at, from)| SourceChoice::read(at, from).unwrap()).collect();
    generate(&contract, &target, None, &Options { cases: 4, ..Options::default() })
}

/// The sources of a document, as `OPERATION PART: GIVER VALUES (BASIS)`.
fn sources(paths: &str) -> Vec<String> {
    let line = |part: &crate::generate::InferredPart| {
        let values: Vec<_> = part.from.values.iter().map(ToString::to_string).collect();
        let from = &part.from;
        format!("{} {}: {} {} ({:?})", part.operation, part.at, from.operation, values.join(" or "), from.basis)
    };
    plan(paths, &[]).inferred.iter().map(line).collect()
}

/// Paths of operations on one line each: `METHOD PATH ID SCHEMA-OF-SUCCESS [BODY]`.
fn document(operations: &[(&str, &str, &str, &str, &str)]) -> String {
    let mut text = String::new();
    let mut paths: Vec<&str> = operations.iter().map(|operation| operation.1).collect();
    paths.dedup();
    for path in paths {
        writeln!(text, "  {path}:").unwrap();
        let parameters: Vec<_> = path
            .split(['{', '}'])
            .skip(1)
            .step_by(2)
            .map(|name| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}"))
            .collect();
        writeln!(text, "    parameters: [{}]", parameters.join(", ")).unwrap();
        for (method, _, id, success, body) in operations.iter().filter(|operation| operation.1 == path) {
            writeln!(text, "    {method}:\n      operationId: {id}").unwrap();
            if !body.is_empty() {
                writeln!(text, "      requestBody: {{content: {{application/json: {{schema: {body}}}}}}}").unwrap();
            }
            let content = match *success {
                "" => String::new(),
                schema => format!(", content: {{application/json: {{schema: {schema}}}}}"),
            };
            writeln!(text, "      responses: {{'200': {{description: ok{content}}}}}").unwrap();
        }
    }
    text
}

const ID: &str = "{properties: {id: {type: integer}, name: {type: string}}}";

#[test]
fn an_id_comes_from_where_its_thing_is_made() {
    let found = sources(&document(&[
        ("post", "/pets", "createPet", ID, ""),
        ("get", "/pets/{petId}", "getPet", "", ""),
        ("get", "/v2/pets/{id}", "getPetToo", "", ""),
        ("delete", "/pets/{petId}/toys", "takeToys", "", ""),
        ("get", "/toys-of/{pet_id}", "toysOf", "", ""),
        ("get", "/tags/{tag}", "getTag", "", ""),
    ]));
    let expected = [
        "getPet path.petId: createPet #/id (Collection)",
        "getPetToo path.id: createPet #/id (Name)",
        "takeToys path.petId: createPet #/id (Collection)",
        "toysOf path.pet_id: createPet #/id (Name)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_forms_of_an_answer_are_looked_into() {
    for (answer, pointer) in [
        ("{properties: {petId: {type: string}, id: {type: string}}}", "#/petId"),
        ("{properties: {pet: {properties: {id: {type: string}}}, id: {type: boolean}}}", "#/pet/id"),
        ("{properties: {data: {properties: {attributes: {properties: {pet_id: {}}}}}}}", "#/data/attributes/pet_id"),
        ("{allOf: [{properties: {name: {}}}, {properties: {uuid: {type: string}}}]}", "#/uuid"),
        ("{properties: {items: {type: array, items: {properties: {id: {type: string}}}}}}", "#/items/0/id"),
        (
            "{anyOf: [{type: 'null'}, {type: object, properties: {id: {anyOf: [{type: string}, {type: 'null'}]}}}]}",
            "#/id",
        ),
    ] {
        let operations = [("post", "/pets", "createPet", answer, ""), ("get", "/pets/{petId}", "getPet", "", "")];
        let expected = format!("getPet path.petId: createPet {pointer} (Collection)");
        assert_eq!(sources(&document(&operations)), [expected], "{answer}");
    }
    for answer in ["{properties: {id: {enum: [a, b]}}}", "{type: array, items: {}}", "{properties: {name: {}}}"] {
        let operations = [("post", "/pets", "createPet", answer, ""), ("get", "/pets/{petId}", "getPet", "", "")];
        assert_eq!(sources(&document(&operations)), [""; 0], "{answer}");
    }
}

#[test]
fn a_list_gives_ids_to_those_alone_that_look() {
    for (answer, pointer) in [
        (format!("{{type: array, items: {ID}}}"), "#/0/id"),
        (format!("{{properties: {{data: {{type: array, items: {ID}}}}}}}"), "#/data/0/id"),
        (format!("{{properties: {{pets: {{type: array, items: {ID}}}, next: {{}}}}}}"), "#/pets/0/id"),
        ("{properties: {petIds: {type: array, items: {type: string}}}}".to_owned(), "#/petIds/0"),
        ("{properties: {data: {properties: {ids: {type: array, items: {type: integer}}}}}}".to_owned(), "#/data/ids/0"),
    ] {
        let found = sources(&document(&[
            ("get", "/pets", "listPets", &answer, ""),
            ("get", "/pets/{petId}", "getPet", "", ""),
            ("put", "/pets/{petId}", "updatePet", "", ID),
            ("delete", "/pets/{petId}", "deletePet", "", ""),
        ]));
        assert_eq!(found, [format!("getPet path.petId: listPets {pointer} (List)")]);
    }
}

#[test]
fn what_stands_under_another_thing_is_asked_for_under_the_same() {
    let plan = plan(
        &document(&[
            ("post", "/owners", "createOwner", ID, ""),
            ("post", "/owners/{ownerId}/pets", "createPet", ID, ""),
            ("get", "/owners/{ownerId}/pets/{petId}", "getPet", "", ""),
        ]),
        &[],
    );
    let case = plan.cases.iter().find(|case| case.operation.id == "getPet").unwrap();
    let bound: Vec<_> =
        case.request.inferred().map(|(at, from)| format!("{at}: {} {}", from.operation, from.values[0])).collect();
    assert_eq!(bound, ["path.ownerId: createPet path.ownerId of its request", "path.petId: createPet #/id"]);
    let pet = plan.creations["createPet"].first().unwrap();
    assert_eq!(pet.request.inferred().next().unwrap().1.operation, "createOwner");
}

#[test]
fn what_is_made_under_an_id_of_the_caller_is_asked_for_under_it() {
    let document = document(&[("put", "/pets/{petId}", "putPet", "", ID), ("get", "/pets/{petId}", "getPet", "", "")]);
    assert_eq!(sources(&document), [""; 0], "such a PUT may only change what is there");
    let document = document.replacen("'200'", "'201'", 1);
    assert_eq!(sources(&document), ["getPet path.petId: putPet path.petId of its request (Collection)"]);
    let plan = plan(&document, &[]);
    let mut ids: Vec<_> = plan.creations["putPet"].iter().map(|case| case.request.path_values.clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), plan.creations["putPet"].len());
}

#[test]
fn an_id_in_a_body_names_what_was_made() {
    let found = sources(&document(&[
        ("post", "/pets", "createPet", ID, "{properties: {petId: {type: integer}}}"),
        ("post", "/visits", "createVisit", ID, "{required: [petId], properties: {petId: {type: integer}, at: {}}}"),
        ("put", "/pets/{petId}", "updatePet", "", "{properties: {id: {type: integer}, petId: {type: string}}}"),
    ]));
    let expected = [
        "createVisit body#/petId: createPet #/id (Name)",
        "updatePet path.petId: createPet #/id (Collection)",
        "updatePet body#/id: createPet #/id (Collection)",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), expected.into());
}

#[test]
fn an_operation_whose_path_says_that_it_makes_something_gives_its_id() {
    let answer = "{properties: {ok: {}, todo: {properties: {id: {type: string}}}}}";
    let body = "{required: [todoId], properties: {todoId: {type: string}}}";
    let found = sources(&document(&[
        ("post", "/rpc/todo.create", "createTodo", answer, ""),
        ("post", "/rpc/todo.get", "getTodo", answer, body),
    ]));
    assert_eq!(found, ["getTodo body#/todoId: createTodo #/todo/id (Name)"]);
}

#[test]
fn ids_are_found_in_lists_and_in_objects_of_a_body() {
    let of_body = |body: &str| {
        let operations = [
            ("post", "/pets", "createPet", ID, ""),
            ("post", "/owners", "createOwner", ID, ""),
            ("post", "/visits", "createVisit", "", body),
        ];
        sources(&document(&operations))
    };
    for (body, at) in [
        ("{properties: {petIds: {type: array, items: {type: integer}}}}", "/petIds"),
        ("{properties: {pet: {properties: {id: {type: integer}}}}}", "/pet/id"),
        ("{properties: {pet: {required: [id], properties: {id: {type: integer}, name: {}}}}}", "/pet/id"),
        (
            "{properties: {data: {properties: {pet: {properties: {data: {properties: {type: {}, id: {type: integer}}}}}}}}}",
            "/data/pet/data/id",
        ),
        ("{properties: {lines: {type: array, items: {properties: {petId: {type: integer}}}}}}", "/lines/0/petId"),
        (
            "{properties: {pets: {type: array, items: {required: [id], properties: {id: {type: integer}}}}}}",
            "/pets/0/id",
        ),
        ("{properties: {details: {properties: {pet_id: {type: integer}}}}}", "/details/pet_id"),
        ("{properties: {friend: {properties: {type: {const: pets}, id: {type: integer}}}}}", "/friend/id"),
    ] {
        assert_eq!(of_body(body), [format!("createVisit body#{at}: createPet #/id (Name)")], "{body}");
    }
    for body in [
        // A pet that is to be made.
        "{properties: {pet: {properties: {id: {type: integer}, name: {}}}}}",
        "{properties: {petIds: {type: array, items: {enum: [1, 2]}}}}",
        "{properties: {grids: {type: array, items: {type: integer}}}}",
        "{properties: {data: {properties: {id: {type: integer}}}}}",
        "{properties: {friend: {properties: {type: {enum: [pets, people]}, id: {type: integer}}}}}",
    ] {
        assert_eq!(of_body(body), [""; 0], "{body}");
    }
}

#[test]
fn an_id_in_each_item_of_a_list_is_taken_from_elsewhere() {
    let line = "{type: object, required: [petId], properties: {petId: {type: integer}}}";
    let body = format!("{{required: [lines], properties: {{lines: {{type: array, minItems: 2, items: {line}}}}}}}");
    let operations = [("post", "/pets", "createPet", ID, ""), ("post", "/visits", "createVisit", "", body.as_str())];
    let document = document(&operations).replace("requestBody: {content", "requestBody: {required: true, content");
    let bound = |plan: &Plan| {
        let case = plan.cases.iter().find(|case| case.id.0 == "createVisit/positive/least").unwrap();
        case.request.inferred().map(|(at, _)| at.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(bound(&plan(&document, &[])), ["body#/lines/0/petId", "body#/lines/1/petId"]);
    assert_eq!(bound(&plan(&document, &[("body#/lines/0/petId", "none")])), [""; 0]);
}

#[test]
fn a_broken_list_of_ids_stays_broken() {
    let body = "{required: [petIds], properties: {petIds: {type: array, minItems: 2, items: {type: integer}}}}";
    let operations = [("post", "/pets", "createPet", ID, ""), ("post", "/visits", "createVisit", "", body)];
    for case in plan(&document(&operations), &[]).cases {
        let is_of_list =
            matches!(&case.kind, CaseKind::Negative(violation) if violation.at.to_string().starts_with("body#/petIds"));
        assert!(!is_of_list || case.request.inferred().next().is_none(), "{}", case.id);
    }
}

#[test]
fn operations_that_need_each_other_do_not_wait_for_each_other() {
    let found = sources(&document(&[
        ("post", "/as", "createA", ID, "{required: [bId], properties: {bId: {type: integer}}}"),
        ("post", "/bs", "createB", ID, "{required: [aId], properties: {aId: {type: integer}}}"),
    ]));
    assert_eq!(found, ["createA body#/bId: createB #/id (Name)"]);
}

#[test]
fn a_chain_of_a_thousand_things_is_not_followed_to_its_end() {
    let name = |number: usize| format!("thing{number}x");
    let operations: Vec<_> = (0..1000)
        .map(|number| {
            let body = format!("{{required: [{0}Id], properties: {{{0}Id: {{type: integer}}}}}}", name(number + 1));
            (format!("/{}s", name(number)), format!("create{number}"), body)
        })
        .collect();
    let lines: Vec<_> =
        operations.iter().map(|(path, id, body)| ("post", path.as_str(), id.as_str(), ID, body.as_str())).collect();
    assert!(sources(&document(&lines)).len() > 500);
}

const PETS: [(&str, &str, &str, &str, &str); 4] = [
    ("post", "/pets", "createPet", ID, "{required: [name], properties: {name: {type: string}}}"),
    ("get", "/pets/{petId}", "getPet", "", ""),
    ("put", "/pets/{petId}", "updatePet", "", ID),
    ("delete", "/pets/{petId}", "deletePet", "", ""),
];

#[test]
fn a_thing_is_made_found_deleted_and_gone() {
    let plan = plan(&document(&PETS), &[]);
    let [life, ..] = plan.lives.as_slice() else { panic!("{:?}", plan.lives) };
    let ids: Vec<_> = life.cases().map(|case| case.id.0.as_str()).collect();
    let expected = [
        "createPet/resource/create-for-getPet",
        "getPet/resource/read",
        "deletePet/resource/delete",
        "getPet/resource/read-deleted",
        "deletePet/resource/delete-deleted",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_thing_is_also_made_with_all_that_it_may_have_and_found_again() {
    let body = "{properties: {name: {type: string}, color: {enum: [red, green, blue]}}}";
    let operations = [("post", "/pets", "createPet", ID, body), ("get", "/pets/{petId}", "getPet", "", "")];
    let contract = contract::read("zoo.yaml", &format!("{HEAD}{}", document(&operations)), None).unwrap();
    let plan = generate(&contract, &Target::new("zoo", "zoo.yaml"), None, &Options::default());
    let told = |life: &crate::generate::Life| {
        let body = crate::generate::fixture::json_body(&life.create).unwrap();
        let steps: Vec<_> = life.steps.iter().map(|step| step.id.0.as_str()).collect();
        format!("{} {}", body["color"], steps.join(" "))
    };
    let fuller: Vec<_> = plan.lives.iter().filter(|life| life.is_fuller).map(told).collect();
    assert_eq!(
        fuller,
        [
            "\"red\" getPet/resource/read-most",
            "\"green\" getPet/resource/read-values-1",
            "\"blue\" getPet/resource/read-values-2",
        ]
    );
}

#[test]
fn what_makes_things_is_sent_before_what_lists_them() {
    let operations = [
        ("get", "/owners", "listOwners", ID, ""),
        ("get", "/pets", "listPets", ID, ""),
        ("post", "/pets", "createPet", ID, "{required: [name], properties: {name: {type: string}}}"),
    ];
    let plan = plan(&document(&operations), &[]);
    let mut order: Vec<_> = plan.cases.iter().map(|case| (case.operation.id.as_str(), case.kind.name())).collect();
    order.dedup();
    let place = |wanted| order.iter().position(|known| *known == wanted).unwrap();
    assert!(place(("listOwners", "positive")) < place(("createPet", "positive")), "{order:?}");
    assert!(place(("createPet", "positive")) < place(("listPets", "positive")), "{order:?}");
    assert!(place(("listPets", "positive")) < place(("createPet", "negative")), "{order:?}");
}

#[test]
fn a_valid_deletion_is_sent_for_a_thing_of_its_own_and_not_over_and_over() {
    let plan = plan(&document(&PETS), &[]);
    let valid = |case: &&Case| case.operation.id == "deletePet" && case.kind == CaseKind::Positive;
    assert_eq!(plan.cases.iter().filter(valid).count(), 1);
}

#[test]
fn things_that_are_made_for_others_have_names_of_their_own() {
    let plan = plan(&document(&PETS), &[]);
    let body = |case: &Case| crate::generate::fixture::json_body(case).unwrap()["name"].clone();
    let names: Vec<Value> = plan.creations["createPet"].iter().map(body).collect();
    assert!(names.iter().enumerate().all(|(index, name)| !names[..index].contains(name)), "{names:?}");
}

#[test]
fn an_unknown_id_is_asked_for_wherever_one_thing_is_meant() {
    let plan = plan(&document(&PETS), &[]);
    let unknown = plan.cases.iter().filter(|case| case.kind == CaseKind::Resource(Stage::Unknown));
    let operations: Vec<_> = unknown.map(|case| (case.operation.id.as_str(), case.request.bindings.len())).collect();
    assert_eq!(operations, [("getPet", 0), ("updatePet", 0), ("deletePet", 0)]);
}

#[test]
fn the_configuration_names_a_source_or_wants_none() {
    let chosen = |sources: &[(&str, &str)]| {
        let plan = plan(&document(&PETS), sources);
        let of = |operation: &str| {
            let part = plan.inferred.iter().find(|part| part.operation == operation)?;
            Some(part.from.values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))
        };
        (of("getPet"), of("updatePet"))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(chosen(&[("path.petId", "createPet#/name")]), (some("#/name"), some("#/name")));
    assert_eq!(chosen(&[("path.petId", "createPet")]), (some("#/id or Location"), some("#/id or Location")));
    assert_eq!(chosen(&[("path.petId", "none"), ("getPet path.petId", "createPet#/x")]), (some("#/x"), None));
}

#[test]
fn a_link_goes_before_what_is_inferred_and_a_deletion_takes_a_thing_of_its_own() {
    let linked = document(&PETS).replace(
        "operationId: createPet\n      requestBody",
        "operationId: createPet\n      x-note: linked\n      requestBody",
    );
    let response = "responses: {'200': {description: ok, content: {application/json: {schema: {properties: {id";
    let links = "responses: {'200': {links: {a: {operationId: getPet, parameters: {petId: $response.body#/name}}, \
        b: {operationId: deletePet, parameters: {petId: $response.body#/name}}}, description: ok, content: \
        {application/json: {schema: {properties: {id";
    let plan = plan(&linked.replacen(response, links, 1), &[]);
    let from = |operation: &str| {
        let valid = |case: &&Case| case.operation.id == operation && case.kind == CaseKind::Positive;
        plan.cases.iter().find(valid).unwrap().request.bindings[0].from.clone()
    };
    assert!(matches!(from("getPet"), Origin::Operation { .. }));
    assert!(matches!(from("deletePet"), Origin::Inferred(from) if from.strength() == contract::Strength::Documented));
}
