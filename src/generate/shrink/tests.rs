//! Cutting keeps the kind of a case and ends where nothing more can be cut.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::contract::{Contract, Location, MediaType, Operation, Parameter, ParameterLocation, ParameterStyle};
use crate::generate::negative::{breaks_alone, site};
use crate::generate::{Body, CaseKind, Content, Expect, Options, body as chosen, cookie, fixture, generate};

/// The most trials that the run gives to one finding where there are few.
const TRIALS: usize = 310;

fn cases() -> Vec<Case> {
    generate(&fixture::contract(), &fixture::target(), None, &Options { seed: 3, cases: 12 }).cases
}

fn body(case: &Case) -> Option<&Value> {
    case.request.content.as_ref()?.body.value()
}

/// Cuts as long as there is something to cut.
fn cut_to_the_end(case: &Case) -> Case {
    let mut case = case.clone();
    for _ in 0..1_000 {
        match cuts(&case).into_iter().next() {
            Some(cut) => case = of_request(&case, cut.request),
            None => return case,
        }
    }
    panic!("{} never ends", case.id)
}

#[test]
fn every_cut_is_smaller_and_of_the_same_kind() {
    for case in cases() {
        let schema = chosen::choose(&case.operation).unwrap().schema;
        for cut in cuts(&case).into_iter().map(|cut| of_request(&case, cut.request)) {
            assert!(weight(&cut.request) < weight(&case.request));
            assert_eq!((&cut.kind, &cut.expect, &cut.id), (&case.kind, &case.expect, &case.id));
            let Some(body) = body(&cut) else { continue };
            match &case.kind {
                CaseKind::Negative(violation) if matches!(violation.at, Location::Body(_)) => {
                    let at = violation.at.to_string();
                    let at = at.trim_start_matches("body#");
                    assert!(
                        breaks_alone(&schema, body, site(at, &violation.keyword), &violation.keyword),
                        "{}",
                        cut.id
                    );
                }
                _ => assert!(schema.is_valid(body), "{} {body}", cut.id),
            }
        }
    }
}

#[test]
fn cutting_ends_with_what_must_be_there() {
    let case = cases().into_iter().find(|case| case.id.0 == "sendMessage/positive/most").unwrap();
    let least = cut_to_the_end(&case);
    assert_eq!(body(&least).unwrap().to_string(), r#"{"content":"a","stream":false}"#);
    assert_eq!(least.mark, None);
    let headers: Vec<_> = least.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["Accept", "x-api-key", "Origin"]);
    assert_eq!(least.request.query.len(), 1, "`limit` is required");
}

#[test]
fn a_switch_that_is_left_out_holds_nothing_else() {
    let case = cases().into_iter().find(|case| case.id.0 == "sendMessage/positive/most").unwrap();
    let Some(Content { body: Body::Json(mut value), .. }) = case.request.content.clone() else { panic!("no body") };
    value.as_object_mut().unwrap().shift_remove("stream");
    let content = Content { body: Body::Json(value), ..case.request.content.clone().unwrap() };
    let case = Case { request: Request { content: Some(content), ..case.request.clone() }, ..case };
    assert_eq!(body(&cut_to_the_end(&case)), Some(&json!({"content": "a"})));
}

#[test]
fn every_case_ends_at_a_fixed_point() {
    for case in cases() {
        assert!(cuts(&cut_to_the_end(&case)).is_empty(), "{}", case.id);
    }
}

#[test]
fn what_an_earlier_answer_gives_and_what_is_wrong_stay() {
    for case in cases().iter().filter(|case| matches!(case.expect, Expect::Error(_) | Expect::Refusal)) {
        let least = cut_to_the_end(case);
        assert_eq!(least.request.bindings, case.request.bindings);
        assert_eq!(least.request.path_values, case.request.path_values);
    }
}

