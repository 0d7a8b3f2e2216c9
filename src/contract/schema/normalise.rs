//! One schema of any OpenAPI version as JSON Schema 2020-12.

use serde_json::{Map, Value, json};

use super::Direction;
use super::collection::{Broken, Role, Schemas, Way, reference};
use super::keywords::{Holds, TYPES, holds};
use super::older::{array_items, dependencies, exclusive_limits, with_null};
use super::promises::KEY;
use super::quoted::is_set;
use crate::contract::document::{At, Data, Files, Node};
use crate::contract::read::meant_flag;
use crate::contract::{Diagnostic, Level, OpenApiVersion};

/// Writes one definition.
pub(super) struct Writer<'w, 'a> {
    pub(super) all: &'w mut Schemas<'a>,
    name: &'w str,
    /// What is written.
    at: At<'a>,
    pub(super) direction: Direction,
    pub(super) role: Role,
    /// Whether what is being written is of the same value as the whole definition, and not of something in it.
    of_whole: bool,
    /// The way to what is being written.
    pub(super) way: Way,
}

impl<'w, 'a> Writer<'w, 'a> {
    /// Writes the definition of that name, which stands there.
    pub fn new(
        all: &'w mut Schemas<'a>,
        name: &'w str,
        at: At<'a>,
        direction: Direction,
        role: Role,
        way: Way,
    ) -> Self {
        Writer { all, name, at, direction, role, of_whole: true, way }
    }

