//! Reports for tests.

use super::report::{Check, Finding, Report, Target};
use crate::judge::Severity;
use crate::run::RunVerdict;

pub fn report(targets: Vec<Target>) -> Report {
    let started = "2026-01-01T00:00:00Z".to_owned();
    Report { uptospec: "0.1.0".to_owned(), verdict: RunVerdict::Conformant, started, targets }
}

pub fn target(name: &str) -> Target {
    Target {
        name: name.to_owned(),
        url: format!("http://{name}.test/"),
        spec: "openapi.yaml".to_owned(),
        verdict: RunVerdict::Conformant,
        incomplete: Vec::new(),
        requests: 10,
        findings: Vec::new(),
        checks: Vec::new(),
        promises: Vec::new(),
        not_checked: Vec::new(),
    }
}

pub fn check(rule: &str, passed: usize, failed: usize) -> Check {
    let reason = (passed + failed == 0).then(|| "nothing came".to_owned());
    let not_checked = usize::from(reason.is_some());
    Check { rule: rule.to_owned(), operation: "send".to_owned(), passed, failed, not_checked, reason }
}

pub fn finding(rule: &str, severity: Severity, operation: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        operation: operation.to_owned(),
        state: None,
        message: format!("{operation} breaks {rule}"),
        count: 1,
    }
}
