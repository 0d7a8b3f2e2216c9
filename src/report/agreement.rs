//! Every report of one run says the same findings.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::Value;

use super::files::open;
use super::{ReportFormat, ReportSpec, Terminal, TerminalOptions, fixture};
use crate::run::{Known, Reporter, RunResult};

/// What is said of each finding: `error item/schema sendMessage (agent-not-public), in 3 cases, shows every time`, and
/// of a known one `known item/schema sendMessage (agent-not-public), release 2.3 mends it (until 2027-01-31)`.
type Said = BTreeSet<String>;

fn written_of(format: ReportFormat, run: &RunResult) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut reporter = open(&ReportSpec { format, path: file.path().to_owned() }).unwrap();
    fixture::events(run, |event| reporter.event(event).unwrap());
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// The findings that a report says; `None` where the format names none.
fn said(format: ReportFormat, report: &str) -> Option<Said> {
    match format {
        ReportFormat::Json => Some(of_json(report)),
        ReportFormat::Junit => Some(of_junit(report)),
        ReportFormat::Markdown => Some(of_markdown(report)),
        ReportFormat::Ndjson => Some(of_ndjson(report)),
        ReportFormat::Har => Some(of_har(report)),
        ReportFormat::Github => Some(of_github(report)),
        ReportFormat::Html => Some(of_html(report)),
        ReportFormat::Badge => None,
    }
}

fn of_json(report: &str) -> Said {
    let report: Value = serde_json::from_str(report).unwrap();
    let targets = report["targets"].as_array().unwrap().iter();
    targets.flat_map(|target| target["findings"].as_array().unwrap()).map(of_members).collect()
}

fn of_ndjson(report: &str) -> Said {
    let lines = report.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let finished = lines.filter(|line| line["event"] == "target-finished");
    finished.flat_map(|line| line["result"]["findings"].as_array().unwrap().clone()).map(|it| of_members(&it)).collect()
}

fn of_har(report: &str) -> Said {
    let report: Value = serde_json::from_str(report).unwrap();
    let entries = report["log"]["entries"].as_array().unwrap().iter();
    entries.map(|entry| of_members(&entry["_uptospec"])).collect()
}

/// A finding as JSON reports have it, in words.
fn of_members(finding: &Value) -> String {
    let text = |name: &str| finding[name].as_str().unwrap();
    let state = finding["state"].as_str().map(|state| format!(" ({state})")).unwrap_or_default();
    let subject = format!("{} {}{state}", text("rule"), text("operation"));
    if let Some(known) = finding["known"].as_object() {
        let until = known["expires"].as_str().map(|date| format!("until {date}"));
        let flaky = (known["flaky"] == true).then(|| "may or may not occur".to_owned());
        let more: Vec<_> = until.into_iter().chain(flaky).collect();
        let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join("; ")) };
        return format!("known {subject}, {}{more}", known["reason"].as_str().unwrap());
    }
    let cases = if finding["count"] == 1 { "1 case".to_owned() } else { format!("{} cases", finding["count"]) };
    let again = match text("reproduced") {
        "always" => "shows every time",
        "sometimes" => "shows some of the times",
        "never" => "did not show again",
        _ => "not tried again",
    };
    format!("{} {subject}, in {cases}, {again}", text("severity"))
}

/// The text between two others; empty where they are not there.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split_once(after).map_or(rest, |(between, _)| between)
}

fn of_terminal(report: &str) -> Said {
    let blocks = report.split("\n\n").map(str::trim_start).filter(|block| between(block, "[", "]").contains('/'));
    let words = |block: &str| {
        let (severity, rule) = (block.split('[').next().unwrap(), between(block, "[", "]"));
        let subject = between(block, "] ", ": ");
        match between(block, "\n  known     ", "\n") {
            "" => format!("{severity} {rule} {subject}, {}", between(block, "\n  seen      ", "\n")),
            known => format!("known {rule} {subject}, {known}"),
        }
    };
    blocks.map(words).collect()
}

fn of_markdown(report: &str) -> Said {
    let blocks = report.split("<summary><b>").skip(1).map(|block| {
        let parts: Vec<_> = block.lines().next().unwrap().split(['<', '>']).collect();
        format!("{} {} {}, {}", parts[0], parts[4], parts[8], between(block, "- seen: `", "`"))
    });
    let known = between(report, "<summary>Known</summary>\n\n", "\n\n").lines();
    let known = known.map(|line| format!("known {}", between(line, ": `", "`").replacen(": ", ", ", 1)));
    blocks.chain(known).collect()
}

fn of_github(report: &str) -> Said {
    let commands = report.lines().map(|line| line[2..].splitn(2, "::").collect::<Vec<_>>());
    let words = |parts: &[&str]| {
        let severity = parts[0].split(' ').next().unwrap().replace("notice", "note");
        let subject = parts[0].split_once("title=").unwrap().1;
        match between(parts[1], "%0Aknown: ", "%0A") {
            "" => format!("{severity} {subject}, {}", between(parts[1], "%0Aseen: ", "%0A")),
            known => format!("known {subject}, {known}"),
        }
    };
    let of_findings = commands.filter(|parts| parts[1].contains("%0Amore: "));
    of_findings.map(|parts| words(&parts)).collect()
}

