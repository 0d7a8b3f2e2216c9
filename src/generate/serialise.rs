//! Parameter values as text (OpenAPI 3.1 section 4.8.12.3): what separates values is told apart from the
//! values, for only these are percent-encoded (RFC 6570 section 3.2).

use serde_json::{Map, Value};

use super::cookie;
use crate::contract::{Parameter, ParameterLocation, ParameterStyle};
use crate::target::Text;

/// How a value becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// The style.
    pub style: ParameterStyle,
    /// Whether arrays and objects are spread over several pairs.
    pub explode: bool,
    /// Whether reserved characters of a value stay as they are.
    pub allow_reserved: bool,
}

impl Written {
    /// How a parameter is written.
    pub fn of(parameter: &Parameter) -> Self {
        Written { style: parameter.style, explode: parameter.explode, allow_reserved: parameter.allow_reserved }
    }

    /// The text of one value.
    fn value(self, value: &Value) -> Text {
        let text = scalar(value);
        if self.allow_reserved { with_reserved(&text) } else { Text::plain(text) }
    }
}

/// Whether a request shows the value: of an empty array or object nothing is written in most styles.
pub(super) fn is_written(parameter: &Parameter, value: &Value) -> bool {
    let is_empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    parameter.style == ParameterStyle::Json || !is_empty
}

/// The text of a parameter that stands in a path or a header.
pub(super) fn text(parameter: &Parameter, value: &Value) -> Text {
    let written = Written::of(parameter);
    match parameter.style {
        ParameterStyle::Json => Text::plain(value.to_string()),
        ParameterStyle::Label => {
            Text::delimiter(".").then(joined(written, value, if parameter.explode { "." } else { "," }))
        }
        ParameterStyle::Matrix => matrix(written, &parameter.name, value),
        _ => joined(written, value, ","),
    }
}

/// The pairs of a parameter that stands in a query or in cookies. An empty array or object has none.
pub(super) fn pairs(parameter: &Parameter, value: &Value) -> Vec<(String, Text)> {
    let mut pairs = named_pairs(Written::of(parameter), &parameter.name, value);
    if parameter.location == ParameterLocation::Cookie {
        for (_, text) in &mut pairs {
            *text = text.encoded(cookie::encoded);
        }
    }
    pairs
}

/// The pairs of a value of that name, as a query and a form have them.
pub(super) fn named_pairs(written: Written, name: &str, value: &Value) -> Vec<(String, Text)> {
    let spread = written.explode || written.style == ParameterStyle::DeepObject;
    match (written.style, value) {
        (ParameterStyle::Json, _) => vec![(name.to_owned(), Text::plain(value.to_string()))],
        (_, Value::Array(items)) if items.is_empty() => Vec::new(),
        (_, Value::Object(members)) if members.is_empty() => Vec::new(),
        (ParameterStyle::DeepObject, Value::Object(_) | Value::Array(_)) => {
            let mut pairs = Vec::new();
            deep(written, name, value, &mut pairs);
            pairs
        }
        (_, Value::Array(items)) if spread => items.iter().map(|item| (name.to_owned(), written.value(item))).collect(),
        (_, Value::Object(members)) if spread => {
            members.iter().map(|(key, value)| (key.clone(), written.value(value))).collect()
        }
        (ParameterStyle::SpaceDelimited, _) => vec![(name.to_owned(), encoded_delimiters(written, value, " "))],
        (ParameterStyle::PipeDelimited, _) => vec![(name.to_owned(), encoded_delimiters(written, value, "|"))],
        _ => vec![(name.to_owned(), joined(Written { explode: false, ..written }, value, ","))],
    }
}

/// `x[k]=v`. What the standard leaves open, values inside the members, goes on the same way: `x[k][l]=v`, `x[0]=v`.
fn deep(written: Written, name: &str, value: &Value, pairs: &mut Vec<(String, Text)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| deep(written, &format!("{name}[{key}]"), value, pairs));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(key, item)| deep(written, &format!("{name}[{key}]"), item, pairs));
        }
        single => pairs.push((name.to_owned(), written.value(single))),
    }
}

