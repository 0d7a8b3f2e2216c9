//! Payloads as JSON.

use crate::follow::{Content, JsonError, ReadItem, Seen};

/// What the payloads of a stream show as JSON.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    /// Whether any is JSON.
    pub any: bool,
    /// The first that is no JSON and should be, and why.
    pub broken: Option<(Seen, String)>,
    /// An end that the contract does not declare, while nothing follows it.
    done: Option<Seen>,
    /// The first that is nested too deep to be read.
    pub too_deep: Option<Seen>,
    /// The first with a member that comes twice, and its pointer.
    pub duplicate: Option<(Seen, String)>,
    /// The first with half of a surrogate pair.
    pub lone_surrogate: Option<Seen>,
}

impl Payload {
    pub(super) fn item(&mut self, item: &ReadItem<'_>) -> bool {
        let spoilt = self.followed_end();
        spoilt | self.content(item)
    }

    /// An end that the contract does not declare is none where an item follows: then it is no JSON.
    fn followed_end(&mut self) -> bool {
        let Some(done) = self.done.take().filter(|_| self.broken.is_none()) else { return false };
        self.broken = Some((done, "it is no JSON value, and not the end".to_owned()));
        true
    }

    fn content(&mut self, item: &ReadItem<'_>) -> bool {
        match &item.content {
            Content::Done => {
                self.done = Some(Seen::of(item));
                false
            }
            Content::Json(json) => {
                self.any = true;
                if let (None, Some(pointer)) = (&self.duplicate, json.duplicates.first()) {
                    self.duplicate = Some((Seen::of(item), pointer.clone()));
                    return true;
                }
                if self.lone_surrogate.is_none() && !json.lone_surrogates.is_empty() {
                    self.lone_surrogate = Some(Seen::of(item));
                    return true;
                }
                false
            }
            Content::Broken(JsonError::Syntax(why)) if self.broken.is_none() => {
                self.broken = Some((Seen::of(item), why.clone()));
                true
            }
            Content::Broken(JsonError::TooDeep) if self.too_deep.is_none() => {
                self.too_deep = Some(Seen::of(item));
                false
            }
            Content::Broken(_) | Content::Sentinel | Content::Text => false,
        }
    }
}
