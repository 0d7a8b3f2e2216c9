//! Whether a step of a workflow gave what its suite asks for, and what later steps take from it.

mod criterion;
mod known;

use serde_json::Value;

use self::criterion::Held;
pub use self::known::{Finished, Known, Sent};
use super::excerpt::{excerpt_of, masked};
use super::rule::over_the_run;
use super::{Check, Rule, RuleSource, Severity, Sink};
use crate::contract::{Expression, Source};
use crate::generate::suite::Criterion;
use crate::generate::{Expect, Step};

const CRITERION: Rule = Rule {
    id: "workflow/criterion",
    severity: Severity::Error,
    what: "A step of a workflow meets every success criterion of its suite.",
    why: "What an API promises across requests, such as one conversation for one session, no single answer can show.",
    source: RuleSource::Standard("Arazzo 1.0, Criterion Object"),
    example: "`$response.header.X-Conversation-Id == $steps.first.outputs.conversation`, and another id came",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[CRITERION];

/// What one sending of a step came to.
#[derive(Debug)]
pub struct StepVerdict {
    /// Its criteria, judged. What the contract says of its answer is judged by [`judge`](super::judge()).
    pub checks: Vec<Check>,
    /// Why the step failed; `None` where it succeeded as far as can be told.
    pub failure: Option<String>,
}

/// The outputs of an answered step or of a workflow, in the order of the suite. One that has no value is
/// left out: it matters only to a later step that asks for it.
pub fn outputs(named: &[(String, Expression)], known: &Known, sent: Option<Sent<'_>>) -> Vec<(String, Value)> {
    let value = |expression| known.value_of(expression, sent);
    named.iter().filter_map(|(name, expression)| Some((name.clone(), value(expression)?))).collect()
}

/// Whether all criteria of an action hold. One that cannot be judged does not.
pub fn all_hold(criteria: &[Criterion], known: &Known, sent: Option<Sent<'_>>) -> bool {
    criteria.iter().all(|criterion| matches!(criterion::held(criterion, known, sent), Held::Yes))
}

/// Judges the success criteria of one step.
pub fn judge_step(step: &Step, known: &Known, sent: Sent<'_>) -> StepVerdict {
    judge_criteria(&step.criteria, step.source.as_ref(), known, sent)
}

/// Judges criteria by what a workflow knew; `source` is the sentence behind them.
pub fn judge_criteria(criteria: &[Criterion], source: Option<&Source>, known: &Known, sent: Sent<'_>) -> StepVerdict {
    let mut sink = Sink::new(&CRITERION);
    let refused = match (sent.exchange.answer(), &sent.case.expect) {
        (None, _) => Some("the step was not answered".to_owned()),
        // The refusal itself is judged by the rules on statuses.
        (Some(answer), Expect::Success { .. }) if answer.status / 100 != 2 => {
            Some(format!("the step was answered {}", answer.status))
        }
        _ => None,
    };
    let mut failure = refused.clone();
    for criterion in criteria {
        match &refused {
            Some(reason) => sink.not_checked(reason),
            None => {
                let held = criterion::held(criterion, known, Some(sent));
                failure =
                    failure.or_else(|| matches!(held, Held::No).then(|| format!("`{}` does not hold", criterion.text)));
                judge_criterion(criterion, held, source, known, sent, &mut sink);
            }
        }
    }
    StepVerdict { checks: masked(sink.into_checks(), sent.case), failure }
}

fn judge_criterion(
    criterion: &Criterion,
    held: Held,
    source: Option<&Source>,
    known: &Known,
    sent: Sent<'_>,
    sink: &mut Sink,
) {
    match held {
        Held::Yes => sink.pass([]),
        Held::Unknown(reason) => sink.not_checked(reason),
        Held::No => {
            let mut finding = sink.finding(format!("`{}` does not hold", criterion.text));
            finding.expected = criterion.text.clone();
            finding.actual = values(criterion, known, sent);
            finding.source = source.cloned().or(finding.source);
            sink.fail(finding);
        }
    }
}

/// What the expressions of a criterion stand for.
fn values(criterion: &Criterion, known: &Known, sent: Sent<'_>) -> String {
    let shown = |expression: &Expression| {
        let value = known.value_of(expression, Some(sent));
        let value = value.as_ref().map_or_else(|| "nothing".to_owned(), excerpt_of);
        format!("`{expression}` is {value}")
    };
    let values: Vec<String> = criterion.expressions().into_iter().map(shown).collect();
    if values.is_empty() { "it has no runtime expression".to_owned() } else { values.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::super::support::{Scene, in_words};
    use super::*;
    use crate::contract::Strength;
    use crate::generate::{Call, suite};
    use crate::judge::Verdict;

    const CONTINUITY: &str = "$response.header.X-Conversation-Id == $steps.first.outputs.conversation";

    /// A step with these criteria, as a suite writes them.
    fn step(scene: &Scene, criteria: &str) -> Step {
        let suite = format!(
            "arazzo: 1.0.1\ninfo: {{title: T}}\nworkflows: [{{workflowId: w, steps: [{{stepId: s, operationId: o, \
             successCriteria: [{criteria}], outputs: {{conversation: $response.header.X-Conversation-Id}}}}]}}]"
        );
        let step = suite::read("t.yaml", &suite).unwrap().workflows.remove(0).steps.remove(0);
        Step {
            id: step.id,
            call: Call::Operation(Box::new(scene.case())),
            criteria: step.criteria,
            source: None,
            outputs: step.outputs,
            on_success: Vec::new(),
            on_failure: Vec::new(),
        }
    }

    fn verdict(scene: &Scene, step: &Step, known: &Known) -> StepVerdict {
        judge_step(step, known, Sent { case: &scene.case(), exchange: &scene.exchange() })
    }

    fn says(scene: &Scene, criteria: &str, known: &Known) -> Vec<String> {
        let checks = verdict(scene, &step(scene, criteria), known).checks;
        checks.iter().map(|check| in_words(&check.verdict)).collect()
    }

    fn continuity(scene: &Scene, known: &Known) -> Vec<String> {
        says(scene, &format!("{{condition: {CONTINUITY}}}"), known)
    }

    fn first_conversation(id: &str) -> Known {
        let key = ("first".to_owned(), "conversation".to_owned());
        Known { outputs: HashMap::from([(key, json!(id))]), ..Known::default() }
    }

    #[test]
    fn a_criterion_compares_this_answer_with_an_earlier_one() {
        let scene = Scene::new().header("x-conversation-id", "c1");
        assert_eq!(continuity(&scene, &first_conversation("c1")), ["passed"]);
        assert_eq!(continuity(&scene, &first_conversation("c2")), [format!("error: `{CONTINUITY}` does not hold")]);
    }

    #[test]
    fn a_finding_shows_what_the_expressions_stand_for() {
        let scene = Scene::new().header("x-conversation-id", "c1");
        let step = step(&scene, &format!("{{condition: '$statusCode == 200 && {CONTINUITY}'}}"));
        let StepVerdict { checks, failure } = verdict(&scene, &step, &first_conversation("c2"));
        let Verdict::Failed(finding) = &checks[0].verdict else { panic!("{checks:?}") };
        let values = "`$statusCode` is 200, `$response.header.X-Conversation-Id` is \"c1\", \
                      `$steps.first.outputs.conversation` is \"c2\"";
        assert_eq!(finding.actual, values);
        assert!(failure.is_some());
    }

    #[test]
    fn a_criterion_behind_an_inferred_sentence_is_a_warning() {
        let scene = Scene::new();
        let mut step = step(&scene, "{condition: 1 < 1}");
        step.source =
            Some(Source { document: "doc.txt".to_owned(), quote: None, strength: Strength::Inferred, section: None });
        let checks = verdict(&scene, &step, &Known::default()).checks;
        assert_eq!(in_words(&checks[0].verdict), "warning: `1 < 1` does not hold");
    }

    #[test]
    fn a_header_that_is_not_there_meets_no_criterion() {
        let says = continuity(&Scene::new(), &first_conversation("c1"));
        assert_eq!(says, [format!("error: `{CONTINUITY}` does not hold")]);
    }

    #[test]
    fn a_criterion_on_an_output_that_never_came_is_not_checked() {
        let says = continuity(&Scene::new().header("x-conversation-id", "c1"), &Known::default());
        assert!(says[0].starts_with("not checked: `$steps.first.outputs.conversation`"), "{says:?}");
    }

    #[test]
    fn the_criteria_of_a_refused_step_are_not_checked_and_it_failed() {
        let scene = Scene::new().answer(404, "text/plain", "no");
        assert_eq!(continuity(&scene, &first_conversation("c1")), ["not checked: the step was answered 404"]);
        let failure = verdict(&scene, &step(&scene, ""), &Known::default()).failure;
        assert_eq!(failure.as_deref(), Some("the step was answered 404"));
    }

    #[test]
    fn a_criterion_on_a_body_that_we_cannot_read_is_not_checked() {
        let says =
            |scene: &Scene| says(scene, "{condition: \"$response.body#/id == 's1'\"}", &Known::default()).remove(0);
        let answer = |body: &str| Scene::new().answer(200, "application/json", body);
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(says(&answer(&deep)), "not checked: the body is nested deeper than we read");
        let encoded = answer("x").header("content-encoding", "gzip");
        assert_eq!(says(&encoded), "not checked: the body is encoded as gzip");
        let mut cut = answer(r#"{"id": "#);
        cut.change(|answer| answer.end = crate::send::End::StoppedBySize);
        assert_eq!(says(&cut), "not checked: reading was stopped after 7 bytes");
        assert_eq!(says(&answer(r#"{"id": "#)), "error: `$response.body#/id == 's1'` does not hold");
        assert_eq!(says(&answer(r#"{"id": "s1"}"#)), "passed");
    }

    #[test]
    fn every_type_of_criterion_is_judged_or_said_not_to_be() {
        let scene = Scene::new().answer(200, "application/json", r#"{"pets": [{"id": 7}]}"#);
        let says = |criterion: &str| says(&scene, criterion, &Known::default()).remove(0);
        assert_eq!(says("{context: $statusCode, type: regex, condition: ^2}"), "passed");
        assert_eq!(says("{context: $url, type: regex, condition: ^ftp}"), "error: `^ftp` does not hold");
        assert_eq!(says("{context: $response.body, type: jsonpath, condition: '$.pets[?@.id == 7]'}"), "passed");
        assert_eq!(
            says("{context: $response.body, type: jsonpath, condition: '$.pets[?@.id == 8]'}"),
            "error: `$.pets[?@.id == 8]` does not hold"
        );
        assert_eq!(
            says("{context: $response.body, type: xpath, condition: //pet}"),
            "not checked: a criterion of type xpath is not supported"
        );
    }

    #[test]
    fn an_output_is_taken_where_the_answer_has_it() {
        let taken = |scene: &Scene| {
            let (case, exchange) = (scene.case(), scene.exchange());
            outputs(&step(scene, "").outputs, &Known::default(), Some(Sent { case: &case, exchange: &exchange }))
        };
        let scene = Scene::new().header("x-conversation-id", "c1");
        assert_eq!(taken(&scene), [("conversation".to_owned(), json!("c1"))]);
        assert_eq!(taken(&Scene::new()), []);
    }
}
