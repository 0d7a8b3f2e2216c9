//! Values that other operations gave to a recorded request, asked for anew.

use std::collections::BTreeSet;

use super::gone;
use crate::contract::{Contract, Location};
use crate::generate::Case;
use crate::recording::RecordedCase;
use crate::run::{Dispatcher, Links, Made, Source, Use, fill, given};
use crate::send::Exchange;

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

/// Why a recorded request cannot be made again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// Nobody gave a credential: the command lacks something.
    #[error("{0}")]
    Usage(String),
    /// It cannot be had here.
    #[error("{0}")]
    Reason(String),
}

impl From<String> for Unsendable {
    fn from(reason: String) -> Self {
        Unsendable::Reason(reason)
    }
}

/// Makes of a recorded request, and its case by the contract of today, one that can be sent.
pub type Resolve<'a> = &'a (dyn Fn(&RecordedCase, &Case) -> Result<Case, Unsendable> + Sync);

/// Asks for what requests need of others.
pub(super) struct Sources<'a> {
    pub contract: &'a Contract,
    pub dispatcher: &'a Dispatcher,
    pub resolve: Resolve<'a>,
}

impl Sources<'_> {
    /// The case of a recording, ready to be sent but for the values that others give.
    pub fn case(&self, recorded: &RecordedCase) -> Result<Case, Unsendable> {
        let shown = recorded.as_shown(self.contract).ok_or_else(|| gone(self.contract, &recorded.operation))?;
        (self.resolve)(recorded, &shown)
    }

    /// Asks for the values that others gave to a request, and puts what comes into the case.
    pub async fn renew(&self, recorded: &RecordedCase, case: &mut Case) -> Vec<Renewal> {
        let mut renewals = Vec::new();
        for source in &recorded.sources {
            // What gave a value may have been given one itself.
            let asked = Box::pin(self.ask(source)).await;
            for binding in recorded.given.iter().filter(|binding| binding.operation == source.operation) {
                let value = asked.as_ref().map_err(Clone::clone).and_then(|made| {
                    given(&binding.inferred(), &made.case, &made.exchange)
                        .ok_or_else(|| "its answer has none".to_owned())
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

    /// What these requests take from others, asked for once each, to be lent to them one after another; `own` is an
    /// operation that they call themselves.
    pub async fn links(&self, requests: &[&RecordedCase], own: Option<&str>) -> (Links, Vec<Renewal>) {
        let (mut sources, mut made, mut renewals) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for recorded in requests {
            for source in recorded.sources.iter().filter(|source| own != Some(source.operation.as_str())) {
                let bindings = || recorded.given.iter().filter(|binding| binding.operation == source.operation);
                let Ok(case) = self.case(recorded) else { continue };
                let purpose = Use::of(&case);
                if !seen.insert((source.operation.as_str(), purpose)) {
                    continue;
                }
                let asked = Box::pin(self.ask(source)).await;
                let kept = asked.as_ref().err().cloned();
                renewals.extend(bindings().map(|binding| Renewal {
                    at: binding.at.clone(),
                    operation: binding.operation.clone(),
                    kept: kept.clone(),
                }));
                if let Ok(asked) = asked {
                    sources.push(Source { case: asked.case.clone(), times: 1 });
                    made.push((purpose, asked));
                }
            }
        }
        let links = Links::new(&sources);
        for (purpose, made) in made {
            links.add(&made.case, &made.exchange);
            links.things.add(purpose, made);
        }
        (links, renewals)
    }

    /// Sends what gave values, and gives it with its answer, or says why it gives none.
    async fn ask(&self, recorded: &RecordedCase) -> Result<Made, String> {
        let mut case = self.case(recorded).map_err(|error| error.to_string())?;
        self.renew(recorded, &mut case).await;
        let exchange: Exchange = self.dispatcher.send(&case).await.map_err(|error| error.to_string())?;
        match exchange.answer().map(|answer| answer.status) {
            Some(200..=299) => Ok(Made { case, exchange }),
            Some(status) => Err(format!("it answered {status}")),
            None => Err("it gave no answer".to_owned()),
        }
    }
}
