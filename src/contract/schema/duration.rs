//! The format `duration`, as clients read it.

/// Whether a text is a duration of ISO 8601. JSON Schema names the grammar of RFC 3339 appendix A, which has no
/// `P1Y2D` and no fraction of a second; servers write both, and parsers of durations take them.
pub(super) fn is_duration(text: &str) -> bool {
    let Some(parts) = text.strip_prefix('P').filter(|parts| !parts.is_empty()) else { return false };
    let (date, time) = parts.split_once('T').map_or((parts, None), |(date, time)| (date, Some(time)));
    is_row(date, "YMWD") && time.is_none_or(|time| !time.is_empty() && is_row(time, "HMS"))
}

/// Whether a text is numbers with these units behind them, in this order, any of them left out.
fn is_row(text: &str, units: &str) -> bool {
    let mut rest = text;
    for unit in units.chars() {
        if let Some((_, behind)) = rest.split_once(unit).filter(|(number, _)| is_number(number, unit == 'S')) {
            rest = behind;
        }
    }
    rest.is_empty()
}

fn is_number(text: &str, may_have_fraction: bool) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => may_have_fraction && is_digits(whole) && is_digits(fraction),
        None => is_digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_may_be_left_out_and_seconds_have_fractions() {
        for text in ["P1Y205D", "P3W", "P1DT2H", "PT0S", "PT0.5S", "P1Y2M3DT4H5M6S"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "P", "PT", "P1DT", "1D", "P1D2Y", "P1S", "PT1D", "P1.5Y", "P-1D", "PTS", "P1", "P 1D"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
