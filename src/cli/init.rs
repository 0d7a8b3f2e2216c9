//! `uptospec init`: an uptospec.toml to fill in.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use super::arguments::Beside;
use super::server::resolved;
use super::{Exit, Failure, documents};
use crate::contract::{self, Contract, DocumentOrigin, ErrorState, Operation, ParameterLocation};
use crate::generate::{OTHER_ORGANISATION, names_a_thing};
use crate::target::secret_name;

/// Prints a configuration for a document: its credentials, the ids that it needs, and its states.
///
/// # Errors
/// When the document cannot be read.
pub async fn init(spec: &DocumentOrigin, beside: &Beside, out: &mut dyn Write) -> Result<Exit, Failure> {
    let loaded = documents::load(spec, &beside.overlays, beside.reach()).await.map_err(Failure::Diagnosed)?;
    let contract = loaded.contract;
    let name = spec.stem();
    write!(out, "{}", configuration(&name, spec, &beside.overlays, &contract))?;
    Ok(Exit::Conformant)
}

fn configuration(name: &str, spec: &DocumentOrigin, overlays: &[PathBuf], contract: &Contract) -> String {
    let name = key(name);
    let url = base_url(spec, contract);
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
    let _ = writeln!(text, "url = {}", quoted(&url));
    for scheme in used_schemes(contract) {
        let variable = secret_name(&scheme);
        let _ = writeln!(text, "credentials.{} = \"${{{variable}}}\"", key(&scheme));
    }
    for id in ids_in_paths(contract) {
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

/// Where a server is, as far as the document tells. A relative server belongs to where the document was fetched.
fn base_url(spec: &DocumentOrigin, contract: &Contract) -> String {
    let local = Url::parse("http://127.0.0.1:3000").ok();
    let fetched = match spec {
        DocumentOrigin::Url(url) => Some(url.clone()),
        DocumentOrigin::File(_) | DocumentOrigin::StandardInput => None,
    };
    let server = contract.servers.first().map_or("/", String::as_str);
    let url = fetched.or(local).and_then(|document| resolved(&document, server));
    url.map_or_else(|| server.to_owned(), |url| url.to_string().trim_end_matches('/').to_owned())
}

fn used_schemes(contract: &Contract) -> BTreeSet<String> {
    let requirements = contract.operations.iter().flat_map(|operation| &operation.security);
    requirements.flat_map(|requirement| requirement.0.iter().cloned()).collect()
}

/// The variables of paths that name things, which somebody has to know.
fn ids_in_paths(contract: &Contract) -> BTreeSet<String> {
    let of_operation = |operation: &Arc<Operation>| {
        let in_path = operation.parameters.iter().filter(|parameter| parameter.location == ParameterLocation::Path);
        let ids = in_path.filter(|variable| names_a_thing(operation, variable));
        ids.map(|parameter| parameter.name.clone()).collect::<Vec<_>>()
    };
    contract.operations.iter().flat_map(of_operation).collect()
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
