//! A word of its own in a request: an answer to another request must not give it back.

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::identity::{self, set_if_valid};
use super::maker::Maker;
use super::place::{Place, places};
use super::seed;
use crate::contract::Location;

/// Names of members that hold what people write.
const SPOKEN: [&str; 8] = ["message", "content", "text", "prompt", "input", "query", "question", "body"];

/// Puts a word into the body's most spoken text and gives it back; `None` where no text has room.
pub(super) fn put(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &mut Draft) -> Option<String> {
    let form = maker.form.as_ref()?;
    let body = draft.body.as_mut()?;
    let mark = format!("u{}", seed::word(maker.seed, &[&maker.operation.id, "mark", name]));
    let mut free: Vec<_> =
        places(&form.schema, body).into_iter().filter(|place| has_room(place, body, caller)).collect();
    free.sort_by_key(|place| (rank(place), !place.required));
    let fits = |place: &Place<'_>| {
        let text = body.pointer(&place.pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        set_if_valid(body, &form.schema, &place.pointer, Value::from(format!("{text} {mark}")))
    };
    free.iter().any(fits).then_some(mark)
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
