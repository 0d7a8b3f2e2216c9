//! A target that says whatever could do harm: scripts, markup that breaks out, escape sequences, text that turns
//! around, and a great deal of it. In bodies, fields, events and the reason phrase.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::made::{self, FILES};

/// Operations for each place in which a target can speak.
pub const SPEC: &str = r##"
openapi: 3.2.0
info: {title: hostile, version: '1'}
paths:
  /json: {get: {operationId: json, responses: {'200': {$ref: '#/components/responses/Known'}}}}
  /big: {get: {operationId: big, responses: {'200': {$ref: '#/components/responses/Known'}}}}
  /type: {get: {operationId: type, responses: {'200': {$ref: '#/components/responses/Known'}}}}
  /reason: {get: {operationId: reason, responses: {'200': {$ref: '#/components/responses/Known'}}}}
  /field: {get: {operationId: field, responses: {'200': {$ref: '#/components/responses/Known'}}}}
  /text:
    get:
      operationId: text
      responses: {'200': {description: ok, content: {text/plain: {schema: {type: string}, x-stream: {framing: text}}}}}
  /events:
    get:
      operationId: events
      responses:
        '200':
          description: ok
          content:
            text/event-stream:
              itemSchema: {type: object, required: [n], properties: {n: {type: integer}}}
              x-stream: {framing: sse, sentinel: '[DONE]'}
components:
  responses:
    Known:
      description: ok
      headers: {X-Known: {required: true, schema: {type: integer}}}
      content: {application/json: {schema: {type: object, required: [known], properties: {known: {type: integer}}}}}
"##;

/// Bytes of a body that is meant to be too long.
const BIG: usize = 10_000_000;

/// A listener that whatever runs or loads in a report would call.
pub struct Beacon {
    /// Where it listens.
    pub url: String,
    calls: Arc<AtomicUsize>,
}

impl Beacon {
    /// Begins to listen.
    pub fn light() -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let count = move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        };
        Beacon { url: listening(count), calls }
    }

    /// How often something called.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// The one that the target names.
pub fn beacon() -> &'static Beacon {
    static BEACON: OnceLock<Beacon> = OnceLock::new();
    BEACON.get_or_init(Beacon::light)
}

/// What the target says everywhere.
pub fn words(beacon: &str) -> String {
    format!(
        "</code></pre></td></svg></style></title>]]>--><script>window.owned=1;document.title='owned';\
         new Image().src='{beacon}/script'</script><img src={beacon}/img onerror=\"document.title='owned'\">\
         <link rel=stylesheet href={beacon}/link><style>@import url({beacon}/import);*{{color:red!important}}</style>\
         <iframe src={beacon}/frame></iframe><a href=\"javascript:window.owned=1\" style=\"position:fixed\">x</a>\
         \" onmouseover=\"window.owned=1\" ' autofocus onfocus='window.owned=1' ```\n~~~\n# h | @octocat [x]({beacon})\n\
         ::error::x%0A \u{1b}]0;owned\u{7}\u{1b}[31m\u{1b}[2J\u{9b}31m\u{90}q\u{9c}\r\u{8}\u{0}\
         \u{202e}desrever\u{2066}\u{200b}\u{feff}\u{2028}\u{61c}\u{200f}\u{ad}\u{85}\u{e0041}{}",
        "unbreakable".repeat(40)
    )
}

/// The configuration of a run over the target.
pub fn config(url: &str) -> String {
    format!("[target.hostile]\nspec = \"hostile.yaml\"\nurl = \"{url}\"\nmax-requests = 60\nidle-timeout = \"5s\"\n")
}

/// Starts the target.
pub fn serve() -> String {
    listening(|mut stream| {
        let mut request = [0; 16_384];
        let read = stream.read(&mut request).unwrap_or_default();
        let line = String::from_utf8_lossy(&request[..read]).into_owned();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        // A client that has seen enough goes away.
        let _ = stream.write_all(&answer(&path));
    })
}

/// A server that gives each connection to a function, one after the other.
fn listening(hear: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(hear));
    url
}

fn answer(path: &str) -> Vec<u8> {
    let words = words(&beacon().url);
    // Of what may not stand in a field HTTP lets through what has no control character of ASCII.
    let field: String = words.chars().filter(|char| !char.is_ascii_control()).collect();
    let json = json!({ "known": words, words.as_str(): words }).to_string();
    match path {
        "/big" => reply("OK", "Content-Type: application/json\r\n", &"\u{202e}<script>".repeat(BIG / 11)),
        "/type" => reply("OK", &format!("Content-Type: {field}\r\nX-Known: {field}\r\n"), &json),
        "/reason" => reply(&field, &format!("Content-Type: application/json\r\nX-Known: {field}\r\n"), &json),
        "/field" => reply("OK", "X-Known: \u{1b}[31m\u{7}\r\n", &json),
        "/text" => reply("OK", "Content-Type: text/plain\r\n", &words),
        "/events" => {
            let event = words.replace(['\n', '\r'], " ");
            let events = format!("event: {event}\ndata: {event}\n\n: {event}\nid: {event}\ndata: {json}\n\n");
            reply("OK", "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n", &events)
        }
        _ => reply("OK", "Content-Type: application/json\r\nX-Known: 1\r\n", &json),
    }
}

fn reply(reason: &str, fields: &str, body: &str) -> Vec<u8> {
    let date = "Date: Sun, 22 Nov 2026 00:00:00 GMT";
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 {reason}\r\n{date}\r\nConnection: close\r\n{fields}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body.as_bytes()].concat()
}

/// One trial a file.
pub fn trials() -> Vec<Trial> {
    let trial = |(_, file): &'static (&str, &str)| Trial::test(format!("hostile::{file}"), move || is_safe(file));
    let mut trials: Vec<_> = FILES.iter().map(trial).collect();
    trials.push(Trial::test("hostile::it_was_heard", it_was_heard));
    trials
}

/// Most bytes of a file.
const MOST: usize = 1_000_000;

/// The file is small, and nothing in it can steer a terminal or turn text around.
fn is_safe(file: &str) -> Result<(), Failed> {
    let text = made::hostile()?.text(file)?;
    if text.is_empty() || text.len() > MOST {
        return Err(format!("it has {} bytes", text.len()).into());
    }
    let steers = |char: &char| char.is_control() && *char != '\n';
    let turns = |char: &char| matches!(char, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = |char: &char| matches!(char, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2028}'..='\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    match text.char_indices().find(|(_, char)| steers(char) || turns(char) || hides(char)) {
        None => Ok(()),
        Some((at, char)) => Err(format!("{char:?} at byte {at}").into()),
    }
}

/// What the target said is in the reports: otherwise the others would prove nothing.
fn it_was_heard() -> Result<(), Failed> {
    let made = made::hostile()?;
    let report: serde_json::Value = serde_json::from_str(&made.text("report.json")?)?;
    let findings = report["targets"][0]["findings"].as_array().ok_or("there are findings")?;
    for operation in ["json", "big", "type", "reason", "field", "text", "events"] {
        if !findings.iter().any(|finding| finding["operation"] == operation) {
            return Err(format!("nothing was found in {operation}").into());
        }
    }
    for (format, file) in FILES.iter().filter(|(format, _)| !["badge"].contains(format)) {
        if !made.text(file)?.contains("owned") {
            return Err(format!("{format} says nothing of what the target said").into());
        }
    }
    Ok(())
}
