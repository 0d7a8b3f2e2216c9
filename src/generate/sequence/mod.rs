//! Sequences: what one operation makes is used by others, though the document links nothing.
//!
//! In: a contract and what the configuration says of sources. Out: for each operation the parts of its request
//! that another operation's answer gives ([`Sources`]), requests that make things for others, and the life of a
//! thing as cases ([`Life`]). All of it is inferred from names, paths and schemas: no answer was seen yet.

mod chosen;
mod infer;
mod life;
mod making;
mod names;
mod order;
mod part;
mod shape;
mod unknown;

#[cfg(test)]
mod tests;

pub(super) use infer::Sources;
pub use life::Life;
pub(super) use life::{Stages, stages};
pub(super) use making::{creations, deletions};
pub(super) use order::makers_first;
pub(super) use unknown::{case as unknown, is_id_by_path};
