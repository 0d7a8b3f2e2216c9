//! What header fields say of a limit: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers),
//! and the older families of `-Limit`, `-Remaining` and `-Reset`.

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::recovery::sent_at;
use super::round::{is_limited, is_served};
use super::{Told, pace_of};
use crate::contract::RateLimit;
use crate::judge::excerpt::excerpt;
use crate::judge::{At, Sink};
use crate::send::{Answer, Exchange};

/// What the names of the older families begin with.
const FAMILIES: [&str; 3] = ["x-ratelimit-", "ratelimit-", "x-rate-limit-"];
/// How many windows a reset may be away before it makes no sense for the documented limit.
const FAR: u32 = 2;
/// From how many served requests on a number that never falls is no accident.
const MANY: usize = 10;

/// What is wrong with a field.
struct Complaint {
    field: String,
    message: String,
    expected: String,
}

/// What the fields of one answer say.
#[derive(Default)]
struct Said {
    /// How many requests are allowed, and in how many seconds where that is said.
    quotas: Vec<(String, u64, Option<u64>)>,
    /// How many requests are left.
    left: Vec<(String, u64)>,
    resets: Vec<(String, String)>,
    complaints: Vec<Complaint>,
}

pub(super) fn fields(told: &Told<'_>, sink: &mut Sink) {
    let limit = told.burst.limit;
    let mut is_there = false;
    for exchange in told.burst.exchanges() {
        let Some(answer) = exchange.answer().filter(|_| is_served(exchange) || is_limited(exchange)) else { continue };
        let said = Said::of(answer);
        is_there |= said.is_anything();
        let complaint = said.wrong(answer, limit);
        if let Some(complaint) = complaint {
            return fail(complaint, answer, sink);
        }
    }
    if let Some((complaint, answer)) = stands_still(&told.burst.rush) {
        return fail(complaint, answer, sink);
    }
    if is_there {
        sink.pass([]);
    }
}

fn fail(complaint: Complaint, answer: &Answer, sink: &mut Sink) {
    let mut finding = sink.finding(complaint.message);
    finding.expected = complaint.expected;
    finding.actual = excerpt(&answer.header(&complaint.field).unwrap_or_default());
    finding.at = At::header(complaint.field);
    sink.fail(finding);
}

/// Many requests were served, and as many are left after the last as after the first.
fn stands_still(rush: &[Exchange]) -> Option<(Complaint, &Answer)> {
    let served = rush.iter().filter(|exchange| is_served(exchange)).filter_map(Exchange::answer);
    let told: Vec<_> = served.filter_map(|answer| Some((Said::of(answer).left.into_iter().next()?, answer))).collect();
    let numbers: HashSet<u64> = told.iter().map(|((_, left), _)| *left).collect();
    let ((field, left), answer) = told.first().filter(|_| told.len() >= MANY && numbers.len() == 1)?;
    let complaint = Complaint {
        field: field.clone(),
        message: format!("{field} says after each of {} served requests that {left} are left", told.len()),
        expected: "fewer are left after each".to_owned(),
    };
    Some((complaint, answer))
}

impl Said {
    fn of(answer: &Answer) -> Self {
        let mut said = Said::default();
        for family in FAMILIES {
            said.family(answer, family);
        }
        for field in ["ratelimit", "ratelimit-policy"] {
            if let Some(value) = answer.header(field) {
                said.structured(field, &value);
            }
        }
        said
    }

    fn is_anything(&self) -> bool {
        !(self.quotas.is_empty() && self.left.is_empty() && self.resets.is_empty() && self.complaints.is_empty())
    }

    /// `-Limit`, `-Remaining` and `-Reset`.
    fn family(&mut self, answer: &Answer, family: &str) {
        let field = |name: &str| {
            let field = format!("{family}{name}");
            answer.header(&field).map(|value| (field, value))
        };
        if let Some((field, value)) = field("limit") {
            // Some add the policies behind it: `60, 60;w=60`.
            let number = value.split([',', ';']).next().unwrap_or_default();
            match number.trim().parse() {
                Ok(quota) => self.quotas.push((field, quota, None)),
                Err(_) => self.no_number(field),
            }
        }
        if let Some((field, value)) = field("remaining") {
            match value.trim().parse() {
                Ok(left) => self.left.push((field, left)),
                Err(_) => self.no_number(field),
            }
        }
        self.resets.extend(field("reset"));
    }

