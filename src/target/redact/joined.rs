//! Texts that a stream gives in pieces, put together again, and the way back to where each piece stood.

use std::collections::HashMap;
use std::ops::Range;

/// One text, of all pieces that stand under the same key.
#[derive(Debug, Default)]
pub struct Joined {
    /// The pieces, one after another.
    pub bytes: Vec<u8>,
    /// Where each piece begins, here and in the stream.
    pieces: Vec<(usize, usize)>,
}

impl Joined {
    /// Every text that lines give in several pieces: strings of JSON under one key, and lines of data that hold no
    /// string.
    pub fn of(stream: &[u8]) -> Vec<Joined> {
        if memchr::memchr2(b'\n', b'\r', stream).is_none() {
            return Vec::new();
        }
        let mut texts: HashMap<&[u8], Joined> = HashMap::new();
        let mut start = 0;
        for line in stream.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let strings = strings(line);
            if strings.is_empty() {
                let data = line.strip_prefix(b"data:").map(|data| data.strip_prefix(b" ").unwrap_or(data));
                let piece = data.map(|data| line.len() - data.len()..line.len());
                piece.into_iter().for_each(|piece| texts.entry(b"").or_default().add(start, line, piece));
            }
            // A string without a key stands under what begins its line, as in `0:"text"`.
            let mut key = strings.first().map_or(&b""[..], |string| &line[..string.start - 1]);
            for string in strings {
                let is_key = line[string.end + 1..].trim_ascii_start().starts_with(b":");
                if is_key {
                    key = &line[string];
                } else {
                    texts.entry(key).or_default().add(start, line, string);
                }
            }
            start += line.len() + 1;
        }
        texts.into_values().filter(|text| text.pieces.len() > 1).collect()
    }

    fn add(&mut self, line_start: usize, line: &[u8], piece: Range<usize>) {
        self.pieces.push((self.bytes.len(), line_start + piece.start));
        self.bytes.extend_from_slice(&line[piece]);
    }

    /// Where a part of the text stands in the stream: a range in each piece, if it is in more than one.
    pub fn split(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let ends = self.pieces.iter().skip(1).map(|(start, _)| *start).chain([self.bytes.len()]);
        let in_piece = |((start, source), end): (&(usize, usize), usize)| {
            let (from, to) = (range.start.max(*start), range.end.min(end));
            (from < to).then(|| source + from - start..source + to - start)
        };
        let ranges: Vec<_> = self.pieces.iter().zip(ends).filter_map(in_piece).collect();
        if ranges.len() > 1 { ranges } else { Vec::new() }
    }
}

/// What stands inside each pair of quotes of a line.
fn strings(line: &[u8]) -> Vec<Range<usize>> {
    let (mut strings, mut open, mut at) = (Vec::new(), None, 0);
    while let Some(byte) = line.get(at) {
        match (byte, open) {
            (b'\\', Some(_)) => at += 1,
            (b'"', None) => open = Some(at + 1),
            (b'"', Some(start)) => {
                strings.push(start..at);
                open = None;
            }
            _ => {}
        }
        at += 1;
    }
    strings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(stream: &str) -> Vec<String> {
        let texts = Joined::of(stream.as_bytes()).into_iter();
        let mut texts: Vec<_> = texts.map(|text| String::from_utf8(text.bytes).unwrap()).collect();
        texts.sort();
        texts
    }

    #[test]
    fn strings_under_one_key_are_one_text() {
        let stream = "data: {\"id\": \"m\", \"delta\": \"a\\\"b\"}\r\n\r\ndata: {\"id\": \"m\", \"delta\": \"c\"}\n\n";
        assert_eq!(joined(stream), ["a\\\"bc", "mm"]);
        assert_eq!(joined("0:\"a\"\n0:\"b\"\n2:\"c\"\n"), ["ab"]);
        assert_eq!(joined("data: a\n\ndata:b\n\n: c\n\n"), ["ab"]);
    }

    #[test]
    fn a_part_leads_back_to_its_pieces() {
        let stream = b"data: ab\n\ndata: cd\n\n";
        let [text] = &Joined::of(stream)[..] else { panic!("one text") };
        assert_eq!(text.split(1..3), [7..8, 16..17]);
        assert!(text.split(0..2).is_empty());
    }
}
