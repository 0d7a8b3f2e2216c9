//! Findings of servers that fail on a combination are told with that combination and nothing else.

use serde_json::{Value, json};

use crate::support::{Received, answered, checked, serving};

const SPEC: &str = r#"
openapi: 3.1.0
info: {title: orders, version: '1'}
paths:
  /orders:
    post:
      operationId: order
      parameters:
        - {name: dry, in: query, schema: {type: boolean}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Trace, in: header, schema: {type: string, maxLength: 30}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [lines]
              properties:
                lines:
                  type: array
                  minItems: 1
                  items:
                    type: object
                    required: [amount]
                    properties:
                      amount: {type: integer, minimum: 1}
                      gift: {type: object, properties: {text: {type: string}, card: {type: boolean}}}
                      size: {type: string}
                note: {type: string}
                address: {type: object, properties: {city: {type: string}, street: {type: string}}}
                coupon: {type: string}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: string}, total: {type: integer}}}
        '400': {description: what is wrong}
"#;

/// A server that answers orders by what they have.
fn shop(answer: impl Fn(&Value, bool) -> Vec<u8> + Send + Sync + 'static) -> String {
    serving(move |request: &Received| {
        let order = request.json();
        let Some(lines) = order["lines"].as_array() else {
            return answered("400 Bad Request", "application/json", "{}");
        };
        let is_gift = lines.iter().any(|line| line.get("gift").is_some());
        answer(&order, is_gift)
    })
}

fn ok(body: &Value) -> Vec<u8> {
    answered("200 OK", "application/json", &body.to_string())
}

fn finding<'t>(target: &'t Value, rule: &str) -> &'t Value {
    let mut findings = target["findings"].as_array().into_iter().flatten();
    findings.find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{target:#}"))
}

#[test]
fn a_fault_of_two_members_together_is_shown_by_these_two_alone() {
    let url = shop(|order, is_gift| match is_gift && order.get("note").is_some() {
        true => answered("500 Internal Server Error", "application/json", "{}"),
        false => ok(&json!({"id": "o1", "total": 1})),
    });
    let (ran, target) = checked(SPEC, &url, &[]);
    let case = &finding(&target, "http/server-error")["case"];
    assert_eq!(case["shrunk"], true, "{}", ran.all());
    let url = case["request"]["url"].as_str().unwrap_or_default();
    assert!(url.ends_with("/orders"), "{url}");
    let body = &case["request"]["body"];
    assert_eq!(*body, json!({"lines": [{"amount": 1, "gift": {}}], "note": ""}), "{case:#}");
}

#[test]
fn a_finding_is_never_shrunk_into_another_of_the_same_rule() {
    // Whoever takes the gift away from an order with a note comes from one break to the other.
    let url = shop(|order, is_gift| match (is_gift, order.get("note").is_some()) {
        (true, true) => ok(&json!({"id": "o1", "total": "one"})),
        (false, true) => ok(&json!({"id": 1, "total": 1})),
        _ => ok(&json!({"id": "o1", "total": 1})),
    });
    let (ran, target) = checked(SPEC, &url, &[]);
    let finding = finding(&target, "body/schema");
    assert_eq!(finding["case"]["shrunk"], true, "{}", ran.all());
    let expected = match finding["at"]["pointer"].as_str() {
        Some("/total") => json!({"lines": [{"amount": 1, "gift": {}}], "note": ""}),
        Some("/id") => json!({"lines": [{"amount": 1}], "note": ""}),
        other => panic!("{other:?}"),
    };
    assert_eq!(finding["case"]["request"]["body"], expected, "{finding:#}");
}

/// Operations that take the same parts and a body each of another kind.
const PARTS: &str = r#"
openapi: 3.1.0
info: {title: parts, version: '1'}
paths:
  /query/{zone}: {post: {operationId: query, parameters: &all [{$ref: '#/components/parameters/tag'},
    {$ref: '#/components/parameters/filter'}, {$ref: '#/components/parameters/trace'},
    {$ref: '#/components/parameters/theme'}, {$ref: '#/components/parameters/zone'}], responses: &ok {'200': {description: ok}}}}
  /deep/{zone}: {post: {operationId: deep, parameters: *all, responses: *ok}}
  /header/{zone}: {post: {operationId: header, parameters: *all, responses: *ok}}
  /cookie/{zone}: {post: {operationId: cookie, parameters: *all, responses: *ok}}
  /path/{zone}: {post: {operationId: path, parameters: *all, responses: *ok}}
  /json/{zone}: {post: {operationId: json, parameters: *all, responses: *ok,
    requestBody: {required: true, content: {application/json: {schema: &body {$ref: '#/components/schemas/Body'}}}}}}
  /form/{zone}: {post: {operationId: form, parameters: *all, responses: *ok,
    requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: *body}}}}}
  /multipart/{zone}: {post: {operationId: multipart, parameters: *all, responses: *ok,
    requestBody: {required: true, content: {multipart/form-data: {schema: *body}}}}}
  /text/{zone}: {post: {operationId: text, parameters: *all, responses: *ok,
    requestBody: {required: true, content: {text/plain: {schema: {type: string, minLength: 1}}}}}}
