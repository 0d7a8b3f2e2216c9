//! Prints the values that are made for the operations of documents, one JSON object a line:
//!
//! `cargo run --example cases -- [--values N] [--operations N] FILE… | python tests/independent/validate.py`
//!
//! A line has `file`, `operation`, `at` (the part of the request), `value`, `valid`, and of a value that
//! is not valid `keyword` and `where`. The first line of a part has its `schema`, too.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use uptospec::contract::{self, Contract, Operation, Schema};
use uptospec::generate::{broken_values, values};

/// What is asked for on the command line.
struct Options {
    /// How many values of each part, valid and broken.
    values: usize,
    /// How many operations of each document at most, spread over it.
    operations: usize,
    files: Vec<String>,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("usage: cases [--values N] [--operations N] FILE…");
        return ExitCode::from(2);
    };
    for file in &options.files {
        match contract::load(Path::new(file)) {
            Ok(contract) => {
                // Whoever reads may have had enough.
                if of_document(file, &contract, &options).is_err() {
                    return ExitCode::SUCCESS;
                }
            }
            Err(error) => eprintln!("{file} is not read: {error}"),
        }
    }
    ExitCode::SUCCESS
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { values: 100, operations: usize::MAX, files: Vec::new() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--values" => options.values = arguments.next()?.parse().ok()?,
            "--operations" => options.operations = arguments.next()?.parse().ok()?,
            _ => options.files.push(argument),
        }
    }
    (!options.files.is_empty()).then_some(options)
}

fn of_document(file: &str, contract: &Contract, options: &Options) -> std::io::Result<()> {
    let step = contract.operations.len().div_ceil(options.operations.max(1)).max(1);
    for operation in contract.operations.iter().step_by(step) {
        let started = Instant::now();
        for (at, schema) in parts(operation) {
            of_part(file, operation, &at, schema, options)?;
        }
        if started.elapsed().as_secs() > 0 {
            eprintln!("slow: {file} {}: {:?}", operation.id, started.elapsed());
        }
    }
    Ok(())
}

/// The parts of a request that have a schema.
fn parts(operation: &Operation) -> Vec<(String, &Schema)> {
    let parameters = operation.parameters.iter().map(|parameter| (parameter.part().to_string(), &parameter.schema));
    let media = operation.body.iter().flat_map(|body| &body.media);
    let bodies = media.filter_map(|media| Some((format!("body {}", media.essence), media.schema.as_ref()?)));
    parameters.chain(bodies).collect()
}

fn of_part(file: &str, operation: &Operation, at: &str, schema: &Schema, options: &Options) -> std::io::Result<()> {
    let (valid, broken) = match (values(schema, 7, options.values), broken_values(schema, 7, options.values)) {
        (Ok(valid), Ok(broken)) => (valid, broken),
        (Err(reason), _) | (_, Err(reason)) => {
            eprintln!("not made: {file} {} {at}: {reason}", operation.id);
            return Ok(());
        }
    };
    let mut of_schema = Some(schema.self_contained());
    let mut line = |value: Value, valid: bool, keyword: Option<String>, place: Option<String>| {
        let mut line = json!({"file": file, "operation": operation.id, "at": at, "value": value, "valid": valid});
        let more =
            [("keyword", keyword.map(Value::from)), ("where", place.map(Value::from)), ("schema", of_schema.take())];
        if let Value::Object(members) = &mut line {
            members.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        }
        writeln!(std::io::stdout(), "{line}")
    };
    for value in valid {
        line(value, true, None, None)?;
    }
    for broken in broken {
        line(broken.value, false, Some(broken.keyword), Some(broken.at))?;
    }
    Ok(())
}
