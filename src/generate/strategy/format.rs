//! Text of a known `format`.

use proptest::prelude::*;
use proptest::string::string_regex;

use super::text;

/// Text of that format; `None` for a format that asks for nothing in particular.
pub(super) fn text(format: &str) -> Option<BoxedStrategy<String>> {
    let text = match format {
        "date" => date().boxed(),
        "time" => time().boxed(),
        "date-time" => (date(), time()).prop_map(|(date, time)| format!("{date}T{time}")).boxed(),
        "duration" => (1_u32..=30, 0_u32..=23).prop_map(|(days, hours)| format!("P{days}DT{hours}H")).boxed(),
        "uuid" => any::<u128>().prop_map(uuid).boxed(),
        "email" | "idn-email" => text::word().prop_map(|word| format!("{word}@example.com")).boxed(),
        "hostname" | "idn-hostname" => text::word().prop_map(|word| format!("{word}.example.com")).boxed(),
        "ipv4" => any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()).boxed(),
        "ipv6" => any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()).boxed(),
        "uri" | "iri" | "url" => text::word().prop_map(|word| format!("https://example.com/{word}")).boxed(),
        "uri-reference" | "iri-reference" | "json-pointer" => text::word().prop_map(|word| format!("/{word}")).boxed(),
        "relative-json-pointer" => (0_u8..=9).prop_map(|up| up.to_string()).boxed(),
        "uri-template" => text::word().prop_map(|word| format!("/{word}/{{id}}")).boxed(),
        "regex" => text::word().prop_map(|word| format!("^{word}$")).boxed(),
        "byte" | "base64" => string_regex("([A-Za-z0-9+/]{4}){1,8}").ok()?.boxed(),
        _ => return None,
    };
    Some(text)
}

/// A random UUID, version 4 (RFC 9562).
pub(in crate::generate) fn uuid(bits: u128) -> String {
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

/// Every day that each month has.
fn date() -> impl Strategy<Value = String> {
    (1970_u32..=2099, 1_u32..=12, 1_u32..=28).prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

fn time() -> impl Strategy<Value = String> {
    let zone = prop_oneof![3 => Just("Z"), 1 => Just("+02:00"), 1 => Just(".123Z")];
    (0_u32..=23, 0_u32..=59, 0_u32..=59, zone)
        .prop_map(|(hour, minute, second, zone)| format!("{hour:02}:{minute:02}:{second:02}{zone}"))
}
