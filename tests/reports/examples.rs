//! The reports in `reports/` are what the command beside them writes today, times and ids aside; and what it writes
//! is pinned.

use std::fs;

use libtest_mimic::{Failed, Trial};
use regex::Regex;

use crate::made::{self, FILES, Made, PORTS};

/// Set to write the files anew.
const UPDATE: &str = "UPTOSPEC_UPDATE_REPORTS";

/// One trial a file.
pub fn trials() -> Vec<Trial> {
    let trial = |(_, file): &'static (&str, &str)| Trial::test(format!("examples::{file}"), move || is_true(file));
    FILES.iter().map(trial).collect()
}

fn is_true(file: &str) -> Result<(), Failed> {
    let made = made::examples()?;
    let written = with_known_ports(made, &made.text(file)?)?;
    let kept = made::repository().join("reports").join(file);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&kept, &written)?;
    }
    let shape = without_times_and_ids(&written);
    let pinned = without_style(&shape);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(file.replace('.', "_"), pinned);
    });
    let kept = without_times_and_ids(&fs::read_to_string(&kept)?);
    let differs = kept.lines().zip(shape.lines()).find(|(kept, written)| kept != written);
    if kept == shape {
        return Ok(());
    }
    let (kept, written) = differs.unwrap_or(("one has more lines", "than the other"));
    let hint = format!("`{UPDATE}=1 cargo test --test reports examples` writes it anew");
    Err(format!("reports/{file} is not what is written today: {hint}\n  kept:    {kept}\n  written: {written}").into())
}

/// The text with the ports of `reports/uptospec.toml` again.
fn with_known_ports(made: &Made, text: &str) -> Result<String, String> {
    let ports = made::ports(made)?;
    Ok(ports.iter().zip(PORTS).fold(text.to_owned(), |text, (port, known)| {
        text.replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{known}"))
    }))
}

/// What one run has and the next has not: times, what is drawn of them, ids, how TCP cut the bytes, and what is said
/// of streams that a busy machine makes slow.
const DIFFERS: [(&str, &str); 22] = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+Z|\.?\d*…|Z)", "WHEN"),
    (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "WHEN"),
    (r#"("(?:[a-z_]+_ms|p50|p95|max|seconds|time|wait|receive)": ?)[0-9.]+"#, "${1}0"),
    (r#"\btime="[0-9.]+""#, "time=\"TIME\""),
    (r"(?s)<svg .*?</svg>", "<svg></svg>"),
    (r"(?s)<figcaption><ul.*?</figcaption>", "<figcaption></figcaption>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"\b([a-z]+[_-])(?:[0-9a-f]{32}\b|[0-9a-f]{8,31}…)", "${1}ID"),
    (r" in \d+ pieces", " in pieces"),
    (r" *\b\d+ min \d+ s\b", " TIME"),
    (r" *\b\d+(?:\.\d+)? m?s\b", " TIME"),
    // A line a tag, so that a difference is a line.
    ("><", ">\n<"),
    // The rules that ask whether a stream is buffered: in JSON, JUnit, HTML, and words.
    (r#" *<testcase [^>]*/buffered"(?:/>|>\s*<skipped [^>]*>\s*</testcase>)\n"#, ""),
    (r#"\{[^{}]*"rule": ?"[a-z]+/buffered"[^{}]*\},?\s*"#, ""),
    (r#",?\s*"[a-z]+/buffered""#, ""),
    (r#"("cases": ?)\d+"#, "${1}0"),
    (r#"(skipped|tests)="\d+""#, "$1=\"N\""),
    (r"<li>\n<code>[a-z]+/buffered</code>\n</li>\n", ""),
    (r#"(data-label="Checks">)\d+"#, "${1}N"),
    (r#"(?s)<details class="group">\n<summary>\n<b>\d+ ×</b> the whole took.*?</details>\n"#, ""),
    (r"(?m)^.*(?:/buffered|more reason).*\n", ""),
    // It stands among the reasons where there is room.
    (r"(?m)^ +1 × isolation/cross-talk.*\n", ""),
];

fn without_times_and_ids(text: &str) -> String {
    DIFFERS.iter().fold(text.to_owned(), |text, (pattern, instead)| {
        let pattern = Regex::new(pattern).expect("the patterns are ours");
        pattern.replace_all(&text, *instead).into_owned()
    })
}

/// An HTML report without its style, which is a file of its own.
fn without_style(text: &str) -> String {
    let style = Regex::new(r"(?s)<style>.*?</style>|sha256-[^']+").expect("the pattern is ours");
    style.replace_all(text, "").into_owned()
}
