//! Credentials: the schemes, and which of them an operation asks for.

use indexmap::IndexMap;

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{CredentialForm, SecurityRequirement, SecurityScheme, Subject};

impl<'a> Reader<'a> {
    /// The security schemes of the document.
    pub fn security_schemes(&mut self, root: &At<'a>) -> IndexMap<String, SecurityScheme> {
        let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
        let mut found = IndexMap::new();
        for (name, written) in schemes.iter().flat_map(At::members) {
            if let Some(at) = self.resolved(&written) {
                found.insert(name.to_owned(), self.security_scheme(name, &written, &at));
            }
        }
        found
    }

    fn security_scheme(&mut self, name: &str, written: &At<'a>, at: &At<'a>) -> SecurityScheme {
        self.check_security_scheme(at);
        let form = credential_form(at);
        if let CredentialForm::Unsupported(what) = &form {
            let message = format!("credentials of the scheme `{name}` cannot be made: {what}");
            self.warn(at, "type", message, "operations that need it are only called without credentials");
        }
        SecurityScheme {
            name: name.to_owned(),
            form,
            hint: at.text("bearerFormat").or_else(|| at.text("description").and_then(format_hint)).map(str::to_owned),
            promises: self.promises_of(written, at, Subject::Security),
        }
    }

    /// The alternatives of an operation: its own, else the document's.
    pub fn security(
        &mut self,
        operation: &At<'a>,
        common: Option<&At<'a>>,
        schemes: &IndexMap<String, SecurityScheme>,
    ) -> Vec<SecurityRequirement> {
        let own = self.list(operation, "security", Cost::Operation);
        let Some(list) = own.or_else(|| common.cloned()) else { return Vec::new() };
        let mut found = Vec::new();
        for alternative in list.items() {
            let mut names = Vec::new();
            for (name, _) in alternative.members().filter(|(name, _)| !name.starts_with("x-")) {
                if !schemes.contains_key(name) {
                    let known: Vec<&str> = schemes.keys().map(String::as_str).collect();
                    let help = match known.as_slice() {
                        [] => "declare it under `components.securitySchemes`".to_owned(),
                        known => super::extensions::nearest(name, known),
                    };
                    self.spoil(&alternative, name, format!("there is no security scheme `{name}`"), &help);
                }
                names.push(name.to_owned());
            }
            self.promises(&alternative, Subject::Security);
            found.push(SecurityRequirement(names));
        }
        found
    }
}

/// Where a scheme puts its credential. Tokens of OAuth 2 and OpenID Connect are sent as bearer
/// tokens (RFC 6750).
fn credential_form(at: &At<'_>) -> CredentialForm {
    let name = || at.text("name").unwrap_or_default().to_owned();
    let scheme = at.text("scheme").unwrap_or_default().to_ascii_lowercase();
    match (at.text("type"), scheme.as_str(), at.text("in")) {
        (Some("http"), "bearer", _) | (Some("oauth2" | "openIdConnect"), ..) => CredentialForm::Bearer,
        (Some("http"), "basic", _) => CredentialForm::Basic,
        (Some("http"), other, _) => CredentialForm::Unsupported(format!("HTTP authentication `{other}`")),
        (Some("apiKey"), _, Some("header")) if !name().is_empty() => CredentialForm::Header(name()),
        (Some("apiKey"), _, Some("query")) if !name().is_empty() => CredentialForm::Query(name()),
        (Some("apiKey"), _, Some("cookie")) if !name().is_empty() => CredentialForm::Cookie(name()),
        (Some("apiKey"), ..) => CredentialForm::Unsupported("an API key without `name` or `in`".to_owned()),
        (Some("mutualTLS"), ..) => CredentialForm::Unsupported("mutual TLS".to_owned()),
        (Some(other), ..) => CredentialForm::Unsupported(format!("type `{other}`")),
        (None, ..) => CredentialForm::Unsupported("it has no `type`".to_owned()),
    }
}

/// A format that a description gives: what follows `Format:`, or stands in backticks.
fn format_hint(description: &str) -> Option<&str> {
    let named = description.split_once("Format:").and_then(|(_, rest)| rest.split_whitespace().next());
    let quoted = || description.split('`').nth(1).filter(|text| !text.is_empty());
    named.or_else(quoted).map(|hint| hint.trim_matches(|character| matches!(character, '`' | '.' | ',')))
}
