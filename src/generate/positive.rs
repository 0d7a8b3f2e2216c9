//! Requests that the contract allows: the document's examples, the boundaries, then random ones.

use serde_json::Value;

use super::boundary::boundaries;
use super::caller::Caller;
use super::draft::Draft;
use super::limit::is_lowest;
use super::maker::{self, Maker};
use super::plan::LeftOut;
use super::strategy::{Extent, Node, Ungeneratable};
use super::{Case, CaseKind, Expect, exercised, identity, mark};
use crate::contract::{Example, Parameter, ParameterStyle, Strength};
use crate::target::Text;

/// The document's examples, each as it stands there.
pub(super) fn examples(maker: &Maker<'_>, caller: &Caller<'_>) -> (Vec<Case>, Vec<LeftOut>) {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for (name, body, kind) in documented_bodies(maker) {
        let breaks_schema = match (&maker.form, body) {
            (Some(form), Some(body)) => !form.schema.is_valid(body),
            _ => false,
        };
        // The schema has the form that the document shows; what it only leaves room for is another.
        let made = if breaks_schema && kind == CaseKind::Example {
            Err("it breaks the schema that it is an example of".to_owned())
        } else {
            with_examples(maker, caller, body, name).map_err(|reason| reason.to_string())
        };
        match made {
            Ok(draft) => cases.push(success(maker, caller, kind, name, &draft)),
            Err(reason) => left_out.push(LeftOut::new(maker, format!("the example `{name}`"), reason)),
        }
    }
    (cases, left_out)
}

/// The examples of the media type, each with the kind of its case, else of its schema; for an operation without a body, one for
/// the examples of its parameters.
pub(super) fn documented_bodies<'m>(maker: &'m Maker<'_>) -> Vec<(&'m str, Option<&'m Value>, CaseKind)> {
    let Some(form) = &maker.form else {
        let has_example = maker.operation.parameters.iter().any(|parameter| documented(parameter).is_some());
        return if has_example { vec![("parameters", None, CaseKind::Example)] } else { Vec::new() };
    };
    let kind = |example: &Example| match example.strength {
        Strength::Inferred => CaseKind::Reading,
        Strength::Documented | Strength::Standard => CaseKind::Example,
    };
    let named = form.media.examples.iter();
    let named: Vec<_> = named.map(|example| (example.name.as_str(), Some(&example.value), kind(example))).collect();
    let of_schema = identity::example(&Node::root(&form.schema));
    let of_schema = of_schema.map(|value| ("schema", Some(value), CaseKind::Example));
    let shown = named.iter().any(|(_, _, kind)| *kind == CaseKind::Example);
    of_schema.into_iter().filter(|_| !shown).chain(named).collect()
}

fn documented(parameter: &Parameter) -> Option<&Value> {
    let documented = parameter.examples.first().or_else(|| identity::example(&Node::root(&parameter.schema)));
    documented.filter(|value| !value.is_null() || parameter.style == ParameterStyle::Json)
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
        if let Some(documented) = documented(parameter).filter(|_| caller.value(&parameter.part()).is_none()) {
            *value = Some(documented.clone());
        }
    }
    if let (Some(body), Some(form)) = (body, &maker.form) {
        let mut body = body.clone();
        identity::configure(&mut body, &form.schema, caller);
        draft.body = Some(body);
    }
    Ok(draft)
}

/// Most media types that are asked for by themselves.
const MOST_FORMS: usize = 3;

/// Most requests of one operation that are made, whatever was asked for.
const MOST: usize = 100_000;

/// Boundaries first, then random requests, `count` in all; no more random ones than `budget`, which is
/// what a run may send.
pub(super) fn positives(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    count: usize,
    budget: usize,
) -> (Vec<Case>, Vec<LeftOut>) {
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
    let enough = count.min(budget.max(drafts.len()).min(MOST));
    if enough < count {
        let reason = format!("no more than {enough} of one operation are made");
        left_out.push(LeftOut::new(maker, format!("{} random requests", count - enough), reason));
    }
    let mut of_forms = drafts.first().map(|(_, least)| for_each_form(maker, caller, least)).unwrap_or_default();
    of_forms.truncate(enough.saturating_sub(drafts.len()));
    for index in drafts.len() + of_forms.len()..enough {
        let name = index.to_string();
        match maker.draft(Extent::Free, &format!("positive/{name}"), caller) {
            Ok(draft) => drafts.push((name, draft)),
            Err(reason) => left_out.push(LeftOut::new(maker, format!("positive request {name}"), reason)),
        }
    }
    let cases = drafts.iter().map(|(name, draft)| marked(maker, caller, name, draft)).chain(of_forms).collect();
    (cases, left_out)
}

/// The least request with each of the media types that may answer it as the only one that is accepted. What answers is
/// the target's choice all the same (RFC 9110 section 12.5.1); where a part of the request chooses, nothing is left.
fn for_each_form(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft) -> Vec<Case> {
    let successes = (200..300).filter_map(|status| maker.operation.response(status));
    let mut essences: Vec<&str> =
        successes.flat_map(|response| &response.media).map(|media| media.essence.as_str()).collect();
    essences.sort_unstable();
    essences.dedup();
    essences.retain(|essence| !essence.contains('*'));
    if maker.operation.stream_switch.is_some() || essences.len() < 2 {
        return Vec::new();
    }
    let with_accept = |essence: &str| {
        let mut case = marked(maker, caller, &format!("accept-{essence}"), least);
        let accept = case.request.headers.iter_mut().find(|(name, _)| name == "Accept");
        if let Some((_, accept)) = accept {
            *accept = Text::plain(essence);
        }
        case
    };
    essences.into_iter().take(MOST_FORMS).map(with_accept).collect()
}

/// A positive case with ids of its own, and a word of its own in a text that has room for it.
fn marked(maker: &Maker<'_>, caller: &Caller<'_>, name: &str, draft: &Draft) -> Case {
    let mut draft = draft.clone();
    // Boundaries are made of one another; requests that are sent at once must not share a session.
    if let (Some(body), Some(form)) = (&mut draft.body, &maker.form) {
        maker.identify(body, form, &format!("positive/{name}"), caller);
    }
    // A text at its lower limit is as short as it may be, or empty: no word stands beside it.
    let mark = if is_lowest(name) { None } else { mark::put(maker, caller, name, &mut draft) };
    Case { mark, ..success(maker, caller, CaseKind::Positive, name, &draft) }
}

/// A case that the contract lets succeed.
pub(super) fn success(maker: &Maker<'_>, caller: &Caller<'_>, kind: CaseKind, name: &str, draft: &Draft) -> Case {
    let expect = Expect::Success { form: maker::expected_form(maker.operation, draft) };
    let promises = exercised::promises(maker, draft, caller.requirement(maker.operation));
    Case { promises, ..maker.case(kind, name, maker.request(draft, caller), expect) }
}
