//! Reports of two runs that are made once for all trials: over faulty reference servers, as the command in
//! `reports/README.md` has it, and over a target that says whatever could do harm.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::hostile;

/// The files that a run writes, by the format that they are in.
pub const FILES: [(&str, &str); 10] = [
    ("terminal", "terminal.txt"),
    ("json", "report.json"),
    ("ndjson", "report.ndjson"),
    ("junit", "junit.xml"),
    ("markdown", "report.md"),
    ("har", "report.har"),
    ("github", "github.txt"),
    ("html", "report.html"),
    ("badge", "badge.svg"),
    ("badge", "badge.json"),
];

/// The reports of a run.
pub struct Made {
    _folder: TempDir,
    /// Where they are.
    pub path: PathBuf,
    /// What the command said.
    pub output: Output,
}

impl Made {
    /// The text of a file.
    pub fn text(&self, file: &str) -> Result<String, String> {
        let path = self.path.join(file);
        fs::read_to_string(&path).map_err(|error| {
            let said = String::from_utf8_lossy(&self.output.stderr);
            format!("{}: {error}\n{said}", path.display())
        })
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The reports of the command in `reports/README.md`, run elsewhere and with servers on other ports.
pub fn examples() -> Result<&'static Made, String> {
    static MADE: OnceLock<Result<Made, String>> = OnceLock::new();
    MADE.get_or_init(make_examples).as_ref().map_err(Clone::clone)
}

/// The reports of a run over a hostile target.
pub fn hostile() -> Result<&'static Made, String> {
    static MADE: OnceLock<Result<Made, String>> = OnceLock::new();
    MADE.get_or_init(make_hostile).as_ref().map_err(Clone::clone)
}

fn make_examples() -> Result<Made, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("reports");
    let write = || -> std::io::Result<()> {
        fs::create_dir(&path)?;
        for shared in ["specs", "suites"] {
            std::os::unix::fs::symlink(repository().join(shared), folder.path().join(shared))?;
        }
        let config = fs::read_to_string(repository().join("reports/uptospec.toml"))?;
        fs::write(path.join("uptospec.toml"), with_free_ports(&config))
    };
    write().map_err(|error| error.to_string())?;
    let output = shell(folder.path(), &command()?)?;
    Ok(Made { _folder: folder, path, output })
}

fn make_hostile() -> Result<Made, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().to_owned();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).map_err(|error| error.to_string());
    write("hostile.yaml", hostile::SPEC)?;
    write("uptospec.toml", &hostile::config(&hostile::serve()))?;
    let reports: Vec<_> = FILES[1..].iter().map(|(format, file)| format!("--report {format}={file}")).collect();
    let output = shell(&path, &format!("uptospec check --cases 1 --verbose {} > terminal.txt", reports.join(" ")))?;
    Ok(Made { _folder: folder, path, output })
}

/// The one command of `reports/README.md`.
fn command() -> Result<String, String> {
    let page = fs::read_to_string(repository().join("reports/README.md")).map_err(|error| error.to_string())?;
    let block = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    block.map(str::to_owned).ok_or_else(|| "reports/README.md has no command".to_owned())
}

/// Runs a command line that finds our binary as `uptospec`.
fn shell(folder: &Path, command: &str) -> Result<Output, String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_uptospec")).parent().unwrap_or(Path::new("/"));
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(folder).env("PATH", path).env("COLUMNS", "110");
    shell.output().map_err(|error| format!("a shell cannot be started: {error}"))
}

/// The ports of `reports/uptospec.toml`.
pub const PORTS: [&str; 4] = ["18411", "18412", "18413", "18414"];

/// The configuration with ports that nobody uses.
fn with_free_ports(config: &str) -> String {
    // All are held until all are known, so that none comes twice.
    let held: Vec<_> = PORTS.iter().filter_map(|_| TcpListener::bind("127.0.0.1:0").ok()).collect();
    let free = held.iter().filter_map(|listener| listener.local_addr().ok());
    PORTS
        .iter()
        .zip(free)
        .fold(config.to_owned(), |config, (port, free)| config.replace(port, &free.port().to_string()))
}

/// The ports of a run that was made, in the order of [`PORTS`].
pub fn ports(made: &Made) -> Result<Vec<String>, String> {
    let config = made.text("uptospec.toml")?;
    let urls = config.lines().filter_map(|line| line.strip_prefix("url = \"http://127.0.0.1:"));
    Ok(urls.map(|rest| rest.trim_end_matches('"').to_owned()).collect())
}
