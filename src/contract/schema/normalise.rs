//! Schemas of every OpenAPI version as JSON Schema 2020-12, each written once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Schema;
use super::keywords::{Holds, TYPES, holds};
use super::promises::KEY;
use super::store::Store;
use crate::contract::document::{At, Data, Files, Node};
use crate::contract::{Diagnostic, Level, OpenApiVersion, PromiseId};

/// Why a schema cannot be used.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Broken(pub Diagnostic);

/// The schemas of a contract while its documents are read.
pub(in crate::contract) struct Schemas<'a> {
    files: &'a Files,
    version: OpenApiVersion,
    promises: &'a HashMap<(usize, usize), Vec<PromiseId>>,
    store: Arc<Store>,
    schemas: HashMap<(usize, String), Schema>,
    names: HashMap<(usize, String), String>,
    definitions: Map<String, Value>,
    waiting: VecDeque<(String, At<'a>)>,
    /// References between definitions, by name.
    uses: HashMap<String, Vec<String>>,
    broken: HashMap<String, Broken>,
    patterns: HashMap<String, Result<(), String>>,
    notes: Vec<Diagnostic>,
}

impl<'a> Schemas<'a> {
    /// No schema yet. `promises` are those of every `x-source`, by file and first byte.
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
            uses: HashMap::new(),
            broken: HashMap::new(),
            patterns: HashMap::new(),
            notes: Vec::new(),
        }
    }

    /// The schema that stands there, with everything that it refers to.
    pub fn read(&mut self, at: &At<'a>) -> Schema {
        let at = self.alias(at);
        let name = self.definition(&at, "inline");
        self.drain();
        self.schema(&at, &name)
    }

    /// A schema of our own making over schemas of the document: `{KEYWORD: [...]}`.
    pub fn combine(&mut self, keyword: &str, parts: &[At<'a>]) -> Schema {
        let names: Vec<String> = parts.iter().map(|part| self.definition(part, "inline")).collect();
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
        let mut known: std::collections::HashSet<&str> = seen.iter().copied().collect();
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

    fn schema(&mut self, at: &At<'a>, name: &str) -> Schema {
        let key = (at.file, at.pointer.clone());
        if let Some(schema) = self.schemas.get(&key) {
            return schema.clone();
        }
        let schema = Schema::stored(self.store.clone(), pointer(name), Some(self.files.place(at)));
        self.schemas.insert(key, schema.clone());
        schema
    }

    /// Where a schema is nothing but a reference, the schema that it means.
    fn alias(&self, at: &At<'a>) -> At<'a> {
        let alone = at.node.as_object().is_some_and(|members| members.len() == 1);
        match at.text("$ref") {
            Some(reference) if alone => self.files.resolve(at, reference).unwrap_or_else(|_| at.clone()),
            _ => at.clone(),
        }
    }

    /// The name of the definition for a schema; it is written later where it is new.
    fn definition(&mut self, at: &At<'a>, kind: &str) -> String {
        let key = (at.file, at.pointer.clone());
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let wanted = match kind {
            "inline" if !at.pointer.starts_with("/components/") => kind.to_owned(),
            _ => plain(at.pointer.rsplit('/').next().unwrap_or_default()),
        };
        let name = self.free_name(&wanted);
        self.names.insert(key, name.clone());
        self.definitions.insert(name.clone(), Value::Null);
        self.waiting.push_back((name.clone(), at.clone()));
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
        while let Some((name, at)) = self.waiting.pop_front() {
            let value = Writer { all: self, name: &name, file: at.file }.schema(at.node);
            self.definitions.insert(name, value);
        }
    }
}

fn pointer(name: &str) -> String {
    format!("/$defs/{name}")
}

fn reference(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// A name that stands in a pointer and a URI without escapes.
fn plain(token: &str) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let name: String = token.chars().map(|character| if keep(character) { character } else { '_' }).collect();
    if name.is_empty() { "schema".to_owned() } else { name }
}

/// Writes one definition.
struct Writer<'w, 'a> {
    all: &'w mut Schemas<'a>,
    name: &'w str,
    file: usize,
}

impl<'a> Writer<'_, 'a> {
    fn schema(&mut self, node: &'a Node) -> Value {
        let members = match &node.data {
            Data::Bool(value) => return Value::Bool(*value),
            Data::Object(members) => members,
            _ => {
                self.break_off(
                    node,
                    format!("{} is no schema", node.kind()),
                    "a schema is an object, or true or false",
                );
                return Value::Bool(true);
            }
        };
        let mut out = Map::new();
        let only_reference = self.all.version == OpenApiVersion::V30 && node.get("$ref").is_some();
        for (key, member) in members {
            if !only_reference || key == "$ref" || key.starts_with("x-") {
                self.keyword(key, &member.value, &mut out);
            }
        }
        exclusive_limits(&mut out);
        array_items(node, &mut out);
        if node.get("nullable").and_then(Node::as_bool) == Some(true) && !only_reference {
            return with_null(out);
        }
        Value::Object(out)
    }

    fn keyword(&mut self, key: &str, value: &'a Node, out: &mut Map<String, Value>) {
        match (key, holds(key)) {
            ("$ref" | "$dynamicRef" | "$recursiveRef", _) => self.reference(value, out),
            ("nullable", _) => {}
            ("x-source", _) => self.source(value, out),
            ("items", Some(Holds::Schema)) if value.as_array().is_some() => {
                let items = self.schemas(value);
                out.insert("prefixItems".to_owned(), items);
            }
            ("exclusiveMinimum" | "exclusiveMaximum", _) if value.as_bool().is_some() => {
                out.insert(key.to_owned(), value.to_value());
            }
            ("required", _) if value.as_bool().is_some() => {
                let message = "`required` inside a property says nothing";
                self.note(value, message, "list the property's name under `required` of the object around it");
            }
            (_, Some(Holds::Definitions | Holds::Identity)) => {}
            (_, Some(holds)) => {
                if let Some(value) = self.held(key, holds, value) {
                    out.insert(key.to_owned(), value);
                }
            }
            (_, None) => {
                out.insert(key.to_owned(), value.to_value());
            }
        }
    }

    /// The value of a keyword, where it holds what it should.
    fn held(&mut self, key: &str, holds: Holds, node: &'a Node) -> Option<Value> {
        let is_text = |node: &Node| node.as_str().is_some();
        let names = |node: &Node| node.as_array().is_some_and(|items| items.iter().all(is_text));
        let right = match holds {
            Holds::Schema => return Some(self.schema(node)),
            Holds::Schemas if node.as_array().is_some_and(|items| !items.is_empty()) => {
                return Some(self.schemas(node));
            }
            Holds::SchemaMap if node.as_object().is_some() => return Some(self.schema_map(node)),
            Holds::Count | Holds::Number | Holds::PositiveNumber if node.as_str().is_some() => {
                return self.number_in_quotes(key, holds, node);
            }
            Holds::Count => whole(node).is_some(),
            Holds::Number => matches!(node.data, Data::Number(_)),
            Holds::PositiveNumber => matches!(&node.data, Data::Number(number) if number.as_f64() > Some(0.0)),
            Holds::Text => is_text(node),
            Holds::Names => names(node),
            Holds::NamesMap => {
                node.as_object().is_some_and(|members| members.values().all(|member| names(&member.value)))
            }
            Holds::Flag => node.as_bool().is_some(),
            Holds::Values => node.as_array().is_some(),
            Holds::Type => self.is_type(node),
            Holds::Pattern => return self.pattern(node),
            _ => false,
        };
        if !right {
            self.break_off(node, format!("`{key}` is {}", shown(node)), format!("`{key}` is {}", holds.words()));
            return None;
        }
        match (holds, whole(node)) {
            (Holds::Count, Some(number)) => Some(number.into()),
            (Holds::Names, _) => Some(unique(node.to_value())),
            _ => Some(node.to_value()),
        }
    }

    /// Generators of documents write `"maximum": "50"`; what is meant is plain.
    fn number_in_quotes(&mut self, key: &str, holds: Holds, node: &'a Node) -> Option<Value> {
        let number = node.as_str().and_then(|text| text.trim().parse::<serde_json::Number>().ok());
        let number = number.filter(|number| match holds {
            Holds::Count => number.is_u64(),
            Holds::PositiveNumber => number.as_f64() > Some(0.0),
            _ => true,
        });
        if number.is_some() {
            self.note(node, &format!("`{key}` is a string, read as the number in it"), "remove the quotes");
        } else {
            self.break_off(node, format!("`{key}` is {}", shown(node)), format!("`{key}` is {}", holds.words()));
        }
        number.map(Value::Number)
    }

    fn schemas(&mut self, node: &'a Node) -> Value {
        node.as_array().unwrap_or_default().iter().map(|item| self.schema(item)).collect()
    }

    fn schema_map(&mut self, node: &'a Node) -> Value {
        let members = node.as_object().into_iter().flatten();
        Value::Object(members.map(|(name, member)| (name.clone(), self.schema(&member.value))).collect())
    }

    fn is_type(&self, node: &Node) -> bool {
        let named = |node: &Node| node.as_str().is_some_and(|name| TYPES.contains(&name));
        named(node) || node.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(named))
    }

    fn pattern(&mut self, node: &Node) -> Option<Value> {
        let Some(pattern) = node.as_str() else {
            self.break_off(node, format!("`pattern` is {}", shown(node)), "`pattern` is a regular expression");
            return None;
        };
        let compiled = self.all.patterns.entry(pattern.to_owned()).or_insert_with(|| {
            let built = jsonschema::options().build(&json!({ "pattern": pattern }));
            built.map(|_| ()).map_err(|error| error.to_string())
        });
        if compiled.is_err() {
            let message = format!("the pattern `{pattern}` cannot be compiled");
            self.break_off(node, message, "`pattern` is a regular expression as ECMA-262 writes it");
            return None;
        }
        Some(Value::String(pattern.to_owned()))
    }

    fn reference(&mut self, node: &'a Node, out: &mut Map<String, Value>) {
        let Some(text) = node.as_str() else {
            return self.break_off(
                node,
                format!("`$ref` is {}", shown(node)),
                "`$ref` is a string such as `#/components/schemas/X`",
            );
        };
        let from = At { file: self.file, node, pointer: String::new() };
        let target = self.all.files.resolve(&from, text).and_then(|_| self.all.files.target(self.file, text, 64));
        match target {
            Ok(target) => {
                let name = self.all.definition(&target, "named");
                self.all.uses.entry(self.name.to_owned()).or_default().push(name.clone());
                out.insert("$ref".to_owned(), Value::String(reference(&name)));
            }
            Err(reason) => self.break_off(node, reason, "a `$ref` is a local pointer or a file beside the document"),
        }
    }

    fn source(&mut self, node: &Node, out: &mut Map<String, Value>) {
        out.insert("x-source".to_owned(), node.to_value());
        if let Some(promises) = self.all.promises.get(&(self.file, node.span.start)) {
            out.insert(KEY.to_owned(), promises.iter().map(|promise| Value::from(promise.0)).collect());
        }
    }

    /// The schema cannot be used, nor what refers to it.
    fn break_off(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = self.diagnostic(Level::Warning, node, message.into(), help.into());
        self.all.broken.entry(self.name.to_owned()).or_insert(Broken(diagnostic));
    }

    fn note(&mut self, node: &Node, message: &str, help: &str) {
        let diagnostic = self.diagnostic(Level::Note, node, message.to_owned(), help.to_owned());
        self.all.notes.push(diagnostic);
    }

    fn diagnostic(&self, level: Level, node: &Node, message: String, help: String) -> Diagnostic {
        Diagnostic { level, message, help: Some(help), place: self.all.files.place_of(self.file, node.span.clone()) }
    }
}

