//! `uptospec init`: an uptospec.toml to fill in.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use super::arguments::Beside;
use super::{Exit, Failure, documents};
use crate::contract::{self, Contract, DocumentOrigin, ErrorState, ParameterLocation};
use crate::generate::OTHER_ORGANISATION;

/// Prints a configuration for a document: its credentials, the ids that it needs, and its states.
///
/// # Errors
/// When the document cannot be read.
pub async fn init(spec: &DocumentOrigin, beside: &Beside, out: &mut dyn Write) -> Result<Exit, Failure> {
    let contract = documents::load(spec, &beside.overlays, beside.reach()).await.map_err(Failure::Diagnosed)?;
    let name = spec.stem();
    write!(out, "{}", configuration(&name, spec, &beside.overlays, &contract))?;
    Ok(Exit::Conformant)
}

fn configuration(name: &str, spec: &DocumentOrigin, overlays: &[PathBuf], contract: &Contract) -> String {
    let name = key(name);
    let url = contract.servers.first().map_or("http://127.0.0.1:3000", String::as_str);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "[target.{name}]");
    let _ = match spec {
        DocumentOrigin::StandardInput => writeln!(text, "spec = \"openapi.yaml\" # where the document is kept"),
        DocumentOrigin::File(_) | DocumentOrigin::Url(_) => writeln!(text, "spec = {}", quoted(&spec.to_string())),
    };
    if !overlays.is_empty() {
        let overlays: Vec<String> = overlays.iter().map(|file| quoted(&file.display().to_string())).collect();
        let _ = writeln!(text, "overlays = [{}]", overlays.join(", "));
    }
    let _ = writeln!(text, "url = {}", quoted(url));
    for scheme in used_schemes(contract) {
        let variable = scheme.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let _ = writeln!(text, "credentials.{} = \"${{{variable}}}\"", key(&scheme));
    }
    for id in path_variables(contract) {
        let _ = writeln!(text, "# values.\"path.{id}\" = \"an id that the target knows\"");
    }
    let _ = writeln!(text, "# rate = \"5/s\"");
    let _ = writeln!(text, "# max-requests = 500");
    let _ = writeln!(text, "# max-generations = 100");
    for (state, when) in states(contract) {
        let _ = writeln!(text, "\n# {when}");
        let _ = writeln!(text, "# [target.{name}.states.{}]", key(&state));
        let _ = writeln!(text, "# credentials, headers, values, before or after: what brings it about");
    }
    text
}

fn used_schemes(contract: &Contract) -> BTreeSet<String> {
    let requirements = contract.operations.iter().flat_map(|operation| &operation.security);
    requirements.flat_map(|requirement| requirement.0.iter().cloned()).collect()
}

fn path_variables(contract: &Contract) -> BTreeSet<String> {
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    let in_path = parameters.filter(|parameter| parameter.location == ParameterLocation::Path);
    in_path.map(|parameter| parameter.name.clone()).collect()
}

fn states(contract: &Contract) -> BTreeSet<(String, String)> {
    let responses = contract.operations.iter().flat_map(|operation| &operation.responses);
    let errors = responses.flat_map(|response| &response.errors);
    let state = |error: &contract::DocumentedError| match &error.state {
        Some(ErrorState::Configured(name)) => {
            Some((name.clone(), error.when.clone().or(error.code.clone()).unwrap_or_default()))
        }
        _ => None,
    };
    let documented: BTreeSet<_> = errors.filter_map(state).collect();
    let other = OTHER_ORGANISATION.to_owned();
    let undocumented = !documented.iter().any(|(name, _)| *name == other);
    let other =
        undocumented.then(|| (other, "A credential of an organisation that the ids do not belong to".to_owned()));
    documented.into_iter().chain(other).collect()
}

/// A key as TOML takes it: bare where it can be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
