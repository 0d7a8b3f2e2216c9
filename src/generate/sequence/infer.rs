//! Which answer may give a part of a request, by paths, names and shapes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use http::Method;

use super::chosen;
use super::names::{made_by, singulars};
use super::part::{Part, last_segment, own_id_in_body, parts, variables};
use super::shape::{Member, is_success, members, members_of_first};
use crate::contract::{Contract, Expression, Location, Operation, StatusPattern};
use crate::generate::{Basis, Given, Inferred};
use crate::target::{ChosenSource, SourceChoice};

/// Things that are made for things that are made for things: no longer chain is followed.
const LONGEST_CHAIN: usize = 8;
/// Operations that are looked at for a value which is known by its name alone.
const MOST_CANDIDATES: usize = 8;

/// For each operation, the parts of its request that other operations give.
#[derive(Debug, Default)]
pub(in crate::generate) struct Sources {
    parts: HashMap<String, Vec<(Location, Inferred)>>,
    givers: HashSet<String>,
}

impl Sources {
    /// What a contract leaves to be inferred, `chosen` going before all else.
    pub fn of(contract: &Contract, chosen: &[SourceChoice]) -> Self {
        let index = Index::of(contract);
        let mut search = Search { chosen, index, known: HashMap::new(), under_way: Vec::new() };
        for operation in &contract.operations {
            search.settle(operation);
        }
        let linked = contract.operations.iter().filter(|operation| has_links(operation));
        let inferred = search.known.values().flatten().map(|(_, inferred)| inferred.operation.clone());
        let givers = inferred.chain(linked.map(|operation| operation.id.clone())).collect();
        Sources { parts: search.known, givers }
    }

    /// The parts of an operation's request that another operation gives.
    pub fn of_operation(&self, operation: &str) -> &[(Location, Inferred)] {
        self.parts.get(operation).map_or(&[], Vec::as_slice)
    }

    /// Whether other operations take values from this one, by names or by links.
    pub fn is_giver(&self, operation: &str) -> bool {
        self.givers.contains(operation)
    }
}

fn has_links(operation: &Operation) -> bool {
    operation.responses.iter().any(|response| !response.links.is_empty())
}

/// The operations of a contract by what they may give.
struct Index<'a> {
    by_id: HashMap<&'a str, &'a Arc<Operation>>,
    /// By path template, the names of variables left out, and method.
    paths: HashMap<(String, Method), &'a Arc<Operation>>,
    /// Operations that create, by the names of the things in their collection.
    makers: BTreeMap<String, Vec<&'a Arc<Operation>>>,
    /// Operations that create, by the plain names of ids in their answers.
    ids: BTreeMap<String, Vec<(&'a Arc<Operation>, Member)>>,
}

impl<'a> Index<'a> {
    fn of(contract: &'a Contract) -> Self {
        let mut index =
            Index { by_id: HashMap::new(), paths: HashMap::new(), makers: BTreeMap::new(), ids: BTreeMap::new() };
        for operation in &contract.operations {
            index.by_id.entry(operation.id.as_str()).or_insert(operation);
            index.paths.entry((erased(&operation.path), operation.method.clone())).or_insert(operation);
        }
        let mut makers: Vec<_> = contract.operations.iter().filter(|operation| may_create(operation)).collect();
        // What stands higher is made with less.
        makers.sort_by_key(|operation| operation.path.matches('/').count());
        for operation in makers {
            let of_collection = last_segment(&operation.path).map(singulars).into_iter().flatten();
            for thing in of_collection.chain(made_by(&operation.path)) {
                index.makers.entry(thing).or_default().push(operation);
            }
            for member in members(operation, &[]).into_iter().filter(Member::names_another) {
                index.ids.entry(member.name.clone()).or_default().push((operation, member));
            }
        }
        index
    }
}

/// The search for sources under way.
struct Search<'a> {
    chosen: &'a [SourceChoice],
    index: Index<'a>,
    known: HashMap<String, Vec<(Location, Inferred)>>,
    /// Operations whose sources are being looked for: none of them may wait for itself.
    under_way: Vec<String>,
}

