//! What a snapshot becomes after a run.

use std::collections::BTreeSet;

use super::{Snapshot, differences};

/// Whether a snapshot knows every kind of case that was seen now.
pub fn is_covered(then: &Snapshot, now: &Snapshot) -> bool {
    now.cases.keys().all(|case| then.cases.contains_key(case))
}

/// The snapshot after a run that saw `now`. Where nothing drifted it stays as it is, but for kinds of cases that are
/// new; where something did, what was seen takes its place, and what was not seen stays.
pub fn next(then: &Snapshot, now: &Snapshot) -> Snapshot {
    let mut next = then.clone();
    if differences(then, now).is_empty() {
        for (case, labels) in now.cases.iter().filter(|(case, _)| !then.cases.contains_key(*case)) {
            next.cases.insert(case.clone(), labels.clone());
            for label in labels {
                if let Some(answers) = now.answers.get(label) {
                    next.answers.entry(label.clone()).or_insert_with(|| answers.clone());
                }
            }
        }
        return next;
    }
    next.cases.extend(now.cases.clone());
    next.answers.extend(now.answers.clone());
    let used: BTreeSet<&String> = next.cases.values().flatten().collect();
    next.answers.retain(|label, _| used.contains(label));
    next
}
