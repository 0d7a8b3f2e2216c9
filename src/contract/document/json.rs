//! JSON into the tree.

use std::ops::Range;

use indexmap::IndexMap;
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::lines::Lines;
use super::node::{Data, Member, Node};
use super::{Fault, MAX_DEPTH, Parsed, byte_order_mark, no_number, too_deep};

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
    let span = error.range().start + mark..error.range().end + mark;
    let message = error.kind().to_string();
    let message = format!("this is not JSON: {}", lower_first(message.trim_end_matches('.')));
    let help = match error.kind() {
        ParseErrorKind::NestingDepthExceeded => return too_deep(span),
        ParseErrorKind::String(_) => "escapes are those of RFC 8259 section 7",
        ParseErrorKind::MultipleRootJsonValues => "a file holds one value",
        ParseErrorKind::UnexpectedWord | ParseErrorKind::UnexpectedToken if span.start == mark => {
            "give the file a name in .yaml where it is YAML"
        }
        _ => "strict JSON has no comments, no trailing commas and only double quotes",
    };
    Fault::new(message, help, span)
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
            return Err(too_deep(span));
        }
        let data = match value {
            Value::NullKeyword(_) => Data::Null,
            Value::BooleanLit(literal) => Data::Bool(literal.value),
            Value::StringLit(literal) => Data::String(literal.value.into_owned()),
            Value::NumberLit(literal) => literal.value.parse().map(Data::Number).unwrap_or_else(|_| {
                self.faults.push(no_number(literal.value, span.clone()));
                Data::String(literal.value.to_owned())
            }),
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
        for text in ["{\"a\": 1,}", "{'a': 1}", "{\"a\": 1} // x", "{a: 1}", "{\"a\": 0x1}", "[1 2]"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_all_others_is_said_and_costs_itself_alone() {
        let parsed = read("{\"a\": 1e999, \"b\": 12345678901234567890123}").unwrap();
        assert_eq!(parsed.root.to_value(), serde_json::json!({"a": "1e999", "b": 12345678901234567890123_f64}));
        assert_eq!((parsed.faults.len(), parsed.faults[0].span.clone()), (1, 6..11));
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
