//! Parameters of operations and path items.

use indexmap::IndexMap;
use serde_json::Value;

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{OpenApiVersion, Parameter, ParameterLocation, ParameterStyle, Schema, Subject};

impl<'a> Reader<'a> {
    /// The parameters of an operation; its own count before those of its path item.
    pub fn parameters(&mut self, item: &[At<'a>], operation: &At<'a>, path: &str) -> Vec<Parameter> {
        let mut found: IndexMap<(ParameterLocation, String), At<'a>> = IndexMap::new();
        let mut uses: IndexMap<(ParameterLocation, String), At<'a>> = IndexMap::new();
        for around in item.iter().rev().chain([operation]) {
            let Some(list) = self.list(around, "parameters", Cost::Operation) else { continue };
            for written in list.items() {
                let Some(at) = self.resolved(&written) else { continue };
                if let Some(key) = self.parameter_key(&at) {
                    uses.insert(key.clone(), written);
                    found.insert(key, at);
                }
            }
        }
        let variables = variables(path);
        let mut parameters = Vec::new();
        for (((location, name), at), written) in found.into_iter().zip(uses.into_values()) {
            if self.counts(location, &name, &variables, &at) {
                parameters.extend(self.parameter(location, name, &written, &at));
            }
        }
        for variable in variables {
            let named = |one: &Parameter| one.location == ParameterLocation::Path && one.name == variable;
            if !parameters.iter().any(named) {
                let message = format!("the path variable `{variable}` has no parameter; any text is taken for it");
                self.warn(operation, "", message, "add a parameter with `in: path`");
                parameters.push(self.undeclared(variable));
            }
        }
        parameters
    }

    fn parameter_key(&mut self, at: &At<'a>) -> Option<(ParameterLocation, String)> {
        let Some(name) = at.text("name") else {
            self.spoil(at, "", "this parameter has no name", "add `name`");
            return None;
        };
        let location = match at.text("in") {
            Some("path") => ParameterLocation::Path,
            Some("query") => ParameterLocation::Query,
            Some("header") => ParameterLocation::Header,
            Some("cookie") => ParameterLocation::Cookie,
            Some("querystring") if self.version == OpenApiVersion::V32 => ParameterLocation::Query,
            other => {
                let what = other.map_or("nowhere".to_owned(), |other| format!("in `{other}`"));
                self.spoil(
                    at,
                    "in",
                    format!("the parameter `{name}` stands {what}"),
                    match other {
                        Some("body" | "formData") => "a body is the `requestBody` of its operation",
                        _ => "`in` is path, query, header or cookie; from OpenAPI 3.2 on also querystring",
                    },
                );
                return None;
            }
        };
        Some((location, name.to_owned()))
    }

    /// Whether a parameter is one: some are ignored by the standard (OpenAPI 3.1 section 4.8.12).
    fn counts(&mut self, location: ParameterLocation, name: &str, variables: &[String], at: &At<'a>) -> bool {
        let reserved = ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str());
        if location == ParameterLocation::Header && reserved {
            let message = format!("a header parameter named `{name}` is ignored");
            self.note(at, "name", message, "use `content` or `security` instead");
            return false;
        }
        if location == ParameterLocation::Path && !variables.iter().any(|variable| variable == name) {
            self.note(at, "name", format!("the path has no variable `{{{name}}}`"), "the parameter is ignored");
            return false;
        }
        true
    }

    fn parameter(
        &mut self,
        location: ParameterLocation,
        name: String,
        written: &At<'a>,
        at: &At<'a>,
    ) -> Option<Parameter> {
        self.check_parameter(at);
        let (schema, style) = self.parameter_form(location, &name, at)?;
        let explode = self.flag(at, "explode");
        let required = self.flag(at, "required").unwrap_or(false);
        if location == ParameterLocation::Path && !required {
            self.note(
                at,
                "name",
                format!("the path parameter `{name}` is required all the same"),
                "add `required: true`",
            );
        }
        Some(Parameter {
            examples: self.parameter_examples(at),
            promises: self.promises_of(written, at, Subject::Parameter),
            required: required || location == ParameterLocation::Path,
            explode: explode.unwrap_or(style == ParameterStyle::Form),
            allow_reserved: self.flag(at, "allowReserved").unwrap_or(false),
            name,
            location,
            schema,
            style,
        })
    }