/// A whole number from 0 on; `1.0` is one.
fn whole(node: &Node) -> Option<u64> {
    let Data::Number(number) = &node.data else { return None };
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && *float >= 0.0 && *float < 9e15);
    number.as_u64().or(float.map(|float| float as u64))
}

/// A value as it is shown in a message.
fn shown(node: &Node) -> String {
    match &node.data {
        Data::Array(_) | Data::Object(_) => node.kind().to_owned(),
        _ => node.to_value().to_string().chars().take(60).collect(),
    }
}

fn unique(names: Value) -> Value {
    let Value::Array(names) = names else { return names };
    let mut out: Vec<Value> = Vec::new();
    for name in names {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    Value::Array(out)
}

/// OpenAPI 3.0 (and draft 4): `exclusiveMinimum: true` makes `minimum` exclusive.
fn exclusive_limits(out: &mut Map<String, Value>) {
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(flag) = out.get(exclusive).and_then(Value::as_bool) else { continue };
        out.remove(exclusive);
        if flag && let Some(value) = out.remove(limit) {
            out.insert(exclusive.to_owned(), value);
        }
    }
}

/// Drafts before 2020-12: with an array under `items`, `additionalItems` holds for the rest.
fn array_items(node: &Node, out: &mut Map<String, Value>) {
    let Some(rest) = out.remove("additionalItems") else { return };
    if node.get("items").and_then(Node::as_array).is_some() {
        out.insert("items".to_owned(), rest);
    }
}

/// What a schema with `nullable: true` says in 2020-12.
fn with_null(mut out: Map<String, Value>) -> Value {
    let composed = ["$ref", "allOf", "anyOf", "oneOf", "not", "const", "if"].iter().any(|key| out.contains_key(*key));
    if let (Some(kinds), false) = (out.get("type").cloned(), composed) {
        let mut kinds = match kinds {
            Value::Array(kinds) => kinds,
            kind => vec![kind],
        };
        if !kinds.iter().any(|kind| kind == "null") {
            kinds.push("null".into());
        }
        out.insert("type".to_owned(), Value::Array(kinds));
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        return Value::Object(out);
    }
    let beside = |key: &str| key.starts_with("x-") || matches!(key, "title" | "description" | "default" | "example");
    let (mut outer, inner): (Map<_, _>, Map<_, _>) = out.into_iter().partition(|(key, _)| beside(key));
    if !inner.is_empty() {
        outer.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
    }
    Value::Object(outer)
}
