//! Two snapshots of one operation, and what differs in words.
//!
//! Only what was in every answer and is now in none, or the other way about, is a difference: what comes and goes
//! is chance. For the same reason nothing is said of what is inside a part that only some answers have.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answers, Body};
use super::events::Events;
use super::shape::{Members, Shape};
use super::{Presence, Snapshot};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Status and media type of the answers that it is about, or the kind of case that is answered otherwise.
    pub answers: String,
    /// What differs, such as `` `orgId` no longer sent ``.
    pub words: String,
}

/// What differs between a snapshot and what was seen now. What was not seen now, or not then, is passed over.
pub fn differences(then: &Snapshot, now: &Snapshot) -> Vec<Difference> {
    let mut all = Vec::new();
    for (case, seen) in &now.cases {
        let Some(known) = then.cases.get(case) else { continue };
        if known.is_disjoint(seen) {
            all.push(Difference {
                answers: case.clone(),
                words: format!("`{case}` answered with {}, no longer with {}", either(seen), either(known)),
            });
        }
    }
    for (label, seen) in &now.answers {
        let Some(known) = then.answers.get(label) else { continue };
        let mut told = Told(Vec::new());
        told.answers(known, seen);
        all.extend(told.0.into_iter().map(|words| Difference { answers: label.clone(), words }));
    }
    all
}

fn either<T: AsRef<str>>(words: &BTreeSet<T>) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" or ")
}

/// Differences between answers of one status and media type.
struct Told(Vec<String>);

impl Told {
    fn answers(&mut self, then: &Answers, now: &Answers) {
        for (name, change) in changes(&then.headers, &now.headers) {
            self.0.push(match change {
                Change::Gone => format!("header `{name}` no longer sent"),
                Change::New => format!("new header `{name}`"),
                Change::Kept(..) => continue,
            });
        }
        self.body(&then.body, &now.body);
    }

    fn body(&mut self, then: &Body, now: &Body) {
        let (known, seen) = (then.forms(), now.forms());
        if known.is_empty() || seen.is_empty() {
            return;
        }
        if !known.iter().any(|form| seen.contains(form)) {
            self.0.push(format!("the body is {}, no longer {}", seen.join(" or "), known.join(" or ")));
        }
        // Beside other forms one form is what some answers have.
        if let ([_], [_], Some(then), Some(now)) = (&known[..], &seen[..], &then.json, &now.json) {
            self.shape(then, now, &Place::body());
        }
        if let ([_], [_], Some(then), Some(now)) = (&known[..], &seen[..], &then.events, &now.events) {
            self.events(then, now);
        }
    }

    fn events(&mut self, then: &Events, now: &Events) {
        for (kind, change) in changes(&then.kinds, &now.kinds) {
            match change {
                Change::Gone => self.0.push(format!("event kind `{kind}` no longer sent")),
                Change::New => self.0.push(format!("new event kind `{kind}`")),
                Change::Kept(then, now) => self.shape(then, now, &Place::event(kind)),
            }
        }
        let before: Vec<_> = then.always_before().collect();
        for (one, other) in now.always_before().filter(|(one, other)| before.contains(&(*other, *one))) {
            self.0.push(format!("event kind `{one}` now begins before `{other}`"));
        }
    }

    fn shape(&mut self, then: &Shape, now: &Shape, place: &Place) {
        let (known, seen) = (then.types(), now.types());
        if then.open || now.open || known.is_empty() || seen.is_empty() {
            return;
        }
        if known.is_disjoint(&seen) {
            self.0.push(format!("{} is now {}, no longer {}", place.named(), either(&seen), either(&known)));
        }
        if known.len() > 1 || seen.len() > 1 {
            return;
        }
        match (&then.object, &now.object) {
            (Some(Members::Named(then)), Some(Members::Named(now))) => self.members(then, now, place),
            (Some(Members::Any(then)), Some(Members::Any(now))) => self.shape(then, now, &place.member("*")),
            _ => {}
        }
        if let (Some(then), Some(now)) = (&then.array, &now.array)
            && (then.presence, now.presence) == (Presence::Always, Presence::Always)
        {
            self.shape(&then.shape, &now.shape, &place.items());
        }
    }

    fn members(
        &mut self,
        then: &BTreeMap<String, (Presence, Shape)>,
        now: &BTreeMap<String, (Presence, Shape)>,
        place: &Place,
    ) {
        for (name, change) in changes(then, now) {
            match change {
                Change::Gone => self.0.push(format!("{} no longer sent", place.member(name).named())),
                Change::New => self.0.push(format!("new member {}", place.member(name).named())),
                Change::Kept(then, now) => self.shape(then, now, &place.member(name)),
            }
        }
    }
}

/// What became of something that has a name.
enum Change<'s, T> {
    Gone,
    New,
    /// All answers have it as ever.
    Kept(&'s T, &'s T),
}

/// What became of everything that was in all answers, or is now.
fn changes<'s, T>(
    then: &'s BTreeMap<String, (Presence, T)>,
    now: &'s BTreeMap<String, (Presence, T)>,
) -> Vec<(&'s str, Change<'s, T>)> {
    let gone = then.iter().filter_map(|(name, (presence, then))| match (presence, now.get(name)) {
        (Presence::Always, None) => Some((name.as_str(), Change::Gone)),
        (Presence::Always, Some((Presence::Always, now))) => Some((name.as_str(), Change::Kept(then, now))),
        _ => None,
    });
    let new = now.iter().filter(|(name, (presence, _))| *presence == Presence::Always && !then.contains_key(*name));
    gone.chain(new.map(|(name, _)| (name.as_str(), Change::New))).collect()
}

/// A place in a body, or in the events of one kind.
struct Place {
    event: Option<String>,
    path: String,
}

impl Place {
    fn body() -> Self {
        Place { event: None, path: String::new() }
    }

    fn event(kind: &str) -> Self {
        Place { event: Some(kind.to_owned()), path: String::new() }
    }

    fn member(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Place { event: self.event.clone(), path: format!("{}{dot}{name}", self.path) }
    }

    fn items(&self) -> Self {
        Place { event: self.event.clone(), path: format!("{}[]", self.path) }
    }

    fn named(&self) -> String {
        match (&self.event, self.path.as_str()) {
            (None, "") => "the body".to_owned(),
            (None, path) => format!("`{path}`"),
            (Some(kind), "") => format!("event `{kind}`"),
            (Some(kind), path) => format!("`{path}` of event `{kind}`"),
        }
    }
}
