//! The request of a step: what the suite writes, and what it leaves to us.

use serde_json::Value;

use super::LaterValue;
use super::scope::Scope;
use crate::contract::Location;
use crate::generate::body::Coding;
use crate::generate::caller::{self, Caller};
use crate::generate::draft::{Draft, is_reserved};
use crate::generate::maker::{self, Maker};
use crate::generate::strategy::Extent;
use crate::generate::suite::{SuiteBody, SuiteStep};
use crate::generate::{Binding, Origin, Request, cookie, identity, pointer};
use crate::target::Text;

/// A request, and the draft that it was made of.
pub(super) struct Made {
    pub request: Request,
    pub draft: Draft,
}

/// Makes the request of a step.
///
/// # Errors
/// When the operation has no place for what the suite gives, or a value can never be had.
pub(super) fn make(
    maker: &Maker<'_>,
    scope: &Scope<'_>,
    step: &SuiteStep,
    (parameters, body): (&[(Location, Value)], Option<&SuiteBody>),
    caller: &Caller<'_>,
) -> Result<Made, String> {
    let name = format!("workflow/{}/{}", scope.workflow.id, step.id);
    let draft = maker.draft(Extent::Least, &name, caller).map_err(|reason| reason.to_string())?;
    let mut filling = Filling { maker, scope, step, draft, bindings: Vec::new(), undeclared: Vec::new() };
    for (at, value) in parameters {
        filling.parameter(at, value)?;
    }
    if let Some(body) = body {
        filling.body(body)?;
    }
    Ok(filling.finish(parameters, caller))
}

/// A draft that is being filled with what the suite writes.
struct Filling<'a> {
    maker: &'a Maker<'a>,
    scope: &'a Scope<'a>,
    step: &'a SuiteStep,
    draft: Draft,
    bindings: Vec<Binding>,
    /// Parameters that the operation does not declare, which are sent all the same.
    undeclared: Vec<(Location, Value)>,
}

impl Filling<'_> {
    fn parameter(&mut self, at: &Location, value: &Value) -> Result<(), String> {
        let Some(written) = self.scope.written(self.step, value)? else { return Ok(()) };
        let index = maker::parameter_at(self.maker.operation, at);
        let index = index.filter(|index| {
            self.maker.operation.parameters.get(*index).is_some_and(|parameter| !is_reserved(parameter))
        });
        if index.is_none() && matches!(at, Location::Path(_)) {
            return Err(format!("no parameter {at}"));
        }
        let mut bound = written.bound.into_iter();
        let template = match bound.next() {
            Some((inside, template)) if inside.is_empty() => Some(template),
            Some(_) => return Err(format!("{at} is made of parts that are not known before")),
            None => None,
        };
        match (index.and_then(|index| self.draft.parameters.get_mut(index)), &template) {
            (Some(place), Some(_)) => {
                place.get_or_insert_with(|| Value::from(identity::made_up("bound")));
            }
            (Some(place), None) => *place = Some(written.value),
            (None, Some(_)) => {}
            (None, None) => self.undeclared.push((at.clone(), written.value)),
        }
        self.bindings.extend(template.map(|template| Binding { at: at.clone(), from: Origin::Workflow(template) }));
        Ok(())
    }

    fn body(&mut self, body: &SuiteBody) -> Result<(), String> {
        let form = self.maker.form.as_ref().ok_or("the operation takes no body that we can make")?;
        let essence = |content_type: &str| content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        if let Some(asked) = &body.content_type
            && essence(asked) != essence(&form.content_type)
        {
            return Err(format!("a body of {asked} is asked for, and {} is sent", form.content_type));
        }
        let is_json = form.coding == Coding::Json;
        if let Some(payload) = &body.payload {
            let payload = if is_json { as_json(payload) } else { payload.clone() };
            let written = self.scope.written(self.step, &payload)?;
            self.set_body("", written);
        }
        for (target, value) in &body.replacements {
            let written = self.scope.written(self.step, value)?;
            let can = self.draft.body.as_ref().is_some_and(|body| pointer::set(&mut body.clone(), target, Value::Null));
            if !can {
                return Err(format!("the payload has no place {target}"));
            }
            self.set_body(target, written);
        }
        let bound = self.bindings.iter().any(|binding| matches!(binding.at, Location::Body(_)));
        if bound && form.coding == Coding::Text {
            return Err(format!("a body of {} cannot take values of earlier steps", form.content_type));
        }
        Ok(())
    }

    /// Puts a value into the body, and stand-ins where it is not known yet.
    fn set_body(&mut self, at: &str, written: Option<LaterValue>) {
        let written = written.unwrap_or(LaterValue { value: Value::Null, bound: Vec::new() });
        let body = match (self.draft.body.take(), at) {
            (least, "") => completed(written.value, least),
            (Some(mut body), at) => {
                pointer::set(&mut body, at, written.value);
                body
            }
            (None, _) => written.value,
        };
        let body = self.draft.body.insert(body);
        for (inside, template) in written.bound {
            let at = format!("{at}{inside}");
            pointer::set(body, &at, Value::from(identity::made_up("bound")));
            self.bindings.push(Binding { at: Location::Body(at), from: Origin::Workflow(template) });
        }
    }

    fn finish(self, parameters: &[(Location, Value)], caller: &Caller<'_>) -> Made {
        let mut request = self.maker.request(&self.draft, caller);
        for (at, value) in self.undeclared {
            add(&mut request, &at, Text::plain(text_of(&value)));
        }
        let written = |at: &Location| parameters.iter().any(|(known, _)| known == at);
        let bound = |at: &Location| self.bindings.iter().any(|binding| binding.at == *at);
        request.bindings.retain(|link| !written(&link.at) && !bound(&link.at));
        request.bindings.extend(self.bindings.clone());
        Made { request, draft: self.draft }
    }
}

/// JSON that the suite writes as a text, such as a payload in a block scalar.
fn as_json(payload: &Value) -> Value {
    let parsed = payload.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    parsed.filter(|value| value.is_object() || value.is_array()).unwrap_or_else(|| payload.clone())
}

/// The payload, with the members that it leaves out and the contract asks for.
fn completed(mut body: Value, least: Option<Value>) -> Value {
    if let (Value::Object(members), Some(Value::Object(least))) = (&mut body, least) {
        for (name, value) in least {
            members.entry(name).or_insert(value);
        }
    }
    body
}

fn add(request: &mut Request, at: &Location, text: Text) {
    match at {
        Location::Query(name) => request.query.push((name.clone(), text)),
        Location::Header(name) => caller::set_header(request, name, text),
        Location::Cookie(name) => cookie::add(request, name, text),
        // A path has only the variables that it declares, and a body is no parameter.
        Location::Path(_) | Location::Body(_) => {}
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
