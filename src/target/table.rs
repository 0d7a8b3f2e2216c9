//! Reading TOML tables with places, so that every complaint shows its line.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::contract::{Diagnostic, Level, Place};

/// A file under reading, and what is wrong with it so far.
pub struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader of that file's text.
    pub fn new(file: &str, text: &'a str) -> Self {
        Reader { file: file.into(), text, diagnostics: Vec::new() }
    }

    /// Where some bytes of the file stand.
    pub fn place(&self, span: Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span,
        }
    }

    /// Notes what is wrong at some bytes.
    pub fn wrong(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<Option<String>>) {
        let place = self.place(span);
        self.diagnostics.push(Diagnostic { level: Level::Error, message: message.into(), help: help.into(), place });
    }

    /// Notes every key that is not among the known ones, with the nearest of them.
    pub fn refuse_unknown(&mut self, table: &DeTable<'_>, what: &str, known: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref();
            if !known.contains(&name.as_ref()) {
                self.wrong(key.span(), format!("{what} has no key `{name}`"), help_nearest(name, known));
            }
        }
    }

    /// The text under a key.
    pub fn text<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Option<Spanned<&'t str>> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, "text in quotes");
        }
        text.map(|text| Spanned::new(value.span(), text))
    }

    /// The texts of the list under a key; none where there is no such key.
    pub fn texts<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Vec<&'t str> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value, "a list such as [\"FILE\"]");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push(text),
                None => self.wrong_type(item, "text in quotes"),
            }
        }
        texts
    }

    /// The whole number of at least 1 under a key.
    pub fn count(&mut self, table: &DeTable<'_>, key: &str) -> Option<usize> {
        let value = table.get(key)?;
        let count = value.get_ref().as_integer().and_then(|number| {
            usize::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok().filter(|count| *count > 0)
        });
        if count.is_none() {
            self.wrong_type(value, "a whole number of at least 1");
        }
        count
    }

    /// The whole number under a key, 0 meaning that there is no limit.
    pub fn count_or_none(&mut self, table: &DeTable<'_>, key: &str) -> Option<usize> {
        let value = table.get(key)?;
        let is_none = value.get_ref().as_integer().is_some_and(|number| number.as_str() == "0");
        if is_none { Some(0) } else { self.count(table, key) }
    }

    /// The text under a key, read by a function that knows what would be right.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(table, key)?;
        match parse(text.get_ref()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(text.span(), error.to_string(), None);
                None
            }
        }
    }

    /// The table under a key.
    pub fn table<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = table.get(key)?;
        let inner = value.get_ref().as_table();
        if inner.is_none() {
            self.wrong_type(value, "a table");
        }
        inner
    }

    /// A TOML value as JSON; dates become text.
    pub fn json(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        Some(match value.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(flag) => Value::from(*flag),
            DeValue::Datetime(date) => Value::from(date.to_string()),
            DeValue::Integer(number) => {
                let digits = number.as_str().replace('_', "");
                match i64::from_str_radix(&digits, number.radix()) {
                    Ok(number) => Value::from(number),
                    Err(_) => {
                        self.wrong_type(value, "a number of 64 bits");
                        return None;
                    }
                }
            }
            DeValue::Float(number) => {
                match number.as_str().replace('_', "").parse().ok().and_then(serde_json::Number::from_f64) {
                    Some(number) => Value::Number(number),
                    None => {
                        self.wrong_type(value, "a finite number");
                        return None;
                    }
                }
            }
            DeValue::Array(items) => items.iter().map(|item| self.json(item)).collect::<Option<Value>>()?,
            DeValue::Table(table) => {
                let members = table.iter().map(|(key, item)| Some((key.get_ref().to_string(), self.json(item)?)));
                Value::Object(members.collect::<Option<_>>()?)
            }
        })
    }

    /// What was noted, in the order of the file.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.place.span.start);
        self.diagnostics
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, wanted: &str) {
        self.wrong(value.span(), format!("this is {}, not {wanted}", named_type(value.get_ref())), None);
    }
}

/// Most names that are listed where none is near.
const MOST_NAMES: usize = 12;

/// `did you mean …`, or what is known where nothing is near.
pub fn help_nearest(name: &str, known: &[&str]) -> Option<String> {
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2);
    match nearest {
        Some((_, candidate)) => Some(format!("did you mean `{candidate}`?")),
        None if known.is_empty() => None,
        None if known.len() > MOST_NAMES => {
            let rest = known.len() - MOST_NAMES;
            Some(format!("known are {}, and {rest} more", known[..MOST_NAMES].join(", ")))
        }
        None => Some(format!("known are {}", known.join(", "))),
    }
}

fn named_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
