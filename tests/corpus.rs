//! Public OpenAPI documents, as many as there are: each loads, or is refused with a located reason. And made ones: what
//! is done for a document grows as its size does.
//!
//! `UPTOSPEC_CORPUS` names a directory with `openapi/manifest.json`, a list of `{file, expect}`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use uptospec::contract::{self, Contract};
use uptospec::generate::{Options, generate};
use uptospec::target::Target;

/// Counts what is allocated.
#[global_allocator]
static MEMORY: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Nothing takes longer, even without optimisation.
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let corpus = std::env::var_os("UPTOSPEC_CORPUS").map(|path| Path::new(&path).join("openapi"));
    let trial = match corpus {
        Some(directory) => Trial::test("every_document_loads_or_is_refused_with_its_place", move || {
            every_document_loads_or_is_refused_with_its_place(&directory);
            Ok(())
        }),
        // Its name says aloud what is left out, whatever captures the output of trials.
        None => Trial::test("left out: UPTOSPEC_CORPUS names no corpus", || Ok(())).with_ignored_flag(true),
    };
    let growth = Trial::test("what_is_done_for_a_document_grows_as_its_size", || {
        SHAPES.iter().for_each(|(name, made)| grows_as_its_size(name, *made));
        Ok(())
    });
    // One after the other: what is allocated is counted for the process.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, vec![growth, trial]).exit_code()
}

/// A name, and a document of that many things.
type Shape = (&'static str, fn(usize) -> String);

/// Documents of any size, each of one thing many times.
const SHAPES: [Shape; 7] = [
    ("operations", |n| document(&each(n, |k| operation(k, "{type: string}")), "")),
    ("references", |n| {
        let schema =
            |k: usize| format!("S{k}: {{properties: {{next: {{$ref: '#/components/schemas/S{}'}}}}}}", (k + 1) % n);
        document(&each(n, |k| operation(k, &format!("{{$ref: '#/components/schemas/S{k}'}}"))), &each(n, schema))
    }),
    ("heirs", |n| {
        let heir = |k: usize| format!("H{k}: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{required: [a{k}]}}]}}");
        let base = "Base: {type: object, discriminator: {propertyName: kind}}, ";
        document(&operation(0, "{$ref: '#/components/schemas/Base'}"), &format!("{base}{}", each(n, heir)))
    }),
    ("members", |n| {
        document(&operation(0, &format!("{{properties: {{{}}}}}", each(n, |k| format!("m{k}: {{type: integer}}")))), "")
    }),
    ("alternatives", |n| {
        document(&operation(0, &format!("{{oneOf: [{}]}}", each(n, |k| format!("{{const: {k}}}")))), "")
    }),
    ("faults", |n| document(&each(n, |k| operation(k, "{$ref: '#/components/schemas/Gone'}")), "")),
    ("aliases", |n| {
        let aliases = each(n, |_| "*a".to_owned());
        format!("x-a: &a {{a: [1, 2, 3]}}\nx-b: [{aliases}]\n{}", document(&operation(0, "{}"), ""))
    }),
];

fn each(n: usize, one: impl Fn(usize) -> String) -> String {
    (0..n).map(one).collect::<Vec<_>>().join(", ")
}

fn operation(k: usize, schema: &str) -> String {
    let body = format!("{{content: {{application/json: {{schema: {schema}}}}}}}");
    format!(
        "'/p{k}/{{id}}': {{post: {{parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}], requestBody: {body}, responses: {{'200': {{description: ok}}}}}}}}"
    )
}

fn document(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{{paths}}}\ncomponents: {{schemas: {{{schemas}}}}}\n"
    )
}

/// Times the size of a document.
const TIMES: usize = 8;
/// Times the work that this may come to: maps and lists grow in steps of two.
const AT_MOST: f64 = 12.0;

/// Counts the bytes and the blocks that are allocated while a document is read and compiled. No clock is asked, so this
/// leaves out loops that allocate nothing; and it leaves out the plan, which is no part of reading.
fn grows_as_its_size(name: &str, made: fn(usize) -> String) {
    let work = |n: usize| {
        let text = made(n);
        let region = Region::new(MEMORY);
        let mut contract = contract::read("made.yaml", &text, None).expect("a made document is one");
        contract.compile();
        let change = region.change();
        [change.bytes_allocated as f64, (change.allocations + change.reallocations) as f64]
    };
    work(1);
    let (small, large) = (work(100), work(100 * TIMES));
    for (small, large) in small.into_iter().zip(large) {
        let ratio = large / small;
        println!("{name}: {ratio:.1} times the work for {TIMES} times the size");
        assert!(ratio < AT_MOST, "{name}: {ratio:.1} times the work for {TIMES} times the size");
    }
}

