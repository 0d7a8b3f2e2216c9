//! What was not checked, by reason: no evidence is not a pass.

use indexmap::IndexMap;
use maud::{Markup, html};

use super::facts::left_out;
use super::room::Room;
use super::text::shown;
use crate::report::told::LONGEST_TEXT;
use crate::report::words;
use crate::run::{PromiseVerdict, TargetResult};

/// Most things that are named for a reason.
const MOST_NAMED: usize = 20;

/// What was not checked for one reason, a line each.
type Reasons = IndexMap<String, Vec<String>>;

/// The part on what was not checked.
pub fn section(target: &TargetResult, room: &mut Room) -> Markup {
    let reasons = reasons(target);
    if reasons.is_empty() {
        return html! {};
    }
    let filled = room.fill(reasons.iter(), |(reason, named)| group(reason, named));
    html! {
        (filled.markup)
        (left_out(filled.left_out, "more reason"))
    }
}

/// Promises without evidence, what was left out before anything was sent, and rules that could never be judged; the
/// reason that holds back most comes first.
fn reasons(target: &TargetResult) -> Reasons {
    let mut reasons = Reasons::new();
    let mut add = |reason: &str, what: String| reasons.entry(reason.to_owned()).or_default().push(what);
    for promise in target.promises.iter().filter(|promise| promise.verdict == PromiseVerdict::NotChecked) {
        let sentence = promise.source.quote.as_ref().map_or_else(|| promise.place.to_string(), |it| format!("“{it}”"));
        add(promise.reason.as_deref().unwrap_or("no evidence"), sentence);
    }
    for left_out in &target.left_out {
        let state = left_out.state.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
        add(&left_out.reason, format!("{}{state}: {}", left_out.operation, left_out.what));
    }
    for check in target.checks.iter().filter(|check| check.passed + check.failed == 0) {
        let answers = words::count(check.not_checked, "answer");
        add(
            check.reason.as_deref().unwrap_or("no evidence"),
            format!("{} on {}, {answers}", check.rule, check.operation),
        );
    }
    reasons.sort_by(|_, one, _, other| other.len().cmp(&one.len()));
    reasons
}

fn group(reason: &str, named: &[String]) -> Markup {
    html! {
        details.group {
            summary { b { (named.len()) " ×" } " " (shown(reason, LONGEST_TEXT)) }
            ul {
                @for what in named.iter().take(MOST_NAMED) { li { (shown(what, LONGEST_TEXT)) } }
                @if let Some(left @ 1..) = named.len().checked_sub(MOST_NAMED) { li { "and " (left) " more" } }
            }
        }
    }
}
