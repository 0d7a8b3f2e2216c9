//! Documents as a whole: versions, files, what is refused.

use super::*;
use crate::contract::{Level, OpenApiVersion, Strength, Subject, load};

fn refused(name: &str, text: &str) -> String {
    read(name, text, None).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let all = [
        refused("a.yaml", "swagger: '2.0'\npaths: {}\n"),
        refused("a.yaml", "info: {title: T}\npaths: {}\n"),
        refused("a.yaml", "openapi: 4.0.0\npaths: {}\n"),
        refused("a.yaml", "openapi: [3]\npaths: {}\n"),
        refused("a.yaml", "openapi: 3.1.0\n"),
        refused("a.yaml", "openapi: 3.1.0\npaths:\n"),
        refused("a.yaml", "- 1\n"),
        refused("a.yaml", ""),
        refused("a.yaml", "openapi: 3.1.0\npaths: {a: [}\n"),
        refused("a.json", "{\"openapi\": \"3.1.0\",\n  \"paths\": {},}"),
        refused("a.yaml", "openapi: 4.0.0\nx: 1\nx: 2\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
    a.yaml:1:1: this is a Swagger 2.0 document (convert it to OpenAPI 3.0 or later)
    a.yaml:1:1: the document does not say its OpenAPI version (the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`)
    a.yaml:1:1: OpenAPI 4.0.0 is not known (the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`)
    a.yaml:1:1: `openapi` is an array (the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`)
    a.yaml:1:1: the document has no `paths` (operations stand under `paths`; a document without them has `webhooks` or `components`)
    a.yaml:2:1: `paths` is null (operations stand under `paths`; a document without them has `webhooks` or `components`)
    a.yaml:1:1: an OpenAPI document is an object, and this is an array (the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`)
    a.yaml:1:1: the file is empty (an OpenAPI document begins with `openapi: 3.1.0`)
    a.yaml:2:13: this is not YAML: while parsing a node, did not find expected node content (look at the indentation, quotes and brackets before it)
    a.json:2:14: this is not JSON: trailing commas are not allowed (strict JSON has no comments, no trailing commas and only double quotes)
    a.yaml:1:1: OpenAPI 4.0.0 is not known (the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`); and 1 more
    ");
}

#[test]
fn a_version_that_yaml_reads_as_a_number_is_said_and_taken() {
    let contract = contract("3.1", "paths: {/a: {get: {responses: {200: {description: ok}}}}}\n");
    assert_eq!(contract.version, OpenApiVersion::V31);
    insta::assert_snapshot!(said(&contract), @"Note api.yaml:1:1: `openapi` is the number 3.1 (write the version in quotes)");
}

#[test]
fn json_and_yaml_are_read_alike() {
    let yaml = contract("3.1.0", "paths: {/a: {get: {responses: {200: {description: ok}}}}}\n");
    let text = r#"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}}}"#;
    let json = read("api.json", text, None).unwrap();
    assert_eq!(format!("{:?}", yaml.operations[0].responses), format!("{:?}", json.operations[0].responses));
}

#[test]
fn one_fault_costs_one_operation() {
    let contract = contract(
        "3.1.0",
        "paths:
  /good: {get: {responses: {'200': {description: ok}}}}
  /dangling: {get: {responses: {'200': {$ref: '#/components/responses/Gone'}}}}
  /schema: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}
  /nameless: {get: {parameters: [{in: query, schema: {}}], responses: {}}}
  /status: {get: {responses: {'2000': {description: ok}}}}
  /closed: {get: {security: [{kee: []}], responses: {}}}
components:
  schemas:
    A: {properties: {b: {$ref: '#/components/schemas/B'}}}
    B: {type: strin, minLength: -1}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
",
    );
    assert_eq!(contract.operations.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["/good"]);
    assert!(contract.diagnostics.iter().all(|diagnostic| diagnostic.level != Level::Error));
    insta::assert_snapshot!(said(&contract), @r#"
    Warning api.yaml:5:15: `GET /dangling` is not tested: `#/components/responses/Gone` leads nowhere: `/components` has no `responses`
    Warning api.yaml:5:41: `#/components/responses/Gone` leads nowhere: `/components` has no `responses` (a `$ref` is a local pointer or a file beside the document)
    Warning api.yaml:6:13: `GET /schema` is not tested: `type` is "strin" (api.yaml:13:15)
    Warning api.yaml:7:15: `GET /nameless` is not tested: this parameter has no name
    Warning api.yaml:7:34: this parameter has no name (add `name`)
    Warning api.yaml:8:13: `GET /status` is not tested: `2000` is no status
    Warning api.yaml:8:31: `2000` is no status (a status is a number such as 200, a class such as 2XX, or default)
    Warning api.yaml:9:13: `GET /closed` is not tested: there is no security scheme `kee`
    Warning api.yaml:9:31: there is no security scheme `kee` (did you mean `key`?)
    Warning api.yaml:13:15: `type` is "strin" (`type` is one of null, boolean, object, array, number, string, integer, or an array of them)
    "#);
}

#[test]
fn what_is_passed_over_is_said() {
    let contract = contract(
        "3.1.0",
        "webhooks: {new: {post: {}}}
paths:
  /a:
    post:
      callbacks: {done: {'{$request.body#/url}': {post: {}}}}
      requestBody: {content: {application/xml: {schema: {}}, application/json: {schema: {}}}}
      responses: {'200': {description: ok, content: {application/xml: {schema: {type: object}}}}}
",
    );
    let operation = operation(&contract, "POST /a");
    assert_eq!(operation.body.as_ref().unwrap().media.len(), 1);
    assert!(operation.responses[0].media[0].schema.is_none());
    insta::assert_snapshot!(said(&contract), @r"
    Note api.yaml:3:1: webhooks are not tested (they are requests that the API sends)
    Note api.yaml:7:7: the callbacks of an operation are not used (the API sends them)
    Note api.yaml:8:31: application/xml bodies are not sent
    Note api.yaml:9:54: the contents of application/xml bodies are not judged
    ");
}

#[test]
fn objects_that_openapi_3_0_refuses_are_told_one_by_one() {
    let contract = contract(
        "3.0.3",
        "paths:
  /a:
    get:
      deprecated: 'yes'
      parameters: [{name: q, in: query, required: 1, schema: {}}]
      responses: {'200': {content: {}}}
",
    );
    assert_eq!(contract.operations.len(), 1);
    insta::assert_snapshot!(said(&contract), @r#"
    Note api.yaml:6:19: `deprecated` of this operation is "yes" (OpenAPI 3.0 reads it otherwise: invalid type: string "yes", expected a boolean)
    Warning api.yaml:7:41: `required` is a number (it is true or false)
    Note api.yaml:8:19: this response has no `description` (add `description`)
    "#);
}

#[test]
fn servers_have_their_variables_filled_in() {
    let contract = contract(
        "3.1.0",
        "servers:
  - {url: 'https://{host}/v{n}', variables: {host: {default: a.test}, n: {default: '2'}}}
  - {url: 'https://{gone}/'}
paths: {}
",
    );
    assert_eq!(contract.servers, ["https://a.test/v2", "https://{gone}/"]);
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:5:6: the variable `gone` of `https://{gone}/` is not declared (declare it in `variables`)
    Warning api.yaml:6:1: `paths` is empty: there is nothing to test (add `/pets: {get: ...}`)
    ");
}

#[test]
fn an_operation_that_is_served_elsewhere_is_not_tested() {
    let contract = contract(
        "3.1.0",
        "servers: [{url: 'https://a.test/v1/'}, {url: 'https://b.test'}]
paths:
  /same: {servers: [{url: 'https://a.test/v1'}], get: {responses: {}}}
  /files:
    servers: [{url: 'https://{host}.test', variables: {host: {default: files}}}]
    get: {operationId: elsewhere, responses: {}}
    put: {operationId: here, servers: [{url: 'https://b.test/'}], responses: {}}
",
    );
    let ids: Vec<_> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["GET /same", "here"]);
    assert_eq!(contract.untested, ["elsewhere"]);
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:7:5: it is served at https://files.test, other operations at https://a.test/v1/ or https://b.test (where your target serves it all the same, take its `servers` away in an overlay)
    Warning api.yaml:8:5: `elsewhere` is not tested: it is served at https://files.test, other operations at https://a.test/v1/ or https://b.test
    ");
}

#[test]
fn a_path_item_by_reference_is_one_with_what_stands_beside_the_reference() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a/{id}:
    $ref: '#/components/pathItems/a'
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: own, responses: {}}
components:
  pathItems:
    a:
      parameters: [{name: page, in: query, schema: {type: integer}}]
      get: {operationId: theirs, responses: {}}
      post: {operationId: other, responses: {}}
",
    );
    let shown = |id: &str| {
        let names = operation(&contract, id).parameters.iter().map(|parameter| parameter.name.as_str());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!((shown("own"), shown("other")), ("page id".to_owned(), "page id".to_owned()));
    assert_eq!(contract.operations.len(), 2);
    assert_eq!(said(&contract), "");
}

#[test]
fn sources_become_promises_in_their_order() {
    let contract = contract(
        "3.1.0",
        "x-source: {document: d.txt, quote: All of it., strength: inferred}
paths:
  /a:
    post:
      x-source: [{document: d.txt, quote: One.}, {section: RFC 9110 9.3.3, strength: standard}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
      responses: {}
  /b:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
      responses: {}
components:
  schemas:
    A:
      properties:
        x-source: {type: string, x-source: {document: d.txt, quote: Two., of: type}}
      example: {x-source: {document: no promise}}
",
    );
    let shown: Vec<String> = contract
        .promises
        .iter()
        .map(|promise| {
            let text = promise.source.quote.as_deref().or(promise.source.section.as_deref()).unwrap_or_default();
            format!(
                "{text} {:?} {:?} {:?} {}",
                promise.source.strength, promise.subject, promise.operation, promise.place
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    All of it. Inferred Document None api.yaml:3:11
    One. Documented Operation Some("POST /a") api.yaml:7:18
    RFC 9110 9.3.3 Standard Operation Some("POST /a") api.yaml:7:50
    Two. Documented RequestBody None api.yaml:18:44
    "#);
    assert_eq!(contract.promises[3].of.as_deref(), Some("type"));
    assert_eq!(contract.promises[0].source.strength, Strength::Inferred);
    assert_eq!(contract.promises[1].subject, Subject::Operation);
    let schema = operation(&contract, "POST /a").body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
    assert_eq!(schema.json()["properties"]["x-source"]["x-promise"], serde_json::json!([3]));
}

#[test]
fn faults_of_our_own_words_name_the_nearest_right_one() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a:
    get:
      x-source: {document: d.txt, quot: x, strength: documentd}
      x-rate-limit: {request: 60, per: 60 seconds ago}
      responses:
        '200':
          description: ok
          x-errors: [{cod: X}]
          content:
            text/event-stream:
              x-stream: {frame: sse, kind: type, constant: [id], timing: {idle: 5}, sequence: '(', lifecycles: [{open: a}]}
",
    );
    assert_eq!(contract.operations.len(), 1);
    insta::assert_snapshot!(said(&contract), @r#"
    Warning api.yaml:6:35: `x-source` has no key `quot` (did you mean `quote`?)
    Warning api.yaml:6:44: `strength` is "documentd" (it is `documented`, `inferred` or `standard`)
    Warning api.yaml:7:21: `requests` of this rate limit cannot be read (write `{requests: 60, per: 60s}`)
    Warning api.yaml:7:22: `x-rate-limit` has no key `request` (did you mean `requests`?)
    Warning api.yaml:11:23: `x-errors` has no key `cod` (did you mean `code`?)
    Warning api.yaml:14:26: `x-stream` has no key `frame` (did you mean `framing`?)
    Warning api.yaml:14:38: `type` is no way to the kind of an item (write `event`, or a JSON Pointer such as `/type`)
    Warning api.yaml:14:50: `id` is no JSON Pointer (write `/id`)
    Warning api.yaml:14:75: `timing` has no key `idle` (did you mean `idleMs`?)
    Warning api.yaml:14:85: the sequence is no regular expression: unclosed group (kinds, each followed by a space)
    Warning api.yaml:14:113: this lifecycle does not say what its blocks are told apart by (add `key: /id`)
    "#);
}

#[test]
fn a_document_may_be_split_over_files() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("api.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {$ref: a.yaml}}\n");
    write(
        "a.yaml",
        "get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: 's.json#/$defs/A'}}}}}}\n",
    );
    write(
        "s.json",
        r##"{"$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}, "n": {"type": "integer"}}}}}"##,
    );
    let contract = load(&directory.path().join("api.yaml")).unwrap();
    let schema = answer(&contract, "GET /a").schema.as_ref().unwrap();
    assert!(schema.is_valid(&serde_json::json!({"a": {"a": {"n": 1}}})));
    assert!(!schema.is_valid(&serde_json::json!({"a": {"a": {"n": "x"}}})));
    assert!(schema.place().unwrap().file.ends_with("s.json"));
}

/// A document that has a bit of everything.
const WHOLE: &str = "openapi: 3.2.0
info: {title: T, version: '1', x-source: {document: d, quote: q}}
servers: [{url: 'https://{h}', variables: {h: {default: a}}}]
security: [{key: []}]
paths:
  /a/{id}:
    parameters: [{$ref: '#/components/parameters/Id'}]
    post:
      operationId: a
      x-rate-limit: {requests: 6, per: 1m}
      x-stream-when: {$request.body#/s: {true: text/event-stream}}
      requestBody: {content: {application/json: {schema: &s {type: [object, 'null'], properties: {s: {type: boolean}}}}}}
      responses:
        2XX:
          description: ok
          content:
            text/event-stream:
              itemSchema: {oneOf: [{properties: {type: {const: e}}, x-stream-terminal: true}, *s]}
              x-stream: {framing: sse, kind: /type, timing: {idleMs: 5}}
          headers: {X: {schema: {pattern: '^a+$', minLength: 1}}}
          links: {l: {operationId: a, parameters: {id: $response.body#/id}}}
        '404': {description: no, x-errors: [{code: C, state: unknown-id}]}
components:
  parameters: {Id: {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}}
  schemas: {Id: {type: string, maxLength: 3, allOf: [{x-unique: true}]}}
  securitySchemes: {key: {type: apiKey, in: header, name: K}}
";

#[test]
fn a_document_of_everything_loads_without_a_word() {
    let mut contract = read("api.yaml", WHOLE, None).unwrap();
    contract.compile();
    assert_eq!((contract.operations.len(), said(&contract).as_str()), (1, ""));
}

#[test]
fn no_mutilated_document_panics() {
    let json = crate::contract::document::Files::of_text("api.yaml", WHOLE.to_owned(), None).unwrap();
    let json = json.root().node.to_value().to_string();
    for (name, text) in [("api.yaml", WHOLE), ("api.json", &json)] {
        for at in (0..text.len()).step_by(7) {
            let _ = read(name, &text[..at], None);
            for mutilation in ["[", "}", "é", "-1", "null", "\"", "$ref: '#'"] {
                let damaged = format!("{}{mutilation}{}", &text[..at], &text[at + 1..]);
                if let Err(error) = read(name, &damaged, None) {
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}

#[test]
fn from_3_1_on_a_document_of_webhooks_or_components_alone_is_read_and_has_nothing_to_test() {
    for version in ["3.1.0", "3.2.0"] {
        for rest in ["components: {schemas: {A: {type: object}}}", "webhooks: {}"] {
            let contract = contract(version, rest);
            let note = "Note api.yaml:1:1: the document has no `paths`: there is nothing to test (operations stand under `paths`, such as `/pets: {get: ...}`)";
            assert_eq!((contract.operations.len(), said(&contract).as_str()), (0, note), "{version} {rest}");
        }
    }
    for text in
        ["openapi: 3.0.3\ncomponents: {}", "openapi: 3.1.0\ncomponents: []", "openapi: 3.1.0\npaths: 1\ncomponents: {}"]
    {
        assert!(read("api.yaml", text, None).is_err(), "{text}");
    }
}

/// A contract of a document with an overlay, both files of a directory.
fn overlaid(document: &str, overlay: &str) -> Result<crate::contract::Contract, super::super::LoadError> {
    let directory = tempfile::tempdir().unwrap();
    let (api, over) = (directory.path().join("api.yaml"), directory.path().join("over.yaml"));
    std::fs::write(&api, document).unwrap();
    std::fs::write(&over, format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\n{overlay}")).unwrap();
    Loading::begin(Document::File(&api), &[over], Reach::Beside).and_then(|loading| loading.finish())
}

const PLAIN: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200': {description: ok}\n";

#[test]
fn what_an_overlay_adds_is_read_like_the_document_and_has_its_place_in_the_overlay() {
    let overlay = "actions:
  - target: $.paths['/a'].get
    update:
      x-rate-limit: {requests: 60, per: 60s}
      x-source: {document: page.txt, quote: Sixty a minute.}
      responses:
        '200':
          content:
            application/json: {schema: {$ref: '#/components/schemas/Gone'}}
  - target: $.paths['/b']
    remove: true
";
    let contract = overlaid(PLAIN, overlay).unwrap();
    assert_eq!(contract.promises[0].place.line, 7);
    assert!(contract.promises[0].place.file.ends_with("over.yaml"));
    let in_overlay = contract.diagnostics.iter().filter(|one| one.place.file.ends_with("over.yaml"));
    let said: Vec<_> = in_overlay.map(|one| (one.place.line, one.message.as_str())).collect();
    let gone = "`#/components/schemas/Gone` leads nowhere: the document has no `components`";
    assert_eq!(said, [(11, gone), (12, "this target selects nothing of the document")]);
}

#[test]
fn an_operation_is_judged_as_its_overlay_has_it() {
    let overlay = "actions: [{target: '$..get', update: {x-rate-limit: {requests: 60, per: 60s}}}]\n";
    let contract = overlaid(PLAIN, overlay).unwrap();
    assert_eq!(operation(&contract, "a").rate_limit.as_ref().unwrap().requests, 60);
}

#[test]
fn an_overlay_that_is_wrong_makes_the_document_unreadable_and_says_all_of_it() {
    let error = overlaid(PLAIN, "actions: [{target: '$.['}, {target: 3}]\n").unwrap_err();
    let places: Vec<(usize, usize)> = error.diagnostics.iter().map(|one| (one.place.line, one.place.column)).collect();
    assert_eq!(places, [(3, 20), (3, 37)], "{error}");
}

#[test]
fn what_is_wrong_in_many_places_is_told_of_each_at_once() {
    let contract = contract(
        "3.1.0",
        "servers: {url: 'https://a.test'}
security: {key: []}
paths:
  /a: 7
  b: {}
  /c: {GET: {}, get: {parameters: {q: {in: query}}, responses: []}}
  /d: {post: {requestbody: {}, responses: {200: {schema: {}, headers: [], links: [], content: x}}}}
  /e: {put: {security: key, callbacks: [], responses: {0x1F4: {}}}}
  /f:
    parameters: [{name: q, in: body}, {name: r, in: query, style: label, schema: {}}, {name: s, in: query, type: string}]
    get: {responses: {}}
  /g: {get: {parameters: [{name: t, in: query, required: yes, explode: 'No', schema: 'true'}], responses: }}
",
    );
    let operations: Vec<_> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(operations, ["GET /g"]);
    let parameter = &contract.operations[0].parameters[0];
    assert!(parameter.required && !parameter.explode);
    insta::assert_snapshot!(said(&contract), @r#"
    Warning api.yaml:3:1: `servers` is an object (write it as a list)
    Warning api.yaml:4:1: `security` is an object (write it as a list)
    Warning api.yaml:6:3: this path is a number (a path is an object of methods)
    Warning api.yaml:7:3: the path `b` does not begin with `/` (write it with the slash)
    Warning api.yaml:8:8: `GET` is no method of a path (methods are written in small letters)
    Warning api.yaml:8:17: `GET /c` is not tested: `parameters` is an object
    Warning api.yaml:8:23: `parameters` is an object (write it as a list)
    Warning api.yaml:8:53: `responses` is an array (write it as an object)
    Warning api.yaml:9:8: `POST /d` is not tested: `content` is a string
    Note api.yaml:9:15: `requestbody` is no field of an operation (did you mean `requestBody`?)
    Note api.yaml:9:50: `schema` is no field of a response (it stands in `content`, under a media type)
    Warning api.yaml:9:62: `headers` is an array (write it as an object)
    Warning api.yaml:9:75: `links` is an array (write it as an object)
    Warning api.yaml:9:86: `content` is a string (write it as an object)
    Warning api.yaml:10:8: `PUT /e` is not tested: `0x1F4` is no status
    Warning api.yaml:10:14: `security` is a string (write it as a list)
    Warning api.yaml:10:29: `callbacks` is an array (write it as an object)
    Warning api.yaml:10:56: `0x1F4` is no status (a status is a number such as 200, a class such as 2XX, or default)
    Warning api.yaml:12:28: the parameter `q` stands in `body` (a body is the `requestBody` of its operation)
    Warning api.yaml:12:60: the style `label` is none of a parameter in `query` (it is form, spaceDelimited, pipeDelimited or deepObject)
    Warning api.yaml:12:88: the parameter `s` does not say what its value is (`type` and what goes with it stand under `schema`)
    Warning api.yaml:13:5: `GET /f` is not tested: the parameter `q` stands in `body`
    Note api.yaml:14:8: the operation documents no response (any answer is as good as another)
    Note api.yaml:14:58: `required` is the text "yes", read as true (write true without quotes)
    Note api.yaml:14:72: `explode` is the text "No", read as false (write false without quotes)
    Note api.yaml:14:86: a schema is the text "true", read as true (write it without quotes)
    "#);
}

#[test]
fn a_map_of_schemas_may_be_given_by_reference() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a: {post: {requestBody: {content: {application/json: {schema: {properties: {$ref: '#/x-members'}}}}}, responses: {}}}
x-members: {a: {type: string}, b: {properties: {$ref: '#/x-members'}}}
",
    );
    assert!(contract.operations.is_empty(), "a map that leads back to itself is none: {}", said(&contract));
    let text = "paths:
  /a: {post: {requestBody: {content: {application/json: {schema: {properties: {$ref: '#/x-members'}}}}}, responses: {}}}
x-members: {a: {type: string}}
";
    let contract = self::contract("3.1.0", text);
    let schema = contract.operations[0].body.as_ref().unwrap().media[0].schema.clone().unwrap();
    assert!(!schema.is_valid(&serde_json::json!({"a": 1})) && schema.is_valid(&serde_json::json!({"a": "x"})));
}
