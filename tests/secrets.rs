//! A credential that a target gives back, in any form and any place, is found and never written down.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use uptospec::contract;
use uptospec::report::{JsonReport, Progress, Terminal, TerminalOptions};
use uptospec::run::{Event, Job, Options, Reporter, run};
use uptospec::target::{Secret, Target, Text};

const SPEC: &str = r"
openapi: 3.2.0
info: {title: Say, version: '1'}
security: [{key: []}]
paths:
  /say:
    post:
      operationId: say
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string}}}}}
      responses:
        '200':
          description: said
          content:
            application/json: {schema: {$ref: '#/components/schemas/said'}}
            text/event-stream: {itemSchema: {properties: {data: {contentMediaType: application/json, contentSchema: {$ref: '#/components/schemas/said'}}}}}
        '401': {description: refused, x-errors: [{code: BAD_KEY, state: wrong-credential}]}
components:
  schemas: {said: {type: object, required: [id], properties: {id: {type: integer}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: x-api-key}}
";

/// Where an answer gives a text back.
#[derive(Debug, Clone, Copy)]
enum Place {
    Header,
    Location,
    Json,
    Event,
    Error,
    Crash,
    /// So far back in a text that an excerpt ends within it.
    Clip,
}

const PLACES: [Place; 7] =
    [Place::Header, Place::Location, Place::Json, Place::Event, Place::Error, Place::Crash, Place::Clip];

/// Every form in which a text is given back.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        secret.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(format!("x{secret}y")),
        STANDARD.encode(format!("{{\"key\":{json}}}")),
        json[1..json.len() - 1].replace('/', "\\/").replace(':', "\\u003a"),
    ]
}

fn answer(place: Place, text: &str) -> Vec<u8> {
    let (head, body) = match place {
        Place::Header => {
            (format!("200 OK\r\nContent-Type: application/json\r\nX-Echo: {text}"), "{\"id\":1}".to_owned())
        }
        Place::Location => (format!("403 Forbidden\r\nLocation: /login?key={text}"), String::new()),
        Place::Json => {
            ("200 OK\r\nContent-Type: application/json".to_owned(), serde_json::json!({ "id": text }).to_string())
        }
        Place::Event => {
            let data = serde_json::json!({ "id": text });
            ("200 OK\r\nContent-Type: text/event-stream".to_owned(), format!("data: {data}\n\n"))
        }
        Place::Error => ("401 Unauthorized\r\nContent-Type: text/plain".to_owned(), format!("invalid key {text}")),
        Place::Crash => ("500 Oops\r\nContent-Type: text/html".to_owned(), format!("<p>no row for '{text}'</p>")),
        Place::Clip => ("418 No\r\nContent-Type: text/plain".to_owned(), format!("{}{text}", "-".repeat(100))),
    };
    let length = body.len();
    format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// A server that answers by the credential that a request carries.
fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let answer = Arc::new(answer);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut request = [0; 65_536];
                // A client that went away is no concern of the server's.
                let length = stream.read(&mut request).unwrap_or_default();
                let _ = stream.write_all(&answer(&credential(&request[..length])));
            });
        }
    });
    url
}

/// The value of `x-api-key` in a request.
fn credential(request: &[u8]) -> String {
    let request = String::from_utf8_lossy(request);
    let key = request.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("x-api-key").then(|| value.trim().to_owned())
    });
    key.unwrap_or_default()
}

/// Text that several reporters write to.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics with it").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every reporter there is.
struct All(Vec<Box<dyn Reporter>>);

impl Reporter for All {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|reporter| reporter.event(event))
    }
}

/// Everything that is written of an audit with this credential.
fn written(url: &str, secret: &str) -> String {
    let contract = contract::read("say.yaml", SPEC, None).expect("the document is right");
    let mut target = Target::new("say", "say.yaml");
    target.credentials.insert("key".to_owned(), Text::secret(Secret::new("API_KEY", secret)));
    target.limits.max_requests = 25;
    let job = Job { target, url: url.parse().expect("it is a URL"), contract, suite: None, fresh: false };
    let out = Written::default();
    let options = TerminalOptions { verbose: true, ..TerminalOptions::default() };
    let mut all = All(vec![
        Box::new(Terminal::new(out.clone(), options)),
        Box::new(Terminal::new(out.clone(), TerminalOptions { quiet: true, ..TerminalOptions::default() })),
        Box::new(JsonReport::new(out.clone())),
        Box::new(Progress::lines(out.clone())),
    ]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is room");
    let options = Options { cases: 2, ..Options::default() };
    let result = runtime.block_on(run(&[job], &options, &mut all)).expect("nothing fails to be written");
    let debug = format!("{result:?}");
    let bytes = out.0.lock().expect("nobody panics with it").clone();
    String::from_utf8(bytes).expect("reports are text") + &debug
}

#[test]
fn what_a_case_makes_of_a_credential_is_as_secret_as_the_whole() {
    const KEY: &str = "pk_live_legal7Qw91";
    for place in PLACES {
        for made in [&KEY[..KEY.len() - 4], "pk_live_legal7 Qw91"] {
            let url = serve(move |key| answer(place, if key == made { key } else { "nothing" }));
            let text = written(&url, KEY);
            assert!(!text.contains("legal7"), "{place:?} shows {made}: {text}");
        }
    }
}

#[test]
fn a_credential_in_two_events_is_found_and_neither_half_is_written_down() {
    const HALVES: [&str; 2] = ["pk_live_", "legal7Qw91"];
    let [first, second] = HALVES.map(|half| serde_json::json!({ "id": half }));
    let body = format!("data: {first}\n\ndata: {second}\n\n");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {}", body.len());
    let url = serve(move |_| format!("{head}\r\nConnection: close\r\n\r\n{body}").into_bytes());
    let text = written(&url, &HALVES.concat());
    assert!(text.contains("the caller's credential ${API_KEY} back"), "it is no leak: {text}");
    assert!(!text.contains(HALVES[1]), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_form_of_a_credential_is_written_down(
        // Characters that a header takes, and that JSON, URLs and shells write in other ways.
        first in "[a-zA-Z][!-~]{10,20}[a-z]",
        second in proptest::option::of("[A-Z][!-9;-~]{10,20}[a-z]"),
        form in 0..9_usize,
        place in proptest::sample::select(&PLACES[..]),
    ) {
        let said = Arc::new(Mutex::new(Vec::new()));
        let now = said.clone();
        let url = serve(move |_| now.lock().expect("nobody panics with it").clone());
        let parts = [Some(first.clone()), second.clone()];
        let secret = parts.iter().flatten().cloned().collect::<Vec<_>>().join(":");
        *said.lock().unwrap() = answer(place, &forms(&secret)[form]);
        let text = written(&url, &secret);
        prop_assert!(text.contains("the caller's credential ${API_KEY} back"), "{place:?} is no leak: {text}");
        for part in parts.iter().flatten().chain([&secret]) {
            for form in forms(part) {
                prop_assert!(!text.contains(&form), "{place:?} shows {form}: {text}");
            }
        }
        prop_assert!(!text.contains(&secret[..9]), "{place:?} shows how {secret} begins: {text}");
    }
}
