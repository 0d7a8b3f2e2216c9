//! All the rules, by family.

use super::{
    Rule, auth, body, created, damage, echo, error, header, http, isolation, item, limit, resource, snapshot, sse,
    status, stream, text, unique, workflow,
};

/// Every family, in the order in which rules are listed and exchanges are judged.
const FAMILIES: &[&[Rule]] = &[
    status::RULES,
    resource::RULES,
    auth::RULES,
    error::RULES,
    header::RULES,
    body::RULES,
    echo::RULES,
    damage::RULES,
    unique::RULES,
    created::RULES,
    isolation::RULES,
    limit::RULES,
    workflow::RULES,
    http::message::RULES,
    http::refusal::RULES,
    http::cors::RULES,
    http::leak::RULES,
    sse::RULES,
    stream::RULES,
    item::RULES,
    text::RULES,
    snapshot::RULES,
];

/// Rules on when bytes arrive. A machine that was busy for a moment breaks them once.
const TIMED: [&str; 7] = [
    "stream/buffered",
    "stream/first-event-late",
    "stream/held-open",
    "stream/idle",
    "stream/slow-keep-alive",
    "text/buffered",
    "text/idle",
];

/// Rules on the bytes beneath an answer, which are seen where its wire was audited.
const WIRE: [&str; 2] = ["stream/surplus-bytes", "stream/two-lengths"];

/// Whether a rule is about when bytes arrive, so that one exchange alone proves little.
pub fn is_timed(id: &str) -> bool {
    TIMED.contains(&id)
}

/// Whether a rule is about what only a wire audit shows.
pub fn is_of_wire(id: &str) -> bool {
    WIRE.contains(&id)
}

/// Every rule that there is, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().copied().flatten()
}

/// Whether the rule of that id asks for nothing of a body: what was cut of one makes no difference to it.
pub fn is_of_head(id: &str) -> bool {
    matches!(id.split_once('/'), Some(("status" | "auth" | "header", _)))
}

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The id that an unknown one was probably meant to be.
pub fn nearest(id: &str) -> Option<&'static str> {
    let own_name = |rule: &'static Rule| rule.id.split_once('/').map_or(rule.id, |(_, own_name)| own_name);
    let distance = |name: &str| strsim::damerau_levenshtein(name, id);
    let nearest = rules().map(|rule| (distance(rule.id).min(distance(own_name(rule))), rule.id)).min()?;
    (nearest.0 <= (id.len() / 3).max(2)).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::RuleSource;
    use super::*;

    #[test]
    fn every_id_is_one_family_and_one_name_and_stands_once() {
        let mut seen = HashSet::new();
        for rule in rules() {
            let words: Vec<_> = rule.id.split('/').collect();
            let plain = |word: &&str| {
                !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            };
            assert!(words.len() == 2 && words.iter().all(plain), "{}", rule.id);
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        }
    }

    #[test]
    fn every_rule_explains_itself_in_sentences() {
        for rule in rules() {
            for text in [rule.what, rule.why] {
                assert!(
                    text.ends_with('.') && text.starts_with(|first: char| !first.is_lowercase()),
                    "{}: {text}",
                    rule.id
                );
            }
            assert!(!rule.example.is_empty(), "{}", rule.id);
            let cited = match rule.source {
                RuleSource::Contract => "the contract",
                RuleSource::Standard(text) | RuleSource::Practice(text) => text,
            };
            assert!(!cited.is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn every_rule_named_here_exists() {
        assert!(TIMED.iter().chain(&WIRE).all(|id| rule(id).is_some()));
    }

    #[test]
    fn a_rule_is_found_by_its_id_and_a_misspelt_one_by_likeness() {
        assert_eq!(rule("body/schema").map(|rule| rule.id), Some("body/schema"));
        assert!(rule("body/shema").is_none());
        assert_eq!(nearest("body/shema"), Some("body/schema"));
        assert_eq!([nearest("zzz"), nearest("nonsense")], [None, None]);
    }
}
