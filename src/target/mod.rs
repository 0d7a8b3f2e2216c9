//! Who is tested: base URL, credentials, values, states and limits.
//!
//! In: an `uptospec.toml`, or a URL and headers of the command line. Out: [`Target`]s.

mod command_line;
mod config;
mod keys;
mod model;
mod redact;
mod shown;
mod substitute;
mod table;
mod text;
mod units;

pub use command_line::{HeaderError, header_option, url_option};
pub use config::{Config, ConfigError, Surroundings, find, load, names, read};
pub use model::*;
pub use redact::{Part, Redactor, SecretForm, Sighting};
pub(crate) use shown::shown_line;
pub(crate) use substitute::secret_name;
pub use substitute::{SubstituteError, substitute};
pub(crate) use table::{Reader, help_nearest};
pub use text::{Secret, Text};
pub use units::{UnitError, duration, duration_or_none, rate};
