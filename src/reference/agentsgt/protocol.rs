//! Faults of Agents GT in the UI message stream: its chunks, their order and the failures they report.

use http::HeaderName;
use memchr::memmem;
use serde_json::Value;

use crate::reference::fault::Effect::{self, Changes};
use crate::reference::fault::{Change, Fault};
use crate::reference::reply::{Outcome, Reply};

const PROTOCOL: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

const OVERLOADED: &str = "data: {\"type\":\"error\",\"errorText\":\"The model is overloaded.\"}\n\n";
const CRASHED: &str = "data: {\"type\":\"error\",\"errorText\":\"TypeError: undefined is not a function\\n    at run (/srv/app/chat.js:41:7)\"}\n\n";

/// Faults in what the stream's protocol asks for.
pub(super) const FAULTS: &[Fault] = &[
    Fault::new(
        "protocol-missing",
        "No header field names the protocol of the stream.",
        &["sse/profile-header"],
        streams(|reply, _| reply.unset(&PROTOCOL)),
    ),
    Fault::new(
        "text-unopened",
        "Text comes in a block that was never opened.",
        &["item/lifecycle"],
        streams(|reply, _| leave_out(reply, "text-start")),
    ),
    Fault::new(
        "text-unclosed",
        "A block of text is never closed.",
        &["item/lifecycle"],
        streams(|reply, _| leave_out(reply, "text-end")),
    ),
    Fault::new(
        "finish-missing",
        "The message begins and never finishes.",
        &["item/sequence"],
        streams(|reply, _| leave_out(reply, "finish")),
    ),
    Fault::new(
        "kind-unknown",
        "A chunk's type is misspelt.",
        &["item/unknown-kind"],
        streams(|reply, _| reply.replace_in_pieces("\"text-end\"", "\"text-ned\"")),
    ),
    Fault::new(
        "delta-number",
        "The text of a chunk is a number.",
        &["item/schema"],
        streams(|reply, _| {
            reply.edit_items(|number, item| {
                if number == 2 {
                    item.insert("delta".to_owned(), Value::from(7));
                }
            });
        }),
    ),
    Fault::new(
        "id-twice",
        "A chunk has its id twice.",
        &["item/duplicate-keys"],
        streams(|reply, _| reply.replace_in_pieces("\"id\":", "\"id\":\"0\",\"id\":")),
    ),
    Fault::new(
        "emoji-cut",
        "A chunk begins with half of an emoji.",
        &["item/lone-surrogate"],
        streams(|reply, _| reply.replace_in_pieces("\"Here is", "\"\\udc4dHere is")),
    ),
    Fault::new(
        "error-first",
        "The stream fails before any content.",
        &["stream/error-as-200"],
        streams(|reply, _| {
            let (first, last) = (reply.pieces.first().cloned(), reply.pieces.pop());
            reply.pieces = first.into_iter().chain([OVERLOADED.into()]).chain(last).collect();
        }),
    ),
    Fault::new(
        "error-midway",
        "The stream reports a failure between two parts of a text.",
        &["item/error-event"],
        streams(|reply, _| reply.insert(4, OVERLOADED)),
    ),
    Fault::new(
        "error-leak",
        "The stream reports a failure with its stack trace.",
        &["item/leak"],
        streams(|reply, _| reply.insert(4, CRASHED)),
    ),
];

const fn streams(change: Change) -> Effect {
    Changes(&[Outcome::Stream], change)
}

/// Takes the chunks of a type away.
fn leave_out(reply: &mut Reply, kind: &str) {
    let member = format!("\"type\":\"{kind}\"");
    reply.pieces.retain(|piece| memmem::find(piece, member.as_bytes()).is_none());
}
