//! Values with runtime expressions in them.

use std::fmt;
use std::str::FromStr;

use crate::contract::{Expression, ExpressionError};

/// A text with runtime expressions in it, at least one. One expression alone keeps the type of its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template(pub Vec<Piece>);

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Said as it is.
    Text(String),
    /// Said by its value.
    Expression(Expression),
}

/// What a runtime expression begins with; any other text after a `$` is a text.
const ROOTS: [&str; 11] = [
    "url",
    "method",
    "statusCode",
    "request.",
    "response.",
    "inputs.",
    "outputs.",
    "steps.",
    "workflows.",
    "sourceDescriptions.",
    "components.",
];

impl Template {
    /// The expressions of a text; `None` where it has none.
    ///
    /// # Errors
    /// When something in it begins like an expression and is none.
    pub fn read(text: &str) -> Result<Option<Template>, ExpressionError> {
        if is_expression(text) {
            return text.parse().map(|expression| Some(Template(vec![Piece::Expression(expression)])));
        }
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some((before, after)) = rest.split_once("{$") {
            plain.push_str(before);
            let inner = after.split_once('}').filter(|_| ROOTS.iter().any(|root| after.starts_with(root)));
            let Some((inner, after)) = inner else {
                plain.push_str("{$");
                rest = after;
                continue;
            };
            pieces.extend((!plain.is_empty()).then(|| Piece::Text(std::mem::take(&mut plain))));
            pieces.push(Piece::Expression(format!("${inner}").parse()?));
            rest = after;
        }
        plain.push_str(rest);
        if pieces.is_empty() {
            return Ok(None);
        }
        pieces.extend((!plain.is_empty()).then_some(Piece::Text(plain)));
        Ok(Some(Template(pieces)))
    }

    /// The expression, where it is one alone.
    pub fn alone(&self) -> Option<&Expression> {
        match self.0.as_slice() {
            [Piece::Expression(expression)] => Some(expression),
            _ => None,
        }
    }

    /// Its expressions, from left to right.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Expression(expression) => Some(expression),
            Piece::Text(_) => None,
        })
    }
}

impl FromStr for Template {
    type Err = ExpressionError;

    /// A text without expressions stands for itself.
    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        Ok(Template::read(text)?.unwrap_or_else(|| Template(vec![Piece::Text(text.to_owned())])))
    }
}

fn is_expression(text: &str) -> bool {
    let begins = |root: &str| match text.strip_prefix('$').and_then(|rest| rest.strip_prefix(root)) {
        Some(rest) => root.ends_with('.') || rest.is_empty(),
        None => false,
    };
    ROOTS.iter().any(|root| begins(root))
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(expression) = self.alone() {
            return write!(f, "{expression}");
        }
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Expression(expression) => write!(f, "{{{expression}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Template> {
        Template::read(text).unwrap()
    }

    #[test]
    fn an_expression_stands_alone_or_inside_a_text() {
        assert!(read("$inputs.user").unwrap().alone().is_some());
        assert!(read("{$inputs.user}").unwrap().alone().is_some());
        let template = read("Bearer {$steps.login.outputs.token}, {$inputs.user}").unwrap();
        assert_eq!(template.expressions().count(), 2);
        assert_eq!(template.to_string(), "Bearer {$steps.login.outputs.token}, {$inputs.user}");
    }

    #[test]
    fn a_price_is_no_expression() {
        for text in ["$50", "under $50?", "{$5}", "{$inputs.open", "$urls", "plain"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_begins_like_an_expression_and_is_none_is_refused() {
        for text in ["$steps.login", "x {$response.path.id}"] {
            assert!(Template::read(text).is_err(), "{text}");
        }
    }
}
