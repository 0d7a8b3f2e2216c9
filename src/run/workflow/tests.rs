//! Workflows against a server that answers by a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use serde_json::json;
use url::Url;

use super::*;
use crate::contract;
use crate::generate::{Expect, Options, Plan, generate, suite};
use crate::judge::Verdict;
use crate::run::Interrupt;
use crate::run::bind::Links;
use crate::run::budget::{Budget, Extra};
use crate::run::dispatch::Dispatcher;
use crate::send::Client;
use crate::target::Target;

const SPEC: &str = "
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    post:
      operationId: create
      requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {type: object}}}}}
  /login:
    post:
      operationId: login
      requestBody:
        content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {name: {type: string}}}}}
      responses: {'200': {description: in}}
  /jobs/{id}:
    get:
      operationId: look
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: there, content: {application/json: {schema: {type: object}}}}
        '404': {description: not there}
";

/// What was asked, and what is answered next: a status and a body.
#[derive(Clone)]
struct Script {
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<(u16, serde_json::Value)>>>,
}

async fn answer(State(script): State<Script>, request: Request) -> axum::response::Response<String> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    let trace = parts.headers.get("x-trace").map(|value| format!(" {}", value.to_str().unwrap()));
    let line =
        format!("{} {} {}{}", parts.method, parts.uri, String::from_utf8_lossy(&body), trace.unwrap_or_default());
    script.asked.lock().unwrap().push(line.trim().to_owned());
    let next = script.answers.lock().unwrap().pop_front().unwrap_or((200, json!({"state": "done"})));
    let response = axum::response::Response::builder().status(next.0).header("content-type", "application/json");
    response.body(next.1.to_string()).unwrap()
}

/// A run of all workflows of a suite: what was asked, and how each ended.
struct Ran {
    asked: Vec<String>,
    sent: Vec<SentWorkflow>,
    plan: Plan,
}

