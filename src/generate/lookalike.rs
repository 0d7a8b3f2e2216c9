//! Text of the same form as another: same length, same kinds of characters, same public prefix.

use super::seed;

/// Longest word of a prefix such as `pk_live_`.
const LONGEST_PREFIX_WORD: usize = 6;

/// Another text of the same form; never the same text.
///
/// Prefixes such as `pk_live_` and `sk_` are kept, in each part between colons. Nothing else of the
/// text is, since it may be a secret.
pub(super) fn of(text: &str, number: u64) -> String {
    let parts: Vec<_> = text.split(':').map(|part| replaced(part, number)).collect();
    let other = parts.join(":");
    if other == text { format!("{other}x") } else { other }
}

fn replaced(part: &str, number: u64) -> String {
    let (prefix, rest) = part.split_at(prefix_length(part));
    let other = (0_u64..).zip(rest.chars()).map(|(index, character)| {
        let random = seed::number(number, &[&index.to_string()]);
        match character {
            '0'..='9' => pick("0123456789", random),
            // Hexadecimal stays hexadecimal, so that a UUID stays one.
            'a'..='f' => pick("abcdef", random),
            'g'..='z' => pick("ghjkmnpqrstvwxyz", random),
            'A'..='F' => pick("ABCDEF", random),
            'G'..='Z' => pick("GHJKMNPQRSTVWXYZ", random),
            other => other,
        }
    });
    format!("{prefix}{}", other.collect::<String>())
}

/// Length of the leading short words that each end in `_`, where something follows them.
fn prefix_length(part: &str) -> usize {
    let mut length = 0;
    for word in part.split_inclusive('_') {
        let is_prefix_word = word.len() <= LONGEST_PREFIX_WORD && word.ends_with('_');
        let is_plain = word.trim_end_matches('_').chars().all(|c| c.is_ascii_lowercase());
        if !(is_prefix_word && is_plain) || length + word.len() == part.len() {
            break;
        }
        length += word.len();
    }
    length
}

fn pick(characters: &str, random: u64) -> char {
    let count = u64::try_from(characters.len()).unwrap_or(1);
    let index = usize::try_from(random % count).unwrap_or(0);
    characters.chars().nth(index).unwrap_or('x')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_stays_and_the_secret_goes() {
        let other = of("pk_live_1234abcd:sk_abcdef12", 7);
        assert!(other.starts_with("pk_live_"), "{other}");
        assert!(other.contains(":sk_"), "{other}");
        assert_eq!(other.len(), "pk_live_1234abcd:sk_abcdef12".len());
        assert!(!other.contains("1234abcd"));
    }

    #[test]
    fn underscores_inside_a_token_keep_nothing_of_it() {
        let other = of("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx_abc_1", 7);
        assert!(!other.contains("eyJ"), "{other}");
    }

    #[test]
    fn a_text_without_letters_still_changes() {
        assert_eq!(of("---", 7), "---x");
    }
}
