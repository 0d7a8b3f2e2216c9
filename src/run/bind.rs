//! Values that one answer gives to another request.

use std::collections::HashMap;

use serde_json::Value;
use tokio::sync::Mutex;

use super::dispatch::{Dispatcher, Unsent};
use crate::contract::Location;
use crate::generate::{Body, Case, CaseKind, Origin, Request};
use crate::judge::{Known, value_of};
use crate::send::Exchange;
use crate::target::Text;

/// Why a bound part of a request has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The source was not sent.
    #[error(transparent)]
    Unsent(#[from] Unsent),
    /// No case of the operation can be a source.
    #[error("no request to {0} can be made to take {1} from")]
    NoProvider(String, Location),
    /// The source's answer has no such value.
    #[error("no answer of {operation} gave {value} for {at}")]
    NoValue {
        /// The operation that should give it.
        operation: String,
        /// Where in its exchange.
        value: String,
        /// The part that needs it.
        at: Location,
    },
}

/// Values from links, each lent to one case at a time, so that no two share a session.
pub struct Links {
    providers: HashMap<String, Case>,
    idle: Mutex<HashMap<Origin, Vec<Value>>>,
}

/// Values lent to one case.
pub struct Lease {
    values: Vec<(Origin, Value)>,
    /// Exchanges that were needed to get them.
    pub exchanges: Vec<(Case, Exchange)>,
}

impl Links {
    /// The first example of each operation, or else its first positive case, is the source of its values.
    pub fn new<'a>(cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut providers: HashMap<String, Case> = HashMap::new();
        let mut sources: Vec<&Case> =
            cases.filter(|case| matches!(case.kind, CaseKind::Example | CaseKind::Positive)).collect();
        sources.sort_by_key(|case| case.kind != CaseKind::Example);
        for case in sources.into_iter().filter(|case| case.request.bindings.is_empty()) {
            providers.entry(case.operation.id.clone()).or_insert_with(|| case.clone());
        }
        Links { providers, idle: Mutex::default() }
    }

    /// Fills in the parts of a case that other operations give.
    ///
    /// # Errors
    /// When a value cannot be had.
    pub async fn lend(&self, dispatcher: &Dispatcher, case: &mut Case) -> Result<Lease, BindError> {
        let mut lease = Lease { values: Vec::new(), exchanges: Vec::new() };
        for binding in case.request.bindings.clone() {
            let Origin::Operation { operation, value } = &binding.from else { continue };
            let idle = self.idle.lock().await.get_mut(&binding.from).and_then(Vec::pop);
            let given = match idle {
                Some(given) => given,
                None => {
                    let provider = self
                        .providers
                        .get(operation)
                        .ok_or_else(|| BindError::NoProvider(operation.clone(), binding.at.clone()))?;
                    let exchange = dispatcher.send(provider).await?;
                    let succeeded = exchange.answer().is_some_and(|answer| (200..300).contains(&answer.status));
                    let given = value_of(value, provider, &exchange).filter(|_| succeeded);
                    lease.exchanges.push((provider.clone(), exchange));
                    given.ok_or_else(|| BindError::NoValue {
                        operation: operation.clone(),
                        value: value.to_string(),
                        at: binding.at.clone(),
                    })?
                }
            };
            fill(&mut case.request, &binding.at, &given);
            lease.values.push((binding.from.clone(), given));
        }
        Ok(lease)
    }

    /// Takes values back for the next case, and gives the exchanges that were needed to get them.
    pub async fn give_back(&self, lease: Lease) -> Vec<(Case, Exchange)> {
        let mut idle = self.idle.lock().await;
        for (origin, value) in lease.values {
            idle.entry(origin).or_default().push(value);
        }
        lease.exchanges
    }
}

/// Fills in the parts of a case that its workflow gives. Says which value is missing.
pub fn fill_from_workflow(case: &mut Case, known: &Known) -> Result<(), String> {
    for binding in case.request.bindings.clone() {
        if let Origin::Workflow(template) = &binding.from {
            fill(&mut case.request, &binding.at, &known.filled(template)?);
        }
    }
    Ok(())
}

/// Puts a value into one part of a request.
fn fill(request: &mut Request, at: &Location, value: &Value) {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match at {
        Location::Path(name) => set(&mut request.path_values, name, text),
        Location::Query(name) => set(&mut request.query, name, Text::plain(text)),
        Location::Header(name) => set(&mut request.headers, name, Text::plain(text)),
        Location::Cookie(name) => request.headers.push(("Cookie".to_owned(), Text::plain(format!("{name}={text}")))),
        Location::Body(pointer) => {
            if let Some(Body::Json(body)) = request.content.as_mut().map(|content| &mut content.body)
                && let Some(place) = body.pointer_mut(pointer)
            {
                *place = value.clone();
            }
        }
    }
}

fn set<T>(pairs: &mut Vec<(String, T)>, name: &str, value: T) {
    match pairs.iter_mut().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)) {
        Some((_, place)) => *place = value,
        None => pairs.push((name.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::Content;

    fn request() -> Request {
        Request {
            method: http::Method::POST,
            path: "/s/{id}".to_owned(),
            path_values: vec![("id".to_owned(), "stand-in".to_owned())],
            query: Vec::new(),
            headers: Vec::new(),
            content: Some(Content { content_type: None, body: Body::Json(json!({"a": [1, 2]})) }),
            bindings: Vec::new(),
        }
    }

    #[test]
    fn a_value_takes_the_place_of_its_stand_in() {
        let mut request = request();
        fill(&mut request, &Location::Path("id".into()), &json!("ses_1"));
        fill(&mut request, &Location::Body("/a/1".into()), &json!({"x": 1}));
        fill(&mut request, &Location::Header("If-Match".into()), &json!(7));
        assert_eq!(request.path_values[0].1, "ses_1");
        assert_eq!(request.headers[0].1.to_string(), "7");
        let Some(Content { body: Body::Json(body), .. }) = request.content else { panic!("no body") };
        assert_eq!(body, json!({"a": [1, {"x": 1}]}));
    }
}
