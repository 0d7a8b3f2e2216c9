//! Text from elsewhere as markup: every character that cannot be seen stands as an escape, set apart from the text.

use std::ops::Range;

use maud::{Markup, html};

use crate::report::excerpt::is_within;
use crate::report::safe::{Glyph, glyphs};

/// The text, cut after `most` columns with a word on what is left out.
pub fn shown(text: &str, most: usize) -> Markup {
    bytes_shown(text.as_bytes(), most)
}

/// A sentence of ours: what stands in backticks is code.
pub fn sentence(text: &str, most: usize) -> Markup {
    let parts: Vec<_> = text.split('`').collect();
    // An odd backtick encloses nothing.
    if parts.len() % 2 == 0 || text.len() > most {
        return shown(text, most);
    }
    html! {
        @for (index, part) in parts.into_iter().enumerate() {
            @if index % 2 == 0 { (shown(part, most)) } @else { (code(part, most)) }
        }
    }
}

/// The text as code.
pub fn code(text: &str, most: usize) -> Markup {
    html! { code { (shown(text, most)) } }
}

/// The bytes, cut after `most` columns with a word on what is left out.
pub fn bytes_shown(bytes: &[u8], most: usize) -> Markup {
    let mut columns = 0;
    let fits = |glyph: &Glyph| {
        columns += glyph.columns;
        columns <= most
    };
    let kept: Vec<_> = glyphs(bytes).take_while(fits).collect();
    let left = bytes.len() - kept.last().map_or(0, |glyph| glyph.bytes.end);
    html! {
        (marked(&kept, None))
        @if left > 0 { span.cut { "… (" (left) " bytes more)" } }
    }
}

/// The glyphs, those of the marked bytes marked.
pub fn marked(glyphs: &[Glyph], mark: Option<&Range<usize>>) -> Markup {
    let kind = |glyph: &Glyph| (mark.is_some_and(|mark| is_within(glyph, mark)), glyph.escaped);
    html! {
        @for run in glyphs.chunk_by(|one, next| kind(one) == kind(next)) {
            @let text: String = run.iter().map(|glyph| glyph.text.as_str()).collect();
            @match run.first().map(kind) {
                Some((true, true)) => mark.esc { (text) },
                Some((true, false)) => mark { (text) },
                Some((false, true)) => span.esc { (text) },
                _ => (text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_text() {
        assert_eq!(shown("<b a=\"'\">&", 99).0, "&lt;b a=&quot;'&quot;&gt;&amp;");
    }

    #[test]
    fn what_cannot_be_seen_is_an_escape_and_set_apart() {
        assert_eq!(
            shown("a\u{1b}[31m\u{202e}b", 99).0,
            r#"a<span class="esc">\u{1b}</span>[31m<span class="esc">\u{202e}</span>b"#
        );
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        assert_eq!(sentence("`<a>` is no `b`", 99).0, "<code>&lt;a&gt;</code> is no <code>b</code>");
        assert_eq!(sentence("a ` b", 99).0, "a ` b");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(shown("abc", 3).0, "abc");
        assert_eq!(shown("abcdé", 3).0, "abc<span class=\"cut\">… (3 bytes more)</span>");
    }

    #[test]
    fn marked_bytes_are_marked_to_the_byte() {
        let glyphs: Vec<_> = glyphs(b"ab\ncd").collect();
        assert_eq!(marked(&glyphs, Some(&(1..4))).0, r#"a<mark>b</mark><mark class="esc">\n</mark><mark>c</mark>d"#);
    }
}
