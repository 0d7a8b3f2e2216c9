//! Plain text that arrives in pieces: its encoding, its times, and whether it looks like another
//! framing that was sent as text.

use std::time::Duration;

use memchr::memmem;

use super::ai_data_v4::split_code;
use super::marks::{MarkKind, Marks};
use super::parts::{Part, Splitter};
use super::utf8::mark_invalid;

/// How much of a text is kept to see whether the whole of it is one document.
const DOCUMENT_LIMIT: usize = 64 * 1024;

/// What a plain text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextFacts {
    /// Length in bytes.
    pub bytes: usize,
    /// How many pieces that are not empty it came in.
    pub pieces: usize,
    /// Arrival of the first byte.
    pub first_at: Option<Duration>,
    /// Arrival of the last byte.
    pub last_at: Option<Duration>,
    /// Whether there is nothing but white space.
    pub blank: bool,
    /// What is remarkable, and where.
    pub marks: Marks,
    /// The framing that it looks like.
    pub looks_like: Option<LooksLike>,
}

/// A framing inside what should be plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LooksLike {
    /// It begins with a field of server-sent events, and every block is made of them.
    Sse,
    /// The whole of it is a JSON object or array.
    Json,
    /// The whole of it is a JSON string with an escape in it, or several strings without anything between.
    JsonString,
    /// The whole of it is a page of HTML.
    Html,
    /// Two lines or more, and each is a JSON object.
    Ndjson,
    /// Every line is a `code:json` line of the AI SDK.
    AiDataV4,
}

/// Reads a text chunk by chunk.
#[derive(Debug)]
pub struct TextReader {
    splitter: Splitter,
    facts: TextFacts,
    lines: LineCounts,
    /// The first part of the text, for whoever asks whether it is one document.
    head: Vec<u8>,
}

impl Default for TextReader {
    fn default() -> Self {
        TextReader {
            splitter: Splitter::new(b'\n'),
            facts: TextFacts::default(),
            lines: LineCounts::default(),
            head: Vec::new(),
        }
    }
}

/// How many lines with anything in them have which form.
#[derive(Debug, Default)]
struct LineCounts {
    all: usize,
    fields: usize,
    data_fields: usize,
    objects: usize,
    codes: usize,
}

impl TextReader {
    /// Reads one chunk that arrived at `at`.
    pub fn push(&mut self, chunk: &[u8], at: Duration) {
        if chunk.is_empty() {
            return;
        }
        self.facts.pieces += 1;
        self.facts.first_at.get_or_insert(at);
        self.facts.last_at = Some(at);
        let room = (DOCUMENT_LIMIT + 1).saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        let TextReader { splitter, facts, lines, .. } = self;
        splitter.push(chunk, |part| read_line(&part, facts, lines));
    }

    /// Ends the text.
    pub fn finish(self) -> TextFacts {
        let TextReader { splitter, mut facts, mut lines, head } = self;
        facts.bytes = splitter.finish(|part| read_line(&part, &mut facts, &mut lines));
        facts.blank = lines.all == 0;
        facts.looks_like = lines.looks_like(&head);
        facts
    }
}

fn read_line(part: &Part<'_>, facts: &mut TextFacts, lines: &mut LineCounts) {
    mark_invalid(part.bytes, part.byte, 1, !part.ended, &mut facts.marks);
    mark_characters(part, &mut facts.marks);
    let line = part.bytes.trim_ascii_end();
    if line.is_empty() {
        return;
    }
    lines.all += 1;
    lines.data_fields += usize::from(line.starts_with(b"data:"));
    lines.fields +=
        usize::from([&b"data:"[..], b"event:", b"id:", b"retry:", b":"].iter().any(|f| line.starts_with(f)));
    lines.objects += usize::from(line.starts_with(b"{") && is_json(line));
    lines.codes += usize::from(split_code(line).is_some_and(|(_, rest)| is_json(rest)));
}

/// Marks what a client shows as nothing, as a box or as an escape sequence.
fn mark_characters(part: &Part<'_>, marks: &mut Marks) {
    let mut mark = |kind, at: usize| marks.add(kind, part.byte + at, 1, part.bytes.get(at..).unwrap_or_default());
    if part.byte == 0 && part.bytes.starts_with(b"\xef\xbb\xbf") {
        mark(MarkKind::LeadingBom, 0);
    }
    for (at, byte) in part.bytes.iter().enumerate() {
        match byte {
            0 => mark(MarkKind::Nul, at),
            // An LF ends the line; a CR may stand before it or alone.
            b'\t' | b'\r' => {}
            0x01..=0x1f | 0x7f => mark(MarkKind::Control, at),
            _ => {}
        }
    }
    memmem::find_iter(part.bytes, "\u{fffd}").for_each(|at| mark(MarkKind::Replacement, at));
}

impl LineCounts {
    fn looks_like(&self, head: &[u8]) -> Option<LooksLike> {
        let all = |count: usize| count > 0 && count == self.all;
        if all(self.fields) && self.data_fields > 0 {
            Some(LooksLike::Sse)
        } else if all(self.codes) {
            Some(LooksLike::AiDataV4)
        } else if all(self.objects) && self.all > 1 {
            Some(LooksLike::Ndjson)
        } else {
            document(head.trim_ascii()).filter(|_| head.len() <= DOCUMENT_LIMIT)
        }
    }
}

