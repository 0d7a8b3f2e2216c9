//! Prints the values that are made for the operations of a document, one JSON object a line:
//!
//! `cargo run --example cases -- [--values N] FILE`
//!
//! | line | what it says |
//! | --- | --- |
//! | `{"schema", "json"}` | a schema under a number; parts that have the same one and are written alike share it |
//! | `{"schema", "value"}` | a value that keeps it |
//! | `{"schema", "value", "keyword", "where"}` | a value that breaks that keyword at that place, and no other |
//! | `{"schema", "not_made"}` | why no value of it can be made |
//! | `{"operation", "parts"}` | an operation; each part has `at`, `schema` and `required` |

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use uptospec::contract::{self, Operation};
use uptospec::generate::{Input, inputs};

/// What every random value depends on.
const SEED: u64 = 7;

/// What is asked for on the command line.
struct Options {
    /// How many values of each schema, valid and broken.
    values: usize,
    file: String,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("usage: cases [--values N] FILE");
        return ExitCode::from(2);
    };
    let contract = match contract::load(Path::new(&options.file)) {
        Ok(contract) => contract,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut printer =
        Printer { out: BufWriter::new(io::stdout().lock()), values: options.values, known: HashMap::new() };
    let printed = contract.operations.iter().try_for_each(|operation| printer.operation(operation));
    match printed.and_then(|()| printer.out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut values = 100;
    let mut file = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--values" => values = arguments.next()?.parse().ok()?,
            _ => file = Some(argument),
        }
    }
    file.map(|file| Options { values, file })
}

/// Prints operations, and each schema once.
struct Printer<W> {
    out: W,
    values: usize,
    /// The number of each schema, by all that it says and how its values are written.
    known: HashMap<String, usize>,
}

impl<W: Write> Printer<W> {
    fn operation(&mut self, operation: &Operation) -> io::Result<()> {
        let mut parts = Vec::new();
        for input in inputs(operation) {
            let (at, required) = (input.at().to_string(), input.is_required());
            parts.push(json!({"at": at, "required": required, "schema": self.schema(&input)?}));
        }
        self.line(&json!({"operation": operation.id, "parts": parts}))
    }

    /// The number of a schema, which is printed with its values where it is new.
    fn schema(&mut self, input: &Input<'_>) -> io::Result<usize> {
        let json = input.schema().self_contained();
        let count = self.known.len();
        let number = *self.known.entry(format!("{} {json}", input.written())).or_insert(count);
        if number == count {
            self.line(&json!({"schema": number, "json": json}))?;
            self.values_of(number, input)?;
        }
        Ok(number)
    }

    fn values_of(&mut self, number: usize, input: &Input<'_>) -> io::Result<()> {
        let valid = input.values(SEED, self.values);
        let made = valid.and_then(|valid| input.broken_values(SEED, self.values).map(|broken| (valid, broken)));
        let (valid, broken) = match made {
            Ok(made) => made,
            Err(reason) => return self.line(&json!({"schema": number, "not_made": reason.to_string()})),
        };
        for value in valid {
            self.line(&json!({"schema": number, "value": value}))?;
        }
        for broken in broken {
            let (value, keyword, at) = (broken.value, broken.keyword, broken.at);
            self.line(&json!({"schema": number, "value": value, "keyword": keyword, "where": at}))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }
}
