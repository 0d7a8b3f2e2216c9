//! What faults do to replies. A change that finds nothing to work on, because another fault was there
//! first, does nothing.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::conduct::Object;
use super::reply::{Flow, Reply};

/// A piece of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// The second: in a stream of events the first that has company on both sides.
    Second,
    /// The last: in a stream of events the sentinel.
    Last,
}

impl Reply {
    /// Sets a header field.
    pub fn set(&mut self, name: HeaderName, value: &'static str) {
        self.headers.insert(name, HeaderValue::from_static(value));
    }

    /// Takes a header field away.
    pub fn unset(&mut self, name: &HeaderName) {
        self.headers.remove(name);
    }

    /// Announces the length of the body, and so many bytes more.
    pub fn announce_length(&mut self, more: usize) {
        let length = self.pieces.iter().map(Vec::len).sum::<usize>() + more;
        self.headers.insert(CONTENT_LENGTH, length.into());
    }

    /// Makes it another reply: a whole body of this media type under this status.
    pub fn become_whole(&mut self, status: StatusCode, media_type: &'static str, body: &str) {
        self.status = status;
        self.set(CONTENT_TYPE, media_type);
        self.unset(&CONTENT_LENGTH);
        self.pieces = vec![body.as_bytes().to_vec()];
        self.flow = Flow::Whole;
    }

    /// Makes it a failure of the server.
    pub fn become_failure(&mut self) {
        self.become_whole(
            StatusCode::INTERNAL_SERVER_ERROR,
            "application/json",
            r#"{"message":"Something went wrong."}"#,
        );
    }

    /// Makes it a refusal of a request that is in order.
    pub fn become_bad_request(&mut self) {
        self.become_whole(
            StatusCode::BAD_REQUEST,
            "application/json",
            r#"{"message":"The request cannot be served."}"#,
        );
    }

    /// Changes the JSON object that is the body.
    pub fn edit_object(&mut self, edit: impl FnOnce(&mut Object)) {
        if let Ok(Value::Object(mut object)) = serde_json::from_slice(&self.pieces.concat()) {
            edit(&mut object);
            self.pieces = vec![Value::Object(object).to_string().into_bytes()];
        }
    }

    /// Sets a member of the JSON object that is the body.
    pub fn set_member(&mut self, name: &str, value: impl Into<Value>) {
        self.edit_object(|object| {
            object.insert(name.to_owned(), value.into());
        });
    }

    /// Takes a member of the JSON object that is the body away.
    pub fn unset_member(&mut self, name: &str) {
        self.edit_object(|object| {
            object.shift_remove(name);
        });
    }

    /// Puts another text in place of one in the body of a short reply.
    pub fn replace(&mut self, from: &str, to: &str) {
        let body = String::from_utf8_lossy(&self.pieces.concat()).replace(from, to);
        self.pieces = vec![body.into_bytes()];
    }

    /// Puts a piece before the one at this place, or at the end where there are fewer.
    pub fn insert(&mut self, at: usize, piece: &str) {
        self.pieces.insert(at.min(self.pieces.len()), piece.as_bytes().to_vec());
    }

    /// Changes the bytes of one piece.
    pub fn rewrite(&mut self, piece: Piece, edit: impl FnOnce(&mut Vec<u8>)) {
        let found = match piece {
            Piece::Second => self.pieces.get_mut(1),
            Piece::Last => self.pieces.last_mut(),
        };
        if let Some(bytes) = found {
            edit(bytes);
        }
    }

    /// Puts a text before one piece.
    pub fn prefix(&mut self, piece: Piece, text: &str) {
        self.rewrite(piece, |bytes| *bytes = [text.as_bytes(), bytes].concat());
    }

    /// Makes one piece another.
    pub fn put(&mut self, piece: Piece, text: &str) {
        self.rewrite(piece, |bytes| *bytes = text.as_bytes().to_vec());
    }

    /// Puts another text in place of one in every piece of a stream.
    pub fn replace_in_pieces(&mut self, from: &str, to: &str) {
        for piece in &mut self.pieces {
            *piece = String::from_utf8_lossy(piece).replace(from, to).into_bytes();
        }
    }

    /// Changes the JSON objects that the events of a stream carry.
    pub fn edit_items(&mut self, mut edit: impl FnMut(usize, &mut Object)) {
        for (number, piece) in self.pieces.iter_mut().enumerate() {
            let Some(payload) = piece.strip_prefix(b"data: ") else { continue };
            if let Ok(Value::Object(mut item)) = serde_json::from_slice(payload) {
                edit(number, &mut item);
                *piece = format!("data: {}\n\n", Value::Object(item)).into_bytes();
            }
        }
    }
}
