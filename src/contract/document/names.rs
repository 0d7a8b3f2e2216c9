//! What a file names and refers to, found before anything is read.

use super::files::escape;
use super::node::{Data, Node};

/// What a file names and refers to.
#[derive(Default)]
pub(super) struct Names {
    /// Files that it refers to.
    pub references: Vec<String>,
    /// `$anchor`s and their pointers.
    pub anchors: Vec<(String, String)>,
    /// `$id`s and their pointers.
    pub ids: Vec<(String, String)>,
    /// Whether anything in it is `readOnly` or `writeOnly`.
    pub one_way: bool,
}

impl Names {
    /// The names in a file.
    pub fn of(root: &Node) -> Self {
        let mut names = Names::default();
        names.collect(root, &mut String::new());
        names
    }

    fn collect(&mut self, node: &Node, pointer: &mut String) {
        let length = pointer.len();
        match &node.data {
            Data::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    self.collect(item, pointer);
                    pointer.truncate(length);
                }
            }
            Data::Object(members) => {
                for (key, member) in members {
                    self.one_way |= matches!(key.as_str(), "readOnly" | "writeOnly");
                    if let Some(text) = member.value.as_str() {
                        self.name(key, text, pointer);
                    } else {
                        pointer.push('/');
                        pointer.push_str(&escape(key));
                        self.collect(&member.value, pointer);
                        pointer.truncate(length);
                    }
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, key: &str, text: &str, pointer: &str) {
        match key {
            "$ref" => {
                let file_part = text.split('#').next().unwrap_or_default();
                if !file_part.is_empty() {
                    self.references.push(file_part.to_owned());
                }
            }
            "$anchor" | "$dynamicAnchor" => self.anchors.push((text.to_owned(), pointer.to_owned())),
            "$id" => self.ids.push((text.to_owned(), pointer.to_owned())),
            _ => {}
        }
    }
}
