//! What a reference points to.

use percent_encoding::percent_decode_str;

use super::address::Missing;
use super::at::At;
use super::files::{Files, Target};
use super::node::Data;

/// How many `$ref`s may follow each other before they are taken for a circle.
const MAX_HOPS: usize = 64;

impl Files {
    /// What a reference points to; where that is a reference again, what it leads to in the end.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub fn resolve(&self, from: &At<'_>, reference: &str) -> Result<At<'_>, Missing> {
        let mut at = self.target(from, reference)?;
        for _ in 0..MAX_HOPS {
            match at.text("$ref") {
                Some(next) => at = self.target(&at, next)?,
                None => return Ok(at),
            }
        }
        Err(format!("`{reference}` leads back to itself").into())
    }

    /// What a reference points to, itself perhaps a reference.
    ///
    /// # Errors
    /// As [`Files::resolve`].
    pub fn target(&self, from: &At<'_>, reference: &str) -> Result<At<'_>, Missing> {
        self.hop(from, reference, MAX_HOPS)
    }

    /// One reference, which may have to go through others on its way.
    fn hop(&self, from: &At<'_>, reference: &str, hops: usize) -> Result<At<'_>, Missing> {
        if hops == 0 {
            return Err(format!("`{reference}` leads back to itself").into());
        }
        let (file_part, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = percent_decode_str(fragment).decode_utf8().map_err(|_| format!("`{reference}` is not UTF-8"))?;
        let base = match file_part {
            "" => self.own_schema(from).unwrap_or_else(|| self.top(from.file)),
            part => self.named_or_file(from, part)?,
        };
        if fragment.is_empty() {
            return Ok(base);
        }
        if !fragment.starts_with('/') {
            let pointer =
                self.anchor(&base, &fragment).ok_or_else(|| format!("there is no `$anchor` named `{fragment}`"))?;
            return self.walk(self.top(base.file), pointer, hops);
        }
        // Pointers are often written from the top of the file where a schema around them has an `$id`.
        let from_top = |missing: Missing| match file_part {
            "" if !base.pointer.is_empty() => self.walk(self.top(from.file), &fragment, hops),
            _ => Err(missing),
        };
        self.walk(base.clone(), &fragment, hops).or_else(from_top).map_err(
            |Missing { message, help }| match file_part {
                "" => Missing { message: format!("`{reference}` leads nowhere: {message}"), help },
                part => Missing { message: format!("`{reference}` leads nowhere: in {part} {message}"), help },
            },
        )
    }

    /// The schema around a reference that has an `$id`: the fragment alone is one of it.
    fn own_schema(&self, from: &At<'_>) -> Option<At<'_>> {
        let scope = self.scopes(from.file).around(&from.node.span)?;
        self.walk(self.top(from.file), &scope.pointer, MAX_HOPS).ok()
    }

    /// The anchor of that name, rather in this schema than in another of the file.
    fn anchor(&self, base: &At<'_>, name: &str) -> Option<&str> {
        let pointers = self.anchors.get(&(base.file, name.to_owned()))?;
        let inside = pointers.iter().find(|pointer| pointer.starts_with(&base.pointer));
        inside.or(pointers.first()).map(String::as_str)
    }

    fn named_or_file(&self, from: &At<'_>, part: &str) -> Result<At<'_>, Missing> {
        if let Some((file, pointer)) = self.named(from, part) {
            return self.walk(self.top(*file), pointer, MAX_HOPS);
        }
        match self.targets.get(&(from.file, part.to_owned())) {
            Some(Target::File(file)) => Ok(self.top(*file)),
            Some(Target::Refused(reason)) => Err(reason.clone()),
            Some(Target::Wanted(_)) | None => Err(format!("`{part}` was not read").into()),
        }
    }

    /// What goes by that name: an `$id`, or the `$self` of a document.
    fn named(&self, from: &At<'_>, part: &str) -> Option<&(usize, String)> {
        if self.ids.is_empty() {
            return None;
        }
        let url = self.scopes(from.file).resolve(from.node.span.clone(), part);
        url.and_then(|url| self.ids.get(url.as_str())).or_else(|| self.ids.get(part))
    }

    /// What a pointer leads to in a file.
    pub(super) fn at(&self, file: usize, pointer: &str) -> Option<At<'_>> {
        self.walk(self.top(file), pointer, MAX_HOPS).ok()
    }

    /// Follows a pointer, through references on the way.
    fn walk<'a>(&'a self, mut at: At<'a>, pointer: &str, hops: usize) -> Result<At<'a>, Missing> {
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            if at.node.get(&token).is_none()
                && let Some(next) = at.text("$ref")
            {
                at = self.hop(&at, next, hops - 1)?;
            }
            let inner = match &at.node.data {
                Data::Array(items) => token.parse().ok().and_then(|index: usize| items.get(index)),
                _ => at.node.get(&token),
            };
            let place = || if at.pointer.is_empty() { "the document".to_owned() } else { format!("`{}`", at.pointer) };
            let inner = inner.ok_or_else(|| format!("{} has no `{token}`", place()))?;
            at = at.step(&token, inner);
        }
        Ok(at)
    }
}
