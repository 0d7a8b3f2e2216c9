//! Discriminators: a member of a value that says which schema it is of (OpenAPI 3.1 section 4.8.25).
//!
//! A discriminator stands beside the alternatives that it chooses from, or in a base that others build on by `allOf`.
//! A value whose member names a schema must fit that schema, too. What names no schema of the document chooses
//! nothing: an answer is then judged by the rest alone.
//!
//! Whoever builds on a base means what it says itself, and not what it chooses: there it is written
//! [`Role::Plain`], or schemas would lead back to themselves.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::Direction;
use super::collection::{Role, Schemas, reference};
use super::normalise::Writer;
use crate::contract::document::{At, Files, Node};

/// How many schemas a base may choose from: each applies to every value that is looked at.
const MOST_CHOICES: usize = 50;

/// A schema that a discriminator chooses, and the values that choose it.
struct Choice<'a> {
    schema: At<'a>,
    values: Vec<String>,
}

/// File and pointer of a schema.
type Key = (usize, String);

/// Which schemas of a document build on which, by `allOf`.
#[derive(Debug)]
pub(super) struct Heirs<'a>(HashMap<Key, Vec<At<'a>>>);

impl<'a> Heirs<'a> {
    /// Looks through the named schemas of all files.
    pub fn of(files: &'a Files) -> Self {
        let mut direct: HashMap<Key, Vec<At<'a>>> = HashMap::new();
        let named = files.tops().filter_map(|top| top.get("components")?.get("schemas"));
        for schema in named.flat_map(|schemas| schemas.members().map(|(_, schema)| schema).collect::<Vec<_>>()) {
            for part in schema.get("allOf").iter().flat_map(At::items) {
                let base = part.text("$ref").and_then(|reference| files.resolve(&part, reference).ok());
                let Some(base) = base else { continue };
                direct.entry(key(&base)).or_default().push(schema.clone());
            }
        }
        Heirs(direct)
    }

    /// Those that build on a schema, and those that build on these.
    fn all(&self, base: &At<'a>) -> Vec<At<'a>> {
        let mut known = HashSet::from([key(base)]);
        let mut found: Vec<At<'a>> = Vec::new();
        let mut waiting = VecDeque::from([key(base)]);
        while let Some(heirs) = waiting.pop_front().map(|base| self.0.get(&base)) {
            for heir in heirs.into_iter().flatten().filter(|heir| known.insert(key(heir))) {
                found.push(heir.clone());
                waiting.push_back(key(heir));
            }
        }
        found
    }
}

impl<'a> Writer<'_, 'a> {
    /// Lets the discriminator of a schema choose.
    pub(super) fn discriminated(&mut self, node: &'a Node, out: &mut Map<String, Value>) {
        let Some(discriminator) = node.get("discriminator") else { return };
        let Some(member) = discriminator.get("propertyName").and_then(Node::as_str) else { return };
        let beside: Vec<&str> = ["oneOf", "anyOf"].into_iter().filter(|key| node.get(key).is_some()).collect();
        if beside.is_empty() {
            return self.chosen_by_base(node, member, out);
        }
        for keyword in beside {
            match self.direction {
                Direction::Request => self.named_alternatives(keyword, node, member, out),
                Direction::Response => self.judged_alternatives(keyword, node, member, out),
            }
        }
        if self.is_base_of_others(node) {
            out.retain(|key, _| !matches!(key.as_str(), "oneOf" | "anyOf"));
        }
    }

    /// A request whose member names another alternative is refused, though the schemas alone allow it.
    fn named_alternatives(&mut self, keyword: &str, node: &'a Node, member: &str, out: &mut Map<String, Value>) {
        let choices = self.alternatives(keyword, node, member);
        let Some(Value::Array(alternatives)) = out.get_mut(keyword) else { return };
        for (choice, alternative) in choices.into_iter().zip(alternatives) {
            if let Some(choice) = choice {
                *alternative = json!({ "allOf": [alternative.take(), named(member, &choice.values)] });
            }
        }
    }

    /// An answer whose member names an alternative is of that one.
    fn judged_alternatives(&mut self, keyword: &str, node: &'a Node, member: &str, out: &mut Map<String, Value>) {
        let choices: Vec<Choice<'a>> = self.alternatives(keyword, node, member).into_iter().flatten().collect();
        self.if_then(member, choices, out);
    }

    /// The choice that each alternative is; `None` where it says the values itself, or has no name.
    fn alternatives(&mut self, keyword: &str, node: &'a Node, member: &str) -> Vec<Option<Choice<'a>>> {
        let mapped = self.mapped(node);
        let alternatives = node.get(keyword).and_then(Node::as_array).unwrap_or_default();
        let choice = |alternative: &'a Node| {
            let schema = self.target(alternative, alternative.get("$ref")?.as_str()?)?;
            if self.fixes(&schema, member, 0) {
                return None;
            }
            let values: Vec<String> =
                mapped.iter().filter(|(_, to)| is_same(to, &schema)).map(|(value, _)| value.clone()).collect();
            let own = || vec![name(&schema)];
            let values = if values.is_empty() { own() } else { values };
            (!values.iter().any(String::is_empty)).then_some(Choice { schema, values })
        };
        alternatives.iter().map(choice).collect()
    }

