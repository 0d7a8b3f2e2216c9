//! Files in the hands of readers that are not ours: an HTML validator, the schema of HAR, and a parser of JUnit. And
//! held to the schema that we publish.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::made::{self, Made};

/// A run that was made.
type Run = fn() -> Result<&'static Made, String>;

const RUNS: [(&str, Run); 2] = [("examples", made::examples), ("hostile", made::hostile)];

/// One trial a reader and run, and one for each reader that is not here.
pub fn trials() -> Vec<Trial> {
    let keeps_schema =
        |(name, run): (_, Run)| Trial::test(format!("readers::schema::{name}"), move || keeps_schema(run()?));
    let mut trials: Vec<_> = RUNS.map(keeps_schema).into();
    trials.push(Trial::test("readers::page", page_has_every_key));
    if folder().join("node_modules/html-validate").is_dir() {
        for (name, run) in RUNS {
            trials.push(Trial::test(format!("readers::html::{name}"), move || is_valid(run()?, "report.html")));
            trials.push(Trial::test(format!("readers::har::{name}"), move || is_valid(run()?, "report.har")));
        }
    } else {
        trials.extend(crate::left_out("readers", "`npm ci --prefix tests/reports` installs those of HTML and HAR"));
    }
    if python().is_file() {
        for (name, run) in RUNS {
            trials.push(Trial::test(format!("readers::junit::{name}"), move || reads_failures(run()?)));
        }
    } else {
        let install = "`python3 -m venv tests/reports/venv && tests/reports/venv/bin/pip install -r \
            tests/reports/requirements.txt` installs that of JUnit";
        trials.extend(crate::left_out("readers", install));
    }
    trials
}

fn folder() -> PathBuf {
    made::repository().join("tests/reports")
}

fn python() -> PathBuf {
    folder().join("venv/bin/python")
}

/// The JSON report is what its schema says, and so is each target in the NDJSON report.
fn keeps_schema(made: &Made) -> Result<(), Failed> {
    let schema = fs::read_to_string(made::repository().join("docs/report.schema.json"))?;
    let mut schema: Value = serde_json::from_str(&schema)?;
    jsonschema::validate(&schema, &serde_json::from_str(&made.text("report.json")?)?)
        .map_err(|error| error.to_string())?;
    let of_target = json!({ "$ref": "#/$defs/target", "$defs": schema["$defs"].take() });
    for line in made.text("report.ndjson")?.lines() {
        let event: Value = serde_json::from_str(line)?;
        if event["event"] == "target-finished" {
            jsonschema::validate(&of_target, &event["result"]).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// The page on reports names every key of the published schema.
fn page_has_every_key() -> Result<(), Failed> {
    let page = fs::read_to_string(made::repository().join("docs/reports.md"))?;
    let of_json = page.split("\n## ").find(|part| part.starts_with("JSON")).ok_or("there is a part on JSON")?;
    let code = of_json.split('`').skip(1).step_by(2);
    let told: HashSet<&str> =
        code.flat_map(|code| code.split(|char| !matches!(char, 'a'..='z' | '0'..='9' | '_'))).collect();
    let schema = fs::read_to_string(made::repository().join("docs/report.schema.json"))?;
    let mut keys = Vec::new();
    add_keys(&serde_json::from_str(&schema)?, &mut keys);
    match keys.iter().find(|key| !told.contains(key.as_str())) {
        None if keys.len() > 50 => Ok(()),
        None => Err("the schema has hardly any keys".into()),
        Some(key) => Err(format!("docs/reports.md says nothing of `{key}`").into()),
    }
}

/// The names of all properties that a schema describes.
fn add_keys(schema: &Value, keys: &mut Vec<String>) {
    keys.extend(schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()));
    match schema {
        Value::Object(members) => members.values().for_each(|value| add_keys(value, keys)),
        Value::Array(elements) => elements.iter().for_each(|value| add_keys(value, keys)),
        _ => {}
    }
}

/// What a program prints; an error where it ends with one.
fn said(command: &mut Command) -> Result<String, Failed> {
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err((text + &String::from_utf8_lossy(&output.stderr)).into()) }
}

fn is_valid(made: &Made, file: &str) -> Result<(), Failed> {
    said(Command::new("node").arg("read.mjs").arg(made.path.join(file)).current_dir(folder())).map(drop)
}

/// A parser of JUnit finds each error of the JSON report as a test case that failed, and no other.
fn reads_failures(made: &Made) -> Result<(), Failed> {
    let report: Value = serde_json::from_str(&made.text("report.json")?)?;
    let mut expected: Vec<String> = Vec::new();
    for target in report["targets"].as_array().ok_or("there are targets")? {
        let findings = target["findings"].as_array().ok_or("there are findings")?.iter();
        let errors = findings.filter(|finding| finding["severity"] == "error");
        expected.extend(errors.map(|finding| test_case(target, finding)));
        let incomplete = target["incomplete"].as_array().filter(|reasons| !reasons.is_empty());
        expected.extend(incomplete.map(|_| format!("{} judged in full", text(&target["name"]))));
    }
    let read = said(Command::new(python()).arg("read.py").arg(made.path.join("junit.xml")).current_dir(folder()))?;
    let mut read: Vec<_> = read.lines().map(str::to_owned).collect();
    expected.sort();
    read.sort();
    if read == expected { Ok(()) } else { Err(format!("read {read:#?} instead of {expected:#?}").into()) }
}

fn test_case(target: &Value, finding: &Value) -> String {
    let state = finding["state"].as_str().map(|state| format!(" ({state})")).unwrap_or_default();
    format!("{}.{} {}{state}", text(&target["name"]), text(&finding["operation"]), text(&finding["rule"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
