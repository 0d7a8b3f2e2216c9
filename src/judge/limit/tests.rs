//! Limits of every kind under a burst, in a time of their own.

use std::time::Duration;

use super::super::support::{Scene, in_words};
use super::*;
use crate::contract::Strength;
use crate::generate::CaseKind;

const LIMIT: RateLimit = RateLimit { requests: 60, per: Duration::from_secs(60), promise: None };
const RUSH: u64 = 65;

/// A server on the way of a burst: what it answers at a time.
type Server<'a> = &'a mut dyn FnMut(Duration) -> Scene;

fn served() -> Scene {
    burst_of(Scene::new())
}

fn refused() -> Scene {
    burst_of(Scene::new()).answer(429, "application/json", r#"{"code": "RATE_LIMITED"}"#)
}

fn burst_of(scene: Scene) -> Scene {
    let mut scene = scene.expect_errors(&[(429, "RATE_LIMITED", Strength::Documented)]);
    scene.kind = CaseKind::Burst { requests: 65 };
    scene.operation.rate_limit = Some(LIMIT);
    scene
}

/// Plays a burst against a server from `start` on, one request every so many milliseconds, as a run would; pauses
/// that are longer than `patience` end it. Gives what the rules say of it.
fn play(server: Server<'_>, start: Duration, every: u64, patience: Duration, before: Before) -> Vec<String> {
    let mut burst = Burst::new(LIMIT, before);
    let mut now = start;
    while let Some(step) = burst.next() {
        let number = match step {
            Step::Probe { after, .. } if after > patience => {
                burst.break_off("there is no time for it");
                continue;
            }
            Step::Probe { after, .. } => {
                now += after;
                1
            }
            Step::Rush | Step::RushAgain | Step::Afresh => RUSH,
        };
        let mut exchanges = Vec::new();
        for _ in 0..number {
            let mut scene = server(now);
            scene.started = now;
            exchanges.push(scene.exchange());
            now += Duration::from_millis(every);
        }
        burst.add(step, exchanges);
    }
    let scene = served();
    let checks = judge_burst(&scene.contract(), &scene.case(), &burst);
    checks.iter().map(|check| format!("{} {}", check.rule, in_words(&check.verdict))).collect()
}

/// What is said where there is all the time in the world, the burst is fast and nothing was sent before.
fn says(server: Server<'_>) -> Vec<String> {
    play(server, Duration::from_secs(7), 1, Duration::MAX, Before::default())
}

fn about<'s>(said: &'s [String], rule: &str) -> &'s str {
    said.iter().find_map(|said| said.strip_prefix(rule)).unwrap_or_default().trim()
}

/// A limit that counts in windows which begin at multiples of their length.
fn fixed(requests: usize, seconds: u64) -> impl FnMut(Duration) -> Scene {
    let (mut window, mut used) = (None, 0);
    move |now| {
        let current = now.as_secs() / seconds;
        if window != Some(current) {
            (window, used) = (Some(current), 0);
        }
        used += 1;
        if used <= requests { served() } else { refused() }
    }
}

/// One whose window begins with the first request in it.
fn from_the_first(requests: usize) -> impl FnMut(Duration) -> Scene {
    let (mut over, mut used) = (Duration::ZERO, 0);
    move |now| {
        if now >= over {
            (over, used) = (now + LIMIT.per, 0);
        }
        used += 1;
        if used <= requests { served() } else { refused() }
    }
}

/// One that looks at the time just past; `strict` counts what it refused, too.
fn sliding(requests: usize, strict: bool) -> impl FnMut(Duration) -> Scene {
    let mut uses: Vec<Duration> = Vec::new();
    move |now| {
        uses.retain(|used| now - *used < LIMIT.per);
        let is_served = uses.len() < requests;
        if is_served || strict {
            uses.push(now);
        }
        if is_served { served() } else { refused() }
    }
}

/// One that weighs the window before by how much of it lies in the minute just past, and counts what it refused.
fn weighing(requests: f64) -> impl FnMut(Duration) -> Scene {
    let (mut window, mut before, mut used) = (0, 0.0, 0.0);
    move |now| {
        let current = now.as_secs() / LIMIT.per.as_secs();
        if current != window {
            before = if current == window + 1 { used } else { 0.0 };
            (window, used) = (current, 0.0);
        }
        let part = (now.as_secs_f64() / LIMIT.per.as_secs_f64()).fract();
        let is_served = before * (1.0 - part) + used + 1.0 <= requests;
        used += 1.0;
        if is_served { served() } else { refused() }
    }
}

