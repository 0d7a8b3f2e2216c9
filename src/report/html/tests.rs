use regex::Regex;

use super::*;
use crate::contract::PromiseId;
use crate::report::fixture;
use crate::run::PromiseVerdict;
use crate::send::Outcome;

fn written(run: &RunResult) -> String {
    let mut out = Vec::new();
    write(&mut out, run).unwrap();
    String::from_utf8(out).unwrap()
}

/// The report without its style, which is pinned by its own file.
fn pinned(run: &RunResult) -> String {
    let page = written(run).replace(STYLE, "").replace(&policy(), "POLICY");
    page.replace("><", ">\n<")
}

/// Every tag with the names of its attributes.
fn tags(page: &str) -> Vec<String> {
    let tag = Regex::new(r#"<(/?[a-z0-9]+)((?: [a-zA-Z-]+(?:="[^"]*")?)*)>"#).unwrap();
    let attribute = Regex::new(r#" ([a-zA-Z-]+)(?:="[^"]*")?"#).unwrap();
    let body = &page[page.find("<body>").unwrap()..];
    let found = tag.captures_iter(body).map(|tag| {
        let names: Vec<_> = attribute.captures_iter(&tag[2]).map(|name| name[1].to_owned()).collect();
        format!("{} {}", &tag[1], names.join(" "))
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), body.matches('<').count(), "something that is no tag begins like one");
    found
}

/// The same run, every text that a target or a document may decide being this one.
fn saying(text: &str) -> RunResult {
    let mut run = fixture::run();
    for target in &mut run.targets {
        for said in [&mut target.title, &mut target.url, &mut target.spec] {
            text.clone_into(said);
        }
        target.incomplete.iter_mut().for_each(|reason| text.clone_into(reason));
        for promise in &mut target.promises {
            promise.source.quote = promise.source.quote.as_ref().map(|_| text.to_owned());
            text.clone_into(&mut promise.source.document);
            promise.operation = promise.operation.as_ref().map(|_| text.to_owned());
            promise.reason = promise.reason.as_ref().map(|_| text.to_owned());
        }
        target.left_out.iter_mut().for_each(|left_out| text.clone_into(&mut left_out.what));
        target.latency = std::mem::take(&mut target.latency).into_values().map(|it| (text.to_owned(), it)).collect();
        target.streams = std::mem::take(&mut target.streams).into_values().map(|it| (text.to_owned(), it)).collect();
        target.coverage = std::mem::take(&mut target.coverage).into_values().map(|it| (text.to_owned(), it)).collect();
        for covered in target.coverage.values_mut().flat_map(|operation| &mut operation.constraints) {
            text.clone_into(&mut covered.what);
            covered.never = covered.never.as_ref().map(|_| text.to_owned());
        }
        for found in &mut target.findings {
            let finding = &mut found.finding;
            for said in [&mut finding.message, &mut found.operation, &mut found.case.curl, &mut found.case.id] {
                text.clone_into(said);
            }
            for said in [&mut finding.expected, &mut finding.actual].into_iter().filter(|said| !said.is_empty()) {
                text.clone_into(said);
            }
            match &mut found.exchange.outcome {
                Outcome::Answered(answer) => {
                    answer.body = format!("{text}{}", String::from_utf8_lossy(&answer.body)).into();
                    answer.headers.iter_mut().for_each(|(_, value)| *value = text.as_bytes().to_vec());
                }
                Outcome::Failed(failure) => text.clone_into(&mut failure.message),
            }
            for row in found.stream.iter_mut().flat_map(|stream| &mut stream.rows) {
                text.clone_into(&mut row.data);
                row.kind = Some(text.to_owned());
            }
        }
    }
    run
}

#[test]
fn a_run_with_violations_reads_like_this() {
    insta::assert_snapshot!(pinned(&fixture::run()));
}

#[test]
fn a_conformant_run_shows_the_promises_that_were_kept() {
    insta::assert_snapshot!(pinned(&fixture::conformant()));
}

#[test]
fn markup_that_a_target_sends_is_text_wherever_it_stands() {
    let hostile =
        "</code></style></title>\"><script>alert(1)</script><img src=x onerror='y'> <a href=\"javascript:z\">&#x3c;";
    let mut known = tags(&written(&saying("plain")));
    let mut found = tags(&written(&saying(hostile)));
    // Where a long text is cut stands a span more.
    known.push("span class".to_owned());
    known.sort();
    known.dedup();
    found.sort();
    found.dedup();
    assert_eq!(found, known);
}

#[test]
fn the_only_addresses_lead_to_places_in_the_report() {
    let page = written(&saying("http://evil.test/ javascript:alert(1)"));
    let addresses = Regex::new(r#"(?:href|src|action|xlink:href)="([^"]*)""#).unwrap();
    let found: Vec<_> = addresses.captures_iter(&page).map(|address| address[1].to_owned()).collect();
    for place in ["#t0", "#t1", "#t2", "#t0-findings", "#t0-unchecked", "#t0-f0"] {
        assert!(found.iter().any(|address| address == place), "{place} in {found:?}");
    }
    for address in found {
        let id = address.strip_prefix('#').unwrap();
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{address}");
    }
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn nothing_that_cannot_be_seen_is_in_the_file() {
    let page = written(&saying("a\u{1b}]0;x\u{7}\r\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\0é🙂"));
    let strange: Vec<_> = page.chars().filter(|char| safe::text(&char.to_string()) != char.to_string()).collect();
    assert!(strange.iter().all(|char| *char == '\n'), "{strange:?}");
    assert!(page.contains(r#"<span class="esc">\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}"#) && page.contains("é🙂"));
}

#[test]
fn however_much_there_is_to_say_the_file_stays_below_a_megabyte_and_says_what_it_leaves_out() {
    let mut run = saying(&"<&>\"'\u{1b}".repeat(200));
    let target = &mut run.targets[0];
    target.findings = target.findings.iter().cycle().take(2_000).cloned().collect();
    target.promises = target.promises.iter().cycle().take(2_000).cloned().collect();
    run.targets.extend(vec![run.targets[2].clone(); 87]);
    let page = written(&run);
    assert!(page.len() < 1_000_000, "{}", page.len());
    for left_out in ["more findings, for which", "more promises, for which", "30 more targets"] {
        assert!(page.contains(left_out), "{left_out}");
    }
}

#[test]
fn however_many_targets_have_much_to_say_the_file_stays_below_a_megabyte() {
    let long = "<&>\"'\u{1b}".repeat(200);
    let mut run = saying(&long);
    let target = &mut run.targets[0];
    long.clone_into(&mut target.name);
    target.incomplete = vec![long; 100];
    target.findings = target.findings.iter().cycle().take(30).cloned().collect();
    target.promises = target.promises.iter().cycle().take(400).cloned().collect();
    run.targets = vec![run.targets[0].clone(); 70];
    let page = written(&run);
    assert!(page.len() < 1_000_000, "{}", page.len());
}

#[test]
fn a_broken_promise_leads_to_the_findings_that_break_it() {
    let mut run = fixture::run();
    let target = &mut run.targets[0];
    let broken = target.promises.iter().position(|promise| promise.verdict == PromiseVerdict::Broken).unwrap();
    target.findings[1].finding.promises = vec![PromiseId(broken)];
    let page = written(&run);
    assert!(page.contains(r##"<td data-label="Broken by"><ul class="rules"><li><a href="#t0-f1">"##), "{page}");
}

#[test]
fn findings_beyond_a_glance_are_folded_and_those_without_room_still_have_a_place() {
    let mut run = fixture::run();
    let target = &mut run.targets[0];
    target.findings = target.findings.iter().cycle().take(2_000).cloned().collect();
    let page = written(&run);
    let folded = page.matches(r#"<details class="whole">"#).count();
    assert_eq!(page.matches("<article ").count(), folded + 10);
    let lines = Regex::new(r#"<li id="t0-f(\d+)">"#).unwrap();
    let first: usize = lines.captures(&page).unwrap()[1].parse().unwrap();
    assert_eq!(first, folded + 10);
}

#[test]
fn many_operations_are_folded_beneath_what_they_come_to_together() {
    let mut run = fixture::run();
    let target = &mut run.targets[0];
    let ((_, latency), (_, coverage)) = (target.latency.first().unwrap(), target.coverage.first().unwrap());
    let names = || (0..14).map(|number| format!("operation{number}"));
    target.latency = names().map(|name| (name, latency.clone())).collect();
    target.coverage = names().map(|name| (name, coverage.clone())).collect();
    let page = written(&run);
    assert!(page.contains("<summary>2 more operations</summary>"), "{page}");
    assert!(
        page.contains("<summary>14 operations</summary>") && page.contains("<th scope=\"row\">all operations</th>")
    );
}

#[test]
fn headings_are_in_order() {
    let page = written(&fixture::run());
    let heading = Regex::new("<h([1-6])").unwrap();
    let levels: Vec<usize> = heading.captures_iter(&page).map(|level| level[1].parse().unwrap()).collect();
    assert_eq!(levels[..2], [1, 2]);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}
