//! YAML into the tree, from the parser's events: no recursion, and every alias is paid for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;
use saphyr::Scalar;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::Number;

use super::lines::Lines;
use super::node::{Data, Member, Node};
use super::{Fault, MAX_DEPTH, Parsed, byte_order_mark, no_number, too_deep};

/// How many values aliases may repeat in all; more is an attack, or a mistake.
const MAX_ALIASED: usize = 200_000;

/// How many lines inside brackets that stand too far left are taken.
const MAX_JOINED: usize = 200;

/// Reads the first document of a YAML text.
///
/// YAML 1.2 (section 7.4) wants lines inside brackets deeper than the key that they belong to, the
/// closing bracket among them. Other readers take them on any column, and documents are written so:
/// here they are taken, and said.
pub(super) fn parse(text: &str, lines: &Lines) -> Result<Parsed, Fault> {
    let mut text = Cow::Borrowed(text);
    let mut joined = Vec::new();
    loop {
        let fault = match first_document(&text, lines) {
            Ok(mut parsed) => {
                parsed.faults.extend(joined);
                return Ok(parsed);
            }
            Err(fault) => fault,
        };
        let Some(better) = joined_line(&text, &fault).filter(|_| joined.len() < MAX_JOINED) else {
            return Err(fault);
        };
        let help = "indent it deeper than the key that it belongs to";
        joined.push(Fault::new(
            "not every reader of YAML takes a line inside brackets on this column",
            help,
            fault.span,
        ));
        text = Cow::Owned(better);
    }
}

/// The text with the line break before a misplaced line blanked out, every byte where it was.
fn joined_line(text: &str, fault: &Fault) -> Option<String> {
    let at = fault.span.start;
    let closes = text.as_bytes().get(at).is_some_and(|byte| matches!(byte, b'}' | b']'));
    let misplaced = fault.message.ends_with("invalid indentation in flow construct")
        || (closes && fault.message.ends_with("invalid indentation"));
    let before = text.get(..at).filter(|_| misplaced)?;
    let kept = before.trim_end_matches([' ', '\n', '\r']).len();
    let blank = before.get(kept..).filter(|blank| blank.contains('\n'))?.len();
    Some(format!("{}{}{}", &before[..kept], " ".repeat(blank), &text[at..]))
}

fn first_document(text: &str, lines: &Lines) -> Result<Parsed, Fault> {
    let mark = byte_order_mark(text);
    let mut builder = Builder::new(lines, mark);
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(&text[mark..]);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| builder.syntax(&error))?;
        let span = builder.bytes(span);
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if builder.root.is_some() => {
                let help = "one file holds one document: remove `---` and what follows";
                builder.faults.push(Fault::new("a second document begins here and is not read", help, span));
                break;
            }
            event => builder.take(event, span)?,
        }
    }
    let root = builder.root.ok_or_else(|| Fault::new("the file holds no value", "a document is one mapping", 0..0))?;
    Ok(Parsed { root, faults: builder.faults })
}

/// A collection that is still open.
struct Open {
    anchor: usize,
    start: usize,
    size: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { members: IndexMap<String, Member>, key: Option<(String, Range<usize>)>, merged: Vec<Node> },
}

struct Builder<'a> {
    lines: &'a Lines,
    mark: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize, usize)>,
    aliased: usize,
    root: Option<Node>,
    faults: Vec<Fault>,
}

impl<'a> Builder<'a> {
    fn new(lines: &'a Lines, mark: usize) -> Self {
        let mark = usize::from(mark > 0);
        Builder { lines, mark, open: Vec::new(), anchors: HashMap::new(), aliased: 0, root: None, faults: Vec::new() }
    }