fn of_html(report: &str) -> Said {
    let words = |part: &str| {
        let severity = between(part, "<span class=\"chip ", "</span>").split('>').nth(1).unwrap();
        let subject = [between(part, "class=\"rule\">", "<"), between(part, "class=\"subject\">", "<")].join(" ");
        match between(part, "<dt>known</dt><dd>", "</dd>") {
            "" => {
                format!("{severity} {subject}, {}", between(part, "Show it again<span class=\"seen\">", "</span>"))
            }
            known => format!("{severity} {subject}, {known}"),
        }
    };
    report.split("<article ").skip(1).map(words).collect()
}

fn of_junit(report: &str) -> Said {
    let mut reader = Reader::from_str(report);
    let (mut case, mut block, mut said) = (String::new(), String::new(), Said::new());
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(element) if element.name().as_ref() == "testcase" => case = of_test_case(&element),
            Xml::Empty(element) if element.name().as_ref() == "skipped" => {
                let reason = attribute(&element, "message");
                said.extend(reason.strip_prefix("known: ").map(|known| format!("known {case}, {known}")));
            }
            // A text comes in parts, with what stands for a character between them.
            Xml::Text(text) => block += &text,
            Xml::End(element) if ["failure", "system-out"].contains(&element.name().as_ref()) => {
                let severity = block.trim_start().split('[').next().unwrap();
                said.insert(format!("{severity} {case}, {}", between(&block, "\nseen      ", "\n")));
            }
            Xml::Start(_) => block.clear(),
            Xml::Eof => return said,
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    element.try_get_attribute(name).unwrap().unwrap().value.into_owned()
}

fn of_test_case(element: &BytesStart<'_>) -> String {
    let (name, class) = (attribute(element, "name"), attribute(element, "classname"));
    let (rule, state) =
        name.split_once(' ').map_or((name.as_str(), String::new()), |(rule, state)| (rule, format!(" {state}")));
    let operation = class.rsplit('.').next().unwrap();
    format!("{rule} {operation}{state}")
}

/// A run of which the baseline knows two findings, one of them as flaky.
fn with_known_ones() -> RunResult {
    let mut run = fixture::with_baseline();
    let flaky = Known { reason: "the proxy hiccups".to_owned(), expires: None, flaky: true };
    run.targets[0].findings[2].known = Some(flaky);
    run
}

#[test]
fn every_report_says_the_same_findings() {
    for run in [fixture::run(), with_known_ones()] {
        let expected = of_json(&written_of(ReportFormat::Json, &run));
        assert_eq!(expected.len(), 5);
        for format in ReportFormat::ALL {
            if let Some(said) = said(format, &written_of(format, &run)) {
                assert_eq!(said, expected, "{format:?}");
            }
        }
        let mut printed = Vec::new();
        let mut terminal = Terminal::new(&mut printed, TerminalOptions { verbose: true, ..TerminalOptions::default() });
        fixture::events(&run, |event| terminal.event(event).unwrap());
        assert_eq!(of_terminal(&String::from_utf8(printed).unwrap()), expected, "terminal");
    }
}

#[test]
fn what_is_said_tells_severity_state_count_and_what_is_known_apart() {
    let said = of_json(&written_of(ReportFormat::Json, &with_known_ones()));
    for expected in [
        "known item/schema sendMessage (agent-not-public), release 2.3 mends it (until 2027-01-31)",
        "known body/schema sendMessage, the proxy hiccups (may or may not occur)",
        "error body/media-type sendMessage, in 1 case, shows some of the times",
        "note http/date sendMessage, in 3 cases, shows every time",
    ] {
        assert!(said.contains(expected), "{expected} in {said:#?}");
    }
}

#[test]
fn every_report_tells_what_is_known_and_what_no_longer_holds() {
    let run = fixture::with_baseline();
    for format in ReportFormat::ALL {
        let (report, before) = (written_of(format, &run), written_of(format, &fixture::run()));
        match format {
            ReportFormat::Badge => assert!(report.contains("2 errors") && before.contains("3 errors"), "{report}"),
            ReportFormat::Har => assert!(report.contains("release 2.3 mends it"), "{report}"),
            _ => {
                for told in ["release 2.3 mends it", "2027-01-31", "sse/bom", "no longer occurs", "known.toml"] {
                    assert!(report.contains(told), "{told} in {format:?}: {report}");
                }
            }
        }
    }
}

#[test]
fn what_is_known_fails_no_test_case_and_raises_no_alarm() {
    let run = fixture::with_baseline();
    let junit = written_of(ReportFormat::Junit, &run);
    assert!(junit.contains(r#"<skipped message="known: release 2.3 mends it (until 2027-01-31)"/>"#), "{junit}");
    assert!(junit.contains(r#"name="baseline: sse/bom">"#) && junit.contains(r#"type="gone""#), "{junit}");
    let github = written_of(ReportFormat::Github, &run);
    assert!(github.contains("\n::notice file=specs/agentix.yaml,title=item/schema"), "{github}");
    assert!(github.contains("::error file=known.toml,line=7,title=baseline%3A sse/bom sendMessage::"), "{github}");
}
