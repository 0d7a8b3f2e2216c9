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
