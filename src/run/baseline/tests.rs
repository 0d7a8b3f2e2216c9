use toml::value::Date;

use super::*;
use crate::contract::Diagnostic;
use crate::judge::Severity;
use crate::report::fixture;
use crate::run::{CheckCount, NotChecked, RunVerdict, TargetResult};

const TODAY: Date = Date { year: 2026, month: 6, day: 15 };

fn read(text: &str) -> Result<Baseline, Vec<Diagnostic>> {
    Baseline::read("known.toml", text, Purpose::Excuse, TODAY)
}

fn wrong(text: &str) -> Vec<String> {
    let told = |diagnostic: Diagnostic| {
        let help = diagnostic.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{}: {}{help}", diagnostic.place.file, diagnostic.place.line, diagnostic.message)
    };
    read(text).map(|_| ()).unwrap_err().into_iter().map(told).collect()
}

fn entry(more: &str) -> String {
    format!(
        "[[known]]\nrule = \"item/schema\"\noperation = \"sendMessage\"\nreason = \"release 2.3 mends it\"\n{more}\n"
    )
}

/// The fixture's first target after a baseline.
fn applied(text: &str, change: impl Fn(&mut TargetResult)) -> TargetResult {
    let mut target = fixture::run().targets.remove(0);
    change(&mut target);
    read(text).unwrap().apply(&mut target, Severity::Error);
    target
}

fn known(target: &TargetResult) -> Vec<&str> {
    target.known().map(|(found, _)| found.finding.rule).collect()
}

fn lapsed(target: &TargetResult) -> Vec<(&str, &str)> {
    target.lapsed.iter().map(|lapsed| (lapsed.rule, lapsed.why.word())).collect()
}

/// A rule that was kept wherever the operation was judged by it.
fn kept(target: &mut TargetResult) {
    let (rule, operation) = ("sse/bom", "sendMessage".to_owned());
    target.checks.push(CheckCount { rule, operation, passed: 9, failed: 0, not_checked: 0, reason: None });
}

const KEPT: &str = "[[known]]\nrule = \"sse/bom\"\noperation = \"sendMessage\"\nreason = \"a proxy writes it\"\n";

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_line_and_what_would_be_right() {
    assert_eq!(
        wrong("[[known]]\nrule = \"item/shema\"\noperation = \"a\"\nreasn = \"x\"\nexpires = \"soon\"\nflaky = 1\n"),
        [
            "known.toml:1: this entry has no `reason` (add reason = \"…\")",
            "known.toml:2: there is no rule `item/shema` (did you mean `item/schema`?)",
            "known.toml:4: an entry has no key `reasn` (did you mean `reason`?)",
            "known.toml:5: this is no date (write the last day on which it holds, such as 2027-01-31)",
            "known.toml:6: `flaky` is true or false",
        ]
    );
    assert_eq!(wrong(&(entry("") + &entry(""))), ["known.toml:6: this finding stands in line 1 already"]);
    assert_eq!(wrong("known = 3\n"), ["known.toml:1: `known` is no list of tables (write [[known]])"]);
    assert_eq!(wrong("[[know]]\n"), ["known.toml:1: a baseline has no key `know` (did you mean `known`?)"]);
}

#[test]
fn an_entry_needs_a_reason_of_its_own() {
    let text = entry("").replace("release 2.3 mends it", PLACEHOLDER);
    let told = "known.toml:4: nobody has given a reason yet (say why the finding is known, and what is done about it)";
    assert_eq!(wrong(&text), [told]);
    assert!(Baseline::read("known.toml", &text, Purpose::Rewrite, TODAY).is_ok());
}

#[test]
fn a_finding_is_known_by_rule_operation_and_state() {
    let in_state = entry("state = \"agent-not-public\"");
    let target = applied(&in_state, |_| {});
    assert_eq!((known(&target), lapsed(&target)), (vec!["item/schema"], vec![]));
    assert_eq!(target.verdict, RunVerdict::Violations, "the other findings count");
    assert_eq!(target.number_of(Severity::Error), 2);
    assert!(known(&applied(&entry(""), |_| {})).is_empty(), "this is of a state");
    assert!(known(&applied(&(in_state + "target = \"agntix\""), |_| {})).is_empty(), "this is of another target");
}

#[test]
fn where_all_that_fails_is_known_the_target_is_conformant() {
    let only = |target: &mut TargetResult| target.findings.truncate(1);
    let target = applied(&entry("state = \"agent-not-public\""), only);
    assert_eq!(target.verdict, RunVerdict::Conformant);
}

#[test]
fn what_kept_a_target_from_being_judged_is_never_excused() {
    let target = applied(&entry("state = \"agent-not-public\""), |target| {
        target.findings.truncate(1);
        target.incomplete.push("the budget is spent".to_owned());
    });
    assert_eq!(target.verdict, RunVerdict::Incomplete);
}

#[test]
fn an_entry_holds_until_the_end_of_its_last_day() {
    let on = |date: &str| applied(&entry(&format!("state = \"agent-not-public\"\nexpires = {date}")), |_| {});
    assert_eq!(known(&on("2026-06-15")), ["item/schema"]);
    assert_eq!(known(&on("\"2026-06-15\"")), ["item/schema"]);
    let expired = on("2026-06-14");
    assert_eq!((known(&expired), lapsed(&expired)), (vec![], vec![("item/schema", "expired")]));
}

