//! A small server that keeps pets, and ways in which it may stray from its document.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What it promises.
pub const SPEC: &str = include_str!("pets.yaml");

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ways {
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// What a creation is answered.
    pub creation: Creation,
    /// Whether what was deleted is kept and answered 410.
    pub remembers: bool,
    /// Whether a creation shows only a moment later.
    pub lags: bool,
    /// Whether there is a pet that nobody made, [`OLD`].
    pub is_stocked: bool,
}

/// The id of a pet that was there before.
pub const OLD: u64 = 907_301;

/// What may be wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What was created is not kept.
    Forgets,
    /// What was created is kept under another name.
    Renames,
    /// What was deleted is still there.
    Keeps,
    /// The first that was deleted is still there for two looks, and nothing that is deleted later.
    KeepsForAMoment,
    /// The second deletion fails.
    FailsTwice,
    /// Whatever is asked for is there.
    ServesAll,
    /// Whoever asks is served.
    IgnoresOwner,
}

/// What a creation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Creation {
    /// The pet.
    #[default]
    Whole,
    /// The pet in `data`.
    Nested,
    /// Where it is, as a path.
    Path,
    /// Where it is, as a URL.
    Url,
    /// That it will be there.
    Later,
}

/// A server on a port of its own.
pub struct Shop {
    pub url: String,
    requests: Arc<AtomicUsize>,
    pets: Arc<Mutex<Pets>>,
}

impl Shop {
    /// How many requests it was sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// What became of the pet that was there before: how often it was asked for, and what it is called.
    pub fn old(&self) -> Option<(usize, Value)> {
        let pets = self.pets.lock().unwrap_or_else(PoisonError::into_inner);
        pets.known.get(&OLD).filter(|pet| !pet.deleted).map(|pet| (pet.asked, pet.name.clone()))
    }

    /// Starts one on the runtime that is there.
    pub async fn start(ways: Ways) -> std::io::Result<Shop> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let requests = Arc::new(AtomicUsize::new(0));
        let pets: Arc<Mutex<Pets>> = Arc::default();
        if ways.is_stocked {
            let pet = Pet { owner: "ann".to_owned(), name: json!("Methuselah"), deleted: false, asked: 0 };
            pets.lock().unwrap_or_else(PoisonError::into_inner).known.insert(OLD, pet);
        }
        let counter = Counter { requests: requests.clone(), ways, base: url.clone(), pets: pets.clone() };
        tokio::spawn(axum::serve(listener, Router::new().fallback(answer).with_state(counter)).into_future());
        Ok(Shop { url, requests, pets })
    }
}

#[derive(Clone)]
struct Counter {
    requests: Arc<AtomicUsize>,
    ways: Ways,
    base: String,
    pets: Arc<Mutex<Pets>>,
}

#[derive(Default)]
struct Pets {
    known: BTreeMap<u64, Pet>,
    last: u64,
    /// How often what was deleted was looked for.
    looked_for: usize,
}

struct Pet {
    owner: String,
    name: Value,
    deleted: bool,
    asked: usize,
}

/// An answer: status, what stands in `Location` or `Allow`, and the body.
type Said = (u16, Option<(header::HeaderName, String)>, Value);

