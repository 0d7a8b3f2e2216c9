//! The way from a case to the smallest one that shows the same.

use std::collections::{HashSet, VecDeque};

use super::{Cut, cuts, of_request};
use crate::generate::{Case, Request};

/// A search for the smallest case: gives one smaller case after another, and goes on from those that are kept.
///
/// A cut that was in vain comes last when it comes again, and no request comes twice. So a case of which `n` cuts
/// are to be tried, `k` of them with success, takes about `n` trials, and as many again as the smallest case has
/// cuts: they show that nothing more can be taken away. There are never more than were allowed.
#[derive(Debug)]
pub struct Search {
    /// The smallest case that was kept.
    least: Case,
    /// Its cuts, those that were in vain before last.
    untried: VecDeque<Cut>,
    /// The requests that were given.
    given: Vec<Request>,
    /// Names of the cuts that were in vain.
    in_vain: HashSet<String>,
    /// Name of the cut that was given last.
    last: Option<String>,
    /// How many trials are left.
    left: usize,
}

impl Search {
    /// A search that begins with a case and gives at most so many others.
    pub fn new(case: Case, trials: usize) -> Self {
        let untried = cuts(&case).into();
        Search { least: case, untried, given: Vec::new(), in_vain: HashSet::new(), last: None, left: trials }
    }

    /// The next smaller case to try; `None` where there is none, or no trial is left.
    pub fn next_smaller(&mut self) -> Option<Case> {
        while self.left > 0 {
            let Cut { name, request } = self.untried.pop_front()?;
            if self.given.contains(&request) {
                continue;
            }
            self.left -= 1;
            self.in_vain.extend(self.last.replace(name));
            self.given.push(request.clone());
            return Some(of_request(&self.least, request));
        }
        None
    }

    /// Goes on from the case that was given last: it shows the same.
    pub fn keep(&mut self, case: Case) {
        self.last = None;
        let mut cuts = cuts(&case);
        cuts.sort_by_key(|cut| self.in_vain.contains(&cut.name));
        self.untried = cuts.into();
        self.least = case;
    }

    /// Whether every cut of the smallest case was tried in vain.
    pub fn is_at_its_end(&self) -> bool {
        self.untried.iter().all(|cut| self.given.contains(&cut.request))
    }

    /// Whether it gives no other case.
    pub fn is_over(&self) -> bool {
        self.left == 0 || self.is_at_its_end()
    }
}
