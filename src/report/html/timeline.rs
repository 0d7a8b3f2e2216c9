//! Streams as pictures: what came when, the first event, the longest gap, and the end.
//!
//! A picture is stretched to the width of the page, so it holds no text: what it shows is said beneath it.

use std::fmt::Write;
use std::time::Duration;

use maud::{Markup, html};

use crate::judge::StreamEnd;
use crate::report::words;
use crate::run::{Moment, Timeline};

/// Units from the left of a picture to its right.
pub const WIDTH: usize = 1000;
/// Units of a picture of one stream, and of a stream among others.
const HEIGHT: usize = 64;
const ROW: usize = 12;
/// The least height of a piece.
const LEAST: f64 = 8.0;
/// A gap is worth a word that is so many times as long as all are in the mean, and this share of the stream.
const LONGER: f64 = 1.5;
const LEAST_GAP: f64 = 0.1;

/// One stream, as far as it is drawn.
#[derive(Debug)]
pub struct Drawn<'a> {
    /// What came when.
    pub moments: &'a [Moment],
    /// When the response head was there.
    pub head_at: Duration,
    /// When the first event was there.
    pub first_event: Option<Duration>,
    /// When the item came that a finding is about.
    pub marked: Option<Duration>,
    /// When it ended.
    pub ended_at: Duration,
    /// How it ended.
    pub end: StreamEnd,
}

/// Where a time stands in a picture that ends with `longest`.
pub fn x(time: Duration, longest: Duration) -> usize {
    let share = time.as_secs_f64() / longest.as_secs_f64().max(f64::MIN_POSITIVE);
    (share.min(1.0) * WIDTH as f64).round() as usize
}

impl Drawn<'_> {
    /// The longest time in which nothing came, from when to when, the end being something that comes; `None`
    /// where none stands out.
    fn longest_gap(&self) -> Option<(Duration, Duration)> {
        let times = self.moments.iter().map(|moment| moment.at).chain([self.ended_at]);
        let gaps = times.clone().zip(times.skip(1)).filter(|(from, to)| to > from);
        let longest = gaps.max_by_key(|(from, to)| *to - *from)?;
        let mean = self.ended_at.saturating_sub(self.moments.first()?.at).div_f64(self.moments.len() as f64);
        let least = mean.mul_f64(LONGER).max(self.ended_at.mul_f64(LEAST_GAP));
        Some(longest).filter(|(from, to)| *to - *from >= least)
    }

    /// The picture, and beneath it what it shows.
    pub fn figure(&self, id: &str) -> Markup {
        html! {
            figure.stream {
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                    aria-labelledby={ (id) "-title " (id) "-desc" } {
                    title id={ (id) "-title" } { "Timeline of the stream" }
                    desc id={ (id) "-desc" } { (self.description()) }
                    (self.picture())
                }
                (axis(self.ended_at))
                (self.legend())
            }
        }
    }

    fn picture(&self) -> Markup {
        let at = |time| x(time, self.ended_at);
        let most = self.moments.iter().map(|moment| moment.bytes).max().unwrap_or(1).max(1) as f64;
        let mut pieces = String::new();
        for moment in self.moments {
            // The square root keeps short pieces visible beside long ones.
            let share = (moment.bytes as f64 / most).sqrt();
            let height = (LEAST + share * (HEIGHT as f64 - 2.0 * LEAST)).round();
            append(&mut pieces, format_args!("M{} {HEIGHT}v-{height}", at(moment.at)));
        }
        html! {
            @if let Some((from, to)) = self.longest_gap() {
                rect.gap x=(at(from)) y="0" width=(at(to) - at(from)) height=(HEIGHT) {}
            }
            path.rail d={ "M0 " (HEIGHT) "H" (WIDTH) } {}
            path.head d={ "M" (at(self.head_at)) " 0V" (HEIGHT) } {}
            path.piece d=(pieces) {}
            @if let Some(first) = self.first_event { path.first d={ "M" (at(first)) " 0V" (HEIGHT) } {} }
            @if let Some(marked) = self.marked { path.marked d={ "M" (at(marked)) " 0V" (HEIGHT) } {} }
            path.(how(self.end).class()) d={ "M" (WIDTH) " 0V" (HEIGHT) } {}
        }
    }

    fn legend(&self) -> Markup {
        html! {
            figcaption {
                ul.legend {
                    @for (class, text) in self.facts() { li { span.key.(class) {} (text) } }
                }
            }
        }
    }

    fn description(&self) -> String {
        self.facts().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; ") + "."
    }

    /// What the picture shows, and the class of what shows it.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let bytes = self.moments.iter().map(|moment| moment.bytes).sum();
        let arrivals = words::count(self.moments.len(), "arrival");
        let gap = self.longest_gap().map(|(from, to)| {
            let [gap, from, to] = [to - from, from, to].map(words::duration);
            ("gap", format!("longest gap {gap}, from {from} to {to}"))
        });
        let at = |class, what: &str, time: Option<Duration>| {
            time.map(|time| (class, format!("{what} {}", words::duration(time))))
        };
        let end = format!("ended {} ({})", self.end.in_words(), words::duration(self.ended_at));
        let facts = [
            at("head", "response head", Some(self.head_at)),
            Some(("piece", format!("{arrivals}, {}", words::count(bytes, "byte")))),
            at("first", "first event", self.first_event),
            at("marked", "the item that the finding is about", self.marked),
            gap,
            Some((how(self.end).class(), end)),
        ];
        facts.into_iter().flatten().collect()
    }
}

