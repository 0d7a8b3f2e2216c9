//! What one item of a stream is, in whichever shape the document uses.

use indexmap::IndexMap;
use serde_json::Value;

use super::reader::Reader;
use crate::contract::document::{At, Data, Files};
use crate::contract::{Framing, ItemSchema, KindSelector, Schema, Subject};

/// The members of an event (WHATWG HTML 9.2.6, OpenAPI 3.2 section 4.14.4).
const ENVELOPE: [&str; 5] = ["data", "event", "id", "retry", "comment"];

/// The sentinel that everyone knows.
const DONE: &str = "[DONE]";

/// The items of a stream as the document describes them.
pub(super) struct Items<'a> {
    /// What an item is.
    pub schema: Option<ItemSchema>,
    /// Where an item says what it is, as far as the schema shows it.
    pub kind: Option<KindSelector>,
    /// A text among the alternatives that is no payload, and so the end.
    pub sentinel: Option<String>,
    /// The alternatives of an item, as written.
    variants: Vec<At<'a>>,
}

/// What variants of an item say about the stream.
#[derive(Default)]
pub(super) struct Flagged {
    /// Kinds that end it.
    pub terminal: Vec<String>,
    /// Kinds that report a failure.
    pub errors: Vec<String>,
    /// The text that ends it.
    pub sentinel: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The item is the payload.
    Payload,
    /// `{data, event, ...}` with `data` as text.
    Text,
    /// `{data, event, ...}` with `data` as the value inside.
    Decoded,
}

