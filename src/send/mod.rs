//! Exchanges: one request sent, and everything that came back, with times.

mod exchange;

pub use exchange::*;
