//! Runtime expressions of OpenAPI and Arazzo.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::Location;

/// A value that is only known once something was sent or answered
/// (OpenAPI 3.1 section 4.8.20.3, Arazzo 1.0.1 section "Runtime Expressions").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expression {
    /// `$url`
    Url,
    /// `$method`
    Method,
    /// `$statusCode`
    StatusCode,
    /// `$request.body#/x`, `$request.path.x`, `$request.query.x`, `$request.header.x`
    Request(Location),
    /// `$response.body#/x`; the pointer is empty for the whole body.
    ResponseBody(String),
    /// `$response.header.x`
    ResponseHeader(String),
    /// `$inputs.x`
    Input(Named),
    /// `$outputs.x`: what the workflow that a step called gave.
    Output(Named),
    /// `$steps.STEP.outputs.NAME`
    StepOutput {
        /// `stepId` of the step.
        step: String,
        /// The output.
        output: Named,
    },
    /// `$workflows.WORKFLOW.inputs.NAME`
    WorkflowInput {
        /// `workflowId` of the workflow.
        workflow: String,
        /// The input.
        input: Named,
    },
    /// `$workflows.WORKFLOW.outputs.NAME`
    WorkflowOutput {
        /// `workflowId` of the workflow.
        workflow: String,
        /// The output.
        output: Named,
    },
    /// `$sourceDescriptions.NAME.url`, or an operation or a workflow in place of `url`.
    Source {
        /// Name of the source description.
        name: String,
        /// What of it.
        field: String,
    },
    /// `$components.KIND.NAME`
    Component {
        /// `parameters`, `inputs`, `successActions` or `failureActions`.
        kind: String,
        /// Name of the component.
        name: String,
    },
}

/// A value with a name, or a part of it: `NAME` or `NAME#/json/pointer`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// JSON Pointer into it, empty for the whole.
    pub pointer: String,
}

impl Named {
    /// The value, where `get` gives what has the name. Names may have dots in them, and a dot may lead into a
    /// value, too: the longest name that there is counts.
    pub fn find<'v>(&self, get: impl Fn(&str) -> Option<&'v Value>) -> Option<&'v Value> {
        let mut name = self.name.as_str();
        loop {
            if let Some(value) = get(name) {
                let inside = self.name.get(name.len()..).unwrap_or_default().replace('.', "/");
                return value.pointer(&inside)?.pointer(&self.pointer);
            }
            name = name.rsplit_once('.')?.0;
        }
    }
}

/// An expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no runtime expression that can be used here")]
pub struct ExpressionError(pub String);

impl Expression {
    /// Id of the workflow whose inputs or outputs it names.
    pub fn workflow(&self) -> Option<&str> {
        match self {
            Expression::WorkflowInput { workflow, .. } | Expression::WorkflowOutput { workflow, .. } => Some(workflow),
            _ => None,
        }
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| ExpressionError(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Expression> {
    match text {
        "$url" => return Some(Expression::Url),
        "$method" => return Some(Expression::Method),
        "$statusCode" => return Some(Expression::StatusCode),
        _ => {}
    }
    let (root, rest) = text.strip_prefix('$')?.split_once('.')?;
    match root {
        "request" => part(rest).map(Expression::Request),
        "response" => match part(rest)? {
            Location::Body(pointer) => Some(Expression::ResponseBody(pointer)),
            Location::Header(name) => Some(Expression::ResponseHeader(name)),
            _ => None,
        },
        "inputs" => named(rest).map(Expression::Input),
        "outputs" => named(rest).map(Expression::Output),
        "steps" => {
            let (step, output) = rest.split_once(".outputs.")?;
            Some(Expression::StepOutput { step: step.to_owned(), output: named(output)? })
        }
        "workflows" => of_workflow(rest),
        "sourceDescriptions" => pair(rest).map(|(name, field)| Expression::Source { name, field }),
        "components" => pair(rest).map(|(kind, name)| Expression::Component { kind, name }),
        _ => None,
    }
}

fn part(text: &str) -> Option<Location> {
    let text = if text == "body" { "body#" } else { text };
    text.parse().ok()
}

fn named(text: &str) -> Option<Named> {
    let (name, pointer) = text.split_once('#').unwrap_or((text, ""));
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    (!name.is_empty() && is_pointer).then(|| Named { name: name.to_owned(), pointer: pointer.to_owned() })
}

fn of_workflow(text: &str) -> Option<Expression> {
    if let Some((workflow, input)) = text.split_once(".inputs.") {
        return Some(Expression::WorkflowInput { workflow: workflow.to_owned(), input: named(input)? });
    }
    let (workflow, output) = text.split_once(".outputs.")?;
    Some(Expression::WorkflowOutput { workflow: workflow.to_owned(), output: named(output)? })
}

fn pair(text: &str) -> Option<(String, String)> {
    let (first, second) = text.split_once('.').filter(|(first, second)| !first.is_empty() && !second.is_empty())?;
    Some((first.to_owned(), second.to_owned()))
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Url => f.write_str("$url"),
            Expression::Method => f.write_str("$method"),
            Expression::StatusCode => f.write_str("$statusCode"),
            Expression::Request(location) => write!(f, "$request.{location}"),
            Expression::ResponseBody(pointer) => write!(f, "$response.body#{pointer}"),
            Expression::ResponseHeader(name) => write!(f, "$response.header.{name}"),
            Expression::Input(name) => write!(f, "$inputs.{name}"),
            Expression::Output(name) => write!(f, "$outputs.{name}"),
            Expression::StepOutput { step, output } => write!(f, "$steps.{step}.outputs.{output}"),
            Expression::WorkflowInput { workflow, input } => write!(f, "$workflows.{workflow}.inputs.{input}"),
            Expression::WorkflowOutput { workflow, output } => write!(f, "$workflows.{workflow}.outputs.{output}"),
            Expression::Source { name, field } => write!(f, "$sourceDescriptions.{name}.{field}"),
            Expression::Component { kind, name } => write!(f, "$components.{kind}.{name}"),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.pointer.is_empty() { Ok(()) } else { write!(f, "#{}", self.pointer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_reads_back_as_it_is_written() {
        for text in [
            "$url",
            "$method",
            "$statusCode",
            "$request.body#/agentId",
            "$request.path.sessionId",
            "$response.body#/id",
            "$response.header.X-Conversation-Id",
            "$inputs.agentId",
            "$inputs.customer#/uri",
            "$outputs.orderId",
            "$steps.create.outputs.sessionId",
            "$steps.create.outputs.pets#/0/id",
            "$workflows.login.inputs.user",
            "$workflows.login.outputs.token",
            "$sourceDescriptions.api.url",
            "$components.parameters.page",
        ] {
            assert_eq!(text.parse::<Expression>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_dot_leads_into_a_value_unless_it_is_part_of_a_name() {
        let values = serde_json::json!({"customer": {"name": "Ada", "pets": [1, 2]}, "customer.name": "Eve"});
        let find = |name: &str, pointer: &str| {
            let named = Named { name: name.to_owned(), pointer: pointer.to_owned() };
            named.find(|name| values.get(name)).cloned()
        };
        assert_eq!(find("customer.name", ""), Some("Eve".into()));
        assert_eq!(find("customer.pets", "/1"), Some(2.into()));
        assert_eq!(find("nobody.name", ""), None);
    }

    #[test]
    fn a_response_has_no_path() {
        for text in ["$response.path.x", "statusCode", "$steps.create.id", "$inputs.", "$inputs.a#b", "$components.x"] {
            assert!(text.parse::<Expression>().is_err(), "{text}");
        }
    }
}
