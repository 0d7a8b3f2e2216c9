//! What the configuration says of sources.

use crate::contract::{Location, Operation};
use crate::target::{ChosenSource, SourceChoice};

/// What is chosen for a part of an operation's request: `None` where nothing is said of it, `Some(None)` where no
/// source is wanted. What is said of the operation goes before what is said of all.
pub(super) fn choice<'c>(
    choices: &'c [SourceChoice],
    operation: &Operation,
    at: &Location,
) -> Option<Option<&'c ChosenSource>> {
    let of_part = || choices.iter().filter(|choice| choice.at == *at);
    let own = of_part().find(|choice| choice.operation.as_deref() == Some(operation.id.as_str()));
    let choice = own.or_else(|| of_part().find(|choice| choice.operation.is_none()))?;
    Some(choice.from.as_ref())
}
