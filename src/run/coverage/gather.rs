//! Counts what was exercised while a run goes on.

use std::sync::Arc;

use indexmap::IndexMap;

use super::never::Never;
use super::{Covered, OperationCoverage};
use crate::contract::{Contract, MediaType, Operation, Response};
use crate::generate::{Aspect, Case, Expect, Parts, Plan};
use crate::run::NotChecked;
use crate::send::Exchange;

/// What was exercised so far.
#[derive(Debug, Default)]
pub struct Gathering {
    operations: IndexMap<String, Gathered>,
}

/// What was exercised of one operation.
#[derive(Debug)]
pub(super) struct Gathered {
    pub operation: Arc<Operation>,
    pub parts: Parts,
    /// Requests that exercise each part, as planned.
    pub planned: Vec<usize>,
    /// The same, as answered.
    pub exercised: Vec<usize>,
    /// Answered requests.
    pub requests: usize,
    /// Answers of each documented response.
    pub answered: Vec<Answered>,
}

/// The answers that a documented response stands for.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// How many there were.
    pub times: usize,
    /// How many of each documented media type.
    pub media: Vec<usize>,
    /// How many requests asked for this response and none other.
    pub asked_for: usize,
}

impl Gathering {
    /// Nothing exercised yet, of the operations of these ids.
    pub fn new(contract: &Contract, operations: &[String], plan: &Plan) -> Self {
        let known = contract.operations.iter().filter(|operation| operations.contains(&operation.id));
        let mut gathering =
            Gathering { operations: known.map(|operation| (operation.id.clone(), Gathered::of(operation))).collect() };
        let steps = plan.workflows.iter().flat_map(|workflow| workflow.cases());
        for case in plan.cases.iter().chain(steps) {
            if let Some(gathered) = gathering.operations.get_mut(&case.operation.id) {
                gathered.parts.exercised(case).into_iter().for_each(|index| gathered.planned[index] += 1);
            }
        }
        gathering
    }

    /// Counts a case that was sent so many times, and answered so at last.
    pub fn note(&mut self, case: &Case, exchange: &Exchange, times: usize) {
        let Some(gathered) = self.operations.get_mut(&case.operation.id) else { return };
        let Some(answer) = exchange.answer() else { return };
        gathered.requests += times;
        for index in gathered.parts.exercised(case) {
            gathered.exercised[index] += times;
        }
        // What another method is answered is no answer of the operation.
        if case.request.method == gathered.operation.method {
            gathered.answer(answer.status, answer.essence().as_deref());
            gathered.ask(case);
        }
    }

    /// What was exercised in the end. `left_out` says what could not be, and `halted` why the run ended early.
    pub fn finish(self, left_out: &[NotChecked], halted: Option<&str>) -> IndexMap<String, OperationCoverage> {
        let finish = |(id, gathered): (String, Gathered)| {
            let of_operation: Vec<_> = left_out.iter().filter(|left_out| left_out.operation == id).collect();
            let never = Never { gathered: &gathered, left_out: &of_operation, halted };
            let coverage = gathered.coverage(&never);
            (id, coverage)
        };
        self.operations.into_iter().map(finish).collect()
    }
}

impl Gathered {
    fn of(operation: &Arc<Operation>) -> Self {
        let parts = Parts::of(operation);
        let none = vec![0; parts.iter().len()];
        let answered = |media: usize| Answered { media: vec![0; media], ..Answered::default() };
        Gathered {
            operation: Arc::clone(operation),
            parts,
            planned: none.clone(),
            exercised: none,
            requests: 0,
            answered: operation.responses.iter().map(|response| answered(response.media.len())).collect(),
        }
    }

    fn answer(&mut self, status: u16, essence: Option<&str>) {
        let Some(response) = self.operation.response(status) else { return };
        let is_it = |known: &Response| std::ptr::eq(known, response);
        let Some(index) = self.operation.responses.iter().position(is_it) else { return };
        let Some(answered) = self.answered.get_mut(index) else { return };
        answered.times += 1;
        let media = essence.and_then(|essence| response.media(essence));
        let place = media.and_then(|media| response.media.iter().position(|known| std::ptr::eq(known, media)));
        if let Some(times) = place.and_then(|place| answered.media.get_mut(place)) {
            *times += 1;
        }
    }

    /// Notes which response a case that is to be refused asked for.
    fn ask(&mut self, case: &Case) {
        let Expect::Error(errors) = &case.expect else { return };
        let [error] = errors.as_slice() else { return };
        for (response, answered) in self.operation.responses.iter().zip(&mut self.answered) {
            answered.asked_for += usize::from(response.status == error.status);
        }
    }

    fn coverage(&self, never: &Never<'_>) -> OperationCoverage {
        let of = |aspect: Aspect| {
            let counted = self.parts.iter().zip(&self.exercised).enumerate();
            let own = counted.filter(|(_, (part, _))| part.aspect == aspect);
            own.map(|(index, (part, times))| covered(part.to_string(), *times, || never.exercised(index, part)))
                .collect()
        };
        let answered = || self.operation.responses.iter().zip(&self.answered);
        let status = |(response, seen): (&Response, &Answered)| {
            covered(response.status.to_string(), seen.times, || never.answered(response, seen))
        };
        let media = |(response, seen): (&Response, &Answered)| {
            let status = response.status;
            let counted: Vec<_> = response.media.iter().zip(seen.media.clone()).collect();
            let one = |(media, times): (&MediaType, usize)| {
                covered(format!("{status} {}", media.essence), times, || never.of_media(status, seen))
            };
            counted.into_iter().map(one).collect::<Vec<_>>()
        };
        OperationCoverage {
            requests: self.requests,
            parameters: of(Aspect::Parameter),
            request_media: of(Aspect::Media),
            values: of(Aspect::Value),
            constraints: of(Aspect::Constraint),
            statuses: answered().map(status).collect(),
            response_media: answered().flat_map(media).collect(),
            cut: self.parts.is_cut,
        }
    }
}

fn covered(what: String, times: usize, never: impl FnOnce() -> String) -> Covered {
    Covered { what, times, never: (times == 0).then(never) }
}
