//! What people write, where any text may stand: it finds bugs that plain words do not.
//!
//! One request has such text in all of its parts at once, so that more parts need no more requests. Which part it
//! was that mattered is found by making a finding's case smaller.

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::identity::{is_free_text, is_id, set_if_valid};
use super::maker::Maker;
use super::open::is_open;
use super::place::{Place, places};
use super::{mark, pointer};
use crate::contract::{Location, ParameterLocation, Schema};

/// More texts of one part than this are not set: each is confirmed by the validator.
const MOST: usize = 60;

/// Text of one kind, the first that its place has room for.
struct Telling {
    name: &'static str,
    anywhere: &'static [&'static str],
    /// What a path names without being taken apart.
    in_path: &'static [&'static str],
    /// What a header field carries (RFC 9110 section 5.5) and no list takes apart.
    in_header: &'static [&'static str],
}

const TELLING: [Telling; 2] = [
    Telling {
        name: "scripts",
        anywhere: &["👩‍👩‍👧 日本語 שלום ñ e\u{301}", "日本 ñ e\u{301}🙂", "🙂"],
        in_path: &["日本 ñ e\u{301}🙂", "é"],
        in_header: &[],
    },
    Telling {
        name: "markup",
        anywhere: &["<b>&\"'; --\n\t\\ 50%+ \u{202e}text", "O'Brien \"--50%+", "'\"%+", "'\"", "'"],
        in_path: &["O'Brien"],
        in_header: &["O'Brien <b> 50%+ --", "'"],
    },
];

/// Once a long text in what people write, once many scripts, and once characters that mean something to whatever they
/// pass through, in all that is text.
pub(super) fn telling_texts(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    least: &Draft,
    most: &Draft,
) -> Vec<(String, Draft)> {
    let long = with_long_text(maker, caller, least).map(|draft| ("long".to_owned(), draft));
    let base = with_all_texts(maker, caller, least, most);
    let others = TELLING.iter().filter_map(|telling| {
        let mut draft = base.clone();
        let changed = told(maker, caller, &mut draft, telling);
        changed.then(|| (telling.name.to_owned(), draft))
    });
    long.into_iter().chain(others).collect()
}

