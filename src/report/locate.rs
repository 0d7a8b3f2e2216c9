//! The bytes of a body that a finding points at.

use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::judge::At;

/// Beyond this JSON is not parsed only to underline a part of it.
const LARGEST_PARSED: usize = 1 << 20;

/// The bytes that a finding points at, or `None` where it names no place in the body.
///
/// A JSON Pointer is the finest word there is, so it wins where the JSON around it can be found.
pub fn locate(body: &[u8], at: &At) -> Option<Range<usize>> {
    let start = at.byte.map(|byte| byte.min(body.len())).or_else(|| nth_event(body, at.event?));
    let pointed = at.pointer.as_deref().and_then(|pointer| match start {
        Some(start) => json_lines(body, start).find_map(|line| member(body, line, pointer)),
        None => member(body, 0..body.len(), pointer),
    });
    pointed.or_else(|| start.map(|start| start..end_of_mark(body, start, at)))
}

/// Where the mark of something without a pointer ends: an event, or a line of one, is marked to the end of its first
/// line, anything else is a byte.
fn end_of_mark(body: &[u8], start: usize, at: &At) -> usize {
    let byte = (start + 1).min(body.len());
    if at.event.is_none() || line_start(body, start) != start {
        return byte;
    }
    let line = &body[start..line_end(body, start)];
    (start + line.trim_ascii_end().len()).max(byte)
}

/// Start of the line that holds the byte. A line ends with CR LF, LF or CR.
pub fn line_start(body: &[u8], byte: usize) -> usize {
    let ends_before = |at: usize| match body[at - 1] {
        b'\n' => true,
        b'\r' => body.get(at) != Some(&b'\n'),
        _ => false,
    };
    (1..=byte.min(body.len())).rev().find(|at| ends_before(*at)).unwrap_or(0)
}

/// End of the line that begins at `start`, its line end included.
pub fn line_end(body: &[u8], start: usize) -> usize {
    let Some(offset) = body[start..].iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return body.len() };
    let end = start + offset;
    if body[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 }
}

/// The lines from `start` on, with their line ends.
fn lines(body: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = start;
    std::iter::from_fn(move || {
        let start = next;
        next = line_end(body, start);
        (start < body.len()).then_some(start..next)
    })
}

/// The parts of the event at `byte` that may be JSON: its lines, without a field name in front.
fn json_lines(body: &[u8], byte: usize) -> impl Iterator<Item = Range<usize>> {
    lines(body, line_start(body, byte)).take_while(|line| !is_blank(&body[line.clone()])).map(|line| {
        let skipped = if body[line.clone()].starts_with(b"data:") { "data:".len() } else { 0 };
        line.start + skipped..line.end
    })
}

/// Where the stream's event of that number begins: among server-sent events those with data count,
/// in a body of plain lines every line that is not blank.
fn nth_event(body: &[u8], number: usize) -> Option<usize> {
    let has_fields = lines(body, 0).any(|line| body[line].starts_with(b"data:"));
    let starts = |line: &Range<usize>| {
        let text = &body[line.clone()];
        if !has_fields {
            return !is_blank(text);
        }
        let continued = line.start > 0 && body[line_start(body, line.start - 1)..].starts_with(b"data:");
        text.starts_with(b"data:") && !continued
    };
    lines(body, 0).filter(starts).nth(number.checked_sub(1)?).map(|line| line.start)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The bytes of the value that the pointer names in the JSON text at `range`, or of the innermost
/// value around the one that is missing.
fn member(body: &[u8], range: Range<usize>, pointer: &str) -> Option<Range<usize>> {
    let text = Some(&body[range.clone()]).filter(|text| text.len() <= LARGEST_PARSED)?;
    let text = std::str::from_utf8(text).ok()?;
    let found = range_of(text, pointer).or_else(|| range_of(&without_surrogates(text), pointer))?;
    Some(range.start + found.start..range.start + found.end)
}

/// The value in the text; `None` where the text is no JSON.
fn range_of(text: &str, pointer: &str) -> Option<Range<usize>> {
    let root = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?.value?;
    let mut value = &root;
    for step in pointer.split('/').skip(1) {
        let Some(child) = child(value, &step.replace("~1", "/").replace("~0", "~")) else { break };
        value = child;
    }
    Some(value.start()..value.end())
}

/// The text with another character, of the same length, in place of every escape of a surrogate: one without its
/// other half is JSON to many, and not to the parser.
fn without_surrogates(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_surrogate = part.get(..2).is_some_and(|digits| {
            digits.starts_with(['d', 'D']) && digits.ends_with(|digit: char| digit.to_digit(16) >= Some(8))
        });
        let rest = part.get(4..).filter(|_| is_surrogate);
        replaced += &rest.map_or_else(|| format!("\\u{part}"), |rest| format!("\\ufffd{rest}"));
    }
    replaced
}