/// `;x=1,2`, or `;x=1;x=2` exploded; without `=` where the value is empty.
fn matrix(written: Written, name: &str, value: &Value) -> Text {
    let pair = |name: &str, text: Text| {
        let name = Text::delimiter(";").then(Text::plain(name));
        if text.reveal().is_empty() { name } else { name.then(Text::delimiter("=")).then(text) }
    };
    let pairs: Vec<Text> = match value {
        Value::Array(items) if written.explode => items.iter().map(|item| pair(name, written.value(item))).collect(),
        Value::Object(members) if written.explode => {
            members.iter().map(|(key, value)| pair(key, written.value(value))).collect()
        }
        _ => vec![pair(name, joined(Written { explode: false, ..written }, value, ","))],
    };
    pairs.into_iter().fold(Text::default(), Text::then)
}

fn joined(written: Written, value: &Value, separator: &str) -> Text {
    join(pieces(written, value), &Text::delimiter(separator))
}

/// Neither a space nor `|` is a character of a URL: they are percent-encoded where they separate, too.
fn encoded_delimiters(written: Written, value: &Value, separator: &str) -> Text {
    join(pieces(Written { explode: false, ..written }, value), &Text::plain(separator))
}

fn pieces(written: Written, value: &Value) -> Vec<Text> {
    match value {
        Value::Array(items) => items.iter().map(|item| written.value(item)).collect(),
        Value::Object(members) if written.explode => exploded(written, members),
        Value::Object(members) => {
            let pair = |(key, value): (&String, &Value)| [Text::plain(key.as_str()), written.value(value)];
            members.iter().flat_map(pair).collect()
        }
        single => vec![written.value(single)],
    }
}

fn exploded(written: Written, members: &Map<String, Value>) -> Vec<Text> {
    let pair = |(key, value): (&String, &Value)| {
        Text::plain(key.as_str()).then(Text::delimiter("=")).then(written.value(value))
    };
    members.iter().map(pair).collect()
}

fn join(pieces: Vec<Text>, separator: &Text) -> Text {
    let mut pieces = pieces.into_iter();
    let first = pieces.next().unwrap_or_default();
    pieces.fold(first, |joined, piece| joined.then(separator.clone()).then(piece))
}

/// A single value; what no style can carry is written as JSON.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Reserved characters (RFC 3986 section 2.2) that mean nothing between the pairs of a query.
const HARMLESS: &str = ":/?@!$'()*,;";

