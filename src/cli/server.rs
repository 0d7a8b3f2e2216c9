//! Which server a document speaks of, where nobody named one.

use url::{Origin, Url};

use super::Failure;
use crate::contract::Contract;

/// The base URL that a document fetched from `document` has for itself: its first server of the same origin, or
/// the origin where it names none (OpenAPI 3.1 section 4.8.1). A server elsewhere may be one in use, which nobody
/// asked to have checked.
///
/// # Errors
/// When all its servers are elsewhere: what would be right.
pub fn own_server(document: &Url, contract: &Contract) -> Result<Url, Failure> {
    let servers: Vec<Url> = contract.servers.iter().filter_map(|server| resolved(document, server)).collect();
    let own = servers.iter().find(|server| server.origin() == document.origin());
    match (own, servers.first()) {
        (Some(own), _) => Ok(own.clone()),
        (None, None) => resolved(document, "/").ok_or_else(|| Failure::Usage(wanted(document, "URL"))),
        (None, Some(elsewhere)) => Err(Failure::Usage(wanted(document, elsewhere.as_str()))),
    }
}

/// The URL of a server as the document at `document` writes it; `None` where it is none of HTTP.
pub fn resolved(document: &Url, server: &str) -> Option<Url> {
    let mut url = document.join(server).ok().filter(|url| matches!(url.origin(), Origin::Tuple(..)))?;
    url.set_query(None);
    url.set_fragment(None);
    (!server.contains('{') && matches!(url.scheme(), "http" | "https")).then_some(url)
}

fn wanted(document: &Url, proposed: &str) -> String {
    let host = document.origin().ascii_serialization();
    format!(
        "the document is fetched from {host}, and its servers are elsewhere: name the one to check, as --url {proposed}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::read;

    fn server(servers: &str) -> Result<String, String> {
        let text = format!("openapi: 3.1.0\nservers: [{servers}]\npaths: {{}}\n");
        let document = Url::parse("http://h:81/docs/openapi.json?key=secret").unwrap();
        own_server(&document, &read("api.yaml", &text, None).unwrap())
            .map(|url| url.to_string())
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_server_is_where_the_document_is_unless_it_says_otherwise() {
        assert_eq!(server("").unwrap(), "http://h:81/");
        assert_eq!(server("{url: /api/v1}").unwrap(), "http://h:81/api/v1");
        assert_eq!(server("{url: v2}").unwrap(), "http://h:81/docs/v2");
        assert_eq!(server("{url: 'https://live.example'}, {url: 'http://h:81/b'}").unwrap(), "http://h:81/b");
    }

    #[test]
    fn a_server_elsewhere_is_proposed_and_never_taken() {
        let said = server("{url: 'https://live.example/api'}").unwrap_err();
        assert!(said.contains("--url https://live.example/api") && !said.contains("secret"), "{said}");
    }
}
