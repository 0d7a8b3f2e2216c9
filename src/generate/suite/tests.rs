//! Suites as people write them, and as they get them wrong.

use super::*;
use crate::contract::Level;

const SUITE: &str = r"arazzo: 1.0.1
info: {title: Sessions, version: 1.0.0}
sourceDescriptions:
  - {name: api, url: ../specs/api.yaml, type: openapi}
workflows:
  - workflowId: talk
    summary: Create a session, then talk in it.
    inputs: {$ref: '#/components/inputs/talk'}
    parameters:
      - {name: X-Trace, in: header, value: of the workflow}
    steps:
      - stepId: create
        operationId: $sourceDescriptions.api.createSession
        parameters:
          - {name: X-Trace, in: header, value: of the step}
        requestBody:
          payload: {agentId: $inputs.agentId, platform: SDK}
          replacements: [{target: /platform, value: WEB}]
        successCriteria:
          - condition: $statusCode == 201
          - {context: $statusCode, condition: ^2, type: regex}
        outputs:
          sessionId: $response.body#/id
      - stepId: say
        operationPath: '{$sourceDescriptions.api.url}#/paths/~1sessions~1{sessionId}~1messages/post'
        parameters:
          - {name: sessionId, in: path, value: $steps.create.outputs.sessionId}
          - {reference: $components.parameters.page, value: 2}
        onFailure:
          - {reference: $components.failureActions.again}
          - {name: elsewhere, type: goto, stepId: create}
    failureActions:
      - {name: again, type: end}
      - {name: giveUp, type: end}
    outputs: {sessionId: $steps.create.outputs.sessionId}
  - workflowId: both
    dependsOn: [talk]
    steps:
      - {stepId: call, workflowId: talk, parameters: [{name: agentId, value: a2}]}
components:
  inputs:
    talk: {type: object, properties: {agentId: {$ref: '#/components/inputs/agent'}}}
    agent: {type: string, default: abc123}
  parameters:
    page: {name: page, in: query, value: 1}
  failureActions:
    again: {name: again, type: retry, retryAfter: 0.5, retryLimit: 3, criteria: [{condition: $statusCode == 503}]}
";

fn suite() -> Suite {
    read("talk.arazzo.yaml", SUITE).unwrap()
}

#[test]
fn a_suite_is_read_with_its_steps() {
    let suite = suite();
    let workflow = &suite.workflows[0];
    assert_eq!((workflow.id.as_str(), workflow.inputs["agentId"].as_str()), ("talk", Some("abc123")));
    let [create, say] = workflow.steps.as_slice() else { panic!("two steps") };
    let SuiteCall::Operation { operation, body, .. } = &create.call else { panic!("an operation") };
    assert_eq!(*operation, OperationName::Id { source: Some("api".into()), id: "createSession".into() });
    assert_eq!(body.as_ref().unwrap().replacements, [("/platform".to_owned(), "WEB".into())]);
    assert_eq!(create.criteria.len(), 2);
    assert_eq!(create.outputs[0].1.to_string(), "$response.body#/id");
    let SuiteCall::Operation { operation, .. } = &say.call else { panic!("an operation") };
    let (source, path) = ("api".to_owned(), "/sessions/{sessionId}/messages".to_owned());
    assert_eq!(*operation, OperationName::Path { source, path, method: Some("post".to_owned()) });
    assert!(suite.diagnostics.is_empty(), "{:?}", suite.diagnostics);
}

#[test]
fn a_step_overrides_what_its_workflow_gives_to_all() {
    let suite = suite();
    let parameters = |index: usize| match &suite.workflows[0].steps[index].call {
        SuiteCall::Operation { parameters, .. } => {
            parameters.iter().map(|(at, value)| format!("{at} {value}")).collect::<Vec<_>>()
        }
        SuiteCall::Workflow { .. } => panic!("an operation"),
    };
    assert_eq!(parameters(0), ["header.X-Trace \"of the step\""]);
    let say =
        ["path.sessionId \"$steps.create.outputs.sessionId\"", "query.page 2", "header.X-Trace \"of the workflow\""];
    assert_eq!(parameters(1), say);
}

#[test]
fn actions_come_in_order_those_of_the_workflow_last() {
    let suite = suite();
    let actions = &suite.workflows[0].steps[1].on_failure;
    assert_eq!(actions.iter().map(|action| action.name.as_str()).collect::<Vec<_>>(), ["again", "elsewhere", "giveUp"]);
    let after = std::time::Duration::from_millis(500);
    assert_eq!(actions[0].then, Recovery::Retry { after, limit: 3, first: None });
    assert_eq!(actions[1].then, Recovery::Transfer(Transfer::Goto(Destination::Step("create".into()))));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = |from: &str, to: &str| {
        assert!(SUITE.contains(from), "{from}");
        read("talk.arazzo.yaml", &SUITE.replace(from, to)).unwrap_err().to_string()
    };
    let messages = [
        wrong("arazzo: 1.0.1", "arazzo: 2.0.0"),
        wrong("  - workflowId: talk", "  - workflow: talk"),
        wrong("in: path", "in: body"),
        wrong("$response.body#/id", "answer.id"),
        wrong("info: {title", "info: {{title"),
        wrong("$statusCode == 201", "$statusCode == "),
        wrong("condition: ^2", "condition: '['"),
        wrong("stepId: create}", "stepId: nowhere}"),
        wrong("workflowId: talk, parameters", "workflowId: both, parameters"),
        wrong("dependsOn: [talk]", "dependsOn: [walk]"),
        wrong("dependsOn: [talk]", "dependsOn: [both]"),
        wrong("workflowId: both", "workflowId: talk"),
        wrong("stepId: say", "stepId: create"),
        wrong("$components.parameters.page,", "$components.parameters.side,"),
        wrong("'#/components/inputs/agent'", "'#/components/inputs/talk2'"),
        wrong("value: of the step", "value: '$steps.create'"),
        wrong("type: end", "type: stop"),
        wrong("retryAfter: 0.5", "retryAfter: soon"),
        wrong("        operationPath", "        workflowId: both\n        operationPath"),
        wrong("target: /platform", "target: platform"),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn what_hinders_nobody_is_told_and_left_out() {
    let text = SUITE.replace("$steps.create.outputs.sessionId}\n          -", "$steps.create.outputs.id}\n          -");
    let text = text.replace("outputs: {sessionId: $steps.create.outputs.sessionId}", "outputs: {id: $steps.create.id}");
    let suite = read("talk.arazzo.yaml", &text).unwrap();
    assert!(suite.diagnostics.iter().all(|diagnostic| diagnostic.level == Level::Warning));
    let said: Vec<_> = suite.diagnostics.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"));
}
