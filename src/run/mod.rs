//! A run: plan, order, pace, shrinking, and the stream of events that reporters hang on.

mod event;
mod result;

pub use event::{Event, Reporter};
pub use result::*;
