//! Randomness that is the same on every machine and in any order.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How often a strategy may reject a part of a value before the value is given up.
const MAX_LOCAL_REJECTS: u32 = 256;

/// A number that depends on the seed and the words alone: FNV-1a, finished so that every bit counts.
pub(super) fn number(seed: u64, words: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ mix(seed);
    for word in words {
        for byte in word.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    mix(hash)
}

/// A short word that depends on the seed and the words alone.
pub(super) fn word(seed: u64, words: &[&str]) -> String {
    format!("{:08x}", number(seed, words) >> 32)
}

/// A runner whose values depend on the seed and the words alone.
pub(super) fn runner(seed: u64, words: &[&str]) -> TestRunner {
    let start = number(seed, words);
    let mut bytes = [0_u8; 32];
    for (index, chunk) in (0_u64..).zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&mix(start.wrapping_add(index)).to_le_bytes());
    }
    let config = Config { failure_persistence: None, max_local_rejects: MAX_LOCAL_REJECTS, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// The finishing step of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_number_on_every_machine() {
        assert_eq!(number(7, &["sendMessage", "positive", "3"]), number(7, &["sendMessage", "positive", "3"]));
        assert_eq!(word(0, &["a"]), "d1d8d0d0");
    }

    #[test]
    fn where_one_word_ends_matters() {
        assert_ne!(number(7, &["ab", "c"]), number(7, &["a", "bc"]));
        assert_ne!(number(7, &["ab"]), number(8, &["ab"]));
    }
}
