//! Things that are made for other requests, their lives, and their end.

use futures_util::StreamExt;
use futures_util::stream;
use indexmap::IndexMap;

use super::Audit;
use super::sending::{Stop, Tried, try_case};
use crate::generate::{Case, Life};
use crate::run::budget::Extra;
use crate::run::life::{LifeEnd, SentLife, SentStage, send_life};
use crate::run::things::{Made, Making};

impl Audit<'_> {
    /// Makes things for other requests.
    pub(super) async fn make(&mut self, batch: Vec<Making>) -> Result<(), Stop> {
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let mut tries = stream::iter(batch)
            .map(|Making { case, purpose }| {
                let tried = try_case(&dispatcher, &links, case);
                async move { (purpose, tried.await) }
            })
            .buffer_unordered(self.job.target.limits.concurrency);
        while let Some((purpose, tried)) = self.meanwhile(tries.next()).await? {
            self.done += 1;
            let Tried { case, sent } = tried;
            match sent {
                Ok(exchange) => {
                    if self.done == 1 {
                        self.must_be_there(&exchange).await?;
                    }
                    links.things.add(purpose, Made { case: case.clone(), exchange: exchange.clone() });
                    if self.operations.contains(&case.operation.id) {
                        self.judge(&case, &exchange, &[], true)?;
                    } else {
                        self.reach.note(&case, &exchange);
                    }
                }
                Err(error) => self.not_sent(&case.operation.id, "requests for what they give to others", error)?,
            }
        }
        Ok(())
    }

    /// Deletes what was made for others, where the document has a way to. Nothing is judged any more: what does not
    /// go is told.
    pub(super) async fn clean_up(&mut self, clean_ups: &IndexMap<String, Case>) {
        let mut stay: IndexMap<String, usize> = IndexMap::new();
        for made in self.links.things.take_left() {
            let Some(mut case) = clean_ups.get(&made.case.operation.id).cloned() else { continue };
            let bound = case.request.bindings.len();
            self.links.things.fill(&mut case, Some(&made));
            let sent = match case.request.bindings.len() < bound {
                true => continue,
                false => self.dispatcher.send(&case).await,
            };
            let status = sent.ok().and_then(|exchange| exchange.answer().map(|answer| answer.status));
            if !status.is_some_and(|status| matches!(status, 200..=299 | 404 | 410)) {
                *stay.entry(case.operation.id.clone()).or_default() += 1;
            }
        }
        for (operation, number) in stay {
            let reason = format!("{number} of the things that were made for other requests could not be deleted");
            self.leave_out(operation, "cleaning up", reason);
        }
    }

    /// Sends the lives of things, each one request after another.
    pub(super) async fn send_lives(&mut self, lives: &[Life]) -> Result<(), Stop> {
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let mut sent = stream::iter(lives)
            .map(async |life| (life, send_life(life, &dispatcher, &links, Extra::Lag).await))
            .buffer_unordered(self.job.target.limits.concurrency);
        while let Some((life, SentLife { stages, end })) = self.meanwhile(sent.next()).await? {
            for SentStage { case, exchange, checks } in stages {
                self.done += 1;
                if self.operations.contains(&case.operation.id) {
                    self.judge(&case, &exchange, &checks, false)?;
                } else {
                    self.reach.note(&case, &exchange);
                }
            }
            let operation = life.steps.first().map_or("", |step| step.operation.id.as_str());
            let what = "whether what was created is found again, and gone once it was deleted";
            match end {
                Ok(()) => {}
                Err(LifeEnd::Unsent(error)) => self.not_sent(operation, what, error)?,
                // What is made with less shows the same.
                Err(LifeEnd::Nothing(_)) if life.is_fuller => {}
                Err(LifeEnd::Nothing(reason)) => self.leave_out(operation.to_owned(), what, reason),
            }
        }
        Ok(())
    }
}
