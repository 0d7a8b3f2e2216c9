//! What a document becomes. Each test is a small document and what stands in the contract.

mod documents;
mod operations;
mod profiles;
mod schemas;
mod streams;

use super::{Loading, read};
use crate::contract::{Contract, Document, MediaType, Operation, Reach};

/// A document with these paths.
fn contract(version: &str, rest: &str) -> Contract {
    let text = format!("openapi: {version}\ninfo: {{title: T, version: '1'}}\n{rest}");
    read("api.yaml", &text, None).unwrap()
}

/// What there is to say about a contract, a line each.
fn said(contract: &Contract) -> String {
    let lines: Vec<String> =
        contract.diagnostics.iter().map(|diagnostic| format!("{:?} {diagnostic}", diagnostic.level)).collect();
    lines.join("\n")
}

fn operation<'a>(contract: &'a Contract, id: &str) -> &'a Operation {
    contract.operation(id).unwrap_or_else(|| panic!("no {id}: {}", said(contract)))
}

/// The first media type of an operation's first response.
fn answer<'a>(contract: &'a Contract, id: &str) -> &'a MediaType {
    &operation(contract, id).responses[0].media[0]
}
