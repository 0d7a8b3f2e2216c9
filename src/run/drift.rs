//! The shapes of an operation's answers beside the ones that were accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::generate::CaseId;
use crate::judge::{Check, Finding, Verdict, judge_snapshot};
use crate::snapshot::{Difference, Rank, Snapshot, differences};

/// What the answers of one operation are held against. Those of shards can be joined.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drift {
    /// The shapes that were accepted; `None` where there are none yet.
    pub accepted: Option<Snapshot>,
    /// The shapes of this run.
    pub now: Snapshot,
    /// The case that shows each answer, by status and media type.
    pub shown: BTreeMap<String, Rank>,
}

impl Drift {
    /// What it comes to: the checks about each answer, by status and media type, which is empty for the operation as a
    /// whole.
    pub fn checks(&self) -> Vec<(String, Vec<Check>)> {
        let Some(accepted) = &self.accepted else { return vec![(String::new(), judge_snapshot(None))] };
        let mut by_answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Difference { answers, words } in differences(accepted, &self.now) {
            by_answers.entry(answers).or_default().push(words);
        }
        if by_answers.is_empty() {
            return vec![(String::new(), judge_snapshot(Some(&[])))];
        }
        by_answers.into_iter().map(|(answers, words)| (answers, judge_snapshot(Some(&words)))).collect()
    }

    /// The case that shows an answer; any of the operation where there is none of that status and media type.
    pub fn case(&self, answers: &str) -> Option<&CaseId> {
        let (_, case) = self.shown.get(answers).or_else(|| self.shown.values().next())?;
        Some(case)
    }

    /// A finding without its words for each answer that may have to be shown once those of other shards are known.
    pub fn suspicions(&self) -> impl Iterator<Item = (&String, Finding)> {
        self.shown.keys().filter_map(|answers| match judge_snapshot(Some(&[String::new()])).pop()?.verdict {
            Verdict::Failed(finding) => Some((answers, *finding)),
            Verdict::Passed(_) | Verdict::NotChecked(_) => None,
        })
    }

    /// Takes in the answers that another shard saw.
    pub fn join(&mut self, other: Drift) {
        self.now.join(other.now);
        for (answers, rank) in other.shown {
            let known = self.shown.entry(answers).or_insert_with(|| rank.clone());
            if rank < *known {
                *known = rank;
            }
        }
    }
}
