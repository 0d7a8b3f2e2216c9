//! What every part of the reading shares: files, schemas, promises and what there is to say.

use std::collections::HashMap;
use std::sync::Arc;

use super::operations::Draft;
use crate::contract::document::{At, Files};
use crate::contract::schema::{Direction, Schemas};
use crate::contract::{
    Diagnostic, Level, OpenApiVersion, Operation, Place, Profile, Promise, PromiseId, Schema, Subject,
};

/// Reads one contract.
pub(super) struct Reader<'a> {
    pub files: &'a Files,
    pub version: OpenApiVersion,
    pub schemas: Schemas<'a>,
    promises: Vec<Promise>,
    places: &'a HashMap<(usize, usize), Vec<PromiseId>>,
    /// Promises that something was read from; those of several operations belong to none.
    claimed: HashMap<PromiseId, Option<String>>,
    /// Schemas in use, with what they say.
    used: Vec<(Schema, Subject, Option<String>)>,
    diagnostics: Vec<Diagnostic>,
    untested: Vec<String>,
    /// The operation that is being read.
    operation: Option<String>,
    /// Why it cannot be tested.
    spoiled: Option<String>,
    /// The profiles that streams speak, by the file that names them and the name.
    pub profiles: HashMap<(usize, String), Result<Arc<Profile>, String>>,
    /// Whether this is the file of a profile, whose streams have none themselves.
    pub in_profile: bool,
}

/// A contract's operations, and what goes with them.
pub(super) struct Finished {
    pub operations: Vec<Arc<Operation>>,
    pub untested: Vec<String>,
    pub promises: Vec<Promise>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet.
    pub fn new(
        files: &'a Files,
        version: OpenApiVersion,
        promises: Vec<Promise>,
        places: &'a HashMap<(usize, usize), Vec<PromiseId>>,
    ) -> Self {
        Reader {
            files,
            version,
            schemas: Schemas::new(files, version, places),
            promises,
            places,
            claimed: HashMap::new(),
            used: Vec::new(),
            diagnostics: Vec::new(),
            untested: Vec::new(),
            operation: None,
            spoiled: None,
            profiles: HashMap::new(),
            in_profile: false,
        }
    }

    /// Reads an operation, and gives it only where nothing in it is spoiled.
    pub fn within<T>(&mut self, id: &str, place: &Place, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.operation = Some(id.to_owned());
        self.spoiled = None;
        let first = self.used.len();
        let value = read(self);
        for index in first..self.used.len() {
            if let Some(broken) = self.used.get(index).and_then(|(schema, ..)| self.schemas.broken(schema)) {
                self.spoiled.get_or_insert_with(|| format!("{} ({})", broken.0.message, broken.0.place));
                self.diagnostics.push(broken.0.clone());
            }
        }
        self.operation = None;
        let Some(reason) = self.spoiled.take() else { return Some(value) };
        self.used.truncate(first);
        self.untested.push(id.to_owned());
        self.diagnostics.push(Diagnostic {
            level: Level::Warning,
            message: format!("`{id}` is not tested: {reason}"),
            help: None,
            place: place.clone(),
        });
        None
    }

