//! Lines of a configuration, or of a baseline, as people may see them: a complaint must not show a credential.
//! Any value is hidden that is not known to be harmless, for people put a key under the wrong name, too.

use super::keys::{self, HARMLESS};

/// Keys of an entry of a baseline whose values are no credentials.
const OF_BASELINE: [&str; 6] = ["target", "rule", "operation", "state", "expires", "flaky"];

/// A line of a configuration with asterisks in place of the characters of what may be a credential. `${NAME}`
/// stays, for it is none.
pub fn shown_line(text: &str, number: usize) -> Option<String> {
    let index = number.checked_sub(1)?;
    let line = text.lines().nth(index)?;
    let before: Vec<&str> = text.lines().take(index).collect();
    let inside_text = ["\"\"\"", "'''"]
        .iter()
        .any(|quotes| before.iter().map(|line| line.matches(quotes).count()).sum::<usize>() % 2 == 1);
    if inside_text {
        return Some(blank(line));
    }
    if is_header(line) {
        return Some(line.to_owned());
    }
    let table = before.iter().rev().find(|line| is_header(line)).copied().unwrap_or_default();
    let is_secret = keys::OF_STATE.iter().any(|key| line.contains(key) || table.contains(key));
    Some(without_values(line, is_secret))
}

/// Whether a line is the name of a table.
fn is_header(line: &str) -> bool {
    let name = line.trim().trim_start_matches('[');
    line.trim().starts_with('[') && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The line with every value hidden that may be secret. Past anything that is no TOML all is hidden, for what
/// looks like a key there may be the rest of a value.
fn without_values(line: &str, is_secret: bool) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('=') {
        let Some(key) = key(before) else { break };
        let value = after.trim_start();
        shown.push_str(&rest[..rest.len() - value.len()]);
        let end = end_of_value(value);
        let is_shown = value.starts_with('{') || may_be_shown(key, &value[..end], is_secret);
        let is_whole = is_shown || value.starts_with(['"', '\'']);
        shown.push_str(&if is_shown { value[..end].to_owned() } else { blank(&value[..end]) });
        rest = &value[end..];
        if !is_whole {
            break;
        }
    }
    shown + &blank(rest)
}

/// The key that ends what stands before a `=`, where nothing else does.
fn key(before: &str) -> Option<&str> {
    let key = before.trim().trim_start_matches([',', '{', '}', ']', ' ']);
    let is_key = |c: char| c.is_ascii_alphanumeric() || "-_.\"'#/ ".contains(c);
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

/// Where a value ends: after its closing quote, and before what may follow it.
fn end_of_value(value: &str) -> usize {
    match value.chars().next() {
        Some('{') => 1,
        Some(quote @ ('"' | '\'')) => {
            let close = value[1..].char_indices().scan(false, |escaped, (at, c)| {
                let closes = c == quote && !*escaped;
                *escaped = c == '\\' && quote == '"' && !*escaped;
                Some((at, closes))
            });
            close.into_iter().find(|(_, closes)| *closes).map_or(value.len(), |(at, _)| at + 2)
        }
        _ => value.find([',', '}', ' ', '#']).unwrap_or(value.len()),
    }
}

fn may_be_shown(key: &str, value: &str, is_secret: bool) -> bool {
    let text = value.trim_matches(['"', '\'']);
    let is_name =
        text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains('$'));
    let is_plain_url = key == "url" && text.starts_with("http") && !text.contains(['@', '?', '#']);
    is_name || (!is_secret && (HARMLESS.contains(&key) || OF_BASELINE.contains(&key) || is_plain_url))
}

/// The text with an asterisk in place of every character but those that hold TOML together.
fn blank(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() || "[]{},\"'".contains(c) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_may_be_a_credential_is_hidden_and_keeps_its_columns() {
        for (line, shown) in [
            (r#"credentials = { k = "pk_1", other = "${KEY}" }"#, r#"credentials = { k = "****", other = "${KEY}" }"#),
            (r#"credentials.k = "pk_1"#, r#"credentials.k = "****"#),
            (r#"credentials.k = "pk\"1""#, r#"credentials.k = "***"*""#),
            ("credentials = { k = pk_1 }", "credentials = { k = **** }"),
            ("credentials = { k = p,k==, rate = 1 }", "credentials = { k = *,***, **** * * }"),
            (r#"k = ["pk_1", 'pk_2']"#, r#"k = ["****", '****']"#),
            (r#"apiKey = "pk_1" # pk_0"#, r#"apiKey = "****" * ****"#),
            ("apiKey = 4711", "apiKey = ****"),
            ("pk_1", "****"),
            (r#"url = "http://u:pk@h/""#, r#"url = "**************""#),
            (r#"url = "http://h/?k=pk""#, r#"url = "**************""#),
        ] {
            assert_eq!(shown_line(line, 1).unwrap(), shown);
        }
    }

    #[test]
    fn what_stands_before_a_line_says_what_it_may_hold() {
        let table = "[target.a.headers]\n\n\"x-api-key\" = 'pk_1'\nrate = \"pk_1\"";
        assert_eq!(shown_line(table, 3).unwrap(), "\"x-api-key\" = '****'");
        assert_eq!(shown_line(table, 4).unwrap(), "rate = \"****\"");
        assert_eq!(shown_line("k = \"\"\"\npk_1==\n\"\"\"", 2).unwrap(), "******");
    }

    #[test]
    fn any_other_line_stays_as_it_is() {
        let text = "[target.a]\nrate = \"fast\"\nurl = \"http://h/base\"\nt = { concurrency = 3, spec = 'a' }\n";
        for (number, line) in text.lines().enumerate() {
            assert_eq!(shown_line(text, number + 1).unwrap(), line);
        }
        assert_eq!(shown_line(text, 0), None);
        assert_eq!(shown_line(text, 9), None);
    }
}
