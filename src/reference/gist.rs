//! The small texts that answers are made of.

use std::time::SystemTime;

use uuid::Uuid;

/// How many words of a message an answer takes up.
const WORDS: usize = 6;
/// How many characters of it.
const CHARACTERS: usize = 80;

/// The first words of a message, fit for any stream: one line without control characters.
pub(super) fn gist(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().take(WORDS).collect();
    words.join(" ").chars().filter(|c| !c.is_control() && *c != '\u{feff}').take(CHARACTERS).collect()
}

/// The agent's answer in the portions in which it is made. It depends on the message, and not all of
/// it is ASCII.
pub(super) fn portions(message: &str) -> Vec<String> {
    vec![
        format!("You asked: “{}”. ", gist(message)),
        "Here is what I found — ".to_owned(),
        "there are três opções, all of them open to you from today. ".to_owned(),
        "二つ目が最適です: it costs the least and leaves nothing out. ".to_owned(),
        "Shall I go on with it? ".to_owned(),
        "Just say so and it is done ✅.".to_owned(),
    ]
}

/// An id that was never given before.
pub(super) fn fresh_id(prefix: &str) -> String {
    format!("{prefix}{}", Uuid::new_v4().simple())
}

/// The present as an RFC 3339 date-time.
pub(super) fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gist_is_one_line_without_control_characters() {
        assert_eq!(gist("one\ntwo\0\u{2028}three \u{feff}four five six seven"), "one two three four five six");
    }

    #[test]
    fn the_shortest_answer_is_long_enough_to_have_a_pace() {
        assert!(portions("").concat().len() > 200);
    }

    #[test]
    fn a_gist_of_one_long_word_is_cut() {
        assert_eq!(gist(&"é".repeat(500)).chars().count(), CHARACTERS);
    }
}
