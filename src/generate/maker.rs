//! Makes drafts and requests of one operation: what all kinds of cases begin with.

use std::sync::Arc;

use proptest::strategy::BoxedStrategy;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::absent::without_nulls;
use super::body::{self, BodyForm, Coding};
use super::caller::{self, Caller};
use super::draft::{Draft, is_at, is_reserved};
use super::open::varies;
use super::sequence::Sources;
use super::strategy::{self, Alphabet, Extent, Node, Ungeneratable, Why};
use super::{
    Basis, Binding, Case, CaseId, CaseKind, Expect, Given, Inferred, Origin, Request, cookie, identity, pointer, seed,
    serialise,
};
use crate::contract::{
    Contract, Location, Operation, Parameter, ParameterLocation, ParameterStyle, Schema, SecurityRequirement,
};
use crate::target::Text;

/// How often a value is drawn again that cannot be written for the nulls in it.
const DRAWS: usize = 20;

/// What is in the way of every request of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Obstacle {
    #[error("a body of {0} cannot be made")]
    MediaType(String),
    #[error("{0}: {1}")]
    Part(Location, Box<Ungeneratable>),
}

/// Makes drafts and requests of one operation.
pub(super) struct Maker<'a> {
    pub contract: &'a Contract,
    pub operation: &'a Arc<Operation>,
    pub form: Option<BodyForm<'a>>,
    pub seed: u64,
    parameters: Vec<Result<Extents, Ungeneratable>>,
    body: Option<Extents>,
    links: Vec<(Location, Origin)>,
}

/// The strategies of one schema.
struct Extents {
    least: BoxedStrategy<Value>,
    most: BoxedStrategy<Value>,
    free: BoxedStrategy<Value>,
}

impl Extents {
    fn of(schema: &Schema, alphabet: Alphabet) -> Result<Self, Ungeneratable> {
        let known = Arc::default();
        let with = |extent| strategy::with(schema, &known, extent, alphabet);
        Ok(Extents { least: with(Extent::Least)?, most: with(Extent::Most)?, free: with(Extent::Free)? })
    }

    fn value(&self, extent: Extent, runner: &mut TestRunner) -> Result<Value, Ungeneratable> {
        let strategy = match extent {
            Extent::Least => &self.least,
            Extent::Most => &self.most,
            Extent::Free => &self.free,
        };
        strategy::one(strategy, runner)
    }
}

impl<'a> Maker<'a> {
    /// # Errors
    /// When no request of the operation can be made at all.
    pub fn new(contract: &'a Contract, operation: &'a Arc<Operation>, seed: u64) -> Result<Self, Obstacle> {
        if let Some(essences) = body::unmade(operation) {
            return Err(Obstacle::MediaType(essences));
        }
        let form = body::choose(operation);
        let parameters = operation
            .parameters
            .iter()
            .map(|parameter| match Extents::of(&parameter.schema, alphabet(parameter)) {
                Err(reason) if parameter.required => Err(Obstacle::Part(parameter.part(), Box::new(reason))),
                made => Ok(made),
            })
            .collect::<Result<_, _>>()?;
        let alphabet = |coding| if coding == Coding::Json { Alphabet::Json } else { Alphabet::Any };
        let body = form.as_ref().map(|form| Extents::of(&form.schema, alphabet(form.coding))).transpose();
        let body = body.map_err(|reason| Obstacle::Part(Location::Body(String::new()), Box::new(reason)))?;
        let links = links_into(contract, operation);
        Ok(Maker { contract, operation, form, seed, parameters, body, links })
    }

    /// The maker with what else gives parts of the request: a link of the document goes before what was inferred.
    #[must_use]
    pub fn with_sources(mut self, sources: &Sources) -> Self {
        // What is deleted must be nobody else's.
        if self.operation.method == http::Method::DELETE {
            self.links.iter_mut().for_each(|(_, from)| *from = of_own(from));
        }
        for (at, inferred) in sources.of_operation(&self.operation.id) {
            if !self.links.iter().any(|(known, _)| known == at) {
                self.links.push((at.clone(), Origin::Inferred(inferred.clone())));
            }
        }
        self
    }

