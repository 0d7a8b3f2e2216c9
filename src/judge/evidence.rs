//! Everything a rule may look at, read once.

use std::cell::OnceCell;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::{Contract, MediaType, Operation, Response, StatusPattern, Strength};
use crate::follow::Followed;
use crate::generate::{Case, CaseKind, Expect};
use crate::send::{Answer, End, Exchange};

/// What is known beyond the exchange itself.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Context {
    /// Whether a valid request with the same ids was answered with success, or the configuration
    /// vouches for those ids. Without it a documented refusal may be the ids' fault.
    pub verified: bool,
    /// Whether a valid request with the target's own credential was answered with success on this
    /// operation. Without it a refusal of the caller may be the credential's fault.
    pub admitted: bool,
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
    json: OnceCell<Result<Value, serde_json::Error>>,
    /// The body as a stream, followed when a rule first asks.
    pub(super) stream: OnceCell<Arc<Followed>>,
}

impl<'a> Evidence<'a> {
    /// Everything that is known of one exchange.
    pub fn new(contract: &'a Contract, case: &'a Case, exchange: &'a Exchange, context: Context) -> Self {
        Evidence { contract, case, exchange, context, json: OnceCell::new(), stream: OnceCell::new() }
    }

    /// The operation that was called.
    pub fn operation(&self) -> &'a Operation {
        &self.case.operation
    }

    /// The answer, where there was one.
    pub fn answer(&self) -> Option<&'a Answer> {
        self.exchange.answer()
    }

    /// The documented response for the answer's status. Where a document has nothing but `default` for
    /// its successes, that is no description of its errors.
    pub fn response(&self) -> Option<&'a Response> {
        let status = self.answer()?.status;
        let response = self.operation().response(status)?;
        let success = |response: &Response| match response.status {
            StatusPattern::Exact(status) => status / 100 == 2,
            StatusPattern::Class(class) => class == 2,
            StatusPattern::Default => false,
        };
        let catches_all = response.status == StatusPattern::Default;
        let describes_errors = || self.operation().responses.iter().any(success);
        (!catches_all || status < 400 || describes_errors()).then_some(response)
    }

    /// The documented form for the answer's status and media type.
    pub fn media(&self) -> Option<&'a MediaType> {
        self.response()?.media(&self.answer()?.essence()?)
    }

    /// The body read as JSON, whatever its media type says.
    pub fn json(&self) -> Option<Result<&Value, &serde_json::Error>> {
        let answer = self.answer()?;
        Some(self.json.get_or_init(|| serde_json::from_slice(&answer.body)).as_ref())
    }

    /// Whether the answer is a 429 that this case did not ask for: it says something of our pace
    /// and nothing of the request.
    pub fn throttled(&self) -> bool {
        let asked = match &self.case.expect {
            Expect::Error(errors) => errors.iter().any(|error| error.status == StatusPattern::Exact(429)),
            Expect::Success { .. } | Expect::Refusal | Expect::Any => false,
        };
        let burst = matches!(self.case.kind, CaseKind::Burst { .. });
        !asked && !burst && self.answer().is_some_and(|answer| answer.status == 429)
    }

    /// Whether the answer turns away a caller whose credential nothing has shown to be good yet. That is no
    /// evidence on the request. A case that is about the credential itself is another matter.
    pub fn turned_away(&self) -> bool {
        let own_credential = !matches!(self.case.kind, CaseKind::Credential(_));
        let refused = self.answer().is_some_and(|answer| matches!(answer.status, 401..=403));
        own_credential && refused && !self.context.admitted
    }

    /// The operation whose answer gave a part of the request, where the document does not say that it fits there.
    pub fn inferred_giver(&self) -> Option<&'a str> {
        let mut inferred = self.case.request.inferred().map(|(_, inferred)| inferred);
        let guess = inferred.find(|inferred| inferred.strength() == Strength::Inferred)?;
        Some(guess.operation.as_str())
    }

    /// Whether the request uses the operation's own method. What another method is answered, the
    /// document does not say.
    pub fn documented_method(&self) -> bool {
        self.case.request.method == self.operation().method
    }

    /// Whether an answer of this status to this method has content at all (RFC 9110 6.4.1).
    pub fn may_have_content(&self) -> bool {
        let bodiless = |answer: &Answer| matches!(answer.status, 100..=199 | 204 | 304);
        self.case.request.method != http::Method::HEAD && !self.answer().is_some_and(bodiless)
    }

    /// Why the body cannot be read as what it is, through no fault of the target.
    pub fn unreadable(&self) -> Option<String> {
        unreadable(self.answer()?)
    }

    /// Why a body cannot be read as JSON that may well be JSON.
    pub fn unreadable_json(&self) -> Option<&'static str> {
        unreadable_json(&self.answer()?.body, self.json()?.err()?)
    }
}

/// Why a body cannot be read as what it is, through no fault of the target.
pub(super) fn unreadable(answer: &Answer) -> Option<String> {
    let coding = answer.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"));
    if let Some(coding) = coding {
        return Some(format!("the body is encoded as {coding}"));
    }
    matches!(answer.end, End::StoppedBySize | End::StoppedByTime)
        .then(|| format!("reading was stopped after {} bytes", answer.body.len()))
}

/// Why a body that gave this error may be JSON all the same: the grammar (RFC 8259) sets no bounds to
/// nesting and numbers, and takes half of a surrogate pair.
pub(super) fn unreadable_json(body: &[u8], error: &serde_json::Error) -> Option<&'static str> {
    if error.to_string().starts_with("recursion limit") {
        return Some("the body is nested deeper than we read");
    }
    // Values that are thrown away are asked for their grammar alone, and not even for UTF-8.
    let is_grammatical = || serde_json::from_slice::<IgnoredAny>(body).is_ok() && std::str::from_utf8(body).is_ok();
    is_grammatical().then_some("the body holds a number or an escape that we cannot read")
}
