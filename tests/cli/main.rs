//! The real binary against real servers on real sockets.

mod budget;
mod check;
mod compare;
mod documents;
mod framing;
mod identify;
mod overlays;
mod replay;
mod secrets;
mod streams;
mod support;
mod unreachable;
mod wrong;