    /// A draft to that extent; the name alone, with the seed, decides what is in it.
    ///
    /// # Errors
    /// When a value cannot be made.
    pub fn draft(&self, extent: Extent, name: &str, caller: &Caller<'_>) -> Result<Draft, Ungeneratable> {
        let mut parameters = Vec::with_capacity(self.operation.parameters.len());
        for (parameter, strategies) in self.operation.parameters.iter().zip(&self.parameters) {
            let words = [self.operation.id.as_str(), name, parameter.name.as_str()];
            let value = match (caller.value(&parameter.part()), strategies) {
                (Some(configured), _) => Some(configured.clone()),
                (None, Ok(strategies)) if self.is_sent(parameter, extent, &words) => {
                    self.parameter(parameter, strategies, extent, &words)?
                }
                _ => None,
            };
            parameters.push(value);
        }
        let body = match (&self.body, &self.form) {
            (Some(strategies), Some(form)) if extent != Extent::Least || self.needs_body() => {
                Some(self.body(strategies, form, extent, name, caller)?)
            }
            _ => None,
        };
        Ok(Draft { parameters, body })
    }

    /// Optional parts of which no value can be made, and why.
    pub fn unmade(&self) -> impl Iterator<Item = (Location, &Ungeneratable)> {
        let parameters = self.operation.parameters.iter().zip(&self.parameters);
        parameters.filter_map(|(parameter, strategies)| Some((parameter.part(), strategies.as_ref().err()?)))
    }

    fn is_sent(&self, parameter: &Parameter, extent: Extent, words: &[&str]) -> bool {
        let optional = match extent {
            Extent::Least => false,
            Extent::Most => true,
            Extent::Free => seed::number(self.seed, words).is_multiple_of(2),
        };
        optional || parameter.required || parameter.location == ParameterLocation::Path
    }

    /// Whether a request without a body breaks the contract.
    pub fn needs_body(&self) -> bool {
        self.operation.body.as_ref().is_some_and(|body| body.required)
    }

    fn parameter(
        &self,
        parameter: &Parameter,
        strategies: &Extents,
        extent: Extent,
        words: &[&str],
    ) -> Result<Option<Value>, Ungeneratable> {
        let node = Node::root(&parameter.schema);
        let in_path = parameter.location == ParameterLocation::Path;
        let is_name = in_path && !varies(self, parameter);
        let of_path = ["path", parameter.name.as_str()];
        let (words, extent) = if is_name { (of_path.as_slice(), Extent::Least) } else { (words, extent) };
        if is_name || identity::is_id(&parameter.name, &node) {
            let documented = parameter.examples.first().or_else(|| identity::example(&node));
            if let Some(documented) = documented.filter(|value| !value.is_null()) {
                return Ok(Some(documented.clone()));
            }
            let made_up = Value::from(identity::made_up(&seed::word(self.seed, words)));
            if identity::is_free_text(&node) && parameter.schema.is_valid(&made_up) {
                return Ok(Some(made_up));
            }
        }
        if parameter.style == ParameterStyle::Json {
            return strategies.value(extent, &mut seed::runner(self.seed, words)).map(Some);
        }
        let value = self.text_value(&parameter.schema, strategies, extent, words)?;
        let is_unwritten = value.as_ref().is_none_or(|value| !serialise::is_written(parameter, value));
        if parameter.required && is_unwritten {
            let most = self.text_value(&parameter.schema, strategies, Extent::Most, words)?;
            return most.map(Some).ok_or_else(|| nothing_but_null(&parameter.schema));
        }
        if value.is_none() && in_path { Err(nothing_but_null(&parameter.schema)) } else { Ok(value) }
    }

