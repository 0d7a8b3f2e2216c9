//! Which promises about requests a case puts to the test.

use serde_json::Value;

use super::draft::Draft;
use super::maker::Maker;
use crate::contract::{PromiseId, Schema, SecurityRequirement};

/// The promises about requests that a draft exercises, each once. What is said of the operation as a
/// whole is not among them: that it was served proves none of it.
pub(super) fn promises(maker: &Maker<'_>, draft: &Draft, requirement: Option<&SecurityRequirement>) -> Vec<PromiseId> {
    let operation = maker.operation;
    let mut promises = Vec::new();
    for (parameter, value) in operation.parameters.iter().zip(&draft.parameters) {
        if let Some(value) = value {
            promises.extend(&parameter.promises);
            promises.extend(in_schema(&parameter.schema, value));
        }
    }
    if let (Some(value), Some(form)) = (&draft.body, &maker.form) {
        promises.extend(operation.body.iter().flat_map(|body| &body.promises));
        promises.extend(&form.media.promises);
        promises.extend(in_schema(&form.schema, value));
    }
    promises.extend(operation.stream_switch.iter().flat_map(|switch| &switch.promises));
    let schemes = requirement.into_iter().flat_map(|requirement| &requirement.0);
    promises.extend(schemes.filter_map(|name| maker.contract.schemes.get(name)).flat_map(|scheme| &scheme.promises));
    promises.sort_unstable();
    promises.dedup();
    promises
}

/// The promises of a schema that speak about something that the instance has.
fn in_schema(schema: &Schema, instance: &Value) -> impl Iterator<Item = PromiseId> {
    schema.promises().iter().filter(|promise| has(instance, &promise.path)).map(|promise| promise.promise)
}

fn has(instance: &Value, path: &[String]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    match instance {
        Value::Array(items) => items.iter().any(|item| has(item, rest)),
        Value::Object(members) if step == "*" => members.values().any(|value| has(value, rest)),
        Value::Object(members) => members.get(step).is_some_and(|value| has(value, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_promise_about_a_member_that_is_left_out_is_not_exercised() {
        let path = ["messages", "*", "content"].map(str::to_owned);
        assert!(has(&json!({"messages": [{"role": "user"}, {"content": "hi"}]}), &path));
        assert!(!has(&json!({"messages": [{"role": "user"}]}), &path));
        assert!(has(&json!({}), &[]));
    }
}
