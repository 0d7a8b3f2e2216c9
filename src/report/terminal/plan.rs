//! What an audit will send, before it sends anything.

use std::io;
use std::time::Duration;

use anstyle::Style;
use indexmap::IndexMap;
use unicode_width::UnicodeWidthStr;

use super::TerminalOptions;
use crate::generate::Basis;
use crate::report::layout::{Align, pad, wrap};
use crate::report::style::{Palette, paint};
use crate::report::table::{Cell, Column, Table};
use crate::report::{safe, words};
use crate::run::{Allowance, Extra, Forecast, REQUESTS_A_FINDING};

/// What the lines of the table are.
const LEGEND: &str = "planned is what a target gets that keeps its contract, at most what any target gets;\n\
    a source is sent for what its answer gives to other requests, a clean-up deletes what it made";

/// What the lines on inferred sources are.
const SOURCES: &str = "taken from other answers, unless `values` or `sources` of the configuration say otherwise";

/// Prints what each target would be sent, what may come on top, how long it takes, and what is left out.
///
/// # Errors
/// When `out` fails.
pub fn print_plan(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    forecasts: &[(&str, Forecast)],
) -> io::Result<()> {
    let palette = options.palette();
    for (name, forecast) in forecasts {
        writeln!(out, "{}\n", paint(palette.strong, safe::text(name)))?;
        requests(&palette, forecast).print(out, &palette, options.width)?;
        print_lines(
            out,
            options,
            "on top, where there is reason",
            forecast.extras.iter().map(|extra| on_top(extra, forecast)),
        )?;
        print_lines(out, options, "time", [("at least".to_owned(), time(forecast))])?;
        print_lines(out, options, SOURCES, sources(forecast))?;
        print_lines(out, options, "not sent", beyond(forecast).into_iter().chain(left_out(forecast)))?;
        writeln!(out)?;
    }
    writeln!(out, "{}", paint(palette.dim, LEGEND))?;
    writeln!(out, "nothing was sent")
}

fn requests(palette: &Palette, forecast: &Forecast) -> Table {
    let mut table = Table::new([Column::words("kind"), Column::numbers("requests"), Column::numbers("may cost money")]);
    let mut row = |kind: &str, requests: usize, generating: usize, style: Style| {
        table.row([
            Cell::new(kind, style),
            Cell::new(requests.to_string(), style),
            Cell::new(generating.to_string(), style),
        ]);
    };
    for planned in &forecast.planned {
        row(planned.kind, planned.requests, planned.generating, Style::new());
    }
    row("planned", forecast.requests(), forecast.generating(), palette.strong);
    row("at most", forecast.most_requests(), forecast.most_generating(), palette.strong);
    table
}

/// What may come on top of the planned requests, and how much of it.
fn on_top(allowance: &Allowance, forecast: &Forecast) -> (String, String) {
    let about = match allowance.extra {
        Extra::Confirmation => {
            format!("findings are tried again and made small, with at most {REQUESTS_A_FINDING} a finding")
        }
        Extra::Throttled => {
            "again, slower, after a 429 that nothing asked for; 3 times in a row while no other gets through".to_owned()
        }
        Extra::Crowded => "a valid request again, alone, that was refused for others under way".to_owned(),
        Extra::Lag => "what was just made or deleted again, a second later, where it does not show yet".to_owned(),
        Extra::Workflow => {
            "a step of a workflow again, or another one, where an action of the suite asks for it".to_owned()
        }
        Extra::SecondBurst => "a burst again, of which more was served than a limit should".to_owned(),
        Extra::SecondProbe => "after a burst again alone, where Retry-After came too early".to_owned(),
        Extra::Closed => "again on a new connection where an idle one was just closed".to_owned(),
        Extra::SignOfLife => "whether anybody is there, where the first request is not answered".to_owned(),
    };
    (format!("at most {}", allowance.requests.min(forecast.limits().max_requests)), about)
}

fn time(forecast: &Forecast) -> String {
    let limit = forecast.limits().time_limit;
    let Some(least) = forecast.least_time() else {
        return format!("as long as the target takes: no rate is set; the time limit is {}", told(limit));
    };
    let rate = forecast.limits().rate.map_or(String::new(), |rate| {
        format!(" for {} in {}", words::count(rate.requests as usize, "request"), told(rate.per))
    });
    let verdict = if least > limit { ", which ends the audit before the plan does" } else { "" };
    format!("{}{rate}; the time limit is {}{verdict}", told(least), told(limit))
}