    /// What a reference at this place leads to; the place itself where there is none.
    pub fn resolved(&mut self, at: &At<'a>) -> Option<At<'a>> {
        let Some(reference) = at.text("$ref") else { return Some(at.clone()) };
        match self.files.resolve(at, reference) {
            Ok(target) => Some(target),
            Err(missing) => {
                self.spoil(at, "$ref", missing.message, missing.help);
                None
            }
        }
    }

    /// The schema that stands there.
    pub fn schema(&mut self, at: &At<'a>, subject: Subject) -> Schema {
        let direction = match subject {
            Subject::Parameter | Subject::RequestBody => Direction::Request,
            _ => Direction::Response,
        };
        let schema = self.schemas.read(at, direction);
        self.using(schema, subject)
    }

    /// Notes that a schema is used by the operation under reading.
    pub fn using(&mut self, schema: Schema, subject: Subject) -> Schema {
        self.used.push((schema.clone(), subject, self.operation.clone()));
        schema
    }

    /// The promises that stand on a node itself.
    pub fn promises(&mut self, at: &At<'a>, subject: Subject) -> Vec<PromiseId> {
        let Some(source) = at.get("x-source") else { return Vec::new() };
        let ids = self.places.get(&(source.file, source.node.span.start)).cloned().unwrap_or_default();
        for id in &ids {
            claim(&mut self.claimed, &mut self.promises, *id, subject, self.operation.as_ref());
        }
        ids
    }

    /// The promises that stand anywhere inside a node.
    pub fn promises_within(&mut self, at: &At<'a>, subject: Subject) -> Vec<PromiseId> {
        let mut ids = Vec::new();
        self.collect_promises(at, &mut ids);
        ids.sort();
        ids.dedup();
        for id in &ids {
            claim(&mut self.claimed, &mut self.promises, *id, subject, self.operation.as_ref());
        }
        ids
    }

    fn collect_promises(&self, at: &At<'a>, ids: &mut Vec<PromiseId>) {
        for (key, member) in at.members() {
            if key == "x-source" {
                ids.extend(self.places.get(&(member.file, member.node.span.start)).into_iter().flatten());
            } else {
                self.collect_promises(&member, ids);
            }
        }
        at.items().for_each(|item| self.collect_promises(&item, ids));
    }

    /// The promises on a use of something, and on the thing itself.
    pub fn promises_of(&mut self, at: &At<'a>, resolved: &At<'a>, subject: Subject) -> Vec<PromiseId> {
        let mut ids = self.promises(at, subject);
        if at.text("$ref").is_some() {
            ids.extend(self.promises(resolved, subject));
        }
        ids
    }

    /// Something that costs the operation under reading.
    pub fn spoil(&mut self, at: &At<'a>, key: &str, message: impl Into<String>, help: &str) {
        let message = message.into();
        self.spoiled.get_or_insert_with(|| message.clone());
        self.say(Level::Warning, at, key, message, help);
    }

    /// Something that costs only itself.
    pub fn warn(&mut self, at: &At<'a>, key: &str, message: impl Into<String>, help: &str) {
        self.say(Level::Warning, at, key, message.into(), help);
    }

    /// Something worth knowing.
    pub fn note(&mut self, at: &At<'a>, key: &str, message: impl Into<String>, help: &str) {
        self.say(Level::Note, at, key, message.into(), help);
    }

    /// What is wrong in a file that is read apart.
    pub fn tell(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    fn say(&mut self, level: Level, at: &At<'a>, key: &str, message: String, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let place = if key.is_empty() { self.files.place_with_key(at) } else { self.files.place_of_key(at, key) };
        self.diagnostics.push(Diagnostic { level, message, help, place });
    }

    /// Makes the schemas ready, and does what needs every operation: links, defaults, promises.
    pub fn finish(mut self, drafts: Vec<Draft<'a>>) -> Finished {
        let drafts = self.link(drafts);
        self.diagnostics.extend(self.schemas.finish());
        if !self.promises.is_empty() {
            for (schema, subject, operation) in &self.used {
                for found in schema.promises() {
                    claim(&mut self.claimed, &mut self.promises, found.promise, *subject, operation.as_ref());
                }
            }
        }
        let finish = |mut draft: Draft<'a>| {
            super::switch::fill_default(&mut draft.operation);
            Arc::new(draft.operation)
        };
        Finished {
            operations: drafts.into_iter().map(finish).collect(),
            untested: self.untested,
            promises: self.promises,
            diagnostics: self.diagnostics,
        }
    }
}

/// Says what a promise speaks about, the first time, and of which operation, while it is only one.
fn claim(
    claimed: &mut HashMap<PromiseId, Option<String>>,
    promises: &mut [Promise],
    id: PromiseId,
    subject: Subject,
    operation: Option<&String>,
) {
    let Some(promise) = promises.get_mut(id.0) else { return };
    match claimed.get(&id) {
        None => {
            promise.subject = subject;
            promise.operation = operation.cloned();
            claimed.insert(id, operation.cloned());
        }
        Some(first) if first.as_ref() != operation => {
            promise.operation = None;
        }
        Some(_) => {}
    }
}
