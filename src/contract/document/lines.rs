//! From byte offsets to lines and columns, and from characters to bytes.

/// A text and where its lines begin.
#[derive(Debug)]
pub(in crate::contract) struct Lines {
    text: String,
    starts: Vec<usize>,
    /// Every character that is longer than one byte: its number, and the bytes that it and those
    /// before it take beyond one each.
    wide: Vec<(usize, usize)>,
}

impl Lines {
    /// Takes a text to be asked about.
    pub fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let ends = |at: usize| bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(|&at| ends(at)).map(|at| at + 1)).collect();
        let mut extra = 0;
        let mut wide = Vec::new();
        for (number, character) in text.chars().enumerate() {
            if character.len_utf8() > 1 {
                extra += character.len_utf8() - 1;
                wide.push((number, extra));
            }
        }
        Lines { text, starts, wide }
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both from 1, the column in characters.
    pub fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or_default();
        let before = self.text.get(start..byte).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The byte at which the character of that number begins.
    pub fn byte_of_character(&self, number: usize) -> usize {
        let before = self.wide.partition_point(|&(wide, _)| wide < number);
        let extra = before.checked_sub(1).and_then(|index| self.wide.get(index)).map_or(0, |&(_, extra)| extra);
        (number + extra).min(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_every_kind_of_line_end_ends_a_line() {
        let lines = Lines::new("a\r\nbé: x\rc\nd".to_owned());
        assert_eq!(lines.line_and_column(0), (1, 1));
        assert_eq!(lines.line_and_column(8), (2, 5));
        assert_eq!(lines.line_and_column(10), (3, 1));
        assert_eq!(lines.line_and_column(12), (4, 1));
        assert_eq!(lines.line_and_column(99), (4, 2));
    }

    #[test]
    fn a_character_is_found_behind_wider_ones() {
        let lines = Lines::new("é😀x".to_owned());
        assert_eq!((0..4).map(|number| lines.byte_of_character(number)).collect::<Vec<_>>(), [0, 2, 6, 7]);
    }
}
