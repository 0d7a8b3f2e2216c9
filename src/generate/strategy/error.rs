//! Why no value can be made.

use std::fmt;

/// Why no value of a schema can be made, and of which part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Ungeneratable {
    /// JSON Pointer of the part of the value that cannot be made; empty for the whole.
    pub at: String,
    /// Where the schema stands, such as `api.yaml:12:3`; `None` where it stands alone.
    pub place: Option<String>,
    /// What is in the way.
    pub why: Why,
}

/// What is in the way of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The keywords contradict each other, or a part is `false`.
    #[error("the schema allows no value")]
    Impossible,
    /// A required part needs a value of its own kind without end.
    #[error("the schema asks for itself without end")]
    Endless,
    /// More would have to be made than is sensible.
    #[error("the schema asks for more than can sensibly be made")]
    TooMuch,
    /// Every value tried broke a keyword that can only be kept by trying.
    #[error("no value that was tried keeps the schema: it forbids more than it asks for")]
    Rejected,
    /// The pattern uses what text cannot be made from.
    #[error("no text can be made from the pattern `{pattern}`: {reason}")]
    Pattern {
        /// The pattern as the document has it.
        pattern: String,
        /// What is in the way.
        reason: String,
    },
}

impl fmt::Display for Ungeneratable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.why)?;
        if !self.at.is_empty() {
            write!(f, ", at `{}` of the value", self.at)?;
        }
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}
