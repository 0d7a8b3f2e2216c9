//! An overlay read into its actions (Overlay Specification 1.0, section 4.4).

use std::ops::Range;

use serde_json_path::JsonPath;

use crate::contract::Level;
use crate::contract::document::Fault;
use crate::contract::document::node::Node;

const OVERLAY_KEYS: [&str; 4] = ["overlay", "info", "extends", "actions"];
const ACTION_KEYS: [&str; 4] = ["target", "description", "update", "remove"];

/// The deepest nesting of brackets in a target. Real ones stay under 5, and each level costs the parser of
/// JSONPath a multiple of the time and stack of the one before.
const MAX_NESTING: usize = 8;

/// One change, of every value that its target selects.
pub(super) struct Action<'a> {
    /// What it selects.
    pub target: JsonPath,
    /// Where its target stands.
    pub span: Range<usize>,
    /// What becomes of it.
    pub change: Change<'a>,
}

/// What becomes of a selected value.
pub(super) enum Change<'a> {
    /// It is taken out.
    Remove,
    /// This is brought into it.
    Update(&'a Node),
}

/// What there is to say about an overlay, with how much it costs.
pub(super) type Said = Vec<(Level, Fault)>;

/// The actions of an overlay, in their order.
pub(super) fn actions<'a>(root: &'a Node, said: &mut Said) -> Vec<Action<'a>> {
    check_version(root, said);
    check_keys(root, "an overlay", &OVERLAY_KEYS, said);
    let Some(actions) = root.get("actions").and_then(Node::as_array) else {
        let span = root.get("actions").unwrap_or(root).span.clone();
        let help = "write `actions: [{target: $.info, update: {...}}]`";
        said.push((Level::Error, Fault::new("this overlay has no list of actions", help, span)));
        return Vec::new();
    };
    actions.iter().filter_map(|node| action(node, said)).collect()
}

fn check_version(root: &Node, said: &mut Said) {
    let help = "an overlay begins with `overlay: 1.0.0`";
    let Some(version) = root.get("overlay") else {
        said.push((Level::Error, Fault::new("this is no overlay: it has no `overlay`", help, root.span.clone())));
        return;
    };
    match version.as_str() {
        Some(text) if text == "1.0" || text.starts_with("1.0.") => {}
        Some(text) => {
            let message = format!("an overlay of version {text} is read as one of 1.0");
            said.push((Level::Warning, Fault::new(message, help, version.span.clone())));
        }
        None => {
            let message = format!("`overlay` is {}", version.kind());
            said.push((Level::Error, Fault::new(message, help, version.span.clone())));
        }
    }
}

fn check_keys(node: &Node, what: &str, known: &[&str], said: &mut Said) {
    for (key, member) in node.as_object().into_iter().flatten() {
        if !known.contains(&key.as_str()) && !key.starts_with("x-") {
            let help = format!("the keys are {}", known.join(", "));
            let message = format!("{what} has no key `{key}`: it is not read");
            said.push((Level::Warning, Fault::new(message, help, member.key.clone())));
        }
    }
}

fn action<'a>(node: &'a Node, said: &mut Said) -> Option<Action<'a>> {
    check_keys(node, "an action", &ACTION_KEYS, said);
    let Some(target) = node.get("target") else {
        let help = "add `target`, a JSONPath such as `$.paths['/pets'].get`";
        said.push((Level::Error, Fault::new("this action has no target", help, node.span.clone())));
        return None;
    };
    let path = match path(target) {
        Ok(path) => path,
        Err(message) => {
            let help = "write a JSONPath of RFC 9535, such as `$.paths['/pets'].get`";
            said.push((Level::Error, Fault::new(message, help, target.span.clone())));
            return None;
        }
    };
    let change = change(node, said)?;
    Some(Action { target: path, span: target.span.clone(), change })
}

fn path(target: &Node) -> Result<JsonPath, String> {
    let text = target.as_str().ok_or_else(|| format!("`target` is {}", target.kind()))?;
    if nesting(text) > MAX_NESTING {
        return Err(format!("this JSONPath nests brackets deeper than {MAX_NESTING} levels"));
    }
    JsonPath::parse(text).map_err(|error| format!("this is no JSONPath: {error}"))
}

/// How deep brackets nest; those in quotes count too, which refuses no more than a few odd keys.
fn nesting(text: &str) -> usize {
    let mut open = 0_usize;
    let mut deepest = 0;
    for character in text.chars() {
        match character {
            '(' | '[' => open += 1,
            ')' | ']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

fn change<'a>(node: &'a Node, said: &mut Said) -> Option<Change<'a>> {
    let remove = node.get("remove");
    if let Some(remove) = remove.filter(|remove| remove.as_bool().is_none()) {
        let message = format!("`remove` is {}", remove.kind());
        said.push((Level::Error, Fault::new(message, "it is true or false", remove.span.clone())));
        return None;
    }
    if remove.and_then(Node::as_bool) == Some(true) {
        return Some(Change::Remove);
    }
    let update = node.get("update").map(Change::Update);
    if update.is_none() {
        let help = "add `update`, or `remove: true`";
        said.push((Level::Warning, Fault::new("this action changes nothing", help, node.span.clone())));
    }
    update
}
