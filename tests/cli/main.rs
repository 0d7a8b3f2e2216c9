//! The real binary against real servers on real sockets.

mod check;
mod support;
mod unreachable;
mod wrong;
