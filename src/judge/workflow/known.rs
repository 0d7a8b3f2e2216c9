//! What a workflow knows while it goes on.

use std::collections::HashMap;

use serde_json::Value;

use crate::contract::{Expression, Named};
use crate::generate::suite::{Piece, Template};
use crate::generate::{Case, LaterValue};
use crate::judge::expression::value_of;
use crate::send::Exchange;

/// A step's request and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The case, as it was sent.
    pub case: &'a Case,
    /// What happened.
    pub exchange: &'a Exchange,
}

/// What a workflow knows: its inputs, and the outputs of what was done so far.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Values of `$inputs.NAME`.
    pub inputs: HashMap<String, Value>,
    /// Values of `$steps.STEP.outputs.NAME`, by step and name.
    pub outputs: HashMap<(String, String), Value>,
    /// Values of `$outputs.NAME`: what the workflow that was called last gave.
    pub called: HashMap<String, Value>,
    /// Values of `$workflows.WORKFLOW.…`, by the id of a workflow that has ended.
    pub workflows: HashMap<String, Finished>,
}

/// Gives what has a name.
type Lookup<'k> = Box<dyn Fn(&str) -> Option<&'k Value> + 'k>;

/// A workflow that has ended.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    /// Its inputs.
    pub inputs: HashMap<String, Value>,
    /// What it gives to others.
    pub outputs: HashMap<String, Value>,
}

impl Known {
    /// What an expression stands for. `None` where there is no such value, and for a part of an exchange
    /// where there is none.
    pub fn value_of(&self, expression: &Expression, sent: Option<Sent<'_>>) -> Option<Value> {
        match self.named(expression) {
            Some((named, get)) => named.find(get).cloned(),
            None => sent.and_then(|sent| value_of(expression, sent.case, sent.exchange)),
        }
    }

    /// Whether only an earlier step or the caller could have given the value, and did not.
    pub fn lacks(&self, expression: &Expression) -> bool {
        let whole = |named: &Named| Named { pointer: String::new(), ..named.clone() };
        self.named(expression).is_some_and(|(named, get)| whole(named).find(get).is_none())
    }

    /// The value of a template.
    ///
    /// # Errors
    /// Names the expression that has no value.
    pub fn filled(&self, template: &Template) -> Result<Value, String> {
        let value = |expression: &Expression| {
            self.value_of(expression, None).ok_or_else(|| format!("there is no {expression}"))
        };
        if let Some(expression) = template.alone() {
            return value(expression);
        }
        let mut text = String::new();
        for piece in &template.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Expression(expression) => match value(expression)? {
                    Value::String(inner) => text.push_str(&inner),
                    other => text.push_str(&other.to_string()),
                },
            }
        }
        Ok(Value::String(text))
    }

    /// A value with what was not known before put in.
    ///
    /// # Errors
    /// Names the expression that has no value.
    pub fn completed(&self, later: &LaterValue) -> Result<Value, String> {
        let mut value = later.value.clone();
        for (at, template) in &later.bound {
            if let Some(place) = value.pointer_mut(at) {
                *place = self.filled(template)?;
            }
        }
        Ok(value)
    }

    /// The name in an expression about the workflow, and where names of its kind are looked up.
    fn named<'k>(&'k self, expression: &'k Expression) -> Option<(&'k Named, Lookup<'k>)> {
        match expression {
            Expression::Input(named) => Some((named, Box::new(|name| self.inputs.get(name)))),
            Expression::Output(named) => Some((named, Box::new(|name| self.called.get(name)))),
            Expression::StepOutput { step, output } => {
                Some((output, Box::new(|name| self.outputs.get(&(step.clone(), name.to_owned())))))
            }
            Expression::WorkflowInput { workflow, input } => {
                Some((input, Box::new(|name| self.workflows.get(workflow)?.inputs.get(name))))
            }
            Expression::WorkflowOutput { workflow, output } => {
                Some((output, Box::new(|name| self.workflows.get(workflow)?.outputs.get(name))))
            }
            _ => None,
        }
    }
}
