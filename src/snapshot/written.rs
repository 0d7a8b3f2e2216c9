//! A snapshot as JSON text, as it stands in a `.snap` file, and back.
//!
//! ```json
//! {
//!   "cases": { "example/first": "200 application/json" },
//!   "answers": {
//!     "200 application/json": {
//!       "headers": ["x-request-id", "x-cost?"],
//!       "json": { "id": "string", "orgId?": "null | string", "messages": [{ "role": "string" }] }
//!     }
//!   }
//! }
//! ```
//!
//! `?` marks what only some answers had, `[…, "or none"]` a list that was empty in some, `"*"` names that are data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::answer::{Answers, Body};
use super::events::Events;
use super::shape::{Items, Members, SCALARS, Shape};
use super::{Presence, Snapshot};

/// Stands for names that are data.
const ANY_NAME: &str = "*";
/// Stands beside the items of a list that may be empty.
const OR_NONE: &str = "or none";
/// Holds the forms of values that are not all of one kind.
const ONE_OF: &str = "one of";
/// Stands for values that were not looked at.
const ANYTHING: &str = "anything";
/// Stands between scalar types.
const OR: &str = " | ";
/// Stands between kinds of events that come in this order.
const THEN: &str = " < ";

impl Snapshot {
    /// The snapshot as text that people read and compare; it ends with a line's end.
    pub fn to_text(&self) -> String {
        let cases = self.cases.iter().map(|(case, answers)| (case.clone(), Value::from(joined(answers.iter(), OR))));
        let answers = self.answers.iter().map(|(label, answers)| (label.clone(), of_answers(answers)));
        let cases: Map<String, Value> = cases.collect();
        let answers: Map<String, Value> = answers.collect();
        format!("{:#}\n", json!({ "cases": cases, "answers": answers }))
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// What is wrong, and where in the text.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let root = Known::object(&value, "the snapshot", &["cases", "answers"])?;
        let cases = root.members("cases")?.map(|(case, answers)| {
            let answers = answers.as_str().ok_or_else(|| format!("`{case}` is no text"))?;
            Ok((case.clone(), answers.split(OR).map(str::to_owned).collect()))
        });
        let answers = root.members("answers")?.map(|(label, answers)| {
            let read = read_answers(answers).map_err(|wrong| format!("`{label}`: {wrong}"))?;
            Ok((label.clone(), read))
        });
        Ok(Snapshot { cases: cases.collect::<Result<_, String>>()?, answers: answers.collect::<Result<_, String>>()? })
    }
}

fn of_answers(answers: &Answers) -> Value {
    let mut written = Map::new();
    if !answers.headers.is_empty() {
        let names = answers.headers.iter().map(|(name, (presence, ()))| Value::from(marked(name, *presence)));
        written.insert("headers".to_owned(), names.collect());
    }
    let Body { empty, text, json, events } = &answers.body;
    let plain = [(empty, "empty"), (text, "text")].into_iter().filter(|(seen, _)| **seen).map(|(_, word)| word);
    let plain = joined(plain, OR);
    if !plain.is_empty() {
        written.insert("body".to_owned(), plain.into());
    }
    written.extend(json.iter().map(|shape| ("json".to_owned(), of_shape(shape))));
    if let Some(events) = events {
        let kind =
            |(kind, (presence, shape)): (&String, &(Presence, Shape))| (marked(kind, *presence), of_shape(shape));
        written.insert("events".to_owned(), Value::Object(events.kinds.iter().map(kind).collect()));
        let order: Vec<_> = chains(events).iter().map(|chain| chain.join(THEN)).collect();
        if !order.is_empty() {
            written.insert("order".to_owned(), order.into());
        }
    }
    Value::Object(written)
}

/// Lists of kinds, each of which always begins before all that follow it, which together hold every such pair.
fn chains(events: &Events) -> Vec<Vec<&str>> {
    let pairs: BTreeSet<(&str, &str)> = events.always_before().collect();
    let rank = |kind: &str| pairs.iter().filter(|(_, later)| *later == kind).count();
    let mut kinds: Vec<&str> = events.kinds.keys().map(String::as_str).collect();
    kinds.sort_by_key(|kind| (rank(kind), *kind));
    let mut left = pairs.clone();
    let mut chains = Vec::new();
    while let Some(pair) = left.first().copied() {
        let mut chain: Vec<&str> = vec![pair.0, pair.1];
        for kind in &kinds {
            let place = chain.iter().take_while(|earlier| pairs.contains(&(**earlier, *kind))).count();
            if !chain.contains(kind) && chain[place..].iter().all(|later| pairs.contains(&(*kind, *later))) {
                chain.insert(place, kind);
            }
        }
        for (index, earlier) in chain.iter().enumerate() {
            for later in &chain[index + 1..] {
                left.remove(&(*earlier, *later));
            }
        }
        chains.push(chain);
    }
    chains
}

fn of_shape(shape: &Shape) -> Value {
    let mut forms = Vec::new();
    if !shape.scalars.is_empty() {
        forms.push(Value::from(joined(shape.scalars.iter(), OR)));
    }
    forms.extend(shape.object.as_ref().map(|members| match members {
        Members::Any(shape) => json!({ ANY_NAME: of_shape(shape) }),
        Members::Named(named) => {
            let member =
                |(name, (presence, shape)): (&String, &(Presence, Shape))| (marked(name, *presence), of_shape(shape));
            Value::Object(named.iter().map(member).collect())
        }
    }));
    forms.extend(shape.array.as_ref().map(|items| match (items.presence, *items.shape == Shape::default()) {
        (_, true) => json!([]),
        (Presence::Always, false) => json!([of_shape(&items.shape)]),
        (Presence::Sometimes, false) => json!([of_shape(&items.shape), OR_NONE]),
    }));
    if shape.open {
        forms.push(ANYTHING.into());
    }
    match <[Value; 1]>::try_from(forms) {
        Ok([form]) => form,
        Err(forms) => json!({ ONE_OF: forms }),
    }
}

