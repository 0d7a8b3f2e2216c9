//! `uptospec compare` over reports that real runs wrote.

use std::path::Path;

use super::support::{Served, folder, uptospec, uptospec_in};

/// Checks a reference server with these faults and writes its report.
fn report(server: &str, credential: &str, faults: &[&str], path: &Path) {
    let served = Served::start(server, faults);
    let (spec, report) = (format!("specs/{server}.yaml"), format!("json={}", path.display()));
    let arguments = ["check", &spec, "--url", &served.url, "-H", credential, "--cases", "3", "--report", &report];
    uptospec(&arguments);
    assert!(path.is_file());
}

const AGNTIX: (&str, &str) = ("agntix", "x-api-key: pk_live_reference");

#[test]
fn a_fault_that_comes_is_new_and_one_that_goes_is_gone() {
    let (_kept, path) = folder(&[]);
    report(AGNTIX.0, AGNTIX.1, &[], &path.join("good.json"));
    report(AGNTIX.0, AGNTIX.1, &["done-missing"], &path.join("bad.json"));
    let ran = uptospec_in(&path, &["compare", "good.json", "bad.json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("conformant → violations"), "{}", ran.stdout);
    assert!(ran.stdout.contains("+ error stream/terminal-missing sendMessage"), "{}", ran.stdout);
    let ran = uptospec_in(&path, &["compare", "bad.json", "good.json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let gone = "- error stream/terminal-missing sendMessage";
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(gone) && words.contains("(the rule is kept now)"), "{}", ran.stdout);
    let ran = uptospec_in(&path, &["compare", "bad.json", "bad.json"]);
    assert!(ran.code == 0 && ran.stdout.contains("nothing is new"), "{}", ran.all());
}

#[test]
fn reports_of_different_targets_stand_side_by_side() {
    let (_kept, path) = folder(&[]);
    report(AGNTIX.0, AGNTIX.1, &["done-missing"], &path.join("a.json"));
    report("agenhq", "x-api-key: ahq_reference", &[], &path.join("b.json"));
    let ran = uptospec_in(&path, &["compare", "a.json", "b.json", "--report", "markdown=matrix.md"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let row = ran.stdout.lines().find(|line| line.starts_with("stream/terminal-missing")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["stream/terminal-missing", "1", "error", "–"]);
    let markdown = std::fs::read_to_string(path.join("matrix.md")).unwrap();
    assert!(markdown.contains("| `stream/terminal-missing` | 1 error | – |"), "{markdown}");
}

#[test]
fn a_comparison_for_a_program_has_standard_output_for_itself() {
    let (_kept, path) = folder(&[]);
    report(AGNTIX.0, AGNTIX.1, &[], &path.join("a.json"));
    let ran = uptospec_in(&path, &["compare", "a.json", "a.json", "--report", "markdown=-"]);
    assert!(ran.code == 0 && ran.stdout.starts_with("## uptospec: nothing is new\n"), "{}", ran.all());
    assert!(!ran.stdout.contains("still conformant"), "{}", ran.stdout);
    assert!(!path.join("-").exists());
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let (_kept, path) = folder(&[("not.json", "{\"targets\": 3}")]);
    let ran = uptospec_in(&path, &["compare", "not.json", "not.json"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("not.json:1:13: this is no JSON report of a run"), "{}", ran.stderr);
    let ran = uptospec_in(&path, &["compare", "missing.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("the report missing.json cannot be read"), "{}", ran.all());
}
