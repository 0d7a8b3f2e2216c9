//! What becomes of a thing behind a path: it is found again, it goes when it is deleted, and what never was is
//! not served.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::excerpt::{excerpt, excerpt_of, masked};
use super::rule::over_the_run;
use super::workflow::Sent;
use super::{At, Check, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::contract::{PromiseId, StatusPattern, Strength};
use crate::generate::{Body, Case, CaseKind, Stage};
use crate::send::{Answer, Exchange};

const NOT_FOUND: Rule = Rule {
    id: "resource/not-found-again",
    severity: Severity::Error,
    what: "What was created is found by the id that its creation answered.",
    why: "A client keeps the id and nothing else: what it cannot be asked for is lost.",
    source: RuleSource::Practice("an id of the answer names the created thing (RFC 9110 section 15.3.2)"),
    example: "HTTP/1.1 404 Not Found to GET /pets/7, after POST /pets answered 201 and {\"id\": 7}",
    judge: over_the_run,
};

const CHANGED: Rule = Rule {
    id: "resource/changed",
    severity: Severity::Note,
    what: "What was created has the values that it was created with.",
    why: "What is stored otherwise than it was sent surprises whoever reads it; many a server tidies up what it stores.",
    source: RuleSource::Practice("members of one name in a creation and in what is read mean the same"),
    example: "{\"id\": 7, \"name\": \"Rex\"} to GET /pets/7, which was created with {\"name\": \"Bello\"}",
    judge: over_the_run,
};

const STILL_THERE: Rule = Rule {
    id: "resource/still-there",
    severity: Severity::Error,
    what: "What was deleted is gone.",
    why: "Whoever deletes something relies on it that nobody sees it any more.",
    source: RuleSource::Standard("RFC 9110 9.3.5"),
    example: "HTTP/1.1 200 OK to GET /pets/7, after DELETE /pets/7 was answered 204",
    judge: over_the_run,
};

const UNKNOWN_SERVED: Rule = Rule {
    id: "resource/unknown-served",
    severity: Severity::Error,
    what: "An id that is well-formed and was never given out is refused.",
    why: "A client that has a wrong id takes what it is answered for the thing that it meant.",
    source: RuleSource::Standard("RFC 9110 15.5.5"),
    example: "HTTP/1.1 200 OK to GET /pets/uptospec-unknown",
    judge: unknown_served,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[NOT_FOUND, CHANGED, STILL_THERE, UNKNOWN_SERVED];

/// Judges one stage in the life of a thing by what was sent of it before. What the contract says of the answer
/// is judged by [`judge`](super::judge()).
pub fn judge_stage(case: &Case, exchange: &Exchange, before: &[Sent<'_>]) -> Vec<Check> {
    let Some(answer) = exchange.answer() else { return Vec::new() };
    let of = |stage| before.iter().find(|sent| sent.case.kind == CaseKind::Resource(stage)).copied();
    let checks = match case.kind {
        CaseKind::Resource(Stage::Read) => {
            let Some(created) = of(Stage::Create) else { return Vec::new() };
            let mut checks = found_again(case, exchange, answer, created);
            checks.extend(unchanged(answer, created));
            checks
        }
        CaseKind::Resource(Stage::ReadDeleted) => {
            let Some(deleted) = of(Stage::Delete) else { return Vec::new() };
            gone(case, answer, deleted, of(Stage::Read))
        }
        _ => Vec::new(),
    };
    masked(checks, case)
}

fn found_again(case: &Case, exchange: &Exchange, answer: &Answer, created: Sent<'_>) -> Vec<Check> {
    let mut sink = Sink::new(&NOT_FOUND);
    match answer.status {
        200..=299 => sink.pass([]),
        404 | 410 if status(created) == Some(202) => sink.not_checked("its creation was accepted for later (202)"),
        404 | 410 => {
            let maker = &created.case.operation.id;
            let mut finding = sink.finding(format!("what {maker} made is answered {}", answer.status));
            finding.expected = format!("what {}", origin(case));
            finding.actual = answer.status.to_string();
            // What a 201 made is what its Location names, whatever the document says (RFC 9110 section 15.3.2).
            match location(exchange, case, created) {
                Some(location) => {
                    finding.expected = format!("what the Location of the 201 names: {}", excerpt(&location));
                    sink.fail(finding);
                }
                None => sink.fail(weighed(finding, case)),
            }
        }
        300..=499 => sink.not_checked(format!("answered {}", answer.status)),
        _ => {}
    }
    sink.into_checks()
}

/// A value that came back as another is a note: no sentence promises it.
fn unchanged(answer: &Answer, created: Sent<'_>) -> Vec<Check> {
    let mut sink = Sink::new(&CHANGED);
    let sent = created.case.request.content.as_ref().map(|content| &content.body);
    let read = serde_json::from_slice::<Value>(&answer.body).ok().filter(|_| answer.status / 100 == 2);
    if let (Some(Body::Json(Value::Object(sent))), Some(read)) = (sent, read) {
        let read = read.get("data").filter(|data| data.is_object()).unwrap_or(&read);
        let pairs: Vec<_> = sent.iter().filter_map(|(name, value)| Some((name, value, read.get(name)?))).collect();
        let other = pairs.iter().find(|(_, sent, read)| differ(sent, read));
        if let Some((name, sent, read)) = other {
            let mut finding = sink.finding(format!("`{name}` is not what it was created with"));
            finding.at = At { pointer: Some(format!("/{name}")), ..At::default() };
            finding.expected = excerpt_of(sent);
            finding.actual = excerpt_of(read);
            sink.fail(finding);
        } else if !pairs.is_empty() {
            sink.pass([]);
        }
    }
    sink.into_checks()
}

/// Whether two values differ in more than what servers tidy up: case, blanks, and how a number is written.
fn differ(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::String(sent), Value::String(read)) => sent.trim().to_lowercase() != read.trim().to_lowercase(),
        (Value::Number(sent), Value::Number(read)) => sent.as_f64() != read.as_f64(),
        (Value::Bool(sent), Value::Bool(read)) => sent != read,
        _ => false,
    }
}

fn gone(case: &Case, answer: &Answer, deleted: Sent<'_>, read: Option<Sent<'_>>) -> Vec<Check> {
    let mut sink = Sink::new(&STILL_THERE);
    let deletion = status(deleted).unwrap_or_default();
    match answer.status {
        _ if deletion / 100 != 2 => sink.not_checked(format!("it was not deleted: answered {deletion}")),
        404 | 410 => sink.pass([]),
        200..=299 if deletion == 202 => sink.not_checked("its deletion was accepted for later (202)"),
        200..=299 if says_deleted(answer, read) => sink.not_checked("what is there now says that its state is another"),
        200..=299 => {
            let mut finding = sink.finding(format!("what was deleted is answered {}", answer.status));
            finding.expected = "404 or 410".to_owned();
            finding.actual = answer.status.to_string();
            sink.fail(weighed(finding, case));
        }
        status => sink.not_checked(format!("answered {status}")),
    }
    sink.into_checks()
}

/// Words in the names of members that tell the state of a thing.
const STATES: [&str; 9] = ["delet", "archiv", "remov", "activ", "status", "state", "cancel", "revok", "close"];

/// Whether a member that tells the state of the thing is not what it was before: some keep a trace of what was
/// deleted.
fn says_deleted(answer: &Answer, before: Option<Sent<'_>>) -> bool {
    let Ok(now) = serde_json::from_slice::<Value>(&answer.body) else { return false };
    let before = before.and_then(|before| serde_json::from_slice::<Value>(&before.exchange.answer()?.body).ok());
    let tells = |name: &str| STATES.iter().any(|state| name.to_lowercase().contains(state));
    let differs = |now: &Value, before: Option<&Value>| {
        let mut members = now.as_object().into_iter().flatten();
        members.any(|(name, value)| tells(name) && before.and_then(|before| before.get(name)) != Some(value))
    };
    differs(&now, before.as_ref())
        || now.get("data").is_some_and(|data| differs(data, before.as_ref().and_then(|before| before.get("data"))))
}

fn unknown_served(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (CaseKind::Resource(Stage::Unknown), Some(answer)) = (&evidence.case.kind, evidence.answer()) else { return };
    match answer.status {
        _ if evidence.throttled() => return sink.not_checked("rate limited"),
        _ if evidence.turned_away() => return sink.not_admitted(answer.status),
        405 | 501 | 300..=399 => return sink.not_checked(format!("answered {}", answer.status)),
        400..=499 => return sink.pass(refusal(evidence).map(|(_, promises)| promises).unwrap_or_default()),
        200..=299 if is_nothing(answer) => return sink.not_checked("what was answered is empty"),
        200..=299 => {}
        _ => return,
    }
    let id = evidence.case.request.path_values.last().map(|(_, id)| id.to_string()).unwrap_or_default();
    let mut finding = sink.finding(format!("answered {} to an id that was never given", answer.status));
    finding.expected = "404".to_owned();
    finding.actual = format!("{} to the id `{id}`", answer.status);
    let documented = refusal(evidence);
    finding.severity = match (evidence.case.request.method.as_str(), documented.is_some()) {
        ("DELETE" | "PUT", false) => Severity::Note,
        // What is not there need not be deleted again.
        ("DELETE", true) | (_, false) => Severity::Warning,
        (_, true) => Severity::Error,
    };
    match documented {
        Some((_, promises)) => sink.fail(finding.breaking(evidence.contract, promises)),
        None => sink.fail(finding),
    }
}

/// The documented refusal of what is not there.
fn refusal(evidence: &Evidence<'_>) -> Option<(StatusPattern, Vec<PromiseId>)> {
    let refuses = |status| matches!(status, StatusPattern::Exact(404 | 410) | StatusPattern::Class(4));
    let response = evidence.operation().responses.iter().find(|response| refuses(response.status))?;
    Some((response.status, response.promises.clone()))
}

/// Whether a success has nothing in it: a search that found nothing is no thing that was served.
fn is_nothing(answer: &Answer) -> bool {
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(Value::Null) => true,
        Ok(Value::Array(items)) => items.is_empty(),
        _ => false,
    }
}

