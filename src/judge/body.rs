//! Whether the body of an answer that comes as a whole is what the document says. Streams are
//! judged item by item elsewhere.

use serde_json::Value;

use super::excerpt::excerpt;
use super::kind::kind;
use super::shape::{self, Instance};
use super::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{MediaType, PromiseId, Response, Schema, StatusPattern, Strength};
use crate::generate::Expect;
use crate::send::{Answer, End};

const EVENT_STREAM: &str = "text/event-stream";

const MEDIA_TYPE: Rule = Rule {
    id: "body/media-type",
    severity: Severity::Error,
    what: "The Content-Type is one that the document names for the status; parameters do not matter.",
    why: "A client picks its parser by the media type.",
    source: RuleSource::Contract,
    example: "Content-Type: text/html, where the document says application/json",
    judge: media_type,
};

const NOT_JSON: Rule = Rule {
    id: "body/not-json",
    severity: Severity::Error,
    what: "A body that is documented as JSON is one whole JSON text.",
    why: "A parser throws away all of a body that breaks in one place.",
    source: RuleSource::Contract,
    example: "Content-Type: application/json\n\n{\"id\": \"ses_1\",}",
    judge: not_json,
};

const SCHEMA: Rule = Rule {
    id: "body/schema",
    severity: Severity::Error,
    what: "The body keeps its documented schema.",
    why: "Typed clients fail on a member that is missing, renamed or of another type.",
    source: RuleSource::Contract,
    example: "{\"id\": \"ses_1\", \"state\": \"open\"}, where `state` is OPEN or CLOSED",
    judge: schema,
};

const WRITE_ONLY: Rule = Rule {
    id: "body/write-only",
    severity: Severity::Warning,
    what: "An answer has no member that the document calls writeOnly.",
    why: "What only requests carry is mostly a secret, such as a password; an answer gives it to logs and to others.",
    source: RuleSource::Standard("OpenAPI 3.0.4 4.7.24.2"),
    example: "{\"name\": \"Ann\", \"password\": \"hunter2\"}, where `password` is writeOnly",
    judge: write_only,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[MEDIA_TYPE, NOT_JSON, SCHEMA, WRITE_ONLY];

fn media_type(evidence: &Evidence<'_>, sink: &mut Sink) {
    if let Some((answer, response)) = without_promised_content(evidence) {
        let documented = names(response);
        let mut finding = sink.finding(format!("{} has no content in place of {documented}", answer.status));
        finding.expected = documented;
        finding.actual = format!("{}, which is without content", answer.status);
        return sink.fail(finding.breaking(evidence.contract, behind(evidence, response, &response.media)));
    }
    let Some((answer, response)) = with_documented_body(evidence) else { return };
    let essence = answer.essence();
    if essence.is_none() && answer.body.is_empty() {
        return;
    }
    if let Some(media) = evidence.media() {
        return sink.pass(media.promises.iter().copied());
    }
    if other_json(evidence).is_some() {
        return sink.pass([]);
    }
    if is_told_of_the_stream(evidence, response) {
        return;
    }
    let documented = names(response);
    let actual = answer.header("content-type").unwrap_or_else(|| "no Content-Type".to_owned());
    let mut finding = sink.finding(format!("{} comes in place of {documented}", excerpt(&actual)));
    finding.at = At::header("content-type");
    finding.expected = documented;
    finding.actual = excerpt(&actual);
    sink.fail(finding.breaking(evidence.contract, behind(evidence, response, &response.media)));
}

fn names(response: &Response) -> String {
    response.media.iter().map(|media| media.essence.as_str()).collect::<Vec<_>>().join(" or ")
}

/// A success of a status that never has content, where the document promises some for its whole class.
fn without_promised_content<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, &'a Response)> {
    let (answer, response) = (evidence.answer()?, evidence.response()?);
    let promised = !response.media.is_empty() && response.status != StatusPattern::Exact(answer.status);
    (promised && matches!(answer.status, 204 | 205) && evidence.documented_method()).then_some((answer, response))
}

/// Whether an event stream is the only answer, so that its own rule (`sse/media-type`) says what is wrong.
fn is_told_of_the_stream(evidence: &Evidence<'_>, response: &Response) -> bool {
    let asked = match &evidence.case.expect {
        Expect::Success { form } => form.as_deref() == Some(EVENT_STREAM),
        Expect::Error(_) | Expect::Refusal | Expect::Any => false,
    };
    asked || response.media.iter().all(|media| media.essence == EVENT_STREAM)
}

