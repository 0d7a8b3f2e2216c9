//! Exact decimal numbers: in binary ones `0.1` has no multiples.

use serde_json::{Number, Value};

/// `digits / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub digits: i128,
    pub scale: u32,
}

/// More decimal places than this are not read.
const MOST_PLACES: u32 = 30;

impl Decimal {
    /// A whole number.
    pub fn whole(digits: i128) -> Self {
        Decimal { digits, scale: 0 }
    }

    /// The number as it is written; `None` where it is too long.
    pub fn of(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let places = i64::try_from(fraction.len()).ok()? - exponent.parse::<i64>().ok()?;
        if places >= 0 {
            let scale = u32::try_from(places).ok().filter(|scale| *scale <= MOST_PLACES)?;
            return Some(Decimal { digits, scale });
        }
        let factor = 10_i128.checked_pow(u32::try_from(-places).ok()?)?;
        Some(Decimal::whole(digits.checked_mul(factor)?))
    }

    /// The least number that both divide.
    pub fn common(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let (one, two) = (self.at(scale)?, other.at(scale)?);
        let divisor = greatest_common_divisor(one, two);
        let digits = one.checked_div(divisor)?.checked_mul(two)?;
        Some(Decimal { digits, scale })
    }

    fn at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    /// The least `n` for which `n` times this is not below a bound, or above it.
    pub fn first_from(self, bound: f64, beyond: bool) -> Option<i128> {
        let near = self.near(bound)?;
        let holds = |n: i128| self.float(n).is_some_and(|value| if beyond { value > bound } else { value >= bound });
        (near.saturating_sub(2)..=near.saturating_add(2)).find(|n| holds(*n))
    }

    /// The greatest `n` for which `n` times this is not above a bound, or below it.
    pub fn last_to(self, bound: f64, below: bool) -> Option<i128> {
        let near = self.near(bound)?;
        let holds = |n: i128| self.float(n).is_some_and(|value| if below { value < bound } else { value <= bound });
        (near.saturating_sub(2)..=near.saturating_add(2)).rev().find(|n| holds(*n))
    }

    /// About how often this goes into a number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an estimate, and `as` saturates")]
    fn near(self, bound: f64) -> Option<i128> {
        let step = self.digits as f64 / 10_f64.powi(i32::try_from(self.scale).ok()?);
        let times = bound / step;
        times.is_finite().then_some(times.round() as i128)
    }

    fn float(self, times: i128) -> Option<f64> {
        self.times(times)?.as_f64()
    }

    /// So many times this, as JSON: an integer where it is one.
    pub fn times(self, times: i128) -> Option<Value> {
        let mut digits = self.digits.checked_mul(times)?;
        let mut scale = self.scale;
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        if scale == 0 {
            let whole = i64::try_from(digits).map(Value::from).or_else(|_| u64::try_from(digits).map(Value::from));
            return whole.ok().or_else(|| serde_json::from_str(&digits.to_string()).ok());
        }
        serde_json::from_str(&format!("{digits}e-{scale}")).ok()
    }
}

fn greatest_common_divisor(one: i128, two: i128) -> i128 {
    let (mut one, mut two) = (one.abs(), two.abs());
    while two != 0 {
        (one, two) = (two, one % two);
    }
    one.max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decimal(value: Value) -> Decimal {
        Decimal::of(value.as_number().unwrap()).unwrap()
    }

    #[test]
    fn multiples_of_a_tenth_are_exact() {
        let tenth = decimal(json!(0.1));
        assert_eq!(tenth.times(7), Some(json!(0.7)));
        assert_eq!(tenth.times(30), Some(json!(3)));
        assert_eq!(
            (tenth.first_from(0.25, false), tenth.last_to(0.7, false), tenth.last_to(0.7, true)),
            (Some(3), Some(7), Some(6))
        );
    }

    #[test]
    fn what_two_steps_have_in_common_is_a_multiple_of_both() {
        assert_eq!(decimal(json!(0.25)).common(decimal(json!(0.1))), Some(Decimal { digits: 50, scale: 2 }));
        assert_eq!(decimal(json!(1e-8)), Decimal { digits: 1, scale: 8 });
    }
}
