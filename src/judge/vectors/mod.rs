//! Every rule on streams beside an answer that only it explains, and a legal one that looks much the same.
//!
//! One table a family. What breaks a rule raises that rule and nothing else of these families, notes
//! included; where another cannot be helped, the table says which and why. `isolation/cross-talk` takes two
//! exchanges to break: both its sides are beside it.

mod body;
mod coverage;
mod item;
mod resource;
mod sse;
mod stream;
mod text;
mod wire;

use std::collections::BTreeSet;

use super::streamed::support::came;
use super::support::Scene;
use super::{Context, Severity, Verdict, judge, rule};
use crate::contract::StreamContract;

/// The families that a vector is judged by.
const FAMILIES: [&str; 7] = ["sse/", "stream/", "item/", "text/", "auth/status", "body/write-only", "echo/damaged"];

/// One rule, and answers on either side of it.
struct Vector {
    rule: &'static str,
    breaking: Vec<Breaking>,
    legal: Vec<(&'static str, Scene)>,
}

/// An answer that breaks the rule of its vector.
struct Breaking {
    /// What is wrong with it.
    what: &'static str,
    weighs: Severity,
    scene: Scene,
    /// Rules that it cannot help to break as well.
    also: Vec<Unavoidable>,
}

/// A rule that the same bytes break, and why they must.
struct Unavoidable {
    rule: &'static str,
    why: &'static str,
}

impl Vector {
    fn of(rule: &'static str) -> Self {
        Vector { rule, breaking: Vec::new(), legal: Vec::new() }
    }

    /// An answer that breaks the rule with the severity that the rule has.
    fn breaks(self, what: &'static str, scene: Scene) -> Self {
        let weighs = rule(self.rule).map_or(Severity::Error, |rule| rule.severity);
        self.weighs(weighs, what, scene)
    }

    /// An answer that breaks the rule, with a severity of its own.
    fn weighs(mut self, weighs: Severity, what: &'static str, scene: Scene) -> Self {
        self.breaking.push(Breaking { what, weighs, scene, also: Vec::new() });
        self
    }

    /// The answer that was named last breaks another rule as well.
    fn also(mut self, rule: &'static str, why: &'static str) -> Self {
        let last = self.breaking.last_mut().expect("an answer was named before");
        last.also.push(Unavoidable { rule, why });
        self
    }

    /// An answer that breaks no rule.
    fn legal(mut self, what: &'static str, scene: Scene) -> Self {
        self.legal.push((what, scene));
        self
    }
}

fn all() -> Vec<Vector> {
    [sse::vectors(), stream::vectors(), wire::vectors(), item::vectors(), text::vectors(), body::vectors()]
        .into_iter()
        .flatten()
        .collect()
}

/// A stream as a careful server sends it, chunked and complete.
fn sent(promised: StreamContract, pieces: &[(u64, &[u8])]) -> Scene {
    came(promised, pieces).header("cache-control", "no-cache").header("x-accel-buffering", "no")
}

/// The same in one piece.
fn whole(promised: StreamContract, body: impl AsRef<[u8]>) -> Scene {
    sent(promised, &[(10, body.as_ref())])
}

/// The answer with another value of a header field.
fn with(mut scene: Scene, name: &str, value: &str) -> Scene {
    scene = without(scene, name);
    scene.header(name, value)
}

/// The answer without a header field.
fn without(mut scene: Scene, name: &str) -> Scene {
    scene.change(|answer| answer.headers.retain(|(known, _)| known != name));
    scene
}

/// The rules of these families that an answer breaks, and what each weighs.
fn broken(scene: &Scene) -> BTreeSet<(&'static str, Severity)> {
    let context = Context { verified: scene.verified, admitted: scene.admitted };
    let checks = judge(&scene.contract(), &scene.case(), &scene.exchange(), context);
    let findings = checks.into_iter().filter_map(|check| match check.verdict {
        Verdict::Failed(finding) => Some((check.rule, finding.severity)),
        Verdict::Passed(_) | Verdict::NotChecked(_) => None,
    });
    findings.filter(|(rule, _)| FAMILIES.iter().any(|family| rule.starts_with(family))).collect()
}

#[test]
fn what_breaks_a_rule_is_explained_by_that_rule_alone() {
    for Vector { rule, breaking, .. } in all() {
        for Breaking { what, weighs, scene, also } in breaking {
            let mut found = broken(&scene);
            assert!(found.remove(&(rule, weighs)), "{rule}, {what}: no {} among {found:?}", weighs.word());
            let others: BTreeSet<_> = found.iter().map(|(rule, _)| *rule).collect();
            let expected: BTreeSet<_> = also.iter().map(|unavoidable| unavoidable.rule).collect();
            assert_eq!(others, expected, "{rule}, {what}: other rules are broken as well");
        }
    }
}

#[test]
fn the_legal_neighbour_breaks_nothing() {
    for Vector { rule, legal, .. } in all() {
        for (what, scene) in legal {
            assert_eq!(broken(&scene), BTreeSet::new(), "{rule}, {what}");
        }
    }
}

#[test]
fn every_vector_has_both_sides_and_says_why_another_rule_is_broken() {
    for vector in all() {
        assert!(rule(vector.rule).is_some(), "{} is no rule", vector.rule);
        assert!(!vector.breaking.is_empty() && !vector.legal.is_empty(), "{} has one side", vector.rule);
        for Unavoidable { rule: other, why } in vector.breaking.iter().flat_map(|breaking| &breaking.also) {
            assert!(rule(other).is_some() && !why.is_empty(), "{}: {other}", vector.rule);
        }
    }
}
