//! Where the values of a recorded request came from.

use serde::{Deserialize, Serialize};

use crate::contract::{Expression, Location};
use crate::generate::suite::Template;
use crate::generate::{Basis, Binding, Given, Inferred, Origin};

/// A part of a request whose value the answer of another operation gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedBinding {
    /// The part.
    #[serde(with = "as_text")]
    pub at: Location,
    /// Id of the operation.
    pub operation: String,
    /// Where in its exchange the value stood, best first.
    pub values: Vec<RecordedGiven>,
    /// What speaks for it; `None` for a link of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// A part of a request that its workflow gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedTemplate {
    /// The part.
    #[serde(with = "as_text")]
    pub at: Location,
    /// What it is made of.
    #[serde(with = "as_text")]
    pub template: Template,
}

/// Where in an exchange a value stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedGiven {
    /// Where a runtime expression says.
    At(#[serde(with = "as_text")] Expression),
    /// In the URL of `Location`, in place of the last variable of this path template.
    Location(String),
}

impl RecordedBinding {
    /// Where a value came from; `None` where no single operation gave it.
    pub fn of(binding: &Binding) -> Option<Self> {
        let recorded = |operation: &str, values: Vec<RecordedGiven>, basis| RecordedBinding {
            at: binding.at.clone(),
            operation: operation.to_owned(),
            values,
            basis,
        };
        match &binding.from {
            Origin::Operation { operation, value } => {
                Some(recorded(operation, vec![RecordedGiven::At(value.clone())], None))
            }
            Origin::Inferred(Inferred { operation, values, basis }) => {
                let values = values.iter().map(|given| match given {
                    Given::At(expression) => RecordedGiven::At(expression.clone()),
                    Given::Location(template) => RecordedGiven::Location(template.clone()),
                });
                Some(recorded(operation, values.collect(), Some(*basis)))
            }
            // A workflow knows more than one answer: `RecordedTemplate` has those.
            Origin::Workflow(_) => None,
        }
    }

    /// The same as a run reads it.
    pub fn inferred(&self) -> Inferred {
        let values = self.values.iter().map(|given| match given {
            RecordedGiven::At(expression) => Given::At(expression.clone()),
            RecordedGiven::Location(template) => Given::Location(template.clone()),
        });
        let basis = self.basis.unwrap_or(Basis::Link);
        Inferred { operation: self.operation.clone(), values: values.collect(), basis }
    }

    /// The same as a request has it.
    pub fn binding(&self) -> Binding {
        let from = match (self.basis, self.values.as_slice()) {
            (None, [RecordedGiven::At(value)]) => {
                Origin::Operation { operation: self.operation.clone(), value: value.clone() }
            }
            _ => Origin::Inferred(self.inferred()),
        };
        Binding { at: self.at.clone(), from }
    }
}

impl RecordedTemplate {
    /// What a workflow gives; `None` where an operation gives it.
    pub fn of(binding: &Binding) -> Option<Self> {
        let Origin::Workflow(template) = &binding.from else { return None };
        Some(RecordedTemplate { at: binding.at.clone(), template: template.clone() })
    }

    /// The same as a request has it.
    pub fn binding(&self) -> Binding {
        Binding { at: self.at.clone(), from: Origin::Workflow(self.template.clone()) }
    }
}

/// What is written as one text.
mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_value_came_from_reads_back_as_it_was() {
        let values = vec![
            Given::At("$response.body#/id".parse().unwrap()),
            Given::At("$request.path.user".parse().unwrap()),
            Given::Location("/pets/{id}".to_owned()),
        ];
        let from = Inferred { operation: "create".to_owned(), values, basis: Basis::Link };
        let binding = Binding { at: Location::Path("id".to_owned()), from: Origin::Inferred(from.clone()) };
        let recorded = RecordedBinding::of(&binding).unwrap();
        let read: RecordedBinding = serde_json::from_str(&serde_json::to_string(&recorded).unwrap()).unwrap();
        assert_eq!(read, recorded);
        assert_eq!(read.inferred(), from);
    }
}
