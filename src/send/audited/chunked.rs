//! Walks through a chunked body (RFC 9112 7.1) without keeping its data.

use std::time::Duration;

use bytes::Bytes;

use crate::send::{Chunk, WireRecord};

/// Longest line of a chunk's size, and longest trailer section, in bytes.
const LONGEST_LINES: usize = 16 * 1024;
/// Most trailer fields that are read.
const MOST_TRAILERS: usize = 128;
/// How much is kept of a chunk's extensions, in bytes.
const LONGEST_EXTENSION: usize = 256;

/// Where in a chunked body the walk is.
#[derive(Debug)]
pub(super) struct Chunked {
    part: Part,
    /// The lines under way: a size, the end of a chunk's data, or the trailer section.
    lines: Vec<u8>,
    offset: u64,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Size,
    Data { left: u64 },
    AfterData,
    Trailers,
}

/// What a step through a chunked body came to.
pub(super) enum Step {
    /// So many bytes were part of it.
    Took(usize),
    /// So many bytes were part of it, and it ends with them.
    Ended(usize),
    /// It cannot be followed any further.
    Broken,
}

impl Chunked {
    /// At the beginning of a body.
    pub(super) fn new() -> Self {
        Chunked { part: Part::Size, lines: Vec::new(), offset: 0 }
    }

    /// Goes on by as many of the bytes as belong together, and notes in the record what they say.
    pub(super) fn step(&mut self, bytes: &[u8], at: Duration, record: &mut WireRecord) -> Step {
        if let Part::Data { left } = self.part {
            let took = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
            let left = left - took as u64;
            self.part = if left == 0 { Part::AfterData } else { Part::Data { left } };
            return Step::Took(took);
        }
        let (took, ended) = match memchr::memchr(b'\n', bytes) {
            Some(end) => (end + 1, true),
            None => (bytes.len(), false),
        };
        self.lines.extend_from_slice(bytes.get(..took).unwrap_or_default());
        if self.lines.len() > LONGEST_LINES {
            return Step::Broken;
        }
        if !ended {
            return Step::Took(took);
        }
        match self.line_ended(at, record) {
            Some(false) => Step::Took(took),
            Some(true) => Step::Ended(took),
            None => Step::Broken,
        }
    }

    /// Whether the body ends with the line that just ended; `None` where it is not what belongs there.
    fn line_ended(&mut self, at: Duration, record: &mut WireRecord) -> Option<bool> {
        match self.part {
            Part::Size => {
                let size = self.size(at, record)?;
                self.part = if size == 0 { Part::Trailers } else { Part::Data { left: size } };
            }
            Part::AfterData if self.lines == b"\r\n" => self.part = Part::Size,
            Part::Trailers if self.lines == b"\r\n" || self.lines.ends_with(b"\r\n\r\n") => {
                record.trailers = trailers(&self.lines)?;
                return Some(true);
            }
            Part::Trailers => return Some(false),
            Part::AfterData | Part::Data { .. } => return None,
        }
        self.lines.clear();
        Some(false)
    }

    fn size(&mut self, at: Duration, record: &mut WireRecord) -> Option<u64> {
        let Ok(httparse::Status::Complete((_, size))) = httparse::parse_chunk_size(&self.lines) else { return None };
        if size == 0 {
            record.last_chunk = true;
            return Some(size);
        }
        record.chunk_count += 1;
        if record.chunks.len() < WireRecord::MOST_CHUNKS {
            record.chunks.push(Chunk { at, offset: self.offset, size, extension: extension(&self.lines) });
        }
        self.offset = self.offset.saturating_add(size);
        Some(size)
    }
}

fn extension(line: &[u8]) -> Option<String> {
    let at = memchr::memchr(b';', line)?;
    let extension = line.get(at + 1..)?.trim_ascii();
    Some(String::from_utf8_lossy(extension.get(..LONGEST_EXTENSION).unwrap_or(extension)).into_owned())
}

fn trailers(section: &[u8]) -> Option<Vec<(String, Bytes)>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_TRAILERS];
    match httparse::parse_headers(section, &mut fields) {
        Ok(httparse::Status::Complete((_, fields))) => {
            let owned = |field: &httparse::Header<'_>| (field.name.to_owned(), Bytes::copy_from_slice(field.value));
            Some(fields.iter().map(owned).collect())
        }
        Ok(httparse::Status::Partial) | Err(_) => None,
    }
}
