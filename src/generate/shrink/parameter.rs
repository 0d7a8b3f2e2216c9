//! A case with fewer or smaller parameters.

use serde_json::Value;

use super::{Cut, edit};
use crate::contract::{Parameter, ParameterLocation};
use crate::generate::draft::is_reserved;
use crate::generate::sent::{is_own, value, written};
use crate::generate::strategy::Node;
use crate::generate::{Case, CaseKind, Request, cookie, identity, serialise};
use crate::target::Text;

/// Every request that lacks an optional parameter, or has a smaller value of one.
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
    let may_go = !parameter.required && parameter.location != ParameterLocation::Path;
    may_go.then(|| Cut {
        name: format!("{} left out", parameter.part()),
        request: replaced(request, parameter, Vec::new()),
    })
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

/// The request with another value of the parameter; `None` where that cannot be told from none on the wire, or
/// leads elsewhere.
fn with(request: &Request, parameter: &Parameter, value: &Value) -> Option<Request> {
    let written = written(parameter, value);
    let text = written.first().map(|(_, text)| text.reveal()).unwrap_or_default();
    let can_be_sent = match parameter.location {
        ParameterLocation::Query | ParameterLocation::Cookie => {
            !parameter.required || serialise::is_written(parameter, value)
        }
        ParameterLocation::Header => !text.is_empty() && text.trim() == text,
        ParameterLocation::Path => !matches!(text.as_str(), "" | "." | ".."),
    };
    can_be_sent.then(|| replaced(request, parameter, written))
}

/// The request with these pairs in place of those of the parameter.
fn replaced(request: &Request, parameter: &Parameter, pairs: Vec<(String, Text)>) -> Request {
    let mut request = request.clone();
    let own = |(name, _): &(String, Text)| is_own(parameter, name);
    match parameter.location {
        ParameterLocation::Path => replace(&mut request.path_values, own, pairs),
        ParameterLocation::Query => replace(&mut request.query, own, pairs),
        ParameterLocation::Header => replace(&mut request.headers, own, pairs),
        ParameterLocation::Cookie => {
            let mut cookies = cookie::all(&request);
            let pairs = pairs.into_iter().map(|(name, text)| Text::plain(format!("{name}=")).then(text)).collect();
            replace(&mut cookies, |known| is_own(parameter, &cookie::name(known)), pairs);
            cookie::set(&mut request, cookies);
        }
    }
    request
}

/// Puts others where the first of them stood.
fn replace<T>(all: &mut Vec<T>, is_old: impl Fn(&T) -> bool, new: Vec<T>) {
    let Some(first) = all.iter().position(&is_old) else { return };
    all.retain(|one| !is_old(one));
    all.splice(first..first, new);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::ParameterStyle;
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

    #[test]
    fn a_required_list_is_never_cut_to_nothing_and_its_commas_stay_delimiters() {
        let parameter = parameter(ParameterStyle::Form, false, json!({"type": "array"}));
        let mut request = Request::get("/");
        request.query = vec![("x".to_owned(), Text::plain("a,b,c"))];
        assert!(with(&request, &parameter, &json!([])).is_none());
        let cut = with(&request, &parameter, &json!(["a", "b"])).unwrap();
        assert_eq!(cut.query[0].1.encoded(|text| text.replace(',', "%2C")).reveal(), "a,b");
    }

    #[test]
    fn a_path_never_loses_a_segment_and_other_cookies_stay() {
        let parameter = |location, style| Parameter {
            location,
            required: false,
            ..parameter(style, false, json!({"type": "string"}))
        };
        let mut request = Request::get("/{x}");
        request.path_values = vec![("x".to_owned(), Text::plain("abc"))];
        cookie::add(&mut request, "a", Text::plain("1"));
        cookie::add(&mut request, "x", Text::plain("2"));
        let in_path = parameter(ParameterLocation::Path, ParameterStyle::Simple);
        for text in ["", ".", ".."] {
            assert!(with(&request, &in_path, &json!(text)).is_none(), "{text}");
        }
        assert!(without(&request, &in_path).is_none());
        let cookie = parameter(ParameterLocation::Cookie, ParameterStyle::Form);
        let request = without(&request, &cookie).unwrap().request;
        assert_eq!(request.headers[0].1.reveal(), "a=1");
    }
}
