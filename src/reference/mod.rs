//! The four documented APIs as real servers, conformant or with named faults.
//!
//! In: the name of an API and of the faults it shall have. Out: a server on a loopback port. Nothing
//! here is shared with the rooms that read contracts or judge answers: a misreading that both sides
//! had would hide itself.
//!
//! A call is answered in three steps: the API's own folder makes a `Reply` or a
//! `Refusal` as its document asks, the faults change that reply, and the reply
//! goes out at the server's pace.

mod agenhq;
mod agentix;
mod agentsgt;
mod agntix;
mod alter;
mod call;
mod catalogue;
mod conduct;
mod fault;
mod faults;
pub mod fixtures;
mod gist;
mod refusal;
mod reply;
mod server;
#[cfg(test)]
mod testing;

pub use catalogue::{Api, api, apis};
pub use fault::Fault;
pub use server::{Running, ServerOptions, StartError, start};