fn with_long_text(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Option<Draft> {
    let mut draft = base.clone();
    let (body, form) = (draft.body.as_mut()?, maker.form.as_ref()?);
    let long = Value::from("long text ".repeat(200));
    let places = mark::spoken(&form.schema, body, caller);
    places.iter().any(|pointer| set_if_valid(body, &form.schema, pointer, long.clone())).then_some(draft)
}

/// The least, and of what is optional the parts with text.
fn with_all_texts(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Draft {
    let mut draft = least.clone();
    let parameters = maker.operation.parameters.iter().zip(most.parameters.iter().zip(&mut draft.parameters));
    for (parameter, (fullest, value)) in parameters {
        let has_text = || fullest.as_ref().is_some_and(|fullest| has_text(&parameter.schema, fullest));
        if value.is_none() && is_open(maker, caller, parameter) && has_text() {
            value.clone_from(fullest);
        }
    }
    if let (Some(form), Some(fullest)) = (&maker.form, &most.body) {
        match &mut draft.body {
            Some(body) => add_texts(&form.schema, body, fullest),
            None => draft.body = Some(fullest.clone()).filter(|fullest| has_text(&form.schema, fullest)),
        }
    }
    draft
}

/// Adds the members of the fullest body that have text in them.
fn add_texts(schema: &Schema, body: &mut Value, fullest: &Value) {
    let places = places(schema, fullest);
    let texts: Vec<&Place<'_>> =
        places.iter().filter(|place| is_plain_text(place, fullest.pointer(&place.pointer))).collect();
    for (name, value) in fullest.as_object().into_iter().flatten() {
        let at = pointer::child("", name);
        let has_text = texts.iter().any(|place| pointer::is_within(&place.pointer, &at));
        if has_text && body.get(name).is_none() {
            set_if_valid(body, schema, &at, value.clone());
        }
    }
}

fn has_text(schema: &Schema, value: &Value) -> bool {
    places(schema, value).iter().any(|place| is_plain_text(place, value.pointer(&place.pointer)))
}

/// Whether a place holds text that may be any.
fn is_plain_text(place: &Place<'_>, value: Option<&Value>) -> bool {
    let is_named_thing = place.name.as_deref().is_some_and(|name| is_id(name, &place.node));
    value.is_some_and(Value::is_string) && is_free_text(&place.node) && !is_named_thing
}

/// Puts the texts wherever they may stand. Says whether there was such a place.
fn told(maker: &Maker<'_>, caller: &Caller<'_>, draft: &mut Draft, telling: &Telling) -> bool {
    let mut changed = false;
    for (parameter, value) in maker.operation.parameters.iter().zip(&mut draft.parameters) {
        let texts = match parameter.location {
            ParameterLocation::Query => telling.anywhere,
            ParameterLocation::Path => telling.in_path,
            ParameterLocation::Header => telling.in_header,
            ParameterLocation::Cookie => &[],
        };
        if let Some(value) = value.as_mut().filter(|_| is_open(maker, caller, parameter)) {
            changed |= set_all(&parameter.schema, value, texts, |_| false);
        }
    }
    if let (Some(body), Some(form)) = (&mut draft.body, &maker.form) {
        let is_fixed = |at: &str| {
            let holds = |fixed: &Location| matches!(fixed, Location::Body(fixed) if pointer::is_within(at, fixed));
            caller.values().any(|(fixed, _)| holds(fixed))
        };
        changed |= set_all(&form.schema, body, telling.anywhere, is_fixed);
    }
    changed
}

fn set_all(schema: &Schema, value: &mut Value, texts: &[&str], is_fixed: impl Fn(&str) -> bool) -> bool {
    let all = places(schema, value);
    let open =
        all.iter().filter(|place| is_plain_text(place, value.pointer(&place.pointer)) && !is_fixed(&place.pointer));
    let open: Vec<&str> = open.map(|place| place.pointer.as_str()).take(MOST).collect();
    let mut changed = false;
    for at in open {
        changed |= texts.iter().any(|text| set_if_valid(value, schema, at, Value::from(*text)));
    }
    changed
}

#[cfg(test)]
mod tests {
    use crate::contract::read;
    use crate::generate::{Body, Case, Options, fixture, generate};

    /// The cases of an operation with text in every part of its requests.
    fn cases() -> Vec<Case> {
        let parameter = |name: &str, place: &str| {
            let required = place == "path";
            format!("{{name: {name}, in: {place}, required: {required}, schema: {{type: string}}}}")
        };
        let parameters = [
            parameter("term", "path"),
            parameter("sort", "query"),
            parameter("X-Note", "header"),
            parameter("userId", "query"),
        ];
        let body = "{type: object, properties: {short: {type: string, maxLength: 2}, deep: {type: object, properties: \
                    {note: {type: string}}}, kind: {enum: [a, b]}, n: {type: integer}}}";
        let text = format!(
            "openapi: 3.1.0\npaths: {{'/search/{{term}}': {{post: {{operationId: search, responses: {{'200': {{description: ok}}}}, \
             parameters: [{}], requestBody: {{required: true, content: {{application/json: {{schema: {body}}}}}}}}}}}}}\n",
            parameters.join(", ")
        );
        let options = Options { seed: 1, cases: 20 };
        generate(&read("api.yaml", &text, None).unwrap(), &fixture::target(), None, &options).cases
    }

    #[test]
    fn one_request_has_an_apostrophe_in_every_text() {
        let cases = cases();
        let markup = cases.iter().find(|case| case.id.0 == "search/positive/markup").unwrap();
        let request = &markup.request;
        assert_eq!(request.path_values[0].1.reveal(), "O'Brien");
        let query: Vec<_> =
            request.query.iter().map(|(name, text)| (name.as_str(), text.reveal().contains("50%+"))).collect();
        assert_eq!(query, [("sort", true)]);
        assert!(request.headers.iter().any(|(name, text)| name == "X-Note" && text.reveal().contains('\'')));
        let Some(Body::Json(body)) = request.content.as_ref().map(|content| &content.body) else {
            panic!("{request:?}")
        };
        assert_eq!(body["short"], "'\"");
        assert!(body["deep"]["note"].as_str().unwrap().contains('\''));
        assert_eq!(body.get("kind").or(body.get("n")), None);
    }

    #[test]
    fn one_request_has_many_scripts_in_every_text() {
        let cases = cases();
        let scripts = cases.iter().find(|case| case.id.0 == "search/positive/scripts").unwrap();
        let sort = scripts.request.query.iter().find(|(name, _)| name == "sort");
        assert!(sort.is_some_and(|(_, text)| !text.reveal().is_ascii()));
    }
}
