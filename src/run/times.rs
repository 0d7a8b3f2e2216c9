//! How long answers took: counted so that the times of several runs can be joined, and told in three figures.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Latency, Percentiles};
use crate::judge::StreamInShort;
use crate::send::Answer;

/// Figures of a time that are kept where times are written down: so few that their number is bounded.
const FIGURES: u32 = 3;

/// How often which time occurred. Written, it is a list of pairs: microseconds, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution(BTreeMap<Duration, usize>);

/// The times of successful answers, a distribution a moment, from the first byte sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Times {
    /// To the whole response head.
    pub head: Distribution,
    /// To the first byte of the body.
    pub first_byte: Distribution,
    /// To the first event of a stream, or the first piece of a text stream.
    pub first_event: Distribution,
    /// To the first text that a person can see.
    pub first_content: Distribution,
    /// To the end of the body.
    pub total: Distribution,
}

impl Distribution {
    fn take(&mut self, time: Duration) {
        *self.0.entry(time).or_default() += 1;
    }

    fn join(&mut self, other: &Distribution) {
        for (time, times) in &other.0 {
            *self.0.entry(*time).or_default() += times;
        }
    }

    /// Its three figures; `None` where nothing occurred.
    pub fn percentiles(&self) -> Option<Percentiles> {
        let (max, _) = self.0.last_key_value()?;
        let all: usize = self.0.values().sum();
        Some(Percentiles { p50: self.at(all, 50), p95: self.at(all, 95), max: *max })
    }

    /// Nearest rank: the smallest time that at least this share of all is not above.
    fn at(&self, all: usize, percent: usize) -> Duration {
        let rank = (all * percent).div_ceil(100).max(1);
        let mut below = 0;
        let mut times = self.0.iter().skip_while(|(_, times)| {
            below += **times;
            below < rank
        });
        times.next().map(|(time, _)| *time).unwrap_or_default()
    }

    /// The same with all but the longest time in few figures.
    fn rounded(&self) -> Distribution {
        let longest = self.0.last_key_value().map(|(time, _)| *time).unwrap_or_default();
        let mut rounded = Distribution::default();
        for (time, times) in &self.0 {
            let time = if *time == longest { longest } else { few_figures(*time).min(longest) };
            *rounded.0.entry(time).or_default() += times;
        }
        rounded
    }
}

fn few_figures(time: Duration) -> Duration {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let figures = micros.checked_ilog10().unwrap_or(0) + 1;
    let unit = 10_u64.pow(figures.saturating_sub(FIGURES));
    Duration::from_micros(micros / unit * unit)
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        serializer.collect_seq(self.rounded().0.iter().map(|(time, times)| (micros(*time), *times)))
    }
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(u64, usize)>::deserialize(deserializer)?;
        Ok(Distribution(pairs.into_iter().map(|(micros, times)| (Duration::from_micros(micros), times)).collect()))
    }
}

impl Times {
    /// Takes one answer.
    pub fn take(&mut self, answer: &Answer, stream: Option<&StreamInShort>) {
        self.head.take(answer.head_at);
        self.total.take(answer.ended_at);
        answer.pieces.iter().take(1).for_each(|piece| self.first_byte.take(piece.at));
        let Some(stream) = stream else { return };
        stream.first_event.into_iter().for_each(|time| self.first_event.take(time));
        stream.first_content.into_iter().for_each(|time| self.first_content.take(time));
    }

    /// Adds the times of others.
    pub fn join(&mut self, other: &Times) {
        self.head.join(&other.head);
        self.first_byte.join(&other.first_byte);
        self.first_event.join(&other.first_event);
        self.first_content.join(&other.first_content);
        self.total.join(&other.total);
    }

    /// The times of all operations together.
    pub fn of_all(times: &IndexMap<String, Times>) -> Times {
        times.values().fold(Times::default(), |mut all, times| {
            all.join(times);
            all
        })
    }

    /// In three figures each; `None` where there was no answer.
    pub fn latency(&self) -> Option<Latency> {
        Some(Latency {
            head: self.head.percentiles()?,
            first_byte: self.first_byte.percentiles(),
            first_event: self.first_event.percentiles(),
            first_content: self.first_content.percentiles(),
            total: self.total.percentiles()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl IntoIterator<Item = u64>) -> Distribution {
        let mut distribution = Distribution::default();
        millis.into_iter().for_each(|millis| distribution.take(Duration::from_millis(millis)));
        distribution
    }

    #[test]
    fn percentiles_are_times_that_occurred() {
        let found = of(1..=20).percentiles().unwrap();
        assert_eq!(found.p50, Duration::from_millis(10));
        assert_eq!(found.p95, Duration::from_millis(19));
        assert_eq!(found.max, Duration::from_millis(20));
        assert_eq!(of([]).percentiles(), None);
        assert_eq!(of([7]).percentiles().unwrap().p50, Duration::from_millis(7));
    }

    #[test]
    fn those_of_shards_are_those_of_one_run() {
        let mut joined = of((1..=20).filter(|millis| millis % 3 == 0));
        joined.join(&of((1..=20).filter(|millis| millis % 3 != 0)));
        assert_eq!(joined, of(1..=20));
    }

    #[test]
    fn however_many_times_there_are_few_are_written_and_the_longest_as_it_is() {
        let mut many = Distribution::default();
        (0..200_000).for_each(|micros| many.take(Duration::from_micros(micros)));
        let written = serde_json::to_string(&many).unwrap();
        assert!(written.len() < 40_000, "{}", written.len());
        let read: Distribution = serde_json::from_str(&written).unwrap();
        let (read, exact) = (read.percentiles().unwrap(), many.percentiles().unwrap());
        assert_eq!(read.max, exact.max);
        assert!(read.p50 <= exact.p50 && read.p50 * 100 >= exact.p50 * 99, "{read:?} is not {exact:?}");
    }
}
