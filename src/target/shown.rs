//! Lines of a configuration as people may see them: a complaint about a credential must not show it.

/// A line of a configuration with asterisks in place of the characters of what may be a credential: values
/// of `credentials` and `headers`, and URLs of hooks. `${NAME}` stays, for it is none.
pub fn shown_line(text: &str, number: usize) -> Option<String> {
    let line = text.lines().nth(number.checked_sub(1)?)?;
    let mut before = text.lines().take(number).collect::<Vec<_>>().into_iter().rev();
    let table = before.find(|line| line.trim_start().starts_with('[')).unwrap_or_default();
    let is_secret =
        ["credentials", "headers", "before", "after"].iter().any(|key| line.contains(key) || table.contains(key));
    Some(if is_secret { without_values(line) } else { line.to_owned() })
}

/// The line with every text after a `=` hidden; one that does not end goes to the end of the line.
fn without_values(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some((key, value)) = rest.split_once('=') {
        let start = value.len() - value.trim_start().len();
        shown.push_str(key);
        shown.push('=');
        shown.push_str(&value[..start]);
        let value = &value[start..];
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            rest = value;
            continue;
        };
        let inner = &value[1..];
        let end = inner.find(quote).unwrap_or(inner.len());
        shown.push(quote);
        shown.push_str(&hidden(&inner[..end]));
        rest = &inner[end..];
    }
    shown + rest
}

fn hidden(value: &str) -> String {
    let is_name =
        value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains('$'));
    if is_name { value.to_owned() } else { value.chars().map(|_| '*').collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_may_be_a_credential_is_hidden_and_keeps_its_columns() {
        let line = r#"credentials = { apiKey = "pk_1", other = "${KEY}" }"#;
        assert_eq!(shown_line(line, 1).unwrap(), r#"credentials = { apiKey = "****", other = "${KEY}" }"#);
        let table = "[target.a.headers]\n\n\"x-api-key\" = 'pk_1'";
        assert_eq!(shown_line(table, 3).unwrap(), "\"x-api-key\" = '****'");
        assert_eq!(shown_line("credentials.k = \"pk_1", 1).unwrap(), "credentials.k = \"****");
    }

    #[test]
    fn any_other_line_stays_as_it_is() {
        let text = "[target.a]\nrate = \"fast\"\n";
        assert_eq!(shown_line(text, 2).unwrap(), "rate = \"fast\"");
        assert_eq!(shown_line(text, 0), None);
        assert_eq!(shown_line(text, 9), None);
    }
}
