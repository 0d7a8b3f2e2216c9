//! Text that may hold secrets and is never written with them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret, SecretString};

use super::Redactor;

/// A credential: shown everywhere as `${NAME}`.
#[derive(Clone)]
pub struct Secret {
    name: Arc<str>,
    value: Arc<SecretString>,
    /// What finds it; made when it is first looked for, once for all its clones.
    redactor: Arc<OnceLock<Redactor>>,
}

impl Secret {
    /// A secret that people know by `name`, without the `${}`.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<String>) -> Self {
        Secret { name: name.into(), value: Arc::new(SecretString::from(value.into())), redactor: Arc::default() }
    }

    /// The name people know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret itself: for what goes on the wire, and for finding it in what comes back.
    pub fn reveal(&self) -> &str {
        self.value.expose_secret()
    }

    /// Finds this secret alone.
    pub fn redactor(&self) -> &Redactor {
        self.redactor.get_or_init(|| Redactor::new([self]))
    }

    pub(super) fn shared_name(&self) -> Arc<str> {
        self.name.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}}}", self.name)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.reveal() == other.reveal()
    }
}

/// Text made of plain pieces and secrets. `Display` masks the secrets; only [`Text::reveal`] shows them.
#[derive(Clone, Default, PartialEq)]
pub struct Text(Vec<Piece>);

#[derive(Clone, PartialEq)]
enum Piece {
    Plain(String),
    Secret(Secret),
    /// What separates the values of a URL, and stays as it is where they are percent-encoded.
    Delimiter(String),
}

impl Text {
    /// Text without secrets.
    pub fn plain(text: impl Into<String>) -> Self {
        Text(vec![Piece::Plain(text.into())])
    }

    /// Nothing but a secret.
    pub fn secret(secret: Secret) -> Self {
        Text(vec![Piece::Secret(secret)])
    }

    /// What separates values: [`Text::encoded`] leaves it as it is.
    pub fn delimiter(text: impl Into<String>) -> Self {
        Text(vec![Piece::Delimiter(text.into())])
    }

    /// This text with another after it.
    #[must_use]
    pub fn then(mut self, other: Text) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The text as it goes on the wire.
    pub fn reveal(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Delimiter(text) => text.as_str(),
                Piece::Secret(secret) => secret.reveal(),
            })
            .collect()
    }

    /// This text with every piece changed, secrets under their old names.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Text {
        let change = |piece: &Piece| match piece {
            Piece::Plain(text) => Piece::Plain(change(text)),
            Piece::Secret(secret) => Piece::Secret(Secret::new(secret.name.clone(), change(secret.reveal()))),
            Piece::Delimiter(text) => Piece::Delimiter(change(text)),
        };
        Text(self.0.iter().map(change).collect())
    }

    /// This text as a URL has it: every piece changed but the delimiters, which are plain text from then on.
    #[must_use]
    pub fn encoded(&self, encode: impl Fn(&str) -> String) -> Text {
        let change = |piece: &Piece| match piece {
            Piece::Delimiter(text) => Text::plain(text),
            piece => Text(vec![piece.clone()]).map(&encode),
        };
        self.0.iter().map(change).fold(Text::default(), Text::then)
    }

    /// This text with every plain piece changed.
    #[must_use]
    pub fn map_plain(&self, change: impl Fn(&str) -> String) -> Text {
        let change = |piece: &Piece| match piece {
            Piece::Plain(text) => Piece::Plain(change(text)),
            Piece::Secret(secret) => Piece::Secret(secret.clone()),
            Piece::Delimiter(text) => Piece::Delimiter(change(text)),
        };
        Text(self.0.iter().map(change).collect())
    }

    /// This text with a secret in place of where its value stands in a plain piece.
    #[must_use]
    pub(super) fn hiding(self, secret: &Secret) -> Text {
        let split = |piece: Piece| match piece {
            Piece::Plain(text) => match text.split_once(secret.reveal()) {
                Some((before, after)) => {
                    vec![Piece::Plain(before.to_owned()), Piece::Secret(secret.clone()), Piece::Plain(after.to_owned())]
                }
                None => vec![Piece::Plain(text)],
            },
            piece @ (Piece::Secret(_) | Piece::Delimiter(_)) => vec![piece],
        };
        Text(self.0.into_iter().flat_map(split).collect())
    }

    /// The texts between occurrences of a separator in plain pieces; what a secret holds is never taken apart.
    pub fn split(&self, separator: &str) -> Vec<Text> {
        let mut parts = vec![Text::default()];
        for piece in &self.0 {
            let Piece::Plain(text) = piece else {
                parts.last_mut().into_iter().for_each(|last| last.0.push(piece.clone()));
                continue;
            };
            for (index, text) in text.split(separator).enumerate() {
                if index > 0 {
                    parts.push(Text::default());
                }
                if !text.is_empty() {
                    parts.last_mut().into_iter().for_each(|last| last.0.push(Piece::Plain(text.to_owned())));
                }
            }
        }
        parts
    }

    /// The secrets in it.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Plain(_) | Piece::Delimiter(_) => None,
            Piece::Secret(secret) => Some(secret),
        })
    }

    /// Whether it holds a secret.
    pub fn is_secret(&self) -> bool {
        self.secrets().next().is_some()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(text) | Piece::Delimiter(text) => f.write_str(text),
            Piece::Secret(secret) => write!(f, "{secret:?}"),
        })
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Hook, State, Target};
    use super::*;

    #[test]
    fn a_secret_is_shown_by_its_name_and_sent_by_its_value() {
        let text = Text::plain("Bearer ").then(Text::secret(Secret::new("AGX_KEY", "hunter2")));
        assert_eq!(text.reveal(), "Bearer hunter2");
        assert_eq!(text.to_string(), "Bearer ${AGX_KEY}");
        assert!(!format!("{text:?}").contains("hunter2"));
    }

    #[test]
    fn a_secret_is_never_taken_apart() {
        let text = Text::plain("a=1; k=").then(Text::secret(Secret::new("KEY", "x; y"))).then(Text::plain("; b="));
        let parts: Vec<String> = text.split("; ").iter().map(Text::reveal).collect();
        assert_eq!(parts, ["a=1", "k=x; y", "b="]);
    }

    #[test]
    fn debug_of_a_target_shows_no_secret_even_after_it_was_looked_for() {
        let mut target = Target::new("a", "a.yaml");
        let secret = Secret::new("KEY", "hunter2:hunter3");
        assert!(!secret.redactor().find(b"hunter2:hunter3", false).is_empty());
        target.credentials.insert("k".to_owned(), Text::secret(secret.clone()));
        let url = Text::plain("http://h/?key=").then(Text::secret(secret));
        let state = State { before: Some(Hook::Http { method: http::Method::GET, url }), ..State::default() };
        target.states.insert("s".to_owned(), state);
        assert!(!format!("{target:?}").contains("hunter"), "{target:?}");
    }
}
