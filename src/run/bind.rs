//! Values that one answer gives to another request.
//!
//! What an operation gives is asked for before it is needed, as often as requests may need it at once: so a run
//! sends as many of these requests as it announced, however its requests interleave.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::dispatch::Unsent;
use super::things::{Made, Things};
use crate::contract::Location;
use crate::generate::{Body, Case, CaseKind, Origin, Plan, Request, Workflow};
use crate::judge::{Known, value_of};
use crate::send::Exchange;
use crate::target::Text;

/// Why a bound part of a request has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The case was not sent.
    #[error(transparent)]
    Unsent(#[from] Unsent),
    /// No case of the operation can be a source.
    #[error("no request to {0} can be made to take {1} from")]
    NoProvider(String, Location),
    /// No source's answer has such a value.
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

/// A request that is sent for the values in its answer, and how often.
#[derive(Debug, Clone)]
pub struct Source {
    /// The request.
    pub case: Case,
    /// As often as cases may need its values at once.
    pub times: usize,
}

/// The request of each operation that can be sent for the values in its answer: its first example, or else its
/// first positive case.
pub fn providers(plan: &Plan) -> HashMap<String, Case> {
    let mut providers = HashMap::new();
    for kind in [CaseKind::Example, CaseKind::Positive] {
        for case in plan.cases.iter().filter(|case| case.kind == kind && case.request.bindings.is_empty()) {
            providers.entry(case.operation.id.clone()).or_insert_with(|| case.clone());
        }
    }
    providers
}

/// The sources that a plan needs, by operation: each as often as requests under way at once may need it, and at
/// most so many times.
pub fn sources(plan: &Plan, providers: &HashMap<String, Case>, most: usize) -> Vec<Source> {
    let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
    let steps = plan.workflows.iter().flat_map(Workflow::cases);
    for case in plan.cases.iter().chain(steps) {
        operations(&case.request).into_iter().for_each(|operation| *needed.entry(operation).or_default() += 1);
    }
    let source = |(operation, number): (&str, usize)| {
        let case = providers.get(operation)?.clone();
        Some(Source { case, times: number.min(most) })
    };
    needed.into_iter().filter_map(source).collect()
}

/// The operations whose answers a request takes values from, in one order for all requests: two that wait
/// for the same two never wait for each other.
pub fn operations(request: &Request) -> Vec<&str> {
    let mut operations: Vec<&str> = request
        .bindings
        .iter()
        .filter_map(|binding| match &binding.from {
            Origin::Operation { operation, .. } => Some(operation.as_str()),
            Origin::Inferred(_) | Origin::Workflow(_) => None,
        })
        .collect();
    operations.sort_unstable();
    operations.dedup();
    operations
}

/// Answers of sources, each lent to one case at a time, so that no two share a session, and the things that were
/// made for requests.
pub struct Links {
    pools: HashMap<String, Arc<Pool>>,
    /// What inferred parts are taken from.
    pub things: Things,
}

/// The answers of one operation.
struct Pool {
    case: Case,
    idle: Mutex<Vec<Exchange>>,
    /// One permit for each idle answer.
    free: Arc<Semaphore>,
    /// Answers that came, idle or lent.
    answers: AtomicUsize,
}

/// An answer lent to one case; it goes back when this is dropped.
struct Loan {
    pool: Arc<Pool>,
    exchange: Exchange,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.pool.put(self.exchange.clone());
    }
}

