//! Requests that the contract allows: the document's examples, the boundaries, then random ones.

use serde_json::Value;

use super::caller::Caller;
use super::draft::{Draft, is_reserved, location};
use super::identity::{self, set_if_valid};
use super::maker::{self, Maker};
use super::place::places;
use super::plan::LeftOut;
use super::strategy::{Extent, Node, Ungeneratable};
use super::{Case, CaseKind, Expect, exercised, mark, pointer};
use crate::contract::{Location, Parameter, StreamSwitch};

/// The document's examples, each as it stands there.
pub(super) fn examples(maker: &Maker<'_>, caller: &Caller<'_>) -> (Vec<Case>, Vec<LeftOut>) {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for (name, body) in documented_bodies(maker) {
        let breaks_schema = match (&maker.form, body) {
            (Some(form), Some(body)) => !form.schema.is_valid(body),
            _ => false,
        };
        let made = if breaks_schema {
            Err("it breaks the schema that it is an example of".to_owned())
        } else {
            with_examples(maker, caller, body, name).map_err(|reason| reason.to_string())
        };
        match made {
            Ok(draft) => cases.push(success(maker, caller, CaseKind::Example, name, &draft)),
            Err(reason) => left_out.push(LeftOut::new(maker, format!("the example `{name}`"), reason)),
        }
    }
    (cases, left_out)
}

/// The examples of the media type, else of its schema; for an operation without a body, one for
/// the examples of its parameters.
fn documented_bodies<'m>(maker: &'m Maker<'_>) -> Vec<(&'m str, Option<&'m Value>)> {
    let Some(form) = &maker.form else {
        let has_example = maker.operation.parameters.iter().any(|parameter| documented(parameter).is_some());
        return if has_example { vec![("parameters", None)] } else { Vec::new() };
    };
    let named: Vec<_> =
        form.media.examples.iter().map(|example| (example.name.as_str(), Some(&example.value))).collect();
    let of_schema = identity::example(&Node::root(&form.schema)).map(|value| ("schema", Some(value)));
    if named.is_empty() { of_schema.into_iter().collect() } else { named }
}

fn documented(parameter: &Parameter) -> Option<&Value> {
    parameter.examples.first().or_else(|| identity::example(&Node::root(&parameter.schema)))
}

/// An example body with documented parameters beside it.
fn with_examples(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    body: Option<&Value>,
    name: &str,
) -> Result<Draft, Ungeneratable> {
    let mut draft = maker.draft(Extent::Least, &format!("example/{name}"), caller)?;
    for (parameter, value) in maker.operation.parameters.iter().zip(&mut draft.parameters) {
        if let Some(documented) = documented(parameter).filter(|_| caller.value(&location(parameter)).is_none()) {
            *value = Some(documented.clone());
        }
    }
    if let Some(body) = body {
        let mut body = body.clone();
        identity::configure(&mut body, caller);
        draft.body = Some(body);
    }
    Ok(draft)
}

/// Boundaries first, then random requests, `count` in all.
pub(super) fn positives(maker: &Maker<'_>, caller: &Caller<'_>, count: usize) -> (Vec<Case>, Vec<LeftOut>) {
    let mut drafts = match boundaries(maker, caller) {
        Ok(drafts) => drafts,
        Err(reason) => return (Vec::new(), vec![LeftOut::new(maker, "requests that the contract allows", reason)]),
    };
    let mut left_out = Vec::new();
    if drafts.len() > count {
        let what = format!("{} boundary requests", drafts.len() - count);
        left_out.push(LeftOut::new(maker, what, format!("{count} cases an operation were asked for")));
        drafts.truncate(count);
    }
    for index in drafts.len()..count {
        let name = index.to_string();
        match maker.draft(Extent::Free, &format!("positive/{name}"), caller) {
            Ok(draft) => drafts.push((name, draft)),
            Err(reason) => left_out.push(LeftOut::new(maker, format!("positive request {name}"), reason)),
        }
    }
    let cases = drafts.iter().map(|(name, draft)| marked(maker, caller, name, draft)).collect();
    (cases, left_out)
}

/// Only what must be there, everything, each fixed value once, each way of the stream switch.
fn boundaries(maker: &Maker<'_>, caller: &Caller<'_>) -> Result<Vec<(String, Draft)>, Ungeneratable> {
    let least = maker.draft(Extent::Least, "positive/least", caller)?;
    let most = maker.draft(Extent::Most, "positive/most", caller)?;
    let mut drafts = vec![("least".to_owned(), least.clone()), ("most".to_owned(), most.clone())];
    if let Some(switch) = &maker.operation.stream_switch {
        drafts.extend(switched(maker, switch, &least));
    }
    drafts.extend(telling_texts(maker, caller, &least));
    drafts.extend(each_fixed_value(maker, caller, &most));
    let mut distinct: Vec<(String, Draft)> = Vec::new();
    for (name, draft) in drafts {
        if !distinct.iter().any(|(_, known)| *known == draft) {
            distinct.push((name, draft));
        }
    }
    Ok(distinct)
}