async fn answer(State(counter): State<Counter>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    counter.requests.fetch_add(1, Ordering::Relaxed);
    let (status, field, body) = said(&counter, &method, uri.path(), &headers, &body);
    let status = StatusCode::from_u16(status).expect("it is a status");
    let mut response = match body {
        Value::Null => status.into_response(),
        body => (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
    };
    if let Some((name, value)) = field {
        response.headers_mut().insert(name, value.parse().expect("it is a header's value"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, "Bearer".parse().expect("it is a header's value"));
    }
    response
}

/// Status and code.
type Refusal = (u16, &'static str);

fn refused(status: u16, code: &str) -> Said {
    (status, None, json!({ "error": code }))
}

fn said(counter: &Counter, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Said {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let owner = match text(header::AUTHORIZATION) {
        "Bearer token-of-ann" => "ann",
        "Bearer token-of-bob" => "bob",
        _ => return refused(401, "unauthorized"),
    };
    let mut pets = counter.pets.lock().unwrap_or_else(PoisonError::into_inner);
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let name = || read(text(header::CONTENT_TYPE), body);
    match (segments.as_slice(), method.as_str()) {
        (["pets"], "POST") => {
            name().map_or_else(|(status, code)| refused(status, code), |name| create(counter, &mut pets, owner, name))
        }
        (["pets"], "GET") => {
            let own = pets.known.iter().filter(|(_, pet)| pet.owner == owner && !pet.deleted);
            (200, None, own.map(|(id, pet)| shown(*id, &pet.name)).collect())
        }
        (["pets"], _) => (405, Some((header::ALLOW, "GET, POST".to_owned())), json!({ "error": "method" })),
        (["pets", id], "GET" | "PUT" | "DELETE") => {
            let Ok(id) = id.parse::<u64>() else { return refused(404, "not_found") };
            one(counter.ways, &mut pets, owner, id, method.as_str(), name)
        }
        (["pets", _], _) => (405, Some((header::ALLOW, "DELETE, GET, PUT".to_owned())), json!({ "error": "method" })),
        _ => refused(404, "not_found"),
    }
}

/// The name in a body that keeps to the document.
fn read(content_type: &str, body: &[u8]) -> Result<Value, Refusal> {
    if !content_type.starts_with("application/json") {
        return Err((415, "media_type"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| (400, "not_json"))?;
    let name = body.get("name").and_then(Value::as_str);
    let fits = name.is_some_and(|name| (1..=80).contains(&name.chars().count()));
    let alone = body.as_object().is_some_and(|members| members.len() == 1);
    if fits && alone { Ok(body["name"].clone()) } else { Err((422, "invalid")) }
}

fn create(counter: &Counter, pets: &mut Pets, owner: &str, name: Value) -> Said {
    pets.last += 1;
    let id = pets.last;
    let kept = if counter.ways.fault == Some(Fault::Renames) { json!("Rex") } else { name.clone() };
    if counter.ways.fault != Some(Fault::Forgets) && counter.ways.creation != Creation::Later {
        pets.known.insert(id, Pet { owner: owner.to_owned(), name: kept, deleted: false, asked: 0 });
    }
    let path = format!("/pets/{id}");
    match counter.ways.creation {
        Creation::Whole => (201, None, shown(id, &name)),
        Creation::Nested => (201, None, json!({ "data": shown(id, &name) })),
        Creation::Path => (201, Some((header::LOCATION, path)), Value::Null),
        Creation::Url => (201, Some((header::LOCATION, format!("{}{path}", counter.base))), Value::Null),
        Creation::Later => (202, None, Value::Null),
    }
}

fn one(
    ways: Ways,
    pets: &mut Pets,
    owner: &str,
    id: u64,
    method: &str,
    name: impl Fn() -> Result<Value, Refusal>,
) -> Said {
    let serves_all = ways.fault == Some(Fault::ServesAll) && method != "DELETE" && id > 0;
    let everybody = ways.fault == Some(Fault::IgnoresOwner);
    let is_deleted = pets.known.get(&id).is_some_and(|pet| pet.deleted);
    pets.looked_for += usize::from(is_deleted && method == "GET");
    let is_first = pets.looked_for <= 2;
    let known = pets.known.get_mut(&id).filter(|pet| pet.owner == owner || everybody);
    let Some(pet) = known else {
        return match (serves_all, method) {
            (true, "PUT") => {
                name().map_or_else(|(status, code)| refused(status, code), |name| (200, None, shown(id, &name)))
            }
            (true, _) => (200, None, shown(id, &json!("Rex"))),
            (false, _) => refused(404, "not_found"),
        };
    };
    pet.asked += 1;
    if pet.deleted {
        return match (ways.fault, method) {
            (Some(Fault::FailsTwice), "DELETE") => refused(500, "oops"),
            (Some(Fault::Keeps), "GET") => (200, None, shown(id, &pet.name)),
            (Some(Fault::KeepsForAMoment), "GET") if is_first => (200, None, shown(id, &pet.name)),
            _ => refused(if ways.remembers { 410 } else { 404 }, "not_found"),
        };
    }
    match method {
        "GET" if ways.lags && pet.asked == 1 => refused(404, "not_found"),
        "PUT" => match name() {
            Ok(name) => {
                pet.name = name.clone();
                (200, None, shown(id, &name))
            }
            Err((status, code)) => refused(status, code),
        },
        "DELETE" => {
            pet.deleted = true;
            (204, None, Value::Null)
        }
        _ => (200, None, shown(id, &pet.name)),
    }
}

fn shown(id: u64, name: &Value) -> Value {
    json!({ "id": id, "name": name })
}
