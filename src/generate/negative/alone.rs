//! Whether an instance breaks exactly one constraint.

use serde_json::Value;

use crate::contract::Schema;
use crate::generate::pointer;

/// Keywords of a schema that fail when a branch of theirs does.
const CHOICES: [&str; 4] = ["oneOf", "anyOf", "not", "if"];

/// Whether the instance breaks this keyword at this place and nothing else.
pub(in crate::generate) fn breaks_alone(schema: &Schema, instance: &Value, site: &str, keyword: &str) -> bool {
    // What is wrong with a choice is not what is wrong with the alternative that comes nearest.
    let failures =
        if CHOICES.contains(&keyword) { schema.broken_keywords(instance) } else { explained(schema, instance) };
    if keyword == "x-max-json-length" {
        // A keyword of ours: not every validator asks for it.
        return failures.iter().all(|(at, broken)| broken == keyword && at == site);
    }
    !failures.is_empty() && failures.iter().all(|(at, broken)| is_meant((at, broken), site, keyword))
}

fn explained(schema: &Schema, instance: &Value) -> Vec<(String, String)> {
    schema.failures(instance).into_iter().map(|failure| (failure.instance, failure.keyword)).collect()
}

fn is_meant((at, broken): (&str, &str), site: &str, keyword: &str) -> bool {
    if at == site && broken == keyword {
        return true;
    }
    let implied = at == site && implied(keyword).contains(&broken);
    // A choice that encloses the place fails with it, and cannot say which of its branches was meant.
    let enclosing = CHOICES.contains(&broken) && pointer::is_within(site, at);
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
        "required" | "additionalProperties" | "unevaluatedProperties" => {
            pointer::split(at).map_or("", |(parent, _)| parent)
        }
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
