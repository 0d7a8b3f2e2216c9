//! Sending one case within pace and budget.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;
use url::Url;

use super::budget::{Budget, Extra, Halt};
use crate::generate::{Case, CaseKind, Expect, Request};
use crate::send::{Client, Connection, End, Exchange, FailureKind, Outcome, Pace, StopAt, WireError, WireRequest};
use crate::target::{Limits, Target};

/// Longest time for one exchange once an operation has shown that it takes all that it is given.
const SHORT_LIMIT: Duration = Duration::from_secs(3);
/// How many exchanges of an operation may take all their time before the rest gets less of it.
const LONG_ONES: usize = 2;
/// Longest wait for a sign of life.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// How often a request is sent again in a row because the target asked for a slower pace, while none of its
/// operation gets through.
pub const SLOWDOWNS: u32 = 3;
/// The pause where neither a 429 nor the contract says how long; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How many requests may be sent again because their connection was closed before they had arrived. A
/// target that does so more often gets a connection for each request, and what is lost then is judged.
pub const RESENDS: usize = 3;

/// Sends requests to one target within its limits.
#[derive(Debug)]
pub struct Dispatcher {
    client: Client,
    base: Url,
    pace: Pace,
    limits: Limits,
    resends: AtomicUsize,
    throttled: AtomicUsize,
    /// Answers of each operation that were no such 429.
    let_through: Mutex<HashMap<String, usize>>,
    long_ones: Mutex<HashMap<String, usize>>,
    audited: Mutex<HashSet<Audited>>,
    /// Hears of every pause that the target asks for, as it begins.
    slowed: UnboundedSender<Duration>,
    /// What may still be spent.
    pub budget: Budget,
}

/// What the wire is audited of, once each: an operation's answer in the form that a valid request asks for.
pub type Audited = (String, Option<String>);

/// Why a request was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The budget says no.
    #[error("{0}")]
    Halted(Halt),
    /// It cannot be written.
    #[error(transparent)]
    Unwritable(#[from] WireError),
}

impl Dispatcher {
    /// A dispatcher for a target at that URL.
    pub fn new(target: &Target, base: Url, client: Client, budget: Budget, slowed: UnboundedSender<Duration>) -> Self {
        let pace = Pace::new(target.limits.rate);
        Dispatcher {
            client,
            base,
            pace,
            limits: target.limits.clone(),
            resends: AtomicUsize::new(0),
            throttled: AtomicUsize::new(0),
            let_through: Mutex::default(),
            long_ones: Mutex::default(),
            audited: Mutex::default(),
            slowed,
            budget,
        }
    }

    /// Leaves alone the wire of what another shard audits.
    pub fn leave_to_others(&self, audited: HashSet<Audited>) {
        locked(&self.audited).extend(audited);
    }

    /// How many answers so far were a 429 that nothing asked for, also those after which a request was sent again.
    pub fn throttled(&self) -> usize {
        self.throttled.load(Ordering::Relaxed)
    }

    /// Tells of a pause that a limit of the target asks for.
    pub fn tell_pause(&self, pause: Duration) {
        // Nobody may be listening any more, and the pause is kept all the same.
        let _ = self.slowed.send(pause);
    }

