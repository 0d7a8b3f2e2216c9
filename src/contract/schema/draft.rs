//! JSON Schema of any draft, with all that it refers to, as one schema of 2020-12.
//!
//! References by `$id`, `$anchor`, `$dynamicRef` and `$recursiveRef`, into other documents or other
//! drafts, become local ones. What a dynamic reference means depends on the way that led to it, so
//! a schema is written once for each scope that it is reached in.

use std::collections::{HashMap, VecDeque};

use jsonschema::{Registry, uri};
use referencing::{Resolver, ResourceRef, SPECIFICATIONS, Vocabulary};
use serde_json::{Map, Value, json};

use super::collection::reference;
use super::keywords::{Holds, holds};
use super::older::{array_items, dependencies, exclusive_limits};
use super::{Schema, SchemaError};

/// A version of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draft {
    /// Draft 4, on which OpenAPI 3.0 is built.
    Draft4,
    /// Draft 6.
    Draft6,
    /// Draft 7.
    Draft7,
    /// 2019-09.
    Draft201909,
    /// 2020-12, which OpenAPI uses from 3.1 on.
    Draft202012,
}

impl Draft {
    fn known(self) -> referencing::Draft {
        match self {
            Draft::Draft4 => referencing::Draft::Draft4,
            Draft::Draft6 => referencing::Draft::Draft6,
            Draft::Draft7 => referencing::Draft::Draft7,
            Draft::Draft201909 => referencing::Draft::Draft201909,
            Draft::Draft202012 => referencing::Draft::Draft202012,
        }
    }
}

/// The made-up URI of a schema that has none.
const URI: &str = "uptospec:/schema";

/// More definitions than this are not written: dynamic scopes can multiply them.
const MOST_DEFINITIONS: usize = 5_000;

impl Schema {
    /// A schema of that draft, unless its `$schema` says otherwise; `others` are the documents that
    /// it may refer to, by URI.
    ///
    /// # Errors
    /// When it is not valid, or refers to what is not there.
    pub fn of_draft(schema: Value, draft: Draft, others: &[(String, Value)]) -> Result<Self, SchemaError> {
        let draft = draft.known();
        let all = others.iter().map(|(uri, json)| (uri.as_str(), json)).chain([(URI, &schema)]);
        let all = all.map(|(uri, json)| (uri, ResourceRef::new(json, detect(draft, json))));
        let registry = SPECIFICATIONS.extend(all);
        let registry = registry.and_then(|builder| builder.prepare()).map_err(refuse)?;
        let resolver = registry.resolver(uri::from_str(URI).map_err(refuse)?);
        let root = Here { json: &schema, resolver, draft }.inside(&schema)?;
        let mut rewriter = Rewriter { registry: &registry, names: HashMap::new(), waiting: VecDeque::new() };
        let first = rewriter.name(root)?;
        let mut definitions = Map::new();
        while let Some((name, here)) = rewriter.waiting.pop_front() {
            definitions.insert(name, rewriter.schema(&here)?);
        }
        Schema::standalone(json!({"$ref": reference(&first), "$defs": definitions}))
    }
}

fn refuse(error: impl std::fmt::Display) -> SchemaError {
    SchemaError { message: error.to_string(), pointer: String::new() }
}

/// What a schema says of its draft; else, and where it names one of its own, that of what holds it.
fn detect(around: referencing::Draft, json: &Value) -> referencing::Draft {
    match around.detect(json) {
        referencing::Draft::Unknown => around,
        known => known,
    }
}

/// A schema, and the way that led to it.
#[derive(Clone)]
struct Here<'r> {
    json: &'r Value,
    resolver: Resolver<'r>,
    draft: referencing::Draft,
}

impl<'r> Here<'r> {
    /// A subschema, in the resource that it says it is.
    fn inside(&self, json: &'r Value) -> Result<Self, SchemaError> {
        let draft = detect(self.draft, json);
        let resolver = self.resolver.in_subresource(ResourceRef::new(json, draft)).map_err(refuse)?;
        Ok(Here { json, resolver, draft })
    }

