//! Numbers and times in the words of a report.

use std::time::Duration;

/// `1 case`, `3 cases`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Those of the counts that are not zero, as `2 errors, 1 note`; `nothing` where all are.
pub fn counts(numbers: &[(usize, &str)], nothing: &str) -> String {
    let parts: Vec<_> =
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    if parts.is_empty() { nothing.to_owned() } else { parts.join(", ") }
}

/// A time in the unit that a reader would choose: `0.4 ms`, `12 ms`, `1.31 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_millis() {
        0 if time.is_zero() => "0 ms".to_owned(),
        0..=9 => format!("{:.1} ms", seconds * 1e3),
        10..=999 => format!("{} ms", time.as_millis()),
        1_000..=9_999 => format!("{seconds:.2} s"),
        10_000..=59_999 => format!("{seconds:.1} s"),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "case"), "1 case");
        assert_eq!(count(0, "case"), "0 cases");
        assert_eq!(counts(&[(2, "error"), (0, "warning"), (1, "note")], "none"), "2 errors, 1 note");
        assert_eq!(counts(&[(0, "error")], "none"), "none");
    }

    #[test]
    fn a_time_is_told_in_its_own_unit() {
        let told = [0, 400, 12_000, 1_310_000, 12_340_000, 125_000_000].map(Duration::from_micros).map(duration);
        assert_eq!(told, ["0 ms", "0.4 ms", "12 ms", "1.31 s", "12.3 s", "2 min 5 s"]);
    }
}
