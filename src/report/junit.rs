//! The JUnit report: one suite a target, one test case a rule and operation, as CI systems draw it.
//!
//! All text is made safe first, which leaves no character that XML 1.0 forbids; the writer escapes the rest.

use std::collections::HashSet;
use std::io;

use indexmap::IndexMap;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event as Xml};

use super::told::{self, LONGEST_NAME, LONGEST_TEXT};
use super::{safe, words};
use crate::judge::Severity;
use crate::run::{CheckCount, FoundFinding, Lapsed, NotChecked, RunResult, TargetResult};

type XmlWriter<'w> = Writer<&'w mut dyn io::Write>;

/// Writes the report of a run.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let suites: Vec<_> = run.targets.iter().map(|target| (target, cases(target, run.fail_on))).collect();
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<_> = suites.iter().flat_map(|(_, cases)| cases).collect();
    let counts = Counts::of(&all).attributes();
    let time = format!("{:.3}", run.elapsed.as_secs_f64());
    xml.create_element("testsuites")
        .with_attributes([("name", "uptospec"), ("time", time.as_str())])
        .with_attributes(counts.each_ref().map(|(name, number)| (*name, number.as_str())))
        .write_inner_content(|xml| {
            suites.iter().try_for_each(|(target, cases)| write_suite(xml, run, target, cases))
        })?;
    xml.into_inner().write_all(b"\n")
}

/// One test case.
struct TestCase<'a> {
    /// The operation; empty for the target as a whole.
    operation: &'a str,
    name: String,
    outcome: Outcome<'a>,
}

/// What a test case came to.
enum Outcome<'a> {
    Passed,
    /// A finding below the severity that fails the run.
    Told(&'a FoundFinding),
    Failed(&'a FoundFinding),
    /// An entry of the baseline that no longer holds.
    Lapsed(&'a Lapsed),
    Skipped(String),
    /// It could not be judged.
    Error(String),
}

/// The test cases of a target: what kept it from being judged, its findings, what was kept or could not
/// be checked.
fn cases(target: &TargetResult, fail_on: Severity) -> Vec<TestCase<'_>> {
    let unjudged = (!target.incomplete.is_empty()).then(|| TestCase {
        operation: "",
        name: "judged in full".to_owned(),
        outcome: Outcome::Error(target.incomplete.join("; ")),
    });
    let found = target.findings.iter().map(|found| (found.finding.rule, found.operation.as_str()));
    // A rule that was left out says why better than its checks do.
    let told = target.left_out.iter().filter(|left_out| left_out.state.is_none());
    let told = told.map(|left_out| (left_out.what.as_str(), left_out.operation.as_str()));
    let told: HashSet<_> = found.chain(told).collect();
    let unfound = target.checks.iter().filter(|check| !told.contains(&(check.rule, check.operation.as_str())));
    let findings = target.findings.iter().map(|found| of_finding(found, fail_on));
    let left_out = left_out(target).into_iter().map(of_left_out);
    let lapsed = target.lapsed.iter().map(of_lapsed);
    unjudged.into_iter().chain(findings).chain(lapsed).chain(unfound.map(of_check)).chain(left_out).collect()
}

fn of_finding(found: &FoundFinding, fail_on: Severity) -> TestCase<'_> {
    let state = found.state.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
    let outcome = match &found.known {
        Some(known) => Outcome::Skipped(format!("known: {}", told::known_words(known))),
        None if found.finding.severity >= fail_on => Outcome::Failed(found),
        None => Outcome::Told(found),
    };
    TestCase { operation: &found.operation, name: format!("{}{state}", found.finding.rule), outcome }
}

fn of_lapsed(lapsed: &Lapsed) -> TestCase<'_> {
    let state = lapsed.state.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
    TestCase {
        operation: &lapsed.operation,
        name: format!("baseline: {}{state}", lapsed.rule),
        outcome: Outcome::Lapsed(lapsed),
    }
}

/// A rule that no finding of the operation is about.
fn of_check(check: &CheckCount) -> TestCase<'_> {
    let outcome = match check {
        CheckCount { failed: failed @ 1.., .. } => Outcome::Skipped(unfound(*failed)),
        CheckCount { passed: 1.., .. } => Outcome::Passed,
        CheckCount { reason, .. } => Outcome::Skipped(reason.clone().unwrap_or_else(|| "no evidence".to_owned())),
    };
    TestCase { operation: &check.operation, name: check.rule.to_owned(), outcome }
}

/// Why answers that break a rule are no finding.
fn unfound(failed: usize) -> String {
    let answers = words::count(failed, "answer");
    format!("broken in {answers}, and no finding: the rule is off or not asked for, or it did not show again")
}