    /// Where the schema is in memory, and the resources on the way to it, the outermost first.
    fn key(&self) -> (usize, Vec<String>) {
        let scope = self.resolver.dynamic_scope();
        let mut uris: Vec<String> = Vec::new();
        let mut outwards: Vec<_> = scope.iter().map(|uri| uri.as_str().to_owned()).collect();
        outwards.reverse();
        outwards.push(self.resolver.base_uri().as_str().to_owned());
        for uri in outwards {
            if !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        (std::ptr::from_ref(self.json) as usize, uris)
    }
}

struct Rewriter<'r> {
    registry: &'r Registry<'r>,
    names: HashMap<(usize, Vec<String>), String>,
    waiting: VecDeque<(String, Here<'r>)>,
}

impl<'r> Rewriter<'r> {
    /// The name of the definition for a schema; it is written later where it is new.
    fn name(&mut self, here: Here<'r>) -> Result<String, SchemaError> {
        let count = self.names.len();
        if count >= MOST_DEFINITIONS {
            return Err(refuse(format!("it refers to more than {MOST_DEFINITIONS} schemas")));
        }
        let name = self.names.entry(here.key()).or_insert_with(|| format!("schema-{count}")).clone();
        if self.names.len() > count {
            self.waiting.push_back((name.clone(), here));
        }
        Ok(name)
    }

    fn schema(&mut self, here: &Here<'r>) -> Result<Value, SchemaError> {
        let Some(members) = here.json.as_object() else { return Ok(here.json.clone()) };
        let mut out = Map::new();
        let alone = here.draft <= referencing::Draft::Draft7 && members.contains_key("$ref");
        let vocabularies = here.resolver.find_vocabularies(here.draft, here.json);
        let asserts = here.draft <= referencing::Draft::Draft7 || vocabularies.contains(&Vocabulary::Validation);
        for (key, value) in members {
            let of_no_draft = holds(key).is_none() && key != "const" && !key.starts_with('$');
            let known = here.draft.is_known_keyword(key) || of_no_draft;
            if (known || key == "dependencies") && (asserts || !is_assertion(key)) && (!alone || key == "$ref") {
                self.keyword(here, key, value, &mut out)?;
            }
        }
        exclusive_limits(&mut out);
        array_items(members.get("items").is_some_and(Value::is_array), &mut out);
        dependencies(&mut out);
        if here.draft == referencing::Draft::Draft201909 {
            without_evaluating(&mut out);
        }
        Ok(Value::Object(out))
    }

    fn keyword(
        &mut self,
        here: &Here<'r>,
        key: &str,
        value: &'r Value,
        out: &mut Map<String, Value>,
    ) -> Result<(), SchemaError> {
        let written = match (key, value) {
            ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(text)) => {
                let target = self.target(here, key, text)?;
                let name = self.name(target)?;
                return add_reference(&name, out);
            }
            ("items", Value::Array(_)) => {
                out.insert("prefixItems".to_owned(), self.schemas(here, value)?);
                return Ok(());
            }
            ("additionalItems", _) => self.schema(&here.inside(value)?)?,
            ("dependencies", Value::Object(members)) => {
                let one = |(name, value): (&String, &'r Value)| {
                    let kept = if value.is_array() { value.clone() } else { self.schema(&here.inside(value)?)? };
                    Ok((name.clone(), kept))
                };
                Value::Object(members.iter().map(one).collect::<Result<_, SchemaError>>()?)
            }
            _ => match holds(key) {
                Some(Holds::Schema) => self.schema(&here.inside(value)?)?,
                Some(Holds::Schemas) => self.schemas(here, value)?,
                Some(Holds::SchemaMap) => self.schema_map(here, value)?,
                Some(Holds::Definitions | Holds::Identity) => return Ok(()),
                _ => value.clone(),
            },
        };
        out.insert(key.to_owned(), written);
        Ok(())
    }

