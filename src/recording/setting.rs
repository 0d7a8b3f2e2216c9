//! What a recorded exchange needs around it to show its finding.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordedCase;
use super::workflow::RecordedWorkflow;
use crate::contract::Source;
use crate::generate::suite::Criterion;
use crate::judge::{Burst, Finished, Known};
use crate::send::Exchange;

/// What a recorded exchange needs around it to show its finding.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordedSetting {
    /// Nothing.
    #[default]
    Alone,
    /// Other answers of the run: only together do they break the rule.
    Beside(Vec<RecordedExchange>),
    /// What was sent about the same thing before it, its creation first.
    Life(Vec<RecordedExchange>),
    /// It is a step of a workflow.
    Workflow {
        /// The workflow, after those that it needs.
        workflows: Vec<RecordedWorkflow>,
        /// The steps before it.
        before: Vec<RecordedExchange>,
        /// The criteria that were judged on it.
        judged: Vec<RecordedCriteria>,
    },
    /// It is one of the requests of a burst.
    Burst(Box<Burst>),
    /// Answers of the operation have another shape than was accepted.
    Drift {
        /// What was accepted, as a snapshot has it.
        accepted: String,
        /// What the exchange needs around it to be answered so.
        within: Box<RecordedSetting>,
    },
}

/// A request with what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedExchange {
    /// What was sent, and what may be answered.
    pub case: RecordedCase,
    /// What happened.
    pub exchange: Exchange,
}

/// Criteria of a step, and what the workflow knew when they were judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedCriteria {
    /// The criteria.
    pub criteria: Vec<Criterion>,
    /// The sentence behind them.
    pub source: Option<Source>,
    /// Inputs of the workflow.
    #[serde(default)]
    pub inputs: HashMap<String, Value>,
    /// Outputs of its steps so far: step, name and value.
    #[serde(default)]
    pub outputs: Vec<(String, String, Value)>,
    /// Outputs of the workflow that was called last.
    #[serde(default)]
    pub called: HashMap<String, Value>,
    /// Inputs and outputs of the workflows that had ended.
    #[serde(default)]
    pub workflows: HashMap<String, (HashMap<String, Value>, HashMap<String, Value>)>,
}

impl RecordedSetting {
    /// Every exchange in it, that of the finding left out.
    pub fn exchanges_mut(&mut self) -> impl Iterator<Item = &mut Exchange> {
        // A drift has no drift within.
        let inner = match self {
            RecordedSetting::Drift { within, .. } => &mut **within,
            other => other,
        };
        let (listed, burst) = match inner {
            RecordedSetting::Alone | RecordedSetting::Drift { .. } => (None, None),
            RecordedSetting::Beside(all) | RecordedSetting::Life(all) => (Some(all), None),
            RecordedSetting::Workflow { before, .. } => (Some(before), None),
            RecordedSetting::Burst(burst) => (None, Some(burst)),
        };
        let listed = listed.into_iter().flatten().map(|recorded| &mut recorded.exchange);
        listed.chain(burst.into_iter().flat_map(|burst| burst.exchanges_mut()))
    }
}

impl RecordedCriteria {
    /// What a workflow knew, each text of it as `hidden` shows it.
    pub fn of(criteria: Vec<Criterion>, source: Option<Source>, known: Known, hidden: &dyn Fn(&str) -> String) -> Self {
        let all = |values: HashMap<String, Value>| {
            values.into_iter().map(|(name, value)| (name, shown(value, hidden))).collect::<HashMap<_, _>>()
        };
        let outputs = known.outputs.into_iter().map(|((step, name), value)| (step, name, shown(value, hidden)));
        let mut outputs: Vec<_> = outputs.collect();
        outputs.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        let workflows = known.workflows.into_iter();
        RecordedCriteria {
            criteria,
            source,
            inputs: all(known.inputs),
            outputs,
            called: all(known.called),
            workflows: workflows.map(|(id, ended)| (id, (all(ended.inputs), all(ended.outputs)))).collect(),
        }
    }

    /// What the workflow knew.
    pub fn known(&self) -> Known {
        let outputs = self.outputs.iter().map(|(step, name, value)| ((step.clone(), name.clone()), value.clone()));
        let ended = |(id, (inputs, outputs)): (&String, &(HashMap<_, _>, HashMap<_, _>))| {
            (id.clone(), Finished { inputs: inputs.clone(), outputs: outputs.clone() })
        };
        Known {
            inputs: self.inputs.clone(),
            outputs: outputs.collect(),
            called: self.called.clone(),
            workflows: self.workflows.iter().map(ended).collect(),
        }
    }
}

/// A value with each of its texts as `hidden` shows it.
pub(super) fn shown(value: Value, hidden: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(hidden(&text)),
        Value::Array(items) => items.into_iter().map(|item| shown(item, hidden)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (hidden(&name), shown(value, hidden))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_workflow_knew_reads_back_without_its_secrets() {
        let values = |name: &str, value: Value| HashMap::from([(name.to_owned(), value)]);
        let known = Known {
            inputs: values("key", json!("hunter2")),
            outputs: HashMap::from([(("make".to_owned(), "all".to_owned()), json!({"hunter2": ["of hunter2", 7]}))]),
            called: values("id", json!(7)),
            workflows: HashMap::from([(
                "login".to_owned(),
                Finished { inputs: HashMap::new(), outputs: values("token", json!("hunter2")) },
            )]),
        };
        let recorded = RecordedCriteria::of(Vec::new(), None, known, &|text| text.replace("hunter2", "${KEY}"));
        let written = serde_json::to_string(&recorded).unwrap();
        assert!(!written.contains("hunter2"), "{written}");
        let known = serde_json::from_str::<RecordedCriteria>(&written).unwrap().known();
        assert_eq!(known.inputs["key"], "${KEY}");
        assert_eq!(known.outputs[&("make".to_owned(), "all".to_owned())], json!({"${KEY}": ["of ${KEY}", 7]}));
        assert_eq!(known.called["id"], 7);
        assert_eq!(known.workflows["login"].outputs["token"], "${KEY}");
    }
}
