//! The APIs that can be served.

use axum::Router;

use super::conduct::Conduct;
use super::fault::Fault;
use super::{agenhq, agentix, agentsgt, agntix};

/// How much a name must look like another to be meant, from 0 to 1.
const NEAR: f64 = 0.8;

/// A documented API that can be served.
#[derive(Debug)]
pub struct Api {
    /// Its name on the command line and in file names.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Its faults in groups, those that it shares with other APIs among them.
    pub(super) faults: &'static [&'static [Fault]],
    /// Makes its routes over a state of its own.
    pub(super) routes: fn(Conduct) -> Router,
}

impl Api {
    /// The faults that it can be told to have.
    pub fn faults(&self) -> impl Iterator<Item = &'static Fault> + use<> {
        self.faults.iter().flat_map(|group| group.iter())
    }

    /// The fault of this name.
    pub fn fault(&self, name: &str) -> Option<&'static Fault> {
        self.faults().find(|fault| fault.name == name)
    }

    /// The name of the fault that looks most like `name`, where one does.
    pub(super) fn nearest_fault(&self, name: &str) -> Option<&'static str> {
        let likeness = |fault: &Fault| strsim::jaro_winkler(fault.name, name);
        let nearest = self.faults().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        (likeness(nearest) > NEAR).then_some(nearest.name)
    }
}

/// All of them.
pub fn apis() -> &'static [Api] {
    const APIS: &[Api] = &[agntix::API, agentix::API, agenhq::API, agentsgt::API];
    APIS
}

/// The API of this name.
pub fn api(name: &str) -> Option<&'static Api> {
    apis().iter().find(|api| api.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_api_has_at_least_fifteen_faults_of_its_own_name() {
        for api in apis() {
            let names: HashSet<&str> = api.faults().map(|fault| fault.name).collect();
            assert_eq!(names.len(), api.faults().count(), "{} has two faults of one name", api.name);
            assert!(names.len() >= 15, "{} has only {} faults", api.name, names.len());
        }
    }

    #[test]
    fn each_fault_says_what_it_is_and_names_a_rule_that_notices_it() {
        for fault in apis().iter().flat_map(Api::faults) {
            assert!(fault.what.ends_with('.'), "{}: {:?} is no sentence", fault.name, fault.what);
            assert!(!fault.rules.is_empty(), "{} is noticed by nothing", fault.name);
            assert!(fault.rules.iter().all(|rule| rule.contains('/')), "{}: {:?}", fault.name, fault.rules);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(fault.name.chars().all(plain), "{} is no plain name", fault.name);
        }
    }

    #[test]
    fn the_page_of_the_reference_servers_lists_every_fault() {
        let page = include_str!("../../docs/reference-servers.md");
        for api in apis() {
            let section = page.split("\n## ").find(|section| section.starts_with(api.name)).unwrap_or_default();
            for fault in api.faults() {
                let rules = fault.rules.join(", ");
                let state = fault.state.unwrap_or_default();
                let row = format!("| `{}` | {} | {rules} | {state} |", fault.name, fault.what);
                assert!(section.contains(&row), "docs/reference-servers.md, section {}, lacks\n{row}", api.name);
            }
        }
    }
}
