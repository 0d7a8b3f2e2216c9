//! Who may talk to which agent.

use crate::reference::fixtures::agentix as fixtures;

/// An organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Organisation {
    /// The one that owns most agents.
    #[default]
    Reference,
    /// Another.
    Other,
}

/// What is known of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agent {
    /// Whether the public API may reach it.
    pub public: bool,
    /// Whether its status is active.
    pub active: bool,
    /// Whom it belongs to.
    pub owner: Organisation,
}

impl Agent {
    /// The agent of this id, where there is one.
    pub fn known(id: &str) -> Option<Self> {
        let agent = Agent { public: true, active: true, owner: Organisation::Reference };
        match id {
            fixtures::AGENT => Some(agent),
            fixtures::PRIVATE_AGENT => Some(Agent { public: false, ..agent }),
            fixtures::PAUSED_AGENT => Some(Agent { active: false, ..agent }),
            fixtures::FOREIGN_AGENT => Some(Agent { owner: Organisation::Other, ..agent }),
            _ => None,
        }
    }
}

/// An agent that anyone may talk to: it stands in where a fault serves an unknown one.
impl Default for Agent {
    fn default() -> Self {
        Agent { public: true, active: true, owner: Organisation::Reference }
    }
}

/// The organisation that a key was issued to.
pub(super) fn organisation(key: &str) -> Option<Organisation> {
    match key {
        fixtures::AUDIT_KEY | fixtures::LIMITED_KEY => Some(Organisation::Reference),
        fixtures::OTHER_ORG_KEY => Some(Organisation::Other),
        _ => None,
    }
}
