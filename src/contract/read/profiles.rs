//! Profiles: files that describe the dialects in which a stream may be.
//!
//! A profile stands apart from the document that names it: its schemas are its own, and its sentences
//! are no promises of the document.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::reader::Reader;
use super::sources::{self, Found};
use crate::contract::document::{At, Files};
use crate::contract::{Diagnostic, Dialect, OpenApiVersion, Profile, PromiseId, Source, StreamContract, Strength};

/// The keys of a profile.
const KEYS: [&str; 3] = ["profile", "dialects", "$defs"];
/// The keys of a dialect.
const DIALECT_KEYS: [&str; 4] = ["name", "claim", "first", "content"];

/// A profile that is part of the program.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    read: OnceLock<Result<Arc<Profile>, String>>,
}

static BUILT_IN: [BuiltIn; 1] =
    [BuiltIn { name: "ai-sdk", text: include_str!("../../../specs/profiles/ai-sdk.yaml"), read: OnceLock::new() }];

impl BuiltIn {
    fn profile(&self) -> Result<Arc<Profile>, String> {
        let read = || {
            let files = Files::of_text(&format!("{}.yaml", self.name), self.text.to_owned(), None);
            read(&files.map_err(|error| error.to_string())?).0.map(Arc::new)
        };
        self.read.get_or_init(read).clone()
    }
}

impl<'a> Reader<'a> {
    /// The profile that an `x-stream` names: a built-in one by its name, another by its file.
    pub fn profile(&mut self, stream: &At<'a>) -> Option<Arc<Profile>> {
        let name = self.own_text(stream, "profile")?;
        if self.in_profile {
            self.warn(stream, "profile", "a dialect has no profile of its own", "remove `profile`");
            return None;
        }
        let key = (stream.file, name);
        let known = self.profiles.get(&key).cloned();
        let profile = known.unwrap_or_else(|| if is_file(&key.1) { self.profile_file(&key) } else { named(&key.1) });
        if let Err(reason) = &profile {
            self.warn(stream, "profile", reason.clone(), &advice(&key.1));
        }
        self.profiles.insert(key, profile.clone());
        profile.ok()
    }

    fn profile_file(&mut self, (from, part): &(usize, String)) -> Result<Arc<Profile>, String> {
        let files = self.files.beside(*from, part)?;
        let (profile, diagnostics) = read(&files);
        self.tell(diagnostics);
        profile.map(Arc::new)
    }

    fn whole_profile(&mut self, root: &At<'a>, found: &Found) -> Option<Profile> {
        if !self.known_keys(root, "profile", &KEYS) {
            return None;
        }
        let name = self.own_text(root, "profile");
        if root.get("profile").is_none() {
            self.warn(root, "", "this profile has no name", "begin it with `profile: NAME`");
        }
        let written = root.get("dialects");
        let dialects = written.iter().flat_map(At::items).filter_map(|one| self.dialect(&one, found)).collect();
        Some(Profile { name: name?, dialects })
    }

    fn dialect(&mut self, at: &At<'a>, found: &Found) -> Option<Dialect> {
        if !self.known_keys(at, "dialects", &DIALECT_KEYS) {
            return None;
        }
        let Some(name) = self.own_text(at, "name") else {
            self.warn(at, "", "this dialect has no name", "add `name: my-stream-1`");
            return None;
        };
        let claim = self.own_headers(at, "claim");
        let first = self.own_texts(at, "first");
        if claim.is_empty() && first.is_empty() {
            let help = "add `claim: {header: value}`, or `first: [KIND]`";
            self.warn(at, "", format!("nothing shows that a stream is in `{name}`"), help);
            return None;
        }
        let place = self.files.place(at);
        let (essence, stream) = self.within(&name, &place, |reader| reader.dialect_stream(at, &name))??;
        let source = self.source_of(at, found);
        Some(Dialect { name, essence, claim, first, stream, source })
    }

    /// The one media type of a dialect, and the stream under it.
    fn dialect_stream(&mut self, at: &At<'a>, name: &str) -> Option<(String, StreamContract)> {
        let content = at.get("content");
        let mut media = content.iter().flat_map(At::members).filter(|(key, _)| !key.starts_with("x-"));
        let Some((key, written)) = media.next() else {
            let help = "add `content: {text/event-stream: {x-stream: {framing: sse}}}`";
            self.warn(at, "", format!("`{name}` does not say what it is sent as"), help);
            return None;
        };
        if let Some((other, written)) = media.next() {
            let help = format!("write a dialect of its own for {other}");
            self.warn(&written, "", "a dialect is sent as one media type: only the first is read", &help);
        }
        let essence = self.media_essence(key, &written)?;
        let written = self.resolved(&written)?;
        let stream = self.stream(&written, &essence, at, true);
        if stream.is_none() {
            self.warn(&written, "", format!("`{name}` is no stream"), "add `x-stream: {framing: sse}`");
        }
        Some((essence, stream?))
    }

    /// Where a dialect is described; its own file where it does not say.
    fn source_of(&self, at: &At<'a>, found: &Found) -> Source {
        let written = at.get("x-source");
        let ids = written.and_then(|source| found.places.get(&(source.file, source.node.span.start)));
        let promise = ids.and_then(|ids| found.promises.get(ids.first()?.0));
        promise.map(|promise| promise.source.clone()).unwrap_or_else(|| Source {
            document: self.files.name().to_string(),
            quote: None,
            strength: Strength::Documented,
            section: None,
        })
    }
}

/// Reads the file of a profile; beside it everything that is wrong there.
fn read(files: &Files) -> (Result<Profile, String>, Vec<Diagnostic>) {
    let root = files.root();
    let found = sources::find(files);
    let no_promises: HashMap<(usize, usize), Vec<PromiseId>> = HashMap::new();
    let mut reader = Reader::new(files, OpenApiVersion::V32, Vec::new(), &no_promises);
    reader.in_profile = true;
    let profile = reader.whole_profile(&root, &found);
    let mut diagnostics = files.faults().to_vec();
    diagnostics.extend(reader.finish(Vec::new()).diagnostics);
    diagnostics.extend(found.diagnostics);
    let usable = profile.filter(|profile| !profile.dialects.is_empty());
    (usable.ok_or_else(|| format!("{} describes no dialect", files.name())), diagnostics)
}

fn named(name: &str) -> Result<Arc<Profile>, String> {
    let built_in = BUILT_IN.iter().find(|built_in| built_in.name == name);
    built_in.ok_or_else(|| format!("there is no profile `{name}`"))?.profile()
}

/// Whether the name of a profile is that of a file.
fn is_file(name: &str) -> bool {
    name.contains('/') || [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

fn advice(name: &str) -> String {
    if is_file(name) {
        return "a profile is a file beside the document or below: `profile: NAME`, and `dialects`".to_owned();
    }
    let known = BUILT_IN.each_ref().map(|built_in| built_in.name);
    super::extensions::close(name, &known)
        .unwrap_or_else(|| format!("built in: {}; a profile of your own is named by its file", known.join(", ")))
}
