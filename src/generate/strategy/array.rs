//! Arrays: `prefixItems`, `items`, `contains`, counts, `uniqueItems`, `unevaluatedItems`.

use serde_json::Value;

use super::builder::Builder;
use super::error::Why;
use super::opposite::REPEATS;
use super::{Extent, Node, Part, Ungeneratable};

/// How many items more than the least a free array has.
const SPREAD: usize = 3;

/// Most items that are made, whatever the schema asks for.
const MOST_ITEMS: usize = 5_000;

/// How often another item is made in place of one that is there already.
const TRIES_TO_DIFFER: usize = 20;

/// One `contains`, and how many items it asks for.
struct Contained<'s> {
    part: Part<'s>,
    least: usize,
    has_most: bool,
}

impl<'s> Builder<'s, '_> {
    /// An array that a node allows.
    pub(super) fn array(&mut self, node: &Node<'s>, attempt: usize) -> Result<Value, Ungeneratable> {
        let least = node.at_least("minItems").map_or(0, |(least, _)| least);
        let most = node.at_most("maxItems").map_or(usize::MAX, |(most, _)| most).min(self.possible_items(node));
        let contained = contained(node);
        let wanted: usize = contained.iter().map(|contained| contained.least).max().unwrap_or(0);
        if least.max(wanted) > most {
            return Err(self.refuse(Why::Impossible));
        }
        if least.max(wanted) > MOST_ITEMS {
            return Err(self.refuse(Why::TooMuch));
        }
        let fewest = match contained.iter().map(|contained| contained.least).sum::<usize>() {
            // Where one item cannot satisfy two of them, each has its own.
            sum if attempt.is_multiple_of(2) => least.max(sum.min(most)),
            _ => least.max(wanted),
        };
        let count = self.count(node, fewest, most, &contained);
        let unique = node.keywords("uniqueItems").any(|keyword| keyword.value == &Value::Bool(true));
        let assigned = self.assign(&contained, node.described_items(), count, attempt);
        let mut items: Vec<Value> = Vec::with_capacity(count);
        for index in 0..count {
            let parts = self.item_parts(node, index, &contained, &assigned);
            match self.item(&items, index, parts, unique) {
                Ok(item) => items.push(item),
                Err(error) if items.len() < fewest || self.is_spent() => return Err(error),
                Err(_) => break,
            }
        }
        if node.keyword(REPEATS).is_some() && items.len() > 1 {
            items.rotate_left(1);
            items.pop();
            items.extend(items.first().cloned());
        }
        Ok(Value::Array(items))
    }

    /// How many items there may be before one that cannot be.
    fn possible_items(&self, node: &Node<'s>) -> usize {
        let described = node.described_items();
        let impossible = |index: &usize| {
            let parts = self.parts_of_item(node, *index);
            parts.iter().any(|part| part.json == &Value::Bool(false))
        };
        (0..=described).find(impossible).unwrap_or(usize::MAX)
    }

    fn count(&mut self, node: &Node<'s>, fewest: usize, most: usize, contained: &[Contained<'s>]) -> usize {
        let described = node.described_items();
        match self.extent {
            _ if self.is_lean() => fewest,
            Extent::Least => fewest,
            // One beside those that `contains` asks for: an item that nothing else depends on.
            Extent::Most => {
                let beside = usize::from(fewest == 0 || !contained.is_empty());
                fewest.saturating_add(beside).max(described).min(most)
            }
            Extent::Free => {
                let reach = fewest.max(described.min(SPREAD + 5)).saturating_add(SPREAD);
                self.dice.among(fewest, reach.min(most))
            }
        }
    }

    /// Which items each `contains` gets: those after the described ones where there is room.
    fn assign(
        &mut self,
        contained: &[Contained<'s>],
        described: usize,
        count: usize,
        attempt: usize,
    ) -> Vec<Vec<usize>> {
        let mut next = if attempt == 0 && count > described { count } else { 0 };
        let mut assigned = Vec::with_capacity(contained.len());
        for one in contained {
            if next >= one.least && next > 0 {
                assigned.push((next - one.least..next).collect());
                next -= one.least;
            } else {
                assigned.push(self.dice.shuffled(count).into_iter().take(one.least).collect());
            }
        }
        assigned
    }

    fn item_parts(
        &self,
        node: &Node<'s>,
        index: usize,
        contained: &[Contained<'s>],
        assigned: &[Vec<usize>],
    ) -> Vec<Part<'s>> {
        let mut parts = self.parts_of_item(node, index);
        for (one, indices) in contained.iter().zip(assigned) {
            if indices.contains(&index) {
                parts.push(one.part);
            } else if one.has_most {
                parts.push(Part { json: self.known.opposite(self.schema, one.part.json), said: one.part.said });
            }
        }
        parts
    }

    fn parts_of_item(&self, node: &Node<'s>, index: usize) -> Vec<Part<'s>> {
        let parts = node.item(index);
        if parts.is_empty() { node.subschemas("unevaluatedItems") } else { parts }
    }

    /// An item, unlike those that are there where it has to be.
    fn item(
        &mut self,
        known: &[Value],
        index: usize,
        parts: Vec<Part<'s>>,
        unique: bool,
    ) -> Result<Value, Ungeneratable> {
        let tries = if unique { TRIES_TO_DIFFER } else { 1 };
        for _ in 0..tries {
            let item = if parts.is_empty() { self.anything(1) } else { self.part(index.to_string(), parts.clone())? };
            if !unique || !known.contains(&item) {
                return Ok(item);
            }
            if self.extent != Extent::Free {
                let extent = std::mem::replace(&mut self.extent, Extent::Free);
                let other = self.part(index.to_string(), parts.clone());
                self.extent = extent;
                if let Some(other) = other.ok().filter(|other| !known.contains(other)) {
                    return Ok(other);
                }
            }
        }
        Err(self.refuse(Why::Rejected))
    }
}

fn contained<'s>(node: &Node<'s>) -> Vec<Contained<'s>> {
    let of = |part: Part<'s>| {
        let count = |keyword: &str| part.json.get(keyword).and_then(Value::as_f64);
        let json = part.json.get("contains")?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let least = count("minContains").unwrap_or(1.0) as usize;
        Some(Contained { part: part.inside("contains", json), least, has_most: count("maxContains").is_some() })
    };
    node.parts().filter_map(of).collect()
}
