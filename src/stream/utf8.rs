//! Where bytes are no UTF-8.

use super::marks::{MarkKind, Marks};

/// Marks every ill-formed sequence of a part of a body that begins at a character.
///
/// `last` says that the body ends with this part, so that a sequence cut off at its end is told
/// apart from one that is wrong.
pub(super) fn mark_invalid(bytes: &[u8], offset: usize, item: usize, last: bool, marks: &mut Marks) {
    let mut at = offset;
    let end = offset + bytes.len();
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        let invalid = chunk.invalid();
        if !invalid.is_empty() {
            let truncated = last && at + invalid.len() == end && is_prefix(invalid);
            let kind = if truncated { MarkKind::TruncatedUtf8 } else { MarkKind::InvalidUtf8 };
            marks.add(kind, at, item, invalid);
        }
        at += invalid.len();
    }
}

/// Whether more bytes could complete the sequence.
fn is_prefix(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(bytes: &[u8], last: bool) -> Marks {
        let mut marks = Marks::default();
        mark_invalid(bytes, 10, 1, last, &mut marks);
        marks
    }

    #[test]
    fn each_ill_formed_sequence_has_its_offset() {
        let found = marks(b"a\xffb\xc3(", true);
        let bytes: Vec<_> = found.kept(MarkKind::InvalidUtf8).iter().map(|mark| mark.byte).collect();
        assert_eq!(bytes, [11, 13]);
    }

    #[test]
    fn a_sequence_cut_off_by_the_end_is_truncated_and_elsewhere_invalid() {
        assert_eq!(marks("é€".as_bytes().split_at(4).0, true).count(MarkKind::TruncatedUtf8), 1);
        assert_eq!(marks("é€".as_bytes().split_at(4).0, false).count(MarkKind::InvalidUtf8), 1);
        assert_eq!(marks(b"\xff", true).count(MarkKind::InvalidUtf8), 1);
    }
}
