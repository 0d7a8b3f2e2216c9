//! The values that a request has for its parameters, read back from its text.

use serde_json::{Map, Value};

use super::strategy::Node;
use super::{Request, cookie, pointer, serialise};
use crate::contract::{Parameter, ParameterLocation, ParameterStyle, Schema};
use crate::target::Text;

/// A name with the text that stands under it.
type Pair = (String, String);

/// The value that a request has for a parameter: of those that its text may stand for, the first that is
/// allowed and gives the same text.
pub(super) fn value(request: &Request, parameter: &Parameter) -> Option<Value> {
    let pairs = pairs(request, parameter)?;
    let same = |candidate: &Value| {
        let written = written(parameter, candidate);
        written.len() == pairs.len() && written.iter().zip(&pairs).all(|((a, b), (c, d))| a == c && b.reveal() == *d)
    };
    candidates(parameter, &pairs).into_iter().find(|candidate| parameter.schema.is_valid(candidate) && same(candidate))
}

/// The pairs of a parameter in a request, its name alone before what stands in a path; `None` where it is not there,
/// or holds a secret.
fn pairs(request: &Request, parameter: &Parameter) -> Option<Vec<Pair>> {
    let plain = |text: &Text| (!text.is_secret()).then(|| text.reveal());
    let own = |name: &str| is_own(parameter, name);
    let pair = |(name, text): &(String, Text)| Some((name.clone(), plain(text)?));
    let found: Vec<Option<Pair>> = match parameter.location {
        ParameterLocation::Path => request.path_values.iter().filter(|(name, _)| own(name)).map(pair).collect(),
        ParameterLocation::Query => request.query.iter().filter(|(name, _)| own(name)).map(pair).collect(),
        ParameterLocation::Header => {
            let fields = request.headers.iter().filter(|(name, _)| own(name));
            fields.map(|(_, text)| Some((parameter.name.clone(), plain(text)?))).collect()
        }
        ParameterLocation::Cookie => {
            let cookies = cookie::all(request).into_iter().filter(|known| own(&cookie::name(known)));
            cookies.map(|known| Some((cookie::name(&known), cookie::value(&known)?))).collect()
        }
    };
    found.into_iter().collect::<Option<Vec<Pair>>>().filter(|pairs| !pairs.is_empty())
}

/// Whether what stands under a name belongs to the parameter: under its own, or under that of one of its members.
pub(super) fn is_own(parameter: &Parameter, name: &str) -> bool {
    match (parameter.location, parameter.style) {
        (ParameterLocation::Header, _) => name.eq_ignore_ascii_case(&parameter.name),
        (_, ParameterStyle::DeepObject) => {
            name == parameter.name || name.strip_prefix(&parameter.name).is_some_and(|rest| rest.starts_with('['))
        }
        (ParameterLocation::Query | ParameterLocation::Cookie, ParameterStyle::Form) if parameter.explode => {
            name == parameter.name || Node::root(&parameter.schema).with_every_branch().declared().contains(&name)
        }
        _ => name == parameter.name,
    }
}

/// What a value of the parameter becomes in its place.
pub(super) fn written(parameter: &Parameter, value: &Value) -> Vec<(String, Text)> {
    match parameter.location {
        ParameterLocation::Query | ParameterLocation::Cookie => serialise::pairs(parameter, value),
        ParameterLocation::Path | ParameterLocation::Header => {
            vec![(parameter.name.clone(), serialise::text(parameter, value))]
        }
    }
}

/// What pairs may stand for: a single value, a list, an object.
fn candidates(parameter: &Parameter, pairs: &[Pair]) -> Vec<Value> {
    let decode = |text: &String| match parameter.location {
        ParameterLocation::Cookie => cookie::decoded(text),
        _ => text.clone(),
    };
    let texts: Vec<String> = pairs.iter().map(|(_, text)| decode(text)).collect();
    let (mut found, pieces) = match texts.as_slice() {
        [text] => (readings(text), pieces(parameter, text)),
        _ => (Vec::new(), texts.clone()),
    };
    let named = pairs.iter().map(|(name, _)| steps(parameter, name)).zip(texts);
    let members = match pairs {
        [(name, _)] if *name == parameter.name => members(&pieces, parameter.explode),
        _ => named.collect(),
    };
    let mut object = Value::Object(Map::new());
    members.iter().for_each(|(steps, text)| put(&mut object, steps, as_json(text)));
    let list = pieces.iter().map(|text| as_json(text)).collect();
    found.extend([list, object].map(|value| with_texts(&parameter.schema, value)));
    found
}

/// A text as JSON, where it is some, and as itself.
fn readings(text: &str) -> Vec<Value> {
    let json = serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string());
    json.into_iter().chain([Value::from(text)]).collect()
}

fn as_json(text: &str) -> Value {
    readings(text).into_iter().next().unwrap_or_default()
}

