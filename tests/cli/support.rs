//! Runs the binary, and servers that do one thing.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use std::io::{BufRead, BufReader};

/// What a run of the binary came to.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The binary with these arguments, started in the repository.
pub fn uptospec(arguments: &[&str]) -> Ran {
    uptospec_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

/// The same in another folder.
pub fn uptospec_in(folder: &Path, arguments: &[&str]) -> Ran {
    uptospec_reading(folder, arguments, "")
}

/// The same on a build server.
pub fn uptospec_on_ci(folder: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_uptospec")).args(arguments).current_dir(folder).env("CI", "true"), "")
}

/// The same with this on its standard input.
pub fn uptospec_reading(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_uptospec")).args(arguments).current_dir(folder).env_remove("CI"), input)
}

fn ran(command: &mut Command, input: &str) -> Ran {
    let mut process = command
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // One that has no use for its input may have ended before.
    let _ = process.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = process.wait_with_output().expect("it ends by itself");
    Ran {
        code: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("what it prints is text"),
        stderr: String::from_utf8(output.stderr).expect("what it prints is text"),
    }
}

impl Ran {
    /// Everything that it printed.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A reference server in a process of its own; it ends with this value.
pub struct Served {
    process: Child,
    pub url: String,
}

impl Served {
    pub fn start(name: &str, faults: &[&str]) -> Self {
        let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
        let mut process = Command::new(env!("CARGO_BIN_EXE_uptospec"))
            .args(["serve", name])
            .args(faults)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut line).expect("it says where it is");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("it says where it is");
        Served { url: url.to_owned(), process }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A server that hands every connection to a function.
pub fn answering(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        let answer = std::sync::Arc::new(answer);
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            std::thread::spawn(move || answer(stream));
        }
    });
    url
}

/// A request as a server read it.
pub struct Received {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Fields of the head, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// The next request of a connection; `None` where there is none.
    fn read(connection: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        connection.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let mut headers = Vec::new();
        loop {
            let mut field = String::new();
            connection.read_line(&mut field).ok()?;
            let Some((name, value)) = field.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(Ok(0), |(_, length)| length.parse()).ok()?];
        connection.read_exact(&mut body).ok()?;
        Some(Received { method, target, headers, body })
    }

    /// A field of the head; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A server that reads each request to its end, answers with what a function says, and closes the connection.
pub fn serving(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> String {
    answering(move |mut stream| {
        let request = Received::read(&mut BufReader::new(&stream));
        if let Some(request) = request {
            // A client that went away is no concern of the server's.
            let _ = stream.write_all(&answer(&request));
        }
    })
}

/// A whole answer of HTTP/1.1, after which the connection is closed.
pub fn answered(status: &str, media_type: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Type: {media_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A run of the binary on a document and a server, and the report of its only target.
pub fn checked(spec: &str, url: &str, arguments: &[&str]) -> (Ran, serde_json::Value) {
    let (_folder, path) = folder(&[("api.yaml", spec)]);
    let arguments = [&["check", "api.yaml", "--url", url, "--report", "json=report.json"], arguments].concat();
    let ran = uptospec_in(&path, &arguments);
    let report = std::fs::read(path.join("report.json")).unwrap_or_else(|_| panic!("{}", ran.all()));
    let report: serde_json::Value = serde_json::from_slice(&report).expect("the report is JSON");
    (ran, report["targets"][0].clone())
}

/// A server that answers every request with the same bytes and closes the connection.
pub fn saying(bytes: &'static [u8]) -> String {
    answering(move |mut stream| {
        let mut request = [0; 65_536];
        // A client that went away is no concern of the server's.
        let _ = stream.read(&mut request);
        let _ = stream.write_all(bytes);
    })
}

/// A folder with files in it.
pub fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("there is room");
    }
    let path = folder.path().to_owned();
    (folder, path)
}

/// A file of the repository.
pub fn repository(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}