/// Whether an error comes as another kind of JSON than the documented one, such as problem+json: a
/// JSON parser reads it all the same.
fn is_other_json(response: &Response, essence: &str) -> bool {
    is_json(essence) && response.media.iter().any(|media| is_json(&media.essence))
}

/// An error that comes as another kind of JSON than the documented one.
fn other_json<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, &'a MediaType)> {
    let (answer, response) = with_documented_body(evidence)?;
    let is_other = answer.status >= 400 && evidence.media().is_none() && is_other_json(response, &answer.essence()?);
    let documented = response.media.iter().find(|media| is_json(&media.essence));
    Some((answer, documented.filter(|_| is_other)?))
}

fn not_json(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((answer, media)) = whole_body(evidence) else { return };
    if !answer.essence().is_some_and(|essence| is_json(&essence)) {
        return;
    }
    if let Some(reason) = evidence.unreadable() {
        return sink.not_checked(reason);
    }
    let problem = match (cut_short(answer.end), evidence.json()) {
        (Some(cut), _) => format!("the JSON body is incomplete: {cut}"),
        (None, _) if answer.body.is_empty() => "the body is empty where JSON is documented".to_owned(),
        (None, Some(Err(error))) => match evidence.unreadable_json() {
            Some(reason) => return sink.not_checked(reason),
            None => format!("the body is no JSON: {error}"),
        },
        (None, _) => return sink.pass([]),
    };
    let mut finding = sink.finding(problem);
    let broken_at = evidence.json().and_then(Result::err).map(|error| offset(&answer.body, error));
    finding.at = broken_at.map(At::byte).unwrap_or_default();
    finding.expected = format!("one JSON text ({})", media.essence);
    finding.actual = excerpt(&String::from_utf8_lossy(&answer.body));
    let promises = evidence.response().map(|response| behind(evidence, response, std::slice::from_ref(media)));
    sink.fail(finding.breaking(evidence.contract, promises.unwrap_or_default()));
}

fn schema(evidence: &Evidence<'_>, sink: &mut Sink) {
    if let Some((answer, media)) = other_json(evidence) {
        return schema_of_other_json(answer, media, evidence, sink);
    }
    let Some((answer, media)) = whole_body(evidence) else { return };
    let Some(schema) = &media.schema else { return };
    if let Some(reason) = evidence.unreadable() {
        return sink.not_checked(reason);
    }
    let essence = answer.essence().unwrap_or_default();
    if is_json(&essence) {
        // A body that is no JSON is a finding of its own.
        match evidence.json() {
            Some(Ok(value)) => judge(value, schema, media, evidence, sink),
            _ => evidence.unreadable_json().into_iter().for_each(|reason| sink.not_checked(reason)),
        }
    } else if essence.starts_with("text/") {
        let value = text_value(&answer.body, schema);
        judge(&value, schema, media, evidence, sink);
    } else {
        sink.not_checked(format!("the schema of a {essence} body cannot be asked"));
    }
}

fn write_only(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((_, media)) = whole_body(evidence) else { return };
    let (Some(schema), Some(Ok(value))) = (&media.schema, evidence.json()) else { return };
    for pointer in schema.write_only(value) {
        let mut finding = sink.finding(format!("{pointer} is answered, and the document calls it writeOnly"));
        finding.expected = "the member left out".to_owned();
        // What is secret is not shown once more.
        finding.actual = value.pointer(&pointer).map(|value| kind(value).to_owned()).unwrap_or_default();
        finding.at = At { pointer: Some(pointer), ..At::default() };
        sink.fail(finding);
    }
}

/// An error in another kind of JSON than the documented one: plain JSON keeps the schema of what was documented,
/// and a form of errors of its own keeps its own.
fn schema_of_other_json(answer: &Answer, media: &MediaType, evidence: &Evidence<'_>, sink: &mut Sink) {
    let essence = answer.essence().unwrap_or_default();
    let leads_elsewhere = evidence.case.request.path_values.iter().any(|(_, value)| value.to_string().contains('/'));
    match (&media.schema, evidence.json()) {
        // Many a server reads `%2F` as `/` and finds no operation there: who answers then knows none of its errors.
        (Some(_), _) if leads_elsewhere && answer.status == 404 => {
            sink.not_checked("a slash in a path's value may lead to no operation at all");
        }
        (Some(schema), Some(Ok(value))) if essence == "application/json" => {
            judge(value, schema, media, evidence, sink);
        }
        (Some(_), _) => sink.not_checked(format!("it came as {essence}, and the schema is that of {}", media.essence)),
        (None, _) => {}
    }
}

