//! The command line's words.

mod examples;
mod unshown;

use std::path::PathBuf;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use self::examples::{
    CHECK_EXAMPLES, COMPARE_EXAMPLES, EXIT_CODES, EXPLAIN_EXAMPLES, IDENTIFY_EXAMPLES, INIT_EXAMPLES, LINT_EXAMPLES,
    MERGE_EXAMPLES, REPLAY_EXAMPLES, SELFTEST_EXAMPLES, SERVE_EXAMPLES, SNAPSHOT_EXAMPLES,
};
pub use self::unshown::Unshown;
use crate::contract::Reach;
use crate::report::{ReportSpec, known_formats};
use crate::run::Shard;
use crate::target::{Rate, duration, rate};

/// Where `--write-baseline` writes when no file is named.
const BASELINE: &str = "known.toml";

/// Tells whether a live HTTP API keeps the contract that its documents promise.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge targets against their contracts
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<CheckOptions>),
    /// Tell which of the known contracts an endpoint speaks
    #[command(after_help = IDENTIFY_EXAMPLES)]
    Identify(IdentifyOptions),
    /// Join the JSON reports of shards: `uptospec check --shard K/N`
    #[command(after_help = MERGE_EXAMPLES)]
    Merge {
        /// The reports, one for each shard
        #[arg(required = true, value_name = "REPORT")]
        files: Vec<PathBuf>,
    },
    /// Send a recorded case again, or judge a recording again, and say whether its finding still stands
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayOptions),
    /// Hold reports of earlier runs against each other
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareOptions),
    /// Start an embedded reference server, conformant or with faults
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeOptions),
    /// Try every fault of the reference servers against the rules
    #[command(after_help = SELFTEST_EXAMPLES)]
    Selftest(SelftestOptions),
    /// Take over, or turn down, what answers have become since their snapshots were written
    Snapshot(SnapshotOptions),
    /// Tell what is wrong with a document, and what of it cannot be tested
    #[command(after_help = LINT_EXAMPLES)]
    Lint {
        /// The OpenAPI document (a file, a URL, or - for standard input), or the Arazzo document of a suite
        spec: Unshown,
        #[command(flatten)]
        beside: Beside,
    },
    /// Tell what a rule asks, why, and where it comes from
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// A rule, or a family of rules such as `sse`; all of them when left out
        rule: Option<String>,
    },
    /// Print an uptospec.toml to fill in: credentials, values, states
    #[command(after_help = INIT_EXAMPLES)]
    Init {
        /// The OpenAPI document: a file, a URL, or - for standard input
        spec: Unshown,
        #[command(flatten)]
        beside: Beside,
    },
}

/// What is read beside a document.
#[derive(Debug, Args)]
pub struct Beside {
    /// An OpenAPI Overlay to apply to the document; repeatable, applied in their order
    #[arg(long = "overlay", value_name = "FILE")]
    pub overlays: Vec<PathBuf>,
    /// Follow references to any file and URL, not only below the document's directory or of its origin
    #[arg(long)]
    pub allow_external_refs: bool,
}

impl Beside {
    /// How far references may lead.
    pub fn reach(&self) -> Reach {
        if self.allow_external_refs { Reach::Anywhere } else { Reach::Beside }
    }
}

