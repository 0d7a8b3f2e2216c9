//! Names of recordings' files.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::RecordedFinding;

/// Longest name of a file, in bytes, its suffix left out: every file system takes it.
const LONGEST: usize = 180;
/// What no file may be called on Windows, whatever comes after a dot.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The names of the files of one run: no two findings share one, also where the letter case makes no difference.
#[derive(Debug, Default)]
pub struct FileNames(HashSet<PathBuf>);

impl FileNames {
    /// The name of a finding's file within the folder of a run: target, operation, rule and state, of characters that
    /// any file system takes. Where they do not say all, a number made from them is added.
    pub fn of(&mut self, target: &str, finding: &RecordedFinding) -> PathBuf {
        let state = finding.state.as_ref().map(|state| format!(".{state}")).unwrap_or_default();
        let name = format!("{}.{}{state}", finding.operation, finding.rule.replace('/', "-"));
        let identity = (target, &finding.operation, &finding.rule, &finding.state);
        let (folder, short) = (file_name(target), plain(&name));
        let is_whole = short == name && folder == target;
        let mut path = PathBuf::from(&folder).join(format!("{short}.json"));
        if !is_whole || self.0.contains(&lower(&path)) {
            path = PathBuf::from(&folder).join(format!("{short}-{:08x}.json", digest(&identity)));
        }
        self.0.insert(lower(&path));
        path
    }
}

fn lower(path: &std::path::Path) -> PathBuf {
    PathBuf::from(path.to_string_lossy().to_lowercase())
}

fn digest(identity: &impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    // Half of it tells a run's findings apart.
    hasher.finish() as u32
}

/// A folder's name of a target's; another where that cannot be one.
fn file_name(target: &str) -> String {
    let folder = plain(target);
    if folder == target { folder } else { format!("{folder}-{:08x}", digest(&target)) }
}

fn plain(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let plain: String = name.chars().take(LONGEST).map(|char| if is_plain(char) { char } else { '-' }).collect();
    // Only a name without dots at its beginning stays in its folder, and is seen there; one at its end is lost on
    // Windows.
    let plain = plain.trim_matches('.');
    if plain.is_empty() {
        "-".to_owned()
    } else if is_reserved(plain) {
        format!("_{plain}")
    } else {
        plain.to_owned()
    }
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_port = |port: &str| {
        stem.strip_prefix(port).is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    RESERVED.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{At, Severity};
    use crate::recording::Reproduced;

    fn named(names: &mut FileNames, target: &str, operation: &str, state: Option<&str>) -> String {
        let finding = RecordedFinding {
            rule: "stream/terminal-missing".to_owned(),
            severity: Severity::Error,
            operation: operation.to_owned(),
            state: state.map(str::to_owned),
            message: String::new(),
            at: At::default(),
            reproduced: Reproduced::Always,
        };
        names.of(target, &finding).to_string_lossy().replace('\\', "/")
    }

    #[test]
    fn a_plain_name_says_what_is_in_the_file() {
        let name = named(&mut FileNames::default(), "agentix", "sendMessage", Some("agent-inactive"));
        assert_eq!(name, "agentix/sendMessage.stream-terminal-missing.agent-inactive.json");
    }

    #[test]
    fn a_name_stays_in_its_folder_and_is_one_that_every_system_takes() {
        let mut names = FileNames::default();
        for hostile in ["../../etc/passwd", "..", "", "CON", "com1.x", "a\u{0}b", "a:b", "größe", &"x".repeat(5000)] {
            for (target, operation) in [(hostile, "send"), ("api", hostile)] {
                let name = named(&mut names, target, operation, None);
                let parts: Vec<_> = name.split('/').collect();
                assert_eq!(parts.len(), 2, "{name}");
                for part in parts {
                    assert!(part.len() <= 200 && !part.starts_with('.') && !part.ends_with('.'), "{name}");
                    assert!(part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{name}");
                    assert!(!is_reserved(part), "{name}");
                }
            }
        }
    }

    #[test]
    fn no_two_findings_share_a_file() {
        let mut names = FileNames::default();
        let long = "x".repeat(500);
        let operations = ["a/b", "a-b", "a b", "getUser", "getuser", &format!("{long}1"), &format!("{long}2")];
        let all: HashSet<_> = operations.iter().map(|one| named(&mut names, "api", one, None).to_lowercase()).collect();
        assert_eq!(all.len(), operations.len(), "{all:?}");
        // In another run as well.
        assert_eq!(
            named(&mut FileNames::default(), "api", "a/b", None),
            named(&mut FileNames::default(), "api", "a/b", None)
        );
    }
}
