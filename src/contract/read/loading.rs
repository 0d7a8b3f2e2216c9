//! Reading a document of which parts must be fetched: this room knows no client.

use std::path::PathBuf;

use url::Url;

use super::LoadError;
use crate::contract::Contract;
use crate::contract::document::{Document, Files, Reach};

/// A document under reading. Whoever reads it fetches what is [`Loading::wanted`] until nothing is any more.
#[derive(Debug)]
pub struct Loading(Files);

impl Loading {
    /// Reads a document with overlays (OpenAPI Overlay 1.0), which are applied in their order, and the files that
    /// it refers to, as far as it may.
    ///
    /// # Errors
    /// When the document cannot be read, or an overlay cannot be applied.
    pub fn begin(document: Document<'_>, overlays: &[PathBuf], reach: Reach) -> Result<Self, LoadError> {
        let files = Files::overlaid(document, overlays, reach);
        files.map(Loading).map_err(|diagnostics| LoadError { diagnostics })
    }

    /// The URLs that are still to be given, each once.
    pub fn wanted(&self) -> Vec<Url> {
        self.0.wanted()
    }

    /// Gives what a URL holds, or a sentence that says why it cannot be had. This may make others wanted.
    pub fn give(&mut self, url: &Url, text: Result<String, String>) {
        self.0.give(url, text);
    }

    /// The contract. What refers to a URL that was not given is told, and costs what it is a part of.
    ///
    /// # Errors
    /// When nothing of it can be read.
    pub fn finish(&self) -> Result<Contract, LoadError> {
        super::contract(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "openapi: 3.1.0
paths:
  /a: {get: {responses: {'200': {$ref: parts/answers.yaml#/ok}}}}
  /b: {get: {responses: {'200': {$ref: 'https://other.test/answers.yaml#/ok'}}}}
  /c: {get: {responses: {'200': {$ref: parts/gone.yaml}}}}
";

    fn begin(reach: Reach) -> Loading {
        let url = Url::parse("https://a.test/v1/openapi.yaml").unwrap();
        let document = Document::Text { name: "https://a.test/v1/openapi.yaml", text: DOCUMENT, url: Some(&url) };
        Loading::begin(document, &[], reach).unwrap()
    }

    fn wanted(loading: &Loading) -> Vec<String> {
        loading.wanted().iter().map(Url::to_string).collect()
    }

    #[test]
    fn what_is_given_may_want_more_and_what_is_missing_costs_its_operation() {
        let mut loading = begin(Reach::Beside);
        assert_eq!(wanted(&loading), ["https://a.test/v1/parts/answers.yaml", "https://a.test/v1/parts/gone.yaml"]);
        let [answers, gone] = loading.wanted().try_into().unwrap();
        loading.give(&answers, Ok("ok: {description: x, headers: {H: {$ref: h.yaml}}}".to_owned()));
        loading.give(&gone, Err("the answer is 404 Not Found".to_owned()));
        assert_eq!(wanted(&loading), ["https://a.test/v1/parts/h.yaml"]);
        let [header] = loading.wanted().try_into().unwrap();
        loading.give(&header, Ok("{schema: {type: integer}}".to_owned()));
        let contract = loading.finish().unwrap();
        let ids: Vec<_> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
        assert_eq!(ids, ["GET /a"]);
        let said: Vec<_> = contract.diagnostics.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        https://a.test/v1/openapi.yaml:4:8: `GET /b` is not tested: `https://other.test/answers.yaml` is not read: it is of another origin than the document
        https://a.test/v1/openapi.yaml:4:34: `https://other.test/answers.yaml` is not read: it is of another origin than the document (--allow-external-refs follows references to any file and URL)
        https://a.test/v1/openapi.yaml:5:8: `GET /c` is not tested: `https://a.test/v1/parts/gone.yaml`: the answer is 404 Not Found
        https://a.test/v1/openapi.yaml:5:34: `https://a.test/v1/parts/gone.yaml`: the answer is 404 Not Found (a `$ref` is a local pointer or a file beside the document)
        ");
    }

    #[test]
    fn other_origins_are_wanted_where_that_is_allowed() {
        assert!(wanted(&begin(Reach::Anywhere)).contains(&"https://other.test/answers.yaml".to_owned()));
    }
}
