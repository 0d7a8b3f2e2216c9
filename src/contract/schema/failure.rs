//! Where and how an instance breaks a schema, said in plain words.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::{Schema, SchemaError, promises};
use crate::contract::PromiseId;

/// How many characters of a keyword's value are shown.
const MAX_EXPECTED: usize = 200;

/// Where and how an instance breaks a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFailure {
    /// JSON Pointer of the part of the instance that is wrong.
    pub instance: String,
    /// JSON Pointer of the keyword that it breaks, as the validator walked there: from
    /// [`Schema::json`] on and through `$ref`s.
    pub schema: String,
    /// The keyword, such as `required` or `enum`.
    pub keyword: String,
    /// One sentence without the instance's own values.
    pub message: String,
    /// What the keyword asks for, as JSON text.
    pub expected: String,
    /// The nearest promise that encloses the keyword.
    pub promise: Option<PromiseId>,
}

impl SchemaFailure {
    /// The failure of everything against a schema that does not compile.
    pub(super) fn unusable(error: &SchemaError) -> Self {
        SchemaFailure {
            instance: String::new(),
            schema: error.pointer.clone(),
            keyword: "$schema".to_owned(),
            message: error.to_string(),
            expected: String::new(),
            promise: None,
        }
    }
}

/// Every failure of an instance; of alternatives, the failures of the one that was evidently meant.
pub(super) fn failures(schema: &Schema, validator: &jsonschema::Validator, instance: &Value) -> Vec<SchemaFailure> {
    let mut found = Vec::new();
    for error in validator.iter_errors(instance) {
        explain(schema, &error, &mut found);
    }
    told_once(found)
}

/// Without what several schemas say of the same part in the same words, as do a base and what builds on it.
fn told_once(failures: Vec<SchemaFailure>) -> Vec<SchemaFailure> {
    let mut told = HashSet::new();
    let says =
        |one: &SchemaFailure| (one.instance.clone(), one.keyword.clone(), one.message.clone(), one.expected.clone());
    failures.into_iter().filter(|one| told.insert(says(one))).collect()
}

/// The place and the keyword of each failure; alternatives fail as a whole.
pub(super) fn broken_keywords(validator: &jsonschema::Validator, instance: &Value) -> Vec<(String, String)> {
    let of = |error: ValidationError<'_>| {
        (error.instance_path().to_string(), keyword(&error, error.evaluation_path().as_str()))
    };
    validator.iter_errors(instance).map(of).collect()
}

fn explain(schema: &Schema, error: &ValidationError<'_>, found: &mut Vec<SchemaFailure>) {
    let mut own = failure(schema, error);
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind() {
        if let Some(meant) = meant(context, error.instance_path().as_str()) {
            meant.iter().for_each(|inner| explain(schema, inner, found));
            return;
        }
        if let Some((instance, values)) = discriminator(context) {
            own.instance = instance;
            own.message = "is none of the documented values".to_owned();
            own.expected = cut(&Value::from(values).to_string());
        }
    }
    found.push(own);
}

