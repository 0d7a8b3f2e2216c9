//! A word of its own in a request: an answer to another request must not give it back.

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::identity::{self, set_if_valid};
use super::maker::Maker;
use super::place::{Place, places};
use super::seed;
use crate::contract::{Location, Schema};

/// Names of members that hold what people write.
const SPOKEN: [&str; 8] = ["message", "content", "text", "prompt", "input", "query", "question", "body"];

/// Puts a word into the body's most spoken text and gives it back; `None` where no text has room.
pub(super) fn put(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &mut Draft) -> Option<String> {
    let form = maker.form.as_ref()?;
    let body = draft.body.as_mut()?;
    let mark = format!("u{}", seed::word(maker.seed, &[&maker.operation.id, "mark", name]));
    let places = spoken(&form.schema, body, caller);
    let fits = |pointer: &String| {
        let text = body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        set_if_valid(body, &form.schema, pointer, Value::from(format!("{text} {mark}")))
    };
    places.iter().any(fits).then_some(mark)
}

/// Pointers to the texts of a body that take any text, those first that hold what people write.
pub(super) fn spoken(schema: &Schema, body: &Value, caller: &Caller<'_>) -> Vec<String> {
    let mut free: Vec<_> = places(schema, body).into_iter().filter(|place| has_room(place, body, caller)).collect();
    free.sort_by_key(|place| (rank(place), !place.required));
    free.into_iter().map(|place| place.pointer).collect()
}

fn has_room(place: &Place<'_>, body: &Value, caller: &Caller<'_>) -> bool {
    let Some(name) = &place.name else { return false };
    let is_text = body.pointer(&place.pointer).is_some_and(Value::is_string);
    let configured = caller.value(&Location::Body(place.pointer.clone())).is_some();
    is_text && !configured && identity::is_free_text(&place.node) && !identity::is_id(name, &place.node)
}

fn rank(place: &Place<'_>) -> usize {
    let spoken = SPOKEN.iter().position(|spoken| place.name.as_deref() == Some(*spoken));
    spoken.unwrap_or(SPOKEN.len())
}
