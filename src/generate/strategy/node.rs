//! All that a schema says about one place of an instance.

use serde_json::Value;

use crate::contract::{PromiseId, Schema, Strength};

/// What stands behind a keyword: the nearest enclosing `x-source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::generate) struct Said {
    /// How firmly.
    pub strength: Strength,
    /// The promise, where the document has a sentence for it.
    pub promise: Option<PromiseId>,
}

impl Said {
    /// The document says it without quoting a sentence.
    pub const BY_THE_DOCUMENT: Said = Said { strength: Strength::Documented, promise: None };

    /// What stands behind a keyword of a subschema: the source that names the keyword (`of`), else
    /// the first that names none, else what encloses it.
    fn behind(self, json: &Value, keyword: &str) -> Self {
        let sources = match json.get("x-source") {
            Some(Value::Array(sources)) => sources.as_slice(),
            Some(source) => std::slice::from_ref(source),
            None => return self,
        };
        let of = |source: &Value| source.get("of").and_then(Value::as_str).map(str::to_owned);
        let named = sources.iter().position(|source| of(source).as_deref() == Some(keyword));
        let Some(index) = named.or_else(|| sources.iter().position(|source| of(source).is_none())) else { return self };
        let strength = match sources.get(index).and_then(|source| source.get("strength")).and_then(Value::as_str) {
            Some("inferred") => Strength::Inferred,
            Some("standard") => Strength::Standard,
            _ => Strength::Documented,
        };
        let promise = json.get("x-promise").and_then(|promises| promises.get(index)?.as_u64());
        Said { strength, promise: promise.and_then(|id| usize::try_from(id).ok()).map(PromiseId) }
    }
}

/// One subschema that applies to a place, with what stands behind its keywords.
#[derive(Debug, Clone, Copy)]
pub(in crate::generate) struct Part<'s> {
    pub json: &'s Value,
    /// What stands behind it where it has no source of its own.
    pub said: Said,
}

impl<'s> Part<'s> {
    /// A subschema that stands under a keyword of this one.
    fn inside(self, keyword: &str, json: &'s Value) -> Self {
        Part { json, said: self.said.behind(self.json, keyword) }
    }
}

/// A keyword of a part, with what stands behind it.
#[derive(Debug, Clone, Copy)]
pub(in crate::generate) struct Keyword<'s> {
    pub value: &'s Value,
    pub said: Said,
}

/// Subschemas that apply together, should this branch be taken.
pub(super) type Branch<'s> = Vec<Part<'s>>;

/// All subschemas that apply to one place, `$ref` followed and `allOf` spread.
#[derive(Debug, Clone)]
pub(in crate::generate) struct Node<'s> {
    schema: &'s Schema,
    parts: Vec<Part<'s>>,
    /// `oneOf`, `anyOf` and `if`: one branch of each list applies, too.
    pub(super) choices: Vec<Vec<Branch<'s>>>,
    /// Whether a part is `false`, or refers to what is not there.
    pub(super) impossible: bool,
}

impl<'s> Node<'s> {
    /// The whole instance.
    pub fn root(schema: &'s Schema) -> Self {
        Node::of(schema, [Part { json: schema.json(), said: Said::BY_THE_DOCUMENT }])
    }

    /// Where all of these subschemas apply.
    pub fn of(schema: &'s Schema, parts: impl IntoIterator<Item = Part<'s>>) -> Self {
        let mut node = Node { schema, parts: Vec::new(), choices: Vec::new(), impossible: false };
        for part in parts {
            node.add(part);
        }
        node
    }

    /// This node with one branch of its first choice taken.
    pub(super) fn with_branch(&self, branch: &Branch<'s>) -> Self {
        let mut node = self.clone();
        node.choices.remove(0);
        for part in branch {
            node.add(*part);
        }
        node
    }

    /// This node with the branches that an instance takes, as far as types, fixed values and
    /// required members tell.
    #[must_use]
    pub fn settled(mut self, instance: &Value) -> Self {
        while let Some(branches) = self.choices.first() {
            let mut nodes = branches.iter().map(|branch| self.with_branch(branch));
            let taken = nodes.find(|node| node.is_plausible(instance));
            drop(nodes);
            match taken {
                Some(node) => self = node,
                None => drop(self.choices.remove(0)),
            }
        }
        self
    }

    /// This node with every branch taken at once: all that any of them speaks of.
    #[must_use]
    pub fn with_every_branch(mut self) -> Self {
        while let Some(branches) = self.choices.pop() {
            for part in branches.into_iter().flatten() {
                self.add(part);
            }
        }
        self
    }