    fn schemas(&mut self, here: &Here<'r>, value: &'r Value) -> Result<Value, SchemaError> {
        let schemas = value.as_array().into_iter().flatten();
        schemas.map(|json| self.schema(&here.inside(json)?)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn schema_map(&mut self, here: &Here<'r>, value: &'r Value) -> Result<Value, SchemaError> {
        let schemas = value.as_object().into_iter().flatten();
        let one = |(name, json): (&String, &'r Value)| Ok((name.clone(), self.schema(&here.inside(json)?)?));
        schemas.map(one).collect::<Result<Map<_, _>, _>>().map(Value::Object)
    }

    /// What a reference means on this way. `$ref` to a name means the nearest, whatever is
    /// anchored dynamically (2020-12 section 8.2.3.1).
    fn target(&self, here: &Here<'r>, key: &str, text: &str) -> Result<Here<'r>, SchemaError> {
        let found = match key {
            "$recursiveRef" => here.resolver.lookup_recursive_ref(),
            _ => here.resolver.lookup(text),
        };
        let (json, resolver, draft) = found.map_err(refuse)?.into_inner();
        let (uri, fragment) = text.split_once('#').unwrap_or((text, ""));
        if key != "$ref" || fragment.is_empty() || fragment.starts_with('/') {
            return Ok(Here { json, resolver, draft });
        }
        let plain = self.registry.resolver((*here.resolver.base_uri()).clone()).lookup(text).map_err(refuse)?;
        let on_the_way = here.resolver.lookup(if uri.is_empty() { "#" } else { uri }).map_err(refuse)?;
        let (json, _, draft) = plain.into_inner();
        Ok(Here { json, resolver: on_the_way.resolver().clone(), draft })
    }
}

/// A second reference beside a first stands under `allOf`.
fn add_reference(name: &str, out: &mut Map<String, Value>) -> Result<(), SchemaError> {
    let target = Value::String(reference(name));
    if !out.contains_key("$ref") {
        out.insert("$ref".to_owned(), target);
    } else if let Value::Array(all) = out.entry("allOf").or_insert_with(|| json!([])) {
        all.push(json!({ "$ref": target }));
    }
    Ok(())
}

/// In 2019-09 `contains` leaves its items to `unevaluatedItems`; inside `not` nothing is evaluated.
fn without_evaluating(out: &mut Map<String, Value>) {
    let kept: Map<String, Value> =
        ["contains", "minContains", "maxContains"].into_iter().filter_map(|key| out.remove_entry(key)).collect();
    if !kept.contains_key("contains") {
        return;
    }
    let has_rest = out.contains_key("unevaluatedItems");
    if !has_rest {
        out.extend(kept);
    } else if let Value::Array(all) = out.entry("allOf").or_insert_with(|| json!([])) {
        all.push(json!({"not": {"not": kept}}));
    }
}

/// Whether a keyword belongs to the vocabulary that a meta-schema may leave out.
fn is_assertion(keyword: &str) -> bool {
    let holds = holds(keyword);
    keyword == "const"
        || (keyword != "x-max-json-length"
            && matches!(holds, Some(Holds::Count | Holds::Number | Holds::PositiveNumber)))
        || matches!(
            holds,
            Some(Holds::Pattern | Holds::Names | Holds::NamesMap | Holds::Flag | Holds::Values | Holds::Type)
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(schema: &Schema, instance: Value) -> bool {
        schema.is_valid(&instance)
    }

    #[test]
    fn an_older_draft_means_what_it_meant() {
        let schema = json!({
            "items": [{"type": "integer"}],
            "additionalItems": false,
            "dependencies": {"a": ["b"], "c": {"required": ["d"]}},
            "minimum": 3,
            "exclusiveMinimum": true,
            "const": "unknown to draft 4"
        });
        let schema = Schema::of_draft(schema, Draft::Draft4, &[]).unwrap();
        assert!(keeps(&schema, json!([1])));
        assert!(!keeps(&schema, json!([1, 2])));
        assert!(!keeps(&schema, json!({"a": 1})));
        assert!(!keeps(&schema, json!({"c": 1})));
        assert!(!keeps(&schema, json!(3)));
    }

    #[test]
    fn a_dynamic_reference_means_what_the_way_to_it_says() {
        let list = json!({
            "$id": "https://schemas.test/list",
            "$dynamicAnchor": "node",
            "type": "array",
            "items": {"$dynamicRef": "#element"},
            "$defs": {"any": {"$dynamicAnchor": "element"}}
        });
        let numbers = json!({
            "$id": "https://schemas.test/numbers",
            "$ref": "list",
            "$defs": {"element": {"$dynamicAnchor": "element", "type": "number"}}
        });
        let others = [("https://schemas.test/list".to_owned(), list.clone())];
        let numbers = Schema::of_draft(numbers, Draft::Draft202012, &others).unwrap();
        assert!(keeps(&numbers, json!([1])) && !keeps(&numbers, json!(["a"])));
        let list = Schema::of_draft(list, Draft::Draft202012, &[]).unwrap();
        assert!(keeps(&list, json!(["a"])));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let error = Schema::of_draft(json!({"$ref": "https://schemas.test/none"}), Draft::Draft7, &[]).unwrap_err();
        assert!(error.to_string().contains("schemas.test/none"), "{error}");
    }
}
