//! The opposite of a schema, in keywords that ask for something: what `not` and `oneOf` forbid is
//! rarely met by chance.
//!
//! It is a hint and may be wider or narrower than the true opposite: the validator decides.

use serde_json::{Map, Value, json};

use crate::contract::Schema;

/// How deep subschemas are turned round.
const MAX_DEPTH: usize = 6;

/// How many pairs of `oneOf` may both apply.
const MOST_PAIRS: usize = 3;

/// Our own keyword: the array has an item twice.
pub(super) const REPEATS: &str = "x-uptospec-repeats";

/// A schema that values keep which break this one.
pub(super) fn opposite(schema: &Schema, json: &Value) -> Value {
    Turn { schema }.opposite(json, 0)
}

/// The ways of breaking one keyword of a subschema, each as a schema.
pub(super) fn ways(schema: &Schema, members: &Map<String, Value>, key: &str) -> Vec<Value> {
    let value = members.get(key);
    value.map(|value| Turn { schema }.ways(members, key, value, 0)).unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Turn<'s> {
    schema: &'s Schema,
}

impl Turn<'_> {
    fn opposite(self, json: &Value, depth: usize) -> Value {
        match json {
            Value::Bool(allowed) => Value::Bool(!allowed),
            _ if depth > MAX_DEPTH => json!({}),
            Value::Object(members) => {
                let ways = members.iter().flat_map(|(key, value)| self.ways(members, key, value, depth + 1));
                any_of(ways.filter(|way| way != &Value::Bool(false)).collect())
            }
            _ => json!({}),
        }
    }

    fn opposites(self, list: &Value, depth: usize) -> Vec<Value> {
        list.as_array().into_iter().flatten().map(|json| self.opposite(json, depth)).collect()
    }

    /// The ways of breaking one keyword.
    fn ways(self, members: &Map<String, Value>, key: &str, value: &Value, depth: usize) -> Vec<Value> {
        match key {
            "$ref" => {
                let target = value.as_str().and_then(|reference| self.schema.resolve(reference));
                vec![target.map_or_else(|| json!({}), |target| self.opposite(target, depth))]
            }
            "allOf" => self.opposites(value, depth),
            "anyOf" => vec![json!({"allOf": self.opposites(value, depth)})],
            "oneOf" => self.none_or_two(value, depth),
            "not" => vec![value.clone()],
            "if" => self.condition(members, value, depth),
            "type" => vec![json!({"type": other_types(value)})],
            "const" | "enum" | "unevaluatedItems" | "unevaluatedProperties" => vec![json!({})],
            "properties"
            | "patternProperties"
            | "additionalProperties"
            | "propertyNames"
            | "required"
            | "dependentRequired"
            | "dependentSchemas" => self.object(members, key, value, depth),
            "items" | "prefixItems" | "contains" | "minContains" | "maxContains" | "uniqueItems" => {
                self.array(members, key, value, depth)
            }
            _ => limit(key, value).into_iter().collect(),
        }
    }

    fn none_or_two(self, value: &Value, depth: usize) -> Vec<Value> {
        let mut ways = vec![json!({"allOf": self.opposites(value, depth)})];
        let branches = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let pairs = branches
            .iter()
            .enumerate()
            .flat_map(|(index, one)| branches.iter().skip(index + 1).map(move |other| json!({"allOf": [one, other]})));
        ways.extend(pairs.take(MOST_PAIRS));
        ways
    }

    fn condition(self, members: &Map<String, Value>, condition: &Value, depth: usize) -> Vec<Value> {
        let broken = |key: &str, known: Value| {
            let conclusion = members.get(key)?;
            Some(json!({"allOf": [known, self.opposite(conclusion, depth)]}))
        };
        let holds = broken("then", condition.clone());
        holds.into_iter().chain(broken("else", self.opposite(condition, depth))).collect()
    }

    fn object(self, members: &Map<String, Value>, key: &str, value: &Value, depth: usize) -> Vec<Value> {
        let with = |name: &str, opposite: Value| {
            (opposite != Value::Bool(false))
                .then(|| json!({"type": "object", "required": [name], "properties": {name: opposite}}))
        };
        let names = value.as_object().into_iter().flatten();
        match key {
            "properties" => names.filter_map(|(name, json)| with(name, self.opposite(json, depth))).collect(),
            "additionalProperties" => with(&fresh(members), self.opposite(value, depth)).into_iter().collect(),
            "propertyNames" => {
                vec![json!({"type": "object", "minProperties": 1, "propertyNames": self.opposite(value, depth)})]
            }
            "required" => value.as_array().into_iter().flatten().filter_map(Value::as_str).map(without).collect(),
            "dependentRequired" => {
                let pairs = names.flat_map(|(name, others)| {
                    others.as_array().into_iter().flatten().filter_map(Value::as_str).map(move |other| (name, other))
                });
                let lacks = |(name, other): (&String, &str)| json!({"allOf": [{"required": [name]}, without(other)]});
                pairs.map(lacks).collect()
            }
            "dependentSchemas" => {
                let breaks = |(name, json): (&String, &Value)| json!({"allOf": [{"type": "object", "required": [name]}, self.opposite(json, depth)]});
                names.map(breaks).collect()
            }
            _ => vec![json!({"type": "object", "minProperties": 1})],
        }
    }

    fn array(self, members: &Map<String, Value>, key: &str, value: &Value, depth: usize) -> Vec<Value> {
        let at = |index: usize, opposite: Value| {
            let mut items = vec![json!({}); index];
            items.push(opposite);
            json!({"type": "array", "minItems": index + 1, "prefixItems": items})
        };
        match key {
            "items" => {
                let first = members.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                vec![at(first, self.opposite(value, depth))]
            }
            "prefixItems" => self.opposites(value, depth).into_iter().enumerate().map(|(at_, o)| at(at_, o)).collect(),
            "contains" if members.get("minContains").and_then(Value::as_u64) == Some(0) => Vec::new(),
            "contains" => vec![json!({"type": "array", "items": self.opposite(value, depth)})],
            "minContains" => {
                let too_few = value.as_u64().and_then(|least| least.checked_sub(1));
                let contains = members.get("contains").zip(too_few);
                let way =
                    |(json, count)| json!({"type": "array", "contains": json, "minContains": 0, "maxContains": count});
                contains.map(way).into_iter().collect()
            }
            "maxContains" => {
                let too_many = value.as_u64().and_then(|most| most.checked_add(1));
                let contains = members.get("contains").zip(too_many);
                let way = |(json, count)| json!({"type": "array", "contains": json, "minContains": count});
                contains.map(way).into_iter().collect()
            }
            _ if value == &Value::Bool(true) => vec![json!({"type": "array", "minItems": 2, REPEATS: true})],
            _ => Vec::new(),
        }
    }
}

