//! The JSON Schema organisation's own tests: our validation agrees with them, and for every schema
//! that has a valid value the generator makes a hundred.
//!
//! `UPTOSPEC_CORPUS` names a directory with `json-schema-test-suite/tests` and `…/remotes`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use uptospec::contract::{Draft, Schema};
use uptospec::generate::strategy::strategy;

/// How many values are made of each schema.
const VALUES: usize = 100;

/// The share of schemas with a valid value of which values must be made.
const SHARE: f64 = 0.97;

/// What takes longer is told.
const SLOW: Duration = Duration::from_secs(1);

const DRAFTS: [(&str, Draft); 5] = [
    ("draft4", Draft::Draft4),
    ("draft6", Draft::Draft6),
    ("draft7", Draft::Draft7),
    ("draft2019-09", Draft::Draft201909),
    ("draft2020-12", Draft::Draft202012),
];

/// What we judge otherwise than the suite: the file, start of the group's or test's name, why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("format.json", "invalid", "formats are asserted: a document that names one means it"),
    ("optional/content.json", "an invalid", "what is inside a text is not judged, as from 2019-09 on"),
    ("optional/content.json", "a validly-encoded invalid", "what is inside a text is not judged, as from 2019-09 on"),
    ("optional/format/hostname.json", "hostname with consecutive hyphens", "drafts 4 and 6 alone allow it"),
    ("optional/zeroTerminatedFloats.json", "a float is not", "1.0 is an integer, as from draft 6 on"),
];

fn main() -> ExitCode {
    let suite = std::env::var_os("UPTOSPEC_CORPUS").map(|path| Path::new(&path).join("json-schema-test-suite"));
    let trials = match suite {
        Some(directory) => {
            let trial = |(name, draft): (&'static str, Draft)| {
                let directory = directory.clone();
                Trial::test(format!("{name}_is_judged_and_generated"), move || {
                    judge(&directory.join("tests").join(name), draft, &remotes(&directory.join("remotes"), name))
                })
            };
            DRAFTS.into_iter().map(trial).collect()
        }
        // Its name says aloud what is left out, whatever captures the output of trials.
        None => vec![Trial::test("left out: UPTOSPEC_CORPUS names no corpus", || Ok(())).with_ignored_flag(true)],
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// One schema of the suite with the instances that its authors judged.
struct Group {
    file: String,
    name: String,
    schema: Value,
    tests: Vec<Value>,
}

fn judge(folder: &Path, draft: Draft, remotes: &[(String, Value)]) -> Result<(), Failed> {
    let groups = groups(folder);
    let (mut satisfiable, mut made) = (0_usize, 0_usize);
    let mut wrong = Vec::new();
    let mut unmade = Vec::new();
    for group in &groups {
        let place = format!("{}: {}", group.file, group.name);
        let schema = match Schema::of_draft(group.schema.clone(), draft, remotes) {
            Ok(schema) => schema,
            Err(error) if is_exception(&group.file, &group.name) => {
                println!("not compiled, as known: {place}: {error}");
                continue;
            }
            Err(error) => {
                wrong.push(format!("{place}: {error}"));
                continue;
            }
        };
        wrong.extend(disagreements(group, &schema));
        if !group.tests.iter().any(|test| schema.is_valid(&test["data"])) {
            continue;
        }
        satisfiable += 1;
        let started = Instant::now();
        let made_of = generate(&schema);
        if started.elapsed() > SLOW {
            println!("  took {:?}: {place}", started.elapsed());
        }
        match made_of {
            Ok(()) => made += 1,
            Err(reason) => unmade.push(format!("{place}: {reason}")),
        }
    }
    let share = made as f64 / satisfiable as f64;
    println!(
        "{}: {} schemas, {satisfiable} satisfiable, of {made} values are made ({:.1} %), {} wrong",
        folder.file_name().unwrap_or_default().display(),
        groups.len(),
        share * 100.0,
        wrong.len()
    );
    unmade.iter().for_each(|line| println!("  not made: {line}"));
    wrong.iter().for_each(|line| println!("  wrong: {line}"));
    if !wrong.is_empty() || share < SHARE {
        return Err(format!("{} wrong, {:.1} % made", wrong.len(), share * 100.0).into());
    }
    Ok(())
}

/// Instances that we judge otherwise than their authors, without a known reason.
fn disagreements(group: &Group, schema: &Schema) -> Vec<String> {
    let known = |name: &str| is_exception(&group.file, &group.name) || is_exception(&group.file, name);
    let tests = group.tests.iter().filter(|test| Some(schema.is_valid(&test["data"])) != test["valid"].as_bool());
    let names = tests.map(|test| test["description"].as_str().unwrap_or_default());
    names.filter(|name| !known(name)).map(|name| format!("{}: {}: {name}", group.file, group.name)).collect()
}

fn is_exception(file: &str, name: &str) -> bool {
    EXCEPTIONS.iter().any(|(known, start, _)| file == *known && name.starts_with(start))
}

/// Makes values of a schema, all of which must keep it.
fn generate(schema: &Schema) -> Result<(), String> {
    let values = strategy(schema).map_err(|reason| reason.to_string())?;
    for index in 0..VALUES {
        let value = values.new_tree(&mut runner(index)).map_err(|reason| reason.to_string())?.current();
        assert!(schema.is_valid(&value), "{value} does not keep {schema:?}");
    }
    Ok(())
}

fn runner(index: usize) -> TestRunner {
    let mut bytes = [7_u8; 32];
    bytes[..8].copy_from_slice(&(index as u64).to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn groups(folder: &Path) -> Vec<Group> {
    let mut groups = Vec::new();
    for path in files(folder) {
        let file = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        for group in read(&path).as_array().into_iter().flatten() {
            let name = group["description"].as_str().unwrap_or_default().to_owned();
            let tests = group["tests"].as_array().cloned().unwrap_or_default();
            groups.push(Group { file: file.clone(), name, schema: group["schema"].clone(), tests });
        }
    }
    groups
}

/// The documents that the suite's schemas refer to, under the address at which they expect them:
/// those of the draft, those of every draft, and those that say themselves which draft they are.
fn remotes(folder: &Path, draft: &str) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for path in files(folder) {
        let (name, json) = (path.strip_prefix(folder).unwrap_or(&path).display().to_string(), read(&path));
        let of_another = ["draft", "v1/"].iter().any(|start| name.starts_with(start));
        if name.starts_with(&format!("{draft}/")) || !of_another || json.get("$schema").is_some() {
            all.push((format!("http://localhost:1234/{name}"), json));
        }
    }
    all
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the suite can be read");
    serde_json::from_str(&text).expect("the suite is JSON")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the suite has this folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    let inside = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.into_iter().flat_map(inside).filter(|path| path.extension().is_some_and(|end| end == "json")).collect()
}