/// A text whose reserved characters stay as they are (OpenAPI 3.1 section 4.8.12.2.2), except those that
/// would end its pair.
fn with_reserved(text: &str) -> Text {
    let pieces = text.split_inclusive(|character| HARMLESS.contains(character)).flat_map(|piece| {
        let reserved = piece.chars().next_back().filter(|last| HARMLESS.contains(*last)).map(String::from);
        let plain = piece.strip_suffix(reserved.as_deref().unwrap_or_default()).unwrap_or(piece);
        [Text::plain(plain), Text::delimiter(reserved.unwrap_or_default())]
    });
    pieces.fold(Text::default(), Text::then)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;
    use url::Url;

    use super::*;
    use crate::contract::Schema;
    use crate::generate::Request;
    use crate::generate::maker::add_parameter;
    use crate::send::WireRequest;

    fn parameter(location: ParameterLocation, style: ParameterStyle, explode: bool) -> Parameter {
        Parameter {
            name: "color".into(),
            location,
            required: false,
            schema: Schema::standalone(json!(true)).unwrap(),
            style,
            explode,
            allow_reserved: false,
            examples: Vec::new(),
            promises: Vec::new(),
        }
    }

    /// What goes on the wire: the URL after `http://h/`, or the header.
    fn sent(parameter: &Parameter, value: &Value) -> String {
        let in_path = parameter.location == ParameterLocation::Path;
        let mut request = Request::get(if in_path { "/{color}" } else { "/" });
        assert_eq!(request.method, Method::GET);
        add_parameter(&mut request, parameter, value);
        let wire = WireRequest::new(&Url::parse("http://h").unwrap(), &request).unwrap();
        match wire.headers.first() {
            Some((_, header)) => header.reveal(),
            None => wire.url.reveal().trim_start_matches("http://h/").trim_start_matches('?').to_owned(),
        }
    }

    /// The table of OpenAPI 3.1 section 4.8.12.4: a text, an array and an object in every style.
    #[test]
    fn every_style_is_as_the_table_of_the_standard_has_it() {
        use ParameterLocation::{Cookie, Header, Path, Query};
        use ParameterStyle::{DeepObject, Form, Json, Label, Matrix, PipeDelimited, Simple, SpaceDelimited};
        let text = json!("blue");
        let list = json!(["blue", "black", "brown"]);
        let object = json!({"R": 100, "G": 200, "B": 150});
        for (location, style, explode, of_text, of_list, of_object) in [
            (Path, Matrix, false, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
            (Path, Matrix, true, ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
            (Path, Label, false, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
            (Path, Label, true, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
            (Path, Simple, false, "blue", "blue,black,brown", "R,100,G,200,B,150"),
            (Path, Simple, true, "blue", "blue,black,brown", "R=100,G=200,B=150"),
            (Header, Simple, false, "blue", "blue,black,brown", "R,100,G,200,B,150"),
            (Header, Simple, true, "blue", "blue,black,brown", "R=100,G=200,B=150"),
            (Query, Form, false, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
            (Query, Form, true, "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
            (
                Query,
                SpaceDelimited,
                false,
                "color=blue",
                "color=blue%20black%20brown",
                "color=R%20100%20G%20200%20B%20150",
            ),
            (
                Query,
                PipeDelimited,
                false,
                "color=blue",
                "color=blue%7Cblack%7Cbrown",
                "color=R%7C100%7CG%7C200%7CB%7C150",
            ),
            (
                Query,
                DeepObject,
                true,
                "color=blue",
                "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
            ),
            (
                Query,
                Json,
                false,
                "color=%22blue%22",
                "color=%5B%22blue%22%2C%22black%22%2C%22brown%22%5D",
                "color=%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D",
            ),
            (Cookie, Form, false, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
            (Cookie, Form, true, "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
        ] {
            let parameter = parameter(location, style, explode);
            let all = [(&text, of_text), (&list, of_list), (&object, of_object)];
            for (value, expected) in all {
                assert_eq!(sent(&parameter, value), expected, "{style:?} in {location:?}, explode {explode}");
            }
        }
    }

    /// The column `empty` of the same table.
    #[test]
    fn an_empty_text_keeps_its_name_alone() {
        use ParameterLocation::{Path, Query};
        use ParameterStyle::{Form, Label, Matrix};
        let empty = json!("");
        assert_eq!(sent(&parameter(Path, Matrix, false), &empty), ";color");
        assert_eq!(sent(&parameter(Path, Label, false), &empty), ".");
        assert_eq!(sent(&parameter(Query, Form, true), &empty), "color=");
    }

    #[test]
    fn an_empty_list_is_not_in_a_query_at_all() {
        for explode in [true, false] {
            for value in [json!([]), json!({})] {
                assert_eq!(sent(&parameter(ParameterLocation::Query, ParameterStyle::Form, explode), &value), "");
            }
        }
    }

    #[test]
    fn what_separates_values_is_told_apart_from_the_same_character_inside_them() {
        use ParameterLocation::{Cookie, Path, Query};
        use ParameterStyle::{Form, Matrix, Simple};
        let list = json!(["a,b", "c;d=e"]);
        assert_eq!(sent(&parameter(Path, Simple, false), &list), "a%2Cb,c%3Bd%3De");
        assert_eq!(sent(&parameter(Path, Matrix, true), &list), ";color=a%2Cb;color=c%3Bd%3De");
        assert_eq!(sent(&parameter(Query, Form, false), &list), "color=a%2Cb,c%3Bd%3De");
        assert_eq!(sent(&parameter(Cookie, Form, false), &list), "color=a%2Cb,c%3Bd=e");
    }

    #[test]
    fn reserved_characters_stay_where_they_are_allowed_except_those_that_end_a_pair() {
        let allowing =
            Parameter { allow_reserved: true, ..parameter(ParameterLocation::Query, ParameterStyle::Form, true) };
        assert_eq!(sent(&allowing, &json!("http://a/?b=c&d#é,")), "color=http://a/?b%3Dc%26d%23%C3%A9,");
    }

    #[test]
    fn an_object_inside_a_deep_object_goes_deeper() {
        let deep = parameter(ParameterLocation::Query, ParameterStyle::DeepObject, true);
        let pairs = pairs(&deep, &json!({"a": {"b": [1, {"c": true}]}}));
        let shown: Vec<_> = pairs.iter().map(|(name, text)| format!("{name}={text}")).collect();
        assert_eq!(shown, ["color[a][b][0]=1", "color[a][b][1][c]=true"]);
    }
}
