//! What a schema asks of requests beyond what it asks of answers.

use serde_json::{Map, Value};

use super::normalise::Writer;
use crate::contract::document::Node;

impl Writer<'_, '_> {
    /// Leaves out members that only answers have. A `readOnly` member should not be sent (OpenAPI 3.0.4 section 4.7.24.2). Where the object is open it may
    /// be there all the same, as in an example.
    pub(super) fn without_read_only(&self, node: &Node, out: &mut Map<String, Value>) {
        let Some(Value::Object(members)) = out.get_mut("properties") else { return };
        let written = node.get("properties");
        members.retain(|name, _| {
            let member = written.and_then(|all| all.get(name));
            !member.is_some_and(|member| self.says(member, "readOnly"))
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::contract::{Schema, read};

    /// The schema of the request, and that of the answer.
    fn schemas(schema: &str) -> (Schema, Schema) {
        let text = format!(
            "openapi: 3.0.3\npaths: {{/a: {{post: {{requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}, \
             responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n"
        );
        let contract = read("api.yaml", &text, None).unwrap();
        let operation = &contract.operations[0];
        let of = |media: &crate::contract::MediaType| media.schema.clone().unwrap();
        (of(&operation.body.as_ref().unwrap().media[0]), of(&operation.responses[0].media[0]))
    }

    #[test]
    fn what_only_answers_have_is_no_member_of_a_request() {
        let schema =
            "{type: object, required: [id], properties: {id: {type: integer, readOnly: true}, a: {type: string}}}";
        let (request, answer) = schemas(schema);
        assert_eq!(request.json()["properties"], json!({"a": {"type": "string"}}));
        assert!(request.is_valid(&json!({"id": "an example shows it"})));
        assert!(!answer.is_valid(&json!({})) && !answer.is_valid(&json!({"id": "x"})));
    }
}
