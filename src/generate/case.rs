//! A case: one request, and what the contract lets the target answer.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Request;
use crate::contract::{Location, Operation, PromiseId, StatusPattern, Strength};

/// Names a case within a run: the same for the same contract, target and seed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub String);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One request to send, with what the contract lets the target answer.
#[derive(Debug, Clone)]
pub struct Case {
    /// `OPERATION/KIND/NAME`, such as `sendMessage/positive/12`.
    pub id: CaseId,
    /// The operation it calls.
    pub operation: Arc<Operation>,
    /// Why it is sent.
    pub kind: CaseKind,
    /// The state that the target must be brought into first.
    pub state: Option<String>,
    /// What is sent.
    pub request: Request,
    /// What may be answered.
    pub expect: Expect,
    /// Promises about requests that this case exercises.
    pub promises: Vec<PromiseId>,
    /// A text of its own that an answer to this request alone may give back.
    pub mark: Option<String>,
    /// Whether another shard of the run judges its answer: here it is sent for what the answer shows or gives to others.
    pub elsewhere: bool,
}

/// Why a case is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseKind {
    /// An example of the document.
    Example,
    /// An example in a form that the document only leaves room for: a target need not know it, and a
    /// refusal says nothing.
    Reading,
    /// A request that the contract allows.
    Positive,
    /// A request that breaks exactly one constraint.
    Negative(Violation),
    /// A request that the contract does not forbid and hardly has in mind; the text says what it has.
    Unusual(String),
    /// A request with the wrong credential, or none.
    Credential(CredentialFault),
    /// A documented error is brought about.
    Error,
    /// What a thing comes to that a request made, or that there never was.
    Resource(Stage),
    /// More requests than the documented rate limit allows: the request is sent over and over.
    Burst {
        /// How often it is sent at most.
        requests: u32,
    },
    /// A step of a workflow.
    Step {
        /// `workflowId`.
        workflow: String,
        /// `stepId`.
        step: String,
    },
}

impl CaseKind {
    /// One word for lists and ids.
    pub fn name(&self) -> &'static str {
        match self {
            CaseKind::Example | CaseKind::Reading => "example",
            CaseKind::Positive => "positive",
            CaseKind::Negative(_) => "negative",
            CaseKind::Unusual(_) => "unusual",
            CaseKind::Credential(_) => "credential",
            CaseKind::Error => "error",
            CaseKind::Resource(_) => "resource",
            CaseKind::Burst { .. } => "burst",
            CaseKind::Step { .. } => "workflow",
        }
    }
}

/// A stage in the life of a thing behind a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is made.
    Create,
    /// It is asked for by the id that it was given.
    Read,
    /// It is deleted.
    Delete,
    /// It is asked for once it was deleted.
    ReadDeleted,
    /// It is deleted once it was deleted.
    DeleteDeleted,
    /// There never was one of this id, which is well-formed.
    Unknown,
}

impl Stage {
    /// One word for lists and ids.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Create => "create",
            Stage::Read => "read",
            Stage::Delete => "delete",
            Stage::ReadDeleted => "read-deleted",
            Stage::DeleteDeleted => "delete-deleted",
            Stage::Unknown => "unknown-id",
        }
    }
}

/// The one constraint that a negative case breaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The part of the request that is wrong.
    pub at: Location,
    /// JSON Pointer to what is wrong inside the value of a parameter; empty for the whole, and for a body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inside: String,
    /// The keyword that is broken: `required`, `type`, `enum`, `minLength`, … or `json`, `media-type`, `method`.
    pub keyword: String,
    /// What is wrong with it, such as `"message" is left out`.
    pub what: String,
    /// How firmly the document stands behind the constraint.
    pub strength: Strength,
    /// Whether the request cannot be served without what is broken. A type in an optional member is
    /// not essential: a tolerant reader may ignore it.
    pub essential: bool,
    /// The promise that holds the constraint.
    #[serde(skip)]
    pub promise: Option<PromiseId>,
}

