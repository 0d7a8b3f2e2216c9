//! What of a suite's values is known before anything is sent.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::LaterValue;
use crate::contract::{Expression, Named};
use crate::generate::pointer;
use crate::generate::suite::{Piece, Suite, SuiteStep, SuiteWorkflow, Template, has_output};

/// How deep parameters may name other parameters.
const MOST_DEPTH: usize = 16;

/// What the steps of one workflow may speak of.
pub(super) struct Scope<'s> {
    pub suite: &'s Suite,
    pub workflow: &'s SuiteWorkflow,
    /// Inputs that are known.
    pub inputs: IndexMap<String, Value>,
    /// Inputs that are known only when the workflow is called.
    pub later: HashSet<String>,
}

/// What an expression comes to before anything is sent.
enum Resolved {
    Known(Value),
    /// There is no such value: what it stands in is left to us.
    Absent,
    Later,
}

impl Scope<'_> {
    /// A value with all that is known put in; `None` for an input without a value.
    ///
    /// # Errors
    /// When an expression in it can never have a value.
    pub fn written(&self, step: &SuiteStep, value: &Value) -> Result<Option<LaterValue>, String> {
        let mut bound = Vec::new();
        let value = self.replaced(step, value, "", &mut bound, 0)?;
        Ok(value.map(|value| LaterValue { value, bound }))
    }

    fn replaced(
        &self,
        step: &SuiteStep,
        value: &Value,
        at: &str,
        bound: &mut Vec<(String, Template)>,
        depth: usize,
    ) -> Result<Option<Value>, String> {
        match value {
            Value::String(text) => match Template::read(text).map_err(|error| error.to_string())? {
                Some(template) => self.template(step, template, at, bound, depth),
                None => Ok(Some(value.clone())),
            },
            Value::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    let at = pointer::child(at, &list.len().to_string());
                    list.extend(self.replaced(step, item, &at, bound, depth)?);
                }
                Ok(Some(Value::Array(list)))
            }
            Value::Object(members) => {
                let mut object = serde_json::Map::new();
                for (name, member) in members {
                    let value = self.replaced(step, member, &pointer::child(at, name), bound, depth)?;
                    object.extend(value.map(|value| (name.clone(), value)));
                }
                Ok(Some(Value::Object(object)))
            }
            other => Ok(Some(other.clone())),
        }
    }

    fn template(
        &self,
        step: &SuiteStep,
        template: Template,
        at: &str,
        bound: &mut Vec<(String, Template)>,
        depth: usize,
    ) -> Result<Option<Value>, String> {
        if let Some(expression) = template.alone() {
            return match self.resolved(step, expression, depth)? {
                Resolved::Known(value) => Ok(Some(value)),
                Resolved::Absent => Ok(None),
                Resolved::Later => {
                    bound.push((at.to_owned(), template));
                    Ok(Some(Value::Null))
                }
            };
        }
        let mut pieces = Vec::new();
        for piece in template.0 {
            pieces.push(match piece {
                Piece::Expression(expression) => match self.resolved(step, &expression, depth)? {
                    Resolved::Known(value) => Piece::Text(as_text(&value)),
                    Resolved::Absent => return Err(format!("`{expression}` has no default")),
                    Resolved::Later => Piece::Expression(expression),
                },
                text @ Piece::Text(_) => text,
            });
        }
        let text: Option<String> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Expression(_) => None,
            })
            .collect();
        if text.is_none() {
            bound.push((at.to_owned(), Template(pieces)));
        }
        Ok(Some(text.map_or(Value::Null, Value::String)))
    }

    fn resolved(&self, step: &SuiteStep, expression: &Expression, depth: usize) -> Result<Resolved, String> {
        match expression {
            Expression::Input(named) => Ok(self.input(named)),
            Expression::StepOutput { step: earlier, output } => self.step_output(step, earlier, output),
            Expression::WorkflowInput { workflow, .. } | Expression::WorkflowOutput { workflow, .. } => {
                match self.suite.workflow(workflow) {
                    Some(_) => Ok(Resolved::Later),
                    None => Err(format!("there is no workflow `{workflow}`")),
                }
            }
            Expression::Source { name, field } if field == "url" => {
                let source = self.suite.sources.iter().find(|source| source.name == *name);
                let source = source.ok_or_else(|| format!("there is no source description `{name}`"))?;
                Ok(Resolved::Known(Value::from(source.url.as_str())))
            }
            Expression::Component { kind, name } if kind == "parameters" && depth < MOST_DEPTH => {
                let value = self.suite.parameters.get(name).ok_or_else(|| format!("there is no `{expression}`"))?;
                let mut bound = Vec::new();
                let known = self.replaced(step, value, "", &mut bound, depth + 1)?;
                match (known, bound.is_empty()) {
                    (Some(value), true) => Ok(Resolved::Known(value)),
                    (None, true) => Ok(Resolved::Absent),
                    (_, false) => Err(format!("the value of `{expression}` is not known before")),
                }
            }
            _ => Err(format!("`{expression}` cannot be used in a request")),
        }
    }

    fn input(&self, named: &Named) -> Resolved {
        if let Some(value) = named.find(|name| self.inputs.get(name)) {
            return Resolved::Known(value.clone());
        }
        let whole = named.name.split('.').next().unwrap_or_default();
        let is_later = self.later.contains(&named.name) || self.later.contains(whole);
        if is_later { Resolved::Later } else { Resolved::Absent }
    }

    /// An output of an earlier step; where actions lead back, any other step may have been earlier.
    fn step_output(&self, step: &SuiteStep, earlier: &str, output: &Named) -> Result<Resolved, String> {
        let has_actions =
            self.workflow.steps.iter().any(|step| !step.on_success.is_empty() || !step.on_failure.is_empty());
        let mut before = self.workflow.steps.iter().take_while(|known| known.id != step.id);
        let comes_before = has_actions || before.any(|known| known.id == earlier);
        if comes_before && has_output(self.workflow, earlier, &output.name) {
            Ok(Resolved::Later)
        } else {
            Err(format!("no earlier step `{earlier}` has an output `{}`", output.name))
        }
    }
}

/// A value within a text.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
