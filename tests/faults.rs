//! Every fault of the reference servers is a trial: a rule that is meant to must notice it. So is every
//! server without faults: no finding of severity `error` may be raised.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use uptospec::reference::{Api, Fault, apis};
use uptospec::selftest::{Outcome, conformant, faulty};

/// Audits wait for streams most of the time, so many fit on few cores.
const THREADS: usize = 24;

type Shared = Arc<std::sync::OnceLock<Result<Outcome, String>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let trials = apis().iter().flat_map(|api| trials_of(api, &runtime)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(api: &'static Api, runtime: &Arc<Runtime>) -> Vec<Trial> {
    let baseline = Shared::default();
    let (shared, clean_runtime) = (baseline.clone(), runtime.clone());
    let clean = Trial::test(format!("{}::conformant", api.name), move || {
        let outcome = known(&shared, api, &clean_runtime)?;
        if outcome.is_right() { Ok(()) } else { Err(told(outcome, "no error")) }
    });
    let faults = api.faults().map(|fault| {
        let (shared, runtime) = (baseline.clone(), runtime.clone());
        Trial::test(format!("{}::{}", api.name, fault.name), move || caught(&shared, api, fault, &runtime))
    });
    std::iter::once(clean).chain(faults).collect()
}

fn caught(shared: &Shared, api: &'static Api, fault: &'static Fault, runtime: &Runtime) -> Result<(), Failed> {
    let baseline = known(shared, api, runtime)?;
    let outcome = runtime.block_on(faulty(baseline, fault)).map_err(|error| error.to_string())?;
    if outcome.is_right() { Ok(()) } else { Err(told(&outcome, &fault.rules.join(" or "))) }
}

/// What the conformant server raises: audited once, by whichever trial needs it first.
fn known<'s>(shared: &'s Shared, api: &'static Api, runtime: &Runtime) -> Result<&'s Outcome, Failed> {
    let outcome = shared.get_or_init(|| runtime.block_on(conformant(api)).map_err(|error| error.to_string()));
    outcome.as_ref().map_err(|error| Failed::from(error.as_str()))
}

fn told(outcome: &Outcome, wanted: &str) -> Failed {
    let found = |found: &uptospec::run::FoundFinding| {
        format!("\n  {}[{}] {}", found.finding.severity.word(), found.finding.rule, found.finding.message)
    };
    let seen: String = outcome.findings.iter().map(found).collect();
    Failed::from(format!("wanted {wanted}; seen:{seen}"))
}
