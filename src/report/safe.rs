//! Text from elsewhere made safe for people's eyes.
//!
//! A target decides what stands in its bodies, headers and messages. None of it may move the cursor,
//! colour the screen, set a window's title or turn the direction of text, and every byte that cannot
//! be seen must be seen. So whatever is not plainly printable is written as an escape. CI systems take commands from
//! what is printed: their beginning is written as an escape, too.

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

/// Commands of GitHub, which begin a line: `::error::message`.
const COMMANDS: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// Whether a CI system that reads what is printed would take the text for a command: `::error` (GitHub), or
/// `##[error]`, `##vso[…]`, `##teamcity[…]`, which may stand anywhere in a line.
fn is_command(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("##") {
        return rest.trim_start_matches(|char: char| char.is_ascii_alphabetic()).starts_with('[');
    }
    let Some(rest) = text.strip_prefix("::") else { return false };
    COMMANDS.iter().any(|name| rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

/// Whether the text is shown as it is.
fn is_shown_as_is(text: &str) -> bool {
    text.char_indices().all(|(at, char)| is_plain(char) && !(matches!(char, '#' | ':') && is_command(&text[at..])))
}

impl Glyph {
    /// The first character of `rest`.
    fn of_char(at: usize, char: char, rest: &str) -> Self {
        let bytes = at..at + char.len_utf8();
        if is_command(rest) {
            return Glyph::escape(bytes, char.escape_unicode().to_string());
        }
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
        let text = chunk.valid();
        let valid =
            text.char_indices().map(move |(offset, char)| Glyph::of_char(start + offset, char, &text[offset..]));
        let invalid = chunk.invalid().iter().enumerate();
        valid.chain(invalid.map(move |(offset, byte)| Glyph::of_byte(broken + offset, *byte)))
    })
}

/// The text on one line, unprintable characters as escapes.
pub fn text(text: &str) -> Cow<'_, str> {
    if is_shown_as_is(text) {
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
    if text.split('\n').all(is_shown_as_is) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(self::text).collect::<Vec<_>>().join("\n"))
}

/// JSON text with what is not plainly printable in its strings as JSON's own escapes. It means the same.
pub fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, char) in text.char_indices() {
        // No line of JSON begins within a text, so that only what may stand anywhere could be a command.
        let is_command = char == '#' && is_command(&text[at..]);
        if (is_plain(char) || char == '\n') && !is_command {
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
    fn what_a_ci_system_would_take_for_a_command_is_none() {
        assert_eq!(text("::error::x ::Set-Output name=a::b"), r"\u{3a}:error::x \u{3a}:Set-Output name=a::b");
        assert_eq!(text("x##vso[task.setvariable]"), r"x\u{23}#vso[task.setvariable]");
        assert_eq!(lines("##[add-mask]e\n###teamcity[x"), "\\u{23}#[add-mask]e\n#\\u{23}#teamcity[x");
        let value = serde_json::json!("##vso[x]");
        assert_eq!(json(&value.to_string()), r##""\u0023#vso[x]""##);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json(&value.to_string())).unwrap(), value);
        for plain in ["## Title", "#[1]", "std::string", "::1", "a ## [b]", "##"] {
            assert_eq!(text(plain), Cow::Borrowed(plain));
        }
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
