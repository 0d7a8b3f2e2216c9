//! Suites of the shapes that people write, made into workflows.

use serde_json::{Value, json};

use super::*;
use crate::contract::{self, Location};
use crate::generate::{Body, Options, Origin, Plan, generate, suite};
use crate::target::Target;

const SPEC: &str = "
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /pets/find:
    get:
      operationId: findPets
      parameters:
        - {name: tags, in: query, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer}}
      responses: {'200': {description: pets}}
  /orders:
    post:
      operationId: placeOrder
      requestBody:
        required: true
        content:
          application/json:
            schema:
              {type: object, required: [petId, note], properties: {petId: {}, note: {type: string}, stream: {type: boolean}}}
      responses: {'200': {description: order}, '404': {description: no pet}, '409': {description: sold}}
  /token:
    post:
      operationId: token
      requestBody:
        content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {code: {type: string}}}}}
      responses: {'200': {description: token}}
  /note:
    post:
      operationId: note
      requestBody: {content: {text/plain: {schema: {type: string}}}}
      responses: {'200': {description: noted}}
";

fn plan_of(text: &str) -> Plan {
    let contract = contract::read("docs/shop.yaml", SPEC, None).unwrap();
    let text = format!("arazzo: 1.0.1\ninfo: {{title: Shop}}\n{text}");
    let suite = suite::read("docs/suites/shop.arazzo.yaml", &text).unwrap();
    generate(&contract, &Target::new("shop", "docs/shop.yaml"), Some(&suite), &Options::default())
}

fn workflow(text: &str) -> Workflow {
    let mut plan = plan_of(text);
    assert_eq!(plan.left_out.iter().find(|left_out| left_out.what.starts_with("workflow")), None);
    plan.workflows.remove(0)
}

/// Why the first workflow is left out.
fn reason(text: &str) -> String {
    let left_out = plan_of(text).left_out;
    left_out.into_iter().find(|left_out| left_out.what.starts_with("workflow")).unwrap().reason
}

fn body(case: &Case) -> &Value {
    match &case.request.content.as_ref().unwrap().body {
        Body::Json(value) | Body::Form(value) => value,
        Body::Coded { .. } | Body::Bytes(_) => panic!("no value"),
    }
}

/// What is bound, as `PART = TEMPLATE`.
fn bound(case: &Case) -> Vec<String> {
    let shown = |binding: &crate::generate::Binding| match &binding.from {
        Origin::Workflow(template) => format!("{} = {template}", binding.at),
        Origin::Operation { .. } | Origin::Inferred(_) => panic!("no links here"),
    };
    case.request.bindings.iter().map(shown).collect()
}

#[test]
fn a_form_takes_values_of_earlier_steps_by_its_members_and_as_a_text() {
    let of_payload = |payload: &str| {
        let steps =
            "[{stepId: find, operationId: findPets, outputs: {code: $statusCode}}, {stepId: s, operationId: token";
        workflow(&format!("workflows: [{{workflowId: w, steps: {steps}, requestBody: {{payload: {payload}}}}}]}}]"))
    };
    let members = of_payload("{code: $steps.find.outputs.code, grant_type: code}");
    assert_eq!(bound(members.cases()[1]), ["body#/code = $steps.find.outputs.code"]);
    assert_eq!(body(members.cases()[1])["grant_type"], "code");
    let text = of_payload("'code={$steps.find.outputs.code}&grant_type=code'");
    assert_eq!(bound(text.cases()[1]), ["body# = code={$steps.find.outputs.code}&grant_type=code"]);
}

