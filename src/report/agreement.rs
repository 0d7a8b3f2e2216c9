//! Every report of one run says the same findings.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::Value;

use super::files::open;
use super::{ReportFormat, ReportSpec, fixture};
use crate::run::{Reporter, RunResult};

/// Rule, operation and, in brackets, state: `item/schema sendMessage (agent-not-public)`.
type Said = BTreeSet<String>;

fn written(format: ReportFormat) -> String {
    written_of(format, &fixture::run())
}

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

/// A finding as an object with the members `rule`, `operation` and `state`.
fn of_members(finding: &Value) -> String {
    let state = finding["state"].as_str().map(|state| format!(" ({state})")).unwrap_or_default();
    format!("{} {}{state}", finding["rule"].as_str().unwrap(), finding["operation"].as_str().unwrap())
}

fn of_markdown(report: &str) -> Said {
    let summaries = report.lines().filter(|line| line.starts_with("<summary><b>"));
    summaries
        .map(|line| line.split(['<', '>']).collect::<Vec<_>>())
        .map(|parts| format!("{} {}", parts[8], parts[12]))
        .collect()
}

fn of_github(report: &str) -> Said {
    let titles = report.lines().filter_map(|line| Some(line.split_once("title=")?.1.split_once("::")?.0));
    titles.filter(|title| title.contains('/')).map(str::to_owned).collect()
}

fn of_html(report: &str) -> Said {
    let after = |text: &str, mark: &str| text.split_once(mark).unwrap().1.split_once('<').unwrap().0.to_owned();
    let findings = report.split("<article ").skip(1);
    findings.map(|part| format!("{} {}", after(part, "class=\"rule\">"), after(part, "class=\"subject\">"))).collect()
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

fn of_junit(report: &str) -> Said {
    let mut reader = Reader::from_str(report);
    let (mut case, mut said) = (String::new(), Said::new());
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(element) => match element.name().as_ref() {
                "testcase" => case = of_test_case(&element),
                "failure" | "system-out" => drop(said.insert(case.clone())),
                _ => {}
            },
            Xml::Eof => return said,
            _ => {}
        }
    }
}

fn of_test_case(element: &BytesStart<'_>) -> String {
    let attribute = |name: &str| element.try_get_attribute(name).unwrap().unwrap().value.into_owned();
    let (name, class) = (attribute("name"), attribute("classname"));
    let (rule, state) =
        name.split_once(' ').map_or((name.as_str(), String::new()), |(rule, state)| (rule, format!(" {state}")));
    let operation = class.rsplit('.').next().unwrap();
    format!("{rule} {operation}{state}")
}

#[test]
fn every_report_says_the_same_findings() {
    let expected = of_json(&written(ReportFormat::Json));
    assert_eq!(expected.len(), 5);
    for format in ReportFormat::ALL {
        if let Some(said) = said(format, &written(format)) {
            assert_eq!(said, expected, "{format:?}");
        }
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