/// Something that a request has: what a fault of a server may hang on.
#[derive(Debug, Clone)]
enum Has {
    /// A member anywhere whose path ends so, an item of an array being `*`.
    Member(String),
    /// A text there of at least so many characters.
    Text(String, usize),
    /// That character, in any text.
    Character(char),
    /// A number there of at least so much.
    Number(String, i64),
    /// An array there of at least so many items.
    Items(String, usize),
    /// A query parameter or a header of that name.
    Pair(String),
    /// So many query parameters.
    Queries(usize),
    /// A cookie of that name.
    Cookie(String),
    /// A value in the path of at least so many characters.
    Segment(usize),
}

/// Every place of a value, an item of an array being `*`.
fn walked(value: &Value, path: String) -> Vec<(String, &Value)> {
    let inside: Vec<_> = match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, part)| walked(part, format!("{path}/{name}"))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|part| walked(part, format!("{path}/*"))).collect(),
        _ => Vec::new(),
    };
    [(path, value)].into_iter().chain(inside).collect()
}

fn places(case: &Case) -> Vec<(String, &Value)> {
    body(case).map(|body| walked(body, String::new())).unwrap_or_default()
}

fn cookies(case: &Case) -> Vec<String> {
    cookie::all(&case.request).iter().map(cookie::name).collect()
}

fn longest_segment(case: &Case) -> usize {
    case.request.path_values.iter().map(|(_, text)| text.reveal().chars().count()).max().unwrap_or_default()
}

impl Has {
    fn holds(&self, case: &Case) -> bool {
        let at = |wanted: &str, holds: &dyn Fn(&Value) -> bool| {
            places(case).iter().any(|(path, value)| path.ends_with(wanted) && holds(value))
        };
        match self {
            Has::Member(path) => at(path, &|_| true),
            Has::Text(path, least) => {
                at(path, &|value| value.as_str().is_some_and(|text| text.chars().count() >= *least))
            }
            Has::Character(wanted) => at("", &|value| value.as_str().is_some_and(|text| text.contains(*wanted))),
            Has::Number(path, least) => at(path, &|value| value.as_i64().is_some_and(|number| number >= *least)),
            Has::Items(path, least) => at(path, &|value| value.as_array().is_some_and(|items| items.len() >= *least)),
            Has::Pair(wanted) => case.request.query.iter().chain(&case.request.headers).any(|(name, _)| name == wanted),
            Has::Queries(least) => case.request.query.len() >= *least,
            Has::Cookie(name) => cookies(case).contains(name),
            Has::Segment(least) => longest_segment(case) >= *least,
        }
    }

    /// All that is true of a case.
    fn all(case: &Case) -> Vec<Has> {
        let mut all: Vec<Has> = case.request.query.iter().map(|(name, _)| Has::Pair(name.clone())).collect();
        all.extend((1..=case.request.query.len()).map(Has::Queries));
        all.extend(cookies(case).into_iter().map(Has::Cookie));
        all.push(Has::Segment(longest_segment(case).div_ceil(2)));
        for (path, value) in places(case) {
            all.push(Has::Member(path.clone()));
            match value {
                Value::String(text) => {
                    all.push(Has::Text(path, text.chars().count() / 2));
                    all.extend(text.chars().next().map(Has::Character));
                }
                Value::Number(number) => {
                    all.extend(number.as_i64().map(|number| Has::Number(path, number - number / 2)))
                }
                Value::Array(items) => all.push(Has::Items(path, items.len().div_ceil(2))),
                _ => {}
            }
        }
        all
    }
}

