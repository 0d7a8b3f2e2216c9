//! Numbers: bounds, `multipleOf`, and the values at the bounds more often than others.

use serde_json::{Number, Value};

use super::builder::Builder;
use super::decimal::Decimal;
use super::error::Why;
use super::{Extent, Node, Ungeneratable};

/// How many steps a range reaches where the schema gives no bound.
const REACH: i128 = 1_000;

/// Numbers beyond this cannot be told apart by every reader of JSON (RFC 8259 section 6).
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// Steps of a number without `multipleOf`, the coarsest first.
const FRACTIONS: [(i128, u32); 3] = [(25, 2), (1, 4), (1, 9)];

/// Where numbers may lie.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: Option<f64>,
    high: Option<f64>,
    /// Whether each bound is no part of it.
    open: (bool, bool),
}

impl<'s> Builder<'s, '_> {
    /// An integer that a node allows.
    pub(super) fn integer(&mut self, node: &Node<'s>) -> Result<Value, Ungeneratable> {
        let step = steps(node, Some(Decimal::whole(1))).ok_or_else(|| self.refuse(Why::TooMuch))?;
        self.multiple(&Range::of(node), step).ok_or_else(|| self.refuse(Why::Impossible))
    }

    /// A number that a node allows.
    pub(super) fn number(&mut self, node: &Node<'s>) -> Result<Value, Ungeneratable> {
        let range = Range::of(node);
        if node.keyword("multipleOf").is_some() {
            let step = steps(node, None).ok_or_else(|| self.refuse(Why::TooMuch))?;
            return self.multiple(&range, step).ok_or_else(|| self.refuse(Why::Impossible));
        }
        let fractions = FRACTIONS.iter().map(|(digits, scale)| Decimal { digits: *digits, scale: *scale });
        for step in fractions {
            if let Some(value) = self.multiple(&range, step) {
                return Ok(value);
            }
        }
        self.between(&range).ok_or_else(|| self.refuse(Why::Impossible))
    }

    /// A multiple of the step within the range, its ends more often than others.
    fn multiple(&mut self, range: &Range, step: Decimal) -> Option<Value> {
        let first = range.low.and_then(|low| step.first_from(low, range.open.0));
        let last = range.high.and_then(|high| step.last_to(high, range.open.1));
        if (range.low.is_some() && first.is_none()) || (range.high.is_some() && last.is_none()) {
            return None;
        }
        let (first, last) = match (first, last) {
            (Some(first), Some(last)) => (first, last),
            (Some(first), None) => (first, first + REACH),
            (None, Some(last)) => (last - REACH, last),
            (None, None) => (-REACH, REACH),
        };
        if first > last {
            return None;
        }
        let plain = 0_i128.clamp(first, last);
        let drawn = match self.dice.below(8) {
            _ if self.extent != Extent::Free => plain,
            0 => first,
            1 => last,
            2 => plain,
            // Near the ends is where most of a wide range is not.
            3 => self.dice.integer(first, last.min(first.saturating_add(REACH))),
            _ => self.dice.integer(first, last),
        };
        step.times(drawn)
    }

    /// Any number of a range too narrow for our own steps.
    fn between(&mut self, range: &Range) -> Option<Value> {
        let (low, high) = (range.low?, range.high?);
        let share = (self.dice.among(1, 99) as f64) / 100.0;
        let number = low + (high - low) * share;
        let inside =
            number >= low && number <= high && (!range.open.0 || number > low) && (!range.open.1 || number < high);
        Number::from_f64(number).filter(|_| inside).map(Value::Number)
    }
}

impl Range {
    fn of(node: &Node<'_>) -> Self {
        let (least, above) = (node.highest("minimum"), node.highest("exclusiveMinimum"));
        let (most, below) = (node.lowest("maximum"), node.lowest("exclusiveMaximum"));
        let number = |found: Option<(f64, super::Said)>| found.map(|(number, _)| number);
        let (least, above, most, below) = (number(least), number(above), number(most), number(below));
        let open_low = above.is_some_and(|above| least.is_none_or(|least| above >= least));
        let open_high = below.is_some_and(|below| most.is_none_or(|most| below <= most));
        let format = node.keyword("format").and_then(|keyword| keyword.value.as_str());
        let limit = if format == Some("int32") { f64::from(i32::MAX) } else { LARGEST_EXACT };
        let low = if open_low { above } else { least };
        let high = if open_high { below } else { most };
        // A bound beyond what can be told apart is cut, unless the other one asks for more still.
        let low = low.map(|low| if high.is_none_or(|high| high > -limit) { low.max(-limit) } else { low });
        let high = high.map(|high| if low.is_none_or(|low| low < limit) { high.min(limit) } else { high });
        Range { low, high, open: (open_low, open_high) }
    }
}

/// The least number that is a multiple of every `multipleOf`, and of one more.
fn steps(node: &Node<'_>, first: Option<Decimal>) -> Option<Decimal> {
    let mut step = first;
    for keyword in node.keywords("multipleOf") {
        let other = keyword.value.as_number().and_then(Decimal::of)?;
        step = Some(match step {
            Some(known) => known.common(other)?,
            None => other,
        });
    }
    step.filter(|step| step.digits > 0)
}
