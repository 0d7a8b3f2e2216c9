//! The commands: what each prints, and the exit code that it comes to.

pub mod diagnostics;
mod exit;
pub mod explain;
pub mod lint;
mod look;

pub use exit::Exit;
pub use look::Look;
