//! The snapshots of the four documented APIs: what `uptospec check --snapshots update` writes here, and the same
//! whatever the seed.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use futures_util::{StreamExt, stream};
use uptospec::reference::{self, Api, ServerOptions, apis};
use uptospec::run::{self, Event, Options, Reporter, TargetResult};
use uptospec::selftest::job;
use uptospec::snapshot::{Folder, Snapshots, differences, next};

/// Seeds that are tried unless `UPTOSPEC_SEEDS` says how many.
const SEEDS: u64 = 3;
/// Audits at once: they wait for streams most of the time.
const AT_ONCE: usize = 16;

type Fallible<T> = Result<T, Box<dyn Error>>;

struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> std::io::Result<()> {
        Ok(())
    }
}

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

/// Audits the reference server of an API, and records the shapes of its answers.
async fn audit(api: &'static Api, seed: u64, cases: usize) -> Fallible<TargetResult> {
    let server = reference::start(api, ServerOptions::default()).await?;
    let job = job(api, server.url.parse()?)?;
    let snapshots = BTreeMap::from([(api.name.to_owned(), Snapshots::Record)]);
    let options = Options { seed, cases, confirm: false, snapshots, ..Options::default() };
    let result = run::run(&[job], &options, &mut Silent).await;
    server.stop().await;
    Ok(result?.targets.remove(0))
}

#[tokio::test]
async fn the_snapshots_here_are_those_that_the_command_writes() -> Fallible<()> {
    let written = tempfile::tempdir()?;
    let options = Options::default();
    let audits = apis().iter().map(|api| audit(api, options.seed, options.cases));
    for result in futures_util::future::join_all(audits).await {
        let result = result?;
        Folder::new(written.path()).update(&result.name, &result.spec, &result.shapes)?;
        assert_eq!(result.shapes.len(), result.operations.len(), "{}", result.name);
        for operation in &result.operations {
            let file = Path::new(&result.name).join(format!("{operation}.snap"));
            let text = std::fs::read_to_string(written.path().join(&file))?;
            let here = std::fs::read_to_string(repository().join(&file)).unwrap_or_default();
            assert!(here == text, "run `uptospec check --snapshots update`: {} is\n{text}", file.display());
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_seed_makes_a_difference() -> Fallible<()> {
    let seeds = std::env::var("UPTOSPEC_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    // From no random request at all to a few: what they are must not matter, and neither how many they are.
    let all = (0..seeds).flat_map(|seed| apis().iter().map(move |api| audit(api, seed, (seed % 8) as usize)));
    let mut audits = stream::iter(all).buffer_unordered(AT_ONCE);
    while let Some(result) = audits.next().await {
        let result = result?;
        let operations = result.operations.iter().map(String::as_str);
        let accepted = Folder::new(repository()).load(&result.name, operations)?;
        assert_eq!(accepted.len(), result.shapes.len(), "{}", result.name);
        for (operation, now) in &result.shapes {
            let then = &accepted[operation];
            assert_eq!(differences(then, now), [], "{} {operation}", result.name);
            assert_eq!(next(then, now), *then, "{} {operation}", result.name);
        }
    }
    Ok(())
}