/// The opposite of a limit, or of what only text can have.
fn limit(key: &str, value: &Value) -> Option<Value> {
    let count = value.as_u64().or_else(|| value.as_f64().filter(|count| *count >= 0.0).map(|count| count as u64));
    let less = count.and_then(|count| count.checked_sub(1));
    let more = count.and_then(|count| count.checked_add(1));
    Some(match key {
        "minimum" => json!({"type": "number", "exclusiveMaximum": value}),
        "maximum" => json!({"type": "number", "exclusiveMinimum": value}),
        "exclusiveMinimum" => json!({"type": "number", "maximum": value}),
        "exclusiveMaximum" => json!({"type": "number", "minimum": value}),
        "multipleOf" => json!({"type": "number"}),
        "minLength" => json!({"type": "string", "maxLength": less?}),
        "maxLength" => json!({"type": "string", "minLength": more?}),
        "pattern" | "format" => json!({"type": "string"}),
        "minItems" => json!({"type": "array", "maxItems": less?}),
        "maxItems" => json!({"type": "array", "minItems": more?}),
        "minProperties" => json!({"type": "object", "maxProperties": less?}),
        "maxProperties" => json!({"type": "object", "minProperties": more?}),
        _ => return None,
    })
}

fn any_of(mut ways: Vec<Value>) -> Value {
    match ways.len() {
        0 => Value::Bool(false),
        1 => ways.swap_remove(0),
        _ => json!({"anyOf": ways}),
    }
}

fn without(name: &str) -> Value {
    json!({"type": "object", "properties": {name: false}})
}

fn other_types(value: &Value) -> Vec<&'static str> {
    let has = |name: &str| value == name || value.as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let mut others: Vec<_> =
        ["string", "number", "boolean", "null", "object", "array"].into_iter().filter(|name| !has(name)).collect();
    if has("number") {
        others.retain(|name| *name != "number");
    }
    others
}

/// A name that the schema does not declare.
fn fresh(members: &Map<String, Value>) -> String {
    let declared = members.get("properties").and_then(Value::as_object);
    let patterns = members.get("patternProperties").and_then(Value::as_object);
    let is_known = |name: &str| {
        declared.is_some_and(|declared| declared.contains_key(name))
            || patterns.is_some_and(|patterns| patterns.keys().any(|pattern| super::pattern::matches(pattern, name)))
    };
    let mut names = ["other", "extra", "7", "~"].into_iter();
    names.find(|name| !is_known(name)).unwrap_or("undeclared").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opposite_of(json: Value) -> Value {
        let schema = Schema::standalone(json).unwrap();
        opposite(&schema, schema.json())
    }

    #[test]
    fn what_was_forbidden_is_asked_for() {
        assert_eq!(opposite_of(json!({"minimum": 3})), json!({"type": "number", "exclusiveMaximum": 3}));
        assert_eq!(opposite_of(json!({"required": ["a"]})), json!({"type": "object", "properties": {"a": false}}));
        assert_eq!(
            opposite_of(json!({"items": {"maxLength": 2}}))["prefixItems"],
            json!([{"type": "string", "minLength": 3}])
        );
        assert_eq!(opposite_of(json!({"not": {"type": "null"}})), json!({"type": "null"}));
        assert_eq!(opposite_of(json!({"title": "anything"})), json!(false));
    }

    #[test]
    fn a_schema_of_itself_is_turned_round_only_so_deep() {
        let value = opposite_of(json!({"properties": {"next": {"$ref": "#"}}}));
        assert!(value.to_string().len() < 2_000, "{value}");
    }
}