/// A finding on what the document does not link is at most a warning.
fn weighed(finding: Finding, case: &Case) -> Finding {
    let inferred = case.request.inferred().any(|(_, inferred)| inferred.strength() == Strength::Inferred);
    let most = if inferred { Severity::Warning } else { Severity::Error };
    Finding { severity: finding.severity.min(most), ..finding }
}

/// The `Location` of the 201 that made a thing, where it names what is asked for here. It may be relative to the request
/// (RFC 9110 section 10.2.2), and have any path before it.
fn location(asked: &Exchange, case: &Case, created: Sent<'_>) -> Option<String> {
    let made = created.exchange.answer().filter(|made| made.status == 201)?;
    let location = made.header("location")?;
    let named = Url::parse(&created.exchange.request.url).ok()?.join(location.trim()).ok()?;
    let asked = Url::parse(&asked.request.url).ok()?;
    let own = case.operation.path.split('/').filter(|segment| !segment.is_empty()).count();
    let end = |url: &Url| -> Vec<String> {
        let segments = url.path().rsplit('/').filter(|segment| !segment.is_empty()).take(own);
        segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    };
    (end(&named) == end(&asked)).then_some(location)
}

/// Where the id of a case comes from, after "what".
fn origin(case: &Case) -> String {
    let Some((at, inferred)) = case.request.inferred().last() else { return "was made".to_owned() };
    let values: Vec<_> = inferred.values.iter().map(ToString::to_string).collect();
    format!("{} made: {at} is {} of its answer", inferred.operation, values.join(" or "))
}

fn status(sent: Sent<'_>) -> Option<u16> {
    sent.exchange.answer().map(|answer| answer.status)
}
