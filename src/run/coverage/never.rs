//! Why something was never exercised.

use super::gather::{Answered, Gathered};
use crate::contract::{ErrorState, Response, StatusPattern};
use crate::generate::{Aspect, Part};
use crate::run::MAX_REQUESTS;
use crate::run::NotChecked;
use crate::run::budget::MAX_GENERATIONS;

/// Finds the reasons for one operation.
pub(super) struct Never<'a> {
    pub gathered: &'a Gathered,
    /// What was left out of it, and why.
    pub left_out: &'a [&'a NotChecked],
    /// Why the run ended before the plan did.
    pub halted: Option<&'a str>,
}

impl Never<'_> {
    /// Why no request exercised a part.
    pub fn exercised(&self, index: usize, part: &Part) -> String {
        let is_planned = self.gathered.planned.get(index).is_some_and(|planned| *planned > 0);
        if is_planned {
            return self.unsent();
        }
        if let Some(reason) = self.named(part) {
            return reason;
        }
        if self.gathered.planned.iter().all(|planned| *planned == 0) {
            return self.unmade();
        }
        if let Some(bound) = self.bound() {
            return format!("not sent for {bound}");
        }
        match part.aspect {
            Aspect::Parameter => "no case has it".to_owned(),
            Aspect::Media => "another media type is sent".to_owned(),
            Aspect::Value => "no case sends it".to_owned(),
            Aspect::Constraint => self.unbroken(part),
        }
    }

    /// Why no answer was of a documented response.
    pub fn answered(&self, response: &Response, seen: &Answered) -> String {
        if self.gathered.requests == 0 {
            return self.unmade();
        }
        if seen.asked_for > 0 {
            let plural = if seen.asked_for == 1 { "" } else { "s" };
            return format!("{} request{plural} asked for it and got another answer", seen.asked_for);
        }
        if let Some(reason) = self.for_want_of_a_state(response) {
            return reason;
        }
        match response.status {
            StatusPattern::Exact(500..) | StatusPattern::Class(5) => "no request is meant to bring a server down",
            StatusPattern::Exact(400..=499) | StatusPattern::Class(4) => "no request is known to bring it about",
            StatusPattern::Exact(_) | StatusPattern::Class(_) | StatusPattern::Default => "no request got it",
        }
        .to_owned()
    }

    /// Why no answer of a status had a media type.
    pub fn of_media(&self, status: StatusPattern, seen: &Answered) -> String {
        match seen.times {
            _ if self.gathered.requests == 0 => self.unmade(),
            0 => format!("no answer was {status}"),
            _ => "no answer had it".to_owned(),
        }
    }

    /// Why planned requests did not get through.
    fn unsent(&self) -> String {
        match (self.halted, self.bound()) {
            (Some(halted), _) => format!("not sent any more: {halted}"),
            (None, Some(bound)) => format!("not sent for {bound}"),
            (None, None) => "no request that has it was answered".to_owned(),
        }
    }

    /// The bound of the run that left some of its requests out.
    fn bound(&self) -> Option<&'static str> {
        let is_left_out = |bound: &&str| self.left_out.iter().any(|left_out| left_out.reason == **bound);
        [MAX_REQUESTS, MAX_GENERATIONS].into_iter().find(is_left_out)
    }

    /// Why there was no request of the operation at all.
    fn unmade(&self) -> String {
        let halted = self.halted.map(|halted| format!("no request was answered: {halted}"));
        let whole = self.left_out.iter().find(|left_out| left_out.what == "every request");
        let left_out =
            whole.or(self.left_out.first()).map(|left_out| format!("no request was sent: {}", left_out.reason));
        whole.and(left_out.clone()).or(halted).or(left_out).unwrap_or_else(|| "no request was answered".to_owned())
    }

    /// The reason that is told of this very part.
    fn named(&self, part: &Part) -> Option<String> {
        let body = format!("a body of {}", part.at);
        let is_it = |left_out: &&&NotChecked| match part.aspect {
            Aspect::Media => left_out.what == body,
            Aspect::Parameter | Aspect::Value | Aspect::Constraint => left_out.what == part.at,
        };
        self.left_out.iter().find(is_it).map(|left_out| left_out.reason.clone())
    }

    fn unbroken(&self, part: &Part) -> String {
        let negative =
            self.left_out.iter().find(|left_out| left_out.what.starts_with("requests that break the contract"));
        if let Some(left_out) = negative {
            return left_out.reason.clone();
        }
        let sends = |word: &str| {
            let mut media = self.gathered.operation.body.iter().flat_map(|body| &body.media);
            media.any(|media| media.essence.contains(word) || media.essence.contains('*'))
        };
        let is_text = sends("form") || sends("text/");
        match part.at.starts_with("body#") && !sends("json") {
            true if is_text => "no value was found that still breaks it, and nothing else, once it is text".to_owned(),
            true => "constraints of bytes are not broken".to_owned(),
            false => "no value was found that breaks it and nothing else".to_owned(),
        }
    }

    /// The state that a documented error of this status would need.
    fn for_want_of_a_state(&self, response: &Response) -> Option<String> {
        let mut states = response.errors.iter().filter_map(|error| error.state.as_ref()).map(ErrorState::name);
        let missing = |state: &str| self.left_out.iter().find(|left_out| left_out.state.as_deref() == Some(state));
        states.find_map(missing).map(|left_out| left_out.reason.clone())
    }
}
