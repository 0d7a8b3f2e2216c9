//! Compiling every schema of a contract at once, for whoever wants to know before anything is sent.

use std::sync::Arc;

use super::{Contract, Diagnostic, ItemSchema, Level, MediaType, Operation, Schema, StreamContract};

impl Operation {
    /// Every schema of the operation: parameters, request bodies, then responses with their headers,
    /// bodies and stream items.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let parameters = self.parameters.iter().map(|parameter| &parameter.schema);
        let requests = self.body.iter().flat_map(|body| &body.media).flat_map(MediaType::schemas);
        let headers = self.responses.iter().flat_map(|response| &response.headers).map(|header| &header.schema);
        let answers = self.responses.iter().flat_map(|response| &response.media).flat_map(MediaType::schemas);
        parameters.chain(requests).chain(headers).chain(answers)
    }
}

impl MediaType {
    /// The schema of the body, and those of a stream's items in every dialect.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.schema.iter().chain(self.stream.iter().flat_map(StreamContract::schemas))
    }
}

impl StreamContract {
    /// The schemas of its items, then those of the items in each dialect of its profile.
    fn schemas(&self) -> Vec<&Schema> {
        let own = self.item.iter().flat_map(ItemSchema::schemas);
        let dialects = self.profile.iter().flat_map(|profile| &profile.dialects);
        own.chain(dialects.flat_map(|dialect| dialect.stream.schemas())).collect()
    }
}

impl Contract {
    /// Compiles every schema. An operation with one that does not compile is taken out, and a
    /// diagnostic says which.
    ///
    /// Reading a document finds almost everything that is wrong with a schema without compiling it,
    /// so that a document of a thousand operations loads at once; this finds the rest.
    pub fn compile(&mut self) {
        if Schema::all_compile(self.operations.iter().flat_map(|operation| operation.schemas())) {
            return;
        }
        let (keep, drop): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.operations).into_iter().partition(|operation| fault(operation).is_none());
        self.operations = keep;
        self.diagnostics.extend(drop.iter().filter_map(fault));
    }
}

fn fault(operation: &Arc<Operation>) -> Option<Diagnostic> {
    let (schema, error) = operation.schemas().find_map(|schema| Some((schema, schema.compile().err()?)))?;
    Some(Diagnostic {
        level: Level::Warning,
        message: format!("`{}` is not tested: {error}", operation.id),
        help: Some("schemas are JSON Schema 2020-12, or what OpenAPI 3.0 makes of it".to_owned()),
        place: schema.place().cloned().unwrap_or_else(|| operation.place.clone()),
    })
}
