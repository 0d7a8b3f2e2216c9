//! Text from elsewhere made safe for people's eyes.
//!
//! A target decides what stands in its bodies, headers and messages. None of it may move the cursor,
//! colour the screen, set a window's title or turn the direction of text, and every byte that cannot
//! be seen must be seen. So whatever is not plainly printable is written as an escape.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::send::is_plain;

/// A part of a text as it is shown: one character, or one byte that is no UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// The bytes it stands for.
    pub bytes: Range<usize>,
    /// What is shown.
    pub text: String,
    /// Whether an escape is shown in place of the character.
    pub escaped: bool,
    /// Columns that it takes on a terminal.
    pub columns: usize,
}

impl Glyph {
    fn of_char(at: usize, char: char) -> Self {
        let bytes = at..at + char.len_utf8();
        if is_plain(char) {
            return Glyph { bytes, text: char.to_string(), escaped: false, columns: char.width().unwrap_or(0) };
        }
        Glyph::escape(bytes, char.escape_debug().to_string())
    }

    fn of_byte(at: usize, byte: u8) -> Self {
        Glyph::escape(at..at + 1, format!("\\x{byte:02x}"))
    }

    fn escape(bytes: Range<usize>, text: String) -> Self {
        Glyph { bytes, columns: text.len(), text, escaped: true }
    }

    /// The same glyph of a text that begins `by` bytes earlier.
    pub fn moved(self, by: usize) -> Self {
        Glyph { bytes: self.bytes.start + by..self.bytes.end + by, ..self }
    }
}

/// The bytes as they are shown, from the first to the last. Offsets count from the start of `bytes`.
pub fn glyphs(bytes: &[u8]) -> impl Iterator<Item = Glyph> {
    let mut at = 0;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let start = at;
        let broken = start + chunk.valid().len();
        at = broken + chunk.invalid().len();
        let valid = chunk.valid().char_indices().map(move |(offset, char)| Glyph::of_char(start + offset, char));
        let invalid = chunk.invalid().iter().enumerate();
        valid.chain(invalid.map(move |(offset, byte)| Glyph::of_byte(broken + offset, *byte)))
    })
}

/// The text on one line, unprintable characters as escapes.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(glyphs(text.as_bytes()).map(|glyph| glyph.text).collect())
}

/// The text on one line, cut after `most` columns with a word on what is left out.
pub fn clipped(text: &str, most: usize) -> String {
    bytes_clipped(text.as_bytes(), most)
}

/// The text on one line of at most `most` columns, `…` where it was cut.
pub fn fitted(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut columns = 0;
    let mut glyphs = glyphs(text.as_bytes()).peekable();
    while let Some(glyph) = glyphs.next() {
        columns += glyph.columns;
        // The last column is kept for the sign that there is more.
        if columns > most || (columns == most && glyphs.peek().is_some()) {
            return shown + "…";
        }
        shown.push_str(&glyph.text);
    }
    shown
}

/// The bytes on one line, cut after `most` columns with a word on what is left out.
pub fn bytes_clipped(bytes: &[u8], most: usize) -> String {
    let mut shown = String::new();
    let mut columns = 0;
    for glyph in glyphs(bytes) {
        columns += glyph.columns;
        if columns > most {
            let left = bytes.len() - glyph.bytes.start;
            return format!("{shown}… ({left} bytes more)");
        }
        shown.push_str(&glyph.text);
    }
    shown
}

/// Lines of text with what is not plainly printable as escapes; line ends stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|char| is_plain(char) || char == '\n') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(self::text).collect::<Vec<_>>().join("\n"))
}

/// JSON text with what is not plainly printable in its strings as JSON's own escapes. It means the same.
pub fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if is_plain(char) || char == '\n' {
            safe.push(char);
        } else {
            safe.extend(char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        let plain = r#"{"año": "¿qué tal?", "path": 'C:\x', "emoji": "🙂"}"#;
        assert_eq!(text(plain), Cow::Borrowed(plain));
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(text("\u{1b}[31mred\u{7}"), r"\u{1b}[31mred\u{7}");
        assert_eq!(text("\u{1b}]0;title\u{9c}"), r"\u{1b}]0;title\u{9c}");
        assert_eq!(text("a\r\nb\tc\u{7f}\0"), r"a\r\nb\tc\u{7f}\0");
    }

    #[test]
    fn what_turns_or_hides_text_is_escaped() {
        assert_eq!(
            text("\u{202e}evil\u{2066}\u{200b}\u{feff}\u{2028}"),
            r"\u{202e}evil\u{2066}\u{200b}\u{feff}\u{2028}"
        );
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a\nb\n"), Cow::Borrowed("a\nb\n"));
        assert_eq!(lines("a\r\n\u{202e}\n"), "a\\r\n\\u{202e}\n");
    }

    #[test]
    fn bytes_that_are_no_utf_8_keep_their_offsets() {
        let shown: Vec<_> = glyphs(b"\xc3\xa9\xff\n").map(|glyph| (glyph.bytes, glyph.text)).collect();
        assert_eq!(shown, [(0..2, "é".to_owned()), (2..3, r"\xff".to_owned()), (3..4, r"\n".to_owned())]);
    }

    #[test]
    fn json_with_escapes_means_the_same() {
        let value = serde_json::json!({ "año\u{9b}": "\u{202e}🙂\u{e0001}\u{1b}\u{7f}\n\"\\'" });
        let safe = json(&serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(safe, "{\n  \"año\\u009b\": \"\\u202e🙂\\udb40\\udc01\\u001b\\u007f\\n\\\"\\\\'\"\n}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(clipped("abcdef", 6), "abcdef");
        assert_eq!(clipped("abcdefgh", 6), "abcdef… (2 bytes more)");
        assert_eq!(clipped("ab\n\n", 3), "ab… (2 bytes more)");
    }
}
