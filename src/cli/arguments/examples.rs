//! What stands below the help of a command: examples and exit codes. Lines of at most 80 columns are not broken on
//! any usual terminal.

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  every target is conformant, or has only what the baseline lists
  1  violations
  2  the command, the document or the configuration is wrong
  3  it could not be judged: target unreachable, budget or time ended too early";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  uptospec check
      every target of uptospec.toml; the documented APIs where it gives no URLs
  uptospec check api.yaml --url http://127.0.0.1:3000 -H \"x-api-key: $KEY\"
      one server, no configuration needed
  uptospec check https://a.example/openapi.json --url https://a.example
      a server that publishes its own document
  uptospec check --target agentix --report json=report.json --fail-on warning
      one target of uptospec.toml, with a report for machines
  uptospec check --report html=report.html --report junit=junit.xml
      a page for people, and a file that CI systems draw
  uptospec check --target agentix --plan
      how many requests, how many of them may cost money, how long it takes
  uptospec check --rate 1/s --max-generations 40 --time-limit 10m
      an endpoint that is paid for: slowly, with at most forty generated answers
  uptospec check --only sendMessage --rule stream --cases 5 --verbose
      one operation, one family of rules, few cases, everything that is to say
  uptospec check --write-baseline known.toml
      a file of the findings that there are, to be given reasons
  uptospec check --baseline known.toml
      what it lists does not fail the run; what it lists and is gone does
  uptospec check --snapshots update
      the shape of every answer as snapshots/TARGET/OPERATION.snap; later runs
      tell of drift from it, and write OPERATION.snap.new for
      `uptospec snapshot review` or `cargo insta review`

Exit codes:
  0  every target is conformant, or has only what the baseline lists
  1  violations
  2  the command, the document or the configuration is wrong
  3  it could not be judged: target unreachable, budget or time ended too early";

pub(super) const IDENTIFY_EXAMPLES: &str = "\
A glance at each contract: its examples, a request without a credential, and
the errors that a request alone can bring about. A few requests an operation;
those that an endpoint serves may cost what they cost.

Examples:
  uptospec identify https://api.example.com -H \"Authorization: Bearer $KEY\"
  uptospec identify http://127.0.0.1:3000 --spec ours.yaml --spec theirs.yaml

Exit codes:
  0  it speaks one of them, or most of one
  1  it speaks none of them
  2  the command or a document is wrong
  3  nobody answered";

pub(super) const REPLAY_EXAMPLES: &str = "\
A recording holds no credential: set what it names in the environment, or give
the header again.

Examples:
  uptospec check --target agentix --record recordings
      keeps the exchange behind each finding
  uptospec replay recordings/agentix/*.json -H \"Authorization: Bearer $KEY\"
      sends their cases again
  uptospec replay --offline recordings/agentix/*.json
      judges what was recorded by the rules of today

Exit codes:
  0  every finding is gone
  1  one still stands
  2  a file is no recording, a document or an option is wrong, or a credential
     is missing
  3  none stands, and one could not be judged";

pub(super) const MERGE_EXAMPLES: &str = "\
Example:
  uptospec check --shard 1/2 --report json=1.json    # on one machine
  uptospec check --shard 2/2 --report json=2.json    # on another
  uptospec merge 1.json 2.json > report.json

The joined report goes to standard output, the verdict to standard error; the
exit codes are those of a check.";

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  uptospec compare before.json after.json
      what is new, gone and unchanged, where both are of the same targets
  uptospec compare a.json b.json c.json --report markdown=vendors.md
      rules by targets
  uptospec compare old.json new.json --report markdown=- | gh pr comment -F -
      what changed, as a comment

Exit codes:
  0  nothing is new; always where targets stand side by side
  1  a finding is new, or weighs more than before
  2  a file is no report
  3  nothing is new, and a target is missing or could not be judged again";

pub(super) const SERVE_EXAMPLES: &str = "\
Examples:
  uptospec serve agntix --port 8080 --fault done-missing
  uptospec serve agntix --list";

pub(super) const SELFTEST_EXAMPLES: &str = "\
Example:
  uptospec selftest agenhq

Exit codes:
  0  every fault is caught by a rule that must notice it
  1  one is not, or a server without faults breaks a rule";

pub(super) const SNAPSHOT_EXAMPLES: &str = "\
Examples:
  uptospec snapshot review
  uptospec snapshot accept agentix

Exit codes:
  0  nothing waits any more
  1  something still waits
  2  a file is no snapshot, or there is no such target";

pub(super) const LINT_EXAMPLES: &str = "\
Examples:
  uptospec lint openapi.yaml
  uptospec lint https://api.example.com/openapi.json --overlay ours.yaml
  uptospec lint suites/agntix.arazzo.yaml

Exit codes:
  0  there is nothing to say
  1  there are diagnostics, and the document can be tested
  2  it cannot be read";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  uptospec explain
  uptospec explain sse
  uptospec explain stream/terminal-missing";

pub(super) const INIT_EXAMPLES: &str = "\
Example:
  uptospec init openapi.yaml > uptospec.toml";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_long_for_a_small_terminal() {
        let all = [
            EXIT_CODES,
            CHECK_EXAMPLES,
            IDENTIFY_EXAMPLES,
            REPLAY_EXAMPLES,
            MERGE_EXAMPLES,
            COMPARE_EXAMPLES,
            SERVE_EXAMPLES,
            SELFTEST_EXAMPLES,
            SNAPSHOT_EXAMPLES,
            LINT_EXAMPLES,
            EXPLAIN_EXAMPLES,
            INIT_EXAMPLES,
        ];
        let long = all.iter().flat_map(|text| text.lines()).filter(|line| line.chars().count() > 80);
        assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn the_exit_codes_of_a_check_are_those_of_the_program() {
        assert!(CHECK_EXAMPLES.ends_with(EXIT_CODES));
    }
}
