//! The files of one contract.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::address::{Address, Missing, Reach};
use super::at::At;
use super::dynamic::Dynamic;
use super::lines::Lines;
use super::names::{Names, Scopes};
use super::node::Node;
use super::overlay::Overlaid;
use super::reading::{named_text, read_text};
use super::texts::{Texts, diagnostic};
use super::{Diagnostic, Fault, parse};
use crate::contract::{Level, Place};

/// How many files a document may refer to; real ones stay under a thousand.
const MAX_FILES: usize = 5_000;

/// A file that cannot be read, or a text that is no document.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(in crate::contract) struct FileError(pub Box<Diagnostic>);

/// Every file of a contract. The first is the document that the user named.
#[derive(Debug)]
pub(in crate::contract) struct Files {
    files: Vec<File>,
    /// Their numbers.
    numbers: HashMap<Address, usize>,
    /// How many of them were looked through for references.
    followed: usize,
    /// Which files may be read.
    reach: Reach,
    /// Where a reference's file part leads, by the file it stands in.
    pub(super) targets: HashMap<(usize, String), Target>,
    /// Pointers of `$anchor`s, by file and name.
    pub(super) anchors: HashMap<(usize, String), Vec<String>>,
    /// Those that mean something else on another way.
    pub(super) dynamic: Dynamic,
    /// `$id`s and `$self`s: file and pointer.
    pub(super) ids: HashMap<String, (usize, String)>,
    /// Whether a schema asks for something else in requests than in answers: what is `readOnly`, say.
    one_way: bool,
    /// What is wrong in the texts.
    faults: Vec<Diagnostic>,
}

#[derive(Debug)]
struct File {
    texts: Texts,
    address: Address,
    root: Node,
    scopes: Scopes,
}

/// What the file part of a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The file of that number.
    File(usize),
    /// A URL that nobody has given yet.
    Wanted(Url),
    /// Nothing that is read.
    Refused(Missing),
}

/// A document to be read.
#[derive(Debug, Clone, Copy)]
pub enum Document<'a> {
    /// A file, which may refer to others beside it and below.
    File(&'a Path),
    /// A text that is no file.
    Text {
        /// What to call it; a name in `.json` is one of JSON, in `.yaml` one of YAML.
        name: &'a str,
        /// The text.
        text: &'a str,
        /// Where it was fetched; without it, it refers to itself alone.
        url: Option<&'a Url>,
    },
}

impl Files {
    /// Reads a document and every file that it refers to.
    ///
    /// # Errors
    /// Where the document itself cannot be read; a file that it refers to is only missed by whoever follows.
    pub fn load(path: &Path) -> Result<Files, FileError> {
        let (name, text) = named_text(path)?;
        Files::of_text(&name, text, Some(path))
    }

    /// Reads a document from a text; references to files need the path that it would have.
    ///
    /// # Errors
    /// As [`Files::load`].
    pub fn of_text(name: &str, text: String, path: Option<&Path>) -> Result<Files, FileError> {
        let address = path.map_or(Address::Nowhere, Address::of_file);
        let mut files = Files::begin(name, text, address, Reach::Beside)?;
        files.follow_all();
        Ok(files)
    }

    /// Reads a document, changes it by overlays in their order, and reads every file that it then refers to.
    ///
    /// # Errors
    /// As [`Files::load`], and where an overlay cannot be read or applied: all that is wrong with it.
    pub fn overlaid(document: Document<'_>, overlays: &[PathBuf], reach: Reach) -> Result<Files, Vec<Diagnostic>> {
        let begun = match document {
            Document::Text { name, text, url } => {
                let address = url.cloned().map_or(Address::Nowhere, Address::Url);
                Files::begin(name, text.to_owned(), address, reach)
            }
            Document::File(path) => {
                named_text(path).and_then(|(name, text)| Files::begin(&name, text, Address::of_file(path), reach))
            }
        };
        let mut files = begun.map_err(|error| vec![*error.0])?;
        files.overlay(overlays)?;
        files.follow_all();
        Ok(files)
    }

    /// The document alone.
    fn begin(name: &str, text: String, address: Address, reach: Reach) -> Result<Files, FileError> {
        let mut files = Files {
            files: Vec::new(),
            numbers: HashMap::new(),
            followed: 0,
            reach,
            targets: HashMap::new(),
            anchors: HashMap::new(),
            dynamic: Dynamic::default(),
            ids: HashMap::new(),
            one_way: false,
            faults: Vec::new(),
        };
        files.add(name, text, address)?;
        Ok(files)
    }

