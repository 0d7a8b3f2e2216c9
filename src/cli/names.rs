//! Names in the configuration and the options that the document must know: a misspelt one would
//! silently do nothing.

use serde_json::Value;

use super::Failure;
use crate::contract::{Contract, ErrorState, Location, Operation, Parameter};
use crate::generate::OTHER_ORGANISATION;
use crate::judge::kind;
use crate::target::{Target, help_nearest};

/// Checks every name of a target, and the operations that were chosen, against the document.
///
/// # Errors
/// The first name that the document does not know, with the nearest that it does.
pub fn check_names(target: &Target, contract: &Contract, only: &[String]) -> Result<(), Failure> {
    let of_target = format!("target {}: {}", target.name, contract.file);
    let known_schemes: Vec<&str> = contract.schemes.keys().map(String::as_str).collect();
    let in_states = target.states.values().flat_map(|state| state.credentials.keys());
    for scheme in target.credentials.keys().chain(in_states) {
        known(scheme, &known_schemes, || format!("{of_target} has no security scheme `{scheme}`"))?;
    }
    let known_states: Vec<&str> = states(contract).chain([OTHER_ORGANISATION]).collect();
    for state in target.states.keys() {
        known(state, &known_states, || format!("{of_target} documents no error of state `{state}`"))?;
    }
    let parameters: Vec<String> = parameters(contract).map(|location| location.to_string()).collect();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let in_states = target.states.values().flat_map(|state| state.values.keys());
    for location in target.values.keys().chain(in_states) {
        // Whether a place in a body exists depends on the value that is there; any header may be sent.
        if matches!(location, Location::Path(_) | Location::Query(_) | Location::Cookie(_)) {
            let name = location.to_string();
            known(&name, &parameters, || format!("{of_target} has no parameter `{name}`"))?;
        }
    }
    let operations: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    for source in &target.sources {
        let name = source.at.to_string();
        if matches!(source.at, Location::Path(_) | Location::Query(_)) {
            known(&name, &parameters, || format!("{of_target} has no parameter `{name}`"))?;
        }
        for operation in source.operation.iter().chain(source.from.as_ref().map(|from| &from.operation)) {
            known(operation, &operations, || format!("{of_target} has no operation `{operation}`"))?;
        }
    }
    let unknown = only.iter().find(|name| chosen([contract], std::slice::from_ref(*name)).is_empty());
    if let Some(name) = unknown {
        let message = format!("{} has no operation `{name}`; {}", contract.file, nearest_operations(name, contract));
        return Err(Failure::Usage(message));
    }
    check_values(target, contract)
}

/// The ids of the operations that these names choose: an id itself, `POST /path`, or `/path` for all of it.
pub fn chosen<'c>(contracts: impl IntoIterator<Item = &'c Contract>, names: &[String]) -> Vec<String> {
    let is_named = |operation: &Operation| {
        names.iter().any(|name| operation.id == *name || operation.path == *name || in_full(operation) == *name)
    };
    let operations = contracts.into_iter().flat_map(|contract| &contract.operations);
    operations.filter(|operation| is_named(operation)).map(|operation| operation.id.clone()).collect()
}

fn in_full(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// Most operations that are proposed for a name that is none.
const PROPOSED: usize = 3;

/// The operations whose id, method and path, or path is the least unlike a name.
fn nearest_operations(name: &str, contract: &Contract) -> String {
    let distance = |operation: &Operation| {
        let names = [operation.id.clone(), in_full(operation), operation.path.clone()];
        names.iter().map(|known| strsim::damerau_levenshtein(name, known)).min().unwrap_or(usize::MAX)
    };
    let mut nearest: Vec<_> = contract.operations.iter().map(|operation| (distance(operation), operation)).collect();
    nearest.sort_by_key(|(distance, _)| *distance);
    let shown = nearest.iter().take(PROPOSED).map(|(_, operation)| match operation.id == in_full(operation) {
        true => format!("`{}`", operation.id),
        false => format!("`{}` ({})", operation.id, in_full(operation)),
    });
    format!("the nearest are {}", shown.collect::<Vec<_>>().join(", "))
}

/// Checks that each value given for a parameter is of a type that the document has for it. What else a value must
/// be, whoever gives it knows best.
fn check_values(target: &Target, contract: &Contract) -> Result<(), Failure> {
    let in_states = target
        .states
        .iter()
        .flat_map(|(name, state)| state.values.iter().map(move |(at, value)| (format!(".states.{name}"), at, value)));
    let values = target.values.iter().map(|(at, value)| (String::new(), at, value));
    for (place, at, value) in values.chain(in_states) {
        let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
        let parameters: Vec<&Parameter> = parameters.filter(|parameter| parameter.part() == *at).collect();
        let Some(parameter) = parameters.first() else { continue };
        if !parameters.iter().any(|parameter| fits(parameter, value)) {
            // The value may be a credential.
            return Err(Failure::Usage(format!(
                "target {}{place}: {} takes {}, and the value that is given for it is {}",
                target.name,
                at,
                shortened(parameter.schema.json()),
                kind(value)
            )));
        }
    }
    Ok(())
}

/// Whether a value is of a documented type, as it stands or as the text that it becomes.
fn fits(parameter: &Parameter, value: &Value) -> bool {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let read = serde_json::from_str(&text).ok().filter(|read: &Value| !read.is_null());
    let is_of_type = |value: &Value| {
        let failures = parameter.schema.failures(value);
        // Of a choice nobody can say which branch was meant: it fails whole.
        !failures.iter().any(|failure| matches!(failure.keyword.as_str(), "type" | "anyOf" | "oneOf"))
    };
    [value, &Value::from(text)].into_iter().chain(&read).any(is_of_type)
}

/// Longest schema that is shown, in characters.
const LONGEST_SCHEMA: usize = 120;

fn shortened(schema: &Value) -> String {
    let text = schema.to_string();
    match text.char_indices().nth(LONGEST_SCHEMA) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn known(name: &str, known: &[&str], what: impl Fn() -> String) -> Result<(), Failure> {
    if known.contains(&name) {
        return Ok(());
    }
    let help = help_nearest(name, known).map(|help| format!("; {help}")).unwrap_or_default();
    Err(Failure::Usage(what() + &help))
}

fn states(contract: &Contract) -> impl Iterator<Item = &str> {
    let responses = contract.operations.iter().flat_map(|operation| &operation.responses);
    let states = responses.flat_map(|response| &response.errors).filter_map(|error| error.state.as_ref());
    states.filter_map(|state| match state {
        ErrorState::Configured(name) => Some(name.as_str()),
        _ => None,
    })
}

fn parameters(contract: &Contract) -> impl Iterator<Item = Location> {
    contract.operations.iter().flat_map(|operation| &operation.parameters).map(Parameter::part)
}