    /// A value for what is written as text; `None` where null alone keeps the schema.
    fn text_value(
        &self,
        schema: &Schema,
        strategies: &Extents,
        extent: Extent,
        words: &[&str],
    ) -> Result<Option<Value>, Ungeneratable> {
        let mut runner = seed::runner(self.seed, words);
        // The plain extents always give the same, which may be null.
        for extent in std::iter::once(extent).chain(std::iter::repeat_n(Extent::Free, DRAWS)) {
            let value = strategies.value(extent, &mut runner)?;
            if let Some(value) = without_nulls(&value).filter(|value| schema.is_valid(value)) {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn body(
        &self,
        strategies: &Extents,
        form: &BodyForm<'_>,
        extent: Extent,
        name: &str,
        caller: &Caller<'_>,
    ) -> Result<Value, Ungeneratable> {
        let words = [self.operation.id.as_str(), name, "body#"];
        let value = |extent| match form.coding {
            Coding::Json => strategies.value(extent, &mut seed::runner(self.seed, &words)),
            _ => {
                let value = self.text_value(&form.schema, strategies, extent, &words)?;
                value.ok_or_else(|| nothing_but_null(&form.schema))
            }
        };
        let mut body = value(extent)?;
        if !form.can_send(&body) {
            body = value(Extent::Most)?;
        }
        self.identify(&mut body, form, name, caller);
        Ok(body)
    }

    /// Gives the body ids of its own, where neither the document nor the configuration has one.
    pub fn identify(&self, body: &mut Value, form: &BodyForm<'_>, name: &str, caller: &Caller<'_>) {
        let words = [self.operation.id.as_str(), name, "body#"];
        identity::pin(body, &form.schema, &seed::word(self.seed, &words));
        identity::configure(body, &form.schema, caller);
    }

    /// The request of a draft, with the credentials that this caller has for the operation.
    pub fn request(&self, draft: &Draft, caller: &Caller<'_>) -> Request {
        self.request_as(draft, caller, caller.requirement(self.operation))
    }

    /// The request of a draft, with the credentials of one alternative.
    pub fn request_as(&self, draft: &Draft, caller: &Caller<'_>, requirement: Option<&SecurityRequirement>) -> Request {
        let mut request = Request {
            method: self.operation.method.clone(),
            path: self.operation.path.clone(),
            path_values: Vec::new(),
            query: Vec::new(),
            headers: vec![("Accept".to_owned(), Text::plain(accept(self.operation)))],
            content: draft.body.as_ref().zip(self.form.as_ref()).map(|(body, form)| form.content(body)),
            bindings: self.bindings(draft, caller),
        };
        for (parameter, value) in self.operation.parameters.iter().zip(&draft.parameters) {
            let is_sent = |value: &&Value| !is_reserved(parameter) && serialise::is_written(parameter, value);
            if let Some(value) = value.as_ref().filter(|value| parameter.required || is_sent(value)) {
                add_parameter(&mut request, parameter, value);
            }
        }
        caller.dress(&mut request, requirement);
        request
    }

    /// Whether another operation's answer gives that part.
    pub fn is_given(&self, at: &Location) -> bool {
        self.links.iter().any(|(known, _)| known == at)
    }

    /// The request of a draft about a thing that no other request knows.
    pub fn request_of_own(&self, draft: &Draft, caller: &Caller<'_>) -> Request {
        let mut request = self.request(draft, caller);
        request.bindings.iter_mut().for_each(|binding| binding.from = of_own(&binding.from));
        request
    }

    /// The parts that an earlier answer gives, unless the configuration does.
    fn bindings(&self, draft: &Draft, caller: &Caller<'_>) -> Vec<Binding> {
        let is_open = |at: &Location| caller.value(at).is_none() && draft.value(self.operation, at).is_some();
        let each = |(at, from): &(Location, Origin)| match (at, from, &draft.body) {
            (Location::Body(pointer), Origin::Inferred(_), Some(body)) => {
                let all = pointer::of_each_item(body, pointer).into_iter();
                all.map(|pointer| Binding { at: Location::Body(pointer), from: from.clone() }).collect()
            }
            _ => vec![Binding { at: at.clone(), from: from.clone() }],
        };
        self.links.iter().flat_map(each).filter(|binding| is_open(&binding.at)).collect()
    }

    /// A case of this operation without promises, state and mark.
    pub fn case(&self, kind: CaseKind, name: &str, request: Request, expect: Expect) -> Case {
        Case {
            id: CaseId(format!("{}/{}/{name}", self.operation.id, kind.name())),
            operation: Arc::clone(self.operation),
            kind,
            state: None,
            request,
            expect,
            promises: Vec::new(),
            mark: None,
            elsewhere: false,
        }
    }
}

/// Adds the text of a parameter to a request.
pub(super) fn add_parameter(request: &mut Request, parameter: &Parameter, value: &Value) {
    let name = parameter.name.clone();
    match parameter.location {
        ParameterLocation::Path => request.path_values.push((name, serialise::text(parameter, value))),
        ParameterLocation::Query => {
            request.query.extend(serialise::pairs(parameter, value));
        }
        ParameterLocation::Header => caller::set_header(request, &name, serialise::text(parameter, value)),
        ParameterLocation::Cookie => {
            for (name, text) in serialise::pairs(parameter, value) {
                cookie::add(request, &name, text);
            }
        }
    }
}

/// The media type that the stream switch asks for with this draft.
pub(super) fn expected_form(operation: &Operation, draft: &Draft) -> Option<String> {
    let switch = operation.stream_switch.as_ref()?;
    switch.form(draft.value(operation, &switch.on)).map(str::to_owned)
}

/// All that the operation documents, where it documents several forms: the request switches by other means.
fn accept(operation: &Operation) -> String {
    let successes =
        operation.responses.iter().filter(|response| response.status.matches(200) || response.status.matches(201));
    let mut essences: Vec<&str> = Vec::new();
    for media in successes.flat_map(|response| &response.media) {
        if !essences.contains(&media.essence.as_str()) {
            essences.push(&media.essence);
        }
    }
    if essences.len() < 2 { "*/*".to_owned() } else { format!("{}, */*;q=0.1", essences.join(", ")) }
}

/// What the text of a parameter may be made of.
pub(super) fn alphabet(parameter: &Parameter) -> Alphabet {
    match parameter.location {
        ParameterLocation::Path => Alphabet::Path,
        ParameterLocation::Query => Alphabet::Any,
        ParameterLocation::Header | ParameterLocation::Cookie => Alphabet::Header,
    }
}

/// What other operations' answers give to this one; the first link wins where several feed one part.
fn links_into(contract: &Contract, operation: &Operation) -> Vec<(Location, Origin)> {
    let others = contract.operations.iter().filter(|other| other.id != operation.id);
    let mut found: Vec<(Location, Origin)> = Vec::new();
    for other in others {
        let links = other.responses.iter().flat_map(|response| &response.links);
        for (at, value) in links.filter(|link| link.operation == operation.id).flat_map(|link| &link.parameters) {
            if !found.iter().any(|(known, _)| known == at) {
                let from = Origin::Operation { operation: other.id.clone(), value: value.clone() };
                found.push((at.clone(), from));
            }
        }
    }
    found
}

/// The same value out of an answer that is lent to nobody else.
fn of_own(from: &Origin) -> Origin {
    match from {
        Origin::Operation { operation, value } => Origin::Inferred(Inferred {
            operation: operation.clone(),
            values: vec![Given::At(value.clone())],
            basis: Basis::Link,
        }),
        other => other.clone(),
    }
}

/// The index of the parameter that stands there.
pub(super) fn parameter_at(operation: &Operation, at: &Location) -> Option<usize> {
    operation.parameters.iter().position(|parameter| is_at(parameter, at))
}
/// Why there is no value of a schema that text can write.
fn nothing_but_null(schema: &Schema) -> Ungeneratable {
    Ungeneratable { at: String::new(), place: schema.place().map(|place| place.to_string()), why: Why::Impossible }
}