    fn is_plausible(&self, instance: &Value) -> bool {
        let keeps = |node: &Node<'_>, value: &Value| {
            let fixed = node.fixed_values().is_none_or(|values| values.contains(&value));
            !node.impossible && fixed && node.allows_type(super::builder::type_name(value))
        };
        let member = |name: &str| Node::of(self.schema, self.member(name));
        let has = |name: &str| instance.get(name).is_some();
        keeps(self, instance)
            && (!instance.is_object() || self.required().iter().all(|(name, _)| has(name)))
            && self.declared().iter().all(|name| instance.get(name).is_none_or(|value| keeps(&member(name), value)))
    }

    fn add(&mut self, part: Part<'s>) {
        if part.json == &Value::Bool(false) {
            self.impossible = true;
        }
        let is_new = !self.parts.iter().any(|known| std::ptr::eq(known.json, part.json));
        let Some(object) = part.json.as_object().filter(|_| is_new) else { return };
        self.parts.push(part);
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            match self.schema.resolve(reference) {
                Some(json) => self.add(part.inside("$ref", json)),
                None => self.impossible = true,
            }
        }
        for json in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(part.inside("allOf", json));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = object.get(keyword).and_then(Value::as_array) {
                self.choices.push(branches.iter().map(|json| vec![part.inside(keyword, json)]).collect());
            }
        }
        if let Some(condition) = object.get("if") {
            let conclusion = object.get("then").map(|json| part.inside("then", json));
            let holds = [part.inside("if", condition)].into_iter().chain(conclusion).collect();
            let fails = object.get("else").map(|json| part.inside("else", json)).into_iter().collect();
            self.choices.push(vec![holds, fails]);
        }
    }

    /// Every part's value of a keyword.
    pub fn keywords<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Keyword<'s>> + 'a {
        let keyword = move |part: &Part<'s>| {
            Some(Keyword { value: part.json.get(name)?, said: part.said.behind(part.json, name) })
        };
        self.parts.iter().filter_map(keyword)
    }

    /// The first part's value of a keyword.
    pub fn keyword(&self, name: &str) -> Option<Keyword<'s>> {
        self.keywords(name).next()
    }

    /// The highest number that a keyword gives.
    pub fn highest(&self, name: &str) -> Option<(f64, Said)> {
        self.numbers(name).max_by(|one, other| one.0.total_cmp(&other.0))
    }

    /// The lowest number that a keyword gives.
    pub fn lowest(&self, name: &str) -> Option<(f64, Said)> {
        self.numbers(name).min_by(|one, other| one.0.total_cmp(&other.0))
    }

    fn numbers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (f64, Said)> + 'a {
        self.keywords(name).filter_map(|keyword| Some((keyword.value.as_f64()?, keyword.said)))
    }

    /// The most restrictive lower limit on a count.
    pub fn at_least(&self, name: &str) -> Option<(usize, Said)> {
        self.highest(name).map(|(limit, said)| (count(limit), said))
    }

    /// The most restrictive upper limit on a count.
    pub fn at_most(&self, name: &str) -> Option<(usize, Said)> {
        self.lowest(name).map(|(limit, said)| (count(limit), said))
    }

    /// The types that every part allows, `integer` among them only without `number`; `None` when
    /// no part names one.
    pub fn types(&self) -> Option<Vec<&'s str>> {
        let mut lists = self.keywords("type").map(|keyword| type_names(keyword.value));
        let first = lists.next()?;
        Some(lists.fold(first, |known, other| both(&known, &other)))
    }

    /// Whether an instance of that type may stand here, as far as `type` goes.
    pub fn allows_type(&self, name: &str) -> bool {
        self.types().is_none_or(|types| types.iter().any(|known| *known == name || is_kind_of(name, known)))
    }

    /// The values that `enum` and `const` leave; `None` when there is neither.
    pub fn fixed_values(&self) -> Option<Vec<&'s Value>> {
        let constants = self.keywords("const").map(|keyword| vec![keyword.value]);
        let lists = self.keywords("enum").filter_map(|keyword| Some(keyword.value.as_array()?.iter().collect()));
        constants
            .chain(lists)
            .reduce(|known: Vec<&Value>, other| known.into_iter().filter(|value| other.contains(value)).collect())
    }

    /// Names of the members that must be there, in the order of the document.
    pub fn required(&self) -> Vec<(&'s str, Said)> {
        let mut names: Vec<(&str, Said)> = Vec::new();
        for keyword in self.keywords("required") {
            for name in keyword.value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !names.iter().any(|(known, _)| *known == name) {
                    names.push((name, keyword.said));
                }
            }
        }
        names
    }

    /// Names of the declared members, in the order of the document.
    pub fn declared(&self) -> Vec<&'s str> {
        let mut names: Vec<&str> = Vec::new();
        for keyword in self.keywords("properties") {
            for name in keyword.value.as_object().into_iter().flat_map(|members| members.keys()) {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Whether a member of that name is declared, by its name or by a pattern.
    pub fn declares(&self, name: &str) -> bool {
        let mut patterns = self.keywords("patternProperties").filter_map(|keyword| keyword.value.as_object());
        let by_pattern = patterns.any(|members| members.keys().any(|pattern| super::pattern::matches(pattern, name)));
        by_pattern || self.declared().contains(&name)
    }

    /// What applies to a member of that name; no parts at all where anything goes.
    pub fn member(&self, name: &str) -> Vec<Part<'s>> {
        self.parts.iter().flat_map(|part| member_of(*part, name)).collect()
    }

    /// What applies to the item at that index.
    pub fn item(&self, index: usize) -> Vec<Part<'s>> {
        let item_of = |part: &Part<'s>| {
            let first = part.json.get("prefixItems").and_then(|items| items.get(index));
            let first = first.map(|json| part.inside("prefixItems", json));
            first.or_else(|| part.json.get("items").map(|json| part.inside("items", json)))
        };
        self.parts.iter().filter_map(item_of).collect()
    }

    /// A keyword's subschema, everywhere it is given.
    pub fn subschemas(&self, name: &str) -> Vec<Part<'s>> {
        self.keywords(name).map(|keyword| Part { json: keyword.value, said: keyword.said }).collect()
    }

    /// The schema it is a part of.
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The subschemas themselves, to tell recursion.
    pub(super) fn jsons(&self) -> impl Iterator<Item = &'s Value> {
        self.parts.iter().map(|part| part.json)
    }
}