components:
  parameters:
    tag: {name: tag, in: query, schema: {type: array, items: {type: string}}}
    filter: {name: filter, in: query, style: deepObject, explode: true, schema: {type: object, properties: {from: {type: integer}, to: {type: integer}}}}
    trace: {name: X-Trace, in: header, schema: {type: string, maxLength: 30}}
    theme: {name: theme, in: cookie, schema: {type: string, maxLength: 30}}
    zone: {name: zone, in: path, required: true, schema: {type: string, minLength: 3, maxLength: 30}}
  schemas:
    Body: {type: object, required: [title], properties: {title: {type: string, minLength: 1}, note: {type: string}, pages: {type: integer, minimum: 1}, file: {type: string, format: binary}}}
"#;

/// Whether the server fails on a request: each operation on one part of it.
fn fails_on(request: &Received) -> bool {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let text = String::from_utf8_lossy(&request.body);
    match segments.first().copied().unwrap_or_default() {
        "query" => query.contains("tag="),
        "deep" => query.contains("filter%5Bto%5D="),
        "header" => !request.header("x-trace").is_empty(),
        "cookie" => request.header("cookie").contains("theme="),
        "path" => segments.get(1).is_some_and(|zone| zone.len() > 3),
        "json" => request.json().get("pages").is_some(),
        "form" => text.contains("pages="),
        "multipart" => text.contains("name=\"file\""),
        _ => text.len() > 3,
    }
}

#[test]
fn a_fault_in_any_part_of_a_request_is_shown_by_that_part_alone() {
    let url = serving(|request| match fails_on(request) {
        true => answered("500 Internal Server Error", "application/json", "{}"),
        false => answered("200 OK", "text/plain", "ok"),
    });
    let (ran, target) = checked(PARTS, &url, &["--rule", "http/server-error", "--cases", "12"]);
    let multipart = "--uptospec-boundary\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n\
         --uptospec-boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n\r\n--uptospec-boundary--\r\n";
    for (operation, query, field, body) in [
        ("query", "?tag=", None, Value::Null),
        ("deep", "?filter%5Bto%5D=0", None, Value::Null),
        ("header", "", Some(("x-trace", "a")), Value::Null),
        ("cookie", "", Some(("Cookie", "theme=")), Value::Null),
        ("path", "a", None, Value::Null),
        ("json", "", None, json!({"title": "a", "pages": 1})),
        ("form", "", None, json!("title=a&pages=1")),
        ("multipart", "", None, json!(multipart)),
        ("text", "", None, json!("aaaa")),
    ] {
        let mut findings = target["findings"].as_array().into_iter().flatten();
        let finding =
            findings.find(|finding| finding["operation"] == operation).unwrap_or_else(|| panic!("{}", ran.all()));
        let (case, request) = (&finding["case"], &finding["case"]["request"]);
        assert_eq!(case["shrunk"], true, "{case:#}");
        assert_eq!(request["url"], format!("{url}/{operation}/aaa{query}"), "{case:#}");
        assert_eq!(request["body"], body, "{case:#}");
        let all = request["headers"].as_object().into_iter().flatten();
        let named: Vec<_> =
            all.filter(|(name, _)| ["x-trace", "cookie"].contains(&name.to_lowercase().as_str())).collect();
        let expected: Vec<_> = field.into_iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
        let named: Vec<_> = named.into_iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        assert_eq!(named, expected, "{case:#}");
    }
}

#[test]
fn of_many_findings_each_is_tried_again() {
    let path = |number: usize| {
        format!("  /a{number}: {{get: {{operationId: a{number}, responses: {{'200': {{description: ok}}}}}}}}\n")
    };
    let spec =
        format!("openapi: 3.1.0\ninfo: {{title: a, version: '1'}}\npaths:\n{}", (0..40).map(path).collect::<String>());
    let url = serving(|_| answered("500 Internal Server Error", "application/json", "{}"));
    let (ran, target) = checked(&spec, &url, &["--rule", "http/server-error"]);
    let findings: Vec<_> = target["findings"].as_array().into_iter().flatten().collect();
    assert_eq!(findings.len(), 40, "{}", ran.all());
    let is_told = |finding: &&&Value| finding["reproduced"] == "always" && finding["case"]["shrunk"] == true;
    assert_eq!(findings.iter().filter(is_told).count(), 40, "{target:#}");
}
