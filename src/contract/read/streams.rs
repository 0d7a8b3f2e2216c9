//! Streams: `x-stream`, the media types that are streams by themselves, and the words of others.

use std::time::Duration;

use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{
    Concat, Framing, ItemSchema, KindSelector, Lifecycle, StreamContract, Subject, Timing, Unstreamed,
};

/// The keys of `x-stream`.
const KEYS: [&str; 13] = [
    "framing",
    "profile",
    "kind",
    "sentinel",
    "sequence",
    "lifecycles",
    "constant",
    "monotonic",
    "concat",
    "error",
    "unknownKinds",
    "requireHeaders",
    "timing",
];

impl<'a> Reader<'a> {
    /// How a response's body streams; `None` where the document does not say that it does. What the operation says of
    /// its stream is about its success.
    pub fn stream(
        &mut self,
        media: &At<'a>,
        essence: &str,
        operation: &At<'a>,
        is_success: bool,
    ) -> Option<StreamContract> {
        let written = media.get("x-stream").filter(|written| self.known_keys(written, "x-stream", &KEYS));
        let framing = match written.as_ref().and_then(|written| self.framing(written)) {
            Some(framing) => framing,
            None if is_success && streams_json(essence, operation) => Framing::Ndjson,
            None => self.framing_of(media, essence, written.as_ref())?,
        };
        let mut items = self.items(media, framing);
        if let Some(of_stream) = response_stream(essence, operation).filter(|_| is_success) {
            items.schema = Some(self.one_or_pieces(media, of_stream));
        }
        let mut stream = match &written {
            Some(written) => self.own_stream(written, framing),
            None => StreamContract::plain(framing),
        };
        let kind = stream.kind.take().or_else(|| items.kind.clone());
        let flagged = items.flagged(self.files, kind.as_ref());
        stream.terminal.extend(flagged.terminal);
        stream.errors.extend(flagged.errors);
        stream.sentinel =
            stream.sentinel.or(flagged.sentinel).or_else(|| sentinel_of_others(media, operation)).or(items.sentinel);
        stream.kind = kind;
        stream.item = items.schema;
        Some(stream)
    }

    /// The item where one media type has the whole answer and the stream of its pieces: either.
    fn one_or_pieces(&mut self, media: &At<'a>, pieces: At<'a>) -> ItemSchema {
        let whole = media.get("itemSchema").or_else(|| media.get("schema"));
        let forms: Vec<At<'a>> = whole.into_iter().chain([pieces]).collect();
        let schema = self.schemas.combine("anyOf", &forms);
        ItemSchema::Payload(self.using(schema, Subject::ResponseBody))
    }

    fn framing(&mut self, written: &At<'a>) -> Option<Framing> {
        let name = self.own_text(written, "framing")?;
        let framing = match name.as_str() {
            "sse" => Framing::Sse,
            "ndjson" => Framing::Ndjson,
            "json-seq" => Framing::JsonSeq,
            "text" => Framing::Text,
            "ai-data-v4" => Framing::AiDataV4,
            other => {
                let known = ["sse", "ndjson", "json-seq", "text", "ai-data-v4"];
                let help = super::extensions::nearest(other, &known);
                self.warn(written, "framing", format!("there is no framing `{other}`"), &help);
                return None;
            }
        };
        Some(framing)
    }

    /// The framing that the media type means by itself.
    fn framing_of(&mut self, media: &At<'a>, essence: &str, written: Option<&At<'a>>) -> Option<Framing> {
        match (essence, written) {
            ("text/event-stream", _) => return Some(Framing::Sse),
            (
                "application/x-ndjson"
                | "application/ndjson"
                | "application/jsonl"
                | "application/x-jsonl"
                | "application/jsonlines"
                | "application/x-jsonlines"
                | "application/stream+json"
                | "application/x-json-stream",
                _,
            ) => return Some(Framing::Ndjson),
            ("application/json-seq", _) => return Some(Framing::JsonSeq),
            ("text/plain", Some(_)) => return Some(Framing::Text),
            (_, Some(written)) => {
                let message = format!("`x-stream` does not say how {essence} is cut into items");
                self.warn(written, "", message, "add `framing`");
            }
            (_, None) if media.get("itemSchema").is_some() => {
                self.note(media, "itemSchema", format!("{essence} is not read item by item"), "");
            }
            _ => {}
        }
        None
    }

    fn own_stream(&mut self, at: &At<'a>, framing: Framing) -> StreamContract {
        let lifecycles = at.get("lifecycles");
        StreamContract {
            framing,
            item: None,
            kind: self.own_text(at, "kind").and_then(|kind| self.kind(at, kind)),
            sentinel: self.own_text(at, "sentinel"),
            terminal: Vec::new(),
            errors: self.own_texts(at, "error"),
            sequence: self.sequence(at),
            lifecycles: lifecycles.iter().flat_map(At::items).filter_map(|one| self.lifecycle(&one)).collect(),
            constant: self.pointers(at, "constant"),
            monotonic: self.pointers(at, "monotonic"),
            concat: at.get("concat").and_then(|concat| self.concat(&concat)),
            unknown_kinds: self.own_flag(at, "unknownKinds").unwrap_or(true),
            require_headers: self.own_headers(at, "requireHeaders"),
            timing: at.get("timing").map(|timing| self.timing(&timing)).unwrap_or_default(),
            profile: self.profile(at),
            promises: self.promises_within(at, Subject::Stream),
        }
    }