    fn overlay(&mut self, overlays: &[PathBuf]) -> Result<(), Vec<Diagnostic>> {
        let Some(document) = self.files.first_mut().filter(|_| !overlays.is_empty()) else { return Ok(()) };
        let document_name = document.texts.name();
        let mut overlaid = Overlaid::new(&mut document.root);
        for path in overlays {
            let (name, text) = named_text(path).map_err(|error| vec![of_overlay(*error.0)])?;
            let (name, lines) = (Arc::from(name), Lines::new(text));
            let mut parsed = parse(&name, lines.text(), &lines)
                .map_err(|fault| vec![diagnostic(&name, &lines, fault, Level::Error)])?;
            let faults = parsed.faults.into_iter().map(|fault| diagnostic(&name, &lines, fault, Level::Warning));
            self.faults.extend(faults);
            let start = document.texts.add(name, lines);
            parsed.root.shift(start);
            let said = overlaid.apply(&parsed.root, &document_name);
            let place = |(level, fault): (Level, Fault)| Diagnostic {
                level,
                message: fault.message,
                help: fault.help,
                place: document.texts.place(fault.span),
            };
            let (errors, rest): (Vec<_>, Vec<_>) =
                said.into_iter().map(place).partition(|diagnostic| diagnostic.level == Level::Error);
            if !errors.is_empty() {
                return Err(errors.into_iter().chain(rest).collect());
            }
            self.faults.extend(rest);
        }
        Ok(())
    }

    fn follow_all(&mut self) {
        while self.followed < self.files.len() {
            self.follow(self.followed);
            self.followed += 1;
        }
    }

    /// A file that a value of one of these names, read as a document of its own. It must lie beside the
    /// first of these or below, and so must what it refers to itself.
    ///
    /// # Errors
    /// A sentence that says why it cannot be read, with the place in it where there is one.
    pub fn beside(&self, from: usize, part: &str) -> Result<Files, String> {
        let document = &self.files[0].address;
        let address = self.files[from].address.of_reference(part, document, Reach::Beside);
        let address = address.map_err(|missing| missing.message)?;
        let Address::File(path) = &address else {
            return Err(format!("`{part}` is not read: it is no file; save it beside the document"));
        };
        let text = read_text(path).map_err(|(message, _)| format!("`{part}`: {message}"))?;
        let name = address.name_beside(document, &self.name());
        Files::of_text(&name, text, Some(path)).map_err(|error| error.0.to_string())
    }