/// A bucket that is refilled all the while; `said` is its Retry-After.
fn bucket(requests: f64, said: Option<&'static str>) -> impl FnMut(Duration) -> Scene {
    let (mut left, mut last) = (requests, Duration::ZERO);
    move |now| {
        left = requests.min(left + (now - last).as_secs_f64() * 60.0 / LIMIT.per.as_secs_f64());
        last = now;
        if left >= 1.0 {
            left -= 1.0;
            return served();
        }
        said.into_iter().fold(refused(), |scene, said| scene.header("retry-after", said))
    }
}

/// A server of a kind, which answers by the time of the request.
type Kind = (&'static str, Box<dyn FnMut(Duration) -> Scene>);

/// Limits of every kind that keep the documented pace.
fn honest() -> Vec<Kind> {
    vec![
        ("fixed", Box::new(fixed(60, 60))),
        ("from the first", Box::new(from_the_first(60))),
        ("sliding", Box::new(sliding(60, false))),
        ("strict", Box::new(sliding(60, true))),
        ("weighing", Box::new(weighing(60.0))),
        ("bucket", Box::new(bucket(60.0, None))),
        ("bucket with a word", Box::new(bucket(60.0, Some("1")))),
    ]
}

fn is_blamed(said: &[String]) -> bool {
    said.iter().any(|said| said.contains("error: ") || said.contains("warning: "))
}

#[test]
fn no_honest_limit_is_ever_blamed() {
    let anywhere = (0..60).step_by(12).map(|second| Duration::from_millis(500 + second * 1000));
    for start in anywhere.chain(near_an_edge()) {
        for every in [1, 200, 1500] {
            for (name, mut limit) in honest() {
                let said = play(&mut *limit, start, every, Duration::MAX, Before::default());
                assert!(!is_blamed(&said), "{name} at {start:?} every {every} ms: {said:?}");
            }
        }
    }
}

#[test]
fn no_honest_limit_is_blamed_for_what_others_used_before_the_run() {
    for start in (0..60).step_by(9).map(|second| Duration::from_millis(60_500 + second * 1000)) {
        for before in (1..60).step_by(7) {
            for (name, mut limit) in honest() {
                (0..before).for_each(|number| drop(limit(start - Duration::from_millis(1000 - number * 10))));
                let said = play(&mut *limit, start, 1, Duration::MAX, Before { unknown: true, ..Before::default() });
                assert!(!is_blamed(&said), "{name} at {start:?}, {before} used: {said:?}");
            }
        }
    }
}

/// Starts of bursts in whose midst a window begins anew.
fn near_an_edge() -> impl Iterator<Item = Duration> {
    (1..66).step_by(8).map(|millis| Duration::from_millis(60_000 - millis))
}

#[test]
fn a_limit_of_any_kind_is_shown_to_hold_and_to_let_in_again() {
    let limits: [&mut dyn FnMut(Duration) -> Scene; 5] = [
        &mut fixed(60, 60),
        &mut from_the_first(60),
        &mut sliding(60, true),
        &mut weighing(60.0),
        &mut bucket(60.0, None),
    ];
    for limit in limits {
        let said = says(limit);
        assert_eq!(said[..3], ["limit/late passed", "limit/early passed", "limit/recovery passed"], "{said:?}");
    }
}

#[test]
fn a_window_that_begins_anew_in_the_burst_is_told_from_a_late_limit() {
    for start in near_an_edge() {
        let said = play(&mut fixed(60, 60), start, 1, Duration::MAX, Before::default());
        assert_eq!(about(&said, "limit/late"), "passed", "{start:?}");
        let said = play(&mut fixed(60, 60), start, 1, Duration::ZERO, Before::default());
        let verdict = about(&said, "limit/late");
        assert!(verdict == "passed" || verdict.starts_with("not checked: "), "{start:?}: {verdict}");
    }
}

#[test]
fn a_limit_that_comes_anywhere_too_late_is_found() {
    for number in [61, 62, 64, 65, 66, 70, 80, 100, 119, 120, 121, 200] {
        let limits: [&mut dyn FnMut(Duration) -> Scene; 5] = [
            &mut fixed(number, 60),
            &mut from_the_first(number),
            &mut sliding(number, false),
            &mut bucket(number as f64, None),
            &mut bucket(number as f64, Some("1")),
        ];
        for (kind, limit) in limits.into_iter().enumerate() {
            let said = says(limit);
            // A burst of 65 in a tenth of a second leaves room for one more.
            let expected = if number > 61 { "error: " } else { "passed" };
            assert!(about(&said, "limit/late").starts_with(expected), "{number}, kind {kind}: {said:?}");
        }
    }
}

#[test]
fn a_late_limit_is_found_at_once_where_no_window_explains_it() {
    let said = play(&mut |_| served(), Duration::ZERO, 1, Duration::ZERO, Before::default());
    let late = "error: 130 requests were served in 0.1 s, where the limit is 60 in 60 s";
    assert_eq!(about(&said, "limit/late"), late);
    // One that was served two seconds after a 429 shows that no window began.
    let said = play(&mut bucket(80.0, Some("1")), Duration::ZERO, 1, Duration::from_secs(3), Before::default());
    assert_eq!(about(&said, "limit/late"), "error: 80 requests were served in 0.1 s, where the limit is 60 in 60 s");
}

#[test]
fn what_may_be_a_window_is_not_judged_where_there_is_no_time_for_it() {
    let said = play(&mut fixed(80, 60), Duration::from_secs(7), 1, Duration::ZERO, Before::default());
    let reason = "80 requests were served in 0.1 s, as where a window begins anew, and there is no time for it";
    assert_eq!(about(&said, "limit/late"), format!("not checked: {reason}"));
    assert_eq!(about(&said, "limit/recovery"), "not checked: there is no time for it");
}

#[test]
fn a_second_burst_shows_the_limit_after_a_window_without_requests() {
    let said = says(&mut fixed(80, 60));
    let late = "error: 66 requests were served in 0.1 s after a window without any, where the limit is 60 in 60 s";
    assert_eq!(about(&said, "limit/late"), late);
}

#[test]
fn a_limit_within_the_documented_pace_is_early() {
    let early = "error: 429 came after 30 requests, where the limit is 60 in 60 s";
    assert_eq!(about(&says(&mut fixed(30, 60)), "limit/early"), early);
    assert_eq!(about(&says(&mut sliding(30, true)), "limit/early"), early);
    assert_eq!(about(&says(&mut bucket(30.0, None)), "limit/early"), early);
}

/// A limit of which so many requests were used just before the burst.
fn used<L: FnMut(Duration) -> Scene>(mut limit: L, requests: usize) -> L {
    (0..requests).for_each(|number| drop(limit(Duration::from_secs(5) + Duration::from_millis(number as u64))));
    limit
}

#[test]
fn a_limit_that_others_used_before_the_run_is_not_early() {
    let unknown = || Before { unknown: true, ..Before::default() };
    let said = |server: Server<'_>, patience| {
        about(&play(server, Duration::from_secs(7), 1, patience, unknown()), "limit/early").to_owned()
    };
    let all_the_time = Duration::MAX;
    assert_eq!(said(&mut used(fixed(60, 60), 50), all_the_time), "passed");
    assert_eq!(said(&mut used(from_the_first(60), 50), all_the_time), "passed");
    assert_eq!(said(&mut used(bucket(60.0, None), 57), all_the_time), "passed");
    assert_eq!(said(&mut used(sliding(60, true), 50), all_the_time), "passed");
    assert!(!said(&mut used(weighing(60.0), 50), all_the_time).starts_with("error"));
    assert_eq!(
        said(&mut used(fixed(60, 60), 50), Duration::from_secs(5)),
        "not checked: 429 came after 10 requests, and others may have used the credential before the run: there is no \
         time for it"
    );
    let again = "error: 429 came after 30 requests sent after a long silence, where the limit is 60 in 60 s";
    assert_eq!(said(&mut fixed(30, 60), all_the_time), again);
    assert_eq!(said(&mut bucket(30.0, None), all_the_time), again);
}

