//! Parameters, bodies, responses, credentials, links.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::contract::{
    CredentialForm, ErrorState, Expression, HeaderEncoding, Location, ParameterLocation, ParameterStyle, StatusPattern,
};

#[test]
fn parameters_have_the_style_of_their_place_and_the_operations_own_come_first() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a/{id}/{rest}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}, example: x}
      - {name: page, in: query, schema: {type: integer}}
    get:
      parameters:
        - {name: page, in: query, required: true, schema: {type: string, examples: ['1', '2']}}
        - {name: tags, in: query, style: pipeDelimited, schema: {type: array}, examples: {a: {value: [1]}, b: {dataValue: [2]}}}
        - {name: deep, in: query, style: deepObject, explode: true, schema: {type: object}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: Accept, in: header, schema: {type: string}}
        - {name: sid, in: cookie, schema: {type: string}}
      responses: {}
",
    );
    let shown: Vec<_> = operation(&contract, "GET /a/{id}/{rest}")
        .parameters
        .iter()
        .map(|one| {
            format!(
                "{} {:?} {} {:?} {} {:?}",
                one.name, one.location, one.required, one.style, one.explode, one.examples
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    id Path true Simple false [String("x")]
    page Query true Form true [String("1"), String("2")]
    tags Query false PipeDelimited false [Array [Number(1)], Array [Number(2)]]
    deep Query false DeepObject true []
    filter Query false Json false []
    X-Trace Header false Simple false []
    sid Cookie false Form true []
    rest Path true Simple false []
    "#);
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:8:5: the path variable `rest` has no parameter; any text is taken for it (add a parameter with `in: path`)
    Note api.yaml:15:12: a header parameter named `Accept` is ignored (use `content` or `security` instead)
    ");
}

#[test]
fn a_whole_query_is_a_form_and_plain_text_is_itself() {
    let contract = contract(
        "3.2.0",
        "paths:
  /a:
    get:
      operationId: form
      parameters:
        - {name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
        - {name: X-Note, in: header, content: {text/plain: {schema: {type: string}}}}
      responses: {}
    post:
      parameters: [{name: q, in: querystring, content: {application/json: {schema: {type: object}}}}]
      responses: {}
    put:
      parameters: [{name: q, in: query, content: {text/csv: {schema: {type: object}}}}]
      responses: {}
",
    );
    let shown = operation(&contract, "form").parameters.iter();
    let shown: Vec<_> = shown.map(|one| (one.location, one.style, one.explode)).collect();
    assert_eq!(
        shown,
        [
            (ParameterLocation::Query, ParameterStyle::Form, true),
            (ParameterLocation::Header, ParameterStyle::Simple, false)
        ]
    );
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:11:5: `POST /a` is not tested: the parameter `q` is written as application/json
    Warning api.yaml:12:47: the parameter `q` is written as application/json (only application/x-www-form-urlencoded can be made of a whole query)
    Warning api.yaml:14:5: `PUT /a` is not tested: the parameter `q` is written as text/csv
    Warning api.yaml:15:41: the parameter `q` is written as text/csv (only JSON and plain text can be made)
    ");
}

#[test]
fn members_of_forms_are_written_as_their_encoding_says() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object}
            encoding:
              file: {contentType: 'image/png, image/jpeg'}
              tags: {style: pipeDelimited}
              deep: {style: deepObject, explode: true, contentType: text/plain}
              list: {explode: false}
              odd: {style: matrix}
              none: {}
          application/json: {encoding: {a: {style: form}}}
      responses: {}
",
    );
    let media = &operation(&contract, "POST /a").body.as_ref().unwrap().media;
    let shown: Vec<_> = media[0].encoding.iter().map(|(name, encoding)| format!("{name}: {encoding:?}")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    file: Typed("image/png")
    tags: Styled { style: PipeDelimited, explode: false }
    deep: Styled { style: DeepObject, explode: true }
    list: Styled { style: Form, explode: false }
    "#);
    assert!(media[1].encoding.is_empty());
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:15:21: the style `matrix` is not for members of a body (it is form, spaceDelimited, pipeDelimited or deepObject)
    Note api.yaml:17:30: `encoding` says nothing of application/json (it is for application/x-www-form-urlencoded and multipart/form-data)
    ");
}

#[test]
fn a_style_for_another_place_is_refused() {
    let text = "paths: {/a: {get: {parameters: [{name: q, in: query, style: matrix, schema: {}}], responses: {}}}}\n";
    assert!(contract("3.1.0", text).operations.is_empty());
}

#[test]
fn responses_are_found_by_exact_status_before_class_before_default() {
    let contract = contract(
        "3.0.3",
        "paths: {/a: {get: {responses: {default: {description: d}, 2XX: {description: c}, 200: {description: e}}}}}\n",
    );
    let operation = operation(&contract, "GET /a");
    let description = |status| operation.response(status).unwrap().description.as_str();
    assert_eq!([description(200), description(204), description(500)], ["e", "c", "d"]);
    assert_eq!(operation.responses[0].status, StatusPattern::Exact(200));
}

#[test]
fn examples_of_a_body_come_from_the_media_type_or_its_schema() {
    let contract = contract(
        "3.2.0",
        "paths:
  /a:
    post:
      requestBody:
        required: true
        content:
          application/json; charset=utf-8:
            schema: {$ref: '#/components/schemas/A'}
            examples: {one: {value: {n: 1}}, two: {$ref: '#/components/examples/Two'}, far: {externalValue: x.json}}
          application/vnd.a+json:
            schema: {$ref: '#/components/schemas/A'}
      responses: {}
components:
  schemas: {A: {type: object, example: {n: 3}}}
  examples: {Two: {dataValue: {n: 2}}}
",
    );
    let body = operation(&contract, "POST /a").body.as_ref().unwrap();
    assert!(body.required);
    assert_eq!(body.media[0].essence, "application/json");
    let names = |index: usize| {
        body.media[index].examples.iter().map(|one| (one.name.clone(), one.value["n"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(0), [("one".to_owned(), json!(1)), ("two".to_owned(), json!(2))]);
    assert_eq!(names(1), [("schema".to_owned(), json!(3))]);
    insta::assert_snapshot!(said(&contract), @"Note api.yaml:11:88: the example `far` is not used (only `value` and `dataValue` are read)");
}

#[test]
fn headers_and_documented_errors_keep_what_they_promise() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a:
    get:
      x-rate-limit: {requests: 60, per: 60s}
      responses:
        '200':
          description: ok
          headers:
            X-Id: {required: true, schema: {type: string, x-unique: true}}
            X-Session: {x-echo: $request.body#/sessionId, schema: {type: string}}
            X-Ui: {content: {application/json: {schema: {type: object}}}}
            Content-Type: {schema: {type: string}}
        '404':
          description: gone
          x-errors:
            - {code: NOT_FOUND, when: no such thing, state: unknown-id, x-source: {document: d, quote: q, strength: inferred}}
            - {code: PAUSED, state: agent-inactive}
",
    );
    let operation = operation(&contract, "GET /a");
    let [id, session, ui] = operation.responses[0].headers.as_slice() else { panic!("three headers") };
    assert!(id.required && id.unique && !session.required);
    assert_eq!(session.echo, Some(Expression::Request(Location::Body("/sessionId".to_owned()))));
    assert_eq!(ui.encoding, HeaderEncoding::Json);
    let errors = &operation.responses[1].errors;
    assert_eq!(errors[0].state, Some(ErrorState::UnknownId));
    assert_eq!(errors[0].promise.map(|promise| promise.0), Some(0));
    assert_eq!(errors[1].state, Some(ErrorState::Configured("agent-inactive".to_owned())));
    assert_eq!(operation.rate_limit.map(|limit| (limit.requests, limit.per)), Some((60, Duration::from_secs(60))));
}

#[test]
fn credentials_are_alternatives_of_combinations() {
    let contract = contract(
        "3.1.0",
        "security: [{key: []}, {}]
paths:
  /common: {get: {responses: {}}}
  /open: {get: {security: [], responses: {}}}
  /both: {get: {security: [{key: [], bearer: []}], responses: {}}}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: k, description: 'A key. Format: pk_live_…'}
    bearer: {type: http, scheme: Bearer, bearerFormat: JWT}
    login: {type: oauth2, flows: {}}
    digest: {type: http, scheme: digest}
",
    );
    let names = |id: &str| operation(&contract, id).security.iter().map(|one| one.0.join("+")).collect::<Vec<_>>();
    assert_eq!(names("GET /common"), ["key", ""]);
    assert!(names("GET /open").is_empty());
    assert_eq!(names("GET /both"), ["key+bearer"]);
    let form = |name: &str| &contract.schemes[name].form;
    assert_eq!(form("key"), &CredentialForm::Query("k".to_owned()));
    assert_eq!((form("bearer"), form("login")), (&CredentialForm::Bearer, &CredentialForm::Bearer));
    assert_eq!(contract.schemes["key"].hint.as_deref(), Some("pk_live_…"));
    insta::assert_snapshot!(said(&contract), @"Warning api.yaml:13:14: credentials of the scheme `digest` cannot be made: HTTP authentication `digest` (operations that need it are only called without credentials)");
}

#[test]
fn links_name_parts_of_the_request_that_they_fill() {
    let contract = contract(
        "3.1.0",
        "paths:
  /s:
    post:
      operationId: create
      responses:
        '201':
          description: ok
          links:
            talk: {operationId: talk, parameters: {path.sid: $response.body#/id, n: $response.header.X-N, gone: $statusCode}}
            byPointer: {operationRef: '#/paths/~1s~1{sid}/post', requestBody: $response.body}
            nowhere: {operationId: nobody}
  /s/{sid}:
    post:
      operationId: talk
      parameters: [{name: sid, in: path, required: true, schema: {}}, {name: n, in: query, schema: {}}]
      responses: {}
",
    );
    let links = &operation(&contract, "create").responses[0].links;
    assert_eq!(links.len(), 2);
    assert_eq!(links[0].operation, "talk");
    assert_eq!(
        links[0].parameters,
        [
            (Location::Path("sid".to_owned()), Expression::ResponseBody("/id".to_owned())),
            (Location::Query("n".to_owned()), Expression::ResponseHeader("X-N".to_owned())),
        ]
    );
    assert_eq!(links[1].parameters, [(Location::Body(String::new()), Expression::ResponseBody(String::new()))]);
    insta::assert_snapshot!(said(&contract), @r"
    Warning api.yaml:11:113: `talk` has no parameter `gone` (its parameters are `sid`, `n`)
    Warning api.yaml:13:23: no operation that is tested has the id `nobody` (the link is not used)
    ");
}

#[test]
fn an_operation_id_belongs_to_the_first_that_has_it() {
    let contract = contract(
        "3.2.0",
        "paths:
  /a: {get: {operationId: x, responses: {}}, query: {responses: {}}, additionalOperations: {COPY: {responses: {}}}}
  /b: {get: {operationId: x, responses: {}}}
",
    );
    let ids: Vec<&str> = contract.operations.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["x", "QUERY /a", "COPY /a", "GET /b"]);
    assert!(said(&contract).contains("another operation has the operationId `x`"), "{}", said(&contract));
}

#[test]
fn an_undeclared_path_variable_takes_any_text() {
    let contract = contract("3.1.0", "paths: {'/a/{id}': {get: {responses: {}}}}\n");
    let parameter = &operation(&contract, "GET /a/{id}").parameters[0];
    assert_eq!(
        (parameter.location, parameter.style, parameter.required),
        (ParameterLocation::Path, ParameterStyle::Simple, true)
    );
    assert!(parameter.schema.is_valid(&json!("x")));
}

#[test]
fn what_of_a_body_is_not_sent_is_said() {
    let contract = contract(
        "3.2.0",
        "paths:
  /a:
    post:
      requestBody:
        content:
          multipart/mixed: {itemSchema: {}}
          application/jsonl: {itemSchema: {}}
          multipart/form-data: {schema: {}, encoding: {f: {contentType: image/png, headers: {X-A: {schema: {}}}}}}
          application/*+json: {}
      responses: {}
",
    );
    insta::assert_snapshot!(said(&contract), @r"
    Note api.yaml:8:11: multipart/mixed bodies are not sent (JSON, forms, plain text and bytes are)
    Note api.yaml:9:11: application/jsonl bodies are not sent (JSON, forms, plain text and bytes are)
    Note api.yaml:10:84: the headers of a part are not sent (only its Content-Type is)
    ");
}
