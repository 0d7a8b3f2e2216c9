use serde_json::{Value, json};

use super::*;
use crate::contract::document::lines::Lines;
use crate::contract::document::{Parsed, parse};

fn tree(text: &str) -> Node {
    let Parsed { root, .. } = parse("a.yaml", text, &Lines::new(text.to_owned())).unwrap();
    root
}

/// What a document becomes by these actions, and what there is to say.
fn overlaid(document: &str, actions: &str) -> (Value, Vec<String>) {
    let mut root = tree(document);
    let overlay = tree(&format!("overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions:\n{actions}"));
    let mut overlaid = Overlaid::new(&mut root);
    let said = overlaid.apply(&overlay, "api.yaml");
    let plain = overlaid.plain;
    assert_eq!(plain, root.to_value(), "both forms of the document have changed alike");
    (plain, said.into_iter().map(|(level, fault)| format!("{level:?}: {}", fault.message)).collect())
}

fn changed(document: &str, actions: &str) -> Value {
    let (value, said) = overlaid(document, actions);
    assert_eq!(said, Vec::<String>::new());
    value
}

#[test]
fn an_update_merges_members_at_every_depth_and_keeps_the_others() {
    let value = changed(
        "paths: {/a: {get: {summary: old, deprecated: true}}}",
        "- {target: $, update: {paths: {/a: {get: {summary: new, x-safe: true}, post: {}}}}}",
    );
    let get = json!({"summary": "new", "deprecated": true, "x-safe": true});
    assert_eq!(value, json!({"paths": {"/a": {"get": get, "post": {}}}}));
}

#[test]
fn an_array_goes_on_with_an_entry_with_entries_and_inside_of_an_update() {
    let document = "tags: [{name: a}]";
    for update in [
        "{target: $.tags, update: {name: b}}",
        "{target: $.tags, update: [{name: b}]}",
        "{target: $, update: {tags: [{name: b}]}}",
    ] {
        assert_eq!(
            changed(document, &format!("- {update}")),
            json!({"tags": [{"name": "a"}, {"name": "b"}]}),
            "{update}"
        );
    }
}

#[test]
fn every_selected_value_is_updated() {
    let value = changed(
        "paths: {/a: {get: {}, put: {}}, /b: {get: {parameters: [{name: q, in: query}, {name: r, in: query}]}}}",
        "- {target: $.paths.*.get, update: {x: 1}}\n- {target: \"$..parameters[?@.name=='r']\", update: {required: true}}",
    );
    let parameters = json!([{"name": "q", "in": "query"}, {"name": "r", "in": "query", "required": true}]);
    let expected = json!({"/a": {"get": {"x": 1}, "put": {}}, "/b": {"get": {"parameters": parameters, "x": 1}}});
    assert_eq!(value["paths"], expected);
}

#[test]
fn removing_takes_every_selected_value_whatever_else_goes() {
    let document = "list: [1, {x: 2}, 3, {x: 4}]\nmap: {a: {b: {c: 1}}, d: text}";
    assert_eq!(changed(document, "- {target: '$.list[?@.x]', remove: true}")["list"], json!([1, 3]));
    assert_eq!(changed(document, "- {target: '$.list[0,2,-1]', remove: true}")["list"], json!([{"x": 2}]));
    assert_eq!(changed(document, "- {target: $.map..*, remove: true}")["map"], json!({}));
    assert_eq!(
        changed(document, "- {target: $.map.d, remove: true, update: {x: 1}}")["map"],
        json!({"a": {"b": {"c": 1}}})
    );
}

#[test]
fn an_action_sees_what_the_one_before_left() {
    let actions =
        "- {target: $.a, remove: true}\n- {target: $, update: {a: {new: {}}}}\n- {target: $.a.new, update: {x: 1}}";
    assert_eq!(changed("a: {old: 1}", actions), json!({"a": {"new": {"x": 1}}}));
}