#[test]
fn a_called_workflow_takes_known_inputs_at_once_and_others_later() {
    let made = workflow(
        "
workflows:
  - workflowId: buy
    inputs: {$ref: '#/components/inputs/buyer'}
    steps:
      - stepId: find
        operationId: findPets
        parameters:
          - {name: tags, in: query, value: $inputs.tags}
          - {reference: $components.parameters.page, value: 3}
        outputs: {petId: $response.body#/0/id}
      - stepId: order
        workflowId: order
        parameters: [{name: pet, value: $steps.find.outputs.petId}, {name: note, value: soon}]
        outputs: {order: $outputs.order}
  - workflowId: order
    inputs: {properties: {note: {default: never}, pet: {}, missing: {type: string}}}
    steps:
      - stepId: place
        operationId: placeOrder
        requestBody: {payload: {petId: $inputs.pet, note: $inputs.note, coupon: $inputs.missing}}
        outputs: {id: $response.body#/id}
    outputs: {order: $steps.place.outputs.id}
components:
  inputs: {buyer: {type: object, default: {tags: puppy}}}
  parameters: {page: {name: page, in: query, value: 1}}
",
    );
    let cases = made.cases();
    let query: Vec<_> = cases[0].request.query.iter().map(|(name, text)| format!("{name}={text}")).collect();
    assert_eq!(query, ["tags=puppy", "page=3"]);
    assert_eq!(body(cases[1])["note"], "soon");
    assert_eq!(body(cases[1]).get("coupon"), None);
    assert_eq!(bound(cases[1]), ["body#/petId = $inputs.pet"]);
}

#[test]
fn a_payload_may_be_json_in_a_text_with_expressions_in_it() {
    let made = workflow(
        r#"
workflows:
  - workflowId: buy
    inputs: {properties: {pet: {default: {id: 7, tags: [a]}}}}
    steps:
      - {stepId: find, operationId: findPets, outputs: {tag: $response.body#/tag}}
      - stepId: order
        operationId: placeOrder
        requestBody:
          contentType: application/json
          payload: |
            {"petId": "{$inputs.pet#/id}", "tags": "{$inputs.pet.tags}", "list": ["{$inputs.none}", "{$steps.find.outputs.tag}"],
             "note": "tag {$steps.find.outputs.tag} for {$inputs.pet#/id}"}
          replacements: [{target: /stream, value: true}]
"#,
    );
    let order = made.cases()[1];
    let bound_list = &body(order)["list"];
    assert_eq!(bound_list.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&body(order)["petId"], &body(order)["tags"], &body(order)["stream"]),
        (&json!(7), &json!(["a"]), &json!(true))
    );
    let expected = ["body#/list/0 = $steps.find.outputs.tag", "body#/note = tag {$steps.find.outputs.tag} for 7"];
    assert_eq!(bound(order), expected);
}

#[test]
fn a_path_without_a_method_and_parameters_that_nobody_declares_are_taken() {
    let made = workflow(
        "
sourceDescriptions: [{name: shop, url: https://example.com/shop.yaml}]
workflows:
  - workflowId: look
    parameters: [{name: trace, in: cookie, value: t1}]
    steps:
      - {stepId: login, operationId: $sourceDescriptions.shop.findPets, outputs: {token: $response.body}}
      - stepId: find
        operationPath: '{$sourceDescriptions.shop.url}#/paths/~1pets~1find'
        parameters: [{name: Authorization, in: header, value: 'Bearer {$steps.login.outputs.token}'}]
",
    );
    let find = made.cases()[1];
    assert_eq!(find.operation.id, "findPets");
    assert_eq!(bound(find), ["header.Authorization = Bearer {$steps.login.outputs.token}"]);
    assert!(find.request.headers.iter().any(|(name, text)| name == "Cookie" && text.to_string() == "trace=t1"));
}

#[test]
fn the_statuses_that_criteria_ask_for_are_expected() {
    let expect = |condition: &str| {
        let text = format!(
            "workflows: [{{workflowId: w, steps: [{{stepId: s, operationId: placeOrder, successCriteria: [{{condition: '{condition}'}}]}}]}}]"
        );
        workflow(&text).cases()[0].expect.clone()
    };
    assert!(matches!(expect("$statusCode == 200 || $statusCode == 404"), Expect::Success { .. }));
    let Expect::Error(errors) = expect("$statusCode == 404 || $statusCode == 409") else { panic!("errors") };
    assert_eq!(errors.iter().map(|error| error.status.to_string()).collect::<Vec<_>>(), ["404", "409"]);
}

#[test]
fn what_cannot_be_sent_is_left_out_with_its_reason() {
    let step = |step: &str| {
        reason(&format!(
            "workflows: [{{workflowId: w, steps: [{{stepId: find, operationId: findPets, outputs: {{code: $response.body}}}}, {{stepId: s, {step}}}]}}]"
        ))
    };
    let two = "sourceDescriptions: [{name: a, url: ../shop.yaml}, {name: b, url: b.yaml}, {name: c, url: c.yaml, type: arazzo}]";
    let source = |call: &str| reason(&format!("{two}\nworkflows: [{{workflowId: w, steps: [{{stepId: s, {call}}}]}}]"));
    let reasons = [
        step("operationId: nothing"),
        step("operationId: findPets, parameters: [{name: id, in: path, value: 1}]"),
        step("operationId: findPets, requestBody: {payload: {}}"),
        step("operationId: placeOrder, requestBody: {contentType: application/xml, payload: <a/>}"),
        step("operationId: placeOrder, requestBody: {payload: {note: $statusCode}}"),
        step("operationId: placeOrder, requestBody: {payload: {note: 'for {$inputs.nobody}'}}"),
        step("operationId: placeOrder, requestBody: {payload: {note: $steps.later.outputs.x}}"),
        step("operationId: placeOrder, requestBody: {replacements: [{target: /a/b, value: 1}]}"),
        step("operationId: note, requestBody: {payload: $steps.find.outputs.code}"),
        source("operationId: $sourceDescriptions.b.findPets"),
        source("operationPath: '{$sourceDescriptions.a.url}#/paths/~1pets/get'"),
        source("workflowId: $sourceDescriptions.c.login"),
    ];
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn a_workflow_that_needs_one_that_cannot_be_sent_is_left_out_too() {
    let plan = plan_of(
        "
workflows:
  - {workflowId: last, dependsOn: [middle], steps: [{stepId: s, operationId: findPets}]}
  - workflowId: middle
    steps: [{stepId: s, operationId: findPets, onSuccess: [{name: on, type: goto, workflowId: first}]}]
  - {workflowId: first, steps: [{stepId: s, operationId: nothing}]}
",
    );
    assert!(plan.workflows.is_empty());
    let reasons: Vec<_> = plan.left_out.iter().map(|left_out| left_out.reason.as_str()).collect();
    assert!(reasons.contains(&"it needs workflow `middle`, which cannot be sent"), "{reasons:?}");
    assert!(reasons.contains(&"it needs workflow `first`, which cannot be sent"), "{reasons:?}");
}

#[test]
fn workflows_that_multiply_each_other_are_not_followed_for_ever() {
    let mut text = "workflows:\n".to_owned();
    for index in 0..20 {
        let next = format!("workflowId: w{}", index + 1);
        text.push_str(&format!(
            "  - {{workflowId: w{index}, steps: [{{stepId: a, {next}}}, {{stepId: b, {next}}}]}}\n"
        ));
    }
    text.push_str("  - {workflowId: w20, steps: [{stepId: a, operationId: findPets}]}\n");
    let plan = plan_of(&text);
    assert!(
        plan.left_out.iter().any(|left_out| left_out.what == "workflow `w0`" && left_out.reason.contains("1000 steps"))
    );
    assert!(plan.workflows.iter().any(|workflow| workflow.id == "w15"));
}

#[test]
fn a_configured_value_gives_way_to_what_the_suite_writes() {
    let contract = contract::read("docs/shop.yaml", SPEC, None).unwrap();
    let text = "arazzo: 1.0.1\ninfo: {title: S}\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: findPets, \
                parameters: [{name: tags, in: query, value: mine}]}]}]";
    let suite = suite::read("s.arazzo.yaml", text).unwrap();
    let mut target = Target::new("shop", "docs/shop.yaml");
    target.values.insert(Location::Query("tags".into()), json!("theirs"));
    let plan = generate(&contract, &target, Some(&suite), &Options::default());
    assert_eq!(plan.workflows[0].cases()[0].request.query[0].1.to_string(), "mine");
}