fn marked(name: &str, presence: Presence) -> String {
    match presence {
        Presence::Always => name.to_owned(),
        Presence::Sometimes => format!("{name}?"),
    }
}

fn unmarked(name: &str) -> (String, Presence) {
    match name.strip_suffix('?') {
        Some(name) => (name.to_owned(), Presence::Sometimes),
        None => (name.to_owned(), Presence::Always),
    }
}

fn joined<T: AsRef<str>>(texts: impl Iterator<Item = T>, between: &str) -> String {
    texts.map(|text| text.as_ref().to_owned()).collect::<Vec<_>>().join(between)
}

/// An object of which all keys are known.
struct Known<'v>(&'v Map<String, Value>);

impl<'v> Known<'v> {
    fn object(value: &'v Value, what: &str, keys: &[&str]) -> Result<Self, String> {
        let members = value.as_object().ok_or_else(|| format!("{what} is no object"))?;
        match members.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(unknown) => Err(format!("{what} has no `{unknown}`: known are {}", keys.join(", "))),
            None => Ok(Known(members)),
        }
    }

    fn members(&self, key: &str) -> Result<impl Iterator<Item = (&'v String, &'v Value)> + use<'v>, String> {
        let members = self.0.get(key).map(|value| value.as_object().ok_or_else(|| format!("`{key}` is no object")));
        Ok(members.transpose()?.into_iter().flatten())
    }

    fn texts(&self, key: &str) -> Result<Vec<&'v str>, String> {
        let Some(value) = self.0.get(key) else { return Ok(Vec::new()) };
        let texts = value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
        texts.ok_or_else(|| format!("`{key}` is no list of texts"))
    }
}

fn read_answers(value: &Value) -> Result<Answers, String> {
    let written = Known::object(value, "an answer", &["headers", "body", "json", "events", "order"])?;
    let header = |name: &str| {
        let (name, presence) = unmarked(name);
        (name, (presence, ()))
    };
    let headers = written.texts("headers")?.into_iter().map(header).collect();
    let mut body = Body::default();
    for word in written.0.get("body").and_then(Value::as_str).into_iter().flat_map(|body| body.split(OR)) {
        match word {
            "empty" => body.empty = true,
            "text" => body.text = true,
            other => return Err(format!("`{other}` is no form of a body: known are empty, text")),
        }
    }
    body.json = written.0.get("json").map(read_shape).transpose()?;
    if written.0.contains_key("events") {
        let mut before = BTreeSet::new();
        for chain in written.texts("order")? {
            let kinds: Vec<_> = chain.split(THEN).collect();
            for (index, later) in kinds.iter().enumerate() {
                let pair = |earlier: &&str| ((*earlier).to_owned(), (*later).to_owned());
                before.extend(kinds[..index].iter().map(pair));
            }
        }
        body.events = Some(Events { kinds: read_named(written.members("events")?)?, before });
    }
    Ok(Answers { headers, body })
}

fn read_named<'v>(
    members: impl Iterator<Item = (&'v String, &'v Value)>,
) -> Result<BTreeMap<String, (Presence, Shape)>, String> {
    let read = members.map(|(name, shape)| {
        let (name, presence) = unmarked(name);
        Ok((name, (presence, read_shape(shape)?)))
    });
    read.collect()
}

fn read_shape(value: &Value) -> Result<Shape, String> {
    match value {
        Value::String(words) => read_words(words),
        Value::Array(items) => {
            let (shape, presence) = match items.as_slice() {
                [] => (Shape::default(), Presence::Sometimes),
                [shape] => (read_shape(shape)?, Presence::Always),
                [shape, Value::String(word)] if word == OR_NONE => (read_shape(shape)?, Presence::Sometimes),
                _ => return Err(format!("a list holds one shape, and perhaps \"{OR_NONE}\"")),
            };
            Ok(Shape { array: Some(Items { presence, shape: Box::new(shape) }), ..Shape::default() })
        }
        Value::Object(members) => {
            if let Some(Value::Array(forms)) = members.get(ONE_OF) {
                let mut all = Shape::default();
                for form in forms {
                    all.join(read_shape(form)?);
                }
                return Ok(all);
            }
            let members = match members.get(ANY_NAME) {
                Some(shape) => Members::Any(Box::new(read_shape(shape)?)),
                None => Members::Named(read_named(members.iter())?),
            };
            Ok(Shape { object: Some(members), ..Shape::default() })
        }
        other => Err(format!("{other} is no shape")),
    }
}

fn read_words(words: &str) -> Result<Shape, String> {
    if words == ANYTHING {
        return Ok(Shape::open());
    }
    let mut shape = Shape::default();
    for word in words.split(OR) {
        let known = SCALARS.into_iter().find(|scalar| *scalar == word);
        shape.scalars.insert(known.ok_or_else(|| format!("`{word}` is no type: known are {}", SCALARS.join(", ")))?);
    }
    Ok(shape)
}
