//! JSON Pointers (RFC 6901): what `serde_json` leaves to its users.

use serde_json::Value;

/// The pointer to a member or an item.
pub(super) fn child(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// The pointer to what holds this, and the last step, unescaped; `None` for the whole.
pub(super) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, step) = pointer.rsplit_once('/')?;
    Some((parent, step.replace("~1", "/").replace("~0", "~")))
}

/// The steps of a pointer, unescaped.
pub(super) fn steps(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// Takes a member or an item away; `None` when it is not there.
pub(super) fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, step) = split(pointer)?;
    match value.pointer_mut(parent)? {
        Value::Object(members) => members.shift_remove(&step),
        Value::Array(items) => {
            let index = step.parse().ok().filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

/// Puts a value in; only the last step may be new, and only as a member. Says whether it could.
pub(super) fn set(value: &mut Value, pointer: &str, new: Value) -> bool {
    if let Some(old) = value.pointer_mut(pointer) {
        *old = new;
        return true;
    }
    let Some((parent, step)) = split(pointer) else { return false };
    let Some(Value::Object(members)) = value.pointer_mut(parent) else { return false };
    members.insert(step, new);
    true
}

/// The pointer in every item of the lists in whose first item it stands: `/lines/0/petId` gives `/lines/1/petId`, too.
pub(super) fn of_each_item(value: &Value, pointer: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for step in steps(pointer) {
        let items = |at: &String| match value.pointer(at) {
            Some(Value::Array(items)) if step == "0" => items.len(),
            _ => 0,
        };
        let next = |at: &String| match items(at) {
            0 => vec![child(at, &step)],
            number => (0..number).map(|index| child(at, &index.to_string())).collect(),
        };
        all = all.iter().flat_map(next).collect();
    }
    all
}

/// Whether `inner` is `outer` or stands inside it.
pub(super) fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_in_the_first_item_stands_in_each() {
        let body = json!({"lines": [{"a": 1}, {"a": 2}], "0": {"b": 1}, "none": []});
        assert_eq!(of_each_item(&body, "/lines/0/a"), ["/lines/0/a", "/lines/1/a"]);
        assert_eq!(of_each_item(&body, "/0/b"), ["/0/b"]);
        assert_eq!(of_each_item(&body, "/none/0"), ["/none/0"]);
        assert_eq!(of_each_item(&body, ""), [""]);
    }

    #[test]
    fn steps_with_slashes_and_tildes_are_escaped() {
        let pointer = child("/a", "b/c~d");
        assert_eq!(pointer, "/a/b~1c~0d");
        assert_eq!(split(&pointer), Some(("/a", "b/c~d".to_owned())));
        assert_eq!(steps(&pointer).collect::<Vec<_>>(), ["a", "b/c~d"]);
    }

    #[test]
    fn members_are_set_and_taken_away() {
        let mut value = json!({"a": [1, 2], "b": {}});
        assert!(set(&mut value, "/b/c", json!(3)));
        assert!(!set(&mut value, "/x/y", json!(3)));
        assert_eq!(remove(&mut value, "/a/0"), Some(json!(1)));
        assert_eq!(remove(&mut value, "/a/9"), None);
        assert_eq!(value, json!({"a": [2], "b": {"c": 3}}));
    }

    #[test]
    fn a_longer_name_is_not_within() {
        assert!(is_within("/a/b", "/a"));
        assert!(!is_within("/ab", "/a"));
    }
}
