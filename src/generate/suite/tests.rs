//! Suites as people write them, and as they get them wrong.

use super::*;

const SUITE: &str = r"arazzo: 1.0.1
info: {title: Sessions, version: 1.0.0}
sourceDescriptions:
  - {name: api, url: ../specs/api.yaml, type: openapi}
workflows:
  - workflowId: talk
    summary: Create a session, then talk in it.
    inputs:
      type: object
      properties:
        agentId: {type: string, default: abc123}
    steps:
      - stepId: create
        operationId: $sourceDescriptions.api.createSession
        requestBody:
          payload: {agentId: $inputs.agentId, platform: SDK}
        successCriteria:
          - condition: $statusCode == 201
          - condition: ^2
            type: regex
        outputs:
          sessionId: $response.body#/id
      - stepId: say
        operationId: sendMessage
        parameters:
          - {name: sessionId, in: path, value: $steps.create.outputs.sessionId}
        onFailure: []
";

#[test]
fn a_suite_is_read_with_its_steps() {
    let suite = read("talk.arazzo.yaml", SUITE).unwrap();
    let workflow = &suite.workflows[0];
    assert_eq!((workflow.id.as_str(), workflow.inputs["agentId"].as_str()), ("talk", Some("abc123")));
    let [create, say] = workflow.steps.as_slice() else { panic!("two steps") };
    assert_eq!(create.operation, "createSession");
    assert_eq!(create.criteria.len(), 1);
    assert_eq!(create.unsupported, ["the condition `^2`"]);
    assert_eq!(create.outputs[0].1.to_string(), "$response.body#/id");
    assert_eq!(say.parameters[0].0.to_string(), "path.sessionId");
    assert_eq!(say.unsupported, ["`onFailure`"]);
    assert_eq!(say.place.line, 23);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = |from: &str, to: &str| read("talk.arazzo.yaml", &SUITE.replace(from, to)).unwrap_err().to_string();
    let messages = [
        wrong("arazzo: 1.0.1", "arazzo: 2.0.0"),
        wrong("workflowId", "workflow"),
        wrong("in: path", "in: body"),
        wrong("$response.body#/id", "$answer.id"),
        wrong("info: {title", "info: {{title"),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}
