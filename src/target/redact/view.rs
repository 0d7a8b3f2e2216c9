//! Bytes with their escapes undone, and the way back to where each stood.

use std::ops::Range;

/// What can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `%3A` (RFC 3986 section 2.1).
    Percent,
    /// `\u003a`, `\/` and the like (RFC 8259 section 7).
    Json,
}

impl Escape {
    /// Every one of them.
    pub const ALL: [Escape; 2] = [Escape::Percent, Escape::Json];

    /// The character that every escape of the kind begins with.
    pub fn mark(self) -> u8 {
        match self {
            Escape::Percent => b'%',
            Escape::Json => b'\\',
        }
    }

    /// The longest escape, in bytes.
    pub const LONGEST: usize = 6;

    /// What the bytes begin with, if it is an escape: what it stands for, and its own length.
    fn read(self, bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
        let hex = |digits: Range<usize>| u32::from_str_radix(std::str::from_utf8(bytes.get(digits)?).ok()?, 16).ok();
        if bytes.first() != Some(&self.mark()) {
            return None;
        }
        if self == Escape::Percent {
            return Some((vec![u8::try_from(hex(1..3)?).ok()?], 3));
        }
        let plain = match bytes.get(1)? {
            b'u' => {
                let char = char::from_u32(hex(2..6)?)?;
                return Some((char.to_string().into_bytes(), 6));
            }
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            escaped @ (b'/' | b'"' | b'\\') => *escaped,
            _ => return None,
        };
        Some((vec![plain], 2))
    }
}

/// Bytes with the escapes of one kind undone.
#[derive(Debug)]
pub struct View {
    /// What the bytes say.
    pub bytes: Vec<u8>,
    /// After each escape: the offset here, and the offset in what was read.
    ends: Vec<(usize, usize)>,
}

impl View {
    /// Undoes the escapes of a kind; `None` where there are none.
    pub fn of(source: &[u8], escape: Escape) -> Option<View> {
        let mut view = View { bytes: Vec::new(), ends: Vec::new() };
        let mut rest = 0;
        for mark in memchr::memchr_iter(escape.mark(), source) {
            // One that belongs to the escape before it, as the second backslash of `\\`.
            if mark < rest {
                continue;
            }
            let Some((meant, length)) = source.get(mark..).and_then(|bytes| escape.read(bytes)) else { continue };
            view.bytes.extend_from_slice(&source[rest..mark]);
            view.bytes.extend(meant);
            rest = mark + length;
            view.ends.push((view.bytes.len(), rest));
        }
        if view.ends.is_empty() {
            return None;
        }
        view.bytes.extend_from_slice(&source[rest..]);
        Some(view)
    }

    /// Where some bytes of the view stand in what was read.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    fn offset(&self, at: usize) -> usize {
        let escapes = self.ends.partition_point(|(here, _)| *here <= at);
        match escapes.checked_sub(1).and_then(|last| self.ends.get(last)) {
            Some((here, there)) => there + (at - here),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(source: &str, escape: Escape, wanted: &str) -> String {
        let view = View::of(source.as_bytes(), escape).unwrap();
        let text = String::from_utf8(view.bytes.clone()).unwrap();
        let at = text.find(wanted).unwrap();
        source[view.source(at..at + wanted.len())].to_owned()
    }

    #[test]
    fn what_is_found_in_a_view_leads_back_to_the_escapes() {
        assert_eq!(seen("key=a%3ab%2F!", Escape::Percent, "a:b/"), "a%3ab%2F");
        assert_eq!(seen(r#"{"key":"é\u003ab\/\\"}"#, Escape::Json, ":b/\\"), r"\u003ab\/\\");
    }

    #[test]
    fn bytes_without_escapes_have_no_view() {
        for source in ["plain", "100% of %zz", "%", "%4", r"\x \u12", "\\"] {
            let views = Escape::ALL.map(|escape| View::of(source.as_bytes(), escape));
            assert!(views.iter().all(Option::is_none), "{source}");
        }
    }

    #[test]
    fn a_backslash_that_is_escaped_escapes_nothing() {
        let view = View::of(br"\\u0041", Escape::Json).unwrap();
        assert_eq!(view.bytes, br"\u0041");
    }
}
