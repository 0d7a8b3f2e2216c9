//! Which operations of a contract an endpoint guards, although it says nothing else of them.
//!
//! Whoever asks a guarded path without a credential is told 401 or 403, documented or not. That tells
//! something of the path where the same endpoint answers otherwise at a path that nobody has.

use tokio::time::sleep;

use crate::contract::{Operation, ParameterLocation};
use crate::generate::Request;
use crate::run::Job;
use crate::send::{Client, ClientError, Connection, StopAt, WireRequest};
use crate::target::Text;

/// What stands for an id, and for a path that no contract has.
const NOBODYS: &str = "uptospec-unknown";

/// What asking without a credential showed.
#[derive(Debug, Default)]
pub(super) struct Guards {
    /// Ids of the operations that are guarded, where others are not.
    pub operations: Vec<String>,
    /// Requests sent.
    pub requests: usize,
}

/// Asks each operation that documents a credential once without one, and as often beside its path.
///
/// # Errors
/// When no client can be made.
pub(super) async fn guards(job: &Job) -> Result<Guards, ClientError> {
    let client = Client::new(&job.target.limits)?;
    let mut guards = Guards::default();
    for operation in job.contract.operations.iter().filter(|operation| asks_for_a_credential(operation)) {
        let path = without_credential(operation);
        let beside = Request { path: format!("/{NOBODYS}{}", operation.path), ..path.clone() };
        let is_guarded = ask(job, &client, &path, &mut guards).await;
        if is_guarded && !ask(job, &client, &beside, &mut guards).await {
            guards.operations.push(operation.id.clone());
        }
    }
    Ok(guards)
}

fn asks_for_a_credential(operation: &Operation) -> bool {
    !operation.security.is_empty() && operation.security.iter().all(|requirement| !requirement.0.is_empty())
}

/// The operation's method and path with made-up ids, and nothing else.
fn without_credential(operation: &Operation) -> Request {
    let in_path = operation.parameters.iter().filter(|parameter| parameter.location == ParameterLocation::Path);
    let values = in_path.map(|parameter| (parameter.name.clone(), Text::plain(NOBODYS)));
    Request { method: operation.method.clone(), path_values: values.collect(), ..Request::get(&operation.path) }
}

/// Whether a request is refused for who sent it.
async fn ask(job: &Job, client: &Client, request: &Request, guards: &mut Guards) -> bool {
    let Ok(wire) = WireRequest::new(&job.url, request) else { return false };
    if let Some(rate) = job.target.limits.rate {
        sleep(rate.per / rate.requests.max(1)).await;
    }
    guards.requests += 1;
    let exchange = client.send(&wire, Connection::Pooled, &StopAt::default()).await;
    exchange.answer().is_some_and(|answer| matches!(answer.status, 401 | 403))
}