fn member_of<'s>(part: Part<'s>, name: &str) -> Vec<Part<'s>> {
    let declared = part.json.get("properties").and_then(|members| members.get(name));
    let declared = declared.map(|json| part.inside("properties", json));
    let by_pattern = part.json.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    let by_pattern = by_pattern.filter(|(pattern, _)| super::pattern::matches(pattern, name));
    let by_pattern = by_pattern.map(|(_, json)| part.inside("patternProperties", json));
    let found: Vec<_> = declared.into_iter().chain(by_pattern).collect();
    if !found.is_empty() {
        return found;
    }
    let additional = part.json.get("additionalProperties").map(|json| part.inside("additionalProperties", json));
    additional.into_iter().collect()
}

/// `as` saturates, which is what a limit beyond every length means.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a limit beyond usize is no limit")]
fn count(limit: f64) -> usize {
    limit as usize
}

fn type_names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What two lists of types both allow: an integer is a number.
fn both<'s>(one: &[&'s str], other: &[&'s str]) -> Vec<&'s str> {
    let allowed_by = |list: &[&str], name: &str| list.iter().any(|known| *known == name || is_kind_of(name, known));
    let mut types: Vec<&str> = one.iter().copied().filter(|name| allowed_by(other, name)).collect();
    types.extend(other.iter().copied().filter(|name| !one.contains(name) && allowed_by(one, name)));
    types
}

fn is_kind_of(name: &str, wider: &str) -> bool {
    name == "integer" && wider == "number"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema(json: Value) -> Schema {
        Schema::standalone(json).unwrap()
    }

    #[test]
    fn all_of_is_spread_and_keeps_who_said_what() {
        let schema = schema(json!({
            "type": "string",
            "maxLength": 9,
            "allOf": [{"minLength": 1, "x-source": {"strength": "inferred"}, "x-promise": [4]}]
        }));
        let node = Node::root(&schema);
        assert_eq!(node.at_most("maxLength").unwrap().1.strength, Strength::Documented);
        let (least, said) = node.at_least("minLength").unwrap();
        assert_eq!((least, said.strength, said.promise), (1, Strength::Inferred, Some(PromiseId(4))));
    }

    #[test]
    fn a_source_that_names_a_keyword_stands_behind_it() {
        let schema = schema(json!({
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "string"}},
            "x-source": [{"strength": "documented"}, {"strength": "inferred", "of": "required"}],
            "x-promise": [3, 4]
        }));
        let node = Node::root(&schema);
        let inferred = Said { strength: Strength::Inferred, promise: Some(PromiseId(4)) };
        assert_eq!(node.required(), [("a", inferred)]);
        let of_member = Node::of(&schema, node.member("a")).keyword("type").unwrap().said;
        assert_eq!((of_member.strength, of_member.promise), (Strength::Documented, Some(PromiseId(3))));
    }

    #[test]
    fn an_integer_is_what_remains_of_number_and_integer() {
        let schema = schema(json!({"type": ["number", "null"], "allOf": [{"type": ["integer", "string"]}]}));
        assert_eq!(Node::root(&schema).types(), Some(vec!["integer"]));
    }

    #[test]
    fn a_reference_to_itself_ends() {
        let schema =
            schema(json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}], "type": "object"}}}));
        assert_eq!(Node::root(&schema).types(), Some(vec!["object"]));
    }

    #[test]
    fn members_come_from_every_part() {
        let schema = schema(json!({
            "properties": {"a": {"type": "string"}},
            "allOf": [{"properties": {"a": {"minLength": 2}, "b": {}}, "required": ["b"]}]
        }));
        let node = Node::root(&schema);
        assert_eq!(node.declared(), ["a", "b"]);
        assert_eq!(node.member("a").len(), 2);
        assert_eq!(node.required()[0].0, "b");
    }
}
