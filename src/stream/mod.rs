//! Decoders of streamed bodies: items, and facts about the bytes that clients throw away.
//!
//! In: the pieces of a body with their arrival times. Out: [`Decoded`], plain data. Nothing here
//! knows a contract: what is remarkable is kept as a fact, and `judge` says what it weighs.

mod item;
mod marks;
mod sse;
mod utf8;

pub use item::Item;
pub use marks::{KEPT, Mark, MarkKind, Marks, excerpt};
pub use sse::{LineEnds, SseFacts, SseReader, Tail};
