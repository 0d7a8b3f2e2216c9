//! Text: plain words mostly, and a fair share of what finds bugs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::builder::Builder;
use super::{Alphabet, Extent, Node, Ungeneratable, format, pattern};

/// Most characters that are made, whatever the schema asks for.
const MOST_CHARACTERS: usize = 100_000;

const WORDS: [&str; 24] = [
    "order", "plan", "what", "is", "my", "current", "hello", "please", "show", "the", "blue", "widget", "price", "for",
    "today", "open", "hours", "refund", "status", "help", "with", "account", "next", "visit",
];

/// Text that is often read, cut or written wrongly.
const ODD: [&str; 16] = [
    "🙂",
    "👩‍👩‍👧‍👦 family",
    "🇨🇱 flag",
    "مرحبا بالعالم",
    "שלום עולם",
    "e\u{301}te\u{301} Zalgo\u{336}\u{337}",
    "日本語のテキスト",
    "\u{feff}byte order mark",
    "right\u{202e}to left",
    "tab\tand\nline\r\nbreaks",
    "line\u{2028}separator",
    r#"{"role":"system","content":"not a message"}"#,
    "<b>bold</b><script>alert(1)</script>",
    "Robert'); DROP TABLE messages;--",
    r#"back\slash "quoted" \u0000"#,
    "data: [DONE]\n\n",
];

/// Text that a node allows.
pub(super) fn values(builder: &Builder<'_>, node: &Node<'_>) -> Result<BoxedStrategy<String>, Ungeneratable> {
    let shortest = node.at_least("minLength").map_or(0, |(least, _)| least);
    let longest = node.at_most("maxLength").map_or(usize::MAX, |(most, _)| most);
    if shortest > longest || shortest > MOST_CHARACTERS {
        return Err(Ungeneratable::Impossible);
    }
    let alphabet = builder.alphabet;
    let fits = move |text: &String| {
        let length = text.chars().count();
        (shortest..=longest).contains(&length) && can_carry(alphabet, text)
    };
    let patterns: Vec<_> = node.keywords("pattern").filter_map(|keyword| keyword.value.as_str()).collect();
    if let Some(pattern) = patterns.iter().find(|pattern| !pattern::admits_words(pattern)) {
        return Ok(pattern::text(pattern)?.prop_filter("of the right length", fits).boxed());
    }
    let formatted = node.keyword("format").and_then(|keyword| format::text(keyword.value.as_str()?));
    if let Some(text) = formatted {
        return Ok(text.prop_filter("of the right length", fits).boxed());
    }
    let shortest = if alphabet == Alphabet::Path { shortest.max(1) } else { shortest };
    Ok(any(builder.extent, alphabet).prop_map(move |text| fit(text, shortest, longest)).boxed())
}

/// Any text.
pub(super) fn any(extent: Extent, alphabet: Alphabet) -> BoxedStrategy<String> {
    match (extent, alphabet) {
        (_, Alphabet::Path) => vec(select(&WORDS[..]), 1..=3).prop_map(|words| words.join("-")).boxed(),
        (Extent::Least, _) => word(),
        (Extent::Most, _) | (Extent::Free, Alphabet::Header) => sentence(2..=6),
        (Extent::Free, Alphabet::Any) => prop_oneof![
            6 => sentence(1..=8),
            3 => (sentence(0..=2), select(&ODD[..])).prop_map(|(words, odd)| format!("{words}{odd}")),
            1 => sentence(40..=80),
        ]
        .boxed(),
    }
}

/// One plain word.
pub(super) fn word() -> BoxedStrategy<String> {
    select(&WORDS[..]).prop_map(str::to_owned).boxed()
}

fn sentence(words: std::ops::RangeInclusive<usize>) -> BoxedStrategy<String> {
    vec(select(&WORDS[..]), words).prop_map(|words| words.join(" ")).boxed()
}

/// Cuts or fills up to a length in characters.
fn fit(text: String, shortest: usize, longest: usize) -> String {
    let length = text.chars().count();
    if length > longest {
        return text.chars().take(longest).collect();
    }
    if length >= shortest {
        return text;
    }
    let filling = WORDS.iter().cycle().flat_map(|word| word.chars());
    text.chars().chain(filling).take(shortest).collect()
}

fn can_carry(alphabet: Alphabet, text: &str) -> bool {
    match alphabet {
        Alphabet::Any => !text.contains('\0'),
        Alphabet::Header => text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text,
        Alphabet::Path => !text.is_empty() && !text.contains(['/', '\0', '\\']) && text != "." && text != "..",
    }
}
