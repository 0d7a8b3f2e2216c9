//! Values that break one keyword of a place, made from a value that keeps it.

use serde_json::{Map, Value, json};

use crate::generate::strategy::{Node, Said};

/// A value in place of a valid one.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    /// The keyword that it breaks.
    pub keyword: &'static str,
    /// What is wrong with it, after the name of the part.
    pub what: String,
    /// The value.
    pub value: Value,
    /// What stands behind the keyword.
    pub said: Said,
    /// Whether a reader that is not strict takes it all the same.
    pub tolerated: bool,
}

impl Mutation {
    /// Whether it has to be refused. A tolerant reader may take another type where it can do without the part.
    pub fn is_essential(&self, required: bool) -> bool {
        !self.tolerated && (self.keyword != "type" || required)
    }
}

/// Every keyword of a place that can be broken from this value.
///
/// Whether it is broken alone is for the validator to say.
pub(super) fn mutations(node: &Node<'_>, value: &Value) -> Vec<Mutation> {
    let mut mutations = types(node);
    mutations.extend(fixed_values(node, value));
    mutations.extend(match value {
        Value::String(text) => texts(node, text),
        Value::Number(_) => numbers(node),
        Value::Array(items) => arrays(node, items),
        Value::Object(members) => objects(node, members),
        Value::Null | Value::Bool(_) => Vec::new(),
    });
    mutations
}

fn mutation(keyword: &'static str, what: impl Into<String>, value: impl Into<Value>, said: Said) -> Mutation {
    Mutation { keyword, what: what.into(), value: value.into(), said, tolerated: false }
}

fn types(node: &Node<'_>) -> Vec<Mutation> {
    let Some(said) = node.keyword("type").map(|keyword| keyword.said) else { return Vec::new() };
    let allowed = node.types().unwrap_or_default();
    let main = allowed.iter().find(|name| **name != "null").copied().unwrap_or("null");
    let (number, text, fraction) = (json!(7), json!("uptospec"), json!(0.5));
    let (object, array) = (json!({}), json!([]));
    let candidates = match main {
        "string" => vec![("number", "a number", number), ("object", "an object", object)],
        "integer" => vec![("string", "a text", text), ("number", "a fraction", fraction)],
        "array" => vec![("object", "an object", object), ("string", "a text", text)],
        "object" => vec![("array", "an array", array), ("string", "a text", text)],
        _ => vec![("string", "a text", text), ("object", "an object", object)],
    };
    let all = candidates.into_iter().chain([("null", "null", Value::Null)]);
    let refused = all.filter(|(name, _, _)| !node.allows_type(name));
    refused.map(|(_, what, value)| mutation("type", format!("is {what}"), value, said)).collect()
}

fn fixed_values(node: &Node<'_>, value: &Value) -> Vec<Mutation> {
    let other = match value {
        Value::String(_) => json!("uptospec-none-of-these"),
        Value::Number(_) => json!(-987_654_321),
        Value::Bool(known) => json!(!known),
        _ => return Vec::new(),
    };
    let is_new = node.fixed_values().is_some_and(|values| !values.contains(&&other));
    let broken = ["enum", "const"].into_iter().filter(|_| is_new).filter_map(|name| Some((name, node.keyword(name)?)));
    let mut mutations: Vec<_> = broken
        .map(|(name, keyword)| mutation(name, "is none of the documented values", other.clone(), keyword.said))
        .collect();
    mutations.extend(other_case(node));
    mutations
}

/// A documented value in lower case, or in upper case where it is written in lower.
fn other_case(node: &Node<'_>) -> Option<Mutation> {
    let keyword = node.keyword("enum")?;
    let values = node.fixed_values()?;
    let texts = values.iter().filter_map(|value| value.as_str());
    let others = texts.flat_map(|text| [text.to_lowercase(), text.to_uppercase()]).map(Value::from);
    let other = others.into_iter().find(|other| !values.contains(&other))?;
    Some(mutation("enum", "is a documented value in another case", other, keyword.said))
}

fn texts(node: &Node<'_>, text: &str) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    if let Some((least, said)) = node.at_least("minLength").filter(|(least, _)| *least > 0) {
        let short: String = text.chars().take(least - 1).collect();
        mutations.push(mutation("minLength", format!("is shorter than {least}"), short, said));
    }
    if let Some((most, said)) = node.at_most("maxLength").filter(|(most, _)| *most < LONGEST) {
        let long: String = text.chars().chain(std::iter::repeat('a')).take(most + 1).collect();
        mutations.push(mutation("maxLength", format!("is longer than {most}"), long, said));
    }
    if let Some(keyword) = node.keyword("pattern") {
        for other in ["!", "uptospec ~", "0", " ", ""] {
            mutations.push(mutation("pattern", "does not match the documented pattern", other, keyword.said));
        }
    }
    if let Some((format, said)) = node.keyword("format").and_then(|found| Some((found.value.as_str()?, found.said))) {
        for other in [format!("not-a-{format}"), "not a format: %".to_owned()] {
            mutations.push(mutation("format", format!("is no {format}"), other, said));
        }
    }
    mutations
}

/// Names of members that what is said of names may not allow.
const NAMES: [&str; 5] = ["Up To-Spec", "uptospec", "7", "~", ""];

/// Longer texts than this are not made.
const LONGEST: usize = 1_000_000;

