//! YAML with the place of every node.

use std::sync::Arc;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

use super::SuiteError;
use crate::contract::Place;

/// A node of a YAML document.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// A text, number, boolean or null.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// A map; keys are text.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(members) => members.iter().find(|(known, _)| known == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    /// The node as a JSON value.
    pub fn json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => items.iter().map(Node::json).collect(),
            Kind::Map(members) => {
                Value::Object(members.iter().map(|(name, node)| (name.clone(), node.json())).collect::<Map<_, _>>())
            }
        }
    }

    /// An error at this place.
    pub fn wrong(&self, message: impl Into<String>, help: &str) -> SuiteError {
        SuiteError::new(self.place.clone(), message, Some(help))
    }
}

/// Reads the first document of a text.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, SuiteError> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let place = Place { file: Arc::clone(file), line, column, span: 0..0 };
        SuiteError::new(place, format!("this is no YAML: {}", error.info()), None)
    })?;
    let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect();
    match documents.first() {
        Some(document) => Ok(node(file, &offsets, document)),
        None => Err(SuiteError::new(
            Place::file(Arc::clone(file)),
            "the suite is empty",
            Some("it begins with `arazzo: 1.0.1`"),
        )),
    }
}

fn node(file: &Arc<str>, offsets: &[usize], yaml: &MarkedYaml<'_>) -> Node {
    let byte = |index: usize| offsets.get(index).or(offsets.last()).copied().unwrap_or(0);
    let (start, end) = (yaml.span.start, yaml.span.end);
    let place = Place {
        file: Arc::clone(file),
        line: start.line(),
        column: start.col() + 1,
        span: byte(start.index())..byte(end.index()),
    };
    let kind = match &yaml.data {
        YamlData::Sequence(items) => Kind::List(items.iter().map(|item| node(file, offsets, item)).collect()),
        YamlData::Mapping(members) => {
            let member = |(key, value): (&MarkedYaml<'_>, &MarkedYaml<'_>)| (key_text(key), node(file, offsets, value));
            Kind::Map(members.iter().map(member).collect())
        }
        YamlData::Tagged(_, inner) => return node(file, offsets, inner),
        YamlData::Value(value) => Kind::Scalar(scalar(value)),
        YamlData::Representation(text, ..) => Kind::Scalar(Value::from(text.as_ref())),
        YamlData::Alias(_) | YamlData::BadValue => Kind::Scalar(Value::Null),
    };
    Node { place, kind }
}

fn key_text(key: &MarkedYaml<'_>) -> String {
    match &key.data {
        YamlData::Value(Scalar::String(text)) => text.to_string(),
        YamlData::Value(value) => scalar(value).to_string(),
        _ => String::new(),
    }
}

fn scalar(value: &Scalar<'_>) -> Value {
    match value {
        Scalar::Null => Value::Null,
        Scalar::Boolean(boolean) => Value::Bool(*boolean),
        Scalar::Integer(number) => Value::from(*number),
        Scalar::FloatingPoint(number) => Number::from_f64(number.into_inner()).map_or(Value::Null, Value::Number),
        Scalar::String(text) => Value::from(text.as_ref()),
    }
}
