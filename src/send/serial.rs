//! How exchanges are written down: bytes as text where they are text, times in microseconds.

use serde::{Deserialize, Serialize};

/// Bytes as they stand in a file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Written {
    /// They are UTF-8.
    Text(String),
    /// They are not.
    Base64(String),
}

impl Written {
    fn of(bytes: &[u8]) -> Self {
        use base64::Engine as _;
        match std::str::from_utf8(bytes) {
            Ok(text) => Written::Text(text.to_owned()),
            Err(_) => Written::Base64(base64::prelude::BASE64_STANDARD.encode(bytes)),
        }
    }

    fn read<E: serde::de::Error>(self) -> Result<Vec<u8>, E> {
        use base64::Engine as _;
        match self {
            Written::Text(text) => Ok(text.into_bytes()),
            Written::Base64(text) => base64::prelude::BASE64_STANDARD.decode(text).map_err(E::custom),
        }
    }
}

/// Bytes: `{"text": …}` or `{"base64": …}`.
pub mod payload {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Written;

    pub fn serialize<B: AsRef<[u8]>, S: Serializer>(bytes: &B, serializer: S) -> Result<S::Ok, S::Error> {
        Written::of(bytes.as_ref()).serialize(serializer)
    }

    pub fn deserialize<'de, B: From<Bytes>, D: Deserializer<'de>>(deserializer: D) -> Result<B, D::Error> {
        Ok(B::from(Bytes::from(Written::deserialize(deserializer)?.read()?)))
    }
}

/// Bytes that may be missing.
pub mod optional_payload {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Written;

    pub fn serialize<S: Serializer>(bytes: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
        bytes.as_deref().map(Written::of).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bytes>, D::Error> {
        let written = Option::<Written>::deserialize(deserializer)?;
        written.map(|written| Ok(Bytes::from(written.read()?))).transpose()
    }
}

/// Fields: names with bytes.
pub mod fields {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Written;

    pub fn serialize<B: AsRef<[u8]>, S: Serializer>(fields: &[(String, B)], serializer: S) -> Result<S::Ok, S::Error> {
        let written = fields.iter().map(|(name, value)| (name, Written::of(value.as_ref())));
        written.collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, B: From<Bytes>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, B)>, D::Error> {
        let written = Vec::<(String, Written)>::deserialize(deserializer)?;
        written.into_iter().map(|(name, value)| Ok((name, B::from(Bytes::from(value.read()?))))).collect()
    }
}

/// A time in whole microseconds.
pub mod micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        u64::try_from(time.as_micros()).unwrap_or(u64::MAX).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "super::payload")]
        text: Bytes,
        #[serde(with = "super::fields")]
        fields: Vec<(String, Vec<u8>)>,
    }

    #[test]
    fn bytes_read_back_as_they_were_text_or_not() {
        let both = Both { text: Bytes::from_static(b"data: \xc3\xa9"), fields: vec![("x".to_owned(), vec![0xff, 0])] };
        let written = serde_json::to_string(&both).unwrap();
        assert_eq!(written, r#"{"text":{"text":"data: é"},"fields":[["x",{"base64":"/wA="}]]}"#);
        assert_eq!(serde_json::from_str::<Both>(&written).unwrap(), both);
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        let error = serde_json::from_str::<Both>(r#"{"text":{"base64":"*"},"fields":[]}"#).unwrap_err();
        assert!(error.to_string().contains("Invalid"), "{error}");
    }
}
