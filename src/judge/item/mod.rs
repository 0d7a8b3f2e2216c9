//! Rules on the items of a stream: their payloads, their kinds and how they follow each other.

mod order;
mod payload;
mod report;
mod shape;
#[cfg(test)]
mod tests;
mod values;

use super::Rule;

/// The family.
pub static RULES: &[Rule] = &[
    payload::NOT_JSON,
    payload::DUPLICATE_KEYS,
    payload::LONE_SURROGATE,
    shape::SCHEMA,
    shape::EVENT_NAME,
    shape::UNKNOWN_KIND,
    values::CONSTANT,
    values::MONOTONIC,
    values::CONCAT,
    order::SEQUENCE,
    order::LIFECYCLE,
    report::ERROR_EVENT,
    report::LEAK,
];
