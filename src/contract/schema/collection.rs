//! The schemas of a contract while its documents are read, each written once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::discriminator::Heirs;
use super::normalise::Writer;
use super::store::Store;
use super::unfold::{MAX_APPLIED, Unfolded};
use super::{Direction, Schema};
use crate::contract::document::{At, Files, Resource};
use crate::contract::{Diagnostic, Level, OpenApiVersion, PromiseId};

/// Why a schema cannot be used.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Broken(pub Diagnostic);

/// What is wanted of a schema that chooses others by a discriminator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// What it says itself, for schemas that build on it.
    Plain,
    /// That, and what it chooses.
    Choosing,
}

/// The resources with dynamic anchors on the way to a schema, the outermost first.
pub(super) type Way = Rc<[Resource]>;

/// More definitions than this are not written for the ways to them, which can multiply them.
const MOST_ON_WAYS: usize = 20_000;

/// File, pointer and use of a schema.
type Key = (usize, String, Direction, Role, Way);

/// A definition that is named and still to be written.
struct Waiting<'a> {
    name: String,
    at: At<'a>,
    direction: Direction,
    role: Role,
    way: Way,
}

/// The schemas of a contract while its documents are read.
pub(in crate::contract) struct Schemas<'a> {
    pub(super) files: &'a Files,
    pub(super) version: OpenApiVersion,
    /// Those of every `x-source`, by file and first byte.
    pub(super) promises: &'a HashMap<(usize, usize), Vec<PromiseId>>,
    /// References between definitions, by name.
    pub(super) uses: HashMap<String, Vec<String>>,
    /// Definitions that cannot be used, by name.
    pub(super) broken: HashMap<String, Broken>,
    /// Whether each regular expression compiles.
    pub(super) patterns: HashMap<String, bool>,
    pub(super) notes: Vec<Diagnostic>,
    /// Maps of schemas that are being written where a reference leads to them, by file and pointer.
    pub(super) maps: Vec<(usize, String)>,
    store: Arc<Store>,
    schemas: HashMap<Key, Schema>,
    names: HashMap<Key, String>,
    definitions: Map<String, Value>,
    waiting: VecDeque<Waiting<'a>>,
    /// Definitions that were written for a way.
    on_ways: usize,
    /// How often definitions are applied to one place.
    unfolded: Unfolded,
    /// Which schemas build on which, once it was asked.
    pub(super) heirs: Option<Heirs<'a>>,
}

impl<'a> Schemas<'a> {
    /// No schema yet.
    pub fn new(
        files: &'a Files,
        version: OpenApiVersion,
        promises: &'a HashMap<(usize, usize), Vec<PromiseId>>,
    ) -> Self {
        Schemas {
            files,
            version,
            promises,
            store: Arc::default(),
            schemas: HashMap::new(),
            names: HashMap::new(),
            definitions: Map::new(),
            waiting: VecDeque::new(),
            heirs: None,
            on_ways: 0,
            unfolded: Unfolded::default(),
            uses: HashMap::new(),
            broken: HashMap::new(),
            patterns: HashMap::new(),
            notes: Vec::new(),
            maps: Vec::new(),
        }
    }

    /// The schema that stands there, with everything that it refers to.
    pub fn read(&mut self, at: &At<'a>, direction: Direction) -> Schema {
        let way = self.within(&Way::from([]), at);
        let at = self.alias(at);
        let name = self.definition(&at, direction, Role::Choosing, &way);
        self.drain();
        let key = self.key(&at, direction, Role::Choosing, self.within(&way, &at));
        if let Some(schema) = self.schemas.get(&key) {
            return schema.clone();
        }
        let schema = Schema::stored(self.store.clone(), pointer(&name), Some(self.files.place(&at)));
        self.schemas.insert(key, schema.clone());
        schema
    }

    /// A schema of our own making over schemas of a response: `{KEYWORD: [...]}`.
    pub fn combine(&mut self, keyword: &str, parts: &[At<'a>]) -> Schema {
        let define = |part: &At<'a>| self.definition(part, Direction::Response, Role::Choosing, &Way::from([]));
        let names: Vec<String> = parts.iter().map(define).collect();
        self.drain();
        let references: Vec<Value> = names.iter().map(|name| json!({"$ref": reference(name)})).collect();
        let name = self.free_name("combined");
        self.definitions.insert(name.clone(), json!({ keyword: references }));
        self.uses.insert(name.clone(), names);
        Schema::stored(self.store.clone(), pointer(&name), parts.first().map(|part| self.files.place(part)))
    }

    /// A schema that everything keeps.
    pub fn anything(&mut self) -> Schema {
        let name = self.free_name("anything");
        self.definitions.insert(name.clone(), Value::Bool(true));
        Schema::stored(self.store.clone(), pointer(&name), None)
    }

    /// Why a schema cannot be used, where it cannot: its own fault, or that of what it refers to.
    pub fn broken(&self, schema: &Schema) -> Option<&Broken> {
        if self.broken.is_empty() {
            return None;
        }
        let mut seen = vec![schema.0.pointer.rsplit('/').next().unwrap_or_default()];
        let mut next = 0;
        let mut known: HashSet<&str> = seen.iter().copied().collect();
        while let Some(name) = seen.get(next).copied() {
            if let Some(broken) = self.broken.get(name) {
                return Some(broken);
            }
            seen.extend(
                self.uses.get(name).into_iter().flatten().map(String::as_str).filter(|name| known.insert(name)),
            );
            next += 1;
        }
        None
    }

    /// Makes the schemas ready for use, and gives what there is to say about them.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.store.seal(json!({ "$defs": Value::Object(std::mem::take(&mut self.definitions)) }));
        self.notes
    }