    /// What a parameter's value is, and how it becomes text.
    fn parameter_form(
        &mut self,
        location: ParameterLocation,
        name: &str,
        at: &At<'a>,
    ) -> Option<(Schema, ParameterStyle)> {
        if let Some(schema) = at.get("schema") {
            let style = self.style(location, at)?;
            return Some((self.schema(&schema, Subject::Parameter), style));
        }
        let content = at.get("content").and_then(|content| content.members().next());
        let Some((media_type, media)) = content else {
            let message = format!("the parameter `{name}` does not say what its value is");
            let swagger = ["type", "items", "enum"].into_iter().any(|key| at.get(key).is_some());
            let help = if swagger { "`type` and what goes with it stand under `schema`" } else { "add `schema`" };
            self.spoil(at, "name", message, help);
            return None;
        };
        let style = self.content_style(location, name, at, media_type)?;
        let media = self.resolved(&media)?;
        let schema = match media.get("schema") {
            Some(schema) => self.schema(&schema, Subject::Parameter),
            None => self.schemas.anything(),
        };
        Some((schema, style))
    }

    /// How a value becomes text of a media type.
    fn content_style(
        &mut self,
        location: ParameterLocation,
        name: &str,
        at: &At<'a>,
        media_type: &str,
    ) -> Option<ParameterStyle> {
        let essence = super::bodies::essence(media_type);
        let is_whole_query = at.text("in") == Some("querystring");
        let plain = match location {
            ParameterLocation::Path | ParameterLocation::Header => ParameterStyle::Simple,
            ParameterLocation::Query | ParameterLocation::Cookie => ParameterStyle::Form,
        };
        let (style, help) = match (essence.as_str(), is_whole_query) {
            // The members of the value are the pairs of the query.
            ("application/x-www-form-urlencoded", true) => (Some(ParameterStyle::Form), ""),
            (_, true) => (None, "only application/x-www-form-urlencoded can be made of a whole query"),
            ("text/plain", false) => (Some(plain), ""),
            (essence, false) if super::bodies::is_json(essence) => (Some(ParameterStyle::Json), ""),
            (_, false) => (None, "only JSON and plain text can be made"),
        };
        if style.is_none() {
            self.spoil(at, "content", format!("the parameter `{name}` is written as {media_type}"), help);
        }
        style
    }

    fn style(&mut self, location: ParameterLocation, at: &At<'a>) -> Option<ParameterStyle> {
        use ParameterLocation as In;
        let style = match (at.text("style"), location) {
            (None, In::Query | In::Cookie) | (Some("form"), In::Query | In::Cookie) | (Some("cookie"), In::Cookie) => {
                ParameterStyle::Form
            }
            (None | Some("simple"), In::Path | In::Header) => ParameterStyle::Simple,
            (Some("label"), In::Path) => ParameterStyle::Label,
            (Some("matrix"), In::Path) => ParameterStyle::Matrix,
            (Some("spaceDelimited"), In::Query) => ParameterStyle::SpaceDelimited,
            (Some("pipeDelimited"), In::Query) => ParameterStyle::PipeDelimited,
            (Some("deepObject"), In::Query) => ParameterStyle::DeepObject,
            (Some(other), _) => {
                let (place, styles) = match location {
                    In::Path => ("path", "simple, label or matrix"),
                    In::Query => ("query", "form, spaceDelimited, pipeDelimited or deepObject"),
                    In::Header => ("header", "simple"),
                    In::Cookie => ("cookie", "form, or from OpenAPI 3.2 on cookie"),
                };
                let message = format!("the style `{other}` is none of a parameter in `{place}`");
                self.spoil(at, "style", message, &format!("it is {styles}"));
                return None;
            }
        };
        Some(style)
    }

    /// Examples of a value: the parameter's own or those of its media type, else its schema's.
    fn parameter_examples(&mut self, at: &At<'a>) -> Vec<Value> {
        let media = at.get("content").and_then(|content| content.members().next()).map(|(_, media)| media);
        let mut own = self.examples(at);
        own.extend(media.iter().flat_map(|media| self.examples(media)));
        if !own.is_empty() {
            return own.into_iter().map(|example| example.value).collect();
        }
        let Some(schema) = at.get("schema") else { return Vec::new() };
        self.schema_examples(&schema)
    }

    fn undeclared(&mut self, name: String) -> Parameter {
        Parameter {
            name,
            location: ParameterLocation::Path,
            required: true,
            schema: self.schemas.anything(),
            style: ParameterStyle::Simple,
            explode: false,
            allow_reserved: false,
            examples: Vec::new(),
            promises: Vec::new(),
        }
    }
}

/// The variables of a template of a path or a URL, in order.
pub(super) fn variables(path: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
        rest = after;
    }
    found
}
