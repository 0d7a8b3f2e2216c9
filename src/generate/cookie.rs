//! The cookies of a request: pairs in one header field (RFC 6265 section 4.2.1).

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::Request;
use super::caller::set_header;
use crate::target::Text;

/// What stands between two cookies.
const SEPARATOR: &str = "; ";

/// What no cookie can carry (RFC 6265 section 4.1.1), and what it is encoded with.
const NOT_IN_COOKIES: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// Adds a cookie to those that are there.
pub(super) fn add(request: &mut Request, name: &str, value: Text) {
    let mut cookies = all(request);
    cookies.push(Text::plain(format!("{name}=")).then(value));
    set(request, cookies);
}

/// Every cookie, as it is written.
pub(super) fn all(request: &Request) -> Vec<Text> {
    let field = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    field.map(|(_, cookies)| cookies.split(SEPARATOR)).unwrap_or_default()
}

/// Puts these cookies in place of those that are there.
pub(super) fn set(request: &mut Request, cookies: Vec<Text>) {
    match cookies.into_iter().reduce(|joined, cookie| joined.then(Text::plain(SEPARATOR)).then(cookie)) {
        Some(cookies) => set_header(request, "Cookie", cookies),
        None => request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie")),
    }
}

/// The name of a cookie; that of a field which is a secret as a whole has none that is known.
pub(super) fn name(cookie: &Text) -> String {
    cookie.to_string().split_once('=').map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// The value of a cookie as it is written; `None` where it is a secret.
pub(super) fn value(cookie: &Text) -> Option<String> {
    let text = (!cookie.is_secret()).then(|| cookie.reveal())?;
    text.split_once('=').map(|(_, value)| value.to_owned())
}

/// A text as a cookie can carry it.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NOT_IN_COOKIES).to_string()
}

/// The text that a cookie carries.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Secret;

    #[test]
    fn cookies_are_told_apart_and_put_together_again() {
        let mut request = Request::get("/");
        add(&mut request, "a", Text::plain("1"));
        add(&mut request, "k", Text::secret(Secret::new("KEY", "x; y=z")));
        add(&mut request, "b", Text::plain(""));
        let cookies = all(&request);
        assert_eq!(cookies.iter().map(name).collect::<Vec<_>>(), ["a", "k", "b"]);
        let values: Vec<_> = cookies.iter().map(value).collect();
        assert_eq!(values, [Some("1".to_owned()), None, Some(String::new())]);
        set(&mut request, cookies);
        assert_eq!(request.headers[0].1.reveal(), "a=1; k=x; y=z; b=");
        set(&mut request, Vec::new());
        assert!(request.headers.is_empty());
    }
}
