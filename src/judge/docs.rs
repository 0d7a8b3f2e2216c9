//! `docs/rules.md` is written from the registry, and this test keeps it so.

use std::fmt::Write as _;
use std::path::Path;

use super::{RuleSource, rules};

const HEAD: &str = "# The rules

What uptospec judges, family by family. `uptospec explain RULE` says why a rule is there and shows an
answer that breaks it. A severity is the most that breaking the rule weighs: it is less where the
promise behind it is only inferred, and a target's configuration can change it.

This page is written from the rules themselves: `UPTOSPEC_UPDATE_DOCS=1 cargo test --lib judge::docs`.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut family = "";
    for rule in rules() {
        let its_family = rule.id.split('/').next().unwrap_or_default();
        if its_family != family {
            family = its_family;
            write!(page, "\n## {family}\n\n| rule | severity | what | source |\n| --- | --- | --- | --- |\n").unwrap();
        }
        let source = match rule.source {
            RuleSource::Contract => "the contract",
            RuleSource::Standard(section) => section,
            RuleSource::Practice(practice) => practice,
        };
        let what = rule.what.replace('|', "\\|");
        writeln!(page, "| `{}` | {} | {what} | {source} |", rule.id, rule.severity.word()).unwrap();
    }
    page
}

#[test]
fn the_page_of_the_rules_is_what_the_registry_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("UPTOSPEC_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/rules.md is out of date: run this test with UPTOSPEC_UPDATE_DOCS=1");
}
