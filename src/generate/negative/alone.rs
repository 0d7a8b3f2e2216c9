//! Whether an instance breaks exactly one constraint.

use serde_json::Value;

use crate::contract::{Schema, SchemaFailure};
use crate::generate::pointer;

/// Keywords of a schema that fail when a branch of theirs does.
const CHOICES: [&str; 4] = ["oneOf", "anyOf", "not", "if"];

/// Whether the instance breaks this keyword at this place and nothing else.
pub(in crate::generate) fn breaks_alone(schema: &Schema, instance: &Value, site: &str, keyword: &str) -> bool {
    let failures = schema.failures(instance);
    if keyword == "x-max-json-length" {
        // A keyword of ours: not every validator asks for it.
        return failures.iter().all(|failure| failure.keyword == keyword && failure.instance == site);
    }
    !failures.is_empty() && failures.iter().all(|failure| is_meant(failure, site, keyword))
}

fn is_meant(failure: &SchemaFailure, site: &str, keyword: &str) -> bool {
    if failure.instance == site && failure.keyword == keyword {
        return true;
    }
    let implied = failure.instance == site && implied(keyword).contains(&failure.keyword.as_str());
    // A choice that encloses the place fails with it, and cannot say which of its branches was meant.
    let enclosing = CHOICES.contains(&failure.keyword.as_str()) && pointer::is_within(site, &failure.instance);
    implied || enclosing
}

/// Keywords that can hardly be kept where this one is broken: they say the same in more words.
fn implied(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "type" => &["enum", "const"],
        "minLength" => &["pattern", "format"],
        "minItems" => &["contains"],
        _ => &[],
    }
}

/// Where the validator reports a violation at this part of the body: a member that is missing, or
/// one too many, is reported at the object that lacks or has it.
pub(in crate::generate) fn site<'p>(at: &'p str, keyword: &str) -> &'p str {
    match keyword {
        "required" | "additionalProperties" => pointer::split(at).map_or("", |(parent, _)| parent),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_second_broken_constraint_is_noticed() {
        let schema = Schema::standalone(json!({
            "required": ["a"], "properties": {"a": {"type": "string", "minLength": 2}, "b": {"type": "boolean"}}
        }));
        let schema = schema.unwrap();
        assert!(breaks_alone(&schema, &json!({"a": "x"}), "/a", "minLength"));
        assert!(!breaks_alone(&schema, &json!({"a": "x", "b": 1}), "/a", "minLength"));
        assert!(!breaks_alone(&schema, &json!({"a": "xy"}), "/a", "minLength"));
        assert!(breaks_alone(&schema, &json!({}), site("/a", "required"), "required"));
    }
}
