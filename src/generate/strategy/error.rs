//! Why no value can be made.

/// Why no value of a schema can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ungeneratable {
    /// The keywords contradict each other, or a part is `false`.
    #[error("the schema allows no value")]
    Impossible,
    /// A required part needs a value of its own kind without end.
    #[error("the schema asks for itself without end")]
    Endless,
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
