//! Durations and rates as people write them.

use std::time::Duration;

use super::Rate;

/// A duration or a rate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a duration.
    #[error("`{0}` is no duration: write 30s, 500ms or 5m")]
    Duration(String),
    /// Not a rate.
    #[error("`{0}` is no rate: write 20/s, 60/m or 60/30s")]
    Rate(String),
}

/// Reads a duration such as `30s`, `500ms` or `5m`; zero is refused.
///
/// # Errors
/// When the text is none.
pub fn duration(text: &str) -> Result<Duration, UnitError> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| UnitError::Duration(text.to_owned()))
}

/// The same, where no time at all is one as well.
///
/// # Errors
/// When the text is none.
pub fn duration_or_none(text: &str) -> Result<Duration, UnitError> {
    humantime::parse_duration(text).map_err(|_| UnitError::Duration(text.to_owned()))
}

/// Reads a rate such as `20/s`, `60/m` or `60/30s`.
///
/// # Errors
/// When the text is none, or allows nothing.
pub fn rate(text: &str) -> Result<Rate, UnitError> {
    let refuse = || UnitError::Rate(text.to_owned());
    let (count, window) = text.split_once('/').ok_or_else(refuse)?;
    let requests = count.trim().parse().ok().filter(|count| *count > 0).ok_or_else(refuse)?;
    let window = window.trim();
    let per = if window.starts_with(|c: char| c.is_ascii_digit()) {
        duration(window)
    } else {
        duration(&format!("1{window}"))
    };
    Ok(Rate { requests, per: per.map_err(|_| refuse())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_count_in_a_window() {
        let seconds = Duration::from_secs;
        assert_eq!(rate("20/s"), Ok(Rate { requests: 20, per: seconds(1) }));
        assert_eq!(rate("60/m"), Ok(Rate { requests: 60, per: seconds(60) }));
        assert_eq!(rate("60/30s"), Ok(Rate { requests: 60, per: seconds(30) }));
    }

    #[test]
    fn what_allows_nothing_is_no_rate() {
        for text in ["", "20", "0/s", "x/s", "20/", "20/fortnight", "-1/s"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_has_a_unit_and_is_not_zero() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for text in ["", "0s", "five", "5"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
