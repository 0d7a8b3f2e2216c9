//! Who calls: a target's credentials, headers and values, in the state that a case needs.

use base64::Engine;
use indexmap::IndexMap;
use serde_json::Value;

use super::{Request, cookie};
use crate::contract::{Contract, CredentialForm, Location, Operation, SecurityRequirement};
use crate::target::{Secret, State, Target, Text};

/// A target as a case calls it.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    contract: &'a Contract,
    target: &'a Target,
    state: Option<&'a State>,
}

impl<'a> Caller<'a> {
    /// The target as configured.
    pub fn new(contract: &'a Contract, target: &'a Target) -> Self {
        Caller { contract, target, state: None }
    }

    /// The target in a state.
    pub fn in_state(self, state: &'a State) -> Self {
        Caller { state: Some(state), ..self }
    }

    /// What the configuration puts in a part of the request; the state's word goes first.
    pub fn value(&self, at: &Location) -> Option<&'a Value> {
        self.values().find(|(known, _)| same(known, at)).map(|(_, value)| value)
    }

    /// Every part of a request that the configuration fixes.
    pub fn values(&self) -> impl Iterator<Item = (&'a Location, &'a Value)> {
        self.state.into_iter().flat_map(|state| &state.values).chain(&self.target.values)
    }

    /// A credential for a scheme: configured, or in a header that every request carries.
    pub fn credential(&self, scheme: &str) -> Option<Text> {
        let configured = self.state.and_then(|state| state.credentials.get(scheme));
        let configured = configured.or_else(|| self.target.credentials.get(scheme)).cloned();
        configured.or_else(|| match &self.contract.schemes.get(scheme)?.form {
            CredentialForm::Bearer | CredentialForm::Basic => self.header("authorization"),
            CredentialForm::Header(name) => self.header(name),
            CredentialForm::Cookie(name) => self.cookie(name),
            CredentialForm::Query(_) | CredentialForm::Unsupported(_) => None,
        })
    }

    /// The first alternative for which there is every credential; one that the state speaks of goes first.
    pub fn requirement<'o>(&self, operation: &'o Operation) -> Option<&'o SecurityRequirement> {
        let complete =
            |requirement: &&SecurityRequirement| requirement.0.iter().all(|scheme| self.credential(scheme).is_some());
        let of_state = |requirement: &&SecurityRequirement| {
            let given = |scheme: &String| self.state.is_some_and(|state| state.credentials.contains_key(scheme));
            requirement.0.iter().any(given)
        };
        let alternatives = operation.security.iter().filter(complete);
        alternatives.clone().find(of_state).or_else(|| alternatives.clone().next())
    }

    /// Whether the operation lets this caller in, as far as we know.
    pub fn may_call(&self, operation: &Operation) -> bool {
        operation.security.is_empty() || self.requirement(operation).is_some()
    }

    /// Adds the credentials of an alternative and the headers that every request carries, the target's
    /// before the state's: a state may have another credential in place of one that is such a header.
    pub fn dress(&self, request: &mut Request, requirement: Option<&SecurityRequirement>) {
        let given = |scheme: &&String| self.state.is_some_and(|state| state.credentials.contains_key(*scheme));
        let schemes = requirement.into_iter().flat_map(|requirement| &requirement.0);
        let (of_state, of_target): (Vec<_>, Vec<_>) = schemes.partition(given);
        self.show(request, &of_target, &self.target.credentials);
        add_headers(request, self.target.headers.iter().filter(|(name, _)| !self.is_of_state(name)));
        if let Some(state) = self.state {
            self.show(request, &of_state, &state.credentials);
            add_headers(request, &state.headers);
        }
    }

    /// Takes away all that may let a caller in, except what the schemes `kept` show: what any other scheme of the
    /// contract would show, for a server may take it at any operation, and what else every request carries that
    /// looks like a credential.
    pub fn undress(&self, request: &mut Request, kept: &[String]) {
        let schemes = self.contract.schemes.values();
        let (kept, others): (Vec<_>, Vec<_>) = schemes.partition(|scheme| kept.contains(&scheme.name));
        let is_kept = |field: &str| kept.iter().any(|scheme| field_of(&scheme.form).is_some_and(|kept| kept == field));
        for scheme in others {
            if !field_of(&scheme.form).is_some_and(|field| is_kept(&field)) {
                take_away(request, &scheme.form);
            }
        }
        for (name, _) in self.headers().filter(|(name, value)| value.is_secret() && is_of_credential(name)) {
            let name = name.to_ascii_lowercase();
            if !is_kept(&name) {
                request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            }
        }
    }

    fn is_of_state(&self, name: &str) -> bool {
        let mut headers = self.state.into_iter().flat_map(|state| &state.headers);
        headers.any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn show(&self, request: &mut Request, schemes: &[&String], credentials: &IndexMap<String, Text>) {
        for scheme in schemes {
            let known = (credentials.get(*scheme), self.contract.schemes.get(*scheme));
            if let (Some(credential), Some(scheme)) = known {
                place(request, &scheme.form, credential);
            }
        }
    }

    fn headers(&self) -> impl Iterator<Item = &'a (String, Text)> {
        self.target.headers.iter().chain(self.state.into_iter().flat_map(|state| &state.headers))
    }

    /// A cookie out of a `Cookie` field that every request carries.
    fn cookie(&self, name: &str) -> Option<Text> {
        let field = self.header("cookie")?.reveal();
        let pairs = field.split(';').filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.into_iter().find(|(known, _)| *known == name)?.1.to_owned();
        let shown: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        Some(Text::secret(Secret::new(format!("COOKIE_{}", shown.to_ascii_uppercase()), value)))
    }

    fn header(&self, name: &str) -> Option<Text> {
        self.headers().filter(|(known, _)| known.eq_ignore_ascii_case(name)).last().map(|(_, value)| value.clone())
    }
}

