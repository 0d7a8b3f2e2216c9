//! Arrays: `prefixItems`, `items`, `contains`, `minItems`, `maxItems`, `uniqueItems`.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::builder::Builder;
use super::{Extent, Node, Ungeneratable};

/// How many items more than the least a free array has.
const SPREAD: usize = 3;

/// Most items that are made, whatever the schema asks for.
const MOST_ITEMS: usize = 5_000;

/// Arrays that a node allows.
pub(super) fn values<'s>(builder: &mut Builder<'s>, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let least = node.at_least("minItems").map_or(0, |(least, _)| least);
    let most = node.at_most("maxItems").map_or(usize::MAX, |(most, _)| most);
    if least > most || least > MOST_ITEMS {
        return Err(Ungeneratable::Impossible);
    }
    let contained = contained(builder, node)?;
    let prefix = prefix(builder, node, least, most.saturating_sub(contained.len()))?;
    let fixed = prefix.len() + contained.len();
    let rest = rest(builder, node, fixed, least, most)?;
    let unique = node.keywords("uniqueItems").any(|keyword| keyword.value == &Value::Bool(true));
    let items = (prefix, rest, contained).prop_map(|(prefix, rest, contained)| [prefix, rest, contained].concat());
    if !unique {
        return Ok(items.prop_map(Value::Array).boxed());
    }
    let distinct =
        items.prop_map(without_repeats).prop_filter("enough distinct items", move |items| items.len() >= least);
    Ok(distinct.prop_map(Value::Array).boxed())
}

/// The items that `prefixItems` describes, one strategy each.
fn prefix<'s>(
    builder: &mut Builder<'s>,
    node: &Node<'s>,
    least: usize,
    most: usize,
) -> Result<Vec<BoxedStrategy<Value>>, Ungeneratable> {
    let lists = node.keywords("prefixItems").filter_map(|keyword| keyword.value.as_array());
    let described = lists.map(Vec::len).max().unwrap_or(0);
    let wanted = if builder.extent == Extent::Least { described.min(least) } else { described.min(most) };
    (0..wanted).map(|index| builder.part(node, node.item(index))).collect()
}

/// Items that satisfy `contains`, as many as it asks for.
fn contained<'s>(builder: &mut Builder<'s>, node: &Node<'s>) -> Result<Vec<BoxedStrategy<Value>>, Ungeneratable> {
    let mut parts = node.subschemas("contains");
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let count = node.at_least("minContains").map_or(1, |(count, _)| count).min(MOST_ITEMS);
    parts.extend(node.item(usize::MAX));
    (0..count).map(|_| builder.part(node, parts.clone())).collect()
}

/// The items after those that are described one by one.
fn rest<'s>(
    builder: &mut Builder<'s>,
    node: &Node<'s>,
    fixed: usize,
    least: usize,
    most: usize,
) -> Result<BoxedStrategy<Vec<Value>>, Ungeneratable> {
    let fewest = least.saturating_sub(fixed);
    let spread = match builder.extent {
        Extent::Least => 0,
        // One beside those that `contains` asks for: an item that nothing else depends on.
        Extent::Most => usize::from(fewest == 0),
        Extent::Free => SPREAD,
    };
    let largest = most.saturating_sub(fixed).min(fewest + spread);
    if largest == 0 {
        return Ok(Just(Vec::new()).boxed());
    }
    match builder.part(node, node.item(usize::MAX)) {
        Ok(items) if builder.extent == Extent::Most => Ok(vec(items, largest).boxed()),
        Ok(items) => Ok(vec(items, fewest..=largest).boxed()),
        Err(_) if fewest == 0 => Ok(Just(Vec::new()).boxed()),
        Err(reason) => Err(reason),
    }
}

fn without_repeats(items: Vec<Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    distinct
}
