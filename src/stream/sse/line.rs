//! What one line of an event stream is (WHATWG HTML 9.2.6).

use memchr::memchr;

use crate::stream::{AI_DATA_V4_CODES, MarkKind};

pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The fields that the standard knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Data,
    Event,
    Id,
    Retry,
}

impl Field {
    const NAMES: [(&'static [u8], Field); 4] =
        [(b"data", Field::Data), (b"event", Field::Event), (b"id", Field::Id), (b"retry", Field::Retry)];

    fn named(name: &[u8]) -> Option<Field> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    fn resembles(name: &[u8]) -> bool {
        Self::NAMES.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

/// How a value is set off from its colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    /// One space, or no value.
    Usual,
    /// No space.
    Missing,
    /// A further space, which belongs to the value.
    Extra,
}

/// One line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Blank,
    Comment,
    Field {
        field: Field,
        value: &'a [u8],
        spacing: Spacing,
    },
    /// A line that every client ignores, and what it probably was meant to be.
    Ignored(MarkKind),
}

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a [u8]) -> Self {
        let colon = memchr(b':', line);
        let (name, value) = match colon {
            None if line.is_empty() => return Line::Blank,
            Some(0) => return Line::Comment,
            None => (line, None),
            Some(colon) => (&line[..colon], Some(&line[colon + 1..])),
        };
        match Field::named(name) {
            Some(field) => Self::field(field, value.unwrap_or_default()),
            None => Line::Ignored(explain(name, value)),
        }
    }

    fn field(field: Field, value: &'a [u8]) -> Self {
        let (value, spacing) = match value {
            [b' ', value @ ..] if value.first() == Some(&b' ') => (value, Spacing::Extra),
            [b' ', value @ ..] => (value, Spacing::Usual),
            [] => (value, Spacing::Usual),
            _ => (value, Spacing::Missing),
        };
        Line::Field { field, value, spacing }
    }
}

/// Why a line without a known name is ignored.
fn explain(name: &[u8], value: Option<&[u8]>) -> MarkKind {
    let trimmed = name.trim_ascii_end();
    if name.starts_with(BOM) {
        MarkKind::LaterBom
    } else if name[0].is_ascii_whitespace() || (trimmed.len() < name.len() && Field::resembles(trimmed)) {
        MarkKind::FieldSpace
    } else if Field::resembles(name) {
        MarkKind::FieldCase
    } else if value.is_none_or(|value| holds_payload(name, value)) {
        MarkKind::PayloadWithoutField
    } else {
        MarkKind::UnknownField
    }
}

/// Whether a line with an unknown name is evidently payload: JSON whose first colon is its own, or a part
/// of an AI SDK v4 data stream.
fn holds_payload(name: &[u8], value: &[u8]) -> bool {
    let opens = |byte: &u8| matches!(byte, b'{' | b'[' | b'"');
    let is_code = AI_DATA_V4_CODES.iter().any(|(code, _)| code.as_bytes() == name);
    name.iter().any(opens) || (is_code && value.first().is_some_and(opens))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(line: &str) -> (Field, &[u8], Spacing) {
        match Line::read(line.as_bytes()) {
            Line::Field { field, value, spacing } => (field, value, spacing),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn one_space_after_the_first_colon_goes() {
        assert_eq!(field("data: a: b"), (Field::Data, &b"a: b"[..], Spacing::Usual));
        assert_eq!(field("data:a"), (Field::Data, &b"a"[..], Spacing::Missing));
        assert_eq!(field("data:  a"), (Field::Data, &b" a"[..], Spacing::Extra));
        assert_eq!(field("data"), (Field::Data, &b""[..], Spacing::Usual));
        assert_eq!(field("data: "), (Field::Data, &b""[..], Spacing::Usual));
    }

    #[test]
    fn a_line_that_is_ignored_is_explained() {
        for (line, kind) in [
            ("Data: x", MarkKind::FieldCase),
            ("ID", MarkKind::FieldCase),
            ("data : x", MarkKind::FieldSpace),
            (" data: x", MarkKind::FieldSpace),
            ("\t\"a\": 1", MarkKind::FieldSpace),
            ("{\"a\": 1}", MarkKind::PayloadWithoutField),
            ("[DONE]", MarkKind::PayloadWithoutField),
            ("hello world", MarkKind::PayloadWithoutField),
            ("data {\"type\": \"text\"}", MarkKind::PayloadWithoutField),
            ("0:\"text\"", MarkKind::PayloadWithoutField),
            ("0: bar", MarkKind::UnknownField),
            ("foo: bar", MarkKind::UnknownField),
            ("\u{feff}data: x", MarkKind::LaterBom),
        ] {
            assert_eq!(Line::read(line.as_bytes()), Line::Ignored(kind), "{line}");
        }
    }

    #[test]
    fn a_comment_begins_with_a_colon() {
        assert_eq!(Line::read(b":"), Line::Comment);
        assert_eq!(Line::read(b": data: x"), Line::Comment);
        assert_eq!(Line::read(b""), Line::Blank);
    }
}
