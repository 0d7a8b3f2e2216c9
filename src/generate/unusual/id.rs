//! Ids in the path that need escaping, or are longer than any that was ever issued.

use serde_json::Value;

use crate::contract::{Location, Parameter, ParameterStyle};
use crate::generate::caller::Caller;
use crate::generate::draft::{Draft, last_path_parameter};
use crate::generate::maker::Maker;
use crate::generate::{Case, Expect, negative};

/// How long a long id is: a server must be able to read a request line of 8000 bytes (RFC 9112 section 3).
const LONG: usize = 3_000;

/// One request for each id in place of the last variable of the path. An id that the document forbids
/// must be refused.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft) -> Vec<Case> {
    let Some(position) = last_path_parameter(maker.operation) else { return Vec::new() };
    let Some(parameter) = maker.operation.parameters.get(position) else { return Vec::new() };
    // Ids in a path are texts; whatever is written as a list or in JSON has separators of its own.
    if parameter.style != ParameterStyle::Simple {
        return Vec::new();
    }
    let all = ids().into_iter().map(|(name, what, id)| {
        let mut draft = least.clone();
        if let Some(place) = draft.parameters.get_mut(position) {
            *place = Some(Value::from(id.as_str()));
        }
        case(maker, caller, parameter, &draft, (name, what, &id))
    });
    all.collect()
}

/// The ids: a name, what they are after "an id", and the text before it is percent-encoded.
fn ids() -> [(&'static str, &'static str, String); 7] {
    [
        ("id-slash", "with a slash", "a/b".to_owned()),
        ("id-dots", "that leads out of its folder", "../uptospec".to_owned()),
        ("id-percent", "that is percent-encoded already", "%2e%2e".to_owned()),
        ("id-unicode", "that is not ASCII", "übergröße-二-✓".to_owned()),
        ("id-space", "with a space", "uptospec id".to_owned()),
        ("id-nul", "with U+0000", "uptospec\0id".to_owned()),
        ("id-long", "of 3000 characters", "a".repeat(LONG)),
    ]
}

fn case(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    parameter: &Parameter,
    draft: &Draft,
    (name, what, id): (&str, &str, &str),
) -> Case {
    let at = Location::Path(parameter.name.clone());
    let mut request = maker.request(draft, caller);
    request.bindings.retain(|binding| binding.at != at);
    match parameter.schema.failures(&Value::from(id)).first() {
        None => super::case(maker, name, format!("an id {what}"), request),
        Some(failure) => {
            let what = format!("`{}` is an id {what}", parameter.name);
            let said = maker.said(&parameter.promises);
            let violation = negative::violation(at, &failure.keyword, what, said, true);
            negative::case(maker, request, violation, Expect::Refusal)
        }
    }
}
