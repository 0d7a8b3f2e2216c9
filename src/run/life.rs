//! Sends the life of a thing: it is made, looked for, deleted, and looked for again.

use std::time::Duration;

use serde_json::Value;

use super::bind::{BindError, Links, fill};
use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use super::given::in_location;
use super::things::Made;
use crate::contract::Location;
use crate::generate::{Case, CaseKind, Life, Stage};
use crate::judge::{Check, Sent, judge_stage};
use crate::send::Exchange;

/// How long a target may lag behind its own answers.
const LAG: Duration = Duration::from_secs(1);

/// A request of a life, as it was sent.
pub struct SentStage {
    /// The case, its parts filled in.
    pub case: Case,
    /// What came.
    pub exchange: Exchange,
    /// What the life says of it; the contract's rules are judged apart.
    pub checks: Vec<Check>,
}

/// What was sent of a life.
pub struct SentLife {
    /// The requests, in order.
    pub stages: Vec<SentStage>,
    /// Why the others were not sent.
    pub end: Result<(), LifeEnd>,
}

/// Why a life ended early.
pub enum LifeEnd {
    /// A request cannot be sent.
    Unsent(BindError),
    /// Nothing was made that could be asked for.
    Nothing(String),
}

impl LifeEnd {
    /// Why nothing may be sent, where that is why it ended.
    pub fn unsent(self) -> Option<Unsent> {
        match self {
            LifeEnd::Unsent(BindError::Unsent(unsent)) => Some(unsent),
            LifeEnd::Unsent(_) | LifeEnd::Nothing(_) => None,
        }
    }
}

/// Sends a life, one request after another; a second look at what lags behind is taken from `lag`.
pub async fn send_life(life: &Life, dispatcher: &Dispatcher, links: &Links, lag: Extra) -> SentLife {
    let mut stages = Vec::new();
    let end = walk(life, dispatcher, links, lag, &mut stages).await;
    SentLife { stages, end }
}

async fn walk(
    life: &Life,
    dispatcher: &Dispatcher,
    links: &Links,
    lag: Extra,
    stages: &mut Vec<SentStage>,
) -> Result<(), LifeEnd> {
    let made = create(life, dispatcher, links).await?;
    let status = made.exchange.answer().map(|answer| answer.status);
    stages.push(SentStage { case: made.case.clone(), exchange: made.exchange.clone(), checks: Vec::new() });
    if status.is_none_or(|status| status / 100 != 2) {
        let answered = status.map_or("nothing".to_owned(), |status| status.to_string());
        return Err(LifeEnd::Nothing(format!("{} was answered {answered}", made.case.operation.id)));
    }
    for step in &life.steps {
        let mut case = step.clone();
        let wanted = parts_of(&case, &made);
        let _lease = links.lend_about(&mut case, Some(&made)).await.map_err(LifeEnd::Unsent)?;
        if parts_of(&case, &made) < wanted {
            let operation = &made.case.operation.id;
            return Err(LifeEnd::Nothing(format!("the answer of {operation} has no id for {}", case.operation.id)));
        }
        let mut exchange = send(dispatcher, &case).await?;
        if lags(&case, &exchange) && status != Some(202) && dispatcher.budget.allows(lag) {
            tokio::time::sleep(LAG.min(dispatcher.budget.time_left())).await;
            exchange = send(dispatcher, &case).await?;
        }
        let located = located_elsewhere(&case, &made).filter(|_| dispatcher.budget.allows(lag));
        take(case, exchange, stages);
        if let Some(case) = located {
            let exchange = send(dispatcher, &case).await?;
            take(case, exchange, stages);
        }
    }
    Ok(())
}

fn take(case: Case, exchange: Exchange, stages: &mut Vec<SentStage>) {
    let before: Vec<_> = stages.iter().map(|stage| Sent { case: &stage.case, exchange: &stage.exchange }).collect();
    let checks = judge_stage(&case, &exchange, &before);
    stages.push(SentStage { case, exchange, checks });
}

/// The same look at what was made by the id in the `Location` of its creation, where that is another than it was
/// looked for by: it may be another name of it, and must lead there.
fn located_elsewhere(look: &Case, made: &Made) -> Option<Case> {
    let is_created = made.exchange.answer().is_some_and(|answer| answer.status == 201);
    let (name, id) = look.request.path_values.last().filter(|_| look.kind == CaseKind::Resource(Stage::Read))?;
    let named = in_location(&look.operation.path, &made.exchange)?;
    if !is_created || named == id.reveal() {
        return None;
    }
    let mut case = look.clone();
    fill(&mut case.request, &Location::Path(name.clone()), &Value::from(named));
    Some(case)
}

async fn create(life: &Life, dispatcher: &Dispatcher, links: &Links) -> Result<Made, LifeEnd> {
    let mut case = life.create.clone();
    let _lease = links.lend(&mut case).await.map_err(LifeEnd::Unsent)?;
    let exchange = send(dispatcher, &case).await?;
    Ok(Made { case, exchange })
}

async fn send(dispatcher: &Dispatcher, case: &Case) -> Result<Exchange, LifeEnd> {
    dispatcher.send(case).await.map_err(|unsent| LifeEnd::Unsent(unsent.into()))
}

/// How many parts of a case come from what was made.
fn parts_of(case: &Case, made: &Made) -> usize {
    case.request.inferred().filter(|(_, inferred)| inferred.operation == made.case.operation.id).count()
}

/// Whether a thing that was just made is not there yet, or one that was just deleted is still there.
fn lags(case: &Case, exchange: &Exchange) -> bool {
    let status = exchange.answer().map(|answer| answer.status);
    match case.kind {
        CaseKind::Resource(Stage::Read) => matches!(status, Some(404 | 410)),
        CaseKind::Resource(Stage::ReadDeleted) => matches!(status, Some(200..=299)),
        _ => false,
    }
}