    fn kind(&mut self, at: &At<'a>, kind: String) -> Option<KindSelector> {
        if kind == "event" {
            return Some(KindSelector::Event);
        }
        if kind.starts_with('/') {
            return Some(KindSelector::Pointer(kind));
        }
        let help = format!("write `event`, or a JSON Pointer such as `/{kind}`");
        self.warn(at, "kind", format!("`{kind}` is no way to the kind of an item"), &help);
        None
    }

    fn sequence(&mut self, at: &At<'a>) -> Option<String> {
        let sequence = self.own_text(at, "sequence")?;
        if let Err(error) = regex::Regex::new(&sequence) {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            self.warn(
                at,
                "sequence",
                format!("the sequence is no regular expression: {reason}"),
                "kinds, each followed by a space",
            );
            return None;
        }
        Some(sequence)
    }

    /// JSON Pointers of one of our own objects.
    fn pointers(&mut self, at: &At<'a>, key: &str) -> Vec<String> {
        let mut pointers = self.own_texts(at, key);
        if let Some(wrong) = pointers.iter().find(|pointer| !pointer.starts_with('/')) {
            self.warn(at, key, format!("`{wrong}` is no JSON Pointer"), &format!("write `/{wrong}`"));
            pointers.retain(|pointer| pointer.starts_with('/'));
        }
        pointers
    }

    fn pointer(&mut self, at: &At<'a>, key: &str) -> Option<String> {
        self.pointers(at, key).into_iter().next()
    }

    fn lifecycle(&mut self, at: &At<'a>) -> Option<Lifecycle> {
        if !self.known_keys(at, "lifecycles", &["key", "open", "within", "close", "unclosedOk"]) {
            return None;
        }
        let key = self.pointer(at, "key");
        if key.is_none() {
            self.warn(at, "", "this lifecycle does not say what its blocks are told apart by", "add `key: /id`");
        }
        Some(Lifecycle {
            key: key?,
            open: self.own_texts(at, "open"),
            within: self.own_texts(at, "within"),
            close: self.own_texts(at, "close"),
            unclosed_ok: self.own_flag(at, "unclosedOk").unwrap_or(false),
        })
    }

    fn concat(&mut self, at: &At<'a>) -> Option<Concat> {
        if !self.known_keys(at, "concat", &["of", "piece", "wholeKind", "whole", "like"]) {
            return None;
        }
        let piece = self.pointer(at, "piece");
        if piece.is_none() {
            self.warn(at, "", "`concat` does not say what is joined", "add `piece: /delta`");
        }
        Some(Concat {
            of: self.own_text(at, "of"),
            piece: piece?,
            whole_kind: self.own_text(at, "wholeKind"),
            whole: self.pointer(at, "whole"),
            like: at.get("like").and_then(|like| self.unstreamed(&like)),
        })
    }

    /// The one media type and JSON Pointer of `like`.
    fn unstreamed(&mut self, at: &At<'a>) -> Option<Unstreamed> {
        let (essence, _) = at.members().next()?;
        let pointer = self.pointer(at, essence)?;
        Some(Unstreamed { essence: essence.to_ascii_lowercase(), pointer })
    }

    fn timing(&mut self, at: &At<'a>) -> Timing {
        if !self.known_keys(at, "timing", &["firstEventMs", "idleMs"]) {
            return Timing::default();
        }
        let mut duration = |key: &str| {
            let value = at.get(key)?;
            let milliseconds = value.node.as_u64();
            if milliseconds.is_none() {
                self.warn(at, key, format!("`{key}` is {}", value.node.kind()), "it is a whole number of milliseconds");
            }
            milliseconds.map(Duration::from_millis)
        };
        Timing { first_event: duration("firstEventMs"), idle: duration("idleMs") }
    }
}

/// Whether `x-fern-streaming` says that JSON comes value by value, one a line.
fn streams_json(essence: &str, operation: &At<'_>) -> bool {
    let format = operation.get("x-fern-streaming").and_then(|fern| fern.text("format").map(str::to_owned));
    super::bodies::is_json(essence) && format.as_deref() == Some("json")
}

/// The item that `x-fern-streaming` gives beside the answer as a whole.
fn response_stream<'a>(essence: &str, operation: &At<'a>) -> Option<At<'a>> {
    let fern = operation.get("x-fern-streaming").filter(|_| streams_json(essence, operation))?;
    fern.get("response-stream")
}

/// The sentinel as `x-speakeasy-sse-sentinel` or `x-fern-streaming` say it.
fn sentinel_of_others(media: &At<'_>, operation: &At<'_>) -> Option<String> {
    let schema = || ["itemSchema", "schema"].into_iter().find_map(|key| media.get(key));
    let speakeasy = media.text("x-speakeasy-sse-sentinel").or_else(|| schema()?.text("x-speakeasy-sse-sentinel"));
    let fern = || operation.get("x-fern-streaming")?.text("terminator");
    speakeasy.or_else(fern).map(str::to_owned)
}
