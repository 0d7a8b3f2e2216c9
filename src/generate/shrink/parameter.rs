//! A case with fewer or smaller parameters.

use serde_json::Value;

use super::{Cut, edit};
use crate::contract::{Parameter, ParameterLocation, ParameterStyle};
use crate::generate::draft::is_reserved;
use crate::generate::sent::{value, written};
use crate::generate::strategy::Node;
use crate::generate::{Case, CaseKind, Request, identity};
use crate::target::Text;

/// Every request that lacks an optional parameter, or has a smaller value of one. What a path names stays.
pub(super) fn cuts(case: &Case) -> Vec<Cut> {
    let free = |parameter: &&Parameter| !is_reserved(parameter) && !is_held(case, parameter);
    let parameters = case.operation.parameters.iter().filter(free);
    parameters
        .flat_map(|parameter| without(&case.request, parameter).into_iter().chain(smaller(case, parameter)))
        .collect()
}

/// Whether the case is about this parameter.
fn is_held(case: &Case, parameter: &Parameter) -> bool {
    let at = parameter.part();
    let is_broken = matches!(&case.kind, CaseKind::Negative(violation) if violation.at == at);
    let is_switch = case.operation.stream_switch.as_ref().is_some_and(|switch| switch.on == at);
    is_broken || is_switch || case.request.bindings.iter().any(|binding| binding.at == at)
}

/// The request without the parameter, where it may be left out.
fn without(request: &Request, parameter: &Parameter) -> Option<Cut> {
    let mut request = request.clone();
    let name = &parameter.name;
    match parameter.location {
        ParameterLocation::Query if parameter.style == ParameterStyle::DeepObject => {
            request.query.retain(|(known, _)| !known.starts_with(&format!("{name}[")));
        }
        ParameterLocation::Query => {
            let spread = if spreads(parameter) { Node::root(&parameter.schema).declared() } else { Vec::new() };
            request.query.retain(|(known, _)| known != name && !spread.contains(&known.as_str()));
        }
        ParameterLocation::Header => request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name)),
        ParameterLocation::Path | ParameterLocation::Cookie => return None,
    }
    (!parameter.required).then(|| Cut { name: format!("{} left out", parameter.part()), request })
}

/// Whether an object of it stands in the query under the names of its members.
fn spreads(parameter: &Parameter) -> bool {
    parameter.style == ParameterStyle::Form && parameter.explode
}

/// The request with each smaller value of the parameter that its schema allows.
fn smaller(case: &Case, parameter: &Parameter) -> Vec<Cut> {
    if identity::is_id(&parameter.name, &Node::root(&parameter.schema)) {
        return Vec::new();
    }
    let Some(value) = value(&case.request, parameter) else { return Vec::new() };
    let edits = edit::smaller(&parameter.schema, &value, None).into_iter();
    let allowed = edits.filter(|edit| parameter.schema.is_valid(&edit.value));
    let cut = |edit: edit::Edit| {
        let request = with(&case.request, parameter, &edit.value)?;
        Some(Cut { name: format!("{} {}", parameter.part(), edit.name), request })
    };
    allowed.filter_map(cut).collect()
}

/// The request with another value of the parameter; `None` where that cannot be told from none on the wire.
fn with(request: &Request, parameter: &Parameter, value: &Value) -> Option<Request> {
    let texts = written(parameter, value);
    let mut request = request.clone();
    match parameter.location {
        ParameterLocation::Query => {
            let first = request.query.iter().position(|(name, _)| *name == parameter.name)?;
            request.query.retain(|(name, _)| *name != parameter.name);
            let pairs = texts.into_iter().map(|text| (parameter.name.clone(), Text::plain(text)));
            request.query.splice(first..first, pairs);
        }
        ParameterLocation::Header => {
            let text = texts.into_iter().next().filter(|text| !text.is_empty() && text.trim() == text)?;
            let header = request.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))?;
            header.1 = Text::plain(text);
        }
        ParameterLocation::Path | ParameterLocation::Cookie => return None,
    }
    Some(request)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::fixture::query_parameter as parameter;

    #[test]
    fn another_value_takes_the_place_of_the_old_one() {
        let parameter = parameter(ParameterStyle::Form, true, json!({"type": "array"}));
        let mut request = Request::get("/");
        let pair = |name: &str, text: &str| (name.to_owned(), Text::plain(text));
        request.query = vec![pair("a", "1"), pair("x", "1"), pair("x", "2"), pair("b", "2")];
        let request = with(&request, &parameter, &json!(["3"])).unwrap();
        assert_eq!(request.query, [pair("a", "1"), pair("x", "3"), pair("b", "2")]);
    }
}
