//! A finding in the form that people see: its case as `curl` and as JSON, nothing secret in it.

use serde_json::{Map, Value, json};

use super::bind::Links;
use super::dispatch::Dispatcher;
use super::redact;
use super::setting::Setting;
use super::tally::{Found, Key};
use super::{FoundCase, FoundFinding, Reproduced, ShownStream};
use crate::generate::{Case, CaseKind};
use crate::judge::Context;
use crate::recording::{RecordedCase, RecordedCriteria, RecordedExchange, RecordedSetting, RecordedWorkflow};
use crate::send::{Answer, Exchange, SentRequest, curl};
use crate::target::{Redactor, Secret, Sighting};

/// Shortest piece of a secret that is hidden by itself: a shorter one is a word, or part of many.
const SHORTEST_PIECE: usize = 4;

/// What trying a finding again came to.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation {
    /// Whether it shows again.
    pub reproduced: Reproduced,
    /// Whether nothing more can be taken away without losing it.
    pub shrunk: bool,
}

impl Confirmation {
    /// It was not tried again.
    pub const NONE: Confirmation = Confirmation { reproduced: Reproduced::NotTried, shrunk: false };
}

/// Shows findings of one target.
pub struct Show<'a> {
    /// Writes their requests.
    pub dispatcher: &'a Dispatcher,
    /// Knows what gave values to others.
    pub links: &'a Links,
    /// Hides the target's secrets.
    pub redactor: &'a Redactor,
}

impl Show<'_> {
    /// The finding as people may see it.
    pub fn finding(
        &self,
        key: &Key,
        found: &Found,
        context: Context,
        Confirmation { reproduced, shrunk }: Confirmation,
    ) -> FoundFinding {
        let answer = found.exchange.answer();
        // A part of a credential, or one made from it, is a secret of its case alone.
        let of_case = self.redactor.with(found.case.request.secrets());
        let redactor = &of_case.with(&answer.map(|answer| pieces(&of_case, answer)).unwrap_or_default());
        let stream = answer.and_then(|answer| ShownStream::of(answer, &found.finding, redactor));
        let exchange = redact::exchange(redactor, found.exchange.clone());
        // What was sent could be written; a case that could not be has no exchange to show.
        let wire = self.dispatcher.wire(&found.case.request).map(|wire| redact::wire(redactor, wire));
        let line = wire.map(|wire| curl(&wire)).unwrap_or_default();
        let case = FoundCase {
            id: found.case.id.to_string(),
            kind: found.case.kind.name(),
            about: about(&found.case).map(|about| redactor.text(&about).into_owned()),
            curl: again(&found.case.kind, &line),
            request: request_json(&exchange.request),
            shrunk,
        };
        FoundFinding {
            finding: redact::finding(redactor, self.redactor, found.finding.clone()),
            operation: key.operation.clone(),
            state: key.state.clone(),
            count: found.count,
            also: found
                .also
                .iter()
                .filter(|message| **message != found.finding.message)
                .map(|message| redactor.text(message).into_owned())
                .collect(),
            reproduced,
            case,
            exchange,
            stream,
            recorded: self.recorded(&found.case, redactor),
            setting: self.setting(&found.setting, redactor),
            context,
            known: None,
        }
    }

    fn recorded(&self, case: &Case, redactor: &Redactor) -> RecordedCase {
        RecordedCase::of(case, redactor, &|operation| self.links.source(operation))
    }

    /// What a case needs around it to show a finding.
    fn setting(&self, setting: &Setting, redactor: &Redactor) -> RecordedSetting {
        let all =
            |exchanges: &[(Case, Exchange)]| exchanges.iter().map(|(c, e)| self.exchange(c, e, redactor)).collect();
        match setting {
            Setting::Alone | Setting::UsesUp => RecordedSetting::Alone,
            Setting::Beside(others) => RecordedSetting::Beside(all(others)),
            Setting::Life(led, before) => RecordedSetting::Life(all(led.get(..*before).unwrap_or_default())),
            Setting::Workflow(journeyed, index) => {
                let hidden = |text: &str| redactor.text(text).into_owned();
                let case = |case: &Case| self.recorded(case, redactor);
                let workflows = journeyed.workflows.iter().map(|one| RecordedWorkflow::of(one, &case, &hidden));
                let before = journeyed.steps.iter().take(*index).map(|(c, e, _)| self.exchange(c, e, redactor));
                let judged = journeyed.steps.get(*index).into_iter().flat_map(|(_, _, judged)| judged.clone());
                RecordedSetting::Workflow {
                    workflows: workflows.collect(),
                    before: before.collect(),
                    judged: judged
                        .map(|one| RecordedCriteria::of(one.criteria, one.source, one.known, &hidden))
                        .collect(),
                }
            }
            Setting::Burst(burst) => {
                let mut burst = (**burst).clone();
                for exchange in burst.exchanges_mut() {
                    *exchange = redact::exchange(redactor, exchange.clone());
                }
                RecordedSetting::Burst(Box::new(burst))
            }
            Setting::Drift(accepted, within) => RecordedSetting::Drift {
                accepted: accepted.to_text(),
                within: Box::new(self.setting(within, redactor)),
            },
        }
    }

    fn exchange(&self, case: &Case, exchange: &Exchange, redactor: &Redactor) -> RecordedExchange {
        let redactor = &redactor.with(case.request.secrets());
        let exchange = redact::exchange(redactor, exchange.clone());
        RecordedExchange { case: self.recorded(case, redactor), exchange }
    }
}

