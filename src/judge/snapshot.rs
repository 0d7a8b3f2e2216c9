//! Whether answers still have the shape that an accepted snapshot has: judged over the run, by what `snapshot` found.

use super::rule::over_the_run;
use super::{Check, Rule, RuleSource, Severity, Sink};

const DRIFT: Rule = Rule {
    id: "snapshot/drift",
    severity: Severity::Warning,
    what: "Answers have the shape that the accepted snapshot of their operation has.",
    why: "A member that comes or goes unannounced breaks whoever reads it, whether or not the document names it.",
    source: RuleSource::Practice(
        "clients are written against what an API sends, and not only against what it promises",
    ),
    example: "{\"id\": \"s1\"} where every answer had {\"id\": \"s1\", \"orgId\": \"o1\"} when the snapshot was accepted",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[DRIFT];

/// What an operation's snapshot comes to: whether there is one, and what differs from it, in words.
pub fn judge_snapshot(differences: Option<&[String]>) -> Vec<Check> {
    let mut sink = Sink::new(&DRIFT);
    match differences {
        None => sink.not_checked("there is no snapshot of the operation yet: `--snapshots update` writes it"),
        Some([]) => sink.pass([]),
        Some(differences) => {
            for words in differences {
                let mut finding = sink.finding(words.as_str());
                finding.expected =
                    "the shape that was accepted; `uptospec snapshot review` shows what changed".to_owned();
                sink.fail(finding);
            }
        }
    }
    sink.into_checks()
}