fn manifest(directory: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(directory.join("manifest.json")).expect("the corpus has a manifest");
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the manifest is a list");
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    entries.iter().map(|entry| (text(entry, "file"), text(entry, "expect"))).collect()
}

fn every_document_loads_or_is_refused_with_its_place(directory: &Path) {
    let documents = manifest(directory);
    let next = AtomicUsize::new(0);
    let take_turns = || {
        let mut counts = Counts::default();
        while let Some((file, expect)) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            loads_or_is_refused_with_its_place(&directory.join(file), expect, &mut counts);
        }
        counts
    };
    let counts = std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take_turns)).collect();
        let counts = threads.into_iter().map(|thread| thread.join().expect("a document was read wrongly"));
        counts.fold(Counts::default(), Counts::and)
    });
    println!("{counts:#?}");
    assert!(counts.loaded > 0 && counts.sendable > 0);
}

fn loads_or_is_refused_with_its_place(file: &Path, expect: &str, counts: &mut Counts) {
    let started = Instant::now();
    let result = contract::load(file);
    let (took, file) = (started.elapsed(), file.display());
    assert!(took < LIMIT, "{file} took {took:?}");
    match result {
        Ok(contract) => {
            counts.take(&contract);
            let unusable = compile(&contract);
            assert!(unusable.is_empty(), "{file}: {unusable:?}");
        }
        Err(error) => {
            println!("{expect}: {error}");
            *counts.refused.entry(error.diagnostics[0].message.clone()).or_default() += 1;
            assert!(error.diagnostics[0].help.is_some(), "{file}: {error}");
        }
    }
}

/// What can be done with the documents.
#[derive(Debug, Default)]
struct Counts {
    loaded: usize,
    /// Documents that were refused, by the first reason.
    refused: BTreeMap<String, usize>,
    /// Operations that were read.
    operations: usize,
    /// Operations that were given up while the document was read.
    given_up: usize,
    /// Operations with a request that their contract allows, in documents that are not too large to plan here.
    sendable: usize,
    /// Operations of which no request can be made, and those of the largest documents.
    unplanned: usize,
}

/// Operations of a document that is planned here: without optimisation, a plan of more takes minutes.
const PLANNED: usize = 60;

impl Counts {
    fn take(&mut self, contract: &Contract) {
        self.loaded += 1;
        self.operations += contract.operations.len();
        self.given_up += contract.untested.len();
        let sendable = if contract.operations.len() <= PLANNED { sendable(contract) } else { 0 };
        self.sendable += sendable;
        self.unplanned += contract.operations.len() - sendable;
    }

    fn and(mut self, other: Counts) -> Self {
        for (reason, number) in other.refused {
            *self.refused.entry(reason).or_default() += number;
        }
        self.loaded += other.loaded;
        self.operations += other.operations;
        self.given_up += other.given_up;
        self.sendable += other.sendable;
        self.unplanned += other.unplanned;
        self
    }
}

/// The operations of which at least one request can be made that the contract allows.
fn sendable(contract: &Contract) -> usize {
    let plan = generate(contract, &Target::new("corpus", "corpus"), None, &Options { seed: 1, cases: 1 });
    let allowed = plan.cases.iter().filter(|case| matches!(case.expect, uptospec::generate::Expect::Success { .. }));
    let operations: BTreeSet<&str> = allowed.map(|case| case.operation.id.as_str()).collect();
    operations.len()
}

/// The schemas of a small contract that do not compile although they were taken.
fn compile(contract: &contract::Contract) -> Vec<String> {
    let bodies = contract.operations.iter().flat_map(|operation| operation.body.iter().flat_map(|body| &body.media));
    let answers = contract.operations.iter().flat_map(|one| one.responses.iter().flat_map(|response| &response.media));
    let schemas = bodies.chain(answers).filter_map(|media| media.schema.as_ref());
    let wrong = |schema: &contract::Schema| Some(format!("{:?}: {}", schema.place(), schema.compile().err()?));
    schemas.take(200).filter_map(wrong).collect()
}
