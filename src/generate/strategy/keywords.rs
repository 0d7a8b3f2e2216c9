//! What the keywords of a node say, all its subschemas together.

use serde_json::Value;

use super::Node;
use super::said::{Keyword, Part, Said};
use crate::contract::Schema;

impl<'s> Node<'s> {
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

    /// How many items are described one by one.
    pub(super) fn described_items(&self) -> usize {
        let lists = self.keywords("prefixItems").filter_map(|keyword| keyword.value.as_array());
        lists.map(Vec::len).max().unwrap_or(0)
    }

    /// Whether any part speaks of a member of that name, so that it is not left unevaluated.
    pub(super) fn evaluates(&self, name: &str) -> bool {
        self.keyword("additionalProperties").is_some() || self.declares(name)
    }

    /// The patterns of names that are described.
    pub(super) fn patterns(&self) -> Vec<&'s String> {
        let maps = self.keywords("patternProperties").filter_map(|keyword| keyword.value.as_object());
        maps.flat_map(|members| members.keys()).collect()
    }

    /// Names of the members that must be there where this one is.
    pub(super) fn dependents(&self, name: &str) -> Vec<&'s str> {
        let lists = self.keywords("dependentRequired").filter_map(|keyword| keyword.value.get(name)?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// What applies, too, where a member of that name is there.
    pub(super) fn dependent_schemas(&self, name: &str) -> Vec<Part<'s>> {
        let given = self.keywords("dependentSchemas");
        given.filter_map(|keyword| Some(Part { json: keyword.value.get(name)?, said: keyword.said })).collect()
    }

    /// A keyword's subschema, everywhere it is given.
    pub fn subschemas(&self, name: &str) -> Vec<Part<'s>> {
        self.keywords(name).map(|keyword| Part { json: keyword.value, said: keyword.said }).collect()
    }

    /// The schema it is a part of.
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The subschemas, those that a reference or `allOf` brings along among them.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'s>> {
        self.parts.iter().copied()
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

/// The name of a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
