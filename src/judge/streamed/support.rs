//! Scenes of streams for tests: a stream's contract, and the pieces that came.

use std::time::Duration;

use serde_json::Value;

use crate::contract::{Framing, ItemSchema, KindSelector, Schema, StreamContract};
use crate::judge::support::{Scene, media_type};
use crate::send::{BodyLength, End, Piece};

/// A contract that promises a stream of this framing and nothing of it.
pub(in crate::judge) fn stream(framing: Framing) -> StreamContract {
    StreamContract { unknown_kinds: false, ..StreamContract::plain(framing) }
}

/// A contract of server-sent events whose payload keeps a schema and has its kind in `/type`.
pub(in crate::judge) fn typed(schema: Value) -> StreamContract {
    StreamContract {
        item: Some(ItemSchema::Payload(Schema::standalone(schema).unwrap())),
        kind: Some(KindSelector::Pointer("/type".to_owned())),
        ..stream(Framing::Sse)
    }
}

/// The words of a list.
pub(in crate::judge) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A stream that came in these pieces, each so many milliseconds after the request, chunked and
/// complete.
pub(in crate::judge) fn came(promised: StreamContract, pieces: &[(u64, &[u8])]) -> Scene {
    let essence = match promised.framing {
        Framing::Sse => "text/event-stream",
        Framing::Ndjson => "application/x-ndjson",
        Framing::JsonSeq => "application/json-seq",
        Framing::Text | Framing::AiDataV4 => "text/plain",
    };
    let mut scene = Scene::new().answer(200, essence, "");
    scene.operation.responses[0].media = vec![media_type(essence)];
    scene.operation.responses[0].media[0].stream = Some(promised);
    let mut body = Vec::new();
    let mut arrived = Vec::new();
    for (at, bytes) in pieces {
        arrived.push(Piece { at: Duration::from_millis(*at), offset: body.len(), len: bytes.len() });
        body.extend_from_slice(bytes);
    }
    scene.change(|answer| {
        answer.length = body.len();
        answer.body = body.into();
        answer.ended_at = arrived.last().map_or(answer.head_at, |piece| piece.at);
        answer.pieces = arrived;
        answer.end = End::Complete(BodyLength::Chunked);
    });
    scene
}

/// Server-sent events that came in one piece.
pub(in crate::judge) fn events(promised: StreamContract, body: impl AsRef<[u8]>) -> Scene {
    came(promised, &[(10, body.as_ref())])
}

/// The same stream, ended in another way.
pub(in crate::judge) fn ended(mut scene: Scene, end: End) -> Scene {
    scene.change(|answer| answer.end = end);
    scene
}
