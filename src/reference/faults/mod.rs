//! Faults that several APIs can have.

pub(super) mod http;
pub(super) mod sse;