fn judge(value: &Value, schema: &Schema, media: &MediaType, evidence: &Evidence<'_>, sink: &mut Sink) {
    let around = promises_around(evidence, media);
    shape::judge(
        &Instance { value, schema, name: "the body", at: At::default(), around, source: None },
        evidence,
        sink,
    );
}

/// A text body as the value that its schema is about: as it came, or without the white space or the
/// quotes around it, whichever the schema takes. Documents quote short texts, servers often do not.
fn text_value(body: &[u8], schema: &Schema) -> Value {
    let text = String::from_utf8_lossy(body);
    let bare = text.trim();
    let unquoted = bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(bare);
    let mut readings = [text.as_ref(), bare, unquoted].into_iter().map(|text| Value::String(text.to_owned()));
    readings.find(|value| schema.is_valid(value)).unwrap_or_else(|| Value::String(text.to_string()))
}

/// The answer and its documented response, where that has something to say of the body.
fn with_documented_body<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, &'a Response)> {
    let response = evidence.response().filter(|response| !response.media.is_empty())?;
    (evidence.may_have_content() && evidence.documented_method()).then_some((evidence.answer()?, response))
}

/// The answer and the documented form of its body, where that comes as a whole.
fn whole_body<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, &'a MediaType)> {
    let (answer, _) = with_documented_body(evidence)?;
    Some((answer, evidence.media().filter(|media| media.stream.is_none())?))
}

/// The nearest promises around the schema of a body.
fn promises_around(evidence: &Evidence<'_>, media: &MediaType) -> Vec<PromiseId> {
    evidence.response().map(|response| or_of_response(media.promises.clone(), response)).unwrap_or_default()
}

/// The promises of the media types, or those of the response where they have none: what is only
/// inferred of the body is no firmer for a documented status.
fn or_of_response(media: Vec<PromiseId>, response: &Response) -> Vec<PromiseId> {
    if media.is_empty() { response.promises.clone() } else { media }
}

/// What a body breaks that is not there at all in the form of these media types: the promises around it,
/// and the firmest of those inside its schemas where it is firmer. A member that is documented is missing,
/// however little the document says of the body as a whole.
fn behind(evidence: &Evidence<'_>, response: &Response, media: &[MediaType]) -> Vec<PromiseId> {
    let around = media.iter().flat_map(|media| media.promises.iter().copied()).collect();
    let mut promises = or_of_response(around, response);
    let strength = |promise: &PromiseId| evidence.contract.promise(*promise).source.strength;
    // What stands in a document without a word on its source is documented.
    let said = promises.iter().map(strength).max();
    let inside: Vec<_> = media.iter().filter_map(|media| media.schema.as_ref()).flat_map(Schema::promises).collect();
    let firmest = inside.iter().rev().map(|inside| inside.promise).max_by_key(strength);
    let firmer = firmest.filter(|promise| match said {
        Some(said) => strength(promise) > said,
        None => strength(promise) >= Strength::Documented,
    });
    promises.extend(firmer);
    promises
}

/// What kept a body from being whole, where that was the target's doing.
fn cut_short(end: End) -> Option<String> {
    Some(match end {
        End::MissingLastChunk => "the connection ended without the last chunk".to_owned(),
        End::BadChunk => "the size of a chunk cannot be read".to_owned(),
        End::ShortOfContentLength => "it is shorter than Content-Length".to_owned(),
        End::Reset => "the connection was reset".to_owned(),
        End::Idle { silence } => format!("nothing came for {:.1} s", silence.as_secs_f64()),
        End::Complete(_) | End::StoppedBySize | End::StoppedByTime | End::StoppedByEvents | End::HeldOpen { .. } => {
            return None;
        }
    })
}

/// The byte that a JSON error points at; its columns count bytes.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let before: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    before + error.column().saturating_sub(1)
}

/// Whether a media type is JSON by its name (RFC 6839 3.1).
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests;
