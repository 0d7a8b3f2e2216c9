//! The real binary against real servers on real sockets.

mod budget;
mod check;
#[path = "../crud/mod.rs"]
mod crud;
mod documents;
mod framing;
mod overlays;
mod secrets;
mod sequences;
mod streams;
mod support;
mod unreachable;
mod wrong;
