//! Whether a step of a workflow gave what its suite asks for, and what later steps take from it.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use super::evidence::{unreadable, unreadable_json};
use super::excerpt::{excerpt_of, masked};
use super::expression::value_of;
use super::rule::over_the_run;
use super::{Check, Rule, RuleSource, Severity, Sink};
use crate::contract::Expression;
use crate::generate::{Comparison, Criterion, Expect, Operand, Step};
use crate::send::Exchange;

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

/// What a workflow knows: its inputs, and the outputs of the steps that were answered.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Values of `$inputs.NAME`.
    pub inputs: HashMap<String, Value>,
    /// Values of `$steps.STEP.outputs.NAME`, by step and name.
    pub outputs: HashMap<(String, String), Value>,
}

/// The outputs of an answered step, in the order of the suite. One that the exchange has no value for is
/// left out: it matters only to a later step that asks for it.
pub fn outputs(step: &Step, exchange: &Exchange, known: &Known) -> Vec<(String, Value)> {
    let value = |expression| known.value_of(expression, step, exchange);
    step.outputs.iter().filter_map(|(name, expression)| Some((name.clone(), value(expression)?))).collect()
}

/// Judges the success criteria of one step. What the contract says of its answer is judged by
/// [`judge`](super::judge()).
pub fn judge_step(step: &Step, exchange: &Exchange, known: &Known) -> Vec<Check> {
    let mut sink = Sink::new(&CRITERION);
    let refused = match (exchange.answer(), &step.case.expect) {
        (None, _) => Some("the step was not answered".to_owned()),
        // The refusal itself is judged by the rules on statuses.
        (Some(answer), Expect::Success { .. }) if answer.status / 100 != 2 => {
            Some(format!("the step was answered {}", answer.status))
        }
        _ => None,
    };
    for criterion in &step.criteria {
        match &refused {
            Some(reason) => sink.not_checked(reason),
            None => judge_criterion(criterion, step, exchange, known, &mut sink),
        }
    }
    masked(sink.into_checks(), &step.case)
}

fn judge_criterion(criterion: &Criterion, step: &Step, exchange: &Exchange, known: &Known, sink: &mut Sink) {
    let sides = [&criterion.left, &criterion.right];
    if let Some(expression) = sides.iter().find_map(|side| known.lacks(side)) {
        return sink.not_checked(format!("`{expression}` is not known: an earlier step did not give it"));
    }
    if let Some(reason) = sides.iter().find_map(|side| unread(side, exchange)) {
        return sink.not_checked(reason);
    }
    let [left, right] = sides.map(|side| match side {
        Operand::Literal(value) => Some(value.clone()),
        Operand::Expression(expression) => known.value_of(expression, step, exchange),
    });
    if let (Some(left), Some(right)) = (&left, &right)
        && holds(left, criterion.comparison, right)
    {
        return sink.pass([]);
    }
    let shown = |value: Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), excerpt_of);
    let mut finding = sink.finding(format!("`{}` does not hold", criterion.text));
    finding.expected = criterion.text.clone();
    finding.actual = format!("left is {}, right is {}", shown(left), shown(right));
    finding.source = step.source.clone().or(finding.source);
    sink.fail(finding);
}

impl Known {
    fn value_of(&self, expression: &Expression, step: &Step, exchange: &Exchange) -> Option<Value> {
        match expression {
            Expression::Input(name) => self.inputs.get(name).cloned(),
            Expression::StepOutput { step, output } => self.outputs.get(&(step.clone(), output.clone())).cloned(),
            _ => value_of(expression, &step.case, exchange),
        }
    }

    /// The expression on this side, if only an earlier step or the caller could have given its value and did not.
    fn lacks<'s>(&self, side: &'s Operand) -> Option<&'s Expression> {
        let Operand::Expression(expression) = side else { return None };
        let known = match expression {
            Expression::Input(name) => self.inputs.contains_key(name),
            Expression::StepOutput { step, output } => self.outputs.contains_key(&(step.clone(), output.clone())),
            _ => true,
        };
        (!known).then_some(expression)
    }
}

/// Why this side has no value, if it is a part of a body that may have it and that we cannot read.
fn unread(side: &Operand, exchange: &Exchange) -> Option<String> {
    let (Operand::Expression(Expression::ResponseBody(_)), Some(answer)) = (side, exchange.answer()) else {
        return None;
    };
    let error = || serde_json::from_slice::<Value>(&answer.body).err();
    unreadable(answer).or_else(|| unreadable_json(&answer.body, &error()?).map(str::to_owned))
}

