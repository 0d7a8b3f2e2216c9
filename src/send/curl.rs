//! A request as one line for a shell.

use super::WireRequest;
use crate::target::Text;

/// The request as one `curl` line for a POSIX shell, with `${NAME}` in place of secrets.
///
/// A body that no argument can hold (not UTF-8, or with NUL), or that a terminal would not show (with carriage
/// returns, as forms in parts have them) is piped in by `printf`.
pub fn curl(request: &WireRequest) -> String {
    let mut line = String::new();
    let body = request.body.as_deref();
    let text = body.map(|bytes| std::str::from_utf8(bytes).ok().filter(|text| !text.contains(['\0', '\r'])));
    if let (Some(bytes), Some(None)) = (body, text) {
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
        Some(Some(text)) => line += &format!(" --data-raw {}", single(text)),
        Some(None) => line += " --data-binary @-",
        None => {}
    }
    line
}

/// Single quotes where nothing needs the shell, double quotes around `${NAME}`.
fn quoted(text: &Text) -> String {
    if !text.is_secret() {
        return single(&text.to_string());
    }
    let escape = |piece: &str| {
        piece.chars().fold(String::new(), |mut out, c| {
            if matches!(c, '"' | '\\' | '$' | '`') {
                out.push('\\');
            }
            out.push(c);
            out
        })
    };
    // Only plain pieces are escaped: `map` changes secrets too, and `Display` shows their names.
    format!("\"{}\"", text.map(escape))
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

    #[test]
    fn line_ends_of_a_form_in_parts_are_seen() {
        let line = curl(&request(Some(b"--x\r\n\r\n1\r\n--x--")));
        assert!(line.starts_with(r"printf '\055-x\r\n\r\n1\r\n--x--' | curl"), "{line}");
    }

    #[test]
    fn a_shell_reads_every_argument_back_as_it_was() {
        let body = "line\nbreak 'single' \"double\" $HOME `id` \\ ü";
        let line = curl(&request(Some(body.as_bytes()))).replace("curl -isSN", "printf '%s|'");
        let output = Command::new("sh").arg("-c").arg(line).env("API_KEY", "pk_$1").output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let expected =
            format!("http://127.0.0.1:1/a|-H|x-api-key: pk_$1|-H|Content-Type: application/json|--data-raw|{body}|");
        assert_eq!(shown, expected);
    }
}
