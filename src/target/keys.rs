//! The keys of a target in a configuration, and which of them may be shown with their values.

/// Keys whose values are no credentials.
pub const HARMLESS: [&str; 13] = [
    "spec",
    "suite",
    "concurrency",
    "rate",
    "max-requests",
    "max-generations",
    "connect-timeout",
    "idle-timeout",
    "time-limit",
    "window-wait",
    "max-body",
    "max-events",
    "max-stream-time",
];

/// Keys whose values may be credentials, or hold some.
const OTHERS: [&str; 10] =
    ["overlays", "url", "start", "ready", "credentials", "headers", "values", "sources", "states", "severity"];

/// The keys of a state. No value in them may be shown, whatever its own key is.
pub const OF_STATE: [&str; 5] = ["credentials", "headers", "values", "before", "after"];

/// Every key of a target.
pub fn of_target() -> Vec<&'static str> {
    [HARMLESS.as_slice(), &OTHERS].concat()
}
