//! Conditions of type `simple` (Arazzo 1.0.1, Criterion Object): comparisons, joined and grouped.

use serde_json::Value;

use crate::contract::Expression;
use crate::generate::pointer;

/// What must hold of what is known once a step was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A value that is true by itself.
    Holds(Operand),
    /// Two values, compared.
    Compare {
        /// Left side.
        left: Operand,
        /// How the sides compare.
        comparison: Comparison,
        /// Right side.
        right: Operand,
    },
    /// `!`
    Not(Box<Condition>),
    /// `&&`
    All(Vec<Condition>),
    /// `||`
    Any(Vec<Condition>),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Known once the step was answered.
    Expression(Expression),
    /// A literal.
    Literal(Value),
}

/// How the sides of a condition compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operand {
    /// The expression, where it is one.
    pub fn expression(&self) -> Option<&Expression> {
        match self {
            Operand::Expression(expression) => Some(expression),
            Operand::Literal(_) => None,
        }
    }
}

impl Condition {
    /// Its operands, from left to right.
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Condition::Holds(operand) => vec![operand],
            Condition::Compare { left, right, .. } => vec![left, right],
            Condition::Not(inner) => inner.operands(),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(Condition::operands).collect(),
        }
    }
}

/// The longer operators first: `<=` begins with `<`.
const OPERATORS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// Where an expression or a number ends.
const ENDS: &[char] = &[' ', '\t', '\r', '\n', '=', '!', '<', '>', '&', '|', '(', ')', '\''];

/// How deep groups may nest.
const MOST_DEPTH: usize = 32;

/// Reads a condition; the error says what stands where something else should.
pub(super) fn parse(text: &str) -> Result<Condition, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let condition = parser.any()?;
    match parser.peek() {
        "" => Ok(condition),
        rest => Err(format!("`{rest}` stands after the end of the condition")),
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    /// Takes a word away where it comes next.
    fn takes(&mut self, word: &str) -> bool {
        match self.peek().strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn any(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.comparison()?];
        while self.takes("&&") {
            parts.push(self.comparison()?);
        }
        Ok(joined(parts, Condition::All))
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        if self.peek().starts_with(['!', '(']) {
            return self.group();
        }
        let left = self.operand()?;
        let rest = self.peek();
        let Some((word, comparison)) = OPERATORS.iter().find(|(word, _)| rest.starts_with(word)) else {
            return Ok(Condition::Holds(left));
        };
        self.takes(word);
        Ok(Condition::Compare { left, comparison: *comparison, right: self.operand()? })
    }

    /// What `!` and parentheses stand before.
    fn group(&mut self) -> Result<Condition, String> {
        if self.depth == MOST_DEPTH {
            return Err(format!("it nests deeper than {MOST_DEPTH} groups"));
        }
        self.depth += 1;
        let group = if self.takes("!") {
            let inner =
                if self.peek().starts_with(['!', '(']) { self.group()? } else { Condition::Holds(self.operand()?) };
            Condition::Not(Box::new(inner))
        } else {
            self.takes("(");
            let inner = self.any()?;
            if !self.takes(")") {
                return Err("a parenthesis is not closed".to_owned());
            }
            inner
        };
        self.depth -= 1;
        Ok(group)
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if self.takes("'") {
            return self.text();
        }
        let rest = self.peek();
        let (word, after) = rest.split_at(rest.find(ENDS).unwrap_or(rest.len()));
        self.rest = after;
        if word.starts_with('$') {
            return expression(word).map(Operand::Expression);
        }
        let literal = serde_json::from_str::<Value>(word).ok().filter(|value| !value.is_string());
        literal.map(Operand::Literal).ok_or_else(|| match word {
            "" => "an expression or a literal is missing".to_owned(),
            _ => format!("`{word}` is neither a runtime expression nor a literal; texts stand in single quotes"),
        })
    }

    /// The rest of a text in single quotes; two of them are one.
    fn text(&mut self) -> Result<Operand, String> {
        let mut text = String::new();
        loop {
            let (before, after) = self.rest.split_once('\'').ok_or("a text is not closed")?;
            text.push_str(before);
            match after.strip_prefix('\'') {
                Some(rest) => {
                    text.push('\'');
                    self.rest = rest;
                }
                None => {
                    self.rest = after;
                    return Ok(Operand::Literal(Value::from(text)));
                }
            }
        }
    }
}

