//! The texts that a tree was made of.

use std::ops::Range;
use std::sync::Arc;

use super::Fault;
use super::lines::Lines;
use crate::contract::{Diagnostic, Level, Place};

/// The text of a document, and after it those of its overlays.
///
/// Their bytes are counted through: those of an overlay go on where the text before it ends. So the span of a
/// value says which text it stands in, and values of two texts never share a place.
#[derive(Debug)]
pub(super) struct Texts(Vec<Text>);

#[derive(Debug)]
struct Text {
    name: Arc<str>,
    lines: Lines,
    /// The number of its first byte.
    start: usize,
}

impl Texts {
    /// A text alone.
    pub fn new(name: Arc<str>, lines: Lines) -> Self {
        Texts(vec![Text { name, lines, start: 0 }])
    }

    /// Adds a text, and gives the number of its first byte.
    pub fn add(&mut self, name: Arc<str>, lines: Lines) -> usize {
        // One more than the length: an empty span at the end of a text is still of that text.
        let start = self.0.last().map_or(0, |last| last.start + last.lines.text().len() + 1);
        self.0.push(Text { name, lines, start });
        start
    }

    /// Name of the first text.
    pub fn name(&self) -> Arc<str> {
        self.0[0].name.clone()
    }

    /// Where these bytes stand.
    pub fn place(&self, span: Range<usize>) -> Place {
        let after = self.0.partition_point(|text| text.start <= span.start);
        let text = &self.0[after.saturating_sub(1)];
        place(&text.name, &text.lines, span.start - text.start..span.end.saturating_sub(text.start))
    }
}

/// A fault of a text that is not yet among others.
pub(super) fn diagnostic(name: &Arc<str>, lines: &Lines, fault: Fault, level: Level) -> Diagnostic {
    Diagnostic { level, message: fault.message, help: fault.help, place: place(name, lines, fault.span) }
}

fn place(name: &Arc<str>, lines: &Lines, span: Range<usize>) -> Place {
    let (line, column) = lines.line_and_column(span.start);
    Place { file: name.clone(), line, column, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_which_text_it_stands_in() {
        let mut texts = Texts::new("a.yaml".into(), Lines::new("a: 1\nb: 2\n".to_owned()));
        let start = texts.add("b.yaml".into(), Lines::new("c: 3\nd: 4\n".to_owned()));
        let shown = |span: Range<usize>| texts.place(span).to_string();
        assert_eq!(shown(5..6), "a.yaml:2:1");
        assert_eq!(shown(10..10), "a.yaml:3:1");
        assert_eq!(shown(start..start + 1), "b.yaml:1:1");
        assert_eq!(shown(start + 8..start + 9), "b.yaml:2:4");
        assert_eq!(texts.place(start + 8..start + 9).span, 8..9);
    }
}
