//! `x-stream-when`: a part of the request that chooses between a stream and one answer.

use serde_json::Value;

use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{Expression, Location, Operation, ParameterLocation, Schema, StreamSwitch, Subject};

impl<'a> Reader<'a> {
    /// The stream switch of an operation, in our words or in those of others.
    pub fn stream_switch(&mut self, operation: &At<'a>) -> Option<StreamSwitch> {
        if let Some(written) = operation.get("x-stream-when") {
            return self.own_switch(&written);
        }
        let on = alias(operation)?;
        let format = operation.get("x-fern-streaming").and_then(|fern| fern.text("format").map(str::to_owned));
        let streamed = if format.as_deref() == Some("json") { "application/json" } else { "text/event-stream" };
        let forms = vec![(Value::Bool(true), streamed.to_owned()), (Value::Bool(false), "application/json".to_owned())];
        Some(StreamSwitch { on, forms, default: None, promises: Vec::new() })
    }

    fn own_switch(&mut self, at: &At<'a>) -> Option<StreamSwitch> {
        let mut entries = at.members().filter(|(key, _)| !key.starts_with("x-"));
        let help = "write `$request.body#/stream: {true: text/event-stream, false: application/json}`";
        let Some((expression, forms)) = entries.next() else {
            self.warn(at, "", "`x-stream-when` names no part of the request", help);
            return None;
        };
        if let Some((other, _)) = entries.next() {
            self.warn(at, other, "only the first part of the request is looked at", "name one part");
        }
        let Ok(Expression::Request(on)) = expression.parse() else {
            self.warn(at, expression, format!("`{expression}` is no part of the request"), help);
            return None;
        };
        let forms: Vec<(Value, String)> = forms
            .members()
            .filter(|(key, _)| !key.starts_with("x-"))
            .filter_map(|(key, form)| Some((value(key), super::bodies::essence(form.node.as_str()?))))
            .collect();
        if forms.is_empty() {
            self.warn(at, expression, "`x-stream-when` names no media type", help);
            return None;
        }
        Some(StreamSwitch { on, forms, default: None, promises: self.promises(at, Subject::StreamSwitch) })
    }
}

/// The value that a key stands for: `true` is the boolean.
fn value(key: &str) -> Value {
    serde_json::from_str(key).unwrap_or_else(|_| Value::String(key.to_owned()))
}

/// The same said as `x-speakeasy-stream-request-field` or `x-fern-streaming`.
fn alias(operation: &At<'_>) -> Option<Location> {
    if let Some(field) = operation.text("x-speakeasy-stream-request-field") {
        return Some(Location::Body(format!("/{}", crate::contract::document::escape(field))));
    }
    let fern = operation.get("x-fern-streaming")?;
    let condition = fern.text("stream-condition")?.strip_prefix("$request.")?;
    Some(match condition.parse() {
        Ok(location) => location,
        Err(_) => Location::Body(format!("/{}", condition.replace('.', "/"))),
    })
}

/// Takes the switch's default from the schema of the part that switches.
pub(super) fn fill_default(operation: &mut Operation) {
    let Some(switch) = &operation.stream_switch else { return };
    let default = match &switch.on {
        Location::Body(pointer) => operation
            .body
            .as_ref()
            .and_then(|body| body.media.iter().find_map(|media| default_at(media.schema.as_ref()?, pointer))),
        Location::Query(name) => parameter_default(operation, ParameterLocation::Query, name),
        Location::Header(name) => parameter_default(operation, ParameterLocation::Header, name),
        Location::Path(_) | Location::Cookie(_) => None,
    };
    if let Some(switch) = &mut operation.stream_switch {
        switch.default = default;
    }
}

fn parameter_default(operation: &Operation, location: ParameterLocation, name: &str) -> Option<Value> {
    let parameter = operation.parameters.iter().find(|one| one.location == location && one.name == name)?;
    default_at(&parameter.schema, "")
}

/// The `default` of the member that a pointer names.
fn default_at(schema: &Schema, pointer: &str) -> Option<Value> {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    search(schema, schema.json(), &steps, 0)
}

/// How many references and combinations are followed.
const MAX_DEPTH: usize = 32;

fn search(schema: &Schema, at: &Value, steps: &[String], depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let here = match steps.split_first() {
        None => at.get("default").cloned(),
        Some((step, rest)) => {
            at.get("properties").and_then(|all| all.get(step)).and_then(|inner| search(schema, inner, rest, depth + 1))
        }
    };
    let target = || schema.resolve(at.get("$ref")?.as_str()?);
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| at.get(key)?.as_array()).flatten();
    here.or_else(|| target().into_iter().chain(parts).find_map(|part| search(schema, part, steps, depth + 1)))
}
