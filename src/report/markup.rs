//! Text from elsewhere in Markdown, as GitHub and GitLab draw it.

use super::safe;

/// A code span. What stands in it is not formatted, not linked, and mentions nobody.
pub fn code(text: &str) -> String {
    let text = safe::text(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // One space at each end belongs to the span, and keeps a backtick of the text apart from those around it.
    let needs_room = text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let room = if needs_room { " " } else { "" };
    format!("{ticks}{room}{text}{room}{ticks}")
}

/// A code span in a cell of a table, which a bar would end even in code.
pub fn code_in_cell(text: &str) -> String {
    code(&text.replace('|', r"\u{7c}"))
}

/// A code element where HTML stands, and Markdown is not read.
pub fn code_in_html(text: &str) -> String {
    let text = safe::text(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<code>{}</code>", text.replace('"', "&quot;").replace('\'', "&#39;"))
}

/// A fenced block, its fence longer than any in the text. The text must be safe.
pub fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Text that reads as prose: nothing in it formats. An empty comment keeps apart what would become a
/// mention, a reference or a link.
pub fn prose(text: &str) -> String {
    let mut safe = String::new();
    let text = safe::text(text.trim());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii_punctuation() {
            safe.push('\\');
        }
        safe.push(char);
        // `GH-1` is a reference as `#1` is.
        let is_number = char == '-' && chars.peek().is_some_and(char::is_ascii_digit);
        if is_number || matches!(char, '@' | '#' | ':' | '.') {
            safe.push_str("<!-- -->");
        }
    }
    // A full stop or a colon at the end of a word links nothing, and is by far the most frequent.
    safe.replace("<!-- --> ", " ").trim_end_matches("<!-- -->").to_owned()
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_has_more_backticks_than_its_text() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a `b` ``c``"), "``` a `b` ``c`` ```");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\nb\u{1b}"), r"`a\nb\u{1b}`");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(code_in_cell(r"a\|b"), r"`a\\u{7c}b`");
    }

    #[test]
    fn html_is_escaped() {
        assert_eq!(code_in_html("<b a=\"'\">&"), "<code>&lt;b a=&quot;&#39;&quot;&gt;&amp;</code>");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        assert_eq!(fenced("sh", "a\n"), "```sh\na\n```\n");
        assert_eq!(fenced("text", "````\nb"), "`````text\n````\nb\n`````\n");
    }

    #[test]
    fn prose_neither_formats_nor_links_nor_mentions() {
        assert_eq!(prose("Ends. It says: *no* <b>"), r"Ends\. It says\: \*no\* \<b\>");
        assert_eq!(prose("@octo #1"), r"\@<!-- -->octo \#<!-- -->1");
        assert_eq!(prose("GH-1 a-b"), r"GH\-<!-- -->1 a\-b");
        assert_eq!(prose("www.a.test http://x "), r"www\.<!-- -->a\.<!-- -->test http\:<!-- -->\/\/x");
    }
}
