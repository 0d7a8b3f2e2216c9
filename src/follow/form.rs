//! Which answers are streams, and what is promised of each.

use crate::contract::{self, Dialect, MediaType, Operation, StreamContract};
use crate::stream::Framing;

/// The essence of an event stream.
pub const EVENT_STREAM: &str = "text/event-stream";

/// The form of an answer that is a stream.
#[derive(Debug, Clone)]
pub struct Form<'c> {
    /// How the body is cut into items.
    pub framing: Framing,
    /// What the document promises of the stream, where it says more than that it is one.
    pub promised: Option<&'c StreamContract>,
    /// Dialects that the stream may turn out to speak.
    pub candidates: Vec<Candidate<'c>>,
}

/// A dialect that a stream may turn out to speak.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'c> {
    /// The dialect.
    pub dialect: &'c Dialect,
    /// Whether the answer's head claims it.
    pub claimed: bool,
}

impl<'c> Form<'c> {
    /// The form of an answer to this operation; `None` where its body is no stream. `header` gives the
    /// value of a header field.
    pub fn of(
        operation: &'c Operation,
        status: u16,
        essence: &str,
        header: impl Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        let response = operation.response(status).filter(|_| (200..300).contains(&status))?;
        let claims = |dialect: &Dialect| {
            let mut claim = dialect.claim.iter().peekable();
            claim.peek().is_some()
                && claim.all(|(name, wanted)| header(name).is_some_and(|value| value.trim() == wanted))
        };
        let documented = response.media(essence).and_then(|media| media.stream.as_ref());
        if let Some(promised) = documented {
            let framing = framing(promised.framing);
            let candidates = candidates(promised, essence, framing, claims);
            return Some(Form { framing, promised: Some(promised), candidates });
        }
        let foreign = || claimed_elsewhere(&response.media, essence, claims);
        let undeclared = essence == EVENT_STREAM && response.media.iter().any(|media| media.essence == EVENT_STREAM);
        match undeclared {
            true => Some(Form { framing: Framing::Sse, promised: None, candidates: Vec::new() }),
            false => foreign(),
        }
    }
}

/// The dialects of a stream's profile that have its media type and framing; where the head claims any,
/// those alone.
fn candidates<'c>(
    promised: &'c StreamContract,
    essence: &str,
    wanted: Framing,
    claims: impl Fn(&Dialect) -> bool,
) -> Vec<Candidate<'c>> {
    let fits = |dialect: &&Dialect| dialect.essence == essence && framing(dialect.stream.framing) == wanted;
    let dialects = promised.profile.iter().flat_map(|profile| &profile.dialects).filter(fits);
    let mut candidates: Vec<_> = dialects.map(|dialect| Candidate { dialect, claimed: claims(dialect) }).collect();
    if candidates.iter().any(|candidate| candidate.claimed) {
        candidates.retain(|candidate| candidate.claimed);
    }
    candidates
}

/// A form that the document does not give, and that the head claims by the profile of another.
fn claimed_elsewhere<'c>(media: &'c [MediaType], essence: &str, claims: impl Fn(&Dialect) -> bool) -> Option<Form<'c>> {
    let profiles = media.iter().filter_map(|media| media.stream.as_ref()?.profile.as_ref());
    let mut dialects = profiles.flat_map(|profile| &profile.dialects);
    let dialect = dialects.find(|dialect| dialect.essence == essence && claims(dialect))?;
    let candidates = vec![Candidate { dialect, claimed: true }];
    Some(Form { framing: framing(dialect.stream.framing), promised: None, candidates })
}

/// The framing that a contract names.
pub fn framing(promised: contract::Framing) -> Framing {
    match promised {
        contract::Framing::Sse => Framing::Sse,
        contract::Framing::Ndjson => Framing::Ndjson,
        contract::Framing::JsonSeq => Framing::JsonSeq,
        contract::Framing::Text => Framing::Text,
        contract::Framing::AiDataV4 => Framing::AiDataV4,
    }
}