    /// What is written, where this is all of it.
    pub(super) fn written_whole(&self, node: &Node) -> Option<At<'a>> {
        std::ptr::eq(self.at.node, node).then(|| self.at.clone())
    }

    /// Notes that the definition refers to another.
    pub(super) fn uses(&mut self, name: &str) {
        self.all.uses.entry(self.name.to_owned()).or_default().push(name.to_owned());
    }

    /// The schema of a node and everything inside it; references make other definitions wait.
    pub fn schema(&mut self, node: &'a Node) -> Value {
        if node.get("$id").is_none() {
            return self.in_resource(node);
        }
        let inside = self.all.within(&self.way, &self.from(node));
        let around = std::mem::replace(&mut self.way, inside);
        let schema = self.in_resource(node);
        self.way = around;
        schema
    }

    fn in_resource(&mut self, node: &'a Node) -> Value {
        let members = match &node.data {
            Data::Bool(value) => return Value::Bool(*value),
            Data::Object(members) => members,
            Data::String(text) if meant_flag(text).is_some() => {
                return Value::Bool(self.flag_in_quotes("a schema", node).unwrap_or(true));
            }
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
                let around = self.of_whole;
                self.of_whole = around && !is_of_parts(key);
                self.keyword(key, &member.value, &mut out);
                self.of_whole = around;
            }
        }
        exclusive_limits(&mut out);
        array_items(node.get("items").and_then(Node::as_array).is_some(), &mut out);
        dependencies(&mut out);
        self.one_way(node, &mut out);
        if self.direction == Direction::Request {
            self.without_read_only(node, &mut out);
        }
        self.discriminated(node, &mut out);
        if node.get("nullable").is_some_and(is_set) && !only_reference {
            return with_null(out);
        }
        Value::Object(out)
    }

    /// A `readOnly` member is required of responses alone, a `writeOnly` one of requests alone
    /// (OpenAPI 3.0.4 section 4.7.24.2).
    fn one_way(&self, node: &Node, out: &mut Map<String, Value>) {
        let Some(Value::Array(required)) = out.get_mut("required") else { return };
        let flag = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let properties = node.get("properties");
        required.retain(|name| {
            let member = name.as_str().and_then(|name| properties?.get(name));
            !member.is_some_and(|member| self.says(member, flag))
        });
    }

    /// Whether a member says so itself, or what it refers to.
    pub(super) fn says(&self, node: &Node, flag: &str) -> bool {
        let set = |node: &Node| node.get(flag).is_some_and(is_set);
        set(node)
            || node
                .get("$ref")
                .and_then(|reference| self.target(node, reference.as_str()?))
                .is_some_and(|at| set(at.node))
    }

    /// What a reference leads to in the end that stands at this node; `None` where it leads nowhere.
    pub(super) fn target(&self, node: &Node, reference: &str) -> Option<At<'a>> {
        let from = self.from(node);
        self.files().resolve(&from, reference).ok()
    }

    /// A place that references are resolved from.
    fn from<'n>(&self, node: &'n Node) -> At<'n> {
        At { file: self.at.file, node, pointer: String::new() }
    }

    /// The files of the contract.
    pub(super) fn files(&self) -> &'a Files {
        self.all.files
    }

    fn keyword(&mut self, key: &str, value: &'a Node, out: &mut Map<String, Value>) {
        match (key, holds(key)) {
            ("$ref" | "$dynamicRef" | "$recursiveRef", _) => self.reference(key, value, out),
            ("nullable", _) => {
                if self.all.version != OpenApiVersion::V30 {
                    let message = "`nullable` is no keyword from OpenAPI 3.1 on; null is allowed all the same";
                    self.note(value, message, "write `type: [string, 'null']`");
                }
            }
            ("x-source", _) => self.source(value, out),
            ("items", Some(Holds::Schema)) if value.as_array().is_some() => {
                let items = self.schemas(value);
                out.insert("prefixItems".to_owned(), items);
            }
            ("additionalItems", _) => {
                let rest = self.schema(value);
                out.insert(key.to_owned(), rest);
            }
            ("dependencies", _) if value.as_object().is_some() => self.dependencies(value, out),
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

    /// `dependencies` of drafts before 2019-09: names, or a schema, for each name.
    fn dependencies(&mut self, node: &'a Node, out: &mut Map<String, Value>) {
        let mut written = Map::new();
        for (name, member) in node.as_object().into_iter().flatten() {
            let holds = if member.value.as_array().is_some() { Holds::Names } else { Holds::Schema };
            if let Some(value) = self.held("dependencies", holds, &member.value) {
                written.insert(name.clone(), value);
            }
        }
        out.insert("dependencies".to_owned(), Value::Object(written));
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
            Holds::Flag if node.as_str().is_some_and(|text| meant_flag(text).is_some()) => {
                return self.flag_in_quotes(&format!("`{key}`"), node).map(Value::Bool);
            }
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
            self.wrong(key, holds, node);
            return None;
        }
        match (holds, whole(node)) {
            (Holds::Count, Some(number)) => Some(number.into()),
            (Holds::Names, _) => Some(unique(node.to_value())),
            _ => Some(node.to_value()),
        }
    }

    fn schemas(&mut self, node: &'a Node) -> Value {
        node.as_array().unwrap_or_default().iter().map(|item| self.schema(item)).collect()
    }

    fn schema_map(&mut self, node: &'a Node) -> Value {
        if let Some(map) = self.referred_map(node) {
            return map;
        }
        let members = node.as_object().into_iter().flatten();
        Value::Object(members.map(|(name, member)| (name.clone(), self.schema(&member.value))).collect())
    }

    /// The standard has no references to a map of schemas, and large documents are split by them all the same. No
    /// schema is a text, so such a member is no property of that name.
    fn referred_map(&mut self, node: &'a Node) -> Option<Value> {
        let reference = node.get("$ref")?.as_str()?;
        let target =
            self.target(node, reference).filter(|at| at.node.as_object().is_some_and(|map| !map.is_empty()))?;
        let key = (target.file, target.pointer.clone());
        if self.all.maps.contains(&key) {
            return None;
        }
        self.note(node, "a map of schemas is given by reference; it is followed", "put the reference into each schema");
        self.all.maps.push(key);
        let node = target.node;
        let way = self.way.clone();
        let mut writer = Writer::new(self.all, self.name, target, self.direction, Role::Plain, way);
        writer.of_whole = false;
        let map = writer.schema_map(node);
        self.all.maps.pop();
        Some(map)
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
        let compiles = |pattern: &str| jsonschema::options().build(&json!({ "pattern": pattern })).is_ok();
        let known = self.all.patterns.get(pattern).copied();
        let right = known.unwrap_or_else(|| compiles(pattern));
        self.all.patterns.insert(pattern.to_owned(), right);
        if !right {
            let message = format!("the pattern `{pattern}` cannot be compiled");
            self.break_off(node, message, "`pattern` is a regular expression as ECMA-262 writes it");
            return None;
        }
        Some(Value::String(pattern.to_owned()))
    }

    fn reference(&mut self, key: &str, node: &'a Node, out: &mut Map<String, Value>) {
        let Some(text) = node.as_str() else {
            return self.break_off(
                node,
                format!("`$ref` is {}", shown(node)),
                "`$ref` is a string such as `#/components/schemas/X`",
            );
        };
        let (files, from) = (self.files(), self.from(node));
        let target = files.resolve(&from, text).and_then(|_| files.target(&from, text));
        match target {
            Ok(target) => {
                let is_dynamic = key == "$dynamicRef";
                let target = if is_dynamic { files.dynamic_target(target, text, &self.way) } else { target };
                // What others can build on may itself build on what it refers to.
                let builds = self.of_whole && !self.at.pointer.starts_with("/paths/");
                let role = if builds { Role::Plain } else { Role::Choosing };
                let name = self.all.definition(&target, self.direction, role, &self.way);
                self.uses(&name);
                out.insert("$ref".to_owned(), Value::String(reference(&name)));
            }
            Err(missing) => self.break_off(node, missing.message, missing.help),
        }
    }

    fn source(&mut self, node: &Node, out: &mut Map<String, Value>) {
        out.insert("x-source".to_owned(), node.to_value());
        if let Some(promises) = self.all.promises.get(&(self.at.file, node.span.start)) {
            out.insert(KEY.to_owned(), promises.iter().map(|promise| Value::from(promise.0)).collect());
        }
    }

    pub(super) fn wrong(&mut self, key: &str, holds: Holds, node: &Node) {
        self.break_off(node, format!("`{key}` is {}", shown(node)), format!("`{key}` is {}", holds.words()));
    }

    /// The schema cannot be used, nor what refers to it.
    fn break_off(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = self.diagnostic(Level::Warning, node, message.into(), help.into());
        self.all.broken.entry(self.name.to_owned()).or_insert(Broken(diagnostic));
    }

    pub(super) fn note(&mut self, node: &Node, message: &str, help: &str) {
        let diagnostic = self.diagnostic(Level::Note, node, message.to_owned(), help.to_owned());
        self.all.notes.push(diagnostic);
    }

    fn diagnostic(&self, level: Level, node: &Node, message: String, help: String) -> Diagnostic {
        Diagnostic { level, message, help: Some(help), place: self.all.files.place_of(self.at.file, node.span.clone()) }
    }
}

/// Whether the schemas under a keyword are of members, items or names of a value, and not of the value itself.
fn is_of_parts(keyword: &str) -> bool {
    const WHOLE: [&str; 9] =
        ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"];
    !keyword.starts_with('$') && !WHOLE.contains(&keyword)
}

/// A whole number from 0 on; `1.0` is one.
fn whole(node: &Node) -> Option<u64> {
    let Data::Number(number) = &node.data else { return None };
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && *float >= 0.0 && *float < 9e15);
    number.as_u64().or(float.map(|float| float as u64))
}

/// A value as it is shown in a message.
pub(super) fn shown(node: &Node) -> String {
    match &node.data {
        Data::Array(items) if items.is_empty() => "empty".to_owned(),
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
