//! Names in the configuration and the options that the document must know: a misspelt one would
//! silently do nothing.

use super::Failure;
use crate::contract::{Contract, ErrorState, Location, Parameter};
use crate::generate::OTHER_ORGANISATION;
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
    for operation in only {
        known(operation, &operations, || format!("{} has no operation `{operation}`", contract.file))?;
    }
    Ok(())
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