fn sent(requests: usize) -> Before {
    Before { sent: requests, ..Before::default() }
}

fn with_before(before: Before) -> Vec<String> {
    play(&mut fixed(30, 60), Duration::from_secs(7), 1, Duration::MAX, before)
}

#[test]
fn a_limit_is_not_early_where_requests_before_the_burst_may_count() {
    let said = |before| about(&with_before(before), "limit/early").to_owned();
    assert_eq!(said(sent(30)), "not checked: 30 requests within the window came before the burst");
    assert_eq!(said(sent(29)), "error: 429 came after 30 requests, where the limit is 60 in 60 s");
}

#[test]
fn requests_before_a_burst_do_not_count_where_the_limit_would_not_have_let_them_all_in() {
    let early = |before| about(&with_before(before), "limit/early").starts_with("error");
    let apart = Before { let_in: 61, other_credential: true, ..sent(70) };
    assert!(early(apart.clone()));
    assert!(!early(Before { let_in: 60, ..apart.clone() }));
    assert!(!early(Before { limited: 1, ..apart.clone() }));
    assert!(!early(Before { span: Duration::from_secs(30), ..apart.clone() }));
    assert!(!early(Before { other_credential: false, ..apart }));
}

#[test]
fn a_credential_at_its_limit_shows_the_error_and_that_it_never_ends() {
    let scene = || burst_of(Scene::new()).answer(429, "application/json", r#"{"code": "SLOW_DOWN"}"#);
    let said = says(&mut |_| scene());
    let at_its_limit = "not checked: the credential was at its limit already";
    assert_eq!([about(&said, "limit/late"), about(&said, "limit/early")], [at_its_limit; 2]);
    assert_eq!(about(&said, "error/code"), "error: RATE_LIMITED is not a value in the JSON body");
    assert!(about(&said, "limit/recovery").starts_with("error: 429 to a request after 65.5 s without any"), "{said:?}");
}

#[test]
fn a_limit_that_is_never_lifted_is_found() {
    let mut number = 0;
    let said = says(&mut |_| {
        number += 1;
        if number <= 60 { served() } else { refused().header("retry-after", "2") }
    });
    assert_eq!(
        about(&said, "limit/recovery"),
        "error: 429 to a request after 65.5 s without any, where the limit is 60 in 60 s"
    );
    assert_eq!(about(&said, "limit/retry-after"), "warning: 429 again 3.0 s after a 429 whose Retry-After named less");
}

/// What is said of this Retry-After on each 429 of a limit that holds.
fn with_retry_after(value: &'static str) -> String {
    let mut limit = fixed(60, 60);
    let said = says(&mut |now| match limit(now) {
        scene if scene.exchange().answer().is_some_and(|answer| answer.status == 429) => {
            scene.header("retry-after", value)
        }
        scene => scene,
    });
    about(&said, "limit/retry-after").to_owned()
}

#[test]
fn retry_after_is_no_longer_than_two_windows_and_never_past() {
    // The answers of these scenes are of 08:00:00.
    for value in ["60", "53", "120", "Sun, 22 Nov 2026 08:00:59 GMT"] {
        assert_eq!(with_retry_after(value), "passed", "{value}");
    }
    for value in ["3600", "99999999999999999999", "Sun, 22 Nov 2026 09:00:00 GMT"] {
        assert!(with_retry_after(value).starts_with("warning: Retry-After asks to wait "), "{value}");
    }
    let passed = with_retry_after("Sun, 22 Nov 2026 07:59:00 GMT");
    assert_eq!(passed, "warning: Retry-After names a time that has passed");
    // What cannot be read is for another rule.
    assert_eq!(with_retry_after("soon"), "");
}

/// A header field.
type Field = (&'static str, String);

/// What is said of header fields on each answer of a limit that holds: the field's value by how many are left.
fn with_fields(fields: impl Fn(usize, u16) -> Vec<Field>) -> String {
    let mut limit = fixed(60, 60);
    let mut left = 60_usize;
    let said = says(&mut |now| {
        let scene = limit(now);
        let status = scene.exchange().answer().map_or(0, |answer| answer.status);
        left = if status == 429 { 0 } else { left.saturating_sub(1) };
        fields(left, status).into_iter().fold(scene, |scene, (name, value)| scene.header(name, &value))
    });
    about(&said, "limit/fields").to_owned()
}

#[test]
fn fields_in_every_notation_that_is_in_use_are_legal() {
    for reset in ["42", "42.5", "42000", "1795334442", "1795334442000", "42s", "2026-11-22T08:00:42Z"] {
        let said = with_fields(|left, _| {
            vec![
                ("X-RateLimit-Limit", "60".to_owned()),
                ("X-RateLimit-Remaining", left.to_string()),
                ("X-RateLimit-Reset", reset.to_owned()),
            ]
        });
        assert_eq!(said, "passed", "{reset}");
    }
    let drafts: [fn(usize) -> Vec<Field>; 4] = [
        |left| {
            vec![("RateLimit-Policy", r#""a, b";q=60;w=60"#.into()), ("RateLimit", format!(r#""a, b";r={left};t=42"#))]
        },
        |left| vec![("RateLimit", format!("limit=60, remaining={left}, reset=42"))],
        |left| vec![("RateLimit-Limit", "60, 60;w=60".into()), ("RateLimit-Remaining", left.to_string())],
        |left| vec![("RateLimit-Policy", "1000;w=3600, 60;w=60".into()), ("X-Rate-Limit-Remaining", left.to_string())],
    ];
    for draft in drafts {
        assert_eq!(with_fields(|left, _| draft(left)), "passed", "{:?}", draft(7));
    }
    assert_eq!(with_fields(|_, _| Vec::new()), "");
}

#[test]
fn fields_that_contradict_the_document_or_the_answer_are_told() {
    let always = |name: &'static str, value: &'static str| with_fields(move |_, _| vec![(name, value.to_owned())]);
    for (name, value, told) in [
        ("x-ratelimit-limit", "100", "x-ratelimit-limit says 100, where the limit is 60 in 60 s"),
        ("x-ratelimit-limit", "sixty", "x-ratelimit-limit is no whole number"),
        ("ratelimit-policy", "\"a\";q=60;w=1", "ratelimit-policy says 60, where the limit is 60 in 60 s"),
        ("ratelimit", "\"a\";r=-1", "ratelimit is no whole number"),
        ("x-ratelimit-remaining", "12", "x-ratelimit-remaining says on a 429 that 12 are left"),
        ("x-ratelimit-reset", "soon", "x-ratelimit-reset is no time within two windows of 60 s"),
        ("x-ratelimit-reset", "-5", "x-ratelimit-reset is no time within two windows of 60 s"),
        ("x-ratelimit-reset", "1595334442", "x-ratelimit-reset is no time within two windows of 60 s"),
    ] {
        assert_eq!(always(name, value), format!("warning: {told}"), "{name}: {value}");
    }
    let still = with_fields(|_, status| match status {
        429 => vec![("x-ratelimit-remaining", "0".to_owned())],
        _ => vec![("x-ratelimit-remaining", "59".to_owned())],
    });
    assert_eq!(still, "warning: x-ratelimit-remaining says after each of 60 served requests that 59 are left");
}

/// What is said where so many are served before the answers are others.
fn refused_by(refuse: impl Fn(Scene) -> Scene, before: Before, served_first: usize) -> Vec<String> {
    let mut number = 0;
    let server = &mut |_| {
        number += 1;
        if number <= served_first { served() } else { refuse(served()) }
    };
    let said = play(server, Duration::from_secs(7), 1, Duration::MAX, before);
    said.into_iter().filter(|said| !said.starts_with("limit/")).collect()
}

#[test]
fn a_limit_that_refuses_with_another_status_than_429_is_a_finding() {
    let with = |status| move |scene: Scene| scene.answer(status, "text/plain", "no");
    let said = |status, served, before| refused_by(with(status), sent(before), served);
    let message = "error/status error: answered 403 after 60 requests where the document says 429";
    assert_eq!(said(403, 60, 0), [message]);
    assert_eq!(said(403, 30, 30).len(), 1);
    assert!(said(403, 30, 0).is_empty());
    assert_eq!(
        said(503, 60, 0),
        [
            "http/server-error error: answered 503 to a valid request",
            "error/status error: answered 503 after 60 requests where the document says 429",
        ]
    );
    let closed = |scene: Scene| Scene { outcome: Scene::unanswered(), ..scene };
    assert_eq!(
        refused_by(closed, Before::default(), 60),
        ["error/status error: not answered after 60 requests where the document says 429"]
    );
}

#[test]
fn a_burst_that_was_cut_short_shows_nothing() {
    let mut burst = Burst::new(LIMIT, Before::default());
    burst.add(Step::Rush, vec![served().exchange(); 20]);
    burst.break_off("the budget is spent");
    assert_eq!(burst.next(), None);
    let checks = judge_burst(&served().contract(), &served().case(), &burst);
    let said: Vec<_> = checks.iter().map(|check| format!("{} {}", check.rule, in_words(&check.verdict))).collect();
    let only = "not checked: only 20 requests of the burst were served";
    assert_eq!(said, [format!("limit/late {only}"), format!("limit/early {only}")]);
}
