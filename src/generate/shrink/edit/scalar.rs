//! Smaller texts and numbers.

use serde_json::{Number, Value};

use super::{Cut, sizes};

/// The plainest character.
const PLAIN: &str = "a";
/// Up to this length a text is tried without each of its characters, and with each made plain.
const SHORT: usize = 16;

/// Texts that are shorter, or of plainer characters.
pub(super) fn texts(text: &str, mark: Option<&str>) -> Vec<Cut> {
    let characters: Vec<char> = text.chars().collect();
    let length = characters.len();
    let mark = mark.filter(|mark| text.contains(mark)).map(str::to_owned);
    let mut cuts = vec![("empty".to_owned(), String::new()), ("plainest".to_owned(), PLAIN.to_owned())];
    cuts.extend(mark.map(|mark| ("its mark".to_owned(), mark)));
    cuts.push(("plain".to_owned(), PLAIN.repeat(length)));
    for (level, size) in sizes(length).into_iter().enumerate().skip(1) {
        let (front, back) = (&characters[size..], &characters[..length - size]);
        cuts.push((format!("without its end, level {level}"), back.iter().collect()));
        cuts.push((format!("without its beginning, level {level}"), front.iter().collect()));
    }
    if (2..=SHORT).contains(&length) {
        cuts.extend(one_by_one(&characters));
    }
    cuts.retain(|(_, cut)| cut != text);
    cuts.into_iter().map(|(name, cut)| (name, Value::from(cut))).collect()
}

/// Without each character, and with each made plain.
fn one_by_one(characters: &[char]) -> Vec<(String, String)> {
    let replaced = |index: usize, by: &str| -> String {
        let (before, after) = (&characters[..index], &characters[index + 1..]);
        before.iter().copied().chain(by.chars()).chain(after.iter().copied()).collect()
    };
    let of = |index: usize| {
        [
            (format!("without character {index}"), replaced(index, "")),
            (format!("character {index} plain"), replaced(index, PLAIN)),
        ]
    };
    (0..characters.len()).flat_map(of).collect()
}

/// Numbers that are nearer to nothing: 0, 1, without the fraction, and less by half, by a quarter, … by one.
pub(super) fn numbers(number: &Number) -> Vec<Cut> {
    let mut cuts = vec![("zero".to_owned(), 0), ("one".to_owned(), 1)];
    match number.as_i64() {
        Some(whole) => cuts.extend(nearer(whole)),
        None => {
            cuts.extend(number.as_f64().and_then(truncated).map(|whole| ("without its fraction".to_owned(), whole)))
        }
    }
    cuts.retain(|(_, cut)| number.as_i64() != Some(*cut));
    cuts.into_iter().map(|(name, cut)| (name, Value::from(cut))).collect()
}

fn nearer(whole: i64) -> Vec<(String, i64)> {
    let distance = usize::try_from(whole.unsigned_abs()).unwrap_or(usize::MAX);
    let steps = sizes(distance).into_iter().enumerate().skip(1);
    let step = |(level, size): (usize, usize)| {
        let size = i64::try_from(size).ok()?;
        Some((format!("less, level {level}"), whole - size * whole.signum()))
    };
    steps.filter_map(step).collect()
}

/// The whole part, where no digit of it is lost.
#[expect(clippy::cast_possible_truncation, reason = "what would be cut off is asked for before")]
fn truncated(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.abs() < EXACT).then(|| number.trunc() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn left(cuts: Vec<Cut>) -> Vec<Value> {
        cuts.into_iter().map(|(_, left)| left).collect()
    }

    #[test]
    fn a_text_loses_its_ends_and_single_characters() {
        let left = left(texts("x{y", None));
        for expected in ["", "a", "aaa", "{y", "x{", "xy", "a{y", "xay"] {
            assert!(left.contains(&json!(expected)), "{expected} in {left:?}");
        }
        assert!(!left.contains(&json!("x{y")));
        assert_eq!(texts("a", None).len(), 1);
    }

    #[test]
    fn a_long_text_offers_few_cuts() {
        assert!(texts(&"x".repeat(100_000), None).len() < 50);
    }

    #[test]
    fn numbers_go_towards_nothing() {
        let of = |number: Value| left(numbers(number.as_number().unwrap()));
        assert_eq!(of(json!(9)), [json!(0), json!(1), json!(4), json!(6), json!(7), json!(8)]);
        assert_eq!(of(json!(-3)), [json!(0), json!(1), json!(-1), json!(-2)]);
        assert_eq!(of(json!(2.5)), [json!(0), json!(1), json!(2)]);
        assert_eq!(of(json!(0)), [json!(1)]);
        assert!(of(json!(i64::MIN)).iter().all(|number| number.as_i64() > Some(i64::MIN)));
    }
}