    /// Requests and answers may read a schema differently; where none does, one definition serves both.
    fn key(&self, at: &At<'a>, direction: Direction, role: Role, way: Way) -> Key {
        let direction = if self.files.reads_requests_otherwise() { direction } else { Direction::Response };
        let role = if at.node.get("discriminator").is_some() { role } else { Role::Choosing };
        (at.file, at.pointer.clone(), direction, role, way)
    }

    /// The way to a schema from one that refers to it or holds it.
    pub(super) fn within(&self, way: &Way, at: &At<'a>) -> Way {
        match self.files.dynamic_resource(at).filter(|resource| !way.contains(resource)) {
            Some(resource) => way.iter().cloned().chain([resource]).collect(),
            None => way.clone(),
        }
    }

    /// Where a schema is nothing but a reference, the schema that it means. References with siblings
    /// on the way say something of their own; those that lead nowhere are told when they are written.
    fn alias(&self, at: &At<'a>) -> At<'a> {
        let mut meant = at.clone();
        while let (Some(reference), Some(1)) = (meant.text("$ref"), meant.node.as_object().map(|members| members.len()))
        {
            match self.files.resolve(&meant, reference).and_then(|_| self.files.target(&meant, reference)) {
                Ok(target) => meant = target,
                Err(_) => return at.clone(),
            }
        }
        meant
    }

    /// The name of the definition for a schema; it is written later where it is new.
    pub(super) fn definition(&mut self, at: &At<'a>, direction: Direction, role: Role, way: &Way) -> String {
        let way = if self.on_ways < MOST_ON_WAYS { self.within(way, at) } else { Way::from([]) };
        let key = self.key(at, direction, role, way.clone());
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let named = !at.pointer.starts_with("/paths/");
        let wanted = if named { plain(at.pointer.rsplit('/').next().unwrap_or_default()) } else { "inline".to_owned() };
        let name = self.free_name(&wanted);
        self.names.insert(key, name.clone());
        self.definitions.insert(name.clone(), Value::Null);
        self.on_ways += usize::from(!way.is_empty());
        self.waiting.push_back(Waiting { name: name.clone(), at: at.clone(), direction, role, way });
        name
    }

    fn free_name(&self, wanted: &str) -> String {
        if !self.definitions.contains_key(wanted) {
            return wanted.to_owned();
        }
        let first = self.definitions.len();
        (first..)
            .map(|number| format!("{wanted}-{number}"))
            .find(|name| !self.definitions.contains_key(name))
            .unwrap_or_default()
    }

    /// Writes the definitions that wait; each may make others wait.
    fn drain(&mut self) {
        let mut written = Vec::new();
        while let Some(Waiting { name, at, direction, role, way }) = self.waiting.pop_front() {
            written.push((name.clone(), at.clone()));
            let node = at.node;
            let value = Writer::new(self, &name, at, direction, role, way).schema(node);
            self.definitions.insert(name, value);
        }
        for (name, at) in written {
            if self.unfolded.is_too_much(&name, &self.definitions) {
                let broken = self.too_much(&at);
                self.broken.entry(name).or_insert(broken);
            }
        }
    }

    fn too_much(&self, at: &At<'_>) -> Broken {
        Broken(Diagnostic {
            level: Level::Warning,
            message: format!("unfolded, this applies more than {MAX_APPLIED} subschemas to one value"),
            help: Some("name each schema once in `allOf`, `anyOf` and `oneOf`, not at every level again".to_owned()),
            place: self.files.place(at),
        })
    }
}

fn pointer(name: &str) -> String {
    format!("/$defs/{name}")
}

pub(super) fn reference(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// A name that stands in a pointer and a URI without escapes.
fn plain(token: &str) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let name: String = token.chars().map(|character| if keep(character) { character } else { '_' }).collect();
    if name.is_empty() { "schema".to_owned() } else { name }
}
