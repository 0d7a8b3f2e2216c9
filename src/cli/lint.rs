//! `uptospec lint`: what is wrong with a document, and what of it cannot be tested.

use std::io::{self, Write};

use super::diagnostics::Texts;
use super::documents::{Diagnosed, Loaded};
use super::{Exit, Look, diagnostics};
use crate::contract::{self, Contract, Diagnostic, Level, Operation};
use crate::generate::{self, Suite, unknown_operations};
use crate::report::words;

/// Prints every diagnostic of a document that was read, or could not be, and a line that counts them.
///
/// # Errors
/// When `out` fails.
pub fn lint(read: &Result<Loaded, Diagnosed>, look: Look, out: &mut dyn Write) -> io::Result<Exit> {
    match read {
        Ok(Loaded { contract, texts }) => {
            let unmade: Vec<_> = generate::unmade(contract).map(|(operation, why)| untested(operation, &why)).collect();
            let diagnostics = [contract.diagnostics.as_slice(), &unmade].concat();
            told(Some(&testable(contract, unmade.len())), &diagnostics, texts, look, out)
        }
        Err(Diagnosed { diagnostics, texts }) => told(None, diagnostics, texts, look, out),
    }
}

/// The same for a suite. What its steps call is looked up in the documents that it names, as far as they are
/// files here.
///
/// # Errors
/// When `out` fails.
pub fn lint_suite(read: &Result<Suite, Vec<Diagnostic>>, look: Look, out: &mut dyn Write) -> io::Result<Exit> {
    match read {
        Ok(suite) => {
            let mut diagnostics = suite.diagnostics.clone();
            for source in suite.sources.iter().filter(|source| !source.is_arazzo) {
                if let Ok(contract) = contract::load(&suite.path_of(source)) {
                    diagnostics.extend(unknown_operations(suite, source, &contract));
                }
            }
            let readable = format!("{} can be read", words::count(suite.workflows.len(), "workflow"));
            told(Some(&readable), &diagnostics, &Texts::default(), look, out)
        }
        Err(diagnostics) => told(None, diagnostics, &Texts::default(), look, out),
    }
}

/// What to say of an operation of which no request can be made.
fn untested(operation: &Operation, why: &str) -> Diagnostic {
    Diagnostic {
        level: Level::Warning,
        message: format!("`{}` is not tested: {why}", operation.id),
        help: Some("document `application/json`, a form, plain text or bytes beside it".to_owned()),
        place: operation.place.clone(),
    }
}

/// How many operations can be tested, and of how many where some cannot: those that the document spoils, and those
/// of which no request can be made.
fn testable(contract: &Contract, unmade: usize) -> String {
    let (tested, untested) = (contract.operations.len() - unmade, contract.untested.len() + unmade);
    match untested {
        0 => format!("{} can be tested", words::count(tested, "operation")),
        _ => format!("{tested} of {} can be tested", words::count(tested + untested, "operation")),
    }
}

fn told(
    readable: Option<&str>,
    diagnostics: &[Diagnostic],
    texts: &Texts,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    diagnostics::draw(diagnostics, texts, look, out)?;
    writeln!(out, "{}; {}", readable.unwrap_or("the document cannot be read"), counted(diagnostics))?;
    Ok(exit(readable.is_some(), diagnostics))
}

fn counted(diagnostics: &[Diagnostic]) -> String {
    let of = |level| diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count();
    let numbers = [(of(Level::Error), "error"), (of(Level::Warning), "warning"), (of(Level::Note), "note")];
    words::counts(&numbers, "nothing to say")
}

fn exit(readable: bool, diagnostics: &[Diagnostic]) -> Exit {
    if !readable || diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error) {
        return Exit::Usage;
    }
    if diagnostics.is_empty() { Exit::Conformant } else { Exit::Violations }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::contract::{OpenApiVersion, Place};

    fn diagnostic(level: Level) -> Diagnostic {
        Diagnostic { level, message: "x".to_owned(), help: None, place: Place::file("spec.yaml") }
    }

    fn contract(diagnostics: Vec<Diagnostic>) -> Contract {
        Contract {
            title: String::new(),
            file: "spec.yaml".into(),
            version: OpenApiVersion::V32,
            servers: Vec::new(),
            schemes: IndexMap::new(),
            operations: Vec::new(),
            untested: Vec::new(),
            promises: Vec::new(),
            diagnostics,
        }
    }

    fn linted(read: Result<Contract, Vec<Diagnostic>>) -> (Exit, String) {
        let mut out = Vec::new();
        let read = read.map(|contract| Loaded { contract, texts: Texts::default() });
        let read = read.map_err(|diagnostics| Diagnosed { diagnostics, texts: Texts::default() });
        let exit = lint(&read, Look::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        (exit, text.lines().last().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_document_without_diagnostics_gives_0() {
        assert_eq!(
            linted(Ok(contract(Vec::new()))),
            (Exit::Conformant, "0 operations can be tested; nothing to say".to_owned())
        );
    }

    #[test]
    fn a_document_that_can_be_tested_in_part_gives_1() {
        let read = Ok(contract(vec![diagnostic(Level::Warning), diagnostic(Level::Note), diagnostic(Level::Warning)]));
        assert_eq!(linted(read), (Exit::Violations, "0 operations can be tested; 2 warnings, 1 note".to_owned()));
    }

    #[test]
    fn operations_that_cannot_be_tested_are_counted() {
        let read = Ok(Contract { untested: vec!["a".to_owned()], ..contract(vec![diagnostic(Level::Warning)]) });
        assert_eq!(linted(read), (Exit::Violations, "0 of 1 operation can be tested; 1 warning".to_owned()));
    }

    #[test]
    fn an_operation_whose_body_cannot_be_made_is_told_and_not_counted() {
        let text = "openapi: 3.1.0\npaths:\n  /mix:\n    post: {operationId: mix, responses: {}, \
                    requestBody: {required: true, content: {text/csv: {}, multipart/mixed: {}}}}\n";
        let contract = contract::read("api.yaml", text, None).unwrap();
        let loaded = Loaded { contract, texts: Texts::default() };
        let mut out = Vec::new();
        assert_eq!(lint(&Ok(loaded), Look::default(), &mut out).unwrap(), Exit::Violations);
        let told = String::from_utf8(out).unwrap();
        assert!(told.contains("`mix` is not tested: a body of text/csv or multipart/mixed cannot be made"), "{told}");
        assert!(told.contains("0 of 1 operation can be tested"), "{told}");
    }

    #[test]
    fn a_document_that_cannot_be_read_gives_2() {
        let read = Err(vec![diagnostic(Level::Error)]);
        assert_eq!(linted(read), (Exit::Usage, "the document cannot be read; 1 error".to_owned()));
    }
}