#[derive(Debug, Args)]
pub struct CheckOptions {
    /// The OpenAPI document: a file, a URL, or - for standard input; without it the targets of uptospec.toml are checked
    // Read later, for the same reason as a header.
    pub spec: Option<Unshown>,
    #[command(flatten)]
    pub beside: Beside,
    /// Base URL of the server to check
    // Read later, for the same reason as a header.
    #[arg(long)]
    pub url: Option<Unshown>,
    /// A header of every request; credentials among them are never shown
    // Read later: the parser would show a malformed one whole, and it may be a credential.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Unshown>,
    /// A value in place of a generated one: path.X, query.X, header.X, cookie.X or body#/json/pointer
    // Read later, for the same reason as a header.
    #[arg(long = "value", value_name = "LOCATION=VALUE")]
    pub values: Vec<Unshown>,
    /// The configuration [default: uptospec.toml here or in a folder above]
    #[arg(long, value_name = "FILE", conflicts_with = "spec")]
    pub config: Option<PathBuf>,
    /// A target of the configuration; repeatable
    #[arg(long = "target", value_name = "NAME", conflicts_with = "spec")]
    pub targets: Vec<String>,
    /// Only this operation; repeatable
    #[arg(long = "only", value_name = "OPERATION")]
    pub only: Vec<String>,
    /// Only this rule, or family of rules; repeatable
    #[arg(long = "rule", value_name = "ID")]
    pub rules: Vec<String>,
    /// Positive cases an operation; those that stream get more where they are few
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = cases)]
    pub cases: usize,
    /// Seed of all generated cases: the same seed makes the same cases
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub seed: u64,
    /// Most requests that a target may get [default: that of the configuration, or 2000]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_requests: Option<usize>,
    /// Most requests that ask a target to generate an answer, which may cost money
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_generations: Option<usize>,
    /// Pace of the requests, such as 20/s
    #[arg(long, value_parser = rate)]
    pub rate: Option<Rate>,
    /// Requests under way at once [default: those of the configuration, or 8]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub concurrency: Option<usize>,
    /// Longest time for a target, such as 5m [default: that of the configuration, or 10m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time_limit: Option<Duration>,
    /// Send the K-th of N parts of the cases; `uptospec merge` joins their JSON reports
    #[arg(long, value_name = "K/N", conflicts_with = "write_baseline")]
    pub shard: Option<Shard>,
    /// Print what would be sent and what it may cost, and send nothing
    #[arg(long, conflicts_with = "reports")]
    pub plan: bool,
    /// The least severity that fails the run
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Findings that are known and do not fail the run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what fails the run as a baseline, reasons to be filled in; known.toml where no file is named
    // Not a file of another kind: one that is there must be a baseline.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = BASELINE)]
    pub write_baseline: Option<PathBuf>,
    /// Tell how the shape of answers drifted, write it down, or neither [default: check where there are snapshots]
    #[arg(long, value_enum, value_name = "MODE")]
    pub snapshots: Option<SnapshotMode>,
    /// Write a report to a file, - for standard output; repeatable
    #[arg(long = "report", value_name = "FORMAT=PATH", help = reports_help())]
    pub reports: Vec<ReportSpec>,
    /// Keep the exchange behind each finding in this folder, for `uptospec replay`
    #[arg(long, value_name = "DIR", conflicts_with = "plan")]
    pub record: Option<PathBuf>,
    /// Print one line a finding and the verdict
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print notes as whole blocks, all reasons, and by operation times and what was exercised
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SnapshotMode {
    Check,
    Update,
    Off,
}

