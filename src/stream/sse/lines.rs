//! Cutting bytes into lines: LF, CR and CRLF, over any chunking, in linear time.

use memchr::memchr2;

/// A line buffer larger than this is given back after use.
const BUFFER_KEPT: usize = 1 << 20;

/// How many lines ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineEnds {
    /// Lines ended by LF.
    pub lf: usize,
    /// Lines ended by a CR that no LF follows.
    pub cr: usize,
    /// Lines ended by CR LF.
    pub crlf: usize,
    /// Offset of the first lone CR.
    pub first_cr: Option<usize>,
    /// Offset of the first CR LF.
    pub first_crlf: Option<usize>,
    /// Offset of the first line end that differs in kind from the one before.
    pub first_change: Option<usize>,
    last: Option<LineEnd>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    Lf,
    Cr,
    CrLf,
}

impl LineEnds {
    fn add(&mut self, end: LineEnd, byte: usize) {
        match end {
            LineEnd::Lf => self.lf += 1,
            LineEnd::Cr => {
                self.cr += 1;
                self.first_cr.get_or_insert(byte);
            }
            LineEnd::CrLf => {
                self.crlf += 1;
                self.first_crlf.get_or_insert(byte);
            }
        }
        if self.last.is_some_and(|last| last != end) {
            self.first_change.get_or_insert(byte);
        }
        self.last = Some(end);
    }
}

/// Cuts chunks into lines. A CR ends its line at once; whether an LF belongs to it shows later.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    /// Bytes of a line that began in an earlier chunk.
    partial: Vec<u8>,
    /// Offset of the next byte.
    offset: usize,
    /// Offset of a CR that was the last byte so far.
    open_cr: Option<usize>,
    ends: LineEnds,
}

impl LineSplitter {
    /// Hands every line that this chunk ends to `each`, with its offset and without its end.
    pub(super) fn push(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8], usize)) {
        let mut rest = self.close_cr(chunk);
        while let Some(length) = memchr2(b'\r', b'\n', rest) {
            let (line, end) = rest.split_at(length);
            let end_at = self.offset + length;
            self.deliver(line, &mut each);
            let ended_by = match end {
                [b'\r'] => {
                    self.open_cr = Some(end_at);
                    1
                }
                [b'\r', b'\n', ..] => self.ended(LineEnd::CrLf, end_at, 2),
                [b'\r', ..] => self.ended(LineEnd::Cr, end_at, 1),
                _ => self.ended(LineEnd::Lf, end_at, 1),
            };
            self.offset = end_at + ended_by;
            rest = end.get(ended_by..).unwrap_or_default();
        }
        self.partial.extend_from_slice(rest);
        self.offset += rest.len();
    }

    /// The counts, the line that was not ended, and its offset.
    pub(super) fn finish(mut self) -> (LineEnds, Vec<u8>, usize) {
        if let Some(byte) = self.open_cr.take() {
            self.ends.add(LineEnd::Cr, byte);
        }
        let start = self.offset - self.partial.len();
        (self.ends, self.partial, start)
    }

    /// Decides what a CR at the end of the chunk before was, and takes its LF off.
    fn close_cr<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let (Some(&next), Some(byte)) = (chunk.first(), self.open_cr) else { return chunk };
        self.open_cr = None;
        if next == b'\n' {
            self.ends.add(LineEnd::CrLf, byte);
            self.offset += 1;
            return &chunk[1..];
        }
        self.ends.add(LineEnd::Cr, byte);
        chunk
    }

    fn deliver(&mut self, line: &[u8], each: &mut impl FnMut(&[u8], usize)) {
        if self.partial.is_empty() {
            return each(line, self.offset);
        }
        let start = self.offset - self.partial.len();
        self.partial.extend_from_slice(line);
        each(&self.partial, start);
        self.partial.clear();
        self.partial.shrink_to(BUFFER_KEPT);
    }

    fn ended(&mut self, end: LineEnd, byte: usize, length: usize) -> usize {
        self.ends.add(end, byte);
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> (Vec<(String, usize)>, LineEnds, String) {
        let mut splitter = LineSplitter::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            splitter.push(chunk, |line, offset| lines.push((String::from_utf8_lossy(line).into_owned(), offset)));
        }
        let (ends, partial, _) = splitter.finish();
        (lines, ends, String::from_utf8_lossy(&partial).into_owned())
    }

    #[test]
    fn a_cr_and_its_lf_in_two_chunks_are_one_line_end() {
        let (found, ends, _) = lines(&[b"a\r", b"\nb\r\n"]);
        assert_eq!(found, [("a".to_owned(), 0), ("b".to_owned(), 3)]);
        assert_eq!((ends.lf, ends.cr, ends.crlf), (0, 0, 2));
        assert_eq!(ends.first_change, None);
    }

    #[test]
    fn a_final_lone_cr_is_a_line_end() {
        let (found, ends, rest) = lines(&[b"a\r"]);
        assert_eq!(found.len(), 1);
        assert_eq!((ends.cr, ends.first_cr, rest.as_str()), (1, Some(1), ""));
    }

    #[test]
    fn mixed_ends_are_counted_by_kind() {
        let (found, ends, rest) = lines(&[b"a\nb\r", b"c\r\nd"]);
        assert_eq!(found.len(), 3);
        assert_eq!((ends.lf, ends.cr, ends.crlf, ends.first_change), (1, 1, 1, Some(3)));
        assert_eq!(rest, "d");
    }
}
