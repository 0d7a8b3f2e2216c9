//! How a server conducts itself: the checks it makes, and the faults it has.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::response::Response;
use http::Method;
use serde_json::{Map, Value};

use super::call::Call;
use super::fault::{Change, Effect, Fault, Mistake};
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The conduct of one server: conformant but for its faults.
#[derive(Debug)]
pub(super) struct Conduct {
    pace: Duration,
    effects: Vec<Effect>,
    /// The reply that the next caller gets, where callers are mixed up.
    held: Mutex<Option<Reply>>,
}

impl Conduct {
    /// The conduct of a server that pauses this long between the pieces of a stream.
    pub fn new(pace: Duration, faults: &[&'static Fault]) -> Self {
        Conduct { pace, effects: faults.iter().map(|fault| fault.effect).collect(), held: Mutex::default() }
    }

    /// Refuses where a check failed, unless a fault tolerates that.
    pub fn require(&self, passed: bool, refusal: Refusal) -> Result<(), Refusal> {
        if passed { Ok(()) } else { self.tolerate(refusal) }
    }

    /// Refuses, unless a fault tolerates it: then something empty stands for what was refused.
    pub fn tolerate<T: Default>(&self, refusal: Refusal) -> Result<T, Refusal> {
        let tolerates = |effect: &Effect| matches!(effect, Effect::Tolerates(known) if *known == refusal);
        if self.effects.iter().any(tolerates) { Ok(T::default()) } else { Err(refusal) }
    }

    /// Refuses whoever shows none of the right credentials, unless a fault takes what is shown for one of
    /// them, or tolerates it.
    pub fn turn_away<T: Default>(&self, call: &Call, right: &[&str], refusal: Refusal) -> Result<T, Refusal> {
        let is_mistaken =
            |mistake: &Mistake| call.presented().any(|presented| right.iter().any(|right| mistake(presented, right)));
        let mistakes = |effect: &Effect| matches!(effect, Effect::Mistakes(mistake) if is_mistaken(mistake));
        if self.effects.iter().any(mistakes) { Ok(T::default()) } else { self.tolerate(refusal) }
    }

    /// How many requests a minute a key may send.
    pub fn limit(&self, documented: u32) -> u32 {
        let limits = |effect: &Effect| if let Effect::Limits(limit) = effect { Some(*limit) } else { None };
        self.effects.iter().find_map(limits).unwrap_or(documented)
    }

    /// Whether a limit that was met lets in again.
    pub fn lifts_limits(&self) -> bool {
        !self.effects.iter().any(|effect| matches!(effect, Effect::LimitsForGood))
    }

    /// The checks that come before all others: the method and the length of the body.
    pub fn admit(&self, call: &Call) -> Result<(), Refusal> {
        self.require(call.method == Method::POST, Refusal::WrongMethod)?;
        self.require(call.body.is_some(), Refusal::TooLarge)
    }

    /// The body, which must be a JSON object.
    pub fn object(&self, call: &Call) -> Result<Object, Refusal> {
        self.require(call.is_json(), Refusal::MediaType)?;
        match call.json() {
            Some(Value::Object(object)) => Ok(object),
            Some(_) => self.tolerate(Refusal::WrongType("body")),
            None => self.tolerate(Refusal::MalformedJson),
        }
    }

    /// A member of the body that must be a string with something in it.
    pub fn text<'b>(&self, body: &'b Object, member: &'static str) -> Result<&'b str, Refusal> {
        match body.get(member) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(Value::String(_)) | None => self.tolerate(Refusal::Missing(member)),
            Some(_) => self.tolerate(Refusal::WrongType(member)),
        }
    }

    /// A member of the body that must be a string and say something.
    pub fn words<'b>(&self, body: &'b Object, member: &'static str) -> Result<&'b str, Refusal> {
        let text = self.text(body, member)?;
        let is_blank = !text.is_empty() && text.chars().all(|c| c.is_ascii_whitespace());
        self.require(!is_blank, Refusal::Missing(member)).map(|()| text)
    }

    /// A member of the body that may be left out, and otherwise must be of a type.
    pub fn optional<'b>(
        &self,
        body: &'b Object,
        member: &'static str,
        of_type: fn(&Value) -> bool,
    ) -> Result<Option<&'b Value>, Refusal> {
        match body.get(member) {
            Some(value) if !of_type(value) => self.tolerate(Refusal::WrongType(member)),
            other => Ok(other),
        }
    }

    /// Sends a reply, after the faults have changed it.
    pub fn answer(&self, call: &Call, mut reply: Reply) -> Response {
        for change in self.changes(reply.outcome) {
            change(&mut reply, call);
        }
        self.mixed_up(reply).into_response(self.pace)
    }

    /// The reply, or where callers are mixed up the one before it.
    fn mixed_up(&self, reply: Reply) -> Reply {
        let mixes = |effect: &Effect| matches!(effect, Effect::MixesUp(outcomes) if outcomes.contains(&reply.outcome));
        if !self.effects.iter().any(mixes) {
            return reply;
        }
        // A reply is swapped in one step: nothing can be left half done by a panic.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.replace(reply.clone()).unwrap_or(reply)
    }

    fn changes(&self, outcome: Outcome) -> impl Iterator<Item = Change> + use<'_> {
        self.effects.iter().filter_map(move |effect| match effect {
            Effect::Changes(outcomes, change) if outcomes.contains(&outcome) => Some(*change),
            _ => None,
        })
    }
}