/// The document that the whole of a text is.
fn document(text: &[u8]) -> Option<LooksLike> {
    match text.first()? {
        b'{' | b'[' => is_json(text).then_some(LooksLike::Json),
        b'"' => are_json_strings(text).then_some(LooksLike::JsonString),
        b'<' => is_page(text).then_some(LooksLike::Html),
        _ => None,
    }
}

/// Whether a text is a string that went through an encoder, or several of them. A person who quotes
/// writes no escapes, and puts something between two quotations.
fn are_json_strings(text: &[u8]) -> bool {
    let mut strings = serde_json::Deserializer::from_slice(text).into_iter::<String>();
    let mut count = 0;
    let mut glued = true;
    loop {
        let start = strings.byte_offset();
        match strings.next() {
            None => return count > 0 && glued && (count > 1 || text.contains(&b'\\')),
            Some(Ok(_)) => glued &= text.get(start) == Some(&b'"'),
            Some(Err(_)) => return false,
        }
        count += 1;
    }
}

fn is_page(text: &[u8]) -> bool {
    let begins = |with: &[u8]| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let end = b"</html>";
    let ends = text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end));
    (begins(b"<!doctype html") || begins(b"<html")) && ends
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::MarkKind;

    fn read(chunks: &[&[u8]]) -> TextFacts {
        let mut reader = TextReader::default();
        for (at, chunk) in chunks.iter().enumerate() {
            reader.push(chunk, Duration::from_millis(at as u64));
        }
        reader.finish()
    }

    #[test]
    fn a_sequence_split_over_chunks_is_no_mark_and_an_invalid_one_is() {
        let facts = read(&[b"n\xc3", b"\xa9"]);
        assert_eq!((facts.marks.count(MarkKind::InvalidUtf8), facts.marks.count(MarkKind::TruncatedUtf8)), (0, 0));
        assert_eq!(read(&[b"n\xc3", b"x"]).marks.first(MarkKind::InvalidUtf8).map(|mark| mark.byte), Some(1));
        assert_eq!(read(&[b"n\xc3"]).marks.count(MarkKind::TruncatedUtf8), 1);
    }

    #[test]
    fn pieces_and_their_times_are_kept() {
        let facts = read(&[b"", b"a", b"b"]);
        assert_eq!((facts.bytes, facts.pieces, facts.blank), (2, 2, false));
        assert_eq!((facts.first_at, facts.last_at), (Some(Duration::from_millis(1)), Some(Duration::from_millis(2))));
        assert!(read(&[b" \n"]).blank);
        assert_eq!(read(&[]).first_at, None);
    }

    #[test]
    fn another_framing_sent_as_text_is_seen() {
        let looks_like = |text: &str| read(&[text.as_bytes()]).looks_like;
        assert_eq!(looks_like("data: Hello\n\ndata: world\n\n"), Some(LooksLike::Sse));
        assert_eq!(looks_like("{\n \"a\": 1\n}"), Some(LooksLike::Json));
        assert_eq!(looks_like("{\"a\":1}\n{\"a\":2}\n"), Some(LooksLike::Ndjson));
        assert_eq!(looks_like("0:\"Hi\"\nd:{}\n"), Some(LooksLike::AiDataV4));
    }

    #[test]
    fn a_whole_document_sent_as_text_is_seen() {
        let looks_like = |text: &str| read(&[text.as_bytes()]).looks_like;
        assert_eq!(looks_like("\"Two lines:\\nand a \\\"quote\\\"\""), Some(LooksLike::JsonString));
        assert_eq!(looks_like("\"Hel\"\"lo\""), Some(LooksLike::JsonString));
        assert_eq!(looks_like("<!DOCTYPE html>\n<html><body>502</body></html>\n"), Some(LooksLike::Html));
        assert_eq!(looks_like("<html lang=\"en\"></HTML>"), Some(LooksLike::Html));
    }

    #[test]
    fn a_quotation_or_a_snippet_is_plain_text() {
        let looks_like = |text: &str| read(&[text.as_bytes()]).looks_like;
        assert_eq!(looks_like("\"To be, or not to be\""), None);
        assert_eq!(looks_like("\"Yes\" \"No\""), None);
        assert_eq!(looks_like("\"Yes\", he said: \\n"), None);
        assert_eq!(looks_like("<html> is the element that holds all others"), None);
        assert_eq!(looks_like("Here you are:\n<!doctype html><html></html>"), None);
        assert_eq!(looks_like("</html>"), None);
    }

    #[test]
    fn characters_that_no_client_can_show_have_their_offset() {
        let first = |text: &str, kind| read(&[text.as_bytes()]).marks.first(kind).map(|mark| mark.byte);
        assert_eq!(first("a\nb\0", MarkKind::Nul), Some(3));
        assert_eq!(first("é\u{1b}[31m", MarkKind::Control), Some(2));
        assert_eq!(first("a\tb\r\nc\r", MarkKind::Control), None);
        assert_eq!(first("a\n\u{fffd}", MarkKind::Replacement), Some(2));
        assert_eq!(first("\u{feff}a", MarkKind::LeadingBom), Some(0));
        assert_eq!(first("a\n\u{feff}a", MarkKind::LeadingBom), None);
    }

    #[test]
    fn prose_about_a_framing_is_plain_text() {
        let looks_like = |text: &str| read(&[text.as_bytes()]).looks_like;
        assert_eq!(looks_like("An event looks like this:\ndata: Hello\n"), None);
        assert_eq!(looks_like("Send {\"a\": 1} as the body."), None);
        assert_eq!(looks_like("42"), None);
        assert_eq!(looks_like("[sic] he said"), None);
    }
}
