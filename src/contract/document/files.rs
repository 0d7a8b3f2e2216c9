//! The files of one contract, and what a `$ref` in them points to.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::lines::Lines;
use super::names::Names;
use super::node::{Data, Node};
use super::overlay::Overlaid;
use super::texts::{Texts, diagnostic};
use super::{Diagnostic, Fault, parse};
use crate::contract::{Level, Place};

/// How many `$ref`s may follow each other before they are taken for a circle.
const MAX_HOPS: usize = 64;

/// A file that cannot be read, or a text that is no document.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(in crate::contract) struct FileError(pub Box<Diagnostic>);

/// Every file of a contract. The first is the document that the user named.
#[derive(Debug)]
pub(in crate::contract) struct Files {
    files: Vec<File>,
    /// Where a reference's file part leads, by the file it stands in.
    targets: HashMap<(usize, String), Result<usize, String>>,
    /// `$anchor`s, by file and name.
    anchors: HashMap<(usize, String), String>,
    /// `$id`s: file and pointer.
    ids: HashMap<String, (usize, String)>,
    /// Whether anything is `readOnly` or `writeOnly`.
    one_way: bool,
    /// What is wrong in the texts.
    faults: Vec<Diagnostic>,
}

#[derive(Debug)]
struct File {
    texts: Texts,
    path: Option<PathBuf>,
    root: Node,
}

/// A document to be read.
#[derive(Debug, Clone, Copy)]
pub enum Document<'a> {
    /// A file, which may refer to others beside it and below.
    File(&'a Path),
    /// A text that is no file, such as one that was fetched; it refers to itself alone.
    Text {
        /// What to call it; a name in `.json` is one of JSON, in `.yaml` one of YAML.
        name: &'a str,
        /// The text.
        text: &'a str,
    },
}

/// A value and the way to it.
#[derive(Debug, Clone)]
pub(in crate::contract) struct At<'a> {
    /// Number of the file.
    pub file: usize,
    /// The value.
    pub node: &'a Node,
    /// JSON Pointer of the value in its file.
    pub pointer: String,
}

impl<'a> At<'a> {
    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<At<'a>> {
        self.node.get(key).map(|node| self.step(key, node))
    }

    /// The members with their keys; none where this is no object.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, At<'a>)> {
        let members = self.node.as_object().into_iter().flatten();
        members.map(|(key, member)| (key.as_str(), self.step(key, &member.value)))
    }

    /// The elements; none where this is no array.
    pub fn items(&self) -> impl Iterator<Item = At<'a>> {
        let items = self.node.as_array().unwrap_or_default().iter().enumerate();
        items.map(|(index, node)| self.step(&index.to_string(), node))
    }

    /// The text of a member.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key)?.as_str()
    }

    fn step(&self, key: &str, node: &'a Node) -> At<'a> {
        At { file: self.file, node, pointer: format!("{}/{}", self.pointer, escape(key)) }
    }
}

