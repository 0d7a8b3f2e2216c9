//! Marks: what is remarkable about the bytes of a stream, each with its place.
//!
//! All are counted, the first few of each kind are kept: a hostile stream cannot fill the memory.

/// How many marks of one kind are kept.
pub const KEPT: usize = 32;

/// Longest text of a mark, in bytes of the stream.
const EXCERPT: usize = 96;

/// What is remarkable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkKind {
    /// A byte order mark at the very start.
    LeadingBom,
    /// A byte order mark at the start of a later line or record.
    LaterBom,
    /// Bytes that are no UTF-8.
    InvalidUtf8,
    /// The body ends inside a UTF-8 sequence.
    TruncatedUtf8,
    /// U+0000 in a field.
    Nul,
    /// U+2028, U+2029, U+0085, U+000B or U+000C in a field.
    LineSeparator,
    /// A line of more than 64 KiB.
    LongLine,
    /// A field that the standard does not know.
    UnknownField,
    /// A known field in the wrong case.
    FieldCase,
    /// White space around a field name, or a line that continues the one before.
    FieldSpace,
    /// A line that is evidently payload.
    PayloadWithoutField,
    /// A `retry` that is not all digits.
    RetryNotDigits,
    /// An `id` with U+0000, which is ignored.
    IdWithNul,
    /// A block with an event type and no data: it is never delivered.
    EventWithoutData,
    /// A block with an id or a reconnection time alone.
    BlockWithoutData,
    /// A second `event` in one block.
    RepeatedEvent,
    /// A second `id` in one block.
    RepeatedId,
    /// No space after the colon.
    NoSpace,
    /// More than one space after the colon.
    ExtraSpace,
    /// A block with more than one `data` line.
    MultiLineData,
    /// A comment line.
    Comment,
    /// An empty line or record where each should hold a value.
    BlankRecord,
    /// A record that does not begin with its separator or code.
    BadRecord,
    /// A control character in plain text that is neither white space nor U+0000.
    Control,
    /// U+FFFD in plain text: some decoder before us met what it could not read.
    Replacement,
    /// The last record is not ended.
    UnendedRecord,
}

impl MarkKind {
    const COUNT: usize = MarkKind::UnendedRecord as usize + 1;
}

/// One remarkable place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Offset in the body, in bytes.
    pub byte: usize,
    /// Number of the item that it stands in, from 1.
    pub item: usize,
    /// The line or the bytes, escaped and cut.
    pub text: String,
}

/// The marks of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    kinds: [Seen; MarkKind::COUNT],
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    count: usize,
    first: Vec<Mark>,
}

impl Default for Marks {
    fn default() -> Self {
        Marks { kinds: std::array::from_fn(|_| Seen::default()) }
    }
}

impl Marks {
    /// How often something was seen.
    pub fn count(&self, kind: MarkKind) -> usize {
        self.kinds[kind as usize].count
    }

    /// The first of its kind.
    pub fn first(&self, kind: MarkKind) -> Option<&Mark> {
        self.kept(kind).first()
    }

    /// The first [`KEPT`] of its kind, in the order of the stream.
    pub fn kept(&self, kind: MarkKind) -> &[Mark] {
        &self.kinds[kind as usize].first
    }

    pub(super) fn add(&mut self, kind: MarkKind, byte: usize, item: usize, text: &[u8]) {
        let seen = &mut self.kinds[kind as usize];
        seen.count += 1;
        if seen.first.len() < KEPT {
            seen.first.push(Mark { byte, item, text: excerpt(text) });
        }
    }
}

/// Bytes as a person can read them: control characters and broken UTF-8 escaped, long text cut.
pub fn excerpt(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(EXCERPT)];
    let mut text = String::new();
    for chunk in shown.utf8_chunks() {
        chunk.valid().chars().for_each(|c| match c {
            // The escapes of JSON stay as they were sent.
            '"' | '\'' | '\\' => text.push(c),
            _ => text.extend(c.escape_debug()),
        });
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    if shown.len() < bytes.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_marks_are_counted_and_the_first_are_kept() {
        let mut marks = Marks::default();
        for byte in 0..KEPT + 10 {
            marks.add(MarkKind::Comment, byte, 1, b": hi");
        }
        assert_eq!(marks.count(MarkKind::Comment), KEPT + 10);
        assert_eq!(marks.kept(MarkKind::Comment).len(), KEPT);
        assert_eq!(marks.count(MarkKind::Nul), 0);
    }

    #[test]
    fn an_excerpt_shows_what_cannot_be_printed() {
        assert_eq!(excerpt(b"a\0\xff\n\"b\""), "a\\0\\xff\\n\"b\"");
        assert_eq!(excerpt(br#"{"text":"a\n\udc4d"}"#), r#"{"text":"a\n\udc4d"}"#);
        assert!(excerpt(&[b'x'; 200]).ends_with("x…"));
    }
}
