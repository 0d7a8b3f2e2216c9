//! The shape of answers with one status and media type.

use std::collections::BTreeMap;

use super::events::Events;
use super::names::is_shaping;
use super::said::Said;
use super::shape::Shape;
use super::{Presence, join_maps};
use crate::contract::Operation;
use crate::follow::Form;
use crate::send::{Answer, End};
use crate::stream::Framing;

/// The shape of answers with one status and media type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Names of header fields, in lower case.
    pub(crate) headers: BTreeMap<String, (Presence, ())>,
    /// The forms that their bodies had; none where no body was seen whole.
    pub(crate) body: Body,
}

/// The forms of bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// Whether some had no body.
    pub empty: bool,
    /// Whether some were plain text, or of a form that is not looked into.
    pub text: bool,
    /// JSON.
    pub json: Option<Shape>,
    /// Streams.
    pub events: Option<Events>,
}

/// Longest media type that is shown.
const LONGEST_ESSENCE: usize = 100;

/// What an answer is called: status and media type.
pub(super) fn label(answer: &Answer) -> String {
    match answer.essence().filter(|essence| !essence.is_empty()) {
        Some(essence) if is_media_type(&essence) => format!("{} {essence}", answer.status),
        Some(_) => format!("{} of no media type", answer.status),
        None => answer.status.to_string(),
    }
}

/// Whether a text has the form of a media type (RFC 6838 section 4.2).
fn is_media_type(essence: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    essence.len() <= LONGEST_ESSENCE
        && essence.split_once('/').is_some_and(|(class, rest)| is_name(class) && is_name(rest))
}

impl Answers {
    /// The shape of one answer to an operation.
    pub(super) fn of(operation: &Operation, answer: &Answer) -> Self {
        let names = answer.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let shaping = names.filter(|name| is_shaping(name));
        Answers {
            headers: shaping.map(|name| (name, (Presence::Always, ()))).collect(),
            body: Body::of(operation, answer),
        }
    }

    /// Takes in the shape of others.
    pub(super) fn join(&mut self, other: Answers) {
        join_maps(&mut self.headers, other.headers, |(), ()| ());
        self.body.join(other.body);
    }

    /// Takes out names that must not be shown.
    pub(super) fn hide(&mut self, is_secret: &dyn Fn(&str) -> bool) {
        self.headers.retain(|name, _| !is_secret(name));
        self.body.json.iter_mut().for_each(|shape| shape.hide(is_secret));
        if let Some(events) = &mut self.body.events {
            events.kinds.retain(|kind, _| !is_secret(kind));
            events.before.retain(|(one, other)| !is_secret(one) && !is_secret(other));
            events.kinds.values_mut().for_each(|(_, shape)| shape.hide(is_secret));
        }
    }
}

impl Body {
    /// The form of one body; nothing where it was not read to its end, or is compressed.
    fn of(operation: &Operation, answer: &Answer) -> Self {
        let mut body = Body::default();
        let is_whole = matches!(answer.end, End::Complete(_) | End::HeldOpen { .. }) && !answer.is_cut();
        if !is_whole || answer.content_coding().is_some() {
            return body;
        }
        let essence = answer.essence().unwrap_or_default();
        let form = Form::of(operation, answer.status, &essence, |name| answer.header(name));
        let documented = || operation.response(answer.status).and_then(|response| response.media(&essence));
        match form.filter(|form| form.framing != Framing::Text) {
            _ if answer.body.is_empty() => body.empty = true,
            Some(form) => body.events = Some(Events::of(answer, &form)),
            None if essence.contains("json") => match serde_json::from_slice(&answer.body) {
                Ok(value) => {
                    let schema = documented().and_then(|media| media.schema.as_ref());
                    body.json = Some(Shape::of(&value, &Said::of(schema)));
                }
                Err(_) => body.text = true,
            },
            None => body.text = true,
        }
        body
    }

    fn join(&mut self, other: Body) {
        self.empty |= other.empty;
        self.text |= other.text;
        match (&mut self.json, other.json) {
            (Some(one), Some(other)) => one.join(other),
            (one, other) => *one = one.take().or(other),
        }
        match (&mut self.events, other.events) {
            (Some(one), Some(other)) => one.join(other),
            (one, other) => *one = one.take().or(other),
        }
    }

    /// The forms that were seen, in words.
    pub fn forms(&self) -> Vec<&'static str> {
        let forms = [
            (self.empty, "empty"),
            (self.text, "text"),
            (self.json.is_some(), "JSON"),
            (self.events.is_some(), "a stream of events"),
        ];
        forms.into_iter().filter(|(seen, _)| *seen).map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_called_by_its_status_and_a_media_type_that_is_one() {
        let called = |value: &str| {
            let headers = vec![("content-type".to_owned(), value.as_bytes().to_vec())];
            label(&Answer::whole(200, headers, ""))
        };
        assert_eq!(called("Application/JSON; charset=utf-8"), "200 application/json");
        assert_eq!(called("a | b/c"), "200 of no media type");
        assert_eq!(label(&Answer::whole(204, Vec::new(), "")), "204");
    }
}
