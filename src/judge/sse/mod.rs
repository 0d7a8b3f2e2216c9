//! Rules on server-sent events: the head, the bytes, the fields, the blocks, and what a popular
//! client makes of them.

mod blocks;
mod bytes;
mod client;
mod fields;
mod head;
mod marked;
#[cfg(test)]
mod tests;

use super::Rule;

/// The family, in the order in which a stream is read.
pub static RULES: &[Rule] = &[
    head::MEDIA_TYPE,
    head::CHARSET,
    head::CACHE_CONTROL,
    head::CONTENT_LENGTH,
    head::CONTENT_ENCODING,
    head::ACCEL_BUFFERING,
    head::CONNECTION_HEADER,
    head::ERROR_TYPED_AS_STREAM,
    head::PROFILE_HEADER,
    bytes::INVALID_UTF8,
    bytes::BOM,
    bytes::LINE_ENDS,
    bytes::CONTROL_CHARACTERS,
    bytes::LONG_LINE,
    fields::UNKNOWN_FIELD,
    fields::FIELD_CASE,
    fields::FIELD_SPACE,
    fields::PAYLOAD_WITHOUT_FIELD,
    fields::RETRY_DIGITS,
    fields::ID_NUL,
    fields::NO_SPACE,
    fields::EXTRA_SPACE,
    blocks::EVENT_WITHOUT_DATA,
    blocks::BLOCK_WITHOUT_DATA,
    blocks::REPEATED_FIELD,
    blocks::MULTI_LINE,
    client::CLIENT_VIEW,
];
