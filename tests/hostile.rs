//! Documents that are broken, or meant to break their reader: never a panic, never without end.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use uptospec::contract::{Contract, LoadError, read};
use uptospec::generate::{Options, generate};
use uptospec::target::Target;

/// Nothing here takes longer, even without optimisation on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

const YAML: &str = "openapi: 3.1.0
servers: [{url: 'https://{host}/v1', variables: {host: {default: a.test}}}]
security: [{key: []}, {}]
paths:
  /a/{id}:
    parameters: [{name: id, in: path, required: true, schema: &id {type: string, minLength: 1}}]
    post: &post
      operationId: send
      parameters:
        - {name: q, in: query, style: deepObject, schema: {type: object, properties: {x: *id}}}
        - {name: l, in: query, explode: false, schema: {type: array, items: {type: integer, maximum: 9}}}
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Pet'}, example: {kind: Cat}}
          multipart/form-data: {schema: {properties: {f: {type: string, format: binary}}}, encoding: {f: {contentType: image/png}}}
      responses:
        200: {description: ok, content: {text/event-stream: {itemSchema: {$ref: '#/components/schemas/Pet'}}}}
        4XX: {description: no, headers: {X-A: {schema: {type: integer}}}, x-errors: [{code: A, state: empty-id}]}
    put: {<<: *post, operationId: again}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#dog'}]
      discriminator: {propertyName: kind, mapping: {c: Cat}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, in: {readOnly: true}, up: {$ref: '#/components/schemas/Pet'}}}
    Dog: {$anchor: dog, type: [object, 'null'], properties: {kind: {pattern: ^d}, n: {type: number, multipleOf: 0.5}}, additionalProperties: false}
";

const JSON: &str = r##"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {
"parameters": [{"name": "a", "in": "query", "schema": {"type": "integer", "nullable": true, "exclusiveMinimum": true, "minimum": 1}}],
"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}}}}},
"components": {"schemas": {"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "b": {"enum": ["x", null]}}}}}}"##;

/// What breaks readers, put anywhere.
const TOKENS: [&str; 24] = [
    "*id",
    "&id ",
    "<<: ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\0",
    "!!int ",
    "- ",
    "? ",
    "\u{feff}",
    "\t",
    "\n---\n",
    "1e999",
    "-0",
    "99999999999999999999999",
    "$ref: '#/'",
    "é\u{301}",
    "\\ud800",
    ", ",
    ": ",
];

/// One change of a text.
#[derive(Debug, Clone)]
enum Change {
    Truncate(Index),
    Insert(Index, &'static str),
    Overwrite(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Change::Truncate),
        (at(), prop::sample::select(TOKENS.as_slice())).prop_map(|(at, token)| Change::Insert(at, token)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
        (at(), 1_usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), 1_usize..80).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let length = bytes.len() + 1;
        let to = |at: usize, length: usize| (at + length).min(bytes.len());
        match change {
            Change::Truncate(at) => bytes.truncate(at.index(length)),
            Change::Insert(at, token) => drop(bytes.splice(at.index(length)..at.index(length), token.bytes())),
            Change::Overwrite(at, byte) => {
                if let Some(place) = bytes.get_mut(at.index(length)) {
                    *place = *byte;
                }
            }
            Change::Remove(at, size) => drop(bytes.drain(at.index(length)..to(at.index(length), *size))),
            Change::Repeat(at, size) => {
                let start = at.index(length);
                let again = bytes[start..to(start, *size)].to_vec();
                bytes.splice(start..start, again);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads a document, compiles it, and plans what would be sent.
fn use_up(name: &str, text: &str) -> Result<Contract, LoadError> {
    let mut contract = read(name, text, None)?;
    contract.compile();
    generate(&contract, &Target::new("t", name), None, &Options { seed: 1, cases: 3 });
    Ok(contract)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_document_causes_a_panic(
        yaml in any::<bool>(),
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let (name, text) = if yaml { ("a.yaml", YAML) } else { ("a.json", JSON) };
        let started = Instant::now();
        if let Err(error) = use_up(name, &changed(text, &changes)) {
            prop_assert!(!error.diagnostics.is_empty());
        }
        prop_assert!(started.elapsed() < LIMIT);
    }
}

#[test]
fn the_documents_are_right_before_they_are_changed() {
    for (name, text) in [("a.yaml", YAML), ("a.json", JSON)] {
        let contract = use_up(name, text).unwrap();
        assert!(!contract.operations.is_empty() && contract.untested.is_empty(), "{:?}", contract.diagnostics);
    }
}

#[test]
fn what_is_endless_deep_or_enormous_is_read_or_refused_in_a_moment() {
    let deep = 100_000;
    let names = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<String>();
    for (name, text) in [
        ("deep.json", "[".repeat(deep)),
        ("deep.json", "{\"a\":".repeat(deep)),
        ("deep.yaml", format!("a: {}", "[".repeat(deep))),
        ("deep.yaml", "- ".repeat(deep)),
        ("deep.yaml", "a: {b: ".repeat(deep)),
        ("long.json", format!("{{\"openapi\": \"3.1.0\", \"paths\": {{}}, \"x\": \"{}\"}}", "a".repeat(5_000_000))),
        ("long.json", format!("{{\"openapi\": \"3.1.0\", \"paths\": {{}}, \"x\": {}}}", "9".repeat(500_000))),
        (
            "twice.json",
            format!("{{\"openapi\": \"3.1.0\", \"paths\": {{{}\"/b\": {{}}}}}}", "\"/a\": {}, ".repeat(20_000)),
        ),
        (
            "chain.yaml",
            "openapi: 3.1.0\npaths: {/a: {$ref: '#/x0'}}\n".to_owned()
                + &names(20_000, &|number| format!("x{number}: {{$ref: '#/x{}'}}\n", number + 1)),
        ),
        ("brackets.yaml", format!("openapi: 3.1.0\npaths: {{\n{}", "}\n".repeat(3_000))),
        (
            "anchors.yaml",
            "openapi: 3.1.0\npaths: {}\nx: ".to_owned()
                + &names(190, &|number| format!("&a{number} ["))
                + &"]".repeat(190),
        ),
        (
            "laughs.yaml",
            "openapi: 3.1.0\npaths: {}\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()
                + &names(20, &|number| {
                    format!("a{}: &a{} [{}]\n", number + 1, number + 1, vec![format!("*a{number}"); 9].join(", "))
                }),
        ),
    ] {
        let started = Instant::now();
        let _ = use_up(name, &text);
        assert!(started.elapsed() < LIMIT, "{name} took {:?}", started.elapsed());
    }
}
