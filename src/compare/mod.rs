//! Reports of runs that are over, held against each other.
//!
//! In: JSON reports. Out: a [`Matrix`] of rules by targets, or the [`Difference`] between two reports of the
//! same targets. Nothing is judged anew: what a report does not say is not known.

mod difference;
mod matrix;
mod report;

pub use difference::{Change, Difference, Gone, Side, TargetDifference};
pub use matrix::{Cell, Matrix, Row, Subject};
pub use report::{Check, Finding, LeftOut, Promise, Report, ReportError, Target};

#[cfg(test)]
pub(crate) mod fixture;