fn told(time: Duration) -> String {
    humantime::format_duration(Duration::from_secs(time.as_secs_f64().ceil() as u64)).to_string()
}

/// The parts of requests that are taken from answers by names and shapes: the part with the answer, and the
/// operations that it is of.
fn sources(forecast: &Forecast) -> Vec<(String, String)> {
    let mut by_source: IndexMap<(String, String), Vec<&str>> = IndexMap::new();
    for part in &forecast.inferred {
        let values: Vec<_> = part.from.values.iter().map(ToString::to_string).collect();
        let from = format!("{}, {} ({})", part.from.operation, values.join(" or "), basis(part.from.basis));
        by_source.entry((part.at.to_string(), from)).or_default().push(&part.operation);
    }
    let line = |((at, from), operations): ((String, String), Vec<&str>)| {
        (at, format!("of {}: from the answer of {from}", operations.join(", ")))
    };
    by_source.into_iter().map(line).collect()
}

/// What speaks for a source.
fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Link => "linked",
        Basis::Chosen => "as configured",
        Basis::Collection => "made in its collection",
        Basis::Name => "by its name",
        Basis::List => "the first of a list, which is only looked at",
    }
}

/// What a bound on all requests cuts off.
fn beyond(forecast: &Forecast) -> Option<(String, String)> {
    let what = words::count(forecast.beyond, "request");
    (forecast.beyond > 0).then(|| ("max-requests".to_owned(), format!("{what}, the last of the plan")))
}

/// What is left out by its reason, that for want of a state first.
fn left_out(forecast: &Forecast) -> Vec<(String, String)> {
    let mut reasons: IndexMap<&str, (bool, Vec<String>)> = IndexMap::new();
    for left_out in &forecast.left_out {
        let (for_a_state, what) = reasons.entry(&left_out.reason).or_default();
        *for_a_state |= left_out.state.is_some();
        what.push(format!("{} {}", left_out.operation, left_out.what));
    }
    reasons.sort_by(|_, (one, _), _, (other, _)| other.cmp(one));
    reasons.into_iter().map(|(reason, (_, what))| (reason.to_owned(), what.join(", "))).collect()
}

/// Lines under a title: a word each, and what there is to say of it, wrapped beside it.
fn print_lines(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    title: &str,
    lines: impl IntoIterator<Item = (String, String)>,
) -> io::Result<()> {
    let safe = |(word, text): (String, String)| (safe::text(&word).into_owned(), safe::text(&text).into_owned());
    let lines: Vec<_> = lines.into_iter().map(safe).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint(options.palette().dim, title))?;
    let width = lines.iter().map(|(word, _)| word.width()).max().unwrap_or(0);
    for (word, text) in &lines {
        let mut word = word.as_str();
        for line in wrap(text, options.width.saturating_sub(width + 4).max(20)) {
            writeln!(out, "  {}  {line}", pad(word, width, Align::Left))?;
            word = "";
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::apis;
    use crate::run::Options;
    use crate::selftest::job;
    use crate::target::Rate;

    fn printed(change: impl Fn(&mut crate::target::Target)) -> String {
        let api = apis().iter().find(|api| api.name == "agentix").unwrap();
        let mut job = job(api, url::Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
        change(&mut job.target);
        let forecast = Forecast::of(&job.contract, &job.target, job.suite.as_ref(), &Options::default());
        let mut out = Vec::new();
        print_plan(&mut out, &TerminalOptions::default(), &[("agentix", forecast)]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_figure_of_a_plan_is_above_the_most_that_may_be_sent() {
        let printed = printed(|target| target.limits.max_requests = 10);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = printed.lines().map(words).collect();
        for line in ["planned 10 10", "at most 10 10"] {
            assert!(lines.iter().any(|printed| printed == line), "{line} is not in {printed}");
        }
        assert!(printed.contains("requests, the last of the plan"), "{printed}");
        assert!(!printed.contains("1240"), "{printed}");
    }

    #[test]
    fn a_plan_says_what_it_costs_and_what_is_missing() {
        insta::assert_snapshot!(printed(|target| {
            target.limits.rate = Some(Rate { requests: 1, per: Duration::from_secs(1) });
            target.limits.max_generations = Some(30);
            target.states.shift_remove("org-mismatch");
        }));
    }
}