fn holds(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let order = compared(left, right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// How two values compare; `None` where they have no order and differ. Text compares without regard to
/// case (Arazzo 1.0, Criterion Object), and as a number beside one: headers know only text.
fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.to_lowercase().cmp(&right.to_lowercase())),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => (left == right).then_some(Ordering::Equal),
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::{Scene, in_words};
    use super::*;
    use crate::contract::{Source, Strength};

    fn expression(text: &str) -> Operand {
        Operand::Expression(text.parse().unwrap())
    }

    fn step(scene: &Scene, left: Operand, comparison: Comparison, right: Operand) -> Step {
        let criterion = Criterion { text: "left ? right".to_owned(), left, comparison, right };
        let outputs = vec![("conversation".to_owned(), "$response.header.X-Conversation-Id".parse().unwrap())];
        Step { case: scene.case(), criteria: vec![criterion], source: None, outputs }
    }

    fn continuity(scene: &Scene, known: &Known) -> Vec<String> {
        let conversation = expression("$steps.first.outputs.conversation");
        let step = step(scene, expression("$response.header.X-Conversation-Id"), Comparison::Equal, conversation);
        judge_step(&step, &scene.exchange(), known).iter().map(|check| in_words(&check.verdict)).collect()
    }

    fn first_conversation(id: &str) -> Known {
        let key = ("first".to_owned(), "conversation".to_owned());
        Known { inputs: HashMap::new(), outputs: HashMap::from([(key, json!(id))]) }
    }

    #[test]
    fn a_criterion_compares_this_answer_with_an_earlier_one() {
        let scene = Scene::new().header("x-conversation-id", "c1");
        assert_eq!(continuity(&scene, &first_conversation("c1")), ["passed"]);
        assert_eq!(continuity(&scene, &first_conversation("c2")), ["error: `left ? right` does not hold"]);
    }

    #[test]
    fn a_criterion_behind_an_inferred_sentence_is_a_warning() {
        let scene = Scene::new();
        let one = || Operand::Literal(json!(1));
        let mut step = step(&scene, one(), Comparison::Less, one());
        step.source =
            Some(Source { document: "doc.txt".to_owned(), quote: None, strength: Strength::Inferred, section: None });
        let checks = judge_step(&step, &scene.exchange(), &Known::default());
        assert_eq!(in_words(&checks[0].verdict), "warning: `left ? right` does not hold");
    }

    #[test]
    fn a_header_that_is_not_there_meets_no_criterion() {
        assert_eq!(continuity(&Scene::new(), &first_conversation("c1")), ["error: `left ? right` does not hold"]);
    }

    #[test]
    fn a_criterion_on_an_output_that_never_came_is_not_checked() {
        let says = continuity(&Scene::new().header("x-conversation-id", "c1"), &Known::default());
        assert!(says[0].starts_with("not checked: `$steps.first.outputs.conversation`"), "{says:?}");
    }

    #[test]
    fn the_criteria_of_a_refused_step_are_not_checked() {
        let scene = Scene::new().answer(404, "text/plain", "no");
        assert_eq!(continuity(&scene, &first_conversation("c1")), ["not checked: the step was answered 404"]);
    }

    #[test]
    fn a_criterion_on_a_body_that_we_cannot_read_is_not_checked() {
        let says = |scene: &Scene| {
            let step = step(scene, expression("$response.body#/id"), Comparison::Equal, Operand::Literal(json!("s1")));
            in_words(&judge_step(&step, &scene.exchange(), &Known::default())[0].verdict)
        };
        let answer = |body: &str| Scene::new().answer(200, "application/json", body);
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(says(&answer(&deep)), "not checked: the body is nested deeper than we read");
        let encoded = answer("x").header("content-encoding", "gzip");
        assert_eq!(says(&encoded), "not checked: the body is encoded as gzip");
        let mut cut = answer(r#"{"id": "#);
        cut.change(|answer| answer.end = crate::send::End::StoppedBySize);
        assert_eq!(says(&cut), "not checked: reading was stopped after 7 bytes");
        assert_eq!(says(&answer(r#"{"id": "#)), "error: `left ? right` does not hold");
        assert_eq!(says(&answer(r#"{"id": "s1"}"#)), "passed");
    }

    #[test]
    fn an_output_is_taken_where_the_answer_has_it() {
        let scene = Scene::new().header("x-conversation-id", "c1");
        let step = step(&scene, Operand::Literal(json!(1)), Comparison::Equal, Operand::Literal(json!(1)));
        let taken = outputs(&step, &scene.exchange(), &Known::default());
        assert_eq!(taken, [("conversation".to_owned(), json!("c1"))]);
        assert_eq!(outputs(&step, &Scene::new().exchange(), &Known::default()), []);
    }

    #[test]
    fn values_compare_as_the_standard_says() {
        assert!(holds(&json!("OPEN"), Comparison::Equal, &json!("open")));
        assert!(holds(&json!("60"), Comparison::GreaterOrEqual, &json!(60)));
        assert!(holds(&json!(null), Comparison::NotEqual, &json!("x")));
        assert!(!holds(&json!({"a": 1}), Comparison::Less, &json!({"a": 2})));
    }
}
