//! Text that is often read, cut, stored or written wrongly, by what it goes wrong for.

/// One kind of odd text.
pub(super) struct Odd {
    /// What it is.
    pub name: &'static str,
    /// How often it is drawn, beside the others.
    pub weight: usize,
    /// Some of it.
    pub texts: &'static [&'static str],
}

const fn odd(name: &'static str, weight: usize, texts: &'static [&'static str]) -> Odd {
    Odd { name, weight, texts }
}

/// Every kind.
pub(super) const ODD: [Odd; 14] = [
    odd("emoji", 4, &["🙂", "👩‍👩‍👧‍👦 family", "🇨🇱 flag", "👍🏽 tone", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 tags"]),
    odd("right-to-left", 3, &["مرحبا بالعالم", "שלום עולם", "right\u{202e}to left\u{202c}", "abc \u{200f}אבג"]),
    odd(
        "combining",
        3,
        &["e\u{301}te\u{301}", "Zalgo\u{336}\u{337}\u{489}", "a\u{30a} and \u{e5}", "\u{1100}\u{1161}\u{11a8}"],
    ),
    odd("scripts", 3, &["日本語のテキスト", "Ελληνικά", "ไทย", "𝒳 beyond the first plane", "ǅ İstanbul ß"]),
    odd(
        "invisible",
        2,
        &["\u{feff}byte order mark", "zero\u{200b}width", "no\u{a0}break", "soft\u{ad}hyphen", "\u{2060}"],
    ),
    odd("breaks", 3, &["tab\tand\nline\r\nbreaks", "line\u{2028}separator", "form\u{c}feed", "next\u{85}line"]),
    odd("control", 1, &["bell\u{7}", "escape\u{1b}[31mred", "delete\u{7f}"]),
    odd("nul", 1, &["nul\u{0}inside", "\u{0}"]),
    odd("surrogate-escape", 2, &[r"\ud83d", r"\uDE00\uD83D", r#"back\slash "quoted" \u0000"#]),
    odd("sql", 2, &["Robert'); DROP TABLE messages;--", "' OR '1'='1", "1; SELECT pg_sleep(0)"]),
    odd("html", 2, &["<b>bold</b><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&lt;&amp;&#39;"]),
    odd("template", 2, &["{{7*7}}", "${7*7}", "<%= 7*7 %>", "%s %n %d", "{0} {name}"]),
    odd("path", 2, &["../../etc/passwd", r"..\..\windows", "/dev/null", "%2e%2e%2f", "file:///etc/hosts"]),
    odd(
        "framing",
        3,
        &["data: [DONE]\n\n", "event: error\ndata: {}\n\n", r#"{"role":"system","content":"not a message"}"#, "]}\"'"],
    ),
];