    /// The parser counts characters.
    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.lines.byte_of_character(span.start.index() + self.mark);
        start..self.lines.byte_of_character(span.end.index() + self.mark).max(start)
    }

    fn syntax(&self, error: &ScanError) -> Fault {
        let at = self.bytes(Span::empty(*error.marker()));
        if error.info() == "recursion limit exceeded" {
            return too_deep(at);
        }
        let help = "look at the indentation, quotes and brackets before it";
        Fault::new(format!("this is not YAML: {}", error.info()), help, at)
    }

    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_ref(), span),
            Event::SequenceStart(anchor, _) => self.begin(anchor, span, Content::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let content = Content::Mapping { members: IndexMap::new(), key: None, merged: Vec::new() };
                self.begin(anchor, span, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, span: Range<usize>, content: Content) -> Result<(), Fault> {
        if self.awaits_key() {
            return Err(Fault::new("a key must be a scalar", "write the key as plain text", span));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { anchor, start: span.start, size: 1, content });
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let end = trim_end(self.lines.text(), open.start, span.end);
        let data = match open.content {
            Content::Sequence(items) => Data::Array(items),
            Content::Mapping { members, merged, .. } => Data::Object(merge(members, merged)),
        };
        self.value(Node { data, span: open.start..end }, open.anchor, open.size)
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Cow<'_, Tag>>,
        span: Range<usize>,
    ) -> Result<(), Fault> {
        if self.awaits_key() {
            return self.key(text.into_owned(), span);
        }
        let data = resolve(&text, style, tag).unwrap_or_else(|| {
            self.faults.push(no_number(&text, span.clone()));
            Data::String(text.into_owned())
        });
        self.value(Node { data, span }, anchor, 1)
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Fault> {
        let Some((node, size, depth)) = self.anchors.get(&anchor) else {
            return Err(Fault::new("this alias names no anchor before it", "an anchor is written `&name`", span));
        };
        let (size, depth) = (*size, *depth);
        self.aliased += size;
        if self.aliased > MAX_ALIASED {
            return Err(Fault::new(
                format!("the aliases of this file repeat more than {MAX_ALIASED} values"),
                "use `$ref` for what is used often",
                span,
            ));
        }
        if self.open.len() + depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        if self.awaits_key() {
            let text = node.as_str().map(str::to_owned);
            let text = text.ok_or_else(|| Fault::new("a key must be a scalar", "write the key out", span.clone()))?;
            return self.key(text, span);
        }
        let node = node.clone();
        self.value(node, 0, size)
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Mapping { key: None, .. }, .. }))
    }

    /// A key is its text: `200` and `"200"` are the same key.
    fn key(&mut self, text: String, span: Range<usize>) -> Result<(), Fault> {
        if let Some(Open { content: Content::Mapping { key, .. }, .. }) = self.open.last_mut() {
            *key = Some((text, span));
        }
        Ok(())
    }

    fn value(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fault> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size, node.depth()));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += size;
        match &mut open.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping { members, key, merged } => {
                let Some((key, span)) = key.take() else { return Ok(()) };
                if key == "<<" && matches!(node.data, Data::Object(_) | Data::Array(_)) {
                    merged.push(node);
                    return Ok(());
                }
                if let Some(first) = members.get(&key) {
                    self.faults.push(Fault::repeated_key(&key, &first.key, self.lines, span.clone()));
                }
                members.insert(key, Member { key: span, value: node });
            }
        }
        Ok(())
    }
}

