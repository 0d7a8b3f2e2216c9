//! Objects: required and optional members, those that depend on others, and those that nobody declared.

use serde_json::{Map, Value};

use super::builder::Builder;
use super::error::Why;
use super::{Extent, Node, Part, Ungeneratable};

/// How many undeclared members more than the least a free object has.
const SPREAD: usize = 3;

/// How often a name is drawn for one undeclared member.
const TRIES_FOR_A_NAME: usize = 8;

/// More members than this are not made.
const MOST_MEMBERS: usize = 5_000;

impl<'s> Builder<'s, '_> {
    /// An object that a node allows.
    pub(super) fn object(&mut self, node: &Node<'s>, attempt: usize) -> Result<Value, Ungeneratable> {
        let least = node.at_least("minProperties").map_or(0, |(least, _)| least);
        let most = node.at_most("maxProperties").map_or(usize::MAX, |(most, _)| most);
        if least > MOST_MEMBERS {
            return Err(self.refuse(Why::TooMuch));
        }
        let optional = self.optional(node, attempt);
        let required = node.required().len();
        let free = optional.iter().copied().take(most.saturating_sub(required));
        let (node, names) = self.with_dependents(node.clone(), free.collect(), attempt)?;
        if least > most || names.len() > most {
            return Err(self.refuse(Why::Impossible));
        }
        let mut members = Map::new();
        for name in self.in_order(&node, names) {
            if self.is_lean() && !is_needed(&node, &members, name) {
                continue;
            }
            match self.member(&node, name) {
                Ok(value) => drop(members.insert(name.to_owned(), value)),
                Err(error) if self.is_spent() || is_needed(&node, &members, name) => return Err(error),
                Err(_) => {}
            }
        }
        self.fill(&node, &mut members, least, most)?;
        Ok(Value::Object(members))
    }

    /// The optional members that this object gets, as far as nothing else forbids them.
    fn optional(&mut self, node: &Node<'s>, attempt: usize) -> Vec<&'s str> {
        let required = node.required();
        let mut names = Vec::new();
        if self.is_lean() {
            return names;
        }
        for name in node.declared() {
            let taken = match self.extent {
                Extent::Free => self.dice.below(2 + 2 * attempt) == 0,
                Extent::Most => attempt == 0 || self.dice.once_in(1 + attempt),
                Extent::Least => false,
            };
            if taken && !required.iter().any(|(known, _)| *known == name) && self.may_be_sent(node, name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether an optional member can be there; what only the server may set is never sent.
    fn may_be_sent(&self, node: &Node<'s>, name: &str) -> bool {
        let parts = self.parts_of_member(node, name);
        let read_only = |part: &Part<'_>| part.json.get("readOnly") == Some(&Value::Bool(true));
        let forbidden = |part: &Part<'_>| part.json == &Value::Bool(false);
        !parts.iter().any(|part| read_only(part) || forbidden(part)) && self.is_name(node, name)
    }

    /// The node with the schemas that depend on its members, and the names of those, the ones that
    /// they ask for among them.
    fn with_dependents(
        &mut self,
        mut node: Node<'s>,
        optional: Vec<&'s str>,
        attempt: usize,
    ) -> Result<(Node<'s>, Vec<&'s str>), Ungeneratable> {
        let mut names: Vec<&str> = node.required().into_iter().map(|(name, _)| name).chain(optional).collect();
        let mut next = 0;
        while let Some(name) = names.get(next).copied() {
            let asked = node.dependents(name);
            let schemas = node.dependent_schemas(name);
            for part in schemas {
                node.add(part);
            }
            node = self.settle(node, attempt)?;
            let required: Vec<_> = node.required().into_iter().map(|(name, _)| name).collect();
            for other in asked.into_iter().chain(required) {
                if !names.contains(&other) {
                    names.push(other);
                }
            }
            next += 1;
        }
        if node.is_contradiction() { Err(self.refuse(Why::Impossible)) } else { Ok((node, names)) }
    }

    /// Required members first, then as the document declares them.
    fn in_order(&self, node: &Node<'s>, names: Vec<&'s str>) -> Vec<&'s str> {
        let required = node.required();
        let (mut first, rest): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| required.iter().any(|(known, _)| known == name));
        first.extend(rest);
        first
    }

    fn member(&mut self, node: &Node<'s>, name: &str) -> Result<Value, Ungeneratable> {
        let parts = self.parts_of_member(node, name);
        if parts.is_empty() && node.declares(name) {
            return Ok(self.anything(2));
        }
        self.part(name, parts)
    }

    fn parts_of_member(&self, node: &Node<'s>, name: &str) -> Vec<Part<'s>> {
        let mut parts = node.member(name);
        if !node.evaluates(name) {
            parts.extend(node.subschemas("unevaluatedProperties"));
        }
        parts
    }

    fn is_name(&self, node: &Node<'s>, name: &str) -> bool {
        let parts = node.subschemas("propertyNames");
        parts.is_empty() || self.known.keeps(self.schema, &parts, &Value::from(name))
    }

    /// Adds members that nobody declared: where the schema describes them, where it counts members,
    /// and where an object is declared without any.
    fn fill(
        &mut self,
        node: &Node<'s>,
        members: &mut Map<String, Value>,
        least: usize,
        most: usize,
    ) -> Result<(), Ungeneratable> {
        let described = node.keywords("additionalProperties").any(|keyword| keyword.value.is_object())
            || node.keyword("patternProperties").is_some();
        let open = described || node.declared().is_empty();
        let spread = match self.extent {
            _ if !open || self.is_lean() => 0,
            Extent::Least => 0,
            Extent::Most => usize::from(members.len() < least.max(1)),
            Extent::Free => self.dice.below(SPREAD + 1),
        };
        let wanted = least.max(members.len().saturating_add(spread)).min(most);
        let mut reason = None;
        for _ in 0..wanted.saturating_mul(TRIES_FOR_A_NAME) {
            if members.len() >= wanted {
                break;
            }
            match self.undeclared(node, members) {
                Ok(Some((name, value))) => drop(members.insert(name, value)),
                Ok(None) => {}
                Err(error) if self.is_spent() => return Err(error),
                Err(error) => reason = Some(error),
            }
        }
        if members.len() >= least {
            return Ok(());
        }
        Err(reason.unwrap_or_else(|| self.refuse(Why::Impossible)))
    }

    /// One more member; `None` where its name was drawn in vain.
    fn undeclared(
        &mut self,
        node: &Node<'s>,
        members: &Map<String, Value>,
    ) -> Result<Option<(String, Value)>, Ungeneratable> {
        let name = self.name(node, members)?;
        let fits = !members.contains_key(&name) && self.is_name(node, &name) && self.may_be_sent(node, &name);
        if !fits {
            return Ok(None);
        }
        let parts = self.parts_of_member(node, &name);
        let value = if parts.is_empty() { self.anything(2) } else { self.part(name.clone(), parts)? };
        Ok(Some((name, value)))
    }

    /// A name that the schema declares, or describes, or that nobody mentions.
    fn name(&mut self, node: &Node<'s>, members: &Map<String, Value>) -> Result<String, Ungeneratable> {
        let declared = node.declared();
        let left: Vec<&&str> = declared.iter().filter(|name| !members.contains_key(**name)).collect();
        if let Some(name) = self.dice.pick(&left).filter(|_| !left.is_empty()) {
            return Ok((**name).to_owned());
        }
        let patterns: Vec<&'s String> = node.patterns();
        let closed = node.keywords("additionalProperties").any(|keyword| keyword.value == &Value::Bool(false));
        if let Some(pattern) = self.dice.pick(&patterns).copied()
            && (closed || self.dice.once_in(2))
        {
            return self.matching(pattern, 4);
        }
        let named = node.subschemas("propertyNames");
        if !named.is_empty() {
            let name = self.part("", named)?;
            return Ok(name.as_str().unwrap_or_default().to_owned());
        }
        let word = self.word();
        let known = members.contains_key(word);
        Ok(if known { format!("{word}{}", members.len()) } else { word.to_owned() })
    }
}

/// Whether an object cannot be without that member.
fn is_needed(node: &Node<'_>, members: &Map<String, Value>, name: &str) -> bool {
    let by_itself = node.required().iter().any(|(known, _)| *known == name);
    by_itself || members.keys().any(|other| node.dependents(other).contains(&name))
}
