//! The ways in which any documented error can go wrong.

/// Faults of documented errors, a row each: the error's name in names of faults, what brings it about,
/// the outcomes that tell it, the state in which alone it shows, and the ways in which it goes wrong.
///
/// The ways: `conflict` answers 409, `fails` answers 500, `code(FROM, TO)` has another code, `empty` has
/// no body, and `unanswered` closes the connection.
macro_rules! gone_wrong {
    ($(
        $name:literal, $what:literal, $outcomes:expr, $state:expr, [$($way:ident $(($from:literal, $to:literal))?),+];
    )+) => {
        &[$($($crate::reference::Fault {
            state: $state,
            ..gone_wrong!(@$way $name, $what, $outcomes $(, $from, $to)?)
        }),+),+]
    };
    (@conflict $name:literal, $what:literal, $outcomes:expr) => {
        gone_wrong!(
            @fault $name, "-conflict", concat!($what, " is answered 409."),
            ["error/status"], $outcomes, |reply| {
                reply.status = http::StatusCode::CONFLICT;
            }
        )
    };
    (@fails $name:literal, $what:literal, $outcomes:expr) => {
        gone_wrong!(
            @fault $name, "-failure", concat!($what, " makes the server fail."),
            ["http/server-error"], $outcomes, |reply| {
                reply.become_failure();
            }
        )
    };
    (@code $name:literal, $what:literal, $outcomes:expr, $from:literal, $to:literal) => {
        gone_wrong!(
            @fault $name, "-other-code", concat!($what, " has the code ", $to, "."),
            ["error/code"], $outcomes, |reply| {
                reply.replace($from, $to);
            }
        )
    };
    (@empty $name:literal, $what:literal, $outcomes:expr) => {
        gone_wrong!(
            @fault $name, "-empty", concat!($what, " is refused without a body."),
            ["error/code", "http/error-body"], $outcomes, |reply| {
                reply.pieces.clear();
            }
        )
    };
    (@unanswered $name:literal, $what:literal, $outcomes:expr) => {
        gone_wrong!(
            @fault $name, "-unanswered", concat!($what, " closes the connection without an answer."),
            ["http/no-answer", "error/status"], $outcomes, |reply| {
                reply.ending = $crate::reference::reply::Ending::Unanswered;
            }
        )
    };
    (
        @fault $name:literal, $way:literal, $what:expr,
        [$($rule:literal),+], $outcomes:expr, |$reply:ident| $change:block
    ) => {
        $crate::reference::Fault::new(
            concat!($name, $way),
            $what,
            &[$($rule),+],
            $crate::reference::fault::Effect::Changes($outcomes, |$reply, _| $change),
        )
    };
}

pub(in crate::reference) use gone_wrong;