impl<'a> Search<'a> {
    /// Finds the sources of an operation, and before that those of the operations that it takes from.
    fn settle(&mut self, operation: &'a Arc<Operation>) {
        if self.known.contains_key(&operation.id) || self.under_way.contains(&operation.id) {
            return;
        }
        self.under_way.push(operation.id.clone());
        let mut found: Vec<(Location, Inferred)> = Vec::new();
        // The last variable names the thing itself: whatever stands before it comes from the same request.
        for part in parts(operation).into_iter().rev() {
            let source = inherited(&part, &found, &self.index).or_else(|| self.source(operation, &part));
            found.extend(source.map(|source| (part.at, source)));
        }
        found.reverse();
        found.extend(own_id_in_body(operation, &found));
        self.under_way.pop();
        self.known.insert(operation.id.clone(), found);
    }

    fn source(&mut self, operation: &'a Arc<Operation>, part: &Part) -> Option<Inferred> {
        let candidates = match chosen::choice(self.chosen, operation, &part.at) {
            Some(None) => return None,
            Some(Some(choice)) => self.chosen(choice, part).into_iter().collect(),
            None => self.candidates(operation, part),
        };
        let deletes = operation.method == Method::DELETE;
        let may_use = |basis: Basis| match basis {
            // What somebody else made is looked at and never touched.
            Basis::List => operation.method.is_safe(),
            Basis::Name => !deletes,
            Basis::Link | Basis::Chosen | Basis::Collection => true,
        };
        for candidate in candidates.into_iter().filter(|candidate| may_use(candidate.basis)) {
            let Some(&giver) = self.index.by_id.get(candidate.operation.as_str()) else { continue };
            let is_circular = self.under_way.contains(&giver.id);
            if !is_circular && (self.known.contains_key(&giver.id) || self.under_way.len() < LONGEST_CHAIN) {
                self.settle(giver);
                return Some(candidate);
            }
        }
        None
    }

    /// What the configuration names.
    fn chosen(&self, choice: &ChosenSource, part: &Part) -> Option<Inferred> {
        let giver = *self.index.by_id.get(choice.operation.as_str())?;
        let fits = || {
            let own = fitting(members(giver, &part.wanted.things), part);
            own.or_else(|| fitting(members_of_first(giver, ""), part))
        };
        let values: Vec<_> = match &choice.pointer {
            Some(pointer) => vec![at_body(pointer)],
            None => fits().into_iter().chain(part.item.clone().map(Given::Location)).collect(),
        };
        let basis = if giver.method.is_safe() { Basis::List } else { Basis::Chosen };
        Some(Inferred { operation: giver.id.clone(), values, basis })
    }

    /// Where the value may come from, best first.
    fn candidates(&self, operation: &Operation, part: &Part) -> Vec<Inferred> {
        let mut found = Vec::new();
        if let Some(item) = &part.item {
            found.extend(self.of_collection(item, part));
        }
        found.extend(self.of_name(operation, part));
        found.extend(part.item.as_ref().and_then(|item| self.of_list(item, part)));
        found
    }

    /// What is made in the collection that the path names a member of.
    fn of_collection(&self, item: &str, part: &Part) -> Option<Inferred> {
        let (collection, _) = item.rsplit_once('/')?;
        let Some(&maker) = self.index.paths.get(&(erased(collection), Method::POST)) else {
            return self.of_put(item);
        };
        let segment = last_segment(collection).unwrap_or_default();
        let member = fitting(members(maker, &part.wanted.things), part);
        let member = member.or_else(|| fitting(members_of_first(maker, segment), part));
        let says_location = maker.responses.iter().filter(|response| is_success(response)).any(|response| {
            let named = response.headers.iter().any(|header| header.name.eq_ignore_ascii_case("location"));
            // The answer to a creation says in Location what was created (RFC 9110 section 15.3.2).
            named || response.status == StatusPattern::Exact(201)
        });
        let location = says_location.then(|| Given::Location(item.to_owned()));
        let documents_it = maker.responses.iter().any(|response| {
            is_success(response) && response.headers.iter().any(|header| header.name.eq_ignore_ascii_case("location"))
        });
        let (first, second) = if documents_it { (location, member) } else { (member, location) };
        let values: Vec<_> = first.into_iter().chain(second).collect();
        (!values.is_empty()).then(|| Inferred { operation: maker.id.clone(), values, basis: Basis::Collection })
    }

