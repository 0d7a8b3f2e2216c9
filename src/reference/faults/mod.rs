//! Faults that several APIs can have.

pub(super) mod credentials;
#[macro_use]
mod documented;
pub(super) mod http;
pub(super) mod sse;
pub(super) mod strain;

pub(super) use documented::gone_wrong;