impl Ran {
    /// Why the first workflow did not go to its end.
    fn reason(&self) -> &str {
        match &self.sent[0].end {
            Err(BrokeOff::Step { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn output(&self, index: usize, name: &str) -> &serde_json::Value {
        &self.sent[index].end.as_ref().unwrap().outputs[name]
    }

    fn failed(&self) -> usize {
        let checks = self.sent.iter().flat_map(|sent| &sent.steps).flat_map(|step| &step.checks);
        checks.filter(|check| matches!(check.verdict, Verdict::Failed(_))).count()
    }
}

async fn ran(workflows: &str, answers: &[(u16, serde_json::Value)]) -> Ran {
    let script = Script { asked: Arc::default(), answers: Arc::new(Mutex::new(answers.iter().cloned().collect())) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let server =
        tokio::spawn(axum::serve(listener, Router::new().fallback(answer).with_state(script.clone())).into_future());
    let contract = contract::read("jobs.yaml", SPEC, None).unwrap();
    let target = Target::new("jobs", "jobs.yaml");
    let suite = suite::read("jobs.arazzo.yaml", &format!("arazzo: 1.0.1\ninfo: {{title: J}}\nworkflows:\n{workflows}"));
    let plan = generate(&contract, &target, Some(&suite.unwrap()), &Options::default());
    let budget = Budget::new(&target.limits, [(Extra::Workflow, 1000)], Interrupt::default());
    let (tell, _slowed) = tokio::sync::mpsc::unbounded_channel();
    let dispatcher = Dispatcher::new(&target, url, Client::new(&target.limits).unwrap(), budget, tell);
    let links = Links::new(&[]);
    let (mut ended, mut sent) = (Ended::new(), Vec::new());
    for workflow in &plan.workflows {
        let conductor = Conductor {
            contract: &contract,
            dispatcher: &dispatcher,
            links: &links,
            workflows: &plan.workflows,
            ended: &ended,
        };
        let one = conductor.send(workflow).await;
        if let Ok(finished) = &one.end {
            ended.insert(workflow.id.clone(), finished.clone());
        }
        sent.push(one);
    }
    server.abort();
    let asked = script.asked.lock().unwrap().clone();
    Ran { asked, sent, plan }
}

fn state(state: &str) -> (u16, serde_json::Value) {
    (200, json!({ "state": state }))
}

const POLL: &str = "
  - workflowId: poll
    steps:
      - stepId: look
        operationId: look
        parameters: [{name: id, in: path, value: j1}]
        successCriteria: [{condition: $response.body#/state == 'done'}]
        onFailure: [{name: again, type: retry, retryAfter: 0.01, retryLimit: 2}]
        outputs: {state: $response.body#/state}
    outputs: {state: $steps.look.outputs.state}
";

#[tokio::test]
async fn a_form_carries_what_an_earlier_step_gave() {
    let suite = "
  - workflowId: w
    steps:
      - {stepId: make, operationId: create, outputs: {id: $response.body#/id}}
      - {stepId: in, operationId: login, requestBody: {payload: {name: $steps.make.outputs.id}}}
      - {stepId: again, operationId: login, requestBody: {payload: 'name={$steps.make.outputs.id}&x=1'}}
";
    let ran = ran(suite, &[(201, json!({"id": "j&1"}))]).await;
    assert_eq!(ran.asked, ["POST /jobs", "POST /login name=j%261", "POST /login name=j&1&x=1"]);
}

#[tokio::test]
async fn a_failed_step_is_retried_and_only_the_last_try_counts() {
    let ran = ran(POLL, &[state("queued"), (404, json!({})), state("done")]).await;
    assert_eq!(ran.asked, ["GET /jobs/j1"; 3]);
    assert_eq!((ran.failed(), ran.output(0, "state")), (0, &json!("done")));
    assert_eq!(ran.sent[0].steps[1].case.expect, Expect::Refusal, "the 404 was foreseen");
    assert_eq!(ran.plan.workflows[0].requests(&ran.plan.workflows), 1..=3);
}

#[tokio::test]
async fn retries_end_at_their_limit_and_the_failure_is_a_finding() {
    let ran = ran(POLL, &vec![state("queued"); 9]).await;
    assert_eq!(ran.asked.len(), 3);
    assert_eq!(ran.failed(), 1);
    assert_eq!(ran.reason(), "step `look` failed: `$response.body#/state == 'done'` does not hold");
}

const LOOP: &str = "
  - workflowId: loop
    steps:
      - {stepId: make, operationId: create}
      - stepId: look
        operationId: look
        parameters: [{name: id, in: path, value: j1}]
        onSuccess: [{name: back, type: goto, stepId: make, criteria: [{condition: $response.body#/state == 'queued'}]}]
";

#[tokio::test]
async fn a_goto_leads_back_and_never_for_ever() {
    let short = ran(LOOP, &[state("made"), state("queued")]).await;
    assert_eq!(short.asked, ["POST /jobs", "GET /jobs/j1", "POST /jobs", "GET /jobs/j1"]);
    assert!(short.sent[0].end.is_ok());
    let endless = ran(LOOP, &vec![state("queued"); 99]).await;
    assert_eq!(endless.reason(), "it went back more than 10 times, and is not followed further");
    let requests = endless.plan.workflows[0].requests(&endless.plan.workflows);
    assert_eq!((requests.clone(), endless.asked.len()), (2..=22, *requests.end()));
}

#[tokio::test]
async fn an_end_leaves_the_other_steps_out() {
    let suite = LOOP.replace("type: goto, stepId: make", "type: end").replace("onSuccess", "onFailure");
    let suite = suite.replace("operationId: create}", "operationId: create, onSuccess: [{name: stop, type: end}]}");
    let ran = ran(&suite, &[]).await;
    assert_eq!(ran.asked, ["POST /jobs"]);
    assert!(ran.sent[0].end.is_ok());
    assert_eq!(ran.plan.workflows[0].requests(&ran.plan.workflows), 1..=2);
}

#[tokio::test]
async fn a_failed_step_without_an_action_ends_the_workflow() {
    let ran = ran(&LOOP.replace("onSuccess", "onFailure"), &[(500, json!({}))]).await;
    assert_eq!(ran.asked, ["POST /jobs"]);
    assert_eq!(ran.reason(), "step `make` failed: the step was answered 500");
}

const NESTED: &str = "
  - workflowId: outer
    dependsOn: [inner]
    inputs: {properties: {prefix: {default: job}}}
    steps:
      - stepId: call
        workflowId: inner
        parameters: [{name: name, value: '{$inputs.prefix}-{$workflows.inner.outputs.id}'}]
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {id: $outputs.id}
      - stepId: look
        operationId: look
        parameters:
          - {name: id, in: path, value: $steps.call.outputs.id}
          - {name: X-Trace, in: header, value: 'of {$steps.call.outputs.id}'}
  - workflowId: inner
    inputs: {properties: {name: {default: first}}}
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: '{\"name\": \"{$inputs.name}\"}', replacements: [{target: /kind, value: $inputs.name}]}
        outputs: {id: $response.body#/id}
    outputs: {id: $steps.make.outputs.id}
";

#[tokio::test]
async fn a_workflow_is_called_with_inputs_and_gives_outputs() {
    let ran = ran(NESTED, &[(201, json!({"id": "a"})), (201, json!({"id": "b"}))]).await;
    assert_eq!(
        ran.asked,
        [
            r#"POST /jobs {"name":"first","kind":"first"}"#,
            r#"POST /jobs {"name":"job-a","kind":"job-a"}"#,
            "GET /jobs/b  of b",
        ]
    );
    assert_eq!(ran.plan.workflows.iter().map(|workflow| workflow.id.as_str()).collect::<Vec<_>>(), ["inner", "outer"]);
    assert_eq!((ran.failed(), ran.output(0, "id")), (0, &json!("a")));
    assert_eq!(ran.plan.workflows[1].requests(&ran.plan.workflows), 2..=2);
}

#[tokio::test]
async fn something_is_done_before_a_retry_where_the_suite_says_so() {
    let suite = format!("{POLL}      - {{stepId: make, operationId: create}}\n")
        .replace("    outputs: {state: $steps.look.outputs.state}\n", "");
    let suite = suite.replace("retryLimit: 2", "retryLimit: 2, stepId: make");
    let ran = ran(&suite, &[state("queued"), state("made"), state("done")]).await;
    assert_eq!(ran.asked, ["GET /jobs/j1", "POST /jobs", "GET /jobs/j1", "POST /jobs"]);
    assert_eq!(ran.plan.workflows[0].requests(&ran.plan.workflows), 2..=6);
}

#[tokio::test]
async fn a_healthy_server_is_sent_the_least_that_its_workflows_come_to() {
    for api in crate::reference::apis() {
        let server = crate::reference::start(api, Default::default()).await.unwrap();
        let job = crate::selftest::job(api, Url::parse(&server.url).unwrap()).unwrap();
        let plan = generate(&job.contract, &job.target, job.suite.as_ref(), &Options::default());
        // No extra is allowed.
        let budget = Budget::new(&job.target.limits, [], Interrupt::default());
        let (tell, _slowed) = tokio::sync::mpsc::unbounded_channel();
        let client = Client::new(&job.target.limits).unwrap();
        let dispatcher = Dispatcher::new(&job.target, job.url.clone(), client, budget, tell);
        let (links, ended) = (Links::new(&[]), Ended::new());
        for workflow in &plan.workflows {
            let (contract, workflows) = (&job.contract, plan.workflows.as_slice());
            let before = dispatcher.budget.sent();
            let conductor = Conductor { contract, dispatcher: &dispatcher, links: &links, workflows, ended: &ended };
            let sent = conductor.send(workflow).await;
            assert!(sent.end.is_ok(), "{} {}", api.name, workflow.id);
            let requests = workflow.requests(workflows);
            assert_eq!(dispatcher.budget.sent() - before, *requests.start(), "{} {}", api.name, workflow.id);
        }
        server.stop().await;
    }
}
