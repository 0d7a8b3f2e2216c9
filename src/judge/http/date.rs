//! Dates as HTTP writes them.

use std::sync::LazyLock;

use regex::Regex;

/// Whether a value is an IMF-fixdate, the one form that servers may send (RFC 9110 5.6.7).
pub(super) fn is_date(value: &str) -> bool {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
        let date = format!("^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{{2}} ({months}) [0-9]{{4}} ");
        Regex::new(&(date + "[0-9]{2}:[0-9]{2}:[0-9]{2} GMT$")).ok()
    });
    DATE.as_ref().is_some_and(|date| date.is_match(value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fixed_form_is_a_date() {
        assert!(is_date("Sun, 22 Nov 2026 08:00:00 GMT"));
        for other in ["2026-11-22T08:00:00Z", "Sunday, 22-Nov-26 08:00:00 GMT", "Sun Nov 22 08:00:00 2026", "120", ""] {
            assert!(!is_date(other), "{other}");
        }
    }
}
