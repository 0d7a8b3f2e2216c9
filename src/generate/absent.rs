//! Null where a value becomes text: neither a URL nor a header field nor a form has a way to write it, so that
//! what is null is left out.

use serde_json::Value;

/// The value without members and items that are null; `None` where it is null itself.
pub(super) fn without_nulls(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => Some(Value::Array(items.iter().filter_map(without_nulls).collect())),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(name, value)| Some((name.clone(), without_nulls(value)?)));
            Some(Value::Object(members.collect()))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Contract, read};
    use crate::generate::{Case, CaseKind, Options, fixture, generate};

    #[test]
    fn what_is_null_is_left_out_however_deep() {
        assert_eq!(without_nulls(&json!({"a": null, "b": [1, null], "c": ""})), Some(json!({"b": [1], "c": ""})));
        assert_eq!(without_nulls(&json!(null)), None);
    }

    /// An operation whose every part may be null, as frameworks write optional ones.
    fn contract(null_first: bool) -> Contract {
        let either = |schema: &str| match null_first {
            true => format!("{{anyOf: [{{type: 'null'}}, {schema}]}}"),
            false => format!("{{anyOf: [{schema}, {{type: 'null'}}]}}"),
        };
        let number = either("{type: integer, minimum: 1, maximum: 9}");
        let parameter = |place: &str, required: bool| {
            format!("{{name: in-{place}, in: {place}, required: {required}, schema: {number}}}")
        };
        let parameters = [
            parameter("path", true),
            parameter("query", false),
            parameter("header", false),
            parameter("cookie", false),
            format!("{{name: list, in: query, schema: {{type: array, items: {number}}}}}"),
            format!("{{name: must, in: query, required: true, schema: {number}}}"),
        ];
        let form = format!("{{type: object, properties: {{a: {number}, b: {number}}}}}");
        let text = format!(
            "openapi: 3.1.0\npaths: {{'/a/{{in-path}}': {{post: {{operationId: send, responses: {{}}, \
             parameters: [{}], requestBody: {{content: {{application/x-www-form-urlencoded: {{schema: {form}}}}}}}}}}}}}\n",
            parameters.join(", ")
        );
        read("api.yaml", &text, None).unwrap()
    }

    /// Every value of a case that was written as text.
    fn texts(case: &Case) -> Vec<String> {
        let form = case.request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
        let form = url::form_urlencoded::parse(&form).map(|(_, value)| value.into_owned()).collect::<Vec<_>>();
        let path = case.request.path_values.iter().map(|(_, text)| text.to_string());
        let query = case.request.query.iter().map(|(_, text)| text.reveal());
        let fields = case.request.headers.iter().filter(|(name, _)| name == "in-header" || name == "Cookie");
        let fields = fields.map(|(_, text)| text.reveal().replace("in-cookie=", ""));
        path.chain(query).chain(fields).chain(form).collect()
    }

    #[test]
    fn no_request_says_null_where_there_is_no_way_to_write_it() {
        for null_first in [true, false] {
            let options = Options { seed: 3, cases: 40 };
            let plan = generate(&contract(null_first), &fixture::target(), None, &options);
            let is_digit = |text: &String| matches!(text.parse(), Ok(1..=9));
            let positives: Vec<_> = plan.cases.iter().filter(|case| case.kind == CaseKind::Positive).collect();
            assert!(positives.iter().all(|case| texts(case).iter().all(is_digit)), "{null_first}");
            assert!(positives.iter().any(|case| case.request.headers.iter().any(|(name, _)| name == "in-header")));
            let says_null = |case: &&Case| case.id.0.contains("negative") && case.id.0.contains("null");
            assert_eq!(plan.cases.iter().filter(says_null).count(), 0);
        }
    }
}