/// YAML 1.1's `<<`: what the mapping does not say itself comes from those it merges.
fn merge(mut members: IndexMap<String, Member>, merged: Vec<Node>) -> IndexMap<String, Member> {
    for node in merged {
        let sources = match node.data {
            Data::Object(more) => vec![more],
            Data::Array(items) => items
                .into_iter()
                .filter_map(|item| match item.data {
                    Data::Object(more) => Some(more),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        for (key, member) in sources.into_iter().flatten() {
            members.entry(key).or_insert(member);
        }
    }
    members
}

/// A block collection ends where the next token begins; what is meant ends with its last text.
fn trim_end(text: &str, start: usize, end: usize) -> usize {
    text.get(start..end).map_or(end, |part| start + part.trim_end().len())
}

/// The value of a scalar by the core schema of YAML 1.2 (section 10.3); `None` where it is a number that JSON does
/// not have. A tag that nobody knows, or that does not fit, leaves the text.
fn resolve(text: &str, style: ScalarStyle, tag: Option<&Cow<'_, Tag>>) -> Option<Data> {
    let scalar = Scalar::parse_from_cow_and_metadata(Cow::Borrowed(text), style, tag);
    Some(match scalar.unwrap_or_else(|| Scalar::String(text.into())) {
        Scalar::Null => Data::Null,
        Scalar::Boolean(value) => Data::Bool(value),
        Scalar::Integer(value) => Data::Number(value.into()),
        Scalar::FloatingPoint(value) => Data::Number(match text.parse::<u64>() {
            Ok(whole) => whole.into(),
            Err(_) => Number::from_f64(value.into())?,
        }),
        Scalar::String(text) => Data::String(text.into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Parsed, Fault> {
        parse(text, &Lines::new(text.to_owned()))
    }

    #[test]
    fn every_value_knows_its_bytes_behind_wide_characters_and_line_ends() {
        for text in [
            "é: 😀\r\nb:\r\n  - x: ünï\r\n    y: [1, 2]\r\nc: 1\r\n",
            "\u{feff}é: 😀\nb:\n  - x: ünï\n    y: [1, 2]\nc: 1\n",
        ] {
            let parsed = read(text).unwrap();
            let item = &parsed.root.get("b").unwrap().as_array().unwrap()[0];
            assert_eq!(&text[item.get("x").unwrap().span.clone()], "ünï");
            assert_eq!(&text[item.as_object().unwrap()["y"].key.clone()], "y");
            assert!(text[item.span.clone()].ends_with("2]"), "{:?}", &text[item.span.clone()]);
        }
    }

    #[test]
    fn scalars_follow_the_core_schema_and_keys_are_their_text() {
        let text = "200: yes\n'201': no\ntrue: True\nn: ~\ne:\nf: 1.50\nv: 3.0.0\nd: 2020-01-01\nu: 18446744073709551615\ns: !!str 5\n";
        let expected = json!({"200": "yes", "201": "no", "true": true, "n": null, "e": null, "f": 1.5, "v": "3.0.0",
            "d": "2020-01-01", "u": u64::MAX, "s": "5"});
        assert_eq!(read(text).unwrap().root.to_value(), expected);
    }

    #[test]
    fn aliases_repeat_and_merge_keys_fill_in() {
        let text = "a: &a {x: 1, y: 2}\nb: *a\nc:\n  <<: *a\n  y: 3\n";
        let expected = json!({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"y": 3, "x": 1}});
        assert_eq!(read(text).unwrap().root.to_value(), expected);
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let before = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", "));
        }
        assert_eq!(read(&text).unwrap_err().message, "the aliases of this file repeat more than 200000 values");
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let flow = "[".repeat(50_000);
        let block = (0..1_000).map(|level| " ".repeat(level) + "a:\n").collect::<String>();
        for text in [flow, block] {
            assert!(read(&text).is_err());
        }
    }

    #[test]
    fn a_syntax_error_has_its_place_and_a_repeated_key_both() {
        let fault = read("a: 1\nb: [1,\nc: 2\n").unwrap_err();
        assert!(fault.message.starts_with("this is not YAML: "), "{}", fault.message);
        assert!(fault.span.start >= 5, "{:?}", fault.span);
        let parsed = read("a: 1\nb: 2\na: 3\n").unwrap();
        assert_eq!(parsed.faults[0].help.as_deref(), Some("the one before it is on line 1: keep one of them"));
        assert_eq!(parsed.faults[0].span, 10..11);
    }

    #[test]
    fn lines_inside_brackets_on_the_column_of_their_key_are_taken_and_said() {
        let text = "a:\n  é:\n    x: {\n      'b': [1,\n    2]\n    }\n  c: 1\n";
        let parsed = read(text).unwrap();
        assert_eq!(parsed.root.to_value(), json!({"a": {"é": {"x": {"b": [1, 2]}}, "c": 1}}));
        assert_eq!(&text[parsed.root.get("a").unwrap().as_object().unwrap()["c"].key.clone()], "c");
        assert_eq!(parsed.faults.len(), 1);
        assert!(read("a:\n  b: { # }\n  }\n").is_err());
    }

    #[test]
    fn a_number_that_json_does_not_have_is_said_and_read_as_its_text() {
        let parsed = read("a: .nan\nb: -.INF\nc: 1e400\nd: !!binary aGk=\n").unwrap();
        assert_eq!(parsed.root.to_value(), json!({"a": ".nan", "b": "-.INF", "c": "1e400", "d": "aGk="}));
        assert_eq!(parsed.faults.iter().map(|fault| fault.span.start).collect::<Vec<_>>(), [3, 11, 20]);
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        assert!(read("? [a]\n: 1\n").is_err());
        assert!(read("a: *nowhere\n").is_err());
    }
}