/// An operation with all that can be taken away: members, items, trees, parameters of each kind, and a body of that
/// media type.
fn rich(essence: &str) -> Contract {
    let schema = json!({
        "type": "object",
        "required": ["messages"],
        "properties": {
            "messages": {"type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["role"],
                "properties": {"role": {"enum": ["user", "system"]}, "content": {"type": "string", "maxLength": 60},
                               "parts": {"type": "array", "items": {"type": "object", "properties": {
                                   "text": {"type": "string"}, "weight": {"type": "integer", "minimum": 0}}}}}
            }},
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "seed": {"type": "integer", "minimum": 3},
            "tree": {"$ref": "#/$defs/tree"},
            "metadata": {"type": "object"}
        },
        "$defs": {"tree": {"type": "object", "properties": {
            "child": {"$ref": "#/$defs/tree"}, "name": {"type": "string"}}}}
    });
    let parameter = |name: &str, location, schema| Parameter {
        name: name.into(),
        location,
        required: false,
        schema: fixture::schema(schema),
        style: style(location),
        explode: true,
        allow_reserved: false,
        examples: Vec::new(),
        promises: Vec::new(),
    };
    let mut contract = fixture::contract();
    let send = contract.operation("sendMessage").unwrap();
    let body = Some(crate::contract::RequestBody {
        required: true,
        media: vec![MediaType {
            essence: essence.into(),
            ..fixture::json_media(schema, json!({"messages": [{"role": "user"}]}))
        }],
        promises: Vec::new(),
    });
    let parameters = vec![
        parameter("page", ParameterLocation::Query, json!({"type": "integer", "minimum": 1})),
        parameter("tag", ParameterLocation::Query, json!({"type": "array", "items": {"type": "string"}})),
        parameter("X-Trace", ParameterLocation::Header, json!({"type": "string", "maxLength": 20})),
        parameter("theme", ParameterLocation::Cookie, json!({"type": "string", "maxLength": 20})),
        Parameter {
            style: ParameterStyle::DeepObject,
            ..parameter(
                "filter",
                ParameterLocation::Query,
                json!({"type": "object", "properties": {
                "from": {"type": "integer"}, "words": {"type": "array", "items": {"type": "string"}}}}),
            )
        },
        Parameter {
            required: true,
            ..parameter("zone", ParameterLocation::Path, json!({"type": "string", "minLength": 1, "maxLength": 20}))
        },
    ];
    let rich = Operation {
        id: "rich".into(),
        path: "/rich/{zone}".into(),
        parameters,
        body,
        stream_switch: None,
        ..(**send).clone()
    };
    contract.operations = vec![Arc::new(rich)];
    contract
}

fn style(location: ParameterLocation) -> ParameterStyle {
    match location {
        ParameterLocation::Query | ParameterLocation::Cookie => ParameterStyle::Form,
        ParameterLocation::Header | ParameterLocation::Path => ParameterStyle::Simple,
    }
}

/// Media types whose bodies are cut.
const ESSENCES: [&str; 3] = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/// Requests of it that the contract allows, made once.
fn rich_cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let options = Options { seed: 3, cases: 60 };
        let cases =
            ESSENCES.into_iter().flat_map(|essence| generate(&rich(essence), &fixture::target(), None, &options).cases);
        cases.filter(|case| matches!(case.kind, CaseKind::Positive)).collect()
    })
}

/// The one with all that there may be.
fn most() -> Case {
    rich_cases().iter().find(|case| case.id.0 == "rich/positive/most").unwrap().clone()
}

/// The smallest case of which all of it is true, and how many trials it took.
fn searched(case: Case, fault: &[Has]) -> (Case, usize, bool) {
    let mut search = Search::new(case.clone(), TRIALS);
    let (mut least, mut trials) = (case, 0);
    while let Some(case) = search.next_smaller() {
        trials += 1;
        if fault.iter().all(|has| has.holds(&case)) {
            search.keep(case.clone());
            least = case;
        }
    }
    (least, trials, search.is_at_its_end())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_can_be_taken_away_from_the_end_of_a_search_without_losing_the_fault(
        which in any::<prop::sample::Index>(), parts in prop::collection::vec(any::<prop::sample::Index>(), 1..4)
    ) {
        let case = which.get(rich_cases()).clone();
        let all = Has::all(&case);
        let fault: Vec<Has> = parts.iter().map(|part| part.get(&all).clone()).collect();
        let (least, trials, ended) = searched(case, &fault);
        prop_assert!(ended, "{trials} trials were too few for {fault:?}");
        prop_assert!(fault.iter().all(|has| has.holds(&least)));
        for cut in cuts(&least) {
            let cut = of_request(&least, cut.request);
            prop_assert!(!fault.iter().all(|has| has.holds(&cut)), "{fault:?} also shows in {:?}", cut.request);
        }
    }
}