fn numbers(node: &Node<'_>) -> Vec<Mutation> {
    let beyond = [
        ("minimum", node.highest("minimum"), -1.0, "is below"),
        ("exclusiveMinimum", node.highest("exclusiveMinimum"), 0.0, "is not above"),
        ("maximum", node.lowest("maximum"), 1.0, "is above"),
        ("exclusiveMaximum", node.lowest("exclusiveMaximum"), 0.0, "is not below"),
    ];
    let mut mutations: Vec<_> = beyond
        .into_iter()
        .filter_map(|(keyword, limit, step, what)| {
            let (limit, said) = limit?;
            Some(mutation(keyword, format!("{what} {limit}"), number(limit + step), said))
        })
        .collect();
    if let Some((step, said)) = node.highest("multipleOf") {
        for part in [step + 1.0, step * 1.5] {
            mutations.push(mutation("multipleOf", format!("is no multiple of {step}"), number(part), said));
        }
    }
    mutations
}

fn arrays(node: &Node<'_>, items: &[Value]) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    if let Some((least, said)) = node.at_least("minItems").filter(|(least, _)| *least > 0) {
        let few: Vec<_> = items.iter().take(least - 1).cloned().collect();
        mutations.push(mutation("minItems", format!("has fewer than {least} items"), few, said));
    }
    if let Some((most, said)) = node.at_most("maxItems").filter(|(most, _)| *most < LONGEST) {
        let many: Vec<_> =
            items.iter().cloned().chain((1..).map_while(|n| another(items.first()?, n))).take(most + 1).collect();
        mutations.push(mutation("maxItems", format!("has more than {most} items"), many, said));
    }
    if let Some(keyword) = node.keyword("contains").filter(|_| !items.is_empty()) {
        mutations.push(mutation(
            "contains",
            "has none of the items that must be there",
            Vec::<Value>::new(),
            keyword.said,
        ));
    }
    if let (Some(keyword), Some(first)) = (node.keyword("uniqueItems"), items.first()) {
        let twice: Vec<_> = items.iter().chain([first]).cloned().collect();
        mutations.push(mutation("uniqueItems", "has an item twice", twice, keyword.said));
    }
    mutations
}

/// An item like this one and unlike the others.
fn another(item: &Value, number: usize) -> Option<Value> {
    match item {
        Value::String(text) => Some(Value::from(format!("{text}{}", "a".repeat(number)))),
        Value::Number(known) if known.is_i64() => Some(Value::from(known.as_i64()? + i64::try_from(number).ok()?)),
        other => Some(other.clone()),
    }
}

fn objects(node: &Node<'_>, members: &Map<String, Value>) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    if let Some((most, said)) = node.at_most("x-max-json-length").filter(|(most, _)| *most < LONGEST) {
        // However the target counts, the values alone are longer.
        let mut long = members.clone();
        long.insert("uptospec".to_owned(), Value::from("x".repeat(most + most / 4 + 1)));
        mutations.push(mutation("x-max-json-length", format!("is longer than {most} characters"), long, said));
    }
    if let Some((least, said)) = node.at_least("minProperties").filter(|(least, _)| *least > 0) {
        let few: Map<_, _> = members.clone().into_iter().take(least - 1).collect();
        mutations.push(mutation("minProperties", format!("has fewer than {least} members"), few, said));
    }
    for keyword in node.keywords("propertyNames") {
        // What another member holds may stand under another name, too.
        let value = members.values().next().cloned().unwrap_or_else(|| Value::from("x"));
        for name in NAMES {
            let mut named = members.clone();
            named.insert(name.to_owned(), value.clone());
            let what = "has a member of a name that the document does not allow";
            mutations.push(mutation("propertyNames", what, named, keyword.said));
        }
        if let Some(longest) =
            keyword.value.get("maxLength").and_then(Value::as_u64).filter(|most| *most < LONGEST as u64)
        {
            let mut named = members.clone();
            named.insert("n".repeat(longest as usize + 1), value);
            mutations.push(mutation("propertyNames", "has a member with too long a name", named, keyword.said));
        }
    }
    for keyword in node.keywords("dependentRequired") {
        let pairs = keyword.value.as_object().into_iter().flatten().filter(|(name, _)| members.contains_key(*name));
        for other in pairs.flat_map(|(_, others)| others.as_array().into_iter().flatten()).filter_map(Value::as_str) {
            let mut without = members.clone();
            without.shift_remove(other);
            mutations.push(mutation("dependentRequired", format!("lacks `{other}`"), without, keyword.said));
        }
    }
    if let Some((most, said)) = node.at_most("maxProperties").filter(|(most, _)| *most < LONGEST) {
        let extra = (0..=most).map(|index| (format!("uptospec{index}"), Value::from("x")));
        let many: Map<_, _> = members.clone().into_iter().chain(extra).take(most + 1).collect();
        mutations.push(mutation("maxProperties", format!("has more than {most} members"), many, said));
    }
    mutations
}

/// An integer where the number is one, as people write it.
#[expect(clippy::cast_possible_truncation, reason = "checked to be a small integer")]
pub(in crate::generate) fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Schema;

    fn in_another_case(values: Value) -> Option<Value> {
        let schema = Schema::standalone(json!({"enum": values})).unwrap();
        other_case(&Node::root(&schema)).map(|mutation| mutation.value)
    }

    #[test]
    fn the_first_value_with_letters_is_written_in_another_case() {
        assert_eq!(in_another_case(json!(["SDK", "WEB"])), Some(json!("sdk")));
        assert_eq!(in_another_case(json!(["1", "user"])), Some(json!("USER")));
        assert_eq!(in_another_case(json!(["on", "ON", "Off"])), Some(json!("off")));
        assert_eq!(in_another_case(json!(["1", 2, null])), None);
    }
}
