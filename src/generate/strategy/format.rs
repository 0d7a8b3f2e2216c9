//! Text of a known `format`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::dice::Dice;

/// The formats that ask for something in particular.
pub(super) const NAMES: [&str; 22] = [
    "date",
    "time",
    "date-time",
    "duration",
    "uuid",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "url",
    "iri",
    "uri-reference",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "byte",
    "base64",
];

const WORDS: [&str; 8] = ["order", "plan", "widget", "price", "refund", "status", "account", "visit"];

/// Text of that format; `None` for a format that asks for nothing in particular.
pub(super) fn text(format: &str, dice: &mut Dice<'_>) -> Option<String> {
    let text = match format {
        "date" => date(dice),
        "time" => time(dice),
        "date-time" => format!("{}T{}", date(dice), time(dice)),
        "duration" => duration(dice),
        "uuid" => uuid(u128::from(dice.bits()) << 64 | u128::from(dice.bits())),
        "email" => mail(&WORDS, dice),
        "idn-email" => mail(&["δοκιμή", "用户", "order", "jörg"], dice),
        "hostname" => host(dice),
        "idn-hostname" => one(&["bücher.example", "例え.example", "order.example.com"], dice),
        "ipv4" => Ipv4Addr::from_bits(low_bits(dice)).to_string(),
        "ipv6" => ipv6(dice),
        "uri" | "url" => format!("{}{}", one(&["https", "http"], dice), rest_of_uri(dice)),
        "iri" => format!("https://example.com/{}", one(&["größe", "日本", "order"], dice)),
        "uri-reference" => format!("{}{}", one(&["/", "../", "?q=", "#", "https://example.com/"], dice), word(dice)),
        "iri-reference" => format!("/{}", one(&["größe", "日本", "order"], dice)),
        "uri-template" => format!("/{}{}", word(dice), one(&["/{id}", "{?page,size}", "{/path*}", ""], dice)),
        "json-pointer" => one(&["", "/order", "/order/0/price", "/a~1b/c~0d", "/"], dice),
        "relative-json-pointer" => format!("{}{}", dice.below(10), one(&["", "#", "/order", "/a~1b"], dice)),
        "regex" => one(&["^order$", "[a-z]+", "\\d{2,4}", "(plan|price)?", "^\\S+@\\S+$"], dice),
        "byte" | "base64" => base64(dice),
        _ => return None,
    };
    Some(text)
}

/// A random UUID, version 4 (RFC 9562).
pub(in crate::generate) fn uuid(bits: u128) -> String {
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

fn one(texts: &[&str], dice: &mut Dice<'_>) -> String {
    dice.pick(texts).copied().unwrap_or_default().to_owned()
}

fn word(dice: &mut Dice<'_>) -> String {
    one(&WORDS, dice)
}

fn low_bits(dice: &mut Dice<'_>) -> u32 {
    u32::try_from(dice.bits() >> 32).unwrap_or(u32::MAX)
}

/// Any day, the ends of months and of February in a leap year among them.
fn date(dice: &mut Dice<'_>) -> String {
    let year = dice.among(1970, 2099);
    match dice.below(8) {
        0 => "2024-02-29".to_owned(),
        1 => format!("{year:04}-12-31"),
        _ => format!("{year:04}-{:02}-{:02}", dice.among(1, 12), dice.among(1, 28)),
    }
}

/// A time with its zone (RFC 3339 section 5.6), with and without a fraction.
fn time(dice: &mut Dice<'_>) -> String {
    let zone = one(&["Z", "Z", "Z", "+02:00", "-11:30", ".123Z", ".000001+00:00"], dice);
    format!("{:02}:{:02}:{:02}{zone}", dice.below(24), dice.below(60), dice.below(60))
}

fn duration(dice: &mut Dice<'_>) -> String {
    let (one_, two) = (dice.among(1, 30), dice.below(24));
    match dice.below(4) {
        0 => format!("P{one_}W"),
        1 => format!("PT{one_}M{two}S"),
        2 => format!("P{two}Y{one_}M"),
        _ => format!("P{one_}DT{two}H"),
    }
}

fn mail(names: &[&str], dice: &mut Dice<'_>) -> String {
    let (name, ending) = (one(names, dice), one(&["", "", "+tag", ".name", "-1"], dice));
    format!("{name}{ending}@{}", one(&["example.com", "mail.example.org"], dice))
}

fn host(dice: &mut Dice<'_>) -> String {
    format!("{}{}", word(dice), one(&[".example.com", "", ".example", "-1.example.org"], dice))
}

fn ipv6(dice: &mut Dice<'_>) -> String {
    match dice.below(4) {
        0 => one(&["::1", "::", "::ffff:192.0.2.1", "2001:db8::8a2e:370:7334"], dice),
        _ => Ipv6Addr::from_bits(u128::from(dice.bits()) << 64 | u128::from(dice.bits())).to_string(),
    }
}

fn rest_of_uri(dice: &mut Dice<'_>) -> String {
    let ending = one(&["", "", "?page=2", "#top", "?q=a%20b&r=%C3%A9", "/"], dice);
    format!("://{}/{}{ending}", one(&["example.com", "example.org:8443", "192.0.2.1"], dice), word(dice))
}

fn base64(dice: &mut Dice<'_>) -> String {
    use base64::Engine;
    let count = dice.among(1, 24);
    let bytes: Vec<u8> = (0..count).map(|_| dice.bits().to_le_bytes()[0]).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