    /// The document.
    pub fn root(&self) -> At<'_> {
        self.top(0)
    }

    /// The top of every file.
    pub fn tops(&self) -> impl Iterator<Item = At<'_>> {
        (0..self.files.len()).map(|file| self.top(file))
    }

    /// What is wrong in the texts.
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// Whether a schema asks for something else in requests than in answers.
    pub fn reads_requests_otherwise(&self) -> bool {
        self.one_way
    }

    /// Name of the document, as the user gave it.
    pub fn name(&self) -> Arc<str> {
        self.files[0].texts.name()
    }

    /// Where a value stands.
    pub fn place(&self, at: &At<'_>) -> Place {
        self.place_of(at.file, at.node.span.clone())
    }

    /// Where the key of a member stands; the object itself where it has none of that name.
    pub fn place_of_key(&self, at: &At<'_>, key: &str) -> Place {
        let member = at.node.as_object().and_then(|members| members.get(key));
        self.place_of(at.file, member.map_or(at.node.span.clone(), |member| member.key.clone()))
    }

    /// Where people look for a value: at its key, where it is a collection under one.
    pub fn place_with_key(&self, at: &At<'_>) -> Place {
        let key = at.node.is_collection().then(|| self.key_of(at)).flatten();
        self.place_of(at.file, key.unwrap_or_else(|| at.node.span.clone()))
    }

    /// The bytes of the key that a value stands under.
    fn key_of(&self, at: &At<'_>) -> Option<Range<usize>> {
        let (around, last) = at.pointer.rsplit_once('/')?;
        let plain = |token: &str| token.replace("~1", "/").replace("~0", "~");
        let holder =
            around.split('/').skip(1).try_fold(self.top(at.file).node, |node, token| match node.as_array() {
                Some(items) => items.get(token.parse::<usize>().ok()?),
                None => node.get(&plain(token)),
            })?;
        let member = holder.as_object()?.get(&plain(last))?;
        std::ptr::eq(&member.value, at.node).then(|| member.key.clone())
    }

    /// The place of some bytes of a file.
    pub fn place_of(&self, file: usize, span: Range<usize>) -> Place {
        self.files[file].texts.place(span)
    }

    /// The top of a file.
    pub(super) fn top(&self, file: usize) -> At<'_> {
        At { file, node: &self.files[file].root, pointer: String::new() }
    }

    /// The URLs by which references inside a file are resolved.
    pub(super) fn scopes(&self, file: usize) -> &Scopes {
        &self.files[file].scopes
    }

    fn add(&mut self, name: &str, text: String, address: Address) -> Result<usize, FileError> {
        let name: Arc<str> = name.into();
        let lines = Lines::new(text);
        let parsed = parse(&name, lines.text(), &lines)
            .map_err(|fault| FileError(Box::new(diagnostic(&name, &lines, fault, Level::Error))))?;
        let faults = parsed.faults.into_iter().map(|fault| diagnostic(&name, &lines, fault, Level::Warning));
        self.faults.extend(faults);
        self.numbers.insert(address.clone(), self.files.len());
        self.files.push(File { texts: Texts::new(name, lines), address, root: parsed.root, scopes: Scopes::default() });
        Ok(self.files.len() - 1)
    }

    /// Notes the names of a file, and reads the files that it refers to.
    fn follow(&mut self, file: usize) {
        let mut names = Names::of(&self.files[file].root);
        self.one_way |= names.one_way;
        for (name, pointer) in std::mem::take(&mut names.anchors) {
            self.anchors.entry((file, name)).or_default().push(pointer);
        }
        let (scopes, ids) = Scopes::of(self.files[file].address.as_url(), &mut names);
        for anchor in std::mem::take(&mut names.dynamic) {
            let around = scopes.around(&anchor.span).map(|scope| scope.pointer.clone());
            self.dynamic.add((file, around.unwrap_or_default()), anchor.text, anchor.pointer);
        }
        self.files[file].scopes = scopes;
        for (id, pointer) in ids {
            self.ids.entry(id).or_insert((file, pointer));
        }
        for part in names.references {
            let key = (file, part);
            if !self.targets.contains_key(&key) && !self.ids.contains_key(&key.1) {
                let target = self.open(file, &key.1);
                self.targets.insert(key, target);
            }
        }
    }

    /// What the file part of a reference leads to; a file is read at once.
    fn open(&mut self, from: usize, part: &str) -> Target {
        let address = match self.files[from].address.of_reference(part, &self.files[0].address, self.reach) {
            Ok(address) => address,
            Err(reason) => return Target::Refused(reason),
        };
        if let Some(known) = self.numbers.get(&address) {
            return Target::File(*known);
        }
        match address {
            Address::Url(url) => Target::Wanted(url),
            Address::File(ref path) => {
                let text = read_text(path).map_err(|(message, _)| message);
                self.add_part(part, address, text)
            }
            Address::Nowhere => Target::Refused(format!("`{part}` is not read").into()),
        }
    }

    /// Adds a file that a reference led to.
    fn add_part(&mut self, part: &str, address: Address, text: Result<String, String>) -> Target {
        if self.files.len() >= MAX_FILES {
            return Target::Refused(format!("`{part}` is not read: there are more than {MAX_FILES} files").into());
        }
        let name = address.name_beside(&self.files[0].address, &self.name());
        let text = match text {
            Ok(text) => text,
            Err(reason) => return Target::Refused(format!("`{part}`: {reason}").into()),
        };
        match self.add(&name, text, address) {
            Ok(file) => Target::File(file),
            Err(error) => Target::Refused(error.0.to_string().into()),
        }
    }

    /// URLs that references lead to and that were not given yet, each once.
    pub fn wanted(&self) -> Vec<Url> {
        let mut urls: Vec<Url> = Vec::new();
        for target in self.targets.values() {
            if let Target::Wanted(url) = target
                && !urls.contains(url)
            {
                urls.push(url.clone());
            }
        }
        urls.sort();
        urls
    }

    /// Takes in what a wanted URL holds, or why it cannot be had, and reads the files that it refers to.
    pub fn give(&mut self, url: &Url, text: Result<String, String>) {
        let target = self.add_part(url.as_str(), Address::Url(url.clone()), text);
        for known in self.targets.values_mut().filter(|known| **known == Target::Wanted(url.clone())) {
            *known = target.clone();
        }
        self.follow_all();
    }
}

/// The same error where the file was to be an overlay.
fn of_overlay(error: Diagnostic) -> Diagnostic {
    let message = format!("this overlay cannot be used: {}", error.message);
    Diagnostic { message, help: Some("name an OpenAPI Overlay".to_owned()), ..error }
}

#[cfg(test)]
mod tests;