    /// A list of items with parameters, or the dictionary of an older draft.
    fn structured(&mut self, field: &str, value: &str) {
        for member in outside_quotes(value, ',') {
            let mut window = None;
            let mut quota = None;
            for (at, part) in outside_quotes(member, ';').into_iter().enumerate() {
                let (key, value) = part.split_once('=').unwrap_or(("", part));
                let number = value.trim().parse::<u64>();
                match (key.trim(), number) {
                    ("q" | "limit", Ok(number)) => quota = Some(number),
                    ("", Ok(number)) if at == 0 => quota = Some(number),
                    ("w", Ok(number)) => window = Some(number),
                    ("r" | "remaining", Ok(number)) => self.left.push((field.to_owned(), number)),
                    ("t" | "reset", Ok(number)) => self.resets.push((field.to_owned(), number.to_string())),
                    ("q" | "limit" | "w" | "r" | "remaining" | "t" | "reset", Err(_)) => {
                        self.no_number(field.to_owned());
                    }
                    _ => {}
                }
            }
            self.quotas.extend(quota.map(|quota| (field.to_owned(), quota, window)));
        }
    }

    fn no_number(&mut self, field: String) {
        let message = format!("{field} is no whole number");
        self.complaints.push(Complaint { field, message, expected: "digits alone".to_owned() });
    }

    /// The first thing that cannot be right.
    fn wrong(mut self, answer: &Answer, limit: RateLimit) -> Option<Complaint> {
        if !self.complaints.is_empty() {
            return Some(self.complaints.remove(0));
        }
        self.wrong_quota(limit).or_else(|| self.wrong_rest(answer)).or_else(|| self.wrong_reset(answer, limit))
    }

    /// There may be several limits: one of them must be the documented one.
    fn wrong_quota(&self, limit: RateLimit) -> Option<Complaint> {
        let is_documented = |(_, quota, window): &(String, u64, Option<u64>)| {
            let of_window = window.map(|window| *quota as f64 * limit.per.as_secs_f64() / window.max(1) as f64);
            of_window.unwrap_or(*quota as f64) == f64::from(limit.requests)
        };
        let (field, quota, _) = self.quotas.first().filter(|_| !self.quotas.iter().any(is_documented))?;
        Some(Complaint {
            field: field.clone(),
            message: format!("{field} says {quota}, where the limit is {}", pace_of(limit)),
            expected: limit.requests.to_string(),
        })
    }

    fn wrong_rest(&self, answer: &Answer) -> Option<Complaint> {
        let some_left = answer.status == 429 && self.left.iter().all(|(_, left)| *left > 0);
        let (field, left) = self.left.first().filter(|_| some_left)?;
        Some(Complaint {
            field: field.clone(),
            message: format!("{field} says on a 429 that {left} are left"),
            expected: "0".to_owned(),
        })
    }

    fn wrong_reset(&self, answer: &Answer, limit: RateLimit) -> Option<Complaint> {
        let far = limit.per.saturating_mul(FAR);
        let is_sensible = |field: &str| {
            let mut of_field = self.resets.iter().filter(|(known, _)| known == field);
            of_field.any(|(_, value)| is_sensible(value.trim(), answer, far))
        };
        let (field, _) = self.resets.iter().find(|(field, _)| !is_sensible(field))?;
        Some(Complaint {
            field: field.clone(),
            message: format!("{field} is no time within two windows of {} s", limit.per.as_secs_f64()),
            expected: "seconds from now, or the time of the reset".to_owned(),
        })
    }
}

/// Whether a reset is about now in any notation that is in use: seconds or milliseconds, from now or since 1970, a
/// duration such as `6m0s`, or a date.
fn is_sensible(value: &str, answer: &Answer, far: Duration) -> bool {
    let near = |then: SystemTime| {
        let Some(now) = sent_at(answer) else { return true };
        then.duration_since(now).or_else(|_| now.duration_since(then)).is_ok_and(|distance| distance <= far)
    };
    if let Ok(number) = value.parse::<f64>() {
        let Ok(number) = Duration::try_from_secs_f64(number) else { return false };
        let since_1970 = |duration| UNIX_EPOCH.checked_add(duration).is_some_and(near);
        return [number, number / 1000].into_iter().any(|number| number <= far || since_1970(number));
    }
    if let Ok(date) = httpdate::parse_http_date(value).or_else(|_| humantime::parse_rfc3339_weak(value).map_err(drop)) {
        return near(date);
    }
    humantime::parse_duration(value).is_ok_and(|duration| duration <= far)
}

/// The parts between separators that stand in no quoted text.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}
