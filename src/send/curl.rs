//! A request as one line for a shell.

use std::borrow::Cow;

use serde_json::Value;

use super::WireRequest;
use crate::target::Text;

/// The request as one `curl` line for a POSIX shell, with `${NAME}` in place of secrets.
///
/// Every character of it can be shown on a terminal as it is. What cannot stands as JSON's own escape in a body of
/// JSON, and is written by `printf` elsewhere: so is a body that no argument can hold (not UTF-8, or with NUL).
pub fn curl(request: &WireRequest) -> String {
    let mut line = String::new();
    let body = request.body.as_deref();
    let text = body.map(argument);
    if let (Some(bytes), Some(None)) = (body, &text) {
        line += &format!("printf '{}' | ", octal(bytes));
    }
    line += "curl -isSN";
    let implied = if body.is_some() { "POST" } else { "GET" };
    match request.method.as_str() {
        method if method == implied => {}
        "HEAD" => line += " --head",
        method => line += &format!(" -X {method}"),
    }
    let url = request.url.to_string();
    if url.contains(['[', ']']) {
        line += " -g";
    }
    if url.contains("/.") {
        line += " --path-as-is";
    }
    line += &format!(" {}", quoted(&request.url));
    for (name, value) in &request.headers {
        let header = if value.reveal().is_empty() {
            Text::plain(format!("{name};"))
        } else {
            Text::plain(format!("{name}: ")).then(value.clone())
        };
        line += &format!(" -H {}", quoted(&header));
    }
    if body.is_some() && !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        line += " -H 'Content-Type:'";
    }
    match text {
        Some(Some(text)) => line += &format!(" --data-raw {}", single(&text)),
        Some(None) => line += " --data-binary @-",
        None => {}
    }
    line
}

/// A body as an argument that means the same; `None` where there is none.
fn argument(body: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(body).ok()?;
    if text.chars().all(is_plain) {
        return Some(Cow::Borrowed(text));
    }
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    let escaped = json_escaped(text);
    (value(text)? == value(&escaped)?).then_some(Cow::Owned(escaped))
}

/// The text with JSON's escapes in place of what is not plain.
fn json_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if is_plain(char) {
            escaped.push(char);
        } else {
            escaped.extend(char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

/// Whether a character can be shown as it is. The standard library escapes control and format characters,
/// direction marks, odd spaces and what Unicode has not assigned.
pub fn is_plain(char: char) -> bool {
    matches!(char, '"' | '\'' | '\\') || char.escape_debug().len() == 1
}

/// Single quotes where nothing needs the shell, double quotes around `${NAME}`.
fn quoted(text: &Text) -> String {
    if !text.is_secret() && text.to_string().chars().all(is_plain) {
        return single(&text.to_string());
    }
    // Only plain pieces are escaped: `map` changes secrets too, and `Display` shows their names.
    format!("\"{}\"", text.map(in_double_quotes))
}

fn in_double_quotes(piece: &str) -> String {
    let mut out = String::new();
    for char in piece.chars() {
        if is_plain(char) {
            out.extend(matches!(char, '"' | '\\' | '$' | '`').then_some('\\').into_iter().chain([char]));
        } else {
            out += &format!("$(printf '{}')", octal(char.encode_utf8(&mut [0; 4]).as_bytes()));
        }
    }
    out
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn octal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .enumerate()
        .map(|(index, byte)| match byte {
            // A format that begins with it would be read as an option.
            b'-' if index == 0 => r"\055".to_owned(),
            b'%' => "%%".to_owned(),
            b'\\' => r"\\".to_owned(),
            b'\'' => r"\047".to_owned(),
            b'\r' => r"\r".to_owned(),
            b'\n' => r"\n".to_owned(),
            b' '..=b'~' => char::from(*byte).to_string(),
            _ => format!("\\{byte:03o}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use http::Method;

    use super::*;
    use crate::target::Secret;

    fn request(body: Option<&[u8]>) -> WireRequest {
        WireRequest {
            method: Method::POST,
            url: Text::plain("http://127.0.0.1:1/a"),
            headers: vec![
                ("x-api-key".to_owned(), Text::secret(Secret::new("API_KEY", "pk_$1"))),
                ("Content-Type".to_owned(), Text::plain("application/json")),
            ],
            body: body.map(<[u8]>::to_vec),
        }
    }

    #[test]
    fn a_secret_stays_a_name_that_the_shell_fills_in() {
        insta::assert_snapshot!(
            curl(&request(Some(br#"{"message":"it's"}"#))),
            @r#"curl -isSN 'http://127.0.0.1:1/a' -H "x-api-key: ${API_KEY}" -H 'Content-Type: application/json' --data-raw '{"message":"it'\''s"}'"#
        );
    }

    #[test]
    fn bytes_that_no_argument_can_hold_are_piped_in() {
        let line = curl(&request(Some(b"a\0\xff'%\\")));
        assert!(line.starts_with(r"printf 'a\000\377\047%%\\' | curl"), "{line}");
        assert!(line.ends_with("--data-binary @-"), "{line}");
    }

    /// What a shell makes of a line when `curl` is a program that prints its arguments, or its input.
    fn read_back(line: &str, curl: &str) -> String {
        let line = line.replace("curl -isSN", curl);
        let output = Command::new("sh").arg("-c").arg(line).env("API_KEY", "pk_$1").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn line_ends_of_a_form_in_parts_are_seen() {
        let line = curl(&request(Some(b"--x\r\n\r\n1\r\n--x--")));
        assert!(line.starts_with(r"printf '\055-x\r\n\r\n1\r\n--x--' | curl"), "{line}");
    }

    #[test]
    fn a_shell_reads_every_argument_back_as_it_was() {
        let body = "'single' \"double\" $HOME `id` \\ ü 日本語";
        let shown = read_back(&curl(&request(Some(body.as_bytes()))), "printf '%s|'");
        let expected =
            format!("http://127.0.0.1:1/a|-H|x-api-key: pk_$1|-H|Content-Type: application/json|--data-raw|{body}|");
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_a_terminal_would_not_show_is_escaped_as_json_in_json() {
        let body = serde_json::json!({"e\u{301}": "\u{202e}👩‍👧 \u{1b}[31m it's"});
        let line = curl(&request(Some(body.to_string().as_bytes())));
        assert!(line.chars().all(is_plain) && line.contains(r"\u202e"), "{line}");
        let shown = read_back(&line, "printf '%s|'");
        let sent = shown.trim_end_matches('|').rsplit('|').next().unwrap();
        assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), body);
    }

    #[test]
    fn what_a_terminal_would_not_show_is_printed_elsewhere() {
        let mut request = request(Some("--x\r\n\u{202e}100%\n".as_bytes()));
        request.headers.push(("x-text".to_owned(), Text::plain("a\u{9b}'$b")));
        let line = curl(&request);
        assert!(line.starts_with(r"printf '\055-x\r\n\342\200\256100%%\n' | curl"), "{line}");
        assert!(line.chars().all(is_plain), "{line}");
        assert_eq!(read_back(&line, "cat; true"), "--x\r\n\u{202e}100%\n");
        assert!(read_back(&line, "printf '%s|'").contains("|x-text: a\u{9b}'$b|"));
    }
}
