//! Parameter values as text (OpenAPI 3.1 section 4.8.12.3), not yet percent-encoded.

use serde_json::Value;

use crate::contract::{Parameter, ParameterStyle};

/// The text of a parameter that stands in a path, a header or a cookie.
pub(super) fn text(parameter: &Parameter, value: &Value) -> String {
    match parameter.style {
        ParameterStyle::Json => value.to_string(),
        ParameterStyle::Label => {
            format!(".{}", joined(value, parameter.explode, if parameter.explode { "." } else { "," }))
        }
        ParameterStyle::Matrix => matrix(parameter, value),
        _ => joined(value, parameter.explode, ","),
    }
}

/// The pairs of a parameter that stands in a query.
pub(super) fn pairs(parameter: &Parameter, value: &Value) -> Vec<(String, String)> {
    let name = || parameter.name.clone();
    match (parameter.style, value) {
        (ParameterStyle::Json, _) => vec![(name(), value.to_string())],
        (ParameterStyle::DeepObject, Value::Object(members)) => {
            members.iter().map(|(key, value)| (format!("{}[{key}]", parameter.name), scalar(value))).collect()
        }
        (_, Value::Array(items)) if parameter.explode => items.iter().map(|item| (name(), scalar(item))).collect(),
        (_, Value::Object(members)) if parameter.explode => {
            members.iter().map(|(key, value)| (key.clone(), scalar(value))).collect()
        }
        (ParameterStyle::SpaceDelimited, _) => vec![(name(), joined(value, false, " "))],
        (ParameterStyle::PipeDelimited, _) => vec![(name(), joined(value, false, "|"))],
        _ => vec![(name(), joined(value, false, ","))],
    }
}

/// `;x=1,2`, or `;x=1;x=2` exploded.
fn matrix(parameter: &Parameter, value: &Value) -> String {
    let name = &parameter.name;
    match value {
        Value::Array(items) if parameter.explode => {
            items.iter().map(|item| format!(";{name}={}", scalar(item))).collect()
        }
        Value::Object(members) if parameter.explode => {
            members.iter().map(|(key, value)| format!(";{key}={}", scalar(value))).collect()
        }
        _ => format!(";{name}={}", joined(value, false, ",")),
    }
}

fn joined(value: &Value, explode: bool, separator: &str) -> String {
    match value {
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(separator),
        Value::Object(members) => {
            let equals = if explode { "=" } else { separator };
            let pairs: Vec<_> = members.iter().map(|(key, value)| format!("{key}{equals}{}", scalar(value))).collect();
            pairs.join(separator)
        }
        other => scalar(other),
    }
}

/// A single value; what no style can carry is written as JSON.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{ParameterLocation, Schema};

    fn parameter(style: ParameterStyle, explode: bool) -> Parameter {
        Parameter {
            name: "x".into(),
            location: ParameterLocation::Query,
            required: false,
            schema: Schema::standalone(json!(true)).unwrap(),
            style,
            explode,
            examples: Vec::new(),
            promises: Vec::new(),
        }
    }

    #[test]
    fn every_style_of_a_single_text_is_as_the_standard_has_it() {
        use ParameterStyle::{Json, Label, Matrix, Simple};
        let list = json!(["a", "b"]);
        let object = json!({"k": 1, "l": true});
        for (style, explode, of_list, of_object) in [
            (Simple, false, "a,b", "k,1,l,true"),
            (Simple, true, "a,b", "k=1,l=true"),
            (Label, false, ".a,b", ".k,1,l,true"),
            (Label, true, ".a.b", ".k=1.l=true"),
            (Matrix, false, ";x=a,b", ";x=k,1,l,true"),
            (Matrix, true, ";x=a;x=b", ";k=1;l=true"),
            (Json, false, r#"["a","b"]"#, r#"{"k":1,"l":true}"#),
        ] {
            assert_eq!(text(&parameter(style, explode), &list), of_list);
            assert_eq!(text(&parameter(style, explode), &object), of_object);
        }
    }

    #[test]
    fn every_style_of_a_query_is_as_the_standard_has_it() {
        use ParameterStyle::{DeepObject, Form, Json, PipeDelimited, SpaceDelimited};
        let query = |style, explode, value: &Value| {
            let pairs = pairs(&parameter(style, explode), value);
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        let list = json!(["a", "b"]);
        assert_eq!(query(Form, true, &list), "x=a&x=b");
        assert_eq!(query(Form, false, &list), "x=a,b");
        assert_eq!(query(SpaceDelimited, false, &list), "x=a b");
        assert_eq!(query(PipeDelimited, false, &list), "x=a|b");
        assert_eq!(query(DeepObject, true, &json!({"k": 1})), "x[k]=1");
        assert_eq!(query(Form, true, &json!({"k": 1})), "k=1");
        assert_eq!(query(Json, false, &list), r#"x=["a","b"]"#);
    }
}
