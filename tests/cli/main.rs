//! The real binary against real servers on real sockets.

mod budget;
mod check;
mod compare;
mod concurrency;
mod coverage;
mod declared;
mod documents;
mod framing;
mod identify;
mod overlays;
mod replay;
mod secrets;
mod shrinking;
mod streams;
mod support;
mod unreachable;
mod wrong;
