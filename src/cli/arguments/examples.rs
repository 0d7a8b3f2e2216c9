//! What stands below the help of a command: examples and exit codes.

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  every target is conformant, or has only what the baseline lists
  1  violations
  2  the command, the document or the configuration is wrong
  3  it could not be judged: target unreachable, budget or time ended too early";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  uptospec check
      every target of uptospec.toml; the four documented APIs where it gives no URLs
  uptospec check specs/agenhq.yaml --url http://127.0.0.1:3000 -H \"x-api-key: $KEY\"
      one server, no configuration needed
  uptospec check https://api.example.com/openapi.json --url https://api.example.com
      a server that publishes its own document
  uptospec check --target agentix --report json=report.json --fail-on warning
      one target of uptospec.toml, with a report for machines
  uptospec check --target agentix --plan
      how many requests that would be, how many of them may cost money, how long it takes at least
  uptospec check --target agentix --rate 1/s --max-generations 40 --time-limit 10m
      an endpoint that is paid for: slowly, and with no more than forty generated answers
  uptospec check --write-baseline known.toml
      a file of the findings that there are, to be given reasons
  uptospec check --baseline known.toml
      what it lists does not fail the run; what it lists and no longer occurs does
  uptospec check --snapshots update
      the shape of every answer as snapshots/TARGET/OPERATION.snap; later runs tell of drift from it, and
      write what they saw as OPERATION.snap.new, for `uptospec snapshot review` or `cargo insta review`";

pub(super) const IDENTIFY_EXAMPLES: &str = "\
A glance at each contract: its examples, a request without a credential, and the errors that a request alone can
bring about. A few requests an operation; those that an endpoint serves may cost what they cost.

Examples:
  uptospec identify https://api.example.com -H \"Authorization: Bearer $KEY\"
  uptospec identify http://127.0.0.1:3000 --spec ours.yaml --spec theirs.yaml

Exit codes:
  0  it speaks one of them, or most of one
  1  it speaks none of them
  2  the command or a document is wrong
  3  nobody answered";

pub(super) const REPLAY_EXAMPLES: &str = "\
A recording holds no credential: set what it names in the environment, or give the header again.

Examples:
  uptospec check --target agentix --record recordings
      keeps the exchange behind each finding
  uptospec replay recordings/agentix/sendMessage.error-code.json -H \"Authorization: Bearer $KEY\"
      sends its case again
  uptospec replay --offline recordings/agentix/*.json
      judges what was recorded by the rules of today

Exit codes:
  0  every finding is gone
  1  one still stands
  2  a file is no recording, a document or an option is wrong, or a credential is missing
  3  none stands, and one could not be judged";

pub(super) const MERGE_EXAMPLES: &str = "\
Example:
  uptospec check --shard 1/2 --report json=1.json    # on one machine
  uptospec check --shard 2/2 --report json=2.json    # on another
  uptospec merge 1.json 2.json > report.json

The joined report goes to standard output, the verdict to standard error; the exit codes are those of a check.";

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  uptospec compare before.json after.json
      what is new, gone and unchanged, where both are reports of the same targets; 1 when something is new
  uptospec compare vendor-a.json vendor-b.json vendor-c.json --report markdown=vendors.md
      rules by targets

Exit codes:
  0  nothing is new; always where targets stand side by side
  1  a finding is new, or weighs more than before
  2  a file is no report
  3  nothing is new, and a target is missing or could not be judged again";
