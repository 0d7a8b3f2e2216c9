//! What the reference servers know from the start: keys, sessions and agents.
//!
//! None of these is a secret; they open nothing but a server on this machine.

/// Agntix: sessions are created, then talked in.
pub mod agntix {
    /// Key of the organisation that owns everything below (`x-api-key`).
    pub const KEY: &str = "pk_live_reference";
    /// Key of another organisation: valid, and blind to the first one's agents and sessions.
    pub const OTHER_ORG_KEY: &str = "pk_live_other";
    /// Token of a signed-in user of the first organisation (`Authorization: Bearer`). The servers
    /// compare it as a whole, so that any change to it makes it worthless.
    pub const TOKEN: &str =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyX3JlZmVyZW5jZSIsImV4cCI6NDEwMjQ0NDgwMH0.cmVmZXJlbmNlLXNpZ25hdHVyZQ";
    /// The agent to chat with.
    pub const AGENT: &str = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
    /// A session that is open when the server starts.
    pub const SESSION: &str = "ses_01j3m8xkqp8v2nw4f7g9hk0r";
}

/// Agentix: agents that are public or not, active or not, of this organisation or not.
pub mod agentix {
    /// Key for audits (`Authorization: Bearer`). It alone is exempt from the limit of sixty requests
    /// a minute, which an audit would run into.
    pub const AUDIT_KEY: &str = "agx_live_audit";
    /// Key of the same organisation, held to the documented limit.
    pub const LIMITED_KEY: &str = "agx_live_limited";
    /// Key of another organisation.
    pub const OTHER_ORG_KEY: &str = "agx_live_other";
    /// A public, active agent of the organisation.
    pub const AGENT: &str = "abc123";
    /// An agent that is not public.
    pub const PRIVATE_AGENT: &str = "private-agent";
    /// An agent that is not active.
    pub const PAUSED_AGENT: &str = "paused-agent";
    /// An agent of the other organisation.
    pub const FOREIGN_AGENT: &str = "foreign-agent";
    /// The one web origin that every agent allows. A request without `Origin` comes from no browser
    /// and is served.
    pub const ALLOWED_ORIGIN: &str = "https://shop.example";
}

/// Agenhq: one session, one key.
pub mod agenhq {
    /// The key (`x-api-key`).
    pub const KEY: &str = "ahq_reference";
    /// The session to send messages to.
    pub const SESSION: &str = "ses_reference";
}

/// Agents GT: a pair of keys, and credits that every message uses up.
pub mod agentsgt {
    /// Public and secret key of an organisation with credits (`Authorization: Bearer`).
    pub const KEYS: &str = "pk_reference:sk_reference";
    /// Public and secret key of an organisation without credits.
    pub const BROKE_KEYS: &str = "pk_broke:sk_broke";
    /// Public and secret key of an organisation with credits, to which the agent does not belong.
    pub const OTHER_ORG_KEYS: &str = "pk_other:sk_other";
    /// The agent to chat with.
    pub const AGENT: &str = "550e8400-e29b-41d4-a716-446655440000";
}
