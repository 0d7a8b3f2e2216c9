//! `uptospec selftest`: every fault against the rules.

use std::io::Write;

use super::arguments::SelftestOptions;
use super::serve::find;
use super::{Exit, Failure, Look};
use crate::reference;
use crate::report::style::{Palette, paint};
use crate::selftest::{Outcome, selftest as run};

/// Prints what became of every fault, and whether all were caught.
///
/// # Errors
/// When there is no such server, or an audit cannot be run.
pub async fn selftest(options: SelftestOptions) -> Result<Exit, Failure> {
    let apis = match &options.name {
        Some(name) => vec![find(name)?],
        None => reference::apis().iter().collect(),
    };
    let palette = Palette::new(Look::of_stdout().colour);
    let (mut faults, mut wrong) = (0, 0);
    for api in apis {
        let mut out = anstream::stdout();
        let mut written = Ok(());
        let outcomes = run(api, |outcome| {
            if written.is_ok() {
                written = writeln!(out, "{}", line(outcome, &palette));
            }
        })
        .await;
        written?;
        let outcomes = outcomes.map_err(|error| Failure::Unjudged(error.to_string()))?;
        faults += outcomes.iter().filter(|outcome| outcome.fault.is_some()).count();
        wrong += outcomes.iter().filter(|outcome| !outcome.is_right()).count();
    }
    let verdict = match wrong {
        0 => paint(palette.good, format!("all {faults} faults are caught, and no server without faults is blamed")),
        _ => paint(palette.error, format!("{wrong} of {faults} faults or conformant servers are misjudged")),
    };
    writeln!(anstream::stdout(), "{verdict}")?;
    Ok(if wrong == 0 { Exit::Conformant } else { Exit::Violations })
}

fn line(outcome: &Outcome, palette: &Palette) -> String {
    let name = outcome.fault.map_or("(no fault)", |fault| fault.name);
    let seen: Vec<&str> = outcome.findings.iter().map(|found| found.finding.rule).collect();
    let (word, rules) = match (outcome.is_right(), outcome.fault) {
        (true, None) => (paint(palette.good, "clean "), format!("{} warnings and notes", seen.len())),
        (true, Some(_)) => (paint(palette.good, "caught"), outcome.caught_by().join(", ")),
        (false, None) => (paint(palette.error, "blamed"), seen.join(", ")),
        (false, Some(fault)) => {
            let wanted = fault.rules.join(" or ");
            (paint(palette.error, "missed"), format!("wanted {wanted}; seen: {}", seen.join(", ")))
        }
    };
    format!("{word}  {:9} {name:32} {rules}", outcome.api.name)
}
