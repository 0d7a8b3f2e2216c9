//! Servers, and the parts of a document that are passed over.

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;

impl<'a> Reader<'a> {
    /// The URLs of the document's servers, variables replaced by their defaults.
    pub fn servers(&mut self, root: &At<'a>) -> Vec<String> {
        let mut found = Vec::new();
        for server in self.list(root, "servers", Cost::Itself).iter().flat_map(At::items) {
            match server.text("url") {
                Some(url) => found.push(self.server_url(&server, url)),
                None => self.warn(&server, "", "this server has no URL", "add `url`"),
            }
        }
        found
    }

    fn server_url(&mut self, server: &At<'a>, template: &str) -> String {
        let mut url = template.to_owned();
        for name in super::parameters::variables(template) {
            let Some(variable) = server.get("variables").and_then(|all| all.get(&name)) else {
                let message = format!("the variable `{name}` of `{template}` is not declared");
                self.warn(server, "url", message, "declare it in `variables`");
                continue;
            };
            let default = variable.get("default").map(|default| match default.node.as_str() {
                Some(text) => text.to_owned(),
                None => default.node.to_value().to_string(),
            });
            match default {
                Some(default) => url = url.replace(&format!("{{{name}}}"), &default),
                None => {
                    self.warn(&variable, "", format!("the server variable `{name}` has no default"), "add `default`")
                }
            }
        }
        url
    }

    /// Whether an operation, whose servers or whose path's go before the document's, is served where the others are:
    /// a target is one server.
    pub fn served_with_the_others(&mut self, item: &[At<'a>], operation: &At<'a>, common: &[String]) {
        let has_servers = |at: &&At<'a>| at.get("servers").is_some_and(|servers| servers.items().next().is_some());
        let Some(at) = std::iter::once(operation).chain(item).find(has_servers) else { return };
        let own = self.servers(at);
        let same = |one: &String, other: &String| one.trim_end_matches('/') == other.trim_end_matches('/');
        if common.is_empty() || own.iter().any(|one| common.iter().any(|other| same(one, other))) {
            return;
        }
        let message = format!("it is served at {}, other operations at {}", own.join(" or "), common.join(" or "));
        let help = "where your target serves it all the same, take its `servers` away in an overlay";
        self.spoil(at, "servers", message, help);
    }

    /// Says what of the document is not tested at all.
    pub fn pass_over(&mut self, root: &At<'a>) {
        if root.get("webhooks").is_some_and(|webhooks| webhooks.members().next().is_some()) {
            self.note(root, "webhooks", "webhooks are not tested", "they are requests that the API sends");
        }
    }
}
