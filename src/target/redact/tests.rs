//! Secrets in every form and in every place.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;

const PAIR: &str = "pk_live_1+/x:sk_live_2?=y";

fn redactor(secret: &str) -> Redactor {
    Redactor::new([&Secret::new("KEY", secret)])
}

fn forms(text: &str) -> Vec<SecretForm> {
    redactor(PAIR).find(text.as_bytes(), false).into_iter().map(|sighting| sighting.form).collect()
}

/// Every byte as `%XX`.
fn all_percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Every character as `\uXXXX`.
fn all_json(text: &str) -> String {
    text.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect()
}

/// The text in every form that must be found.
fn written(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let base64 = |text: &str| {
        [STANDARD.encode(text), STANDARD_NO_PAD.encode(text), URL_SAFE.encode(text), URL_SAFE_NO_PAD.encode(text)]
    };
    let around = ["", "a", "ab"].map(|before| base64(&format!("{before}{secret}-and-more"))).concat();
    let escaped = [
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string().to_lowercase(),
        all_percent(secret),
        all_percent(secret).to_uppercase(),
        json.clone(),
        json.replace('/', "\\/"),
        all_json(secret),
        serde_json::Value::from(json).to_string(),
        all_percent(&all_percent(secret)),
        STANDARD.encode(secret).replace('/', "\\/"),
        utf8_percent_encode(&STANDARD.encode(secret), NON_ALPHANUMERIC).to_string(),
    ];
    let cases = [secret.to_owned(), secret.to_uppercase(), secret.to_lowercase()];
    [cases.to_vec(), base64(secret).to_vec(), around, escaped.to_vec()].concat()
}

#[test]
fn each_form_is_named() {
    use SecretForm::*;
    let upper = PAIR.to_uppercase();
    let base64 = STANDARD.encode(format!("user: {PAIR} logged in"));
    for (text, form) in [
        (PAIR, Verbatim),
        (upper.as_str(), OtherCase),
        ("pk_live_1%2B%2fx%3Ask_live_2%3F%3Dy", Percent),
        (r"pk_live_1+\/x\u003ask_live_2?=y", Json),
        (base64.as_str(), Base64),
        ("the key pk_live_1+/x:sk_li…", Cut),
    ] {
        assert_eq!(forms(text), [form], "{text}");
    }
}

#[test]
fn a_half_is_told_from_the_whole() {
    let parts = |text: &str| -> Vec<Part> {
        redactor(PAIR).find(text.as_bytes(), false).into_iter().map(|sighting| sighting.part).collect()
    };
    assert_eq!(parts("sk_live_2?=y of pk_live_1+/x"), [Part::Rest, Part::First]);
    assert_eq!(parts(PAIR), [Part::Whole]);
}

#[test]
fn a_text_shows_the_name_and_bytes_keep_their_length() {
    let redactor = redactor(PAIR);
    assert_eq!(redactor.text("no such key: SK_LIVE_2?=Y!"), "no such key: ${KEY}!");
    let body = Bytes::from_static(b"a sk_live_2%3f=y b");
    assert_eq!(redactor.bytes(&body, false), "a ************** b");
    assert_eq!(redactor.bytes(&Bytes::from_static(b"nothing"), false), "nothing");
}

#[test]
fn a_beginning_is_hidden_only_where_the_text_was_cut() {
    let redactor = redactor("hunter2-hunter2");
    assert_eq!(redactor.text("the key hunter2-h…"), "the key ${KEY}…");
    assert_eq!(redactor.text("the key hunter2-h... is wrong"), "the key ${KEY}... is wrong");
    assert_eq!(redactor.text("hunter2-h is another"), "hunter2-h is another");
    let body = Bytes::from_static(b"hunter2-h");
    assert_eq!(redactor.bytes(&body, true), "*********");
    assert_eq!(redactor.bytes(&body, false), "hunter2-h");
    let escaped = Bytes::from_static(br"%68unter2%2Dh%7");
    assert_eq!(redactor.bytes(&escaped, true), "*************%7");
}

