//! What one operation makes, others use: found again, gone once deleted, and nobody else's.

use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::crud::{Creation, Fault, SPEC, Shop, Ways};
use crate::support::{Ran, Received, answered, checked, folder, serving, uptospec_in};

/// What a creation is documented to answer where it is not the pet.
const WHOLE: &str = "          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}\n        default: \
    {$ref: '#/components/responses/Refused'}\n    get:\n      operationId: listPets";

/// A check of a shop that answers in these ways, its report, and how many requests it counted.
struct Checked {
    ran: Ran,
    target: Value,
    counted: usize,
    old: Option<(usize, Value)>,
    folder: PathBuf,
    _kept: tempfile::TempDir,
}

/// Checks a shop by this document, with more of the configuration.
fn check_by(spec: &str, ways: Ways, more: &str) -> Checked {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let shop = runtime.block_on(Shop::start(ways)).expect("a port is free");
    let url = &shop.url;
    let config = format!(
        "[target.pets]\nspec = \"pets.yaml\"\nurl = \"{url}\"\ncredentials = {{ token = \"token-of-ann\" }}\n{more}"
    );
    let (kept, path) = folder(&[("pets.yaml", spec), ("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check", "--cases", "4", "--report", "json=report.json"]);
    let report = std::fs::read(path.join("report.json")).expect("the report is written");
    let report: Value = serde_json::from_slice(&report).expect("the report is JSON");
    let target = report["targets"][0].clone();
    Checked { ran, target, counted: shop.requests(), old: shop.old(), folder: path, _kept: kept }
}

fn check(ways: Ways) -> Checked {
    check_by(SPEC, ways, "")
}

fn faulty(fault: Fault) -> Checked {
    check(Ways { fault: Some(fault), ..Ways::default() })
}

/// The document with another answer to a creation.
fn answering(creation: &str) -> String {
    let spec = SPEC.replace(WHOLE, &WHOLE.replacen(WHOLE.lines().next().unwrap_or_default(), creation, 1));
    assert_ne!(spec, SPEC, "the document has such an answer");
    spec
}

impl Checked {
    /// The findings as `SEVERITY RULE OPERATION`, notes left out.
    fn findings(&self) -> Vec<String> {
        let findings = self.target["findings"].as_array().into_iter().flatten();
        let grave = findings.filter(|finding| finding["severity"] != "note");
        let word = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        grave.map(|one| ["severity", "rule", "operation"].map(|name| word(one, name)).join(" ")).collect()
    }

    /// How often a rule was kept and broken, and why it could not be judged.
    fn rule(&self, rule: &str) -> (u64, u64, String) {
        let checks = self.target["checks"].as_array().into_iter().flatten();
        let of_rule: Vec<_> = checks.filter(|check| check["rule"] == rule).collect();
        let sum = |name: &str| of_rule.iter().filter_map(|check| check[name].as_u64()).sum();
        let reasons = of_rule.iter().filter_map(|check| check["reason"].as_str());
        (sum("passed"), sum("failed"), reasons.collect::<Vec<_>>().join("; "))
    }

    /// What the plan of the same check says, in one line.
    fn planned(&self) -> String {
        let plan = uptospec_in(&self.folder, &["check", "--plan"]);
        plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn found_again(&self) -> (u64, u64) {
        let (passed, failed, _) = self.rule("resource/not-found-again");
        (passed, failed)
    }
}

#[test]
fn a_healthy_server_finds_what_it_made_and_nothing_of_what_was_deleted() {
    let checked = check(Ways::default());
    assert_eq!(checked.findings(), [""; 0], "{}", checked.ran.all());
    assert_eq!(checked.ran.code, 0, "{}", checked.ran.all());
    for rule in ["resource/not-found-again", "resource/changed", "resource/still-there", "resource/unknown-served"] {
        assert!(matches!(checked.rule(rule), (1.., 0, _)), "{rule}: {}", checked.ran.all());
    }
    assert_eq!(checked.target["requests"].as_u64(), Some(checked.counted as u64));
}

#[test]
fn each_fault_in_the_life_of_a_thing_is_caught() {
    let caught = [
        (Fault::Forgets, ["warning resource/not-found-again getPet"].as_slice()),
        (Fault::Keeps, &["warning resource/still-there getPet"]),
        (Fault::FailsTwice, &["error http/server-error deletePet"]),
        (Fault::ServesAll, &["error resource/unknown-served getPet", "error resource/unknown-served updatePet"]),
        // What is stored otherwise than it was sent is a note.
        (Fault::Renames, &[]),
    ];
    for (fault, findings) in caught {
        let checked = faulty(fault);
        assert_eq!(checked.findings(), findings, "{fault:?}: {}", checked.ran.all());
        let (_, changed, _) = checked.rule("resource/changed");
        assert_eq!(changed > 0, fault == Fault::Renames, "{fault:?}: {}", checked.ran.all());
    }
}

#[test]
fn a_finding_of_a_life_is_tried_again_on_another_life() {
    let again = |fault, rule: &str| {
        let checked = faulty(fault);
        assert_eq!(checked.target["requests"].as_u64(), Some(checked.counted as u64));
        let findings = checked.target["findings"].as_array().into_iter().flatten();
        let mut reproduced = findings.filter(|one| one["rule"] == rule).map(|one| one["reproduced"].clone());
        reproduced.next().unwrap_or_else(|| panic!("{}", checked.ran.all()))
    };
    assert_eq!(again(Fault::Forgets, "resource/not-found-again"), "always");
    assert_eq!(again(Fault::Keeps, "resource/still-there"), "always");
    assert_eq!(again(Fault::KeepsForAMoment, "resource/still-there"), "never");
}

#[test]
fn what_another_caller_made_is_refused() {
    let other = "[target.pets.states.org-mismatch]\ncredentials = { token = \"token-of-bob\" }\n";
    let healthy = check_by(SPEC, Ways::default(), other);
    assert_eq!(healthy.findings(), [""; 0], "{}", healthy.ran.all());
    let ways = Ways { fault: Some(Fault::IgnoresOwner), ..Ways::default() };
    let findings = check_by(SPEC, ways, other).findings();
    let accepted = ["deletePet", "getPet", "updatePet"].map(|operation| format!("warning auth/accepted {operation}"));
    assert_eq!(findings, accepted);
}

#[test]
fn ids_are_found_in_a_nested_body_and_in_a_location_of_any_form() {
    let nested = "          content: {application/json: {schema: {type: object, required: [data], \
        properties: {data: {$ref: '#/components/schemas/Pet'}}}}}";
    let located = "          headers: {Location: {required: true, schema: {type: string}}}";
    for (creation, spec) in [
        (Creation::Nested, answering(nested)),
        (Creation::Path, answering(located)),
        (Creation::Url, answering(located)),
        // What the document does not say RFC 9110 does.
        (Creation::Url, answering("")),
    ] {
        let checked = check_by(&spec, Ways { creation, ..Ways::default() }, "");
        assert_eq!(checked.findings(), [""; 0], "{creation:?}: {}", checked.ran.all());
        assert!(matches!(checked.found_again(), (1.., 0)), "{creation:?}: {}", checked.ran.all());
    }
}

#[test]
fn what_is_created_later_or_shows_a_moment_later_is_no_finding() {
    let later = answering("").replace("'201':", "'202':");
    let checked = check_by(&later, Ways { creation: Creation::Later, ..Ways::default() }, "");
    assert_eq!(checked.findings(), [""; 0], "{}", checked.ran.all());
    assert_eq!(checked.found_again(), (0, 0));
    let checked = check(Ways { lags: true, ..Ways::default() });
    assert!(matches!(checked.found_again(), (1.., 0)), "{}", checked.ran.all());
}

#[test]
fn a_deletion_that_is_remembered_may_be_answered_410() {
    let checked = check(Ways { remembers: true, ..Ways::default() });
    assert_eq!(checked.findings(), [""; 0], "{}", checked.ran.all());
    assert!(matches!(checked.rule("resource/still-there"), (1.., 0, _)), "{}", checked.ran.all());
}

#[test]
fn the_first_of_a_list_is_looked_at_and_never_touched() {
    let spec = SPEC.replace("    post:\n      operationId: createPet", "    x-post:\n      operationId: createPet");
    let checked = check_by(&spec, Ways { is_stocked: true, ..Ways::default() }, "");
    assert_eq!(checked.findings(), [""; 0], "{}", checked.ran.all());
    assert!(matches!(&checked.old, Some((1.., name)) if name == "Methuselah"), "{:?}", checked.old);
    let plan = checked.planned();
    assert!(plan.contains("of getPet: from the answer of listPets, #/0/id"), "{plan}");
}

#[test]
fn a_source_can_be_named_or_switched_off() {
    let planned = |more: &str| check_by(SPEC, Ways::default(), more).planned();
    assert!(planned("").contains("of getPet, updatePet, deletePet: from the answer of createPet, #/id"));
    let named = planned("sources = { \"path.petId\" = \"createPet#/name\", \"getPet path.petId\" = \"none\" }\n");
    assert!(named.contains("of updatePet, deletePet: from the answer of createPet, #/name (as configured)"), "{named}");
    assert!(!planned("sources = { \"path.petId\" = \"none\" }\n").contains("taken from other answers"));
    assert!(!planned("values = { \"path.petId\" = 7 }\n").contains("taken from other answers"));
}

#[test]
fn a_source_that_means_nothing_is_refused_with_what_would_be_right() {
    for (source, right) in [
        ("{ \"path.petId\" = \"createPets#/id\" }", "`createPet`"),
        ("{ \"path.petID\" = \"createPet\" }", "`path.petId`"),
        ("{ \"path.petId\" = \"createPet#id\" }", "OPERATION#/json/pointer"),
    ] {
        let config = format!("[target.pets]\nspec = \"pets.yaml\"\nurl = \"http://127.0.0.1:1\"\nsources = {source}\n");
        let (_kept, path) = folder(&[("pets.yaml", SPEC), ("uptospec.toml", &config)]);
        let ran = uptospec_in(&path, &["check"]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains(right), "{}", ran.stderr);
    }
}

/// A visit that names pets in every way.
const VISITS: &str = r#"
openapi: 3.1.0
info: {title: visits, version: '1'}
paths:
  /pets:
    post:
      operationId: createPet
      responses: {'201': {description: made, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}}}
  /visits:
    post:
      operationId: createVisit
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [petIds, pet, lines, details]
              properties:
                petIds: {type: array, minItems: 1, items: {type: integer}}
                pet: {type: object, required: [id], properties: {id: {type: integer}}}
                lines: {type: array, minItems: 2, items: {type: object, required: [petId], properties: {petId: {type: integer}}}}
                details: {type: object, required: [petId], properties: {petId: {type: integer}, note: {type: string}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
        '400': {description: what is wrong}
        '404': {description: no such pet}
"#;

/// The status of a visit to these pets.
fn visited(visit: &Value, known: &[i64]) -> &'static str {
    let (lines, pets) = (visit["lines"].as_array(), visit["petIds"].as_array());
    let of_lines = lines.into_iter().flatten().map(|line| &line["petId"]);
    let named = of_lines.chain(pets.into_iter().flatten()).chain([&visit["pet"]["id"], &visit["details"]["petId"]]);
    let note = visit["details"].get("note").is_none_or(Value::is_string);
    let is_whole = note && pets.is_some_and(|pets| !pets.is_empty()) && lines.is_some_and(|lines| lines.len() >= 2);
    match named.map(Value::as_i64).collect::<Option<Vec<i64>>>().filter(|_| is_whole) {
        Some(ids) if ids.iter().all(|id| known.contains(id)) => "200 OK",
        Some(_) => "404 Not Found",
        None => "400 Bad Request",
    }
}

#[test]
fn ids_anywhere_in_a_body_are_those_of_things_that_were_made() {
    let known = Mutex::new(Vec::new());
    let url = serving(move |request: &Received| {
        let mut known = known.lock().expect("no request panics here");
        match (request.method.as_str(), request.target.as_str()) {
            ("POST", "/pets") => {
                let id = 41_000 + i64::try_from(known.len()).expect("there are few");
                known.push(id);
                answered("201 Created", "application/json", &json!({ "id": id }).to_string())
            }
            ("POST", "/visits") => answered(visited(&request.json(), &known), "application/json", "{}"),
            _ => answered("405 Method Not Allowed\r\nAllow: POST", "application/json", "{}"),
        }
    });
    let (ran, target) = checked(VISITS, &url, &["--only", "createVisit", "--cases", "12"]);
    assert_eq!(target["findings"], json!([]), "{}", ran.all());
    let mut statuses = target["coverage"]["createVisit"]["statuses"].as_array().into_iter().flatten();
    let served = statuses.find(|status| status["what"] == "200").and_then(|status| status["times"].as_u64());
    assert!(served >= Some(12), "{}", ran.all());
    let (_kept, path) = folder(&[("api.yaml", VISITS)]);
    let plan = uptospec_in(&path, &["check", "api.yaml", "--url", &url, "--plan"]).stdout;
    let plan = plan.split_whitespace().collect::<Vec<_>>().join(" ");
    for at in ["body#/petIds", "body#/pet/id", "body#/lines/0/petId", "body#/details/petId"] {
        assert!(plan.contains(&format!("{at} of createVisit")), "{at}: {plan}");
    }
    let (_ran, target) = checked(VISITS, &url, &["--only", "createVisit", "--value", "body#/pet/id=41000"]);
    assert_eq!(target["findings"], json!([]), "what the user says goes before it");
}
