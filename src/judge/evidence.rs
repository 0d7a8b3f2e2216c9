//! Everything a rule may look at, read once.

use crate::contract::{Contract, MediaType, Operation, Response};
use crate::generate::Case;
use crate::send::{Answer, Exchange};

/// What is known beyond the exchange itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    /// Whether a valid request with the same ids was answered with success, or the configuration
    /// vouches for those ids. Without it a documented refusal may be the ids' fault.
    pub verified: bool,
}

/// One exchange and its contract.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The contract under test.
    pub contract: &'a Contract,
    /// What was sent and why.
    pub case: &'a Case,
    /// What happened.
    pub exchange: &'a Exchange,
    /// What is known beyond it.
    pub context: Context,
}

impl<'a> Evidence<'a> {
    /// The operation that was called.
    pub fn operation(&self) -> &'a Operation {
        &self.case.operation
    }

    /// The answer, where there was one.
    pub fn answer(&self) -> Option<&'a Answer> {
        self.exchange.answer()
    }

    /// The documented response for the answer's status.
    pub fn response(&self) -> Option<&'a Response> {
        self.operation().response(self.answer()?.status)
    }

    /// The documented form for the answer's status and media type.
    pub fn media(&self) -> Option<&'a MediaType> {
        self.response()?.media(&self.answer()?.essence()?)
    }
}
