//! Requests that make things for other requests.

use http::Method;
use serde_json::Value;

use super::names::plain;
use crate::contract::Location;
use crate::generate::caller::Caller;
use crate::generate::draft::{Draft, last_path_parameter};
use crate::generate::maker::Maker;
use crate::generate::place::places;
use crate::generate::strategy::{Extent, Node};
use crate::generate::{Case, CaseKind, identity, positive, seed};

/// How many different ones of one operation are made; where more are needed, they are sent again.
const VARIANTS: usize = 6;
/// Endings of the names of members that many a service wants to be unique.
const UNIQUE: [&str; 8] = ["name", "login", "email", "slug", "title", "handle", "key", "label"];
/// Most positive requests of an operation that deletes: each takes away a thing that was made for it.
const MOST_DELETIONS: usize = 3;

/// Requests of an operation that gives values to others, which succeed as surely as we know how: after the
/// document's example, and no two with the same name. A list is asked for once.
pub(in crate::generate) fn creations(maker: &Maker<'_>, caller: &Caller<'_>) -> Vec<Case> {
    let Some(base) = base(maker, caller) else { return Vec::new() };
    let variants = if maker.operation.method.is_safe() { 1 } else { VARIANTS };
    (0..variants).map(|variant| creation(maker, caller, &base, variant)).collect()
}

/// What all of them are made of.
fn base(maker: &Maker<'_>, caller: &Caller<'_>) -> Option<Draft> {
    let mut draft = maker.draft(Extent::Least, "source", caller).ok()?;
    let example = positive::documented_bodies(maker).into_iter().find(|(_, _, kind)| *kind == CaseKind::Example);
    if let (Some(form), Some((_, Some(example), _))) = (&maker.form, example)
        && form.schema.is_valid(example)
    {
        let mut body = example.clone();
        identity::configure(&mut body, &form.schema, caller);
        draft.body = Some(body);
    } else if draft.body.is_none() {
        // A body that may be left out says all the same what is to be made.
        draft.body = maker.draft(Extent::Free, "source", caller).ok()?.body;
    }
    Some(draft)
}

fn creation(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft, variant: usize) -> Case {
    let name = format!("source-{variant}");
    let mut draft = base.clone();
    if maker.operation.method == Method::PUT {
        name_anew(maker, caller, &name, &mut draft);
    }
    vary(maker, caller, &name, &mut draft);
    positive::success(maker, caller, CaseKind::Positive, &name, &draft)
}

/// Chooses another id for each thing that is made under an id of our choice.
fn name_anew(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &mut Draft) {
    let Some(position) = last_path_parameter(maker.operation) else { return };
    let (Some(parameter), Some(place)) = (maker.operation.parameters.get(position), draft.parameters.get_mut(position))
    else {
        return;
    };
    let words = [maker.operation.id.as_str(), name];
    let word = seed::word(maker.seed, &words);
    let candidates = [
        Value::from(identity::made_up(&word)),
        Value::from(identity::made_up_uuid(&word, "id")),
        Value::from(seed::number(maker.seed, &words) % 1_000_000_000),
    ];
    let id = candidates.into_iter().find(|id| parameter.schema.is_valid(id));
    if let Some(id) = id.filter(|_| caller.value(&parameter.part()).is_none()) {
        *place = Some(id);
    }
}

/// Gives what many a service wants to be unique a value of its own.
fn vary(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &mut Draft) {
    let (Some(body), Some(form)) = (&mut draft.body, &maker.form) else { return };
    let words = [maker.operation.id.as_str(), name];
    let word = seed::word(maker.seed, &words);
    for place in places(&form.schema, body) {
        let Some(member) = place.name.as_deref().map(plain) else { continue };
        let is_given = caller.value(&Location::Body(place.pointer.clone())).is_some();
        if is_given || place.node.fixed_values().is_some() {
            continue;
        }
        let own_id = place.pointer == "/id";
        let old = body.pointer(&place.pointer).cloned();
        let new = match old {
            Some(Value::Number(_)) if own_id => Value::from(seed::number(maker.seed, &words) % 1_000_000_000),
            Some(Value::String(_)) if own_id && identity::is_uuid(&place.node) => {
                Value::from(identity::made_up_uuid(&word, "id"))
            }
            Some(Value::String(_)) if own_id => Value::from(identity::made_up(&word)),
            Some(Value::String(old)) if UNIQUE.iter().any(|ending| member.ends_with(ending)) => {
                Value::from(varied(&place.node, &old, &word))
            }
            _ => continue,
        };
        identity::set_if_valid(body, &form.schema, &place.pointer, new);
    }
}

fn varied(node: &Node<'_>, old: &str, word: &str) -> String {
    match node.keyword("format").and_then(|format| format.value.as_str()) {
        Some("email") => format!("uptospec-{word}@example.com"),
        _ => match old.split_once('@') {
            Some((_, host)) => format!("uptospec-{word}@{host}"),
            None => format!("{old}-{word}"),
        },
    }
}

/// Of the valid requests that delete, those that differ, and no more than a few: the same one a second time
/// finds nothing to delete. Gives how many were left out.
pub(in crate::generate) fn deletions(cases: Vec<Case>) -> (Vec<Case>, usize) {
    let mut distinct: Vec<Case> = Vec::new();
    let mut more = 0;
    for case in cases {
        let is_known = distinct.iter().any(|known| known.request == case.request);
        match distinct.len() {
            _ if is_known => {}
            MOST_DELETIONS.. => more += 1,
            _ => distinct.push(case),
        }
    }
    (distinct, more)
}