/// The answers lent to one case, until it was answered itself.
pub struct Lease(#[expect(dead_code, reason = "it is held for its end")] Vec<Loan>);

impl Pool {
    fn put(&self, exchange: Exchange) {
        // Pushing cannot leave the list in disorder, so a panic elsewhere does not matter.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    fn get(&self) -> Option<Exchange> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Links {
    /// Pools for these sources, still empty.
    pub fn new(sources: &[Source]) -> Self {
        let pool = |source: &Source| {
            let case = source.case.clone();
            let id = case.operation.id.clone();
            (
                id,
                Arc::new(Pool {
                    case,
                    idle: Mutex::default(),
                    free: Arc::new(Semaphore::new(0)),
                    answers: AtomicUsize::new(0),
                }),
            )
        };
        Links { pools: sources.iter().map(pool).collect(), things: Things::default() }
    }

    /// The request to an operation that gave values to others.
    pub fn source(&self, operation: &str) -> Option<Case> {
        let linked = self.pools.get(operation).map(|pool| pool.case.clone());
        linked.or_else(|| self.things.source(operation))
    }

    /// Takes the answer of a source for cases to come; one that is no success gives nothing.
    pub fn add(&self, source: &Case, exchange: &Exchange) {
        let succeeded = exchange.answer().is_some_and(|answer| (200..300).contains(&answer.status));
        if let Some(pool) = self.pools.get(&source.operation.id).filter(|_| succeeded) {
            pool.put(exchange.clone());
            pool.answers.fetch_add(1, Ordering::Relaxed);
            pool.free.add_permits(1);
        }
    }

    /// Fills in the parts of a case that other operations give, as soon as their answers are free.
    ///
    /// # Errors
    /// When a value cannot be had.
    pub async fn lend(&self, case: &mut Case) -> Result<Lease, BindError> {
        self.lend_about(case, None).await
    }

    /// The same for a case about a thing that was made for it.
    ///
    /// # Errors
    /// When a value cannot be had.
    pub async fn lend_about(&self, case: &mut Case, made: Option<&Made>) -> Result<Lease, BindError> {
        self.things.fill(case, made);
        let mut loans: HashMap<String, Loan> = HashMap::new();
        for operation in operations(&case.request) {
            if let Some(loan) = self.loan(operation).await {
                loans.insert(operation.to_owned(), loan);
            }
        }
        for binding in case.request.bindings.clone() {
            let Origin::Operation { operation, value } = &binding.from else { continue };
            if !self.pools.contains_key(operation) {
                return Err(BindError::NoProvider(operation.clone(), binding.at));
            }
            let given = loans.get(operation).and_then(|loan| value_of(value, &loan.pool.case, &loan.exchange));
            let given = given.ok_or_else(|| BindError::NoValue {
                operation: operation.clone(),
                value: value.to_string(),
                at: binding.at.clone(),
            })?;
            fill(&mut case.request, &binding.at, &given);
        }
        Ok(Lease(loans.into_values().collect()))
    }

    /// The next answer that is free; `None` where the operation never gave one.
    async fn loan(&self, operation: &str) -> Option<Loan> {
        let pool = self.pools.get(operation)?;
        if pool.answers.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let permit = pool.free.clone().acquire_owned().await.ok()?;
        Some(Loan { exchange: pool.get()?, pool: pool.clone(), _permit: permit })
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
pub fn fill(request: &mut Request, at: &Location, value: &Value) {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match at {
        Location::Path(name) => set(&mut request.path_values, name, Text::plain(text)),
        Location::Query(name) => {
            set(&mut request.query, name, Text::plain(text));
            let first = request.query.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
            let mut index = 0..;
            request.query.retain(|(known, _)| index.next() == first || known != name);
        }
        Location::Header(name) => set(&mut request.headers, name, Text::plain(text)),
        Location::Cookie(name) => request.headers.push(("Cookie".to_owned(), Text::plain(format!("{name}={text}")))),
        Location::Body(pointer) => {
            if let Some(Body::Json(body) | Body::Form(body)) = request.content.as_mut().map(|content| &mut content.body)
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
            path_values: vec![("id".to_owned(), Text::plain("stand-in"))],
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
        assert_eq!(request.path_values[0].1, Text::plain("ses_1"));
        assert_eq!(request.headers[0].1.to_string(), "7");
        let Some(Content { body: Body::Json(body), .. }) = request.content else { panic!("no body") };
        assert_eq!(body, json!({"a": [1, {"x": 1}]}));
    }

    #[test]
    fn a_value_takes_the_place_of_its_stand_in_in_a_form() {
        let form = |body, at: &str, value| {
            let content = Content { content_type: None, body: Body::Form(body) };
            let mut request = Request { content: Some(content), ..request() };
            fill(&mut request, &Location::Body(at.into()), &value);
            String::from_utf8(request.content.unwrap().body.to_bytes()).unwrap()
        };
        assert_eq!(form(json!({"code": "stand-in", "n": 7}), "/code", json!("a&b c")), "code=a%26b+c&n=7");
        assert_eq!(form(json!("stand-in"), "", json!("code=7&n=1")), "code=7&n=1");
    }
}
