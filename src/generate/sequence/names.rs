//! Which names mean the same thing: `petId`, `pet_id`, and the `id` of a pet.

/// How well the name of a member fits; less is better.
pub(super) type Rank = u8;

/// A name without case and punctuation: `pet_id` and `petId` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What one member of a collection may be called: `pets` gives `pets` and `pet`.
pub(super) fn singulars(collection: &str) -> Vec<String> {
    let plural = plain(collection);
    let mut all = Vec::new();
    all.extend(plural.strip_suffix("ies").map(|stem| format!("{stem}y")));
    all.extend(plural.strip_suffix("es").map(str::to_owned));
    all.extend(plural.strip_suffix('s').map(str::to_owned));
    all.push(plural);
    all.retain(|word| !word.is_empty());
    all
}

/// Words that say of an operation that it makes something.
const MAKING: [&str; 6] = ["create", "add", "new", "make", "register", "insert"];

/// What an operation makes whose path says what is done: `/todo.create`, `/createTodo`, `/todos/create`.
pub(super) fn made_by(path: &str) -> Vec<String> {
    let mut segments = path.trim_end_matches('/').rsplit('/');
    let words = segments.next().map(words).unwrap_or_default();
    let is_making = |word: &String| MAKING.contains(&word.as_str());
    let Some(verb) = words.iter().position(is_making).filter(|verb| *verb == 0 || *verb + 1 == words.len()) else {
        return Vec::new();
    };
    let others = [words.get(..verb), words.get(verb + 1..)].into_iter().flatten().flatten();
    let thing: String = others.map(String::as_str).collect();
    if !thing.is_empty() {
        return singulars(&thing);
    }
    segments.next().filter(|segment| !segment.contains('{')).map(singulars).unwrap_or_default()
}

/// The words of a segment: `createTodo`, `todo.create` and `create_todo` have two.
fn words(segment: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for character in segment.chars() {
        let begins = character.is_uppercase() && before.is_some_and(char::is_lowercase);
        if begins || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before = Some(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Endings of names that are ids. In plain names they could not be told from `valid` and `grid`.
const ENDINGS: [&str; 10] = ["Id", "ID", "_id", "-id", "Uuid", "UUID", "_uuid", "-uuid", "Guid", "_guid"];

/// What the name of an id says of the thing that it names: `petId` gives `pet`, `id` nothing.
pub(super) fn named_by(id: &str) -> Option<String> {
    let stem = ENDINGS.iter().find_map(|ending| id.strip_suffix(ending))?;
    Some(plain(stem)).filter(|stem| !stem.is_empty())
}

/// A value that is wanted, by its name and the collection that it names a member of.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Its plain name.
    pub name: String,
    /// What the thing may be called.
    pub things: Vec<String>,
    is_id: bool,
    /// Whether the name alone says that it is one, wherever it stands.
    pub is_named_id: bool,
}

impl Wanted {
    /// A variable of a path behind that segment, or a parameter or member of a body behind none.
    pub fn new(name: &str, collection: Option<&str>) -> Self {
        let mut things: Vec<String> = collection.map(singulars).unwrap_or_default();
        let (named, name) = (named_by(name), plain(name));
        let is_of_collection = things.iter().any(|thing| matches!(name.strip_prefix(thing.as_str()), Some("" | "id")));
        let is_named_id = matches!(name.as_str(), "id" | "uuid" | "guid") || named.is_some();
        things.extend(named);
        Wanted { name, things, is_id: is_named_id || is_of_collection, is_named_id }
    }

    /// Whether it is an id by its name: `id`, `petId`, or `pet` behind `/pets/`.
    pub fn is_id(&self) -> bool {
        self.is_id
    }

    /// How well a member of that plain name fits that stands in an answer about the thing itself.
    pub fn fit(&self, member: &str) -> Option<Rank> {
        let tail = |thing: &String| self.name.strip_prefix(thing.as_str()).filter(|tail| !tail.is_empty());
        if member == self.name {
            return Some(0);
        }
        if self.things.iter().filter_map(tail).any(|tail| tail == member) {
            return Some(1);
        }
        if !self.is_id {
            return None;
        }
        let of_thing = |thing: &String| member.strip_prefix(thing.as_str()) == Some("id");
        match member {
            "id" => Some(2),
            _ if self.things.iter().any(of_thing) => Some(3),
            "uuid" | "guid" => Some(4),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_says_what_its_members_are_called() {
        for (collection, member) in [
            ("pets", "pet"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("staff", "staff"),
        ] {
            assert!(singulars(collection).iter().any(|word| word == member), "{collection}");
        }
    }

    #[test]
    fn a_path_that_says_what_is_done_says_what_is_made() {
        for path in ["/rpc/todo.create", "/createTodo", "/v1/todos:create", "/add_todo", "/todos/create", "/todos/new"]
        {
            assert!(made_by(path).iter().any(|thing| thing == "todo"), "{path}");
        }
        for path in ["/todos", "/todo.get", "/create", "/recreateTodo", "/{id}/create"] {
            assert_eq!(made_by(path), [""; 0], "{path}");
        }
    }

    #[test]
    fn the_nearest_name_fits_best() {
        let fits = |name: &str, collection: &str| {
            let wanted = Wanted::new(name, Some(collection));
            ["petId", "pet_id", "id", "number", "name"].map(|member| wanted.fit(&plain(member)))
        };
        assert_eq!(fits("petId", "pets"), [Some(0), Some(0), Some(1), None, None]);
        assert_eq!(fits("id", "pets"), [Some(3), Some(3), Some(0), None, None]);
        assert_eq!(fits("pet", "pets"), [Some(3), Some(3), Some(2), None, None]);
        assert_eq!(fits("pet_number", "pets"), [None, None, None, Some(1), None]);
        assert_eq!(fits("name", "pets"), [None, None, None, None, Some(0)]);
        assert_eq!(fits("owner", "pets"), [None; 5]);
        assert_eq!(fits("petid", "pets"), fits("petId", "pets"));
        for word in ["grid", "valid", "paid"] {
            assert_eq!(fits(word, "pets"), [None; 5], "{word} is no id");
        }
    }
}
