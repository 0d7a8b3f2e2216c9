//! What a schema asks of requests beyond what it asks of answers.

use serde_json::{Map, Value, json};

use super::normalise::Writer;
use crate::contract::document::{At, Node};

impl Writer<'_, '_> {
    /// Leaves out members that only answers have, and lets a discriminator choose.
    pub(super) fn for_requests(&self, node: &Node, out: &mut Map<String, Value>) {
        self.without_read_only(node, out);
        self.discriminated(node, out);
    }

    /// A `readOnly` member should not be sent (OpenAPI 3.0.4 section 4.7.24.2). Where the object is open it may
    /// be there all the same, as in an example.
    fn without_read_only(&self, node: &Node, out: &mut Map<String, Value>) {
        let Some(Value::Object(members)) = out.get_mut("properties") else { return };
        let written = node.get("properties");
        members.retain(|name, _| {
            let member = written.and_then(|all| all.get(name));
            !member.is_some_and(|member| self.says(member, "readOnly"))
        });
    }

    /// The value of the discriminator says which alternative is meant (OpenAPI 3.1 section 4.8.25): a request whose
    /// value names another is refused, though the schemas alone allow it.
    fn discriminated(&self, node: &Node, out: &mut Map<String, Value>) {
        let Some(discriminator) = node.get("discriminator") else { return };
        let Some(member) = discriminator.get("propertyName").and_then(Node::as_str) else { return };
        for keyword in ["oneOf", "anyOf"] {
            let (Some(nodes), Some(Value::Array(alternatives))) =
                (node.get(keyword).and_then(Node::as_array), out.get_mut(keyword))
            else {
                continue;
            };
            for (node, alternative) in nodes.iter().zip(alternatives) {
                if let Some(names) = self.names(node, discriminator, member) {
                    let named = json!({ "required": [member], "properties": { member: { "enum": names } } });
                    *alternative = json!({ "allOf": [alternative.take(), named] });
                }
            }
        }
    }

    /// The values that choose an alternative: those that are mapped to it, else the name of its schema. `None`
    /// where the alternative says them itself, or has no name.
    fn names(&self, alternative: &Node, discriminator: &Node, member: &str) -> Option<Vec<String>> {
        let reference = alternative.get("$ref")?.as_str()?;
        let target = self.target(alternative, reference)?;
        if self.fixes(&target, member, 0) {
            return None;
        }
        let name = target.pointer.rsplit('/').next().filter(|name| !name.is_empty())?.to_owned();
        let leads_here = |node: &Node, text: &str| {
            let meant = self.target(node, text).map(|at| (at.file, at.pointer));
            text == name || meant.is_some_and(|meant| meant == (target.file, target.pointer.clone()))
        };
        let mapping = discriminator.get("mapping").and_then(Node::as_object);
        let mapped = mapping
            .into_iter()
            .flatten()
            .filter(|(_, entry)| entry.value.as_str().is_some_and(|text| leads_here(&entry.value, text)));
        let mapped: Vec<String> = mapped.map(|(value, _)| value.clone()).collect();
        Some(if mapped.is_empty() { vec![name] } else { mapped })
    }

    /// Whether a schema gives a member fixed values of its own.
    fn fixes(&self, schema: &At<'_>, member: &str, depth: usize) -> bool {
        const MAX_DEPTH: usize = 16;
        if depth > MAX_DEPTH {
            return false;
        }
        let fixed = schema.get("properties").and_then(|all| all.get(member)).is_some_and(|at| {
            let at = self.meant(at);
            at.get("const").is_some() || at.get("enum").is_some()
        });
        let parts = schema.get("allOf");
        fixed || parts.iter().flat_map(At::items).any(|part| self.fixes(&self.meant(part), member, depth + 1))
    }

    /// What a schema means: itself, or what it refers to.
    fn meant<'f>(&'f self, at: At<'f>) -> At<'f> {
        let files = self.files();
        let target = at.text("$ref").and_then(|reference| files.resolve(&at, reference).ok());
        target.unwrap_or(at)
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
             responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n\
             components: {{schemas: {{\
             Cat: {{type: object, properties: {{kind: {{type: string}}, lives: {{type: integer}}}}}}, \
             Dog: {{type: object, required: [kind], properties: {{kind: {{type: string, enum: [dog]}}}}}}}}}}\n"
        );
        let contract = read("api.yaml", &text, None).unwrap();
        let operation = &contract.operations[0];
        let of = |media: &crate::contract::MediaType| media.schema.clone().unwrap();
        (of(&operation.body.as_ref().unwrap().media[0]), of(&operation.responses[0].media[0]))
    }

    const PETS: &str = "oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]";

    #[test]
    fn the_discriminator_of_a_request_names_its_alternative() {
        let (request, answer) = schemas(&format!("{{{PETS}, discriminator: {{propertyName: kind}}}}"));
        assert!(request.is_valid(&json!({"kind": "Cat", "lives": 9})));
        assert!(request.is_valid(&json!({"kind": "dog"})), "an alternative that says its values itself keeps them");
        assert!(!request.is_valid(&json!({"kind": "cow"})) && !request.is_valid(&json!({"lives": 9})));
        assert!(answer.is_valid(&json!({"kind": "cow"})), "what a discriminator names is no constraint of an answer");
    }

    #[test]
    fn mapped_names_go_before_that_of_the_schema() {
        let mapping = "mapping: {c: Cat, tom: '#/components/schemas/Cat', d: Dog}";
        let (request, _) = schemas(&format!("{{{PETS}, discriminator: {{propertyName: kind, {mapping}}}}}"));
        for (kind, is_valid) in [("c", true), ("tom", true), ("Cat", false), ("d", false)] {
            assert_eq!(request.is_valid(&json!({"kind": kind})), is_valid, "{kind}");
        }
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
