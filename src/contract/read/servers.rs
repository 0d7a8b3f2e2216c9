//! Servers, and the parts of a document that are passed over.

use super::reader::Reader;
use crate::contract::document::At;

impl<'a> Reader<'a> {
    /// The URLs of the document's servers, variables replaced by their defaults.
    pub fn servers(&mut self, root: &At<'a>) -> Vec<String> {
        let mut found = Vec::new();
        for server in root.get("servers").iter().flat_map(At::items) {
            match server.text("url") {
                Some(url) => found.push(self.server_url(&server, url)),
                None => self.warn(&server, "", "this server has no URL", "add `url`"),
            }
        }
        found
    }

    fn server_url(&mut self, server: &At<'a>, template: &str) -> String {
        let mut url = template.to_owned();
        for (name, variable) in server.get("variables").iter().flat_map(At::members) {
            match variable.text("default") {
                Some(default) => url = url.replace(&format!("{{{name}}}"), default),
                None => {
                    self.warn(&variable, "", format!("the server variable `{name}` has no default"), "add `default`")
                }
            }
        }
        if url.contains('{') {
            self.warn(
                server,
                "url",
                format!("a variable of `{template}` is not declared"),
                "declare it in `variables`",
            );
        }
        url
    }

    /// Says what of the document is not tested at all.
    pub fn pass_over(&mut self, root: &At<'a>) {
        if root.get("webhooks").is_some_and(|webhooks| webhooks.members().next().is_some()) {
            self.note(root, "webhooks", "webhooks are not tested", "they are requests that the API sends");
        }
    }
}
