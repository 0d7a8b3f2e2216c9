//! Numbers: bounds, `multipleOf`, and the values at the bounds more often than others.

use proptest::prelude::*;
use serde_json::{Number, Value};

use super::{Extent, Node, Ungeneratable};

/// How far a range reaches where the schema gives no bound.
const REACH: f64 = 1_000.0;

/// Numbers beyond this cannot be told apart by every reader of JSON (RFC 8259 section 6).
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// Steps of a number without `multipleOf`.
const FRACTION: f64 = 0.25;

/// What a schema says about numbers, both bounds allowed.
struct Range {
    low: Option<f64>,
    high: Option<f64>,
    step: f64,
}

/// Integers that a node allows.
pub(super) fn integers(node: &Node<'_>, extent: Extent) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let step = node.highest("multipleOf").map_or(1.0, |(step, _)| step);
    let step = if step > 0.0 && step.fract() == 0.0 { step } else { 1.0 };
    multiples(&Range::of(node, step), extent)
}

/// Numbers that a node allows.
pub(super) fn numbers(node: &Node<'_>, extent: Extent) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    match node.highest("multipleOf") {
        Some((step, _)) if step > 0.0 => multiples(&Range::of(node, step), extent),
        _ => multiples(&Range::of(node, FRACTION), extent).or_else(|reason| between(node, reason)),
    }
}

impl Range {
    fn of(node: &Node<'_>, step: f64) -> Self {
        let low = [node.highest("minimum").map(|found| found.0), above(node.highest("exclusiveMinimum"), step)];
        let high = [node.lowest("maximum").map(|found| found.0), below(node.lowest("exclusiveMaximum"), step)];
        let format = node.keyword("format").and_then(|keyword| keyword.value.as_str());
        let limit = if format == Some("int32") { f64::from(i32::MAX) } else { LARGEST_EXACT };
        Range {
            low: low.into_iter().flatten().reduce(f64::max).map(|low| low.max(-limit)),
            high: high.into_iter().flatten().reduce(f64::min).map(|high| high.min(limit)),
            step,
        }
    }

    /// Both ends, those that the schema leaves open within reach.
    fn ends(&self) -> (f64, f64) {
        match (self.low, self.high) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low + REACH * self.step),
            (None, Some(high)) => (high - REACH * self.step, high),
            (None, None) => (-REACH * self.step, REACH * self.step),
        }
    }
}

fn above(bound: Option<(f64, super::Said)>, step: f64) -> Option<f64> {
    bound.map(|(bound, _)| ((bound / step).floor() + 1.0) * step)
}

fn below(bound: Option<(f64, super::Said)>, step: f64) -> Option<f64> {
    bound.map(|(bound, _)| ((bound / step).ceil() - 1.0) * step)
}

/// Multiples of the step, the ends among them.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "both ends are exact integers")]
fn multiples(range: &Range, extent: Extent) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let (low, high) = range.ends();
    let first = (low / range.step).ceil().clamp(-LARGEST_EXACT, LARGEST_EXACT) as i64;
    let last = (high / range.step).floor().clamp(-LARGEST_EXACT, LARGEST_EXACT) as i64;
    if first > last {
        return Err(Ungeneratable::Impossible);
    }
    let step = range.step;
    let value = move |multiple: i64| json(multiple as f64 * step);
    if extent != Extent::Free {
        return Ok(Just(value(0_i64.clamp(first, last))).boxed());
    }
    let any = first..=last;
    Ok(prop_oneof![1 => Just(first), 1 => Just(last), 1 => Just(0_i64.clamp(first, last)), 5 => any]
        .prop_map(value)
        .boxed())
}

/// Any number of a range that holds no multiple of our own step; its ends are left to rejection.
fn between(node: &Node<'_>, reason: Ungeneratable) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let low = [node.highest("minimum"), node.highest("exclusiveMinimum")].into_iter().flatten().map(|found| found.0);
    let high = [node.lowest("maximum"), node.lowest("exclusiveMaximum")].into_iter().flatten().map(|found| found.0);
    match (low.reduce(f64::max), high.reduce(f64::min)) {
        (Some(low), Some(high)) if low < high => Ok((low..high).prop_map(json).boxed()),
        _ => Err(reason),
    }
}

/// An integer where the number is one.
#[expect(clippy::cast_possible_truncation, reason = "checked to be an exact integer")]
fn json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}
