//! Dynamic anchors: names whose meaning depends on the way that led to a reference (JSON Schema 2020-12 section 8.2.3.2).

use std::collections::HashMap;

use super::at::At;
use super::files::Files;

/// A schema with an `$id`, or a file as a whole: file, and pointer in it.
pub(in crate::contract) type Resource = (usize, String);

/// The dynamic anchors of each resource: pointers by name.
#[derive(Debug, Default)]
pub(super) struct Dynamic(HashMap<Resource, HashMap<String, String>>);

impl Dynamic {
    /// Adds an anchor; of two with one name in one resource the first counts.
    pub fn add(&mut self, resource: Resource, name: String, pointer: String) {
        self.0.entry(resource).or_default().entry(name).or_insert(pointer);
    }
}

impl Files {
    /// The resource that a schema stands in, where it has dynamic anchors.
    pub fn dynamic_resource(&self, at: &At<'_>) -> Option<Resource> {
        if self.dynamic.0.is_empty() {
            return None;
        }
        let scope = self.scopes(at.file).around(&at.node.span);
        let resource = (at.file, scope.map(|scope| scope.pointer.clone()).unwrap_or_default());
        self.dynamic.0.contains_key(&resource).then_some(resource)
    }

    /// What a `$dynamicRef` means after the resources that led to it, the outermost first; `target` is what it means
    /// as a `$ref`.
    pub fn dynamic_target<'a>(&'a self, target: At<'a>, reference: &str, way: &[Resource]) -> At<'a> {
        let name = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        if target.text("$dynamicAnchor") != Some(name) {
            return target;
        }
        let anchored = |resource: &Resource| Some((resource.0, self.dynamic.0.get(resource)?.get(name)?));
        let first = way.iter().find_map(anchored);
        first.and_then(|(file, pointer)| self.at(file, pointer)).unwrap_or(target)
    }
}