#[test]
fn what_does_not_fit_is_left_and_said() {
    let (value, said) = overlaid(
        "a: {b: {c: 1}, l: [1], t: text, n: null}",
        "- {target: $.a, update: {b: 1, l: {x: 1}, t: {x: 1}, n: {x: 1}}}\n- {target: $.a.t, update: other}",
    );
    assert_eq!(value, json!({"a": {"b": {"c": 1}, "l": [1], "t": "text", "n": {"x": 1}}}));
    let left = "in the document: it is left as it is";
    let expected = [
        format!("Warning: this is a number, and an object {left}"),
        format!("Warning: this is an object, and an array {left}"),
        format!("Warning: this is an object, and a string {left}"),
        format!("Warning: this is a string, and a string {left}"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn what_is_wrong_with_an_overlay_is_said_at_once_and_nothing_is_changed() {
    let actions = "- {target: '$.a[', remove: true}\n- {update: {}}\n- {target: $.a, remove: 'yes'}\n- {target: $.a, remove: true}";
    let (value, said) = overlaid("a: 1", actions);
    assert_eq!(value, json!({"a": 1}));
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("Error: this is no JSONPath"), "{said:?}");
    assert_eq!(said[1..], ["Error: this action has no target", "Error: `remove` is a string"]);
}

#[test]
fn an_overlay_that_does_nothing_says_so() {
    let (_, said) = overlaid(
        "a: {}",
        "- {target: $.b, remove: true}\n- {target: $.a, description: x}\n- {target: $.a, udpate: {}}",
    );
    let expected = [
        "Warning: this action changes nothing",
        "Warning: an action has no key `udpate`: it is not read",
        "Warning: this action changes nothing",
        "Warning: this target selects nothing of the document",
    ];
    assert_eq!(said, expected);
}

#[test]
fn another_document_or_version_is_said() {
    let said = |head: &str| {
        let mut root = tree("a: {}");
        let overlay = tree(&format!("{head}\nactions: [{{target: $.a, update: {{}}}}]"));
        let said = Overlaid::new(&mut root).apply(&overlay, "apis/api.yaml");
        said.into_iter().map(|(level, fault)| format!("{level:?}: {}", fault.message)).collect::<Vec<_>>()
    };
    assert!(said("overlay: 1.0.1\nextends: https://a.test/v1/api.yaml").is_empty());
    assert_eq!(
        said("overlay: 1.1.0\nextends: ./other.yaml"),
        [
            "Warning: an overlay of version 1.1.0 is read as one of 1.0",
            "Note: this overlay is written for `./other.yaml`, and is applied to `apis/api.yaml`"
        ]
    );
    assert_eq!(
        said("openapi: 3.1.0"),
        ["Error: this is no overlay: it has no `overlay`", "Warning: an overlay has no key `openapi`: it is not read"]
    );
}

#[test]
fn an_overlay_that_multiplies_or_nests_without_end_is_refused() {
    let doubling = "- {target: $..*, update: {a: {}, b: {}}}\n".repeat(20);
    let (_, said) = overlaid("x: {}", &doubling);
    assert_eq!(said, ["Error: with this update, overlays add more than 200000 values"]);
    let nested = format!("- {{target: $.x, update: {}{}}}", "{a: ".repeat(MAX_DEPTH - 10), "}".repeat(MAX_DEPTH - 10));
    let deeper =
        format!("{nested}\n- {{target: $..*, update: {{y: {{z: {{y: {{z: {{y: {{z: {{y: {{z: {{}}}}}}}}}}}}}}}}}}}}\n");
    let (_, said) = overlaid("x: {}", &deeper);
    assert!(said.iter().any(|said| said.contains("nested deeper")), "{said:?}");
    let (_, said) = overlaid(
        "x: {}",
        &format!("- {{target: '$[?{}@.a{}]', remove: true}}", "(".repeat(50_000), ")".repeat(50_000)),
    );
    assert_eq!(said, ["Error: this JSONPath nests brackets deeper than 8 levels"]);
}
