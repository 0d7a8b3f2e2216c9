//! Values that earlier answers gave to a recorded request, asked for anew: a session of the recording may be gone.

use url::Url;

use super::{ReplayError, stop_at};
use crate::contract::{Contract, Location};
use crate::generate::Case;
use crate::recording::RecordedCase;
use crate::run::{fill, given};
use crate::send::{Client, Connection, Exchange, WireRequest};
use crate::target::Limits;

/// What became of one value of a recorded request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The part of the request.
    pub at: Location,
    /// Id of the operation that gave it.
    pub operation: String,
    /// Why it is still that of the recording; `None` where it is a new one.
    pub kept: Option<String>,
}

/// Makes of a recorded request and the operation of today a request that can be sent; a sentence says why it cannot.
pub type Resolve<'a> = &'a dyn Fn(&RecordedCase, &Case) -> Result<Case, String>;

/// Asks for the values that other operations gave to a recorded request, and puts what comes into the case.
///
/// # Errors
/// When there is no client.
pub async fn renew(
    contract: &Contract,
    recorded: &RecordedCase,
    case: &mut Case,
    base: &Url,
    resolve: Resolve<'_>,
) -> Result<Vec<Renewal>, ReplayError> {
    let source = Sources { contract, base, resolve, client: Client::new(&Limits::default())? };
    Ok(source.renew(recorded, case).await)
}

struct Sources<'a> {
    contract: &'a Contract,
    base: &'a Url,
    resolve: Resolve<'a>,
    client: Client,
}

impl Sources<'_> {
    async fn renew(&self, recorded: &RecordedCase, case: &mut Case) -> Vec<Renewal> {
        let mut renewals = Vec::new();
        for source in &recorded.sources {
            // What gave a value may have been given one itself.
            let asked = Box::pin(self.ask(source)).await;
            for binding in recorded.given.iter().filter(|binding| binding.operation == source.operation) {
                let value = asked.as_ref().map_err(Clone::clone).and_then(|(source, exchange)| {
                    given(&binding.inferred(), source, exchange).ok_or_else(|| "its answer has none".to_owned())
                });
                if let Ok(value) = &value {
                    fill(&mut case.request, &binding.at, value);
                }
                let (at, operation) = (binding.at.clone(), binding.operation.clone());
                renewals.push(Renewal { at, operation, kept: value.err() });
            }
        }
        renewals
    }

    /// Sends what gave values, and gives it with its answer, or says why it gives none.
    async fn ask(&self, recorded: &RecordedCase) -> Result<(Case, Exchange), String> {
        let shown = recorded.as_shown(self.contract).ok_or("the document has no such operation")?;
        let mut case = (self.resolve)(recorded, &shown)?;
        self.renew(recorded, &mut case).await;
        let request = WireRequest::new(self.base, &case.request).map_err(|error| error.to_string())?;
        let exchange = self.client.send(&request, Connection::Fresh, &stop_at(&case)).await;
        match exchange.answer().map(|answer| answer.status) {
            Some(200..=299) => Ok((case, exchange)),
            Some(status) => Err(format!("it answered {status}")),
            None => Err("it gave no answer".to_owned()),
        }
    }
}
