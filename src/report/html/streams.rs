//! Every stream of a target in small: how they ran, and how they ended.

use maud::{Markup, html};

use super::facts;
use super::room::Room;
use super::text::{code, shown};
use super::timeline;
use crate::run::{Streams, TargetResult};

/// The part on streams.
pub fn section(id: &str, target: &TargetResult, room: &mut Room) -> Markup {
    facts::operations(room, target.streams.iter().enumerate(), |(index, (operation, streams))| {
        operation_part(&format!("{id}-s{index}"), operation, streams)
    })
}

fn operation_part(id: &str, operation: &str, streams: &Streams) -> Markup {
    let total: usize = streams.ended.values().sum();
    let timelines = streams.timelines.values();
    html! {
        h4 { (code(operation, 80)) }
        ul.ends {
            @for (end, number) in &streams.ended { li { b { (number) } " ended " (end.in_words()) } }
            @for (dialect, number) in &streams.dialects { li { b { (number) } " speak " (shown(dialect, 80)) } }
        }
        @if timelines.len() > 0 {
            (timeline::rows(id, timelines.clone()))
            @if timelines.len() < total { p.left-out { (timelines.len()) " of " (total) " streams are drawn." } }
        }
    }
}
