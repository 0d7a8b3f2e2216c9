//! What a file names and refers to, found before anything is read.

use std::collections::HashMap;
use std::ops::Range;

use url::Url;

use super::at::escape;
use super::node::{Data, Node};

/// What a file names and refers to.
#[derive(Default)]
pub(super) struct Names {
    /// Files that it refers to.
    pub references: Vec<String>,
    /// `$anchor`s and their pointers.
    pub anchors: Vec<(String, String)>,
    /// Those of them that are `$dynamicAnchor`s.
    pub dynamic: Vec<Id>,
    /// Its `$id`s, outer ones first.
    pub ids: Vec<Id>,
    /// `$self`: the URL by which others know the document (OpenAPI 3.2 section 4.1.2.2).
    pub own_url: Option<String>,
    /// Whether a schema in it asks for something else in requests than in answers.
    pub one_way: bool,
}

/// A schema that has a name of its own.
pub(super) struct Id {
    /// The name, perhaps relative to that of a schema around it.
    pub text: String,
    /// Where the schema stands.
    pub pointer: String,
    /// Its bytes.
    pub span: Range<usize>,
}

/// The URLs by which references inside a file are resolved.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// That of the file; without one, references are only looked up as they are written.
    base: Option<Url>,
    /// Those of schemas with a name of their own, outer ones first.
    named: Vec<Scope>,
}

/// The bytes in which references are resolved by a name of their own.
#[derive(Debug)]
pub(super) struct Scope {
    span: Range<usize>,
    url: Option<Url>,
    /// Where the schema stands that has the name.
    pub pointer: String,
}

impl Scopes {
    /// Takes in the names of a file, and gives every name that something of it goes by.
    pub fn of(base: Option<Url>, names: &mut Names) -> (Self, HashMap<String, String>) {
        let mut known = HashMap::new();
        let mut scopes = Scopes { base, named: Vec::new() };
        if let Some(own) = names.own_url.take() {
            scopes.base = scopes.resolve(0..0, &own).or(scopes.base);
            known.extend(scopes.base.iter().map(|url| (url.to_string(), String::new())));
        }
        for Id { text, pointer, span } in std::mem::take(&mut names.ids) {
            let url = scopes.resolve(span.clone(), &text);
            known.extend(url.iter().map(|url| (url.to_string(), pointer.clone())));
            known.entry(text).or_insert_with(|| pointer.clone());
            scopes.named.push(Scope { span, url, pointer });
        }
        (scopes, known)
    }

    /// The innermost named schema around these bytes.
    pub fn around(&self, span: &Range<usize>) -> Option<&Scope> {
        self.named.iter().rev().find(|scope| scope.span.start <= span.start && span.end <= scope.span.end)
    }

    /// A reference that stands there as a whole URL without its fragment.
    pub fn resolve(&self, span: Range<usize>, reference: &str) -> Option<Url> {
        let around = self.around(&span).and_then(|scope| scope.url.as_ref());
        let mut url = around.or(self.base.as_ref())?.join(reference).ok()?;
        url.set_fragment(None);
        Some(url)
    }
}

impl Names {
    /// The names in a file.
    pub fn of(root: &Node) -> Self {
        let mut names = Names::default();
        names.collect(root, &mut String::new(), Inside::Keywords);
        names.own_url = root.get("$self").and_then(Node::as_str).map(str::to_owned);
        names
    }

    fn collect(&mut self, node: &Node, pointer: &mut String, inside: Inside) {
        let length = pointer.len();
        match &node.data {
            Data::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    self.collect(item, pointer, if inside == Inside::Data { inside } else { Inside::Keywords });
                    pointer.truncate(length);
                }
            }
            Data::Object(members) => {
                let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|_| inside != Inside::Data);
                if let Some(id) = text("$id") {
                    self.id(id, pointer, &node.span);
                }
                if let Some(name) = text("$dynamicAnchor") {
                    let (text, pointer) = (name.to_owned(), pointer.clone());
                    self.dynamic.push(Id { text, pointer, span: node.span.clone() });
                }
                for (key, member) in members {
                    self.one_way |= matches!(key.as_str(), "readOnly" | "writeOnly" | "discriminator");
                    if let Some(text) = member.value.as_str() {
                        self.name(key, text, pointer, inside);
                    } else {
                        pointer.push('/');
                        pointer.push_str(&escape(key));
                        self.collect(&member.value, pointer, inside.under(key));
                        pointer.truncate(length);
                    }
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, key: &str, text: &str, pointer: &str, inside: Inside) {
        match key {
            "$ref" => {
                let file_part = text.split('#').next().unwrap_or_default();
                if !file_part.is_empty() {
                    self.references.push(file_part.to_owned());
                }
            }
            "$anchor" | "$dynamicAnchor" if inside != Inside::Data => {
                self.anchors.push((text.to_owned(), pointer.to_owned()))
            }
            _ => {}
        }
    }

    /// Until draft 7, an `$id` that is a fragment alone was what an `$anchor` is now.
    fn id(&mut self, text: &str, pointer: &str, span: &Range<usize>) {
        match text.strip_prefix('#') {
            Some(anchor) => self.anchors.push((anchor.to_owned(), pointer.to_owned())),
            None => {
                let text = text.trim_end_matches('#').to_owned();
                self.ids.push(Id { text, pointer: pointer.to_owned(), span: span.clone() });
            }
        }
    }
}

/// What the members of an object are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Keywords of the standard.
    Keywords,
    /// Names of someone's.
    Names,
    /// Data, in which nothing is named. What looks like a reference in it is read all the same: the names of
    /// responses and components may be those of keywords.
    Data,
}

impl Inside {
    /// What the members of a value under this key are.
    fn under(self, key: &str) -> Self {
        match (self, key) {
            (Inside::Data, _) => Inside::Data,
            (Inside::Keywords, "properties" | "patternProperties") => Inside::Names,
            (Inside::Keywords, "example" | "const" | "enum" | "value" | "dataValue") => Inside::Data,
            (Inside::Keywords | Inside::Names, _) => Inside::Keywords,
        }
    }
}
