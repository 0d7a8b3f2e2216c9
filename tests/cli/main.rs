//! The real binary against real servers on real sockets.

mod budget;
mod check;
mod secrets;
mod support;
mod unreachable;
mod wrong;
