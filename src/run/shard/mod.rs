//! One of several runs that share the cases of one.

mod evidence;
mod part;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use evidence::{ShardEvidence, ShardPart};
pub use part::Part;

/// The K-th of N runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// K, from 1.
    pub number: usize,
    /// N.
    pub of: usize,
}

/// A shard that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write K/N with K from 1 to N, such as 2/3")]
pub struct ShardError;

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let shard = Shard { number: number.parse().map_err(|_| ShardError)?, of: of.parse().map_err(|_| ShardError)? };
        if (1..=shard.of).contains(&shard.number) { Ok(shard) } else { Err(ShardError) }
    }
}

impl Shard {
    /// Whether it has the part of this index.
    fn has(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "1/2/3", "-1/2", ""] {
            assert_eq!(wrong.parse::<Shard>(), Err(ShardError), "{wrong}");
        }
    }

    #[test]
    fn every_index_belongs_to_exactly_one_shard() {
        for index in 0..20 {
            let owners = (1..=3).filter(|number| Shard { number: *number, of: 3 }.has(index)).count();
            assert_eq!(owners, 1);
        }
    }
}
