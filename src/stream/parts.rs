//! Cutting bytes at one delimiter, over any chunking, in linear time.

use std::mem;

use memchr::memchr;

/// A part of a body, its delimiter taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) bytes: &'a [u8],
    /// Offset of its first byte.
    pub(super) byte: usize,
    /// Whether its delimiter was there; only the last part can lack it.
    pub(super) ended: bool,
}

/// Cuts chunks into parts that a delimiter ends.
#[derive(Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    partial: Vec<u8>,
    /// Offset of the next byte.
    offset: usize,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Self {
        Splitter { delimiter, partial: Vec::new(), offset: 0 }
    }

    /// Hands every part that this chunk ends to `each`.
    pub(super) fn push(&mut self, chunk: &[u8], mut each: impl FnMut(Part<'_>)) {
        let mut rest = chunk;
        while let Some(length) = memchr(self.delimiter, rest) {
            let (bytes, after) = rest.split_at(length);
            if self.partial.is_empty() {
                each(Part { bytes, byte: self.offset, ended: true });
            } else {
                let mut whole = mem::take(&mut self.partial);
                let byte = self.offset - whole.len();
                whole.extend_from_slice(bytes);
                each(Part { bytes: &whole, byte, ended: true });
            }
            self.offset += length + 1;
            rest = &after[1..];
        }
        self.partial.extend_from_slice(rest);
        self.offset += rest.len();
    }

    /// Hands the last part to `each` if no delimiter ended it, and gives the length of the whole.
    pub(super) fn finish(self, mut each: impl FnMut(Part<'_>)) -> usize {
        if !self.partial.is_empty() {
            each(Part { bytes: &self.partial, byte: self.offset - self.partial.len(), ended: false });
        }
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_offsets_over_chunks() {
        let mut splitter = Splitter::new(b'\n');
        let mut parts = Vec::new();
        for chunk in ["a", "b\n\nc", "\nd"] {
            splitter.push(chunk.as_bytes(), |part| parts.push((part.bytes.to_vec(), part.byte, part.ended)));
        }
        let length = splitter.finish(|part| parts.push((part.bytes.to_vec(), part.byte, part.ended)));
        assert_eq!(
            parts,
            [(b"ab".to_vec(), 0, true), (vec![], 3, true), (b"c".to_vec(), 4, true), (b"d".to_vec(), 6, false)]
        );
        assert_eq!(length, 7);
    }
}
