//! The life of a thing: it is made, found again, deleted, and gone.

use std::collections::HashMap;

use http::Method;
use indexmap::IndexMap;

use super::infer::erased;
use crate::generate::caller::Caller;
use crate::generate::draft::last_path_parameter;
use crate::generate::maker::{self, Maker};
use crate::generate::strategy::Extent;
use crate::generate::{Basis, Case, CaseId, CaseKind, Expect, Inferred, Stage};

/// Requests that are sent one after another, about one thing.
#[derive(Debug, Clone)]
pub struct Life {
    /// It is made first. What the other steps need of that exchange they are bound to.
    pub create: Case,
    /// The others, each a [`CaseKind::Resource`].
    pub steps: Vec<Case>,
    /// Whether it is one more of its kind: the same operations lead another, with as little as can be.
    pub is_fuller: bool,
}

/// Most lives of things that are made with more than they need, for each operation that reads them.
const MOST_FULLER: usize = 4;

impl Life {
    /// Every request, in order.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        std::iter::once(&self.create).chain(&self.steps)
    }
}

/// The steps that the operations of a contract have for the things of their paths.
#[derive(Debug, Default)]
pub(in crate::generate) struct Stages {
    reads: Vec<Vec<Case>>,
    /// By path template, the names of variables left out.
    deletions: HashMap<String, Vec<Case>>,
}

impl Stages {
    /// Adds the steps of an operation.
    pub fn add(&mut self, steps: Vec<Case>) {
        let Some(first) = steps.first() else { return };
        match first.kind {
            CaseKind::Resource(Stage::Read) => self.reads.push(steps),
            _ => drop(self.deletions.insert(erased(&first.operation.path), steps)),
        }
    }

    /// The request that deletes what an operation makes, by that operation.
    pub fn clean_ups(&self) -> IndexMap<String, Case> {
        let mut deletions: Vec<_> = self.deletions.values().filter_map(|steps| steps.first()).collect();
        deletions.sort_by(|one, other| one.id.cmp(&other.id));
        deletions.into_iter().filter_map(|case| Some((giver(case)?.operation.clone(), case.clone()))).collect()
    }

    /// A life for each thing that can be made and read; then those of things that are made with everything that they
    /// may have, and with each fixed value.
    pub fn lives(self, creations: &IndexMap<String, Vec<Case>>, cases: &[Case]) -> Vec<Life> {
        let least = self.of_least(creations);
        let fuller: Vec<_> = least.iter().flat_map(|life| fuller(life, cases)).collect();
        [least, fuller].concat()
    }

    fn of_least(&self, creations: &IndexMap<String, Vec<Case>>) -> Vec<Life> {
        let life = |read: &Vec<Case>| {
            let [found, gone] = read.as_slice() else { return None };
            let giver = giver(found)?;
            // The last one made is for nobody else.
            let create = creations.get(&giver.operation)?.last()?;
            let mut steps = vec![found.clone()];
            let deletion = self.deletions.get(&erased(&found.operation.path));
            let same = |deletion: &&Vec<Case>| {
                deletion.first().and_then(self::giver).is_some_and(|other| other.operation == giver.operation)
            };
            if let Some([delete, again]) = deletion.filter(same).map(Vec::as_slice) {
                steps.extend([delete, gone, again].map(Clone::clone));
            }
            let id = format!("{}/resource/create-for-{}", create.operation.id, found.operation.id);
            let create = Case { id: CaseId(id), kind: CaseKind::Resource(Stage::Create), ..create.clone() };
            Some(Life { create, steps, is_fuller: false })
        };
        self.reads.iter().filter_map(life).collect()
    }
}

/// Lives of what valid requests make that have more than they need: it is made, found again and deleted.
fn fuller(least: &Life, cases: &[Case]) -> Vec<Life> {
    let maker = &least.create.operation.id;
    let name = |case: &Case| {
        let name = case.id.0.strip_prefix(maker)?.strip_prefix("/positive/")?;
        (name == "most" || name.starts_with("values-")).then(|| name.to_owned())
    };
    let named =
        cases.iter().filter(|case| case.kind == CaseKind::Positive).filter_map(|case| Some((name(case)?, case)));
    let life = |(name, create): (String, &Case)| {
        let again = |case: &Case| Case { id: CaseId(format!("{}-{name}", case.id)), ..case.clone() };
        let steps =
            least.steps.iter().filter(|step| matches!(step.kind, CaseKind::Resource(Stage::Read | Stage::Delete)));
        let id = CaseId(format!("{}-{name}", least.create.id));
        let create = Case { id, kind: CaseKind::Resource(Stage::Create), ..create.clone() };
        Life { create, steps: steps.map(again).collect(), is_fuller: true }
    };
    named.filter(|(_, case)| case.request.content != least.create.request.content).take(MOST_FULLER).map(life).collect()
}

/// The operation that makes what the last variable of a case's path names.
fn giver(case: &Case) -> Option<&Inferred> {
    let position = last_path_parameter(&case.operation)?;
    let at = case.operation.parameters.get(position)?.part();
    case.request.inferred().find(|(bound, _)| **bound == at).map(|(_, inferred)| inferred)
}

/// The steps of an operation in the life of the thing that its path names, where another operation makes it.
pub(in crate::generate) fn stages(maker: &Maker<'_>, caller: &Caller<'_>) -> Vec<Case> {
    if !maker.operation.path.ends_with('}') {
        return Vec::new();
    }
    match maker.operation.method {
        Method::GET => [Stage::Read, Stage::ReadDeleted].into_iter().filter_map(|s| step(maker, caller, s)).collect(),
        Method::DELETE => {
            [Stage::Delete, Stage::DeleteDeleted].into_iter().filter_map(|s| step(maker, caller, s)).collect()
        }
        _ => Vec::new(),
    }
}

fn step(maker: &Maker<'_>, caller: &Caller<'_>, stage: Stage) -> Option<Case> {
    let draft = maker.draft(Extent::Least, "resource", caller).ok()?;
    let request = maker.request_of_own(&draft, caller);
    let expect = match stage {
        Stage::Create | Stage::Read | Stage::Delete => {
            Expect::Success { form: maker::expected_form(maker.operation, &draft) }
        }
        Stage::ReadDeleted | Stage::Unknown => Expect::Refusal,
        Stage::DeleteDeleted => Expect::Any,
    };
    let case = maker.case(CaseKind::Resource(stage), stage.name(), request, expect);
    let made = giver(&case).is_some_and(|giver| giver.basis != Basis::List);
    made.then_some(case)
}