/// Where alternatives are told apart by a fixed value in one place: that place, and the values.
fn discriminator(alternatives: &[Vec<ValidationError<'static>>]) -> Option<(String, Vec<Value>)> {
    let mut place = None;
    let mut values = Vec::new();
    for error in alternatives.iter().flatten() {
        let fixed = match error.kind() {
            ValidationErrorKind::Constant { expected_value } => vec![(**expected_value).clone()],
            ValidationErrorKind::Enum { options } => options.as_array().cloned().unwrap_or_default(),
            _ => continue,
        };
        let here = error.instance_path().as_str();
        if place.get_or_insert_with(|| here.to_owned()) != here {
            return None;
        }
        values.extend(fixed);
    }
    place.filter(|_| values.len() > 1).map(|place| (place, values))
}

/// The alternative that the instance was evidently meant to be: the only one that does not fail at
/// its root type or at a fixed value, and among several the one with the fewest failures.
fn meant<'e>(alternatives: &'e [Vec<ValidationError<'static>>], root: &str) -> Option<&'e [ValidationError<'static>]> {
    let other_kind = |error: &&ValidationError<'_>| match error.kind() {
        ValidationErrorKind::Type { .. } | ValidationErrorKind::FalseSchema => error.instance_path().as_str() == root,
        ValidationErrorKind::Constant { .. } => true,
        ValidationErrorKind::Enum { options } => options.as_array().is_some_and(|options| options.len() == 1),
        _ => false,
    };
    let mut candidates: Vec<_> = alternatives
        .iter()
        .filter(|errors| !errors.is_empty() && !errors.iter().any(|error| other_kind(&error)))
        .collect();
    candidates.sort_by_key(|errors| errors.len());
    match candidates.as_slice() {
        [only] => Some(only),
        [first, second, ..] if first.len() < second.len() => Some(first),
        _ => None,
    }
}

fn failure(schema: &Schema, error: &ValidationError<'_>) -> SchemaFailure {
    let pointer = error.evaluation_path().as_str();
    let pointer = pointer.strip_prefix("/$ref").unwrap_or(pointer).to_owned();
    let value = at(schema, &pointer);
    SchemaFailure {
        instance: error.instance_path().to_string(),
        keyword: keyword(error, &pointer),
        message: message(error),
        expected: value.map(|value| cut(&value.to_string())).unwrap_or_default(),
        promise: promises::enclosing(schema, &pointer),
        schema: pointer,
    }
}

fn at<'a>(schema: &'a Schema, pointer: &str) -> Option<&'a Value> {
    let tokens = pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
    tokens.into_iter().try_fold(schema.json(), |at, token| promises::step(schema, at, &token))
}

/// A schema `false` has no keyword; what breaks it is the keyword that holds it.
fn keyword(error: &ValidationError<'_>, pointer: &str) -> String {
    match error.kind() {
        ValidationErrorKind::FalseSchema => {
            let last = pointer.rsplit('/').find(|token| super::keywords::holds(token).is_some());
            last.unwrap_or("not").to_owned()
        }
        ValidationErrorKind::Required { .. }
            if pointer.rsplit('/').take(2).any(|token| token == "dependentRequired") =>
        {
            "dependentRequired".to_owned()
        }
        ValidationErrorKind::Contains => {
            let last = pointer.rsplit('/').next().filter(|last| ["minContains", "maxContains"].contains(last));
            last.unwrap_or("contains").to_owned()
        }
        kind => kind.keyword().to_owned(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_EXPECTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn message(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(kind) } => format!("is not of type {kind}"),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            let names: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("is of none of the types {}", names.join(", "))
        }
        Kind::Required { property } => format!("the member {property} is missing"),
        Kind::Enum { .. } => "is none of the documented values".to_owned(),
        Kind::Constant { .. } => "is not the documented value".to_owned(),
        Kind::Format { format } => format!("does not have the format {format}"),
        Kind::Pattern { .. } => "does not match the documented pattern".to_owned(),
        Kind::MinLength { limit } => format!("is shorter than {limit} characters"),
        Kind::MaxLength { limit } => format!("is longer than {limit} characters"),
        Kind::Minimum { limit } => format!("is less than {limit}"),
        Kind::Maximum { limit } => format!("is more than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("is not more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("is not less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("is no multiple of {multiple_of}"),
        Kind::MinItems { limit } => format!("has fewer than {limit} items"),
        Kind::MaxItems { limit } => format!("has more than {limit} items"),
        Kind::UniqueItems => "has equal items".to_owned(),
        Kind::Contains => "has too few or too many of the documented items".to_owned(),
        Kind::MinProperties { limit } => format!("has fewer than {limit} members"),
        Kind::MaxProperties { limit } => format!("has more than {limit} members"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("has members that are not documented: {}", cut(&unexpected.join(", ")))
        }
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => "has more items than are documented".to_owned(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            format!("is none of the {} documented alternatives", context.len())
        }
        Kind::OneOfMultipleValid { .. } => "is more than one of the documented alternatives at once".to_owned(),
        Kind::Not { .. } | Kind::FalseSchema => "is what the document rules out".to_owned(),
        Kind::PropertyNames { error } => format!("has a member whose name {}", message(error)),
        Kind::Custom { message, .. } => message.clone(),
        _ => error.masked().to_string(),
    }
}