/// Puts a credential where its scheme wants it.
pub(super) fn place(request: &mut Request, form: &CredentialForm, credential: &Text) {
    match form {
        CredentialForm::Bearer => {
            set_header(request, "Authorization", Text::plain("Bearer ").then(credential.clone()));
        }
        CredentialForm::Basic => set_header(request, "Authorization", Text::plain("Basic ").then(encoded(credential))),
        CredentialForm::Header(name) => set_header(request, name, credential.clone()),
        CredentialForm::Query(name) => request.query.push((name.clone(), credential.clone())),
        CredentialForm::Cookie(name) => cookie::add(request, name, credential.clone()),
        CredentialForm::Unsupported(_) => {}
    }
}

/// Takes away whatever a scheme of that form would show.
pub(super) fn take_away(request: &mut Request, form: &CredentialForm) {
    if let CredentialForm::Query(name) = form {
        request.query.retain(|(known, _)| known != name);
    }
    if let Some(field) = field_of(form) {
        request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&field));
    }
}

/// The header field that a credential of that form stands in, in lower case.
fn field_of(form: &CredentialForm) -> Option<String> {
    match form {
        CredentialForm::Bearer | CredentialForm::Basic => Some("authorization".to_owned()),
        CredentialForm::Header(name) => Some(name.to_ascii_lowercase()),
        CredentialForm::Cookie(_) => Some("cookie".to_owned()),
        CredentialForm::Query(_) | CredentialForm::Unsupported(_) => None,
    }
}

/// Whether a header field of that name carries a credential, as far as its name tells.
fn is_of_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    has(&["auth", "cookie", "key", "token", "secret", "session", "credential"])
        && !has(&["csrf", "xsrf", "idempotency"])
}

/// Adds header fields in place of those of the same name, and cookies to those that are there.
fn add_headers<'h>(request: &mut Request, headers: impl IntoIterator<Item = &'h (String, Text)>) {
    for (name, value) in headers {
        let cookies = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case("cookie"));
        let value = match cookies.filter(|_| name.eq_ignore_ascii_case("cookie")) {
            Some((_, cookies)) => cookies.clone().then(Text::plain("; ")).then(value.clone()),
            None => value.clone(),
        };
        set_header(request, name, value);
    }
}

/// Sets a header field in place of one of the same name.
pub(super) fn set_header(request: &mut Request, name: &str, value: Text) {
    match request.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some(header) => header.1 = value,
        None => request.headers.push((name.to_owned(), value)),
    }
}

/// Base64 of a credential: as secret as the credential.
pub(super) fn encoded(credential: &Text) -> Text {
    let text = base64::engine::general_purpose::STANDARD.encode(credential.reveal());
    match credential.secrets().next() {
        Some(secret) => Text::secret(Secret::new(secret.name(), text)),
        None => Text::plain(text),
    }
}

/// Header names are the same in any case.
fn same(one: &Location, other: &Location) -> bool {
    match (one, other) {
        (Location::Header(one), Location::Header(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}
