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

/// Into how many shares the room of a target is cut.
const SHARES: usize = 14;

impl Room {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Room { left: bytes, of: bytes }
    }

    /// Lets a part take at most so many shares of the whole. What it leaves is there for the next.
    pub fn within<T>(&mut self, shares: usize, draw: impl FnOnce(&mut Room) -> T) -> T {
        let bytes = (self.of * shares / SHARES).min(self.left);
        let mut part = Room::new(bytes);
        let drawn = draw(&mut part);
        self.left -= bytes - part.left;
        drawn
    }

    /// Lets a part take all that is left but so many shares of the whole.
    pub fn all_but<T>(&mut self, shares: usize, draw: impl FnOnce(&mut Room) -> T) -> T {
        let kept = (self.of * shares / SHARES).min(self.left);
        let mut part = Room::new(self.left - kept);
        let drawn = draw(&mut part);
        self.left = kept + part.left;
        drawn
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
    fn what_a_part_leaves_is_there_for_the_next_and_none_takes_more_than_there_is() {
        let mut room = Room::new(140);
        let mut take = |shares, bytes: usize| {
            let text = PreEscaped("x".repeat(bytes));
            room.within(shares, |part| part.fill([text].into_iter(), |text| text).left_out)
        };
        assert_eq!([take(5, 50), take(5, 51), take(1, 1), take(14, 89)], [0, 1, 0, 0]);
        assert_eq!(room.left, 0);
    }

    #[test]
    fn what_is_kept_for_others_is_theirs() {
        let mut room = Room::new(140);
        room.all_but(3, |part| part.left = part.left.saturating_sub(1_000));
        assert_eq!(room.left, 30);
    }
}
