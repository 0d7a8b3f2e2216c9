//! Rules on a stream as a whole: its form, its end and its times.

mod end;
mod ended;
mod form;
mod terminal;
#[cfg(test)]
mod tests;
mod time;
mod wire;

use super::Rule;
pub(super) use end::judge_incomplete;
pub use ended::StreamEnd;
pub(super) use time::{Arrival, judge_idle, judge_pace};

/// The family.
pub static RULES: &[Rule] = &[
    form::SWITCH,
    form::EMPTY,
    form::ERROR_AS_200,
    end::INCOMPLETE,
    end::CLOSE_DELIMITED,
    end::TAIL_DISCARDED,
    end::HELD_OPEN,
    terminal::MISSING,
    terminal::NEAR_MISS,
    terminal::REPEATED,
    terminal::AFTER,
    time::FIRST_EVENT_LATE,
    time::IDLE,
    time::SLOW_KEEP_ALIVE,
    time::BUFFERED,
    wire::SURPLUS_BYTES,
    wire::TWO_LENGTHS,
];
