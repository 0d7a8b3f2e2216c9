//! The real binary against real servers on real sockets.

mod baseline;
mod budget;
mod check;
mod compare;
mod concurrency;
mod coverage;
#[path = "../crud/mod.rs"]
mod crud;
mod declared;
mod documents;
mod foreign;
mod framing;
mod identify;
mod overlays;
mod replay;
mod reports;
mod secrets;
mod sequences;
mod shards;
mod shrinking;
mod snapshots;
mod streams;
mod support;
mod unreachable;
mod wrong;
