//! JSON into the tree.

use std::ops::Range;

use indexmap::IndexMap;
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::lines::Lines;
use super::node::{Data, Member, Node};
use super::{Fault, MAX_DEPTH, Parsed, byte_order_mark};

/// RFC 8259 and nothing beside it.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a JSON text.
pub(super) fn parse(text: &str, lines: &Lines) -> Result<Parsed, Fault> {
    let mark = byte_order_mark(text);
    let result = parse_to_ast(&text[mark..], &CollectOptions::default(), &STRICT);
    let root = result.map_err(|error| syntax(&error, mark))?.value;
    let root = root.ok_or_else(|| Fault::new("the file holds no value", "a document is one JSON object", 0..0))?;
    let mut reader = Reader { lines, mark, faults: Vec::new() };
    let root = reader.node(root, 0)?;
    Ok(Parsed { root, faults: reader.faults })
}

fn syntax(error: &ParseError, mark: usize) -> Fault {
    let range = error.range();
    let message = error.kind().to_string();
    let message = message.trim_end_matches('.');
    Fault::new(
        format!("this is not JSON: {}", lower_first(message)),
        "strict JSON has no comments, no trailing commas and only double quotes",
        range.start + mark..range.end + mark,
    )
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

struct Reader<'a> {
    lines: &'a Lines,
    mark: usize,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn span(&self, part: &impl Ranged) -> Range<usize> {
        let range = part.range();
        range.start + self.mark..range.end + self.mark
    }

    fn node(&mut self, value: Value<'_>, depth: usize) -> Result<Node, Fault> {
        let span = self.span(&value);
        if depth > MAX_DEPTH {
            return Err(Fault::new(
                format!("values are nested deeper than {MAX_DEPTH} levels"),
                "move the inner ones behind a `$ref`",
                span,
            ));
        }
        let data = match value {
            Value::NullKeyword(_) => Data::Null,
            Value::BooleanLit(literal) => Data::Bool(literal.value),
            Value::StringLit(literal) => Data::String(literal.value.into_owned()),
            Value::NumberLit(literal) => Data::Number(literal.value.parse().map_err(|_| {
                Fault::new(
                    format!("the number {} is beyond what can be read", literal.value),
                    "numbers are 64 bits wide",
                    span.clone(),
                )
            })?),
            Value::Array(array) => Data::Array(
                array.elements.into_iter().map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>()?,
            ),
            Value::Object(object) => {
                let mut members: IndexMap<String, Member> = IndexMap::with_capacity(object.properties.len());
                for property in object.properties {
                    let key_span = self.span(&property.name);
                    let key = property.name.into_string();
                    let value = self.node(property.value, depth + 1)?;
                    if let Some(first) = members.get(&key) {
                        self.faults.push(Fault::repeated_key(&key, &first.key, self.lines, key_span.clone()));
                    }
                    members.insert(key, Member { key: key_span, value });
                }
                Data::Object(members)
            }
        };
        Ok(Node { data, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parsed, Fault> {
        parse(text, &Lines::new(text.to_owned()))
    }

    #[test]
    fn every_value_knows_its_bytes() {
        let text = "\u{feff}{\"é\": [1, {\"b\": null}]}";
        let parsed = read(text).unwrap();
        let inner = &parsed.root.get("é").unwrap().as_array().unwrap()[1];
        assert_eq!(&text[inner.span.clone()], "{\"b\": null}");
        assert_eq!(&text[inner.as_object().unwrap()["b"].key.clone()], "\"b\"");
    }

    #[test]
    fn only_strict_json_is_json() {
        for text in ["{\"a\": 1,}", "{'a': 1}", "{\"a\": 1} // x", "{a: 1}", "{\"a\": 0x1}", "[1 2]", "{\"a\": 1e999}"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_given_twice_is_said_and_the_last_counts() {
        let parsed = read("{\"a\": 1,\n \"a\": 2}").unwrap();
        assert_eq!(parsed.root.to_value(), serde_json::json!({"a": 2}));
        assert_eq!(parsed.faults[0].message, "the key `a` stands here a second time; only this one counts");
        assert_eq!(parsed.faults[0].span, 10..13);
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        for depth in [MAX_DEPTH + 2, 100_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert!(read(&text).is_err());
        }
    }
}