/// A reference token of a JSON Pointer (RFC 6901 section 3).
pub(in crate::contract) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
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
        let mut files = Files::begin(name, text, path)?;
        files.follow_all();
        Ok(files)
    }

    /// Reads a document, changes it by overlays in their order, and reads every file that it then refers to.
    ///
    /// # Errors
    /// As [`Files::load`], and where an overlay cannot be read or applied: all that is wrong with it.
    pub fn overlaid(document: Document<'_>, overlays: &[PathBuf]) -> Result<Files, Vec<Diagnostic>> {
        let begun = match document {
            Document::Text { name, text } => Files::begin(name, text.to_owned(), None),
            Document::File(path) => named_text(path).and_then(|(name, text)| Files::begin(&name, text, Some(path))),
        };
        let mut files = begun.map_err(|error| vec![*error.0])?;
        files.overlay(overlays)?;
        files.follow_all();
        Ok(files)
    }

    /// The document alone.
    fn begin(name: &str, text: String, path: Option<&Path>) -> Result<Files, FileError> {
        let mut files = Files {
            files: Vec::new(),
            targets: HashMap::new(),
            anchors: HashMap::new(),
            ids: HashMap::new(),
            one_way: false,
            faults: Vec::new(),
        };
        let path = path.map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        files.add(name, text, path)?;
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
        let tree = self.tree().map(Path::to_owned);
        let mut next = 0;
        while next < self.files.len() {
            self.follow(next, tree.as_deref());
            next += 1;
        }
    }

    /// A file that a value of one of these names, read as a document of its own. It must lie beside the
    /// first of these or below, and so must what it refers to itself.
    ///
    /// # Errors
    /// A sentence that says why it cannot be read, with the place in it where there is one.
    pub fn beside(&self, from: usize, part: &str) -> Result<Files, String> {
        let (path, name) = self.locate(from, part, self.tree())?;
        let text = read_text(&path).map_err(|(message, _)| format!("`{part}`: {message}"))?;
        Files::of_text(&name, text, Some(&path)).map_err(|error| error.0.to_string())
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

    /// Whether anything is `readOnly` or `writeOnly`.
    pub fn has_one_way_members(&self) -> bool {
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

    /// The place of some bytes of a file.
    pub fn place_of(&self, file: usize, span: Range<usize>) -> Place {
        self.files[file].texts.place(span)
    }

    /// What a reference points to; where that is a reference again, what it leads to in the end.
    ///
    /// # Errors
    /// A sentence that says why it leads nowhere.
    pub fn resolve(&self, from: &At<'_>, reference: &str) -> Result<At<'_>, String> {
        let mut at = self.target(from.file, reference)?;
        for _ in 0..MAX_HOPS {
            match at.text("$ref") {
                Some(next) => at = self.target(at.file, next)?,
                None => return Ok(at),
            }
        }
        Err(format!("`{reference}` leads back to itself"))
    }

    /// What a reference points to, itself perhaps a reference.
    ///
    /// # Errors
    /// As [`Files::resolve`].
    pub fn target(&self, from: usize, reference: &str) -> Result<At<'_>, String> {
        self.hop(from, reference, MAX_HOPS)
    }

    /// One reference, which may have to go through others on its way.
    fn hop(&self, from: usize, reference: &str, hops: usize) -> Result<At<'_>, String> {
        if hops == 0 {
            return Err(format!("`{reference}` leads back to itself"));
        }
        let (file_part, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = percent_decode_str(fragment).decode_utf8().map_err(|_| format!("`{reference}` is not UTF-8"))?;
        let base = match file_part {
            "" => self.top(from),
            part => self.file_or_id(from, part)?,
        };
        if fragment.is_empty() {
            return Ok(base);
        }
        if !fragment.starts_with('/') {
            let key = (base.file, fragment.to_string());
            let pointer = self.anchors.get(&key).ok_or_else(|| format!("there is no `$anchor` named `{fragment}`"))?;
            return self.walk(self.top(base.file), pointer, hops);
        }
        self.walk(base, &fragment, hops).map_err(|missing| match file_part {
            "" => format!("`{reference}` leads nowhere: {missing}"),
            part => format!("`{reference}` leads nowhere: in {part} {missing}"),
        })
    }

    fn file_or_id(&self, from: usize, part: &str) -> Result<At<'_>, String> {
        if let Some((file, pointer)) = self.ids.get(part) {
            return self.walk(self.top(*file), pointer, MAX_HOPS);
        }
        match self.targets.get(&(from, part.to_owned())) {
            Some(Ok(file)) => Ok(self.top(*file)),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(format!("`{part}` was not read")),
        }
    }

    /// Follows a pointer, through references on the way.
    fn walk<'a>(&'a self, mut at: At<'a>, pointer: &str, hops: usize) -> Result<At<'a>, String> {
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            if at.node.get(&token).is_none()
                && let Some(next) = at.text("$ref")
            {
                at = self.hop(at.file, next, hops - 1)?;
            }
            let inner = match &at.node.data {
                Data::Array(items) => token.parse().ok().and_then(|index: usize| items.get(index)),
                _ => at.node.get(&token),
            };
            let place = || if at.pointer.is_empty() { "the document".to_owned() } else { format!("`{}`", at.pointer) };
            let inner = inner.ok_or_else(|| format!("{} has no `{token}`", place()))?;
            at = at.step(&token, inner);
        }
        Ok(at)
    }

    fn top(&self, file: usize) -> At<'_> {
        At { file, node: &self.files[file].root, pointer: String::new() }
    }

    fn add(&mut self, name: &str, text: String, path: Option<PathBuf>) -> Result<usize, FileError> {
        let name: Arc<str> = name.into();
        let lines = Lines::new(text);
        let parsed = parse(&name, lines.text(), &lines)
            .map_err(|fault| FileError(Box::new(diagnostic(&name, &lines, fault, Level::Error))))?;
        let faults = parsed.faults.into_iter().map(|fault| diagnostic(&name, &lines, fault, Level::Warning));
        self.faults.extend(faults);
        self.files.push(File { texts: Texts::new(name, lines), path, root: parsed.root });
        Ok(self.files.len() - 1)
    }

    /// Reads the files that one file refers to, and notes its `$anchor`s and `$id`s.
    fn follow(&mut self, file: usize, tree: Option<&Path>) {
        let names = Names::of(&self.files[file].root);
        self.one_way |= names.one_way;
        self.anchors.extend(names.anchors.into_iter().map(|(name, pointer)| ((file, name), pointer)));
        for (id, pointer) in names.ids {
            self.ids.entry(id).or_insert((file, pointer));
        }
        for part in names.references {
            let key = (file, part);
            if !self.targets.contains_key(&key) {
                let target = self.open(file, &key.1, tree);
                self.targets.insert(key, target);
            }
        }
    }

    /// The directory that every file lies in.
    fn tree(&self) -> Option<&Path> {
        self.files.first()?.path.as_deref()?.parent()
    }

    fn open(&mut self, from: usize, part: &str, tree: Option<&Path>) -> Result<usize, String> {
        let (path, name) = self.locate(from, part, tree)?;
        if let Some(known) = self.files.iter().position(|file| file.path.as_ref() == Some(&path)) {
            return Ok(known);
        }
        let text = read_text(&path).map_err(|(message, _)| format!("`{part}`: {message}"))?;
        self.add(&name, text, Some(path)).map_err(|error| error.0.to_string())
    }

    /// Where a file lies that another one names, and what it is called in what is said to the user.
    fn locate(&self, from: usize, part: &str, tree: Option<&Path>) -> Result<(PathBuf, String), String> {
        if part.contains("://") {
            return Err(format!(
                "`{part}` is not read: references may only lead to files beside the document or below"
            ));
        }
        let (Some(tree), Some(base)) = (tree, self.files[from].path.as_deref().and_then(Path::parent)) else {
            return Err(format!(
                "`{part}` is not read: the document is no file here; save it and what it refers to in one directory"
            ));
        };
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        let path = base.join(&*decoded);
        let real = path.canonicalize().map_err(|error| format!("`{part}` cannot be read: {}", io_words(&error)))?;
        if !real.starts_with(tree) {
            return Err(format!("`{part}` is not read: it lies outside the document's directory"));
        }
        let document = self.name();
        let beside = Path::new(&*document).parent().unwrap_or(Path::new(""));
        let name = beside.join(real.strip_prefix(tree).unwrap_or(&real)).display().to_string();
        Ok((real, name))
    }
}

