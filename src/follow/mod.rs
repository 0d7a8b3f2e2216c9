//! Following a stream as it comes: what its items are, held against what its contract declares.
//!
//! In: a [`Form`] (how an answer's body is cut into items, and what is promised of them) and the
//! pieces of the body. Out: [`Followed`], plain data in constant memory, however long the stream is.
//! Nothing here weighs anything: `judge` says which rule a fact breaks.

mod content;
mod dialect;
mod followed;
mod follower;
mod form;
mod json;
mod kinds;
mod seen;
mod texts;
mod trace;
mod track;
mod wants;

#[cfg(test)]
mod tests;

pub use content::{Content, ReadItem};
pub use followed::{Followed, Silence, Spoken};
pub use follower::Follower;
pub use form::{Candidate, EVENT_STREAM, Form, framing};
pub use json::{Json, JsonError};
pub use kinds::Kinds;
pub use seen::Seen;
pub use texts::Texts;
pub use trace::{Row, Trace};
pub use track::{
    Block, Concatenated, Ending, Errors, Lifecycles, Misfit, Mismatch, Misplaced, Numbers, Part, Payload, Sequence,
    SequenceOutcome, Shape, Shared, Track,
};
