//! All that a schema says about one place of an instance.

use serde_json::{Map, Value};

use super::keywords::type_name;
use super::known::Known;
use super::said::Part;
use crate::contract::Schema;

/// Subschemas that apply together, should this branch be taken.
type Branch<'s> = Vec<Part<'s>>;

/// Branches of which one applies: those of `anyOf`, of `oneOf`, or the two of `if`.
#[derive(Debug, Clone)]
pub(super) struct Choice<'s> {
    pub branches: Vec<Branch<'s>>,
    /// Whether the others must not apply.
    exclusive: bool,
}

/// How many choices inside each other are looked into for a type.
const NESTED_CHOICES: usize = 4;

/// How a node is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sight<'s> {
    /// As the document has it.
    AsWritten,
    /// What is forbidden is asked for the other way round, as far as keywords can say it.
    SpelledOut {
        /// What is known of the schema already.
        known: &'s Known,
        /// Whether a branch of `oneOf` brings the opposite of the others.
        alone: bool,
    },
}

/// All subschemas that apply to one place, `$ref` followed and `allOf` spread.
#[derive(Debug, Clone)]
pub(in crate::generate) struct Node<'s> {
    pub(super) schema: &'s Schema,
    sight: Sight<'s>,
    pub(super) parts: Vec<Part<'s>>,
    /// One branch of each applies, too.
    pub(super) choices: Vec<Choice<'s>>,
    /// Whether a part is `false`, or refers to what is not there.
    pub(super) impossible: bool,
}

impl<'s> Node<'s> {
    /// The whole instance.
    pub fn root(schema: &'s Schema) -> Self {
        Node::of(schema, [Part::root(schema)])
    }

    /// Where all of these subschemas apply.
    pub fn of(schema: &'s Schema, parts: impl IntoIterator<Item = Part<'s>>) -> Self {
        Node::seen(schema, Sight::AsWritten, parts)
    }

    /// As [`Node::of`], read in another way.
    pub(super) fn seen(schema: &'s Schema, sight: Sight<'s>, parts: impl IntoIterator<Item = Part<'s>>) -> Self {
        let mut node = Node { schema, sight, parts: Vec::new(), choices: Vec::new(), impossible: false };
        for part in parts {
            node.add(part);
        }
        node
    }

    /// This node with that branch of its first choice taken.
    pub(super) fn with_branch(&self, index: usize) -> Self {
        let mut node = self.clone();
        if node.choices.is_empty() {
            return node;
        }
        let choice = node.choices.remove(0);
        let (taken, others): (Vec<_>, Vec<_>) =
            choice.branches.into_iter().enumerate().partition(|(other, _)| *other == index);
        for part in taken.into_iter().flat_map(|(_, branch)| branch) {
            node.add(part);
        }
        if let Sight::SpelledOut { known, alone: true } = self.sight
            && choice.exclusive
        {
            for part in others.into_iter().flat_map(|(_, branch)| branch) {
                node.add(Part { json: known.opposite(self.schema, part.json), said: part.said });
            }
        }
        node
    }

    /// This node with the branches that an instance takes, as far as types, fixed values and
    /// required members tell, and with what depends on its members.
    #[must_use]
    pub fn settled(mut self, instance: &Value) -> Self {
        loop {
            while let Some(choice) = self.choices.first() {
                let mut nodes = (0..choice.branches.len()).map(|index| self.with_branch(index));
                match nodes.find(|node| node.is_plausible(instance)) {
                    Some(node) => self = node,
                    None => drop(self.choices.remove(0)),
                }
            }
            let known = self.parts.len();
            for name in instance.as_object().into_iter().flat_map(Map::keys) {
                self.dependent_schemas(name).into_iter().for_each(|part| self.add(part));
            }
            if self.parts.len() == known {
                return self;
            }
        }
    }

    /// This node with every branch taken at once: all that any of them speaks of.
    #[must_use]
    pub fn with_every_branch(mut self) -> Self {
        while let Some(choice) = self.choices.pop() {
            for part in choice.branches.into_iter().flatten() {
                self.add(part);
            }
        }
        self
    }

    /// Whether types and fixed values leave nothing.
    pub(super) fn is_contradiction(&self) -> bool {
        let no_type = || self.types().is_some_and(|types| types.is_empty());
        let no_value = |values: Vec<&Value>| !values.iter().any(|value| self.allows_type(type_name(value)));
        self.impossible || no_type() || self.fixed_values().is_some_and(no_value)
    }

    /// Whether an instance of that type may stand here, whichever branches it takes, as far as `type` goes.
    pub fn may_be(&self, name: &str) -> bool {
        self.may_be_within(name, NESTED_CHOICES)
    }

    fn may_be_within(&self, name: &str, levels: usize) -> bool {
        let Some(deeper) = levels.checked_sub(1) else { return true };
        let of = |branch: &Branch<'s>| {
            Node::seen(self.schema, self.sight, branch.iter().copied()).may_be_within(name, deeper)
        };
        self.allows_type(name) && self.choices.iter().all(|choice| choice.branches.iter().any(of))
    }

    /// Whether an instance fits, as far as types, fixed values and required members tell.
    pub(super) fn is_plausible(&self, instance: &Value) -> bool {
        let keeps = |node: &Node<'_>, value: &Value| {
            let fixed = node.fixed_values().is_none_or(|values| values.contains(&value));
            !node.impossible && fixed && node.allows_type(type_name(value))
        };
        let member = |name: &str| Node::of(self.schema, self.member(name));
        let has = |name: &str| instance.get(name).is_some();
        keeps(self, instance)
            && (!instance.is_object() || self.required().iter().all(|(name, _)| has(name)))
            && self.declared().iter().all(|name| instance.get(name).is_none_or(|value| keeps(&member(name), value)))
    }

    /// Adds a subschema, with all that it brings along.
    pub(super) fn add(&mut self, part: Part<'s>) {
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
                let branches = branches.iter().map(|json| vec![part.inside(keyword, json)]).collect();
                self.choices.push(Choice { branches, exclusive: keyword == "oneOf" });
            }
        }
        if let Some(condition) = object.get("if") {
            let mut holds = vec![part.inside("if", condition)];
            holds.extend(object.get("then").map(|json| part.inside("then", json)));
            let mut fails: Vec<_> = self.opposite(part, "if", condition).into_iter().collect();
            fails.extend(object.get("else").map(|json| part.inside("else", json)));
            self.choices.push(Choice { branches: vec![holds, fails], exclusive: false });
        }
        if let Some(opposite) = object.get("not").and_then(|forbidden| self.opposite(part, "not", forbidden)) {
            self.add(opposite);
        }
    }

    /// The opposite of a subschema, where the node is read so.
    fn opposite(&self, part: Part<'s>, keyword: &str, json: &'s Value) -> Option<Part<'s>> {
        match self.sight {
            Sight::AsWritten => None,
            Sight::SpelledOut { known, .. } => Some(part.inside(keyword, known.opposite(self.schema, json))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{PromiseId, Strength};
    use crate::generate::strategy::Said;

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
    fn a_type_may_stand_where_a_branch_of_each_choice_allows_it() {
        let schema = schema(json!({"anyOf": [{"type": "integer"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}]}));
        let node = Node::root(&schema);
        let may_be = ["integer", "string", "null", "object", "array"].map(|name| node.may_be(name));
        assert_eq!(may_be, [true, true, true, false, false]);
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
