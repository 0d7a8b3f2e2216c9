//! Exchanges: one request sent, and everything that came back, with times.
//!
//! In: a [`Request`](crate::generate::Request) and a base URL. Out: an [`Exchange`].

mod audited;
mod body;
mod client;
mod curl;
mod exchange;
mod failure;
mod pace;
mod record;
mod response;
pub mod serial;
mod tls;
mod wire;

pub use client::{Client, ClientError, Connection, StopAt};
pub use curl::{curl, is_plain};
pub use exchange::*;
pub use pace::Pace;
pub use record::{Chunk, Surplus, Wire, WireFraming, WireRecord};
pub use wire::{WireError, WireRequest};

use response::{NoHead, Response};
