//! `uptospec lint`: what is wrong with a document, and what of it cannot be tested.

use std::io::{self, Write};

use super::{Exit, Look, diagnostics};
use crate::contract::{Contract, Diagnostic, Level};
use crate::report::words;

/// Prints every diagnostic of a document that was read, or could not be, and a line that counts them.
///
/// # Errors
/// When `out` fails.
pub fn lint(read: &Result<Contract, Vec<Diagnostic>>, look: Look, out: &mut dyn Write) -> io::Result<Exit> {
    let (diagnostics, testable) = match read {
        Ok(contract) => (&contract.diagnostics, Some(contract.operations.len())),
        Err(diagnostics) => (diagnostics, None),
    };
    diagnostics::draw(diagnostics, look, out)?;
    let testable = match testable {
        Some(number) => format!("{} can be tested", words::count(number, "operation")),
        None => "the document cannot be read".to_owned(),
    };
    writeln!(out, "{testable}; {}", counted(diagnostics))?;
    Ok(exit(read.is_ok(), diagnostics))
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
            promises: Vec::new(),
            diagnostics,
        }
    }

    fn linted(read: Result<Contract, Vec<Diagnostic>>) -> (Exit, String) {
        let mut out = Vec::new();
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
    fn a_document_that_cannot_be_read_gives_2() {
        let read = Err(vec![diagnostic(Level::Error)]);
        assert_eq!(linted(read), (Exit::Usage, "the document cannot be read; 1 error".to_owned()));
    }
}
