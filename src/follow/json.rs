//! A payload read as JSON, with what an ordinary reader hides: names that come twice, and halves of
//! surrogate pairs.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A JSON text.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    /// Its value; of a name that comes twice, the last one counts.
    pub value: Value,
    /// JSON Pointers of the members that come twice.
    pub duplicates: Vec<String>,
    /// Offsets in the text of escapes that are half of a surrogate pair. RFC 8259 allows them, and
    /// many readers refuse them.
    pub lone_surrogates: Vec<usize>,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonError {
    /// The grammar is broken, in the reader's words.
    Syntax(String),
    /// It is nested deeper than we read.
    TooDeep,
}

impl Json {
    /// Reads a whole text.
    pub fn read(text: &str) -> Result<Self, JsonError> {
        let (repaired, lone_surrogates) = repair_surrogates(text);
        let mut duplicates = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(&repaired);
        let seed = Node { path: String::new(), duplicates: &mut duplicates };
        let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        match value {
            Ok(value) => Ok(Json { value, duplicates, lone_surrogates }),
            Err(error) if error.to_string().starts_with("recursion limit") => Err(JsonError::TooDeep),
            Err(error) => Err(JsonError::Syntax(error.to_string())),
        }
    }
}

/// Replaces every lone surrogate escape by one of U+FFFD, which is as long.
fn repair_surrogates(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(backslash) = text[at..].find('\\').map(|found| at + found) {
        at = match (surrogate(text, backslash), surrogate(text, backslash + 6)) {
            (Some(Half::High), Some(Half::Low)) => backslash + 12,
            (Some(_), _) => {
                lone.push(backslash);
                backslash + 6
            }
            // An escape and the character that it escapes, which may be another backslash.
            (None, _) => backslash + 1 + text[backslash + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    if lone.is_empty() {
        return (Cow::Borrowed(text), lone);
    }
    let mut repaired = text.to_owned();
    lone.iter().for_each(|&at| repaired.replace_range(at..at + 6, "\\ufffd"));
    (Cow::Owned(repaired), lone)
}

enum Half {
    High,
    Low,
}

/// The half of a surrogate pair that is escaped at this offset.
fn surrogate(text: &str, at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

/// One value on its way in, and where it stands.
struct Node<'a> {
    path: String,
    duplicates: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        loop {
            let path = format!("{}/{}", self.path, array.len());
            let Some(item) = items.next_element_seed(Node { path, duplicates: &mut *self.duplicates })? else {
                return Ok(Value::Array(array));
            };
            array.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = format!("{}/{}", self.path, name.replace('~', "~0").replace('/', "~1"));
            if object.contains_key(&name) {
                self.duplicates.push(path.clone());
            }
            let value = members.next_value_seed(Node { path, duplicates: &mut *self.duplicates })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_read_as_any_reader_would() {
        let text = r#" {"a": [1, -2, 2.5, true, null, "é\"\\"], "b": {"c": {}}} "#;
        let read = Json::read(text).unwrap();
        assert_eq!(read.value, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!((read.duplicates, read.lone_surrogates), (vec![], vec![]));
    }

    #[test]
    fn a_name_that_comes_twice_has_its_pointer() {
        let read = Json::read(r#"{"a": [{"b/c": 1, "b/c": 2}], "d": 1}"#).unwrap();
        assert_eq!(read.duplicates, ["/a/0/b~1c"]);
        assert_eq!(read.value["a"][0]["b/c"], json!(2));
    }

    #[test]
    fn half_of_a_surrogate_pair_is_told_and_a_whole_one_is_not() {
        let read = Json::read(r#""a\ud83d b\udc4d c\ud83d\udc4d d\\ud800""#).unwrap();
        assert_eq!(read.lone_surrogates, [2, 10]);
        assert_eq!(read.value, json!("a\u{fffd} b\u{fffd} c👍 d\\ud800"));
    }

    #[test]
    fn what_is_no_json_is_told_from_what_is_too_deep() {
        for text in ["", "{", "{} {}", "undefined", "{'a': 1}", "\"a\u{0}\""] {
            assert!(matches!(Json::read(text), Err(JsonError::Syntax(_))), "{text}");
        }
        assert_eq!(Json::read(&"[".repeat(1000)), Err(JsonError::TooDeep));
    }
}
