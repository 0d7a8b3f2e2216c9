//! Overlays: changes to a document that its owner cannot make (OpenAPI Overlay Specification 1.0).
//!
//! They are made on the tree, before anything is read from it. What an overlay adds keeps its place in the
//! overlay's text; a `$ref` in it is one of the document.
//!
//! Two things are taken as version 1.1 has them, since overlays are written so: an array that updates an array
//! goes on with its entries, and a value of any kind can be removed.

mod actions;
mod edit;

use serde_json::Value;

use super::node::Node;
use super::{Fault, MAX_DEPTH};
use crate::contract::Level;
use actions::{Action, Change, Said};
use edit::Step;

/// How many values overlays may add to a document in all; more is a mistake.
const MAX_ADDED: usize = 200_000;

/// Documents under change.
pub(super) struct Overlaid<'d> {
    root: &'d mut Node,
    /// The same without places, to be searched.
    plain: Value,
    added: usize,
}

impl<'d> Overlaid<'d> {
    /// A document before its first overlay.
    pub fn new(root: &'d mut Node) -> Self {
        let plain = root.to_value();
        Overlaid { root, plain, added: 0 }
    }

    /// Applies an overlay; `document` is the name of what it is applied to. Gives what there is to say about it,
    /// an [`Level::Error`] where it cannot be applied whole.
    pub fn apply(&mut self, overlay: &Node, document: &str) -> Vec<(Level, Fault)> {
        let mut said = Vec::new();
        let actions = actions::actions(overlay, &mut said);
        check_extends(overlay, document, &mut said);
        for action in &actions {
            if has_error(&said) {
                break;
            }
            self.act(action, &mut said);
        }
        said
    }

    fn act(&mut self, action: &Action<'_>, said: &mut Said) {
        let selected = action.target.query_located(&self.plain);
        let mut paths: Vec<Vec<Step>> = selected.locations().map(edit::steps).collect();
        paths.sort();
        paths.dedup();
        if paths.is_empty() {
            let message = "this target selects nothing of the document";
            let help = "look at its spelling; a path is one key: `$.paths['/pets']`";
            said.push((Level::Warning, Fault::new(message, help, action.span.clone())));
        }
        // From the back: what stands in a value goes before it, and the later entry of a list before the earlier.
        for path in paths.iter().rev() {
            if has_error(said) {
                return;
            }
            match action.change {
                Change::Remove if path.is_empty() => {
                    let message = "the whole document cannot be removed";
                    said.push((Level::Error, Fault::new(message, "select a part of it", action.span.clone())));
                }
                Change::Remove => edit::remove(self.root, &mut self.plain, path),
                Change::Update(update) => self.update(path, update, said),
            }
        }
    }

    fn update(&mut self, path: &[Step], update: &Node, said: &mut Said) {
        self.added += update.size();
        let refused = if self.added > MAX_ADDED {
            Some(format!("with this update, overlays add more than {MAX_ADDED} values"))
        } else if path.len() + 1 + update.depth() > MAX_DEPTH {
            Some(format!("with this update, values are nested deeper than {MAX_DEPTH} levels"))
        } else {
            None
        };
        if let Some(message) = refused {
            return said.push((Level::Error, Fault::new(message, "select less with `target`", update.span.clone())));
        }
        let Some(selected) = edit::node_at(self.root, path) else { return };
        for unfit in edit::update(selected, update) {
            let message =
                format!("this is {}, and {} in the document: it is left as it is", unfit.update.kind(), unfit.has);
            let help = "remove it in an action before, and add it in one after";
            said.push((Level::Warning, Fault::new(message, help, unfit.update.span.clone())));
        }
        if let Some(plain) = edit::value_at(&mut self.plain, path) {
            *plain = selected.to_value();
        }
    }
}

/// Whether the overlay cannot be applied whole: the rest of it would only say more of the same.
fn has_error(said: &Said) -> bool {
    said.iter().any(|(level, _)| *level == Level::Error)
}

/// Notes where an overlay says that it is for a document of another name.
fn check_extends(overlay: &Node, document: &str, said: &mut Said) {
    let Some(extends) = overlay.get("extends") else { return };
    let last = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let wanted = extends.as_str().unwrap_or_default();
    if last(wanted) != last(document) {
        let message = format!("this overlay is written for `{wanted}`, and is applied to `{document}`");
        said.push((Level::Note, Fault::new(message, "choose the document that it names", extends.span.clone())));
    }
}

#[cfg(test)]
mod tests;
