//! Counts what was judged, and keeps the smallest case of each finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::{Deserialize, Serialize};

use super::{CheckCount, Streams, Timeline, Times};
use crate::contract::{Contract, PromiseId};
use crate::generate::{Case, CaseId, CaseKind, Expect};
use crate::judge::{Check, Finding, Severity, StreamInShort, Verdict};
use crate::send::{Answer, Exchange};
use crate::target::SeverityChoice;

/// Most sentences that are kept of one finding.
const MOST_MESSAGES: usize = 12;
/// Most streams of an operation whose timeline is kept.
const MOST_TIMELINES: usize = 32;

/// What makes two findings one: rule, operation and state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Id of the rule.
    pub rule: &'static str,
    /// Id of the operation.
    pub operation: String,
    /// The state, where the case needs one.
    pub state: Option<String>,
}

/// A finding with the smallest case that shows it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The finding.
    pub finding: Finding,
    /// The case.
    pub case: Case,
    /// What happened.
    pub exchange: Exchange,
    /// How many cases show it.
    pub count: usize,
    /// Whether the case shows it without others before it.
    pub alone: bool,
    /// What else breaks the rule on the operation, a sentence each.
    pub also: BTreeSet<String>,
}

/// Which findings a run cares about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Rule ids or families; empty for all.
    pub rules: Vec<String>,
    /// Severities that differ from the rules' own.
    pub severity: IndexMap<String, SeverityChoice>,
}

/// Everything that was counted for one target.
pub struct Tally {
    /// Which findings count.
    pub selection: Selection,
    checks: BTreeMap<(&'static str, String), Count>,
    found: IndexMap<Key, Found>,
    /// Evidence for each promise, by its id.
    pub promises: Vec<Witness>,
    /// Times of successful answers, by operation.
    pub times: IndexMap<String, Times>,
    /// How the streams of each operation ended.
    pub streams: IndexMap<String, Streams>,
    succeeded: HashSet<String>,
}

/// The evidence on one promise.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// Rules that bore witness.
    pub rules: Vec<&'static str>,
    /// Checks in favour.
    pub kept: usize,
    /// Checks against, by rule and operation.
    pub broken: BTreeMap<(&'static str, String), usize>,
}

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    reasons: HashMap<String, usize>,
}

impl Selection {
    /// The finding as this run wants it; `None` where it does not.
    pub fn adjust(&self, finding: &Finding) -> Option<Finding> {
        let family = finding.rule.split('/').next().unwrap_or_default();
        if !self.rules.is_empty() && !self.rules.iter().any(|wanted| wanted == finding.rule || wanted == family) {
            return None;
        }
        let severity = match self.severity.get(finding.rule) {
            None => finding.severity,
            Some(SeverityChoice::Error) => Severity::Error,
            Some(SeverityChoice::Warning) => Severity::Warning,
            Some(SeverityChoice::Note) => Severity::Note,
            Some(SeverityChoice::Off) => return None,
        };
        Some(Finding { severity, ..finding.clone() })
    }
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(contract: &Contract, selection: Selection) -> Self {
        Tally {
            selection,
            checks: BTreeMap::new(),
            found: IndexMap::new(),
            promises: vec![Witness::default(); contract.promises.len()],
            times: IndexMap::new(),
            streams: IndexMap::new(),
            succeeded: HashSet::new(),
        }
    }

    /// Counts the checks of one exchange; `alone` says whether the exchange needed no others before
    /// it. Gives the keys of findings that are new.
    pub fn record(&mut self, case: &Case, exchange: &Exchange, checks: &[Check], alone: bool) -> Vec<Key> {
        let mut new = HashSet::new();
        let mut fresh = Vec::new();
        for check in checks {
            self.count(&case.operation.id, check);
            let Verdict::Failed(finding) = &check.verdict else { continue };
            let Some(finding) = self.selection.adjust(finding) else { continue };
            let key = Key { rule: finding.rule, operation: case.operation.id.clone(), state: case.state.clone() };
            let first_of_case = new.insert(key.clone());
            let also = BTreeSet::from([finding.message.clone()]);
            let found = Found { finding, case: case.clone(), exchange: exchange.clone(), count: 1, alone, also };
            if self.keep(key.clone(), found, first_of_case) {
                fresh.push(key);
            }
        }
        fresh
    }

    /// Counts the success of a valid request's answer, its times, and how its stream ended.
    pub fn served(&mut self, case: &Case, exchange: &Exchange, stream: Option<StreamInShort>) {
        let served = |answer: &&Answer| case.operation.is_served_by(answer.status);
        let Some(answer) = exchange.answer().filter(served) else { return };
        self.succeeded.insert(case.operation.id.clone());
        self.times.entry(case.operation.id.clone()).or_default().take(answer, stream.as_ref());
        let Some(stream) = stream else { return };
        let streams = self.streams.entry(case.operation.id.clone()).or_default();
        *streams.ended.entry(stream.end).or_default() += 1;
        streams.timelines.insert(case.id.to_string(), Timeline::of(answer, &stream));
        // The last by name goes, so that the order of arrival does not show.
        if streams.timelines.len() > MOST_TIMELINES {
            streams.timelines.pop_last();
        }
        if let Some(dialect) = stream.dialect {
            *streams.dialects.entry(dialect).or_default() += 1;
        }
    }