    /// A base chooses from those that build on it, and from those of its mapping.
    fn chosen_by_base(&mut self, node: &'a Node, member: &str, out: &mut Map<String, Value>) {
        let Some(base) = self.written_whole(node) else { return };
        let choices = self.choices_of_base(&base, node);
        if choices.is_empty() {
            let message = "this discriminator chooses no schema: nothing more is asked of what its member names";
            let help = "schemas that it chooses build on this one by `allOf`, or stand in its `mapping`";
            return self.note(node.get("discriminator").unwrap_or(node), message, help);
        }
        if choices.len() > MOST_CHOICES {
            let message =
                format!("this discriminator chooses from {} schemas, which are not told apart", choices.len());
            let help = format!("of {MOST_CHOICES} at most, the one that a value names is looked at");
            return self.note(node.get("discriminator").unwrap_or(node), &message, &help);
        }
        if self.role == Role::Plain {
            return;
        }
        if self.direction == Direction::Response {
            return self.if_then(member, choices, out);
        }
        let alternatives: Vec<Value> = choices
            .into_iter()
            .map(|choice| {
                let mut named = named(member, &choice.values);
                // Whether the base may be sent by itself is not said.
                named["x-source"] = json!({ "strength": "inferred" });
                json!({ "allOf": [self.referring(&choice.schema), named] })
            })
            .collect();
        add(out, json!({ "anyOf": alternatives }));
    }

    fn choices_of_base(&mut self, base: &At<'a>, node: &'a Node) -> Vec<Choice<'a>> {
        let mapped = self.mapped(node);
        let taken: HashSet<&str> = mapped.iter().map(|(value, _)| value.as_str()).collect();
        let mut choices: IndexMap<Key, Choice<'a>> = IndexMap::new();
        let mut choose = |schema: &At<'a>, value: String| {
            let new = Choice { schema: schema.clone(), values: Vec::new() };
            choices.entry(key(schema)).or_insert(new).values.push(value);
        };
        mapped.iter().for_each(|(value, schema)| choose(schema, value.clone()));
        let mapped_to: HashSet<Key> = mapped.iter().map(|(_, schema)| key(schema)).collect();
        for heir in self.all.heirs().all(base) {
            let name = name(&heir);
            if !taken.contains(name.as_str()) && !mapped_to.contains(&key(&heir)) {
                choose(&heir, name);
            }
        }
        choices.shift_remove(&key(base));
        choices.into_values().collect()
    }

    /// The values of a mapping with the schemas that they lead to; what leads nowhere is said.
    fn mapped(&mut self, node: &'a Node) -> Vec<(String, At<'a>)> {
        let mapping = node.get("discriminator").and_then(|all| all.get("mapping")).and_then(Node::as_object);
        let mut mapped = Vec::new();
        for (value, entry) in mapping.into_iter().flatten() {
            let target = entry.value.as_str().and_then(|text| {
                let named = self.target(&entry.value, &format!("#/components/schemas/{text}"));
                named.or_else(|| self.target(&entry.value, text))
            });
            match target {
                Some(target) => mapped.push((value.clone(), target)),
                None => {
                    let message =
                        format!("the mapping of `{value}` leads nowhere: nothing more is asked of what it names");
                    self.note(&entry.value, &message, "write the name of a schema, or a reference to one");
                }
            }
        }
        mapped
    }

    /// What is named by the member is of the schema that it names.
    fn if_then(&mut self, member: &str, choices: Vec<Choice<'a>>, out: &mut Map<String, Value>) {
        for choice in choices {
            let mut named = named(member, &choice.values);
            named["type"] = json!("object");
            let then = self.referring(&choice.schema);
            add(out, json!({ "if": named, "then": then }));
        }
    }

    /// A reference to what a schema says itself.
    fn referring(&mut self, schema: &At<'a>) -> Value {
        let name = self.all.definition(schema, self.direction, Role::Plain, &self.way);
        self.uses(&name);
        json!({ "$ref": reference(&name) })
    }

    /// Whether an alternative builds on the very schema that chooses it, which is being written for one that does.
    fn is_base_of_others(&mut self, node: &'a Node) -> bool {
        let Some(base) = self.written_whole(node).filter(|_| self.role == Role::Plain) else { return false };
        !self.all.heirs().all(&base).is_empty()
    }

    /// Whether a schema gives a member fixed values of its own.
    fn fixes(&self, schema: &At<'_>, member: &str, depth: usize) -> bool {
        const MAX_DEPTH: usize = 16;
        if depth > MAX_DEPTH {
            return false;
        }
        let fixed = schema.get("properties").and_then(|all| all.get(member)).is_some_and(|at| {
            let at = self.meant(at);
            at.get("const").is_some() || at.get("enum").is_some()
        });
        let parts = schema.get("allOf");
        fixed || parts.iter().flat_map(At::items).any(|part| self.fixes(&self.meant(part), member, depth + 1))
    }

    /// What a schema means: itself, or what it refers to.
    fn meant<'f>(&'f self, at: At<'f>) -> At<'f> {
        let files = self.files();
        let target = at.text("$ref").and_then(|reference| files.resolve(&at, reference).ok());
        target.unwrap_or(at)
    }
}

/// What an object is whose member has one of these values.
fn named(member: &str, values: &[String]) -> Value {
    json!({ "required": [member], "properties": { member: { "enum": values } } })
}

/// Asks for one thing more.
fn add(out: &mut Map<String, Value>, schema: Value) {
    if let Value::Array(all) = out.entry("allOf").or_insert_with(|| json!([])) {
        all.push(schema);
    }
}

/// The name of a schema: the last step to it.
fn name(at: &At<'_>) -> String {
    at.pointer.rsplit('/').next().unwrap_or_default().to_owned()
}

fn key(at: &At<'_>) -> Key {
    (at.file, at.pointer.clone())
}

fn is_same(one: &At<'_>, other: &At<'_>) -> bool {
    one.file == other.file && one.pointer == other.pointer
}

impl<'a> Schemas<'a> {
    /// Which schemas build on which, found out when it is first asked.
    fn heirs(&mut self) -> &Heirs<'a> {
        let files = self.files;
        self.heirs.get_or_insert_with(|| Heirs::of(files))
    }
}

#[cfg(test)]
mod tests;
