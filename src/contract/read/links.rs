//! Links: what a later operation can take from an answer.

use std::collections::HashMap;

use super::operations::Draft;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{Expression, Link, Location, ParameterLocation};

/// What links need to know of every operation.
struct Targets {
    /// Names and places of its parameters, by operation id.
    parameters: HashMap<String, Vec<(ParameterLocation, String)>>,
    /// Operation ids by file and pointer.
    pointers: HashMap<(usize, String), String>,
}

impl<'a> Reader<'a> {
    /// Reads the links of all operations.
    pub fn link(&mut self, mut drafts: Vec<Draft<'a>>) -> Vec<Draft<'a>> {
        let targets = Targets {
            parameters: drafts.iter().map(|draft| (draft.operation.id.clone(), keys(draft))).collect(),
            pointers: drafts.iter().map(|d| ((d.at.file, d.at.pointer.clone()), d.operation.id.clone())).collect(),
        };
        for draft in &mut drafts {
            for (index, written) in std::mem::take(&mut draft.links) {
                let link = self.one_link(&written, &targets);
                if let Some(response) = draft.operation.responses.get_mut(index) {
                    response.links.extend(link);
                }
            }
        }
        drafts
    }

    fn one_link(&mut self, written: &At<'a>, targets: &Targets) -> Option<Link> {
        let at = self.resolved(written)?;
        let operation = self.link_target(&at, targets)?;
        let known = targets.parameters.get(&operation)?;
        let mut parameters = Vec::new();
        for (key, value) in at.get("parameters").iter().flat_map(At::members) {
            let Some(location) = location(key, known) else {
                let names: Vec<String> = known.iter().map(|(_, name)| format!("`{name}`")).collect();
                let help = match names.as_slice() {
                    [] => "it has none".to_owned(),
                    names => format!("its parameters are {}", names.join(", ")),
                };
                self.warn(&value, "", format!("`{operation}` has no parameter `{key}`"), &help);
                continue;
            };
            parameters.extend(self.link_value(&value).map(|value| (location, value)));
        }
        if let Some(body) = at.get("requestBody") {
            parameters.extend(self.link_value(&body).map(|value| (Location::Body(String::new()), value)));
        }
        let name = written.pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        Some(Link { name, operation, parameters })
    }

    fn link_target(&mut self, at: &At<'a>, targets: &Targets) -> Option<String> {
        if let Some(id) = at.text("operationId") {
            if targets.parameters.contains_key(id) {
                return Some(id.to_owned());
            }
            self.warn(
                at,
                "operationId",
                format!("no operation that is tested has the id `{id}`"),
                "the link is not used",
            );
            return None;
        }
        let Some(reference) = at.text("operationRef") else {
            self.warn(at, "", "this link leads to no operation", "add `operationId`");
            return None;
        };
        let target = self.files.resolve(at, reference).ok();
        let id = target.and_then(|target| targets.pointers.get(&(target.file, target.pointer)).cloned());
        if id.is_none() {
            self.note(
                at,
                "operationRef",
                format!("`{reference}` leads to no operation that is tested"),
                "use `operationId`",
            );
        }
        id
    }

    fn link_value(&mut self, at: &At<'a>) -> Option<Expression> {
        let expression = at.node.as_str().and_then(|text| text.parse().ok());
        if expression.is_none() {
            self.note(
                at,
                "",
                "this value of a link is not used",
                "only runtime expressions such as `$response.body#/id` are",
            );
        }
        expression
    }
}

fn keys(draft: &Draft<'_>) -> Vec<(ParameterLocation, String)> {
    draft.operation.parameters.iter().map(|parameter| (parameter.location, parameter.name.clone())).collect()
}

/// The part of a request that a link's key names: `path.NAME`, or the bare name of a parameter.
fn location(key: &str, known: &[(ParameterLocation, String)]) -> Option<Location> {
    let of = |(location, name): &(ParameterLocation, String)| match location {
        ParameterLocation::Path => Location::Path(name.clone()),
        ParameterLocation::Query => Location::Query(name.clone()),
        ParameterLocation::Header => Location::Header(name.clone()),
        ParameterLocation::Cookie => Location::Cookie(name.clone()),
    };
    let bare = known.iter().find(|(_, name)| name == key).map(of);
    bare.or_else(|| {
        let location: Location = key.parse().ok()?;
        known.iter().map(of).find(|known| *known == location)
    })
}