/// A value with texts where the schema takes no number and the like.
fn with_texts(schema: &Schema, mut value: Value) -> Value {
    for failure in schema.failures(&value) {
        if let Some(part) = value.pointer(&failure.instance).filter(|part| !part.is_array() && !part.is_object()) {
            let text = Value::from(serialise::scalar(part));
            pointer::set(&mut value, &failure.instance, text);
        }
    }
    value
}

/// The pieces of a text in the style of its parameter.
fn pieces(parameter: &Parameter, text: &str) -> Vec<String> {
    let name = format!(";{}=", parameter.name);
    let (text, separator) = match (parameter.style, parameter.explode) {
        (ParameterStyle::Label, true) => (text.trim_start_matches('.'), "."),
        (ParameterStyle::Label, false) => (text.trim_start_matches('.'), ","),
        (ParameterStyle::Matrix, true) => match text.strip_prefix(&name) {
            Some(items) => (items, name.as_str()),
            None => (text.trim_start_matches(';'), ";"),
        },
        (ParameterStyle::Matrix, false) => (text.strip_prefix(&name).unwrap_or(text), ","),
        (ParameterStyle::PipeDelimited, _) => (text, "|"),
        (ParameterStyle::SpaceDelimited, _) => (text, " "),
        _ => (text, ","),
    };
    text.split(separator).map(str::to_owned).collect()
}

/// The members that pieces may be: `k=v` each, or name and value in turn.
fn members(pieces: &[String], explode: bool) -> Vec<(Vec<String>, String)> {
    let member = |(name, text): (&str, &str)| (vec![name.to_owned()], text.to_owned());
    if explode {
        return pieces.iter().filter_map(|piece| piece.split_once('=')).map(member).collect();
    }
    pieces.chunks_exact(2).filter_map(|pair| Some(member((pair.first()?, pair.last()?)))).collect()
}

/// The way to a member by the name of its pair: `filter[a][b]` leads to `b` in `a`.
fn steps(parameter: &Parameter, name: &str) -> Vec<String> {
    let inner = name.strip_prefix(&parameter.name).filter(|_| parameter.style == ParameterStyle::DeepObject);
    match inner {
        Some(inner) => inner.split(['[', ']']).filter(|step| !step.is_empty()).map(str::to_owned).collect(),
        None => vec![name.to_owned()],
    }
}

/// Puts a value where the steps lead, into objects; numbers that count from nothing lead into a list.
fn put(place: &mut Value, steps: &[String], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        *place = value;
        return;
    };
    if place.is_null() {
        *place = if step == "0" { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    }
    match place {
        Value::Object(members) => put(members.entry(step.clone()).or_insert(Value::Null), rest, value),
        Value::Array(items) => {
            let mut item = Value::Null;
            put(&mut item, rest, value);
            items.push(item);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::fixture::query_parameter as parameter;
    use crate::generate::maker::add_parameter;

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
            (ParameterStyle::Form, true, object(), json!({"n": 1, "t": "1"})),
            (ParameterStyle::Form, false, object(), json!({"n": 1, "t": "x"})),
            (ParameterStyle::DeepObject, true, object(), json!({"n": 1, "t": "x", "in": {"n": 2}})),
            (ParameterStyle::PipeDelimited, false, json!({"type": "array"}), json!(["a", "b"])),
            (ParameterStyle::SpaceDelimited, false, json!({"type": "array"}), json!(["a", "b"])),
        ] {
            let parameter = parameter(style, explode, schema);
            let mut request = Request::get("/");
            request.query = serialise::pairs(&parameter, &sent);
            assert_eq!(value(&request, &parameter), Some(sent));
        }
    }

    fn object() -> Value {
        let integer = json!({"type": "integer"});
        let inner = json!({"type": "object", "properties": {"n": integer}});
        json!({"type": "object", "properties": {"n": integer, "t": {"type": "string"}, "in": inner}})
    }

    #[test]
    fn the_value_of_a_parameter_is_read_back_from_a_path_a_header_and_a_cookie() {
        use ParameterLocation::{Cookie, Header, Path};
        use ParameterStyle::{Form, Label, Matrix, Simple};
        let list = json!({"type": "array", "items": {"type": "string"}});
        let text = json!({"type": "string"});
        for (location, style, explode, schema, sent) in [
            (Path, Simple, false, json!({"type": "integer"}), json!(7)),
            (Path, Label, true, list.clone(), json!(["a", "b"])),
            (Path, Matrix, true, list.clone(), json!(["a", "b"])),
            (Path, Matrix, false, list.clone(), json!(["a", "b"])),
            (Header, Simple, true, object(), json!({"n": 1, "t": "x"})),
            (Cookie, Form, false, text.clone(), json!("a; b%")),
            (Cookie, Form, true, list, json!(["a", "b"])),
        ] {
            let parameter = Parameter { location, ..parameter(style, explode, schema) };
            let mut request = Request::get("/{x}");
            add_parameter(&mut request, &parameter, &sent);
            assert_eq!(value(&request, &parameter), Some(sent), "{location:?} {style:?}");
        }
    }
}