#[test]
fn two_members_far_apart_are_all_that_is_left() {
    let fault = [Has::Member("/messages/*/parts/*/weight".into()), Has::Member("/tree".into())];
    let (least, trials, ended) = searched(most(), &fault);
    let expected = json!({"messages": [{"role": "user", "parts": [{"weight": 0}]}], "tree": {}});
    assert_eq!(body(&least), Some(&expected));
    assert!(ended && least.request.query.is_empty(), "{:?}", least.request.query);
    assert!(trials < 40, "{trials}");
}

#[test]
fn forms_are_cut_like_json() {
    for essence in &ESSENCES[1..] {
        let cases = generate(&rich(essence), &fixture::target(), None, &Options { seed: 3, cases: 12 }).cases;
        let most = cases.into_iter().find(|case| case.id.0 == "rich/positive/most").unwrap();
        let least = cut_to_the_end(&most);
        assert_eq!(body(&least), Some(&json!({"messages": [{"role": "user"}]})), "{essence}");
        assert!(least.request.query.is_empty() && cookies(&least).is_empty(), "{:?}", least.request);
        assert_eq!(longest_segment(&least), 1);
    }
}

/// The smallest body of a text or of bytes in which a server still finds what it fails on.
#[test]
fn texts_and_bytes_are_cut_down_to_what_the_fault_needs() {
    for essence in ["text/plain", "application/octet-stream"] {
        let mut contract = rich(essence);
        let mut operation = (*contract.operations[0]).clone();
        let media = operation.body.iter_mut().flat_map(|body| &mut body.media);
        media.for_each(|media| {
            media.schema = Some(fixture::schema(json!({"type": "string", "minLength": 2})));
            media.examples.clear();
        });
        contract.operations = vec![Arc::new(operation)];
        let cases = generate(&contract, &fixture::target(), None, &Options { seed: 3, cases: 12 }).cases;
        let most = cases.into_iter().find(|case| case.id.0 == "rich/positive/most").unwrap();
        let text = body(&most).and_then(Value::as_str).unwrap_or_default();
        let last = text.chars().next_back().unwrap();
        let (least, _, ended) = searched(most, &[Has::Character(last)]);
        let Some(Body::Coded { bytes, .. }) = least.request.content.map(|content| content.body) else {
            panic!("no body")
        };
        let left = String::from_utf8(bytes).unwrap();
        assert!(ended && left.contains(last) && left.chars().count() == 2, "{left:?}");
    }
}

#[test]
fn broken_bodies_are_cut_and_stay_broken() {
    let cases = generate(&rich(ESSENCES[0]), &fixture::target(), None, &Options { seed: 3, cases: 12 }).cases;
    for (keyword, least) in
        [("json", &b"{"[..]), ("utf-8", b"{\"messages\":[{\"role\":\"user\"}],\"tree\":{\"name\":\"\xff\"}}")]
    {
        let is_it = |case: &&Case| matches!(&case.kind, CaseKind::Negative(violation) if violation.keyword == keyword);
        let case = cut_to_the_end(cases.iter().find(is_it).unwrap());
        let bytes = case.request.content.unwrap().body.to_bytes();
        assert_eq!(bytes, least, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_search_that_may_try_no_more_says_that_it_is_not_at_its_end() {
    let mut search = Search::new(most(), 2);
    assert!(search.next_smaller().is_some() && search.next_smaller().is_some());
    assert!(search.next_smaller().is_none() && !search.is_at_its_end());
}
