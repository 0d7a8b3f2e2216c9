//! `${NAME}` in a configuration: a value of the environment, kept secret.

use super::{Secret, Text};

/// A `${NAME}` that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteError {
    /// The environment has no such variable.
    #[error("the environment has no variable {0}")]
    Unset(String),
    /// The braces do not close, or hold no name.
    #[error("`${{` without a name and a closing brace")]
    Malformed,
}

/// Reads text with `${NAME}` in it; what stands in for a name is a secret of that name.
pub fn substitute(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Text, SubstituteError> {
    let mut out = Text::default();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if start > 0 {
            out = out.then(Text::plain(&rest[..start]));
        }
        let inner = &rest[start + 2..];
        let end = inner.find('}').ok_or(SubstituteError::Malformed)?;
        let name = &inner[..end];
        if name.is_empty() {
            return Err(SubstituteError::Malformed);
        }
        let value = environment(name).ok_or_else(|| SubstituteError::Unset(name.to_owned()))?;
        out = out.then(Text::secret(Secret::new(name, value)));
        rest = &inner[end + 1..];
    }
    Ok(if rest.is_empty() { out } else { out.then(Text::plain(rest)) })
}

/// The name a secret goes by when the user gave none: `bearerAuth` becomes `BEARER_AUTH`.
pub fn secret_name(words: &str) -> String {
    let mut name = String::new();
    let mut after_lower = false;
    for c in words.chars() {
        if !c.is_ascii_alphanumeric() {
            name.push('_');
            after_lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(c.to_ascii_uppercase());
    }
    name
}

/// Headers whose values may be shown; any other may carry a credential.
const PUBLIC: [&str; 8] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-type",
    "origin",
    "referer",
    "user-agent",
];

/// Whether the value of a header of that name may be shown.
pub fn is_public(header: &str) -> bool {
    PUBLIC.contains(&header.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        (name == "KEY").then(|| "k1".to_owned())
    }

    #[test]
    fn a_name_in_braces_is_a_secret_of_that_name() {
        let text = substitute("pk:${KEY}!", &environment).unwrap();
        assert_eq!(text.reveal(), "pk:k1!");
        assert_eq!(text.to_string(), "pk:${KEY}!");
    }

    #[test]
    fn an_unset_or_unclosed_name_is_refused() {
        assert_eq!(substitute("${NO}", &environment), Err(SubstituteError::Unset("NO".into())));
        assert_eq!(substitute("${KEY", &environment), Err(SubstituteError::Malformed));
        assert_eq!(substitute("${}", &environment), Err(SubstituteError::Malformed));
    }

    #[test]
    fn a_secret_without_a_name_is_called_after_its_scheme_or_header() {
        assert_eq!(secret_name("bearerAuth"), "BEARER_AUTH");
        assert_eq!(secret_name("x-api-key"), "X_API_KEY");
    }
}