    /// The request as it would go on the wire.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn wire(&self, request: &Request) -> Result<WireRequest, WireError> {
        WireRequest::new(&self.base, request)
    }

    /// Sends a case; waits and sends again where the target answers 429 to a case that did not ask for it.
    ///
    /// # Errors
    /// When the budget is spent or the request cannot be written.
    pub async fn send(&self, case: &Case) -> Result<Exchange, Unsent> {
        self.send_patiently(case, || self.connection(case)).await
    }

    /// The same with the wire audited, whatever was audited before.
    ///
    /// # Errors
    /// When the budget is spent or the request cannot be written.
    pub async fn send_audited(&self, case: &Case) -> Result<Exchange, Unsent> {
        self.send_patiently(case, || Connection::Audited).await
    }

    async fn send_patiently(&self, case: &Case, connection: impl Fn() -> Connection) -> Result<Exchange, Unsent> {
        let wire = self.wire(&case.request)?;
        let (mut pauses, mut let_through) = (0, self.let_through(case));
        loop {
            let connection = connection();
            let exchange = self.send_over(connection, case, &wire).await?;
            if !is_throttled(case, &exchange) {
                self.pace.served().await;
                *locked(&self.let_through).entry(case.operation.id.clone()).or_default() += 1;
                return Ok(exchange);
            }
            self.throttled.fetch_add(1, Ordering::Relaxed);
            let so_far = self.let_through(case);
            if so_far > let_through {
                (pauses, let_through) = (0, so_far);
            }
            let pause = self.pause(case, &exchange, pauses);
            let worth_it = pauses < SLOWDOWNS && pause < self.budget.time_left();
            if !worth_it || !self.budget.allows(Extra::Throttled) {
                return Ok(exchange);
            }
            pauses += 1;
            // A 429 was not the answer to be audited.
            if let (Connection::Audited, Some(audited)) = (connection, to_audit(case)) {
                locked(&self.audited).remove(&audited);
            }
            if self.pace.hold(pause).await {
                self.tell_pause(pause);
            }
        }
    }

    fn let_through(&self, case: &Case) -> usize {
        locked(&self.let_through).get(&case.operation.id).copied().unwrap_or_default()
    }

    /// How long to wait after a 429: as long as it says, or else for the rest of the documented window, which
    /// began with the run at the latest, or a while that grows.
    fn pause(&self, case: &Case, limited: &Exchange, pauses: u32) -> Duration {
        let said = limited.answer().and_then(|answer| answer.header("retry-after"));
        if let Some(seconds) = said.and_then(|value| value.trim().parse().ok()) {
            return Duration::from_secs(seconds);
        }
        let window = case.operation.rate_limit.filter(|_| pauses == 0).map(|limit| limit.per);
        let rest = window.map(|per| per.checked_sub(self.budget.elapsed()).unwrap_or(per));
        rest.filter(|rest| *rest < self.budget.time_left()).unwrap_or(FIRST_PAUSE * 2u32.pow(pauses))
    }

    /// Sends a case once, whatever the answer.
    ///
    /// # Errors
    /// When the budget is spent.
    pub async fn send_once(&self, case: &Case, wire: &WireRequest) -> Result<Exchange, Unsent> {
        self.send_over(self.connection(case), case, wire).await
    }

    async fn send_over(&self, connection: Connection, case: &Case, wire: &WireRequest) -> Result<Exchange, Unsent> {
        self.budget.check().map_err(Unsent::Halted)?;
        if !case.may_generate() {
            return self.exchange(connection, case, wire).await;
        }
        let leave = self.budget.leave_to_generate().await.map_err(Unsent::Halted)?;
        let exchange = self.exchange(connection, case, wire).await?;
        if may_have_generated(&exchange) {
            leave.spend();
        }
        Ok(exchange)
    }

    async fn exchange(&self, connection: Connection, case: &Case, wire: &WireRequest) -> Result<Exchange, Unsent> {
        // Where the time is over before its turn comes, taking it out of the budget says so.
        let _ = timeout(self.budget.time_left(), self.pace.turn()).await;
        self.budget.take().map_err(Unsent::Halted)?;
        let stop = self.stop_at(case);
        let exchange = self.client.send(wire, connection, &stop).await;
        if connection == Connection::Pooled && was_closed(&exchange) {
            self.resends.fetch_add(1, Ordering::Relaxed);
            if !self.budget.allows(Extra::Closed) {
                return Ok(exchange);
            }
            self.budget.take().map_err(Unsent::Halted)?;
            return Ok(self.client.send(wire, Connection::Fresh, &stop).await);
        }
        if took_all_its_time(&exchange) {
            *locked(&self.long_ones).entry(case.operation.id.clone()).or_default() += 1;
        }
        Ok(exchange)
    }

    /// Whether anything at all answers HTTP at the target.
    pub async fn is_alive(&self) -> Result<bool, Unsent> {
        if !self.budget.allows(Extra::SignOfLife) {
            return Ok(false);
        }
        self.budget.take().map_err(Unsent::Halted)?;
        let stop = StopAt { head: Some(PROBE_LIMIT), time: Some(PROBE_LIMIT), ..StopAt::default() };
        let exchange = self.client.send(&self.wire(&Request::get("/"))?, Connection::Fresh, &stop).await;
        Ok(exchange.answer().is_some())
    }

    fn stop_at(&self, case: &Case) -> StopAt {
        let is_long = locked(&self.long_ones).get(&case.operation.id).is_some_and(|number| *number >= LONG_ONES);
        let longest = self.limits.max_stream_time;
        let limit = if is_long { SHORT_LIMIT.min(longest) } else { longest };
        StopAt {
            bytes: self.limits.max_body,
            time: Some(limit.min(self.budget.time_left())),
            head: Some(limit.min(self.budget.time_left())),
            events: self.limits.max_events,
            operation: Some(case.operation.clone()),
        }
    }

    fn connection(&self, case: &Case) -> Connection {
        if to_audit(case).is_some_and(|audited| locked(&self.audited).insert(audited)) {
            return Connection::Audited;
        }
        let reusable = matches!(
            case.kind,
            CaseKind::Example | CaseKind::Positive | CaseKind::Step { .. } | CaseKind::Burst { .. }
        );
        let reliable = self.resends.load(Ordering::Relaxed) < RESENDS;
        if reusable && reliable { Connection::Pooled } else { Connection::Fresh }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks can leave disorder, so a panic elsewhere does not matter.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an answer to the case shows of the wire, where the case is a valid one that this run judges.
pub fn to_audit(case: &Case) -> Option<Audited> {
    match (&case.kind, &case.expect) {
        (CaseKind::Example | CaseKind::Positive, Expect::Success { form }) if !case.elsewhere => {
            Some((case.operation.id.clone(), form.clone()))
        }
        _ => None,
    }
}

/// A server may close an idle connection just when the next request leaves: that is no answer to it.
fn was_closed(exchange: &Exchange) -> bool {
    matches!(&exchange.outcome, Outcome::Failed(failure) if failure.kind == FailureKind::Closed)
}

/// Whether an answer was generated as far as can be seen from here: a request that arrived and was not
/// answered may have cost what it asked for.
fn may_have_generated(exchange: &Exchange) -> bool {
    match &exchange.outcome {
        Outcome::Answered(answer) => answer.status / 100 == 2,
        Outcome::Failed(failure) => match failure.kind {
            FailureKind::Connect | FailureKind::ConnectTimeout | FailureKind::Tls | FailureKind::Unsendable => false,
            FailureKind::HeadTimeout | FailureKind::NotHttp | FailureKind::Closed => true,
        },
    }
}

fn took_all_its_time(exchange: &Exchange) -> bool {
    match &exchange.outcome {
        Outcome::Answered(answer) => matches!(answer.end, End::StoppedByTime | End::Idle { .. }),
        Outcome::Failed(failure) => failure.kind == FailureKind::HeadTimeout,
    }
}

/// Whether the target answered 429 to a case that did not ask for it.
pub fn is_throttled(case: &Case, exchange: &Exchange) -> bool {
    let expected = match &case.expect {
        Expect::Error(errors) => errors.iter().any(|error| error.status.matches(429)),
        Expect::Success { .. } | Expect::Refusal | Expect::Any => false,
    };
    !expected && exchange.answer().is_some_and(|answer| answer.status == 429)
}
