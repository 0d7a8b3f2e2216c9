//! Paths and their operations.

use std::collections::HashSet;

use http::Method;
use indexmap::IndexMap;

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{OpenApiVersion, Operation, RateLimit, SecurityScheme, Subject};

/// An operation whose links are not read yet: they need every other operation.
pub(super) struct Draft<'a> {
    pub operation: Operation,
    /// Where it stands, for links that refer to it by pointer.
    pub at: At<'a>,
    /// The `links` of its responses, each with the number of the response.
    pub links: Vec<(usize, At<'a>)>,
}

/// The fields of a path item that are methods.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The other fields of a path item.
const ITEM_FIELDS: [&str; 6] = ["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];

/// The fields of an operation.
const FIELDS: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

/// What operations share, and what names are taken.
struct Common<'s, 'a> {
    servers: &'s [String],
    schemes: &'s IndexMap<String, SecurityScheme>,
    security: Option<At<'a>>,
    ids: HashSet<String>,
}

impl<'a> Reader<'a> {
    /// Every operation that can be tested, in the order of the document; from OpenAPI 3.1 on it may have no paths.
    pub fn operations(
        &mut self,
        root: &At<'a>,
        paths: Option<&At<'a>>,
        servers: &[String],
        schemes: &IndexMap<String, SecurityScheme>,
    ) -> Vec<Draft<'a>> {
        let Some(paths) = paths else {
            let help = "operations stand under `paths`, such as `/pets: {get: ...}`";
            self.note(root, "", "the document has no `paths`: there is nothing to test", help);
            return Vec::new();
        };
        let security = self.list(root, "security", Cost::Itself);
        let mut common = Common { servers, schemes, security, ids: HashSet::new() };
        let mut drafts = Vec::new();
        for (path, item) in paths.members().filter(|(path, _)| !path.starts_with("x-")) {
            if !path.starts_with('/') {
                self.warn(paths, path, format!("the path `{path}` does not begin with `/`"), "write it with the slash");
                continue;
            }
            if item.node.as_object().is_none() {
                self.warn(paths, path, format!("this path is {}", item.node.kind()), "a path is an object of methods");
                continue;
            }
            let item = self.path_item(&item);
            for (method, operation) in self.methods(&item) {
                // The standard has no references here, and large documents are split by them all the same.
                let Some(operation) = self.resolved(&operation) else { continue };
                drafts.extend(self.operation(path, &item, method, &operation, &mut common));
            }
        }
        match paths.members().next() {
            None => self.warn(root, "paths", "`paths` is empty: there is nothing to test", "add `/pets: {get: ...}`"),
            Some(_) if drafts.is_empty() => {
                let help = "what is said of each operation says why";
                self.warn(root, "paths", "no operation of this document can be tested", help);
            }
            Some(_) => {}
        }
        drafts
    }

    /// A path item, and after it the one that it refers to, which gives what the first does not have
    /// (OpenAPI 3.1 section 4.8.9.1).
    fn path_item(&mut self, written: &At<'a>) -> Vec<At<'a>> {
        if written.text("$ref").is_none() {
            return vec![written.clone()];
        }
        let target = self.resolved(written);
        std::iter::once(written.clone()).chain(target).collect()
    }

    /// The operations of a path item, with their methods.
    fn methods(&mut self, item: &[At<'a>]) -> Vec<(Method, At<'a>)> {
        let mut found: Vec<(Method, At<'a>)> = Vec::new();
        for part in item {
            for (method, operation) in self.methods_of(part) {
                if !found.iter().any(|(known, _)| *known == method) {
                    found.push((method, operation));
                }
            }
        }
        found
    }

    fn methods_of(&mut self, item: &At<'a>) -> Vec<(Method, At<'a>)> {
        let mut found = Vec::new();
        for (key, operation) in item.members() {
            if METHODS.contains(&key) || (key == "query" && self.version >= OpenApiVersion::V32) {
                let method = Method::from_bytes(key.to_ascii_uppercase().as_bytes());
                found.extend(method.ok().map(|method| (method, operation)));
            } else if key == "additionalOperations" && self.version >= OpenApiVersion::V32 {
                found.extend(self.additional(&operation));
            } else if !ITEM_FIELDS.contains(&key) && !key.starts_with("x-") {
                self.unknown_method(item, key);
            }
        }
        found
    }

    /// Methods that have no field of their own (OpenAPI 3.2 section 4.9.1).
    fn additional(&mut self, operations: &At<'a>) -> Vec<(Method, At<'a>)> {
        let mut found = Vec::new();
        for (name, operation) in operations.members() {
            let field = name.to_ascii_lowercase();
            if (METHODS.contains(&field.as_str()) || field == "query") && name == name.to_ascii_uppercase() {
                let help = format!("write it as `{field}` of the path");
                self.note(operations, name, format!("`{name}` has a field of its own"), &help);
            }
            match Method::from_bytes(name.as_bytes()) {
                Ok(method) => found.push((method, operation)),
                Err(_) => self.warn(operations, name, format!("`{name}` is no HTTP method"), "a method is a token"),
            }
        }
        found
    }

    fn unknown_method(&mut self, item: &At<'a>, key: &str) {
        let help = match key {
            "query" => "it is a method from OpenAPI 3.2 on".to_owned(),
            _ if METHODS.contains(&key.to_ascii_lowercase().as_str()) => {
                "methods are written in small letters".to_owned()
            }
            _ => super::extensions::nearest(key, &METHODS),
        };
        self.warn(item, key, format!("`{key}` is no method of a path"), &help);
    }

    fn operation(
        &mut self,
        path: &str,
        item: &[At<'a>],
        method: Method,
        at: &At<'a>,
        common: &mut Common<'_, 'a>,
    ) -> Option<Draft<'a>> {
        if at.node.as_object().is_none() {
            self.warn(at, "", format!("this operation is {}", at.node.kind()), "an operation is an object");
            return None;
        }
        let id = self.operation_id(path, &method, at, &mut common.ids);
        let place = self.files.place_with_key(at);
        self.within(&id, &place, |reader| {
            reader.check_operation(at);
            reader.known_fields(at, "an operation", &FIELDS);
            let mut links = Vec::new();
            let operation = Operation {
                parameters: reader.parameters(item, at, path),
                body: reader.request_body(at),
                responses: reader.responses(at, &mut links),
                security: reader.security(at, common.security.as_ref(), common.schemes),
                rate_limit: reader.rate_limit(at),
                stream_switch: reader.stream_switch(at),
                promises: reader.promises(at, Subject::Operation),
                summary: at.text("summary").map(str::to_owned),
                id: id.clone(),
                path: path.to_owned(),
                method,
                place: place.clone(),
            };
            reader.served_with_the_others(item, at, common.servers);
            let callbacks = reader.object(at, "callbacks", Cost::Itself);
            if callbacks.is_some_and(|callbacks| callbacks.members().next().is_some()) {
                reader.note(at, "callbacks", "the callbacks of an operation are not used", "the API sends them");
            }
            Draft { operation, at: at.clone(), links }
        })
    }

    /// `operationId`, or `METHOD /path` where there is none or another operation has it.
    fn operation_id(&mut self, path: &str, method: &Method, at: &At<'a>, ids: &mut HashSet<String>) -> String {
        let own = format!("{method} {path}");
        let id = match at.text("operationId") {
            Some(id) if ids.contains(id) => {
                let message = format!("another operation has the operationId `{id}`, too; this one is called `{own}`");
                self.warn(at, "operationId", message, "give each operation an id of its own");
                own
            }
            Some(id) if !id.is_empty() => id.to_owned(),
            _ => own,
        };
        ids.insert(id.clone());
        id
    }

    fn rate_limit(&mut self, at: &At<'a>) -> Option<RateLimit> {
        let limit = at.get("x-rate-limit")?;
        if !self.known_keys(&limit, "x-rate-limit", &["requests", "per"]) {
            return None;
        }
        let requests = limit.get("requests").and_then(|requests| requests.node.as_u64());
        let requests = requests.and_then(|requests| u32::try_from(requests).ok()).filter(|requests| *requests > 0);
        let per = limit.text("per").and_then(|per| humantime::parse_duration(per).ok()).filter(|per| !per.is_zero());
        let (Some(requests), Some(per)) = (requests, per) else {
            let key = if requests.is_none() { "requests" } else { "per" };
            self.warn(
                &limit,
                key,
                format!("`{key}` of this rate limit cannot be read"),
                "write `{requests: 60, per: 60s}`",
            );
            return None;
        };
        Some(RateLimit { requests, per, promise: self.promises(&limit, Subject::RateLimit).first().copied() })
    }
}
