//! Any YAML or JSON file as values with places.

use indexmap::IndexMap;
use serde_json::Value;

use super::document::{At, Data, Files};
use super::{LoadError, Place};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: PlacedKind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum PlacedKind {
    /// A text, number, boolean or null.
    Scalar(Value),
    /// A list.
    List(Vec<Placed>),
    /// A map, in the order of the file.
    Map(IndexMap<String, Placed>),
}

impl Placed {
    /// Reads a text; its name says whether it is JSON (`.json`) or YAML.
    ///
    /// # Errors
    /// When it is neither, nests too deeply, or gives a key twice; each with its place.
    pub fn read(name: &str, text: &str) -> Result<Self, LoadError> {
        let files = Files::of_text(name, text.to_owned(), None)?;
        match files.faults() {
            [] => Ok(placed(&files, &files.root())),
            faults => Err(LoadError { diagnostics: faults.to_vec() }),
        }
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Placed> {
        match &self.kind {
            PlacedKind::Map(members) => members.get(name),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            PlacedKind::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    /// The value without places.
    pub fn json(&self) -> Value {
        match &self.kind {
            PlacedKind::Scalar(value) => value.clone(),
            PlacedKind::List(items) => items.iter().map(Placed::json).collect(),
            PlacedKind::Map(members) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), member.json())).collect())
            }
        }
    }
}

fn placed(files: &Files, at: &At<'_>) -> Placed {
    let kind = match &at.node.data {
        Data::Array(_) => PlacedKind::List(at.items().map(|item| placed(files, &item)).collect()),
        Data::Object(_) => {
            PlacedKind::Map(at.members().map(|(name, member)| (name.to_owned(), placed(files, &member))).collect())
        }
        _ => PlacedKind::Scalar(at.node.to_value()),
    };
    Placed { place: files.place(at), kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_its_place_in_yaml_and_json() {
        for (name, text) in [("a.yaml", "a:\n  - b: 1\n"), ("a.json", "{\"a\":\n  [ {\"b\": 1} ]}")] {
            let root = Placed::read(name, text).unwrap();
            let PlacedKind::List(items) = &root.get("a").unwrap().kind else { panic!("a list") };
            let one = items[0].get("b").unwrap();
            assert_eq!((one.json(), one.place.line), (Value::from(1), 2), "{name}");
        }
    }

    #[test]
    fn nesting_that_would_exhaust_the_stack_is_refused() {
        assert!(Placed::read("a.yaml", &"[".repeat(100_000)).is_err());
    }
}