/// What was left out, and why: no two have the same operation and name, for CI systems take them for one.
fn left_out(target: &TargetResult) -> IndexMap<(&str, String), Vec<&str>> {
    let mut left_out: IndexMap<_, Vec<_>> = IndexMap::new();
    for NotChecked { operation, state, what, reason } in &target.left_out {
        let state = state.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
        let reasons = left_out.entry((operation.as_str(), format!("{what}{state}"))).or_default();
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    left_out
}

fn of_left_out<'a>(((operation, name), reasons): ((&'a str, String), Vec<&str>)) -> TestCase<'a> {
    TestCase { operation, name, outcome: Outcome::Skipped(reasons.join("; ")) }
}

/// How many test cases came to what.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(cases: &[&TestCase<'_>]) -> Self {
        let number = |is: fn(&Outcome<'_>) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
        Counts {
            tests: cases.len(),
            failures: number(|outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Lapsed(_))),
            errors: number(|outcome| matches!(outcome, Outcome::Error(_))),
            skipped: number(|outcome| matches!(outcome, Outcome::Skipped(_))),
        }
    }

    fn attributes(&self) -> [(&'static str, String); 4] {
        let Counts { tests, failures, errors, skipped } = self;
        [("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)]
            .map(|(name, number)| (name, number.to_string()))
    }
}

fn write_suite(
    xml: &mut XmlWriter<'_>,
    run: &RunResult,
    target: &TargetResult,
    cases: &[TestCase<'_>],
) -> io::Result<()> {
    let counts = Counts::of(&cases.iter().collect::<Vec<_>>()).attributes();
    let time = format!("{:.3}", target.elapsed.as_secs_f64());
    let timestamp = humantime::format_rfc3339_seconds(run.started).to_string();
    let name = safe::text(&target.name);
    xml.create_element("testsuite")
        .with_attributes([("name", &*name), ("timestamp", &timestamp), ("time", &time)])
        .with_attributes(counts.each_ref().map(|(name, number)| (*name, number.as_str())))
        .write_inner_content(|xml| {
            write_properties(xml, run, target)?;
            cases.iter().try_for_each(|case| write_case(xml, &name, case))
        })?;
    Ok(())
}

fn write_properties(xml: &mut XmlWriter<'_>, run: &RunResult, target: &TargetResult) -> io::Result<()> {
    let seed = run.seed.to_string();
    let properties = [
        ("verdict", target.verdict.word()),
        ("url", target.url.as_str()),
        ("spec", target.spec.as_str()),
        ("seed", seed.as_str()),
    ];
    xml.create_element("properties").write_inner_content(|xml| {
        properties.iter().try_for_each(|(name, value)| {
            let value = safe::text(value);
            xml.create_element("property").with_attributes([("name", *name), ("value", &*value)]).write_empty()?;
            Ok(())
        })
    })?;
    Ok(())
}

fn write_case(xml: &mut XmlWriter<'_>, target: &str, case: &TestCase<'_>) -> io::Result<()> {
    let class = match case.operation {
        "" => target.to_owned(),
        operation => format!("{target}.{}", safe::fitted(operation, LONGEST_NAME)),
    };
    let name = safe::clipped(&case.name, LONGEST_TEXT);
    let element =
        xml.create_element("testcase").with_attributes([("classname", class.as_str()), ("name", name.as_str())]);
    match &case.outcome {
        Outcome::Passed => element.write_empty(),
        Outcome::Told(found) => element.write_inner_content(|xml| {
            xml.create_element("system-out").write_text_content(BytesText::new(&block(found)))?;
            Ok(())
        }),
        Outcome::Failed(found) => element.write_inner_content(|xml| {
            xml.create_element("failure")
                .with_attributes([("message", told::message(found).as_str()), ("type", found.finding.severity.word())])
                .write_text_content(BytesText::new(&block(found)))?;
            Ok(())
        }),
        Outcome::Lapsed(lapsed) => element.write_inner_content(|xml| {
            xml.create_element("failure")
                .with_attributes([("message", told::lapsed_words(lapsed).as_str()), ("type", lapsed.why.word())])
                .write_empty()?;
            Ok(())
        }),
        Outcome::Skipped(reason) => element.write_inner_content(|xml| write_reason(xml, "skipped", reason)),
        Outcome::Error(reason) => element.write_inner_content(|xml| write_reason(xml, "error", reason)),
    }?;
    Ok(())
}

fn write_reason(xml: &mut XmlWriter<'_>, element: &str, reason: &str) -> io::Result<()> {
    let reason = safe::clipped(reason, LONGEST_TEXT);
    xml.create_element(element).with_attribute(("message", reason.as_str())).write_empty()?;
    Ok(())
}

/// The finding as lines of text.
fn block(found: &FoundFinding) -> String {
    let mut lines = vec![format!("{}[{}] {}", found.finding.severity.word(), found.finding.rule, told::subject(found))];
    lines.push(told::message(found));
    if let Some(source) = &found.finding.source {
        lines.push(format!("promised  {}", told::promised(source)));
    }
    lines.extend(told::fields(found).into_iter().map(|field| format!("{:<9} {}", field.name, field.text)));
    if let Some(stream) = &found.stream {
        lines.push(format!("stream    {}, {}", words::count(stream.total, "item"), told::ended(stream)));
    }
    lines.push(format!("again     {}", told::again(found)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;

    use super::*;
    use crate::report::fixture;

    fn written(run: &RunResult) -> String {
        let mut out = Vec::new();
        write(&mut out, run).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Names of the elements in the report, as a reader finds them; a reader that finds an error panics.
    fn elements(report: &str) -> Vec<String> {
        let mut reader = Reader::from_str(report);
        reader.config_mut().check_end_names = true;
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Xml::Start(element) | Xml::Empty(element) => {
                    element.attributes().for_each(|attribute| drop(attribute.unwrap()));
                    names.push(element.name().as_ref().to_owned());
                }
                Xml::Eof => return names,
                _ => {}
            }
        }
    }

    fn number(report: &str, element: &str) -> usize {
        elements(report).iter().filter(|name| *name == element).count()
    }

    #[test]
    fn a_run_with_violations_reads_like_this() {
        insta::assert_snapshot!(written(&fixture::run()));
    }

    #[test]
    fn a_reader_finds_one_suite_a_target_and_nothing_that_a_target_made_up() {
        let report = written(&fixture::run());
        assert_eq!(number(&report, "testsuite"), 3);
        assert_eq!(number(&report, "failure"), 3);
        assert_eq!(number(&report, "error"), 1);
        let known = ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped"];
        let strange = |name: &String| !known.contains(&name.as_str()) && name != "system-out";
        assert_eq!(elements(&report).into_iter().find(strange), None);
    }

    #[test]
    fn no_text_can_break_out_or_hold_what_xml_forbids() {
        let hostile = "]]><failure/>\" onclick='x' &amp; <!-- \u{0}\u{b}\u{1b}[31m\u{fffe}\u{ffff}\u{202e}\r\n--";
        let mut run = fixture::run();
        let before = elements(&written(&run));
        let target = &mut run.targets[0];
        let left_out = &mut target.left_out[0];
        for text in [&mut target.name, &mut target.url, &mut left_out.what, &mut left_out.reason] {
            hostile.clone_into(text);
        }
        for found in &mut target.findings {
            found.finding.message = hostile.to_owned();
            found.finding.actual = hostile.to_owned();
            found.case.curl = hostile.to_owned();
            found.operation = hostile.to_owned();
        }
        let report = written(&run);
        assert_eq!(elements(&report), before);
        let forbidden = |char: &char| matches!(char, '\0'..=' ' | '\u{fffe}' | '\u{ffff}' | '\u{202e}');
        let forbidden = |char: &char| forbidden(char) && !matches!(char, '\n' | ' ');
        assert_eq!(report.chars().find(forbidden), None);
    }

    #[test]
    fn no_two_test_cases_have_the_same_name() {
        let mut run = fixture::run();
        let target = &mut run.targets[0];
        let (rule, operation) = (target.checks[0].rule, target.checks[0].operation.clone());
        let left_out = |reason: &str| NotChecked {
            operation: operation.clone(),
            state: None,
            what: rule.to_owned(),
            reason: reason.to_owned(),
        };
        target.left_out.extend(["it did not show again", "the budget was spent", "the budget was spent"].map(left_out));
        let report = written(&run);
        assert_eq!(report.matches(&format!("name=\"{rule}\"")).count(), 1, "{report}");
        assert!(report.contains(r#"<skipped message="it did not show again; the budget was spent"/>"#), "{report}");
    }

    #[test]
    fn fail_on_decides_which_findings_fail() {
        let warned = RunResult { fail_on: Severity::Warning, ..fixture::run() };
        assert_eq!(number(&written(&warned), "failure"), 4);
        assert_eq!(number(&written(&warned), "system-out"), 1);
    }

    #[test]
    fn a_rule_that_was_kept_somewhere_passed_and_one_that_could_not_be_judged_is_skipped() {
        let check = |passed, failed, not_checked| CheckCount {
            rule: "sse/bom",
            operation: "send".to_owned(),
            passed,
            failed,
            not_checked,
            reason: Some("rate limited".to_owned()),
        };
        assert!(matches!(of_check(&check(3, 0, 1)).outcome, Outcome::Passed));
        assert!(matches!(of_check(&check(0, 0, 1)).outcome, Outcome::Skipped(reason) if reason == "rate limited"));
        assert!(matches!(of_check(&check(3, 1, 0)).outcome, Outcome::Skipped(_)));
    }
}