#[derive(Debug, Args)]
#[command(after_help = SNAPSHOT_EXAMPLES)]
pub struct SnapshotOptions {
    /// What to do with the files that end with .snap.new
    #[arg(value_enum)]
    pub action: SnapshotAction,
    /// Targets; all of them when left out
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The configuration that the snapshots are beside [default: uptospec.toml here or in a folder above]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SnapshotAction {
    /// Show what changed in words; on a terminal, ask what to do with each
    Review,
    /// Take all of them over
    Accept,
    /// Throw all of them away
    Reject,
}

#[derive(Debug, Args)]
pub struct IdentifyOptions {
    /// Base URL of the endpoint
    // Read later, for the same reason as a header of a check.
    pub url: Unshown,
    /// A header of every request; credentials among them are never shown
    // Read later, for the same reason as a header of a check.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Unshown>,
    /// A value in place of a generated one, such as an id that the endpoint knows: path.X, query.X, header.X, cookie.X
    /// or body#/json/pointer
    // Read later, for the same reason as a header of a check.
    #[arg(long = "value", value_name = "LOCATION=VALUE")]
    pub values: Vec<Unshown>,
    /// A document to hold it against, in place of the four documented APIs; repeatable
    #[arg(long = "spec", value_name = "SPEC")]
    pub specs: Vec<Unshown>,
    /// Pace of the requests, such as 20/s
    #[arg(long, value_parser = rate)]
    pub rate: Option<Rate>,
    /// Say what speaks against every contract
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct ReplayOptions {
    /// Recordings: `uptospec check --record DIR` writes them
    #[arg(required = true, value_name = "FILE")]
    pub recordings: Vec<PathBuf>,
    /// Send nothing: judge what was recorded
    #[arg(long, conflicts_with_all = ["url", "headers"])]
    pub offline: bool,
    /// Base URL to send to, in place of the recorded one
    // Read later, for the same reason as a header of a check.
    #[arg(long)]
    pub url: Option<Unshown>,
    /// A header in place of a recorded one that held a credential
    // Read later, for the same reason as a header of a check.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Unshown>,
    /// The document to hold it to, in place of the recorded one
    #[arg(long)]
    pub spec: Option<Unshown>,
    #[command(flatten)]
    pub beside: Beside,
}

#[derive(Debug, Args)]
pub struct CompareOptions {
    /// JSON reports, the earlier first: `uptospec check --report json=PATH` writes them
    #[arg(required = true, value_name = "REPORT")]
    pub files: Vec<PathBuf>,
    /// Set targets side by side even where both reports are of the same
    #[arg(long)]
    pub side_by_side: bool,
    /// Write the comparison to a file, or to standard output where PATH is -, as markdown=PATH or html=PATH;
    /// repeatable
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    pub reports: Vec<ReportSpec>,
    /// List the rules that are kept, and the findings that are unchanged
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct ServeOptions {
    /// agntix, agentix, agenhq or agentsgt
    pub name: String,
    /// The port to listen on; any free one when left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// A fault to make; repeatable
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// List the faults that the server can make
    #[arg(long)]
    pub list: bool,
}

#[derive(Debug, Args)]
pub struct SelftestOptions {
    /// agntix, agentix, agenhq or agentsgt; all of them when left out
    pub name: Option<String>,
}

fn reports_help() -> String {
    format!("Write a report to a file, or to standard output where PATH is -, as {}; repeatable", known_formats())
}

/// Most positive cases an operation: more would be planned for minutes before anything is sent.
const MOST_CASES: usize = 100_000;

fn cases(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST_CASES);
    number.ok_or_else(|| format!("write a whole number of at most {MOST_CASES}"))
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number of at most {}", u64::MAX))
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a whole number of at least 1".to_owned())
}

/// Reads the command line. Where it means nothing the process ends, as `clap` has it, but for an argument too
/// many: that may be a header without its `-H`, and is not shown.
pub fn read() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|error| {
        let unexpected = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(argument)) if error.kind() == ErrorKind::UnknownArgument => argument.as_str(),
            _ => "-",
        };
        if unexpected.starts_with('-') {
            error.exit();
        }
        let message = "there is an argument too many, which is not shown for it may be a credential; \
            a header is written -H 'Name: value'";
        Arguments::command().error(ErrorKind::UnknownArgument, message).exit()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_defaults_that_are_told_are_those_of_a_target() {
        let help = Arguments::command().find_subcommand("check").unwrap().clone().render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let limits = crate::target::Limits::default();
        let told = [
            format!("or {}]", limits.max_requests),
            format!("or {}]", limits.concurrency),
            format!("or {}m]", limits.time_limit.as_secs() / 60),
        ];
        for told in told {
            assert!(help.contains(&told), "{told}");
        }
    }

    #[test]
    fn debug_of_the_arguments_shows_no_credential() {
        let words = [
            "uptospec",
            "check",
            "a.yaml",
            "-H",
            "x-api-key: hunter2-hunter2",
            "--url",
            "http://a:hunter2@b",
            "--value",
            "header.k=hunter2",
        ];
        let arguments = Arguments::try_parse_from(words).unwrap();
        assert!(!format!("{arguments:?}").contains("hunter2"), "{arguments:?}");
    }
}
