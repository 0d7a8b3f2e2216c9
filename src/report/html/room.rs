//! How much of the file a part may take.

use maud::{Markup, PreEscaped};

/// Bytes that are left for a part of the file.
#[derive(Debug)]
pub struct Room {
    left: usize,
    of: usize,
}

/// What there was room for.
#[derive(Debug)]
pub struct Filled {
    /// It, one after the other.
    pub markup: Markup,
    /// How many of the items there was no room for.
    pub left_out: usize,
}

/// Into how many parts the room of a target is cut.
const SHARES: usize = 12;

impl Room {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Room { left: bytes, of: bytes }
    }

    /// So many twelfths of the whole.
    pub fn share(&mut self, twelfths: usize) -> Room {
        let bytes = (self.of * twelfths / SHARES).min(self.left);
        self.left -= bytes;
        Room::new(bytes)
    }

    /// Draws the items as long as there is room.
    pub fn fill<T>(&mut self, items: impl ExactSizeIterator<Item = T>, draw: impl Fn(T) -> Markup) -> Filled {
        let total = items.len();
        let mut markup = String::new();
        for (index, item) in items.enumerate() {
            let PreEscaped(drawn) = draw(item);
            if drawn.len() > self.left {
                return Filled { markup: PreEscaped(markup), left_out: total - index };
            }
            self.left -= drawn.len();
            markup += &drawn;
        }
        Filled { markup: PreEscaped(markup), left_out: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut room = Room::new(10);
        let filled = room.fill(["abcd", "efgh", "ijkl", "m"].into_iter(), |text| PreEscaped(text.to_owned()));
        assert_eq!((filled.markup.0.as_str(), filled.left_out), ("abcdefgh", 2));
    }

    #[test]
    fn shares_are_no_more_than_the_whole() {
        let mut room = Room::new(120);
        let shares: Vec<_> = [5, 6, 4].into_iter().map(|twelfths| room.share(twelfths).left).collect();
        assert_eq!(shares, [50, 60, 10]);
    }
}