fn joined(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => join(parts.into_iter().chain(last).collect()),
    }
}

/// An expression; `[0]` and, after a body, `.name` lead into its value like a JSON Pointer.
fn expression(word: &str) -> Result<Expression, String> {
    let (base, steps) = word.split_at(word.find('[').unwrap_or(word.len()));
    let (base, steps) = match base.strip_prefix("$response.body.").or_else(|| base.strip_prefix("$request.body.")) {
        Some(members) => {
            (base.strip_suffix(members).unwrap_or(base).trim_end_matches('.'), format!(".{members}{steps}"))
        }
        None => (base, steps.to_owned()),
    };
    let expression: Expression = base.parse().map_err(|_| format!("`{base}` is no runtime expression"))?;
    if steps.is_empty() {
        return Ok(expression);
    }
    inside(expression, &steps).ok_or_else(|| format!("`{steps}` leads nowhere in `{base}`"))
}

fn inside(mut expression: Expression, steps: &str) -> Option<Expression> {
    use crate::contract::Location;
    let place = match &mut expression {
        Expression::ResponseBody(pointer) | Expression::Request(Location::Body(pointer)) => pointer,
        Expression::Input(named) | Expression::Output(named) => &mut named.pointer,
        Expression::StepOutput { output, .. } | Expression::WorkflowOutput { output, .. } => &mut output.pointer,
        Expression::WorkflowInput { input, .. } => &mut input.pointer,
        _ => return None,
    };
    for step in steps.split(['.', '[']).skip(1) {
        let step = step.trim_end_matches(']');
        *place = pointer::child(place, if step.is_empty() { return None } else { step });
    }
    Some(expression)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compare(text: &str) -> (Operand, Comparison, Operand) {
        match parse(text) {
            Ok(Condition::Compare { left, comparison, right }) => (left, comparison, right),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_comparison_has_two_sides() {
        let (left, comparison, right) = compare("$statusCode == 200");
        assert_eq!(left, Operand::Expression(Expression::StatusCode));
        assert_eq!(comparison, Comparison::Equal);
        assert_eq!(right, Operand::Literal(json!(200)));
        assert_eq!(compare("$response.body#/state != 'it''s'").2, Operand::Literal(json!("it's")));
        assert_eq!(compare("$statusCode<=299").1, Comparison::LessOrEqual);
        assert_eq!(compare("$response.body#/x == null").2, Operand::Literal(Value::Null));
    }

    #[test]
    fn and_binds_closer_than_or() {
        let condition = parse("$statusCode == 200 || $statusCode == 201 && !($inputs.a == 'x' || $inputs.b)").unwrap();
        let Condition::Any(parts) = condition else { panic!("{condition:?}") };
        let [Condition::Compare { .. }, Condition::All(all)] = parts.as_slice() else { panic!("{parts:?}") };
        assert!(
            matches!(all.as_slice(), [Condition::Compare { .. }, Condition::Not(not)] if matches!(**not, Condition::Any(_)))
        );
    }

    #[test]
    fn indices_and_members_lead_into_a_value() {
        let of = |text: &str| match parse(text) {
            Ok(Condition::Holds(Operand::Expression(expression))) => expression.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(of("$response.body.pets[0].id"), "$response.body#/pets/0/id");
        assert_eq!(of("$steps.find.outputs.pets[1]"), "$steps.find.outputs.pets#/1");
    }

    #[test]
    fn what_is_no_condition_is_refused_in_words() {
        let says = |text: &str| parse(text).unwrap_err();
        let deep = format!("{}$url", "(".repeat(40));
        let texts =
            ["", "x == y", "$statusCode == ", "($url", "$url 'x'", "'open", "$answer == 1", "$url[0] == 1", &deep];
        insta::assert_snapshot!(texts.map(says).join("\n"));
    }
}