/// The pieces in which a stream gives a secret: each is as secret as the whole wherever it is shown alone.
fn pieces(redactor: &Redactor, answer: &Answer) -> Vec<Secret> {
    let piece = |sighting: Sighting<'_>| {
        let text = String::from_utf8_lossy(answer.body.get(sighting.range)?);
        (text.len() >= SHORTEST_PIECE).then(|| Secret::new(sighting.name, text))
    };
    redactor.in_pieces(&answer.body).into_iter().filter_map(piece).collect()
}

/// The line that shows the finding again: a burst is a line that is sent over and over.
fn again(kind: &CaseKind, curl: &str) -> String {
    match kind {
        CaseKind::Burst { requests } => format!("for i in $(seq {requests}); do {curl}; done"),
        _ => curl.to_owned(),
    }
}

/// What is special about a case, where something is.
fn about(case: &Case) -> Option<String> {
    match &case.kind {
        CaseKind::Negative(violation) => Some(violation.what.clone()),
        CaseKind::Credential(fault) => Some(format!("credential: {}", fault.name())),
        CaseKind::Unusual(what) => Some(what.clone()),
        CaseKind::Step { workflow, step } => Some(format!("step {step} of workflow {workflow}")),
        CaseKind::Burst { requests } => Some(format!("sent {requests} times")),
        CaseKind::Reading => Some("a form of request that the document leaves room for".to_owned()),
        CaseKind::Resource(stage) => Some(format!("resource: {}", stage.name())),
        CaseKind::Example | CaseKind::Positive if lacks_body(case) => {
            Some("the body is left out, which is not required".to_owned())
        }
        CaseKind::Example | CaseKind::Positive | CaseKind::Error => None,
    }
}

/// Whether the operation has a body and the request has none.
fn lacks_body(case: &Case) -> bool {
    case.operation.body.is_some() && case.request.content.is_none()
}

/// The request as JSON; a body that is none is text.
fn request_json(request: &SentRequest) -> Value {
    let header = |(name, value): &(String, String)| (name.clone(), Value::from(value.as_str()));
    let headers: Map<String, Value> = request.headers.iter().map(header).collect();
    let body = request.body.as_ref().map(|body| {
        serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body).into_owned()))
    });
    json!({ "method": request.method, "url": request.url, "headers": headers, "body": body })
}