/// Several streams, a row each, over one axis.
pub fn rows<'a>(id: &str, timelines: impl ExactSizeIterator<Item = &'a Timeline> + Clone) -> Markup {
    let longest = timelines.clone().map(|timeline| timeline.ended_at).max().unwrap_or_default();
    let height = timelines.len() * ROW;
    let mut strokes = Strokes::default();
    for (row, timeline) in timelines.clone().enumerate() {
        strokes.add(timeline, row * ROW, longest);
    }
    let description = format!(
        "{} from the first byte sent to the end, {} at the longest: a stroke an arrival.",
        words::count(timelines.len(), "stream"),
        words::duration(longest)
    );
    html! {
        figure.streams {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } height=(height) preserveAspectRatio="none" role="img"
                aria-labelledby={ (id) "-title " (id) "-desc" } {
                title id={ (id) "-title" } { "Timelines of streams" }
                desc id={ (id) "-desc" } { (description) }
                path.rail d=(strokes.rails) {}
                @for (class, path, _) in strokes.kinds() { path.(class) d=(path) {} }
            }
            (axis(longest))
            figcaption {
                ul.legend { @for (class, _, word) in strokes.kinds() { li { span.key.(class) {} (word) } } }
            }
        }
    }
}

/// The paths of many streams, one a kind of stroke.
#[derive(Default)]
struct Strokes {
    rails: String,
    pieces: String,
    firsts: String,
    ends: String,
    broken: String,
    stopped: String,
}

impl Strokes {
    /// What there is besides the rails: class, path and word.
    fn kinds(&self) -> impl Iterator<Item = (&'static str, &str, &'static str)> {
        let kinds = [
            ("piece", self.pieces.as_str(), "arrival"),
            ("first", &self.firsts, "first event"),
            ("end", &self.ends, "end"),
            ("broken", &self.broken, "broken off"),
            ("stopped", &self.stopped, "not read on"),
        ];
        kinds.into_iter().filter(|(_, path, _)| !path.is_empty())
    }

    fn add(&mut self, timeline: &Timeline, top: usize, longest: Duration) {
        let at = |time| x(time, longest);
        let (stroke, middle, end) = (top + 2, top + ROW / 2, at(timeline.ended_at));
        append(&mut self.rails, format_args!("M{} {middle}H{end}", at(timeline.head_at)));
        for moment in &timeline.moments {
            append(&mut self.pieces, format_args!("M{} {stroke}v8", at(moment.at)));
        }
        if let Some(first) = timeline.first_event {
            append(&mut self.firsts, format_args!("M{} {stroke}v8", at(first)));
        }
        let ends = match how(timeline.end) {
            How::Ended => &mut self.ends,
            How::BrokenOff => &mut self.broken,
            How::NotReadOn => &mut self.stopped,
        };
        append(ends, format_args!("M{end} {stroke}v8"));
    }
}

