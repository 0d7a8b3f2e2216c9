//! The texts that a stream gives in pieces: what stands at one place of its items, put together.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Content, ReadItem};

/// Most places whose texts are put together.
const MOST_PLACES: usize = 16;
/// How much of each text is kept, in bytes.
const LONGEST: usize = 64 * 1024;
/// How deep in an item places are looked for.
const DEEPEST: usize = 4;

/// The beginnings of a stream's texts, by the JSON Pointer of their pieces; data that is no JSON stands at the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(IndexMap<String, String>);

impl Texts {
    /// Takes in an item.
    pub(super) fn note(&mut self, item: &ReadItem<'_>) {
        match &item.content {
            Content::Json(json) => self.walk(&json.value, &mut String::new(), 0),
            Content::Text => self.add("", &item.item.data),
            Content::Sentinel | Content::Done | Content::Broken(_) => {}
        }
    }

    /// The texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    fn walk(&mut self, value: &Value, place: &mut String, depth: usize) {
        match value {
            Value::String(text) => self.add(place, text),
            Value::Object(members) if depth < DEEPEST => {
                members.iter().for_each(|(name, member)| self.step(name, member, place, depth));
            }
            Value::Array(items) if depth < DEEPEST => {
                let named = items.iter().enumerate().take(MOST_PLACES);
                named.for_each(|(index, item)| self.step(&index.to_string(), item, place, depth));
            }
            _ => {}
        }
    }

    fn step(&mut self, name: &str, value: &Value, place: &mut String, depth: usize) {
        let length = place.len();
        place.push('/');
        place.push_str(name);
        self.walk(value, place, depth + 1);
        place.truncate(length);
    }

    fn add(&mut self, place: &str, piece: &str) {
        if !self.0.contains_key(place) {
            if self.0.len() == MOST_PLACES {
                return;
            }
            self.0.insert(place.to_owned(), String::new());
        }
        let Some(text) = self.0.get_mut(place) else { return };
        let room = LONGEST.saturating_sub(text.len());
        text.push_str(&piece[..piece.floor_char_boundary(room)]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::stream::{Framing, Item};

    fn texts(data: &[&str]) -> Vec<String> {
        let mut texts = Texts::default();
        for (index, data) in data.iter().enumerate() {
            let item = Item {
                number: index + 1,
                name: None,
                data: (*data).to_owned(),
                last_event_id: Arc::default(),
                retry: None,
                span: 0..0,
                at: Duration::ZERO,
            };
            texts.note(&ReadItem::read(&item, None, Framing::Sse));
        }
        texts.iter().map(str::to_owned).collect()
    }

    #[test]
    fn pieces_at_one_place_are_one_text() {
        let said = texts(&[
            r#"{"id": "a", "choices": [{"delta": {"content": "Hel"}}]}"#,
            r#"{"id": "a", "choices": [{"delta": {"content": "lo"}}]}"#,
        ]);
        assert_eq!(said, ["aa", "Hello"]);
        assert_eq!(texts(&["Hel", "lo"]), ["Hello"]);
    }

    #[test]
    fn however_much_comes_only_so_much_is_kept() {
        let long = "é".repeat(LONGEST);
        assert!(texts(&[&long, &long]).iter().all(|text| text.len() <= LONGEST));
        let wide: String = (0..100).map(|number| format!("\"m{number}\":\"x\",")).collect();
        assert_eq!(texts(&[&format!("{{{}\"z\":1}}", wide)]).len(), MOST_PLACES);
    }
}
