//! Parameters whose value is free: they name no thing that has to be there, and nobody gives them.

use http::Method;
use serde_json::Value;

use super::caller::Caller;
use super::draft::is_reserved;
use super::identity::{example, is_free_text, is_id};
use super::maker::Maker;
use super::sequence::is_id_by_path;
use super::strategy::Node;
use crate::contract::{Operation, Parameter, ParameterLocation, StatusPattern};

/// Methods whose requests decide what others find under the same path.
const CHANGING: [Method; 3] = [Method::PUT, Method::PATCH, Method::DELETE];

/// Whether a parameter may have any value.
pub(super) fn is_open(maker: &Maker<'_>, caller: &Caller<'_>, parameter: &Parameter) -> bool {
    let node = Node::root(&parameter.schema);
    let names_a_thing = is_id(&parameter.name, &node) || maker.is_given(&parameter.part());
    let is_shown = parameter.location == ParameterLocation::Path && shown(parameter, &node).is_some();
    !names_a_thing && !is_shown && !is_reserved(parameter) && caller.value(&parameter.part()).is_none()
}

/// Whether a variable of the path is a value like any other, such as a month or one of a few words. One that names a
/// thing stays the same in all requests: later ones speak of what earlier ones did to it.
pub(super) fn varies(maker: &Maker<'_>, parameter: &Parameter) -> bool {
    let node = Node::root(&parameter.schema);
    let names_a_thing = is_id(&parameter.name, &node) || maker.is_given(&parameter.part());
    if parameter.location != ParameterLocation::Path || names_a_thing || is_changed(maker, parameter) {
        return false;
    }
    // What the document lists is there; of a range it may say that something is missing.
    let is_listed = node.fixed_values().is_some();
    let may_lack = tells_of_missing(maker.operation) || is_id_by_path(maker.operation, &parameter.name);
    is_listed || is_bounded(&node) && shown(parameter, &node).is_none() && !may_lack
}

/// Whether a variable of the path names a thing that has to be there: by its name or its format, or because it is a
/// text that may be any. A number or an object of another name is a value like any other.
pub fn names_a_thing(operation: &Operation, variable: &Parameter) -> bool {
    let node = Node::root(&variable.schema);
    let is_text = node.types().is_some_and(|types| types.contains(&"string")) && is_free_text(&node);
    is_id(&variable.name, &node) || is_text || is_id_by_path(operation, &variable.name)
}

/// The value that the document shows.
fn shown<'p>(parameter: &'p Parameter, node: &Node<'p>) -> Option<&'p Value> {
    parameter.examples.first().or_else(|| example(node))
}

/// A number between two limits, or a text up to a length.
fn is_bounded(node: &Node<'_>) -> bool {
    let has = |keywords: [&str; 2]| keywords.iter().any(|keyword| node.keyword(keyword).is_some());
    match node.types().as_deref() {
        Some(["integer" | "number"]) => has(["minimum", "exclusiveMinimum"]) && has(["maximum", "exclusiveMaximum"]),
        Some(["string"]) => is_free_text(node) && node.keyword("maxLength").is_some(),
        _ => false,
    }
}

/// Whether the operation documents that what is named may not be there.
fn tells_of_missing(operation: &Operation) -> bool {
    let missing = [404, 410].map(StatusPattern::Exact);
    operation.responses.iter().any(|response| missing.contains(&response.status))
}

/// Whether a request changes, or takes away, what the path names up to that variable.
fn is_changed(maker: &Maker<'_>, parameter: &Parameter) -> bool {
    let variable = format!("{{{}}}", parameter.name);
    let path = &maker.operation.path;
    let named = path.find(&variable).and_then(|start| path.get(..start + variable.len())).unwrap_or(path);
    maker.contract.operations.iter().any(|other| CHANGING.contains(&other.method) && other.path.starts_with(named))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::contract::read;
    use crate::generate::{CaseKind, Options, fixture, generate};

    /// The texts of a path variable of this schema in the valid requests of an operation by GET.
    fn sent(name: &str, schema: &str, responses: &str, beside: &str) -> HashSet<String> {
        let parameter = format!("{{name: {name}, in: path, required: true, schema: {schema}}}");
        let text = format!(
            "openapi: 3.1.0\npaths: {{'/x/{{{name}}}': {{parameters: [{parameter}], \
             get: {{operationId: look, responses: {{'200': {{description: ok}}{responses}}}}}{beside}}}}}\n"
        );
        let contract = read("api.yaml", &text, None).unwrap();
        let plan = generate(&contract, &fixture::target(), None, &Options { seed: 3, cases: 20 });
        let valid = plan.cases.iter().filter(|case| case.operation.id == "look" && case.kind == CaseKind::Positive);
        valid.map(|case| case.request.path_values[0].1.to_string()).collect()
    }

    #[test]
    fn a_number_between_limits_takes_both_and_others() {
        let sent = sent("month", "{type: integer, minimum: 1, maximum: 12}", "", "");
        assert!(sent.contains("1") && sent.contains("12") && sent.len() > 4, "{sent:?}");
    }

    #[test]
    fn a_listed_value_and_a_short_text_vary() {
        assert_eq!(sent("level", "{type: string, enum: [low, mid, high]}", "", "").len(), 3);
        assert!(sent("word", "{type: string, maxLength: 9}", "", "").iter().any(|text| text.chars().count() == 9));
    }

    #[test]
    fn what_names_a_thing_stays_the_same() {
        let month = "{type: integer, minimum: 1, maximum: 12}";
        assert_eq!(sent("monthId", month, "", "").len(), 1);
        assert_eq!(sent("month", month, ", '404': {description: none}", "").len(), 1);
        assert_eq!(sent("month", month, "", ", put: {operationId: set, responses: {}}").len(), 1);
        assert_eq!(sent("month", "{type: integer}", "", "").len(), 1);
        assert_eq!(sent("month", "{type: integer, minimum: 1, maximum: 12, example: 7}", "", "").len(), 1);
    }
}