    /// Whether a valid request to the operation has succeeded.
    pub fn has_succeeded(&self, operation: &str) -> bool {
        self.succeeded.contains(operation)
    }

    /// Takes note of an answer that is judged elsewhere.
    pub fn judged_elsewhere(&mut self, case: &Case, exchange: &Exchange) {
        let is_served = exchange.answer().is_some_and(|answer| case.operation.is_served_by(answer.status));
        if is_served && matches!(case.expect, Expect::Success { .. }) {
            self.succeeded.insert(case.operation.id.clone());
        }
    }

    /// Every finding so far.
    pub fn found(&self) -> &IndexMap<Key, Found> {
        &self.found
    }

    /// Takes back what a finding said against promises: it proved to be none.
    pub fn withdraw(&mut self, key: &Key) {
        let rule = (key.rule, key.operation.clone());
        for witness in &mut self.promises {
            witness.broken.remove(&rule);
        }
    }

    /// How often each rule was judged on each operation.
    pub fn checks(&self) -> Vec<CheckCount> {
        let count = |((rule, operation), count): (&(&'static str, String), &Count)| CheckCount {
            rule,
            operation: operation.clone(),
            passed: count.passed,
            failed: count.failed,
            not_checked: count.reasons.values().sum(),
            reason: count.most_frequent_reason(),
        };
        self.checks.iter().map(count).collect()
    }

    fn count(&mut self, operation: &str, check: &Check) {
        let count = self.checks.entry((check.rule, operation.to_owned())).or_default();
        match &check.verdict {
            Verdict::Passed(promises) => {
                count.passed += 1;
                self.witness(check.rule, promises, |witness| witness.kept += 1);
            }
            Verdict::Failed(finding) => {
                count.failed += 1;
                // A note is worth knowing and breaks nothing.
                if finding.severity > Severity::Note {
                    let rule = (check.rule, operation.to_owned());
                    let against = |witness: &mut Witness| *witness.broken.entry(rule.clone()).or_default() += 1;
                    self.witness(check.rule, &finding.promises, against);
                }
            }
            Verdict::NotChecked(reason) => *count.reasons.entry(reason.clone()).or_default() += 1,
        }
    }

    fn witness(&mut self, rule: &'static str, promises: &[PromiseId], count: impl Fn(&mut Witness)) {
        for promise in promises {
            let Some(witness) = self.promises.get_mut(promise.0) else { continue };
            if !witness.rules.contains(&rule) {
                witness.rules.push(rule);
            }
            count(witness);
        }
    }

    fn keep(&mut self, key: Key, mut found: Found, first_of_case: bool) -> bool {
        match self.found.entry(key) {
            Entry::Vacant(place) => {
                place.insert(found);
                true
            }
            Entry::Occupied(mut place) => {
                let kept = place.get_mut();
                let count = kept.count + usize::from(first_of_case);
                let mut also = std::mem::take(&mut kept.also);
                if also.len() < MOST_MESSAGES {
                    also.append(&mut found.also);
                }
                if weight(&found) < weight(kept) {
                    std::mem::swap(kept, &mut found);
                }
                (kept.count, kept.also) = (count, also);
                false
            }
        }
    }
}

/// The gravest finding counts, then one that can be sent alone, then a request that nobody could object to,
/// then the smallest case, then the first by name: the order of arrival never does.
fn weight(found: &Found) -> (Reverse<Severity>, bool, bool, usize, &CaseId) {
    let plain = matches!(found.case.kind, CaseKind::Example | CaseKind::Positive);
    (Reverse(found.finding.severity), !found.alone, !plain, size(&found.case), &found.case.id)
}

/// How much there is to read of a case.
pub fn size(case: &Case) -> usize {
    let request = &case.request;
    let pairs: usize =
        request.query.iter().chain(&request.headers).map(|(name, value)| name.len() + value.to_string().len()).sum();
    let path: usize = request.path_values.iter().map(|(_, value)| value.to_string().len()).sum();
    pairs + path + request.content.as_ref().map_or(0, |content| content.body.to_bytes().len())
}

impl Count {
    fn most_frequent_reason(&self) -> Option<String> {
        let most = self.reasons.iter().max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)));
        most.map(|(reason, _)| reason.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_of_the_configuration_replaces_the_rules_own() {
        let finding = Finding {
            rule: "http/date",
            severity: Severity::Warning,
            message: String::new(),
            at: crate::judge::At::default(),
            expected: String::new(),
            actual: String::new(),
            source: None,
            promises: Vec::new(),
        };
        let mut selection = Selection::default();
        assert_eq!(selection.adjust(&finding).unwrap().severity, Severity::Warning);
        selection.severity.insert("http/date".to_owned(), SeverityChoice::Error);
        assert_eq!(selection.adjust(&finding).unwrap().severity, Severity::Error);
        selection.severity.insert("http/date".to_owned(), SeverityChoice::Off);
        assert!(selection.adjust(&finding).is_none());
        selection.severity.clear();
        selection.rules = vec!["sse".to_owned()];
        assert!(selection.adjust(&finding).is_none());
        selection.rules = vec!["http".to_owned()];
        assert!(selection.adjust(&finding).is_some());
    }
}
