//! The four documented APIs, as `uptospec.toml` has them, in the form in which an implementer puts an
//! audit into `cargo test`: one trial an operation and family of rules.

use std::process::ExitCode;

fn main() -> ExitCode {
    uptospec::harness::main("uptospec.toml".as_ref())
}