/// What is wrong, or odd, with the credential of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialFault {
    /// There is none.
    None,
    /// The field is there and empty.
    Empty,
    /// Of the right form, never issued.
    Wrong,
    /// Of no known form.
    Malformed,
    /// The right one without its end.
    Truncated,
    /// The right one with a space inside.
    Split,
    /// The right one with white space around it, which is no part of a field (RFC 9110 section 5.5).
    Padded,
    /// The right one under another authentication scheme.
    OtherScheme,
    /// The right one in another header field.
    OtherField,
    /// Of a credential in two parts, `PUBLIC:SECRET`: the right first part, a second never issued.
    WrongSecret,
    /// Of a credential in two parts: a first part never issued, the right second.
    WrongPublic,
    /// Of a credential in two parts: the second before the first.
    Swapped,
    /// Of a credential in two parts: the right first part alone.
    Half,
    /// Of a credential in two parts: the right second part alone.
    SecondHalf,
    /// The right one with its letters in another case.
    OtherCase,
    /// The right one with more text behind it.
    Extended,
    /// The right one in `Authorization`, without the name of an authentication scheme before it.
    NoScheme,
    /// A JSON Web Token that says it is not signed (RFC 7519 section 6).
    Unsigned,
    /// The right JSON Web Token, made to end in the past: its signature is of what it said before.
    Expired,
    /// The right JSON Web Token with other claims: its signature is of what it said before.
    Tampered,
    /// A valid one, of an organisation that the request's ids do not belong to.
    OtherOrganisation,
}

impl CredentialFault {
    /// One word for lists and ids.
    pub fn name(self) -> &'static str {
        match self {
            CredentialFault::None => "none",
            CredentialFault::Empty => "empty",
            CredentialFault::Wrong => "wrong",
            CredentialFault::Malformed => "malformed",
            CredentialFault::Truncated => "truncated",
            CredentialFault::Split => "split",
            CredentialFault::Padded => "padded",
            CredentialFault::OtherScheme => "other-scheme",
            CredentialFault::OtherField => "other-field",
            CredentialFault::WrongSecret => "wrong-secret",
            CredentialFault::WrongPublic => "wrong-public",
            CredentialFault::Swapped => "swapped",
            CredentialFault::Half => "half",
            CredentialFault::SecondHalf => "second-half",
            CredentialFault::OtherCase => "other-case",
            CredentialFault::Extended => "extended",
            CredentialFault::NoScheme => "no-scheme",
            CredentialFault::Unsigned => "unsigned",
            CredentialFault::Expired => "expired",
            CredentialFault::Tampered => "tampered",
            CredentialFault::OtherOrganisation => "other-organisation",
        }
    }

    /// What a request with it has, after "a request with".
    pub fn what(self) -> &'static str {
        match self {
            CredentialFault::None => "no credential",
            CredentialFault::Empty => "an empty credential",
            CredentialFault::Wrong => "a credential that was never issued",
            CredentialFault::Malformed => "a credential of no known form",
            CredentialFault::Truncated => "a credential that lacks its end",
            CredentialFault::Split => "a space inside the credential",
            CredentialFault::Padded => "white space around the credential",
            CredentialFault::OtherScheme => "the credential under another authentication scheme",
            CredentialFault::OtherField => "the credential in another header field",
            CredentialFault::WrongSecret => "the right first part of a credential and a wrong second",
            CredentialFault::WrongPublic => "a wrong first part of a credential and the right second",
            CredentialFault::Swapped => "the parts of the credential in the other order",
            CredentialFault::Half => "the first part of a credential alone",
            CredentialFault::SecondHalf => "the second part of a credential alone",
            CredentialFault::OtherCase => "the credential in another letter case",
            CredentialFault::Extended => "more text behind the credential",
            CredentialFault::NoScheme => "the credential without the name of its authentication scheme",
            CredentialFault::Unsigned => "a token that says it is not signed",
            CredentialFault::Expired => "a token whose end was changed to the past",
            CredentialFault::Tampered => "a token whose claims were changed after it was signed",
            CredentialFault::OtherOrganisation => "another organisation's credential",
        }
    }

    /// Whether only somebody who holds the whole credential can send it: an endpoint that accepts it
    /// strays from its document and lets no stranger in.
    pub fn takes_the_whole(self) -> bool {
        use CredentialFault::{Extended, NoScheme, OtherCase, OtherField, OtherScheme, Padded, Split, Swapped};
        matches!(self, Split | Padded | OtherScheme | NoScheme | OtherField | OtherCase | Extended | Swapped)
    }
}

/// What the contract lets the target answer to a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// A documented success. Where an id in the request is only a guess of ours, a documented refusal
    /// is no evidence against the target.
    Success {
        /// Media type essence that the stream switch asks for.
        form: Option<String>,
    },
    /// One of these documented errors.
    Error(Vec<ExpectedError>),
    /// A refusal: any documented error, or a plain 4xx.
    Refusal,
    /// Any answer that is no failure of the server: the contract neither asks for a success nor forbids one.
    Any,
}

/// One documented error that may answer a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedError {
    /// Its status.
    pub status: StatusPattern,
    /// The code, or text, that must be in its body.
    pub code: Option<String>,
    /// Its promise.
    #[serde(skip)]
    pub promise: Option<PromiseId>,
    /// How firmly this case brings it about. `Inferred`: a plain 4xx without a code is just as good.
    pub strength: Strength,
}
