//! The real binary against real servers on real sockets.

mod baseline;
mod budget;
mod check;
mod documents;
mod framing;
mod overlays;
mod secrets;
mod snapshots;
mod streams;
mod support;
mod unreachable;
mod wrong;