fn child<'a, 'b>(value: &'b Value<'a>, step: &str) -> Option<&'b Value<'a>> {
    match value {
        Value::Object(object) => object
            .properties
            .iter()
            .rev()
            .find(|property| property.name.as_str() == step)
            .map(|property| &property.value),
        Value::Array(array) => array.elements.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located<'a>(body: &'a str, at: &At) -> &'a str {
        &body[locate(body.as_bytes(), at).unwrap()]
    }

    fn pointer(pointer: &str) -> At {
        At { pointer: Some(pointer.to_owned()), ..At::default() }
    }

    #[test]
    fn a_pointer_finds_its_value() {
        let body = r#"{"a":{"b/c":[10,"twenty"]}}"#;
        assert_eq!(located(body, &pointer("/a/b~1c/1")), r#""twenty""#);
        assert_eq!(located(body, &pointer("")), body);
    }

    #[test]
    fn a_missing_member_points_at_the_object_that_lacks_it() {
        assert_eq!(located(r#"{"a":{"b":1}}"#, &pointer("/a/c")), r#"{"b":1}"#);
    }

    #[test]
    fn a_pointer_into_an_event_is_looked_up_in_its_data() {
        let body = "data: {\"n\":1}\n\nevent: x\ndata: {\"n\":2}\n\n";
        assert_eq!(located(body, &At { byte: Some(15), event: Some(2), ..pointer("/n") }), "2");
        assert_eq!(located(body, &At { event: Some(2), ..pointer("/n") }), "2");
    }

    #[test]
    fn an_event_without_a_byte_is_counted() {
        assert_eq!(located("{}\n\n[1]\n", &At { event: Some(2), ..At::default() }), "[1]");
        assert_eq!(locate(b"data: a\ndata: b\n\ndata: c\n", &At { event: Some(2), ..At::default() }), Some(17..24));
        assert_eq!(locate(b"{}\n", &At { event: Some(0), ..At::default() }), None);
    }

    #[test]
    fn an_event_is_marked_to_the_end_of_its_line_and_a_byte_in_it_alone() {
        let body = "data: 1\r\n\r\ndata: 2\r\n\r\n";
        assert_eq!(located(body, &At { byte: Some(11), event: Some(2), ..At::default() }), "data: 2");
        assert_eq!(located(body, &At { byte: Some(13), event: Some(2), ..At::default() }), "t");
        assert_eq!(located(body, &At { byte: Some(11), ..At::default() }), "d");
        assert_eq!(locate(b"\n\n", &At { byte: Some(1), event: Some(1), ..At::default() }), Some(1..2));
    }

    #[test]
    fn half_a_surrogate_pair_hides_no_other_value() {
        let body = r#"{"\ud83d\ude00":"\uD800","é":"\\ud800","n":1}"#;
        assert_eq!(located(body, &pointer("/n")), "1");
        assert_eq!(located(body, &pointer("/é")), r#""\\ud800""#);
        assert_eq!(without_surrogates(r"\ud8"), r"\ud8");
    }

    #[test]
    fn what_is_no_json_falls_back_to_the_byte() {
        assert_eq!(locate(b"data: {\"n\":\n\n", &At { byte: Some(6), ..pointer("/n") }), Some(6..7));
        assert_eq!(locate(b"abc", &At { byte: Some(99), ..At::default() }), Some(3..3));
        assert_eq!(locate(b"<html>", &pointer("/n")), None);
    }

    #[test]
    fn every_line_end_ends_a_line() {
        let body = b"a\r\nb\rc\nd";
        let starts: Vec<_> = (0..=body.len()).map(|at| line_start(body, at)).collect();
        assert_eq!(starts, [0, 0, 0, 3, 3, 5, 5, 7, 7]);
        assert_eq!([0, 3, 5, 7].map(|start| line_end(body, start)), [3, 5, 7, 8]);
    }
}
