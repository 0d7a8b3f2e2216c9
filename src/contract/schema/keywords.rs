//! What each keyword of a schema holds.

/// What a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A schema.
    Schema,
    /// An array of schemas.
    Schemas,
    /// A schema for each name.
    SchemaMap,
    /// A whole number from 0 on.
    Count,
    /// A number.
    Number,
    /// A number above 0.
    PositiveNumber,
    /// A regular expression.
    Pattern,
    /// A string.
    Text,
    /// An array of strings.
    Names,
    /// An array of strings for each name.
    NamesMap,
    /// `true` or `false`.
    Flag,
    /// An array of any values.
    Values,
    /// The name of a type, or several.
    Type,
    /// Definitions, which are only read where a `$ref` leads to them.
    Definitions,
    /// Names for the schema itself, which `$ref`s have been resolved by.
    Identity,
}

/// The names that `type` may have.
pub(super) const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// What a keyword holds; `None` for annotations and keywords that nobody knows.
pub(super) fn holds(keyword: &str) -> Option<Holds> {
    Some(match keyword {
        "items"
        | "additionalProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => Holds::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::Schemas,
        "properties" | "patternProperties" | "dependentSchemas" => Holds::SchemaMap,
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
        | "maxContains" | "x-max-json-length" => Holds::Count,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => Holds::Number,
        "multipleOf" => Holds::PositiveNumber,
        "pattern" => Holds::Pattern,
        "format" | "contentMediaType" | "contentEncoding" => Holds::Text,
        "required" => Holds::Names,
        "dependentRequired" => Holds::NamesMap,
        "uniqueItems" => Holds::Flag,
        "enum" => Holds::Values,
        "type" => Holds::Type,
        "$defs" | "definitions" => Holds::Definitions,
        "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$schema" | "$vocabulary" => Holds::Identity,
        _ => return None,
    })
}

impl Holds {
    /// What would be right, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Holds::Schema => "a schema",
            Holds::Schemas => "an array of one or more schemas",
            Holds::SchemaMap | Holds::Definitions => "an object of schemas",
            Holds::Count => "a whole number from 0 on",
            Holds::Number => "a number",
            Holds::PositiveNumber => "a number above 0",
            Holds::Pattern => "a regular expression",
            Holds::Text | Holds::Identity => "a string",
            Holds::Names => "an array of strings",
            Holds::NamesMap => "an object of arrays of strings",
            Holds::Flag => "true or false",
            Holds::Values => "an array of values",
            Holds::Type => "one of null, boolean, object, array, number, string, integer, or an array of them",
        }
    }
}
