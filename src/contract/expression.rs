//! Runtime expressions of OpenAPI and Arazzo.

use std::fmt;
use std::str::FromStr;

use super::Location;

/// A value that is only known once something was sent or answered
/// (OpenAPI 3.1 section 4.8.20.3, Arazzo 1.0 section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expression {
    /// `$statusCode`
    StatusCode,
    /// `$request.body#/x`, `$request.path.x`, `$request.query.x`, `$request.header.x`
    Request(Location),
    /// `$response.body#/x`; the pointer is empty for the whole body.
    ResponseBody(String),
    /// `$response.header.x`
    ResponseHeader(String),
    /// `$inputs.x`
    Input(String),
    /// `$steps.STEP.outputs.NAME`
    StepOutput {
        /// `stepId` of the step.
        step: String,
        /// Name of its output.
        output: String,
    },
}

/// An expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no runtime expression that can be used here")]
pub struct ExpressionError(pub String);

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ExpressionError(text.to_owned());
        if text == "$statusCode" {
            return Ok(Expression::StatusCode);
        }
        if let Some(rest) = text.strip_prefix("$request.") {
            let rest = if rest == "body" { "body#" } else { rest };
            return rest.parse().map(Expression::Request).map_err(|_| refuse());
        }
        if let Some(rest) = text.strip_prefix("$response.") {
            let rest = if rest == "body" { "body#" } else { rest };
            return match rest.parse().map_err(|_| refuse())? {
                Location::Body(pointer) => Ok(Expression::ResponseBody(pointer)),
                Location::Header(name) => Ok(Expression::ResponseHeader(name)),
                _ => Err(refuse()),
            };
        }
        if let Some(name) = text.strip_prefix("$inputs.") {
            return Ok(Expression::Input(name.to_owned()));
        }
        let (step, output) =
            text.strip_prefix("$steps.").and_then(|rest| rest.split_once(".outputs.")).ok_or_else(refuse)?;
        Ok(Expression::StepOutput { step: step.to_owned(), output: output.to_owned() })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::StatusCode => f.write_str("$statusCode"),
            Expression::Request(location) => write!(f, "$request.{location}"),
            Expression::ResponseBody(pointer) => write!(f, "$response.body#{pointer}"),
            Expression::ResponseHeader(name) => write!(f, "$response.header.{name}"),
            Expression::Input(name) => write!(f, "$inputs.{name}"),
            Expression::StepOutput { step, output } => write!(f, "$steps.{step}.outputs.{output}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_reads_back_as_it_is_written() {
        for text in [
            "$statusCode",
            "$request.body#/agentId",
            "$request.path.sessionId",
            "$response.body#/id",
            "$response.header.X-Conversation-Id",
            "$inputs.agentId",
            "$steps.create.outputs.sessionId",
        ] {
            assert_eq!(text.parse::<Expression>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_response_has_no_path() {
        assert!("$response.path.x".parse::<Expression>().is_err());
        assert!("statusCode".parse::<Expression>().is_err());
    }
}
