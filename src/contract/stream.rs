//! What a document promises of a stream: `itemSchema` and `x-stream`.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use super::{PromiseId, Schema, Source};

/// How a body is cut into items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Server-sent events (WHATWG HTML 9.2).
    Sse,
    /// One JSON value a line.
    Ndjson,
    /// JSON text sequences (RFC 7464).
    JsonSeq,
    /// Plain text that arrives in pieces; there are no items.
    Text,
    /// The AI SDK's v4 data stream: `code:json` lines.
    AiDataV4,
}

/// The promises about one stream.
#[derive(Debug, Clone)]
pub struct StreamContract {
    /// How the body is cut into items.
    pub framing: Framing,
    /// What one item is, in whichever of the three shapes the document uses.
    pub item: Option<ItemSchema>,
    /// Where an item says what it is.
    pub kind: Option<KindSelector>,
    /// Data of the last event, such as `[DONE]`.
    pub sentinel: Option<String>,
    /// Kinds that end the stream (`x-stream-terminal`).
    pub terminal: Vec<String>,
    /// Kinds that report a failure (`x-stream-error`, or `error` in `x-stream`).
    pub errors: Vec<String>,
    /// A regular expression over the kinds, each followed by a space.
    pub sequence: Option<String>,
    /// Blocks that open and close, each keyed by an id.
    pub lifecycles: Vec<Lifecycle>,
    /// JSON Pointers whose value is the same in every item.
    pub constant: Vec<String>,
    /// JSON Pointers whose numbers never go down.
    pub monotonic: Vec<String>,
    /// Parts of a text that a later item gives as a whole.
    pub concat: Option<Concat>,
    /// Whether kinds that the document does not name are allowed.
    pub unknown_kinds: bool,
    /// Headers, with their values, that a client of this stream looks for.
    pub require_headers: IndexMap<String, String>,
    /// Limits on time that the document gives.
    pub timing: Timing,
    /// Dialects by which a stream is judged that shows to speak one of them.
    pub profile: Option<Arc<Profile>>,
    /// The sentences behind the stream's form, those inside the item schema excepted.
    pub promises: Vec<PromiseId>,
}

impl StreamContract {
    /// A stream of which the document says nothing but its framing.
    pub fn plain(framing: Framing) -> Self {
        StreamContract {
            framing,
            item: None,
            kind: None,
            sentinel: None,
            terminal: Vec::new(),
            errors: Vec::new(),
            sequence: None,
            lifecycles: Vec::new(),
            constant: Vec::new(),
            monotonic: Vec::new(),
            concat: None,
            unknown_kinds: true,
            require_headers: IndexMap::new(),
            timing: Timing::default(),
            profile: None,
            promises: Vec::new(),
        }
    }
}

/// A family of stream dialects. A server is judged by the one that it shows to speak.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name, such as `ai-sdk`.
    pub name: String,
    /// Its dialects, the oldest first: where a stream fits several, it speaks the first.
    pub dialects: Vec<Dialect>,
}

/// One form of stream, and how to recognise it.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// Its name, such as `ai-sdk-5`.
    pub name: String,
    /// Essence of the media type that it is sent as.
    pub essence: String,
    /// Header fields by which a server claims to speak it; empty where nothing claims it.
    pub claim: IndexMap<String, String>,
    /// Kinds of the first item by which it is recognised where nothing claims it.
    pub first: Vec<String>,
    /// What it promises. It has no sentences of its own: `source` stands for all of them.
    pub stream: StreamContract,
    /// Where it is described.
    pub source: Source,
}

/// The three shapes of an item schema in the wild, and what a document leaves open between them.
#[derive(Debug, Clone)]
pub enum ItemSchema {
    /// The item is the payload.
    Payload(Schema),
    /// The item is an envelope `{data, event, id, retry}` whose `data` is a string; `content` is
    /// the schema of the JSON inside it, where the document gives one.
    Envelope {
        /// The envelope, with `data` as a string.
        envelope: Schema,
        /// `contentSchema` of `data`.
        content: Option<Schema>,
        /// The same for each event type that has one of its own.
        by_event: IndexMap<String, Schema>,
    },
    /// The item is an envelope whose `data` is already the decoded value.
    DecodedEnvelope(Schema),
    /// The payload or an envelope around it: the document leaves it open, and the first item tells which.
    Either {
        /// The schema of the item as the payload.
        payload: Schema,
        /// The same as an envelope.
        envelope: Box<ItemSchema>,
    },
}

impl ItemSchema {
    /// Every schema in it.
    pub fn schemas(&self) -> Vec<&Schema> {
        match self {
            ItemSchema::Payload(schema) | ItemSchema::DecodedEnvelope(schema) => vec![schema],
            ItemSchema::Envelope { envelope, content, by_event } => {
                std::iter::once(envelope).chain(content).chain(by_event.values()).collect()
            }
            ItemSchema::Either { payload, envelope } => std::iter::once(payload).chain(envelope.schemas()).collect(),
        }
    }
}

/// Where an item says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindSelector {
    /// The `event` field of server-sent events.
    Event,
    /// A JSON Pointer into the payload.
    Pointer(String),
}

/// A block that is opened, filled and closed, each step carrying the block's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// JSON Pointer to the id.
    pub key: String,
    /// Kinds that open a block.
    pub open: Vec<String>,
    /// Kinds that may stand between.
    pub within: Vec<String>,
    /// Kinds that close it.
    pub close: Vec<String>,
    /// Whether a stream may end with the block open.
    pub unclosed_ok: bool,
}

/// Pieces that together are a text given elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concat {
    /// Kind whose pieces are joined; `None` for every item that has the piece.
    pub of: Option<String>,
    /// JSON Pointer to the piece.
    pub piece: String,
    /// Kind that holds the whole, where one does.
    pub whole_kind: Option<String>,
    /// JSON Pointer to the whole.
    pub whole: Option<String>,
    /// The form of the same answer that gives the text at once, whose schema the pieces together keep.
    pub like: Option<Unstreamed>,
}

/// Where the form that does not stream has the text that the other gives in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unstreamed {
    /// Essence of its media type.
    pub essence: String,
    /// JSON Pointer into its body.
    pub pointer: String,
}

/// Limits on time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// Longest wait for the first event.
    pub first_event: Option<Duration>,
    /// Longest silence between two pieces.
    pub idle: Option<Duration>,
}
