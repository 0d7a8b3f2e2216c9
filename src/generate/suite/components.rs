//! What a suite writes once and uses by reference (Arazzo 1.0.1, Components and Reusable Object).

use indexmap::IndexMap;
use serde_json::Value;

use super::SuiteError;
use super::node::{optional_map, text, wrong};
use crate::contract::{Expression, Placed, PlacedKind};

/// How far references between schemas are followed.
const MOST_REFERENCES: usize = 16;

/// The `components` of a suite.
#[derive(Clone, Copy)]
pub(super) struct Components<'n>(Option<&'n Placed>);

impl<'n> Components<'n> {
    pub fn of(root: &'n Placed) -> Self {
        Components(root.get("components"))
    }

    /// The object itself, whether it stands here or is referred to.
    pub fn resolved(self, node: &'n Placed, kind: &str) -> Result<&'n Placed, SuiteError> {
        if node.get("reference").is_none() {
            return Ok(node);
        }
        let help = format!("write `$components.{kind}.NAME`");
        let reference = text(node, "reference")?;
        match reference.parse() {
            Ok(Expression::Component { kind: found, name }) if found == kind => self.get(kind, &name),
            _ => return Err(wrong(node, format!("`{reference}` is no reference to one of `{kind}`"), &help)),
        }
        .ok_or_else(|| wrong(node, format!("there is no component `{reference}`"), &help))
    }

    fn get(self, kind: &str, name: &str) -> Option<&'n Placed> {
        self.0?.get(kind)?.get(name)
    }

    /// The values of `parameters`.
    pub fn parameters(self) -> Result<IndexMap<String, Value>, SuiteError> {
        let members = self.0.map(|components| optional_map(components, "parameters")).transpose()?.flatten();
        let value = |(name, node): (&String, &Placed)| Some((name.clone(), node.get("value")?.json()));
        Ok(members.into_iter().flatten().filter_map(value).collect())
    }

    /// The schema of inputs, or of one of them, with `$ref`s to other inputs followed.
    pub fn schema(self, node: &'n Placed) -> Result<&'n Placed, SuiteError> {
        let mut schema = node;
        for _ in 0..MOST_REFERENCES {
            let Some(reference) = schema.get("$ref").and_then(Placed::text) else { return Ok(schema) };
            let name = reference.strip_prefix("#/components/inputs/");
            schema = name.and_then(|name| self.get("inputs", &unescaped(name))).ok_or_else(|| {
                wrong(schema, format!("`{reference}` leads nowhere"), "write `#/components/inputs/NAME`")
            })?;
        }
        Err(wrong(node, "these references go round in a circle".to_owned(), "let one of them be a schema"))
    }

    /// The defaults of inputs, by name.
    pub fn defaults(self, inputs: &'n Placed) -> Result<IndexMap<String, Value>, SuiteError> {
        let inputs = self.schema(inputs)?;
        let mut defaults = inputs.get("default").map(Placed::json).map(members).unwrap_or_default();
        let Some(PlacedKind::Map(properties)) = inputs.get("properties").map(|node| &node.kind) else {
            return Ok(defaults);
        };
        for (name, schema) in properties {
            if let Some(default) = self.schema(schema)?.get("default") {
                defaults.entry(name.clone()).or_insert_with(|| default.json());
            }
        }
        Ok(defaults)
    }
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

fn members(value: Value) -> IndexMap<String, Value> {
    match value {
        Value::Object(members) => members.into_iter().collect(),
        _ => IndexMap::new(),
    }
}