#[test]
fn an_entry_whose_finding_is_gone_fails_the_run() {
    let target = applied(KEPT, |target| {
        kept(target);
        target.findings.clear();
    });
    assert_eq!((lapsed(&target), target.verdict), (vec![("sse/bom", "gone")], RunVerdict::Violations));
    assert_eq!(target.lapsed[0].place.line, 1);
}

#[test]
fn a_flaky_finding_may_be_gone_until_it_expires() {
    assert!(lapsed(&applied(&format!("{KEPT}flaky = true"), kept)).is_empty());
    let expired = applied(&format!("{KEPT}flaky = true\nexpires = 2020-01-01"), kept);
    assert_eq!(lapsed(&expired), [("sse/bom", "expired")]);
}

#[test]
fn an_entry_that_the_run_could_not_judge_is_left_alone() {
    let changes: [fn(&mut TargetResult); 4] = [
        |_| {},
        |target| {
            kept(target);
            target.operations.retain(|operation| operation != "sendMessage");
        },
        |target| {
            kept(target);
            target.incomplete.push("interrupted".to_owned());
        },
        |target| {
            kept(target);
            target.checks.iter_mut().for_each(|check| check.failed = 1);
        },
    ];
    for change in changes {
        assert!(lapsed(&applied(KEPT, change)).is_empty());
    }
    let in_state = applied(&format!("{KEPT}state = \"agent-inactive\""), |target| {
        kept(target);
        let (operation, state) = ("sendMessage".to_owned(), Some("agent-inactive".to_owned()));
        target.left_out.push(NotChecked { operation, state, what: String::new(), reason: String::new() });
    });
    assert!(lapsed(&in_state).is_empty());
}

#[test]
fn a_written_baseline_reads_like_this() {
    let text = Baseline::to_toml(&fixture::run(), None);
    insta::assert_snapshot!(text);
    assert_eq!(wrong(&text).len(), text.matches("[[known]]").count(), "every entry needs a reason");
}

#[test]
fn a_baseline_that_is_written_anew_keeps_what_it_said() {
    let mut run = fixture::run();
    run.targets.truncate(1);
    kept(&mut run.targets[0]);
    let known = "state = \"agent-not-public\"\nexpires = 2027-01-31\nflaky = true\n";
    let earlier = read(&(entry(known) + KEPT + &KEPT.replace("\nrule", "\ntarget = \"other\"\nrule"))).unwrap();
    let text = Baseline::to_toml(&run, Some(&earlier));
    let written = Baseline::read("known.toml", &text, Purpose::Rewrite, TODAY).unwrap().entries;
    assert_eq!(written[0].known, earlier.entries[0].known);
    assert_eq!(written.iter().filter(|entry| entry.rule == "item/schema").count(), 1);
    let of_kept: Vec<_> = written.iter().filter(|entry| entry.rule == "sse/bom").collect();
    assert_eq!(of_kept.len(), 1, "that of this target is gone: {text}");
    assert_eq!(of_kept[0].target.as_deref(), Some("other"));
}

#[test]
fn an_entry_for_all_targets_becomes_one_of_each_that_still_has_it() {
    let mut run = fixture::run();
    run.targets.truncate(1);
    let text = entry("state = \"agent-not-public\"");
    let mut mended = run.targets[0].clone();
    mended.name = "mended".to_owned();
    mended.findings.clear();
    let check = mended.checks[0].clone();
    mended.checks.push(CheckCount { rule: "item/schema", passed: 3, failed: 0, ..check });
    let other = TargetResult { name: "another".to_owned(), operations: Vec::new(), ..mended.clone() };
    run.targets.extend([mended.clone(), other]);

    let baseline = read(&text).unwrap();
    baseline.apply(&mut mended, Severity::Error);
    let told = mended.lapsed[0].in_words();
    assert!(told.contains("no longer occurs here") && told.contains("name in it the target"), "{told}");

    let written = Baseline::to_toml(&run, Some(&baseline));
    let written = Baseline::read("known.toml", &written, Purpose::Rewrite, TODAY).unwrap().entries;
    let of_schema = written.iter().filter(|entry| entry.rule == "item/schema");
    assert_eq!(of_schema.map(|entry| entry.target.as_deref()).collect::<Vec<_>>(), [Some("agentix")]);
}

#[test]
fn what_another_baseline_excused_keeps_its_reason() {
    let mut run = fixture::run();
    run.targets[0].findings.truncate(1);
    run.targets.truncate(1);
    read(&entry("state = \"agent-not-public\"")).unwrap().apply(&mut run.targets[0], Severity::Error);
    let text = Baseline::to_toml(&run, None);
    assert!(text.contains("reason = \"release 2.3 mends it\""), "{text}");
}

#[test]
fn a_message_of_a_target_cannot_break_out_of_its_comment() {
    let mut run = fixture::run();
    run.targets[0].findings[0].finding.message = "a\n[[known]]\u{1b}[31m \u{202e}\"x\"".to_owned();
    let text = Baseline::to_toml(&run, None);
    assert!(text.contains(r#"# error: a\n[[known]]\u{1b}[31m \u{202e}"x""#), "{text}");
    assert!(Baseline::read("known.toml", &text, Purpose::Rewrite, TODAY).is_ok());
}

#[test]
fn today_is_a_day_of_this_age() {
    assert!(today().year >= 2026);
}
