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

#[cfg(test)]
mod tests {
    use super::super::support::in_words;
    use super::*;

    fn says(differences: Option<&[String]>) -> Vec<String> {
        judge_snapshot(differences).iter().map(|check| in_words(&check.verdict)).collect()
    }

    #[test]
    fn each_difference_is_a_warning() {
        let differences = ["`orgId` no longer sent".to_owned(), "new header `x-cost`".to_owned()];
        assert_eq!(says(Some(&differences)), ["warning: `orgId` no longer sent", "warning: new header `x-cost`"]);
    }

    #[test]
    fn the_shape_that_was_accepted_is_kept() {
        assert_eq!(says(Some(&[])), ["passed"]);
    }

    #[test]
    fn without_a_snapshot_there_is_nothing_to_judge_by() {
        let reason = "there is no snapshot of the operation yet: `--snapshots update` writes it";
        assert_eq!(says(None), [format!("not checked: {reason}")]);
    }
}
