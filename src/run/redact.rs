//! Keeps credentials out of everything that is written down.

use std::sync::Arc;

use bytes::Bytes;

use crate::judge::Finding;
use crate::send::{Exchange, Outcome, Wire, WireRecord};
use crate::target::{Secret, Target, Text};

/// Shortest secret that is looked for in answers: a shorter one would hide ordinary words.
const SHORTEST: usize = 6;

/// Finds the secrets of a target in what came back.
#[derive(Debug)]
pub struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    /// A redactor for every secret that a target's configuration holds.
    pub fn new(target: &Target) -> Self {
        let states = target.states.values();
        let texts = target
            .credentials
            .values()
            .chain(target.headers.iter().map(|(_, text)| text))
            .chain(states.clone().flat_map(|state| state.credentials.values()))
            .chain(states.flat_map(|state| state.headers.iter().map(|(_, text)| text)));
        let mut secrets: Vec<Secret> = texts.flat_map(Text::secrets).flat_map(with_parts).collect();
        secrets.retain(|secret| secret.reveal().len() >= SHORTEST);
        // Longest first, so that a secret inside another leaves no rest of the longer one.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        Redactor { secrets }
    }

    /// Text with `${NAME}` in place of every secret.
    pub fn text(&self, text: &str) -> String {
        let hide = |text: String, secret: &Secret| text.replace(secret.reveal(), &format!("${{{}}}", secret.name()));
        self.secrets.iter().fold(text.to_owned(), hide)
    }

    /// Bytes with asterisks in place of every secret, so that offsets stay true.
    pub fn bytes(&self, bytes: &Bytes) -> Bytes {
        let mut hidden: Option<Vec<u8>> = None;
        for secret in &self.secrets {
            let needle = secret.reveal().as_bytes();
            let mut from = 0;
            while let Some(at) = find(hidden.as_deref().unwrap_or(bytes), needle, from) {
                hidden.get_or_insert_with(|| bytes.to_vec())[at..at + needle.len()].fill(b'*');
                from = at + needle.len();
            }
        }
        hidden.map_or_else(|| bytes.clone(), Bytes::from)
    }

    /// A finding without secrets.
    pub fn finding(&self, finding: Finding) -> Finding {
        Finding {
            message: self.text(&finding.message),
            expected: self.text(&finding.expected),
            actual: self.text(&finding.actual),
            ..finding
        }
    }

    /// An exchange without secrets.
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        exchange.request.body = exchange.request.body.map(|body| self.bytes(&body));
        match &mut exchange.outcome {
            Outcome::Answered(answer) => {
                answer.body = self.bytes(&answer.body);
                answer.tail = self.bytes(&answer.tail);
                answer.followed = None;
                for (_, value) in &mut answer.headers {
                    *value = self.bytes(&Bytes::copy_from_slice(value)).to_vec();
                }
            }
            Outcome::Failed(failure) => failure.message = self.text(&failure.message),
        }
        match &mut exchange.wire {
            Wire::Seen(record) => self.record(Arc::make_mut(record)),
            Wire::Unseen(reason) => *reason = self.text(reason),
            Wire::NotAudited => {}
        }
        exchange
    }

    fn record(&self, record: &mut WireRecord) {
        record.head = self.bytes(&record.head);
        record.content_lengths.iter_mut().for_each(|value| *value = self.text(value));
        record.transfer_encodings.iter_mut().for_each(|value| *value = self.text(value));
        record.chunks.iter_mut().filter_map(|chunk| chunk.extension.as_mut()).for_each(|text| *text = self.text(text));
        record.trailers.iter_mut().for_each(|(_, value)| *value = self.bytes(value));
        record.surplus.iter_mut().for_each(|surplus| surplus.first = self.bytes(&surplus.first));
    }
}

/// A secret, and each part of a pair such as `pk_1:sk_1`.
fn with_parts(secret: &Secret) -> Vec<Secret> {
    let parts = secret.reveal().split(':').map(|part| Secret::new(secret.name(), part));
    std::iter::once(secret.clone()).chain(parts).collect()
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    haystack.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_pair_is_a_secret_too() {
        let redactor = Redactor { secrets: with_parts(&Secret::new("KEYS", "pk_live_1:sk_live_1")) };
        assert_eq!(redactor.text("no such key: sk_live_1"), "no such key: ${KEYS}");
    }

    #[test]
    fn an_answer_that_gives_a_secret_back_is_kept_without_it() {
        let redactor = Redactor { secrets: vec![Secret::new("KEY", "sk_live_1")] };
        assert_eq!(redactor.text("bad key sk_live_1!"), "bad key ${KEY}!");
        assert_eq!(redactor.bytes(&Bytes::from_static(b"a sk_live_1 b sk_live_1")), "a ********* b *********");
        assert_eq!(redactor.bytes(&Bytes::from_static(b"nothing")), "nothing");
    }
}
