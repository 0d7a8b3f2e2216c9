//! What is in an item: its payload, and what the contract lets it be.

use serde_json::Value;

use super::wants::Wants;
use super::{Json, JsonError};
use crate::contract::{ItemSchema, KindSelector, StreamContract};
use crate::stream::{Framing, Item};

/// One item and what it says, while it passes.
#[derive(Debug)]
pub struct ReadItem<'i> {
    /// The item as it came.
    pub item: &'i Item,
    /// What is in it.
    pub content: Content,
    /// What it is, where the contract says how to tell.
    pub kind: Option<String>,
}

/// What is in an item.
#[derive(Debug)]
pub enum Content {
    /// The sentinel, exactly.
    Sentinel,
    /// `[DONE]`, which everyone knows as the end, where the contract promises JSON and declares no sentinel.
    Done,
    /// JSON.
    Json(Json),
    /// No JSON, where the contract promises some.
    Broken(JsonError),
    /// Text that nobody promised to be JSON.
    Text,
}

impl<'i> ReadItem<'i> {
    /// Reads an item by its contract.
    pub fn read(item: &'i Item, promised: Option<&StreamContract>, framing: Framing) -> Self {
        let content = Content::read(item, promised, framing);
        let selector = promised.and_then(|promised| promised.kind.as_ref());
        let kind = match (&content, selector) {
            (Content::Sentinel | Content::Done, _) => None,
            (content, Some(KindSelector::Event)) => Some(event_type(item, content, promised)),
            (Content::Json(json), Some(KindSelector::Pointer(pointer))) => json.value.pointer(pointer).map(in_words),
            (_, None) if framing == Framing::AiDataV4 => item.name.clone(),
            _ => None,
        };
        ReadItem { item, content, kind }
    }

    /// The payload, where it is JSON.
    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(json) => Some(&json.value),
            _ => None,
        }
    }

    /// Whether it is the sentinel.
    pub fn is_sentinel(&self) -> bool {
        matches!(self.content, Content::Sentinel)
    }

    /// Whether it is of one of these kinds.
    pub fn is_one_of(&self, kinds: &[String]) -> bool {
        self.kind.as_ref().is_some_and(|kind| kinds.contains(kind))
    }

    /// The text at a pointer of its payload.
    pub fn text_at(&self, pointer: &str) -> Option<&str> {
        self.value()?.pointer(pointer).and_then(Value::as_str)
    }
}

/// The event type of an item. Where the document leaves it open whether the item is an envelope, the member of
/// this name says it where the field does not.
fn event_type(item: &Item, content: &Content, promised: Option<&StreamContract>) -> String {
    let is_open = matches!(promised.and_then(|promised| promised.item.as_ref()), Some(ItemSchema::Either { .. }));
    let member = match content {
        Content::Json(json) if is_open => json.value.get("event").and_then(Value::as_str),
        _ => None,
    };
    item.name.as_deref().or(member).unwrap_or("message").to_owned()
}

/// Whether an item is the sentinel that everyone knows, and the contract declares none.
fn is_undeclared_end(item: &Item, promised: Option<&StreamContract>, framing: Framing) -> bool {
    framing == Framing::Sse && item.data == "[DONE]" && promised.is_some_and(|promised| promised.sentinel.is_none())
}

/// A kind as a word: the text itself, or another value as JSON.
fn in_words(kind: &Value) -> String {
    kind.as_str().map_or_else(|| kind.to_string(), str::to_owned)
}

impl Content {
    fn read(item: &Item, promised: Option<&StreamContract>, framing: Framing) -> Self {
        if promised.is_some_and(|promised| promised.sentinel.as_ref() == Some(&item.data)) {
            return Content::Sentinel;
        }
        match (Json::read(&item.data), Wants::of(&item.data, promised, framing)) {
            (_, Wants::Text) => Content::Text,
            (Ok(json), _) => Content::Json(json),
            (Err(_), Wants::Json) if is_undeclared_end(item, promised, framing) => Content::Done,
            (Err(error), Wants::Json) => Content::Broken(error),
            (Err(_), Wants::Anything) => Content::Text,
        }
    }
}