/// The same error where the file was to be an overlay.
fn of_overlay(error: Diagnostic) -> Diagnostic {
    let message = format!("this overlay cannot be used: {}", error.message);
    Diagnostic { message, help: Some("name an OpenAPI Overlay".to_owned()), ..error }
}

/// The text of a file that the user named, and its name.
fn named_text(path: &Path) -> Result<(String, String), FileError> {
    let name = path.display().to_string();
    match read_text(path) {
        Ok(text) => Ok((name, text)),
        Err((message, help)) => Err(whole_file(&name, message, help)),
    }
}

fn read_text(path: &Path) -> Result<String, (String, &'static str)> {
    if path.is_dir() {
        return Err(("this is a directory".to_owned(), "name the OpenAPI document in it"));
    }
    let bytes = std::fs::read(path)
        .map_err(|error| (format!("the file cannot be read: {}", io_words(&error)), "name an OpenAPI document"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        (format!("the file is not UTF-8: byte {at} begins no character"), "save it as UTF-8")
    })
}

fn io_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn whole_file(name: &str, message: String, help: &str) -> FileError {
    FileError(Box::new(Diagnostic {
        level: Level::Error,
        message,
        help: Some(help.to_owned()),
        place: Place::file(name),
    }))
}

#[cfg(test)]
mod tests;