impl<'a> Reader<'a> {
    /// Reads what a stream's media type says of one item.
    pub fn items(&mut self, media: &At<'a>, framing: Framing) -> Items<'a> {
        let own = media.get("itemSchema");
        let declared = own.is_some();
        let Some(item) = own.or_else(|| media.get("schema")).filter(|_| framing != Framing::Text) else {
            return Items { schema: None, kind: None, sentinel: None, variants: Vec::new() };
        };
        let item = if declared { item } else { whole_stream(self.files, item) };
        if says_nothing(self.files, &item) {
            return Items { schema: None, kind: None, sentinel: None, variants: Vec::new() };
        }
        let mut variants = variants(self.files, &item);
        let shape = match framing {
            Framing::Sse => shape(self.files, &item, &variants),
            _ => Shape::Payload,
        };
        let sentinel = text_that_ends(self.files, &variants, shape);
        // Before OpenAPI 3.2 nothing told an envelope from a payload with a member `data`.
        let is_open = !declared && !variants.iter().any(|variant| encloses(self.files, &item, variant));
        let schema = self.schema(&item, Subject::ResponseBody);
        let schema = match shape {
            Shape::Payload => ItemSchema::Payload(schema),
            Shape::Decoded if is_open => either(schema.clone(), ItemSchema::DecodedEnvelope(schema)),
            Shape::Decoded => ItemSchema::DecodedEnvelope(schema),
            Shape::Text if is_open => either(
                schema.clone(),
                ItemSchema::Envelope { envelope: schema, content: None, by_event: IndexMap::new() },
            ),
            Shape::Text => {
                let contents = contents(self.files, &item, &variants);
                let content = self.content(&contents);
                let by_event = self.by_event(&variants);
                variants
                    .extend(contents.into_iter().flatten().flat_map(|content| self::variants(self.files, &content)));
                ItemSchema::Envelope { envelope: schema, content, by_event }
            }
        };
        let kind = kind(self.files, &item, &variants, shape);
        Items { schema: Some(schema), kind, sentinel, variants }
    }

    /// The schema of the value inside `data` for each event type that one alternative alone is about.
    fn by_event(&mut self, variants: &[At<'a>]) -> IndexMap<String, Schema> {
        let of_variant = |variant: &At<'a>| {
            let event = fixed(self.files, variant, &["event".to_owned()])?;
            Some((event, member(self.files, variant, "data", 0).and_then(|data| data.get("contentSchema"))))
        };
        let found: Vec<_> = variants.iter().filter_map(of_variant).collect();
        let mut by_event = IndexMap::new();
        for (event, content) in &found {
            let alone = found.iter().filter(|(other, _)| other == event).count() == 1;
            if let Some(content) = content.as_ref().filter(|_| alone) {
                by_event.insert(event.clone(), self.schema(content, Subject::ResponseBody));
            }
        }
        by_event
    }

    /// The schema of the value inside `data`, where every alternative that has one gives it.
    fn content(&mut self, contents: &[Option<At<'a>>]) -> Option<Schema> {
        let known: Vec<At<'a>> = contents.iter().flatten().cloned().collect();
        match known.as_slice() {
            [] => None,
            [only] if contents.len() == 1 => Some(self.schema(only, Subject::ResponseBody)),
            _ if known.len() < contents.len() => None,
            several => {
                let schema = self.schemas.combine("anyOf", several);
                Some(self.using(schema, Subject::ResponseBody))
            }
        }
    }
}

impl<'a> Items<'a> {
    /// What the alternatives say by `x-stream-terminal`, `x-stream-error` and `x-ms-sse-terminal-event`.
    pub fn flagged(&self, files: &Files, kind: Option<&KindSelector>) -> Flagged {
        let mut flagged = Flagged::default();
        for written in &self.variants {
            let target = resolve(files, written);
            let says = |key: &str| {
                [written, &target].iter().any(|at| at.node.get(key).and_then(|flag| flag.as_bool()) == Some(true))
            };
            let name = kind.and_then(|kind| kind_of(files, &target, kind));
            if says("x-stream-terminal") || says("x-ms-sse-terminal-event") {
                match name.clone() {
                    Some(name) => push(&mut flagged.terminal, name),
                    None => {
                        let text =
                            || fixed(files, &target, &["data".to_owned()]).or_else(|| fixed(files, &target, &[]));
                        flagged.sentinel = flagged.sentinel.or_else(text);
                    }
                }
            }
            if let Some(name) = name.filter(|_| says("x-stream-error")) {
                push(&mut flagged.errors, name);
            }
        }
        flagged
    }
}

fn push(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The steps to an item's kind.
fn path(kind: &KindSelector) -> Vec<String> {
    match kind {
        KindSelector::Event => vec!["event".to_owned()],
        KindSelector::Pointer(pointer) => {
            pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
        }
    }
}

/// The kind of a variant: its own, or that of the value inside `data`.
fn kind_of(files: &Files, variant: &At<'_>, kind: &KindSelector) -> Option<String> {
    let inside = || {
        let data = member(files, variant, "data", 0)?;
        let content = data.get("contentSchema").map(|content| resolve(files, &content)).unwrap_or(data);
        fixed(files, &content, &path(kind))
    };
    fixed(files, variant, &path(kind)).or_else(inside)
}

/// What a reference leads to; the place itself where it leads nowhere, which the reading of the schema tells.
fn resolve<'a>(files: &'a Files, at: &At<'a>) -> At<'a> {
    at.text("$ref").and_then(|reference| files.resolve(at, reference).ok()).unwrap_or_else(|| at.clone())
}

/// How many combinations inside each other are looked through.
const MAX_DEPTH: usize = 16;

/// A property of a schema, its own or of a part of `allOf`.
fn member<'a>(files: &'a Files, at: &At<'a>, name: &str, depth: usize) -> Option<At<'a>> {
    let at = resolve(files, at);
    let own = at.get("properties").and_then(|properties| properties.get(name)).map(|member| resolve(files, &member));
    if own.is_some() || depth > MAX_DEPTH {
        return own;
    }
    at.get("allOf").iter().flat_map(At::items).find_map(|part| member(files, &part, name, depth + 1))
}

/// The one string that a schema allows at the end of some properties.
fn fixed(files: &Files, at: &At<'_>, steps: &[String]) -> Option<String> {
    match steps.split_first() {
        Some((step, rest)) => fixed(files, &member(files, at, step, 0)?, rest),
        None => match at.get("enum") {
            Some(values) => match values.node.as_array() {
                Some([only]) => only.as_str().map(str::to_owned),
                _ => None,
            },
            None => at.text("const").map(str::to_owned),
        },
    }
}

/// The alternatives of a schema as written; the schema itself where there are none.
fn variants<'a>(files: &'a Files, at: &At<'a>) -> Vec<At<'a>> {
    let target = resolve(files, at);
    let listed = ["oneOf", "anyOf"].into_iter().find_map(|key| target.get(key));
    let found: Vec<At<'a>> = listed.iter().flat_map(At::items).collect();
    if found.is_empty() { vec![at.clone()] } else { found }
}

/// Where a `schema` describes the stream as an array, its items.
fn whole_stream<'a>(files: &'a Files, at: At<'a>) -> At<'a> {
    let target = resolve(files, &at);
    match (target.text("type"), target.get("items")) {
        (Some("array"), Some(items)) => items,
        _ => at,
    }
}

/// Whether a schema is no more than a word for "some text": then it says nothing of an item.
fn says_nothing(files: &Files, at: &At<'_>) -> bool {
    let target = resolve(files, at);
    let Data::Object(members) = &target.node.data else { return true };
    let telling = |key: &str| {
        !matches!(key, "type" | "format" | "title" | "description" | "example" | "examples" | "nullable" | "default")
            && !key.starts_with("x-")
    };
    target.text("type").is_none_or(|kind| kind == "string") && !members.keys().any(|key| telling(key))
}

/// An item of which the document does not say whether it is the payload.
fn either(payload: Schema, envelope: ItemSchema) -> ItemSchema {
    ItemSchema::Either { payload, envelope: Box::new(envelope) }
}

/// Whether a variant says what the text of its `data` encloses, as only an envelope does.
fn encloses(files: &Files, item: &At<'_>, variant: &At<'_>) -> bool {
    let data = member(files, variant, "data", 0).or_else(|| member(files, item, "data", 0));
    data.is_some_and(|data| ["contentSchema", "contentMediaType"].into_iter().any(|key| data.get(key).is_some()))
}

fn shape(files: &Files, item: &At<'_>, variants: &[At<'_>]) -> Shape {
    let shape_of = |variant: &At<'_>| shape_of(files, item, variant);
    // A variant that is one text has the shape of the others.
    let is_text = |variant: &At<'_>| match shape_of(variant) {
        Shape::Payload => fixed(files, variant, &[]).is_some(),
        Shape::Text | Shape::Decoded => fixed(files, variant, &["data".to_owned()]).is_some(),
    };
    let told: Vec<&At<'_>> = variants.iter().filter(|variant| !is_text(variant)).collect();
    let told = if told.is_empty() { variants.iter().collect() } else { told };
    let shapes: Vec<Shape> = told.into_iter().map(shape_of).collect();
    match shapes.split_first() {
        Some((first, rest)) if rest.iter().all(|shape| shape == first) => *first,
        _ => Shape::Payload,
    }
}

fn shape_of(files: &Files, item: &At<'_>, variant: &At<'_>) -> Shape {
    let names = names(files, variant, 0).into_iter().chain(names(files, item, 0)).collect::<Vec<_>>();
    let data = member(files, variant, "data", 0);
    let common = member(files, item, "data", 0);
    if data.is_none() && common.is_none() {
        return Shape::Payload;
    }
    if !names.iter().all(|name| ENVELOPE.contains(&name.as_str())) {
        return Shape::Payload;
    }
    let is_text = |at: &At<'_>| at.text("type") == Some("string") || at.text("const").is_some();
    let text = encloses(files, item, variant) || [&data, &common].into_iter().flatten().any(is_text);
    if text { Shape::Text } else { Shape::Decoded }
}

/// The one text that a variant allows, bare or as the data of an event without a type.
fn text_of(files: &Files, variant: &At<'_>) -> Option<String> {
    let is_event = || names(files, variant, 0).iter().all(|name| name == "data");
    let data = || fixed(files, variant, &["data".to_owned()]).filter(|_| is_event());
    fixed(files, variant, &[]).or_else(data)
}

/// The text among alternatives that is none of the payloads: it is no JSON, and the only one of its kind or `[DONE]`.
fn text_that_ends(files: &Files, variants: &[At<'_>], shape: Shape) -> Option<String> {
    let bare = variants.iter().filter(|_| variants.len() > 1).filter_map(|variant| text_of(files, variant));
    let events = variants.iter().filter(|_| shape != Shape::Payload);
    let inside = events.filter_map(|event| member(files, event, "data", 0)).flat_map(|data| texts_inside(files, &data));
    let mut texts: Vec<String> = Vec::new();
    for text in bare.chain(inside).filter(|text| serde_json::from_str::<Value>(text).is_err()) {
        push(&mut texts, text);
    }
    match texts.iter().position(|text| text == DONE) {
        Some(done) => Some(texts.swap_remove(done)),
        None if texts.len() == 1 => texts.pop(),
        None => None,
    }
}

/// The texts among the alternatives of an event's data. Data of an event that is always one text is only the end where
/// everyone knows it as that.
fn texts_inside(files: &Files, data: &At<'_>) -> Vec<String> {
    let alternatives = variants(files, data);
    let ends = |text: &String| alternatives.len() > 1 || text == DONE;
    alternatives.iter().filter_map(|data| fixed(files, data, &[])).filter(ends).collect()
}

/// The names of a schema's properties, those of `allOf` among them.
fn names(files: &Files, at: &At<'_>, depth: usize) -> Vec<String> {
    let at = resolve(files, at);
    let mut found: Vec<String> =
        at.get("properties").iter().flat_map(At::members).map(|(name, _)| name.to_owned()).collect();
    if depth <= MAX_DEPTH {
        found.extend(at.get("allOf").iter().flat_map(At::items).flat_map(|part| names(files, &part, depth + 1)));
    }
    found
}

/// The `contentSchema` of each alternative's `data`; a text that is fixed is a sentinel and has none.
fn contents<'a>(files: &'a Files, item: &At<'a>, variants: &[At<'a>]) -> Vec<Option<At<'a>>> {
    let data = |at: &At<'a>| member(files, at, "data", 0);
    let json = |data: &At<'a>| {
        data.text("contentMediaType").is_none_or(|media| super::bodies::is_json(&super::bodies::essence(media)))
    };
    let mut found = Vec::new();
    for variant in variants {
        match data(variant).or_else(|| data(item)) {
            Some(data) if fixed(files, &data, &[]).is_some() => {}
            Some(data) if json(&data) => found.push(data.get("contentSchema")),
            _ => found.push(None),
        }
    }
    found
}

/// Where the alternatives differ by a fixed text.
fn kind(files: &Files, item: &At<'_>, variants: &[At<'_>], shape: Shape) -> Option<KindSelector> {
    let differs =
        |name: &str| variants.iter().filter(|variant| fixed(files, variant, &[name.to_owned()]).is_some()).count() > 1;
    if shape != Shape::Payload {
        return differs("event").then_some(KindSelector::Event);
    }
    let target = resolve(files, item);
    let discriminator = target.get("discriminator").and_then(|discriminator| discriminator.text("propertyName"));
    let name = discriminator.or_else(|| ["type", "event", "kind", "object"].into_iter().find(|name| differs(name)))?;
    Some(KindSelector::Pointer(format!("/{}", crate::contract::document::escape(name))))
}
