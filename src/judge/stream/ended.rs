//! How a stream ended, as one value: what the stream itself said, and what HTTP said.

use serde::Serialize;

use crate::follow::Followed;
use crate::send::{Answer, BodyLength, End};

/// How a stream ended. Never a guess: each is a fact of the bytes or of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamEnd {
    /// By its sentinel, and the body was complete.
    Sentinel,
    /// By a terminal event, and the body was complete.
    TerminalEvent,
    /// The body was complete, and nothing in the stream says so.
    Clean,
    /// By the closed connection alone: whether it is whole cannot be known.
    CloseDelimited,
    /// By its own end, after which the connection stayed open.
    HeldOpen,
    /// The connection ended without the last chunk.
    MissingLastChunk,
    /// The size of a chunk could not be read.
    BadChunk,
    /// The body was shorter than Content-Length.
    ShortContentLength,
    /// The connection was reset.
    Reset,
    /// It fell silent for longer than we wait.
    Idle,
    /// We read as many bytes as we wanted.
    EnoughBytes,
    /// We read as many events as we wanted.
    EnoughEvents,
    /// It was still running when our time was over.
    StillRunning,
}

impl StreamEnd {
    /// How a stream ended.
    pub fn of(answer: &Answer, followed: &Followed) -> Self {
        match answer.end {
            End::Complete(length) => match length {
                _ if followed.tracks().any(|track| track.ending.sentinel.is_some()) => StreamEnd::Sentinel,
                _ if followed.ended_itself() => StreamEnd::TerminalEvent,
                BodyLength::Close => StreamEnd::CloseDelimited,
                BodyLength::None | BodyLength::ContentLength | BodyLength::Chunked | BodyLength::Http2 => {
                    StreamEnd::Clean
                }
            },
            End::HeldOpen { .. } => StreamEnd::HeldOpen,
            End::MissingLastChunk => StreamEnd::MissingLastChunk,
            End::BadChunk => StreamEnd::BadChunk,
            End::ShortOfContentLength => StreamEnd::ShortContentLength,
            End::Reset => StreamEnd::Reset,
            End::Idle { .. } => StreamEnd::Idle,
            End::StoppedBySize => StreamEnd::EnoughBytes,
            End::StoppedByEvents => StreamEnd::EnoughEvents,
            End::StoppedByTime => StreamEnd::StillRunning,
        }
    }

    /// It in words that follow `it ended`.
    pub fn in_words(self) -> &'static str {
        match self {
            StreamEnd::Sentinel => "with its sentinel",
            StreamEnd::TerminalEvent => "with a terminal event",
            StreamEnd::Clean => "cleanly, and the stream itself does not say that it is complete",
            StreamEnd::CloseDelimited => "with the closed connection, which does not say whether it is complete",
            StreamEnd::HeldOpen => "itself, and the connection stayed open",
            StreamEnd::MissingLastChunk => "without the last chunk",
            StreamEnd::BadChunk => "in a chunk whose size cannot be read",
            StreamEnd::ShortContentLength => "before Content-Length says",
            StreamEnd::Reset => "with a reset connection",
            StreamEnd::Idle => "in silence, and we gave up",
            StreamEnd::EnoughBytes => "for us: we had read enough bytes",
            StreamEnd::EnoughEvents => "for us: we had read enough events",
            StreamEnd::StillRunning => "for us: it was still running when the time was over",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Framing, StreamContract};
    use crate::judge::streamed::support::{ended, events, stream};
    use crate::judge::support::Scene;
    use crate::judge::{Context, Evidence, Rule, Sink};
    use std::time::Duration;

    const RULE: Rule = super::super::end::INCOMPLETE;

    fn end_of(scene: &Scene) -> StreamEnd {
        static ANY: Rule = RULE;
        let (contract, case, exchange) = (scene.contract(), scene.case(), scene.exchange());
        let evidence = Evidence::new(&contract, &case, &exchange, Context::default());
        let view = evidence.stream_view(&mut Sink::new(&ANY)).unwrap();
        StreamEnd::of(view.answer, view.followed)
    }

    fn promised() -> StreamContract {
        StreamContract { sentinel: Some("[DONE]".to_owned()), ..stream(Framing::Sse) }
    }

    #[test]
    fn what_the_stream_says_counts_before_what_http_says() {
        let close = End::Complete(BodyLength::Close);
        let whole = events(promised(), "data: a\n\ndata: [DONE]\n\n");
        assert_eq!(end_of(&ended(whole, close)), StreamEnd::Sentinel);
        assert_eq!(end_of(&ended(events(promised(), "data: a\n\n"), close)), StreamEnd::CloseDelimited);
        assert_eq!(end_of(&events(promised(), "data: a\n\n")), StreamEnd::Clean);
    }

    #[test]
    fn an_end_that_is_none_of_the_streams_own_is_told_as_it_is() {
        let silence = Duration::from_secs(1);
        for (end, told) in [
            (End::MissingLastChunk, StreamEnd::MissingLastChunk),
            (End::ShortOfContentLength, StreamEnd::ShortContentLength),
            (End::Reset, StreamEnd::Reset),
            (End::Idle { silence }, StreamEnd::Idle),
            (End::StoppedByEvents, StreamEnd::EnoughEvents),
            (End::StoppedByTime, StreamEnd::StillRunning),
        ] {
            assert_eq!(end_of(&ended(events(promised(), "data: [DONE]\n\n"), end)), told);
        }
    }
}