/// Whether a stream ended by itself.
#[derive(Debug, Clone, Copy)]
enum How {
    Ended,
    BrokenOff,
    /// We saw enough of it.
    NotReadOn,
}

impl How {
    /// The class of what shows it.
    fn class(self) -> &'static str {
        match self {
            How::Ended => "end",
            How::BrokenOff => "broken",
            How::NotReadOn => "stopped",
        }
    }
}

fn how(end: StreamEnd) -> How {
    match end {
        StreamEnd::Sentinel
        | StreamEnd::TerminalEvent
        | StreamEnd::Clean
        | StreamEnd::CloseDelimited
        | StreamEnd::HeldOpen => How::Ended,
        StreamEnd::MissingLastChunk
        | StreamEnd::BadChunk
        | StreamEnd::ShortContentLength
        | StreamEnd::Reset
        | StreamEnd::Idle => How::BrokenOff,
        StreamEnd::EnoughBytes | StreamEnd::EnoughEvents | StreamEnd::StillRunning => How::NotReadOn,
    }
}

/// What stands beneath a picture at its left, middle and right.
fn axis(longest: Duration) -> Markup {
    html! {
        div.axis aria-hidden="true" {
            @for time in [Duration::ZERO, longest / 2, longest] { span { (words::duration(time)) } }
        }
    }
}

fn append(path: &mut String, part: std::fmt::Arguments<'_>) {
    path.write_fmt(part).expect("a string takes whatever is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn drawn(moments: &[Moment]) -> Drawn<'_> {
        let (head_at, ended_at, end) = (ms(10), ms(1_000), StreamEnd::Reset);
        Drawn { moments, head_at, first_event: Some(ms(100)), marked: None, ended_at, end }
    }

    #[test]
    fn the_longest_gap_is_between_two_pieces_or_before_the_end() {
        let moment = |at| Moment { at: ms(at), bytes: 1 };
        assert_eq!(drawn(&[moment(100), moment(200), moment(700)]).longest_gap(), Some((ms(200), ms(700))));
        assert_eq!(drawn(&[moment(100), moment(150)]).longest_gap(), Some((ms(150), ms(1_000))));
        assert_eq!(drawn(&[]).longest_gap(), None);
        assert_eq!(drawn(&[moment(100), moment(400), moment(700)]).longest_gap(), None);
    }

    #[test]
    fn the_words_say_what_the_picture_shows() {
        let moments = [Moment { at: ms(100), bytes: 20 }, Moment { at: ms(900), bytes: 1 }];
        assert_eq!(
            drawn(&moments).description(),
            "response head 10 ms; 2 arrivals, 21 bytes; first event 100 ms; longest gap 800 ms, from 100 ms to 900 ms; \
             ended with a reset connection (1.00 s)."
        );
    }

    #[test]
    fn a_stream_that_was_not_read_on_neither_ended_nor_broke_off() {
        for (end, class) in
            [(StreamEnd::StillRunning, "stopped"), (StreamEnd::Reset, "broken"), (StreamEnd::Sentinel, "end")]
        {
            let stream = Drawn { end, ..drawn(&[]) };
            assert_eq!(stream.facts().pop().map(|(class, _)| class), Some(class), "{end:?}");
            let timeline = Timeline { head_at: ms(1), moments: Vec::new(), first_event: None, ended_at: ms(2), end };
            let rows = rows("x", [&timeline].into_iter()).0;
            assert!(rows.contains(&format!("<span class=\"key {class}\"></span>")), "{rows}");
            assert!(!rows.contains("arrival<") && !rows.contains("first event<"), "{rows}");
        }
    }

    #[test]
    fn a_stream_that_took_no_time_can_be_drawn() {
        let moments = [Moment { at: Duration::ZERO, bytes: 0 }];
        let stream = Drawn { head_at: Duration::ZERO, ended_at: Duration::ZERO, ..drawn(&moments) };
        assert!(stream.figure("x").0.contains("M0 64v-8"));
    }
}