    /// What is made under an id that the caller chooses.
    fn of_put(&self, item: &str) -> Option<Inferred> {
        let maker = *self.index.paths.get(&(erased(item), Method::PUT))?;
        let creates = maker.responses.iter().any(|response| response.status == StatusPattern::Exact(201));
        let (name, _) = variables(&maker.path).pop().filter(|_| creates)?;
        let values = vec![Given::At(Expression::Request(Location::Path(name)))];
        Some(Inferred { operation: maker.id.clone(), values, basis: Basis::Collection })
    }

    /// The ids of things of that name, out of the operations that create them; then what any operation that creates
    /// gives under the same name, where the request cannot do without.
    fn of_name(&self, operation: &Operation, part: &Part) -> Vec<Inferred> {
        let is_other = |giver: &Operation| giver.id != operation.id;
        let of = |giver: &Operation, value| Inferred {
            operation: giver.id.clone(),
            values: vec![value],
            basis: Basis::Name,
        };
        let mut found = Vec::new();
        if part.wanted.is_named_id {
            let makers = part.wanted.things.iter().filter_map(|thing| self.index.makers.get(thing)).flatten();
            for giver in makers.take(MOST_CANDIDATES).filter(|giver| is_other(giver)) {
                found.extend(fitting(members(giver, &part.wanted.things), part).map(|value| of(giver, value)));
            }
        }
        if part.required {
            let same = self.index.ids.get(&part.wanted.name).into_iter().flatten().take(MOST_CANDIDATES);
            let same = same.filter(|(giver, member)| is_other(giver) && member.kind.may_be(&part.kind, part.as_text()));
            found.extend(same.map(|(giver, member)| of(giver, at_body(&member.pointer))));
        }
        found
    }

    /// The first of what is there already.
    fn of_list(&self, item: &str, part: &Part) -> Option<Inferred> {
        let (collection, _) = item.rsplit_once('/')?;
        let lister = *self.index.paths.get(&(erased(collection), Method::GET))?;
        let segment = last_segment(collection).unwrap_or_default();
        let value = fitting(members_of_first(lister, segment), part)?;
        Some(Inferred { operation: lister.id.clone(), values: vec![value], basis: Basis::List })
    }
}

/// The member that fits best by its name, of those whose value may stand there.
fn fitting(members: Vec<Member>, part: &Part) -> Option<Given> {
    let ranked = members.into_iter().filter(|member| member.kind.may_be(&part.kind, part.as_text()));
    let ranked = ranked.filter_map(|member| Some((part.wanted.fit(&member.name)?, member.depth, member.pointer)));
    ranked.min().map(|(_, _, pointer)| at_body(&pointer))
}

fn at_body(pointer: &str) -> Given {
    Given::At(Expression::ResponseBody(pointer.to_owned()))
}

/// What a later part was given came of a request that had the same variable in its path: the thing is found under
/// what it was made under.
fn inherited(part: &Part, found: &[(Location, Inferred)], index: &Index<'_>) -> Option<Inferred> {
    let item = part.item.as_ref()?;
    let below = found.iter().find_map(|(at, inferred)| {
        let giver = index.by_id.get(inferred.operation.as_str())?;
        let name = variables(&giver.path)
            .into_iter()
            .find_map(|(name, prefix)| (erased(&prefix) == erased(item)).then_some(name))?;
        matches!(at, Location::Path(_)).then_some((inferred, name))
    });
    let (inferred, name) = below?;
    Some(Inferred { values: vec![Given::At(Expression::Request(Location::Path(name)))], ..inferred.clone() })
}

/// Whether an operation may create something: a POST on a path that names no thing itself.
fn may_create(operation: &Operation) -> bool {
    operation.method == Method::POST && last_segment(&operation.path).is_some()
}

/// A path template without the names of its variables.
pub(super) fn erased(path: &str) -> String {
    let segments = path.trim_end_matches('/').split('/');
    let erased =
        segments.map(|segment| if segment.starts_with('{') && segment.ends_with('}') { "{}" } else { segment });
    erased.collect::<Vec<_>>().join("/")
}
