//! The values that a request has for its parameters, read back from its text.

use serde_json::Value;

use super::{Request, serialise};
use crate::contract::{Parameter, ParameterLocation};
use crate::target::Text;

/// The value that a request has for a parameter: of those that its text may stand for, the first that is
/// allowed and gives the same text.
pub(super) fn value(request: &Request, parameter: &Parameter) -> Option<Value> {
    let texts = texts(request, parameter)?;
    let candidates: Vec<Value> = match texts.as_slice() {
        [text] => readings(text).into_iter().chain([texts_of(text.split(',')), values_of(text.split(','))]).collect(),
        _ => Vec::new(),
    };
    let several = [texts_of(texts.iter().map(String::as_str)), values_of(texts.iter().map(String::as_str))];
    let stands_for = |candidate: &Value| parameter.schema.is_valid(candidate) && written(parameter, candidate) == texts;
    candidates.into_iter().chain(several).find(stands_for)
}

/// A text as JSON, where it is some, and as itself.
fn readings(text: &str) -> Vec<Value> {
    let json = serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string());
    json.into_iter().chain([Value::from(text)]).collect()
}

fn texts_of<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    texts.map(Value::from).collect()
}

fn values_of<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    texts.filter_map(|text| readings(text).into_iter().next()).collect()
}

/// The texts of a parameter in a request; `None` where it is not there, or holds a secret.
pub(super) fn texts(request: &Request, parameter: &Parameter) -> Option<Vec<String>> {
    let is_header = parameter.location == ParameterLocation::Header;
    let pairs = match parameter.location {
        ParameterLocation::Path => {
            let text = request.path_values.iter().find(|(name, _)| *name == parameter.name);
            return text.map(|(_, text)| vec![text.reveal()]);
        }
        ParameterLocation::Query => &request.query,
        ParameterLocation::Header => &request.headers,
        ParameterLocation::Cookie => return None,
    };
    let same = |name: &str| name == parameter.name || (is_header && name.eq_ignore_ascii_case(&parameter.name));
    let own: Vec<&Text> = pairs.iter().filter(|(name, _)| same(name)).map(|(_, text)| text).collect();
    let plain = !own.is_empty() && !own.iter().any(|text| text.is_secret());
    plain.then(|| own.into_iter().map(Text::reveal).collect())
}

/// The texts that a value of the parameter becomes.
pub(super) fn written(parameter: &Parameter, value: &Value) -> Vec<String> {
    match parameter.location {
        ParameterLocation::Query => {
            let pairs = serialise::pairs(parameter, value).into_iter();
            pairs.filter(|(name, _)| *name == parameter.name).map(|(_, text)| text.reveal()).collect()
        }
        _ => vec![serialise::text(parameter, value).reveal()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::ParameterStyle;
    use crate::generate::fixture::query_parameter as parameter;

    #[test]
    fn the_value_of_a_parameter_is_read_back_from_its_text() {
        let words = json!({"type": "array", "items": {"type": "string"}});
        let numbers = json!({"type": "array", "items": {"type": "integer"}});
        for (style, explode, schema, sent) in [
            (ParameterStyle::Form, true, json!({"type": "integer"}), json!(57)),
            (ParameterStyle::Form, true, json!({"type": "string"}), json!("57")),
            (ParameterStyle::Form, true, words.clone(), json!(["a", "b"])),
            (ParameterStyle::Form, false, words, json!(["a", "b"])),
            (ParameterStyle::Form, true, numbers.clone(), json!([1, 2])),
            (ParameterStyle::Form, false, numbers, json!([1, 2])),
            (ParameterStyle::Json, false, json!({"type": "object"}), json!({"k": 1})),
        ] {
            let parameter = parameter(style, explode, schema);
            let mut request = Request::get("/");
            request.query = serialise::pairs(&parameter, &sent);
            assert_eq!(value(&request, &parameter), Some(sent));
        }
    }
}
