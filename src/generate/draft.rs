//! A request in values, before it becomes text.

use serde_json::Value;

use crate::contract::{Location, Operation, Parameter, ParameterLocation};

/// A request in values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    /// One entry for each parameter of the operation; `None` where it is left out.
    pub parameters: Vec<Option<Value>>,
    /// The body, where there is one.
    pub body: Option<Value>,
}

impl Draft {
    /// The value of a part of the request.
    pub fn value<'d>(&'d self, operation: &Operation, at: &Location) -> Option<&'d Value> {
        if let Location::Body(pointer) = at {
            return self.body.as_ref()?.pointer(pointer);
        }
        let mut parameters = operation.parameters.iter().zip(&self.parameters);
        parameters.find(|(parameter, _)| is_at(parameter, at)).and_then(|(_, value)| value.as_ref())
    }
}

/// Whether a parameter stands there; header names are the same in any case.
pub(super) fn is_at(parameter: &Parameter, at: &Location) -> bool {
    match (parameter.location, at) {
        (ParameterLocation::Header, Location::Header(name)) => parameter.name.eq_ignore_ascii_case(name),
        _ => parameter.part() == *at,
    }
}

/// Header parameters that OpenAPI takes from elsewhere (3.1 section 4.8.12.1).
pub(super) fn is_reserved(parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Header
        && ["accept", "content-type", "authorization"].iter().any(|name| parameter.name.eq_ignore_ascii_case(name))
}

/// The index of the last variable of the path template.
pub(super) fn last_path_parameter(operation: &Operation) -> Option<usize> {
    let position = |parameter: &Parameter| operation.path.find(&format!("{{{}}}", parameter.name));
    let indexed = operation.parameters.iter().enumerate();
    let in_path = indexed.filter(|(_, parameter)| parameter.location == ParameterLocation::Path);
    in_path.max_by_key(|(_, parameter)| position(parameter)).map(|(index, _)| index)
}
