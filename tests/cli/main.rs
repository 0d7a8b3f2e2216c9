//! The real binary against real servers on real sockets.

mod check;
mod framing;
mod streams;
mod support;
mod unreachable;
mod wrong;