/// What people write, once long and once in many scripts: both find bugs that plain words do not.
fn telling_texts(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let texts = [("long", "long text ".repeat(200)), ("scripts", "👩‍👩‍👧 日本語 שלום e\u{301}".to_owned())];
    let with = |(name, text): (&str, String)| {
        let mut draft = base.clone();
        let (body, form) = (draft.body.as_mut()?, maker.form.as_ref()?);
        let places = mark::spoken(&form.schema, body, caller);
        let mut places = places.iter();
        let set = places.any(|pointer| set_if_valid(body, &form.schema, pointer, Value::from(text.as_str())));
        set.then(|| (name.to_owned(), draft))
    };
    texts.into_iter().filter_map(with).collect()
}

/// Every value of the part that switches the form of the answer, and its absence.
fn switched(maker: &Maker<'_>, switch: &StreamSwitch, base: &Draft) -> Vec<(String, Draft)> {
    let mut drafts = Vec::new();
    for (value, _) in &switch.forms {
        let mut draft = base.clone();
        if set(maker, &mut draft, &switch.on, value) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            drafts.push((format!("switch-{text}"), draft));
        }
    }
    let mut draft = base.clone();
    if switch.default.is_some() && unset(maker, &mut draft, &switch.on) {
        drafts.push(("switch-absent".to_owned(), draft));
    }
    drafts
}

/// As many drafts as the longest list of fixed values needs, each taking the next value of every list.
fn each_fixed_value(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let lists: Vec<_> = fixed_values(maker, base).into_iter().filter(|(at, _)| caller.value(at).is_none()).collect();
    let rounds = lists.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let round = |index: usize| {
        let mut draft = base.clone();
        for (at, values) in &lists {
            if let Some(value) = values.get(index % values.len()) {
                set(maker, &mut draft, at, value);
            }
        }
        (format!("values-{index}"), draft)
    };
    (0..rounds).map(round).collect()
}

/// The parts of a draft that have a list of values to choose from.
fn fixed_values(maker: &Maker<'_>, draft: &Draft) -> Vec<(Location, Vec<Value>)> {
    let mut lists = Vec::new();
    for (parameter, value) in maker.operation.parameters.iter().zip(&draft.parameters) {
        if value.is_some() && !is_reserved(parameter) {
            lists.push((location(parameter), choices(&Node::root(&parameter.schema))));
        }
    }
    if let (Some(body), Some(form)) = (&draft.body, &maker.form) {
        let of_body = places(&form.schema, body).into_iter();
        lists.extend(of_body.map(|place| (Location::Body(place.pointer), choices(&place.node))));
    }
    lists.retain(|(_, values)| values.len() > 1);
    lists
}

/// The values of an enumeration, or both booleans.
fn choices(node: &Node<'_>) -> Vec<Value> {
    match node.fixed_values() {
        Some(values) => values.into_iter().cloned().collect(),
        None if node.types().is_some_and(|types| types.contains(&"boolean")) => vec![true.into(), false.into()],
        None => Vec::new(),
    }
}

/// Sets a part of a draft unless that breaks its schema. Says whether it did.
fn set(maker: &Maker<'_>, draft: &mut Draft, at: &Location, value: &Value) -> bool {
    if let Location::Body(pointer) = at {
        let (Some(body), Some(form)) = (&mut draft.body, &maker.form) else { return false };
        return set_if_valid(body, &form.schema, pointer, value.clone());
    }
    let parameters = maker.operation.parameters.iter().zip(&mut draft.parameters);
    let found = maker::parameter_at(maker.operation, at).and_then(|index| parameters.into_iter().nth(index));
    match found {
        Some((parameter, place)) if parameter.schema.is_valid(value) => {
            *place = Some(value.clone());
            true
        }
        _ => false,
    }
}

/// Takes a part of a draft away unless the contract asks for it. Says whether it is absent now.
fn unset(maker: &Maker<'_>, draft: &mut Draft, at: &Location) -> bool {
    if let Location::Body(pointer) = at {
        let (Some(body), Some(form)) = (&mut draft.body, &maker.form) else { return false };
        let mut without = body.clone();
        pointer::remove(&mut without, pointer);
        let allowed = form.schema.is_valid(&without);
        if allowed {
            *body = without;
        }
        return allowed;
    }
    let Some(index) = maker::parameter_at(maker.operation, at) else { return false };
    let required = maker.operation.parameters.get(index).is_none_or(|parameter| parameter.required);
    if let Some(value) = draft.parameters.get_mut(index).filter(|_| !required) {
        *value = None;
    }
    !required
}

/// A positive case with a word of its own in a text that has room for it.
fn marked(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &Draft) -> Case {
    let mut draft = draft.clone();
    let mark = mark::put(maker, caller, name, &mut draft);
    Case { mark, ..success(maker, caller, CaseKind::Positive, name, &draft) }
}

/// A case that the contract lets succeed.
pub(super) fn success(maker: &Maker<'_>, caller: &Caller<'_>, kind: CaseKind, name: &str, draft: &Draft) -> Case {
    let expect = Expect::Success { form: maker::expected_form(maker.operation, draft) };
    let promises = exercised::promises(maker, draft, caller.requirement(maker.operation));
    Case { promises, ..maker.case(kind, name, maker.request(draft, caller), expect) }
}