#[test]
fn a_quote_keeps_the_form_of_keys_and_no_key() {
    let redactor = redactor("pk_live_1234567890");
    assert_eq!(redactor.quote("Format: pk_live_… or pk_live_123..."), "Format: pk_live_… or pk_live_123...");
    assert_eq!(redactor.quote("such as pk_live_1234567890…"), "such as ${KEY}…");
}

#[test]
fn another_secret_is_found_beside_the_first() {
    let both = redactor("hunter2-hunter2").with([&Secret::new("CUT", "hunter2-h"), &Secret::new("SHORT", "abc")]);
    assert_eq!(both.text("hunter2-h, abc, hunter2-hunter2"), "${CUT}, ${SHORT}, ${KEY}");
}

#[test]
fn a_secret_is_found_in_the_pieces_of_a_stream() {
    let redactor = redactor("hunter2-hunter2");
    let stream =
        "data: {\"id\": \"m\", \"delta\": \"a HUNTER2\"}\n\ndata: {\"id\": \"m\", \"delta\": \"-hunter2 b\"}\n\n";
    let found = redactor.find(stream.as_bytes(), false);
    assert!(found.iter().all(|sighting| sighting.part == Part::Whole), "{found:?}");
    assert_eq!(redactor.text(stream), stream.replace("HUNTER2", "${KEY}").replace("-hunter2", "${KEY}"));
    let apart = stream.replace("\"delta\": \"-hunter2 b\"", "\"other\": \"-hunter2 b\"");
    assert!(redactor.find(apart.as_bytes(), false).is_empty());
}

#[test]
fn a_short_secret_is_found_as_a_word_alone() {
    let redactor = redactor("chat");
    assert_eq!(redactor.text("chat: no chatter in CHAT, chat."), "${KEY}: no chatter in CHAT, ${KEY}.");
}

#[test]
fn a_secret_in_base64_leaves_no_bit_behind() {
    let redactor = redactor("hunter2-hunter2");
    let text = STANDARD.encode("a hunter2-hunter2 b");
    let shown = redactor.text(&text).into_owned();
    assert_eq!(shown, "YS${KEY}gYg==");
}

#[test]
fn a_part_that_stands_alone_once_the_rest_is_hidden_is_hidden_too() {
    let redactor = redactor("0A::\"\":0::\"\\\"");
    let text = r#"="\"0A::\\\"\\\":0::\\\"\\\\\\\"\"" "#;
    let hidden = redactor.bytes(&Bytes::from_static(text.as_bytes()), false);
    assert!(redactor.find(&hidden, false).is_empty(), "{hidden:?}");
    let of_asterisks = self::redactor("********");
    assert_eq!(of_asterisks.bytes(&Bytes::from_static(b"a ******** b"), false), &b"a ******** b"[..]);
}

#[test]
fn debug_of_a_redactor_shows_names_alone() {
    assert_eq!(format!("{:?}", redactor("hunter2-hunter2")), r#"Redactor { secrets: ["KEY"] }"#);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_form_of_a_secret_is_left(
        secret in "[!-~]{6,40}(:[!-~]{6,20})?",
        (before, after) in ("[ -~]{0,5}[ \"=,]", "[ \"&,][ -~]{0,5}"),
    ) {
        let redactor = redactor(&secret);
        for form in written(&secret) {
            let text = format!("{before}{form}{after}");
            prop_assert!(!redactor.find(text.as_bytes(), false).is_empty(), "{form} is not found in {text}");
            prop_assert!(!redactor.text(&text).contains(&form), "{form} is left in {}", redactor.text(&text));
            let bytes = Bytes::from(text.clone());
            let hidden = redactor.bytes(&bytes, false);
            prop_assert_eq!(hidden.len(), bytes.len());
            prop_assert!(redactor.find(&hidden, false).is_empty(), "{hidden:?} still shows it");
        }
    }

    #[test]
    fn any_bytes_are_searched(bytes in any::<Vec<u8>>(), is_cut: bool) {
        let redactor = redactor(PAIR);
        let found = redactor.find(&bytes, is_cut);
        prop_assert!(found.iter().all(|sighting| sighting.range.end <= bytes.len()));
    }
}
