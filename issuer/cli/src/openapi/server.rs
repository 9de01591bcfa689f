//! Servers: where an API is becomes an upstream, and what its paths begin with.

use super::note::{Kind, Note};
use super::spec::SpecValue;
use edgewrit_shared::json::text::shortened;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Longest URL of a server, in bytes: a longer one is shortened, and so is none.
const URL_BYTES: usize = 1024;
/// Variables of a server's URL.
const VARIABLES: usize = 64;
/// Stands for an API whose document does not say where it is.
const SOMEWHERE: &str = "https://api.example";

/// The comment in place of a credential.
const NO_CREDENTIAL: &str = "# credential: {set: {authorization: \"Bearer ${secret:API_KEY}\"}}";

/// Upstreams by origin, in the order in which they were met.
#[derive(Debug)]
pub(crate) struct Servers {
    name: String,
    /// The origin of all operations, whatever the document says.
    only: Option<String>,
    /// The line of YAML with the credential of every upstream.
    credential: String,
    /// The names of the headers that the credential sets, in lower case.
    credential_headers: Vec<String>,
    origins: Vec<String>,
    /// Their indices.
    known: BTreeMap<String, usize>,
    pub(super) notes: Vec<Note>,
}

/// The upstream of an operation, and the beginning of its path.
#[derive(Clone, Debug)]
pub(super) struct OpenapiServer {
    pub(super) upstream: String,
    /// The beginning of its paths: empty, or with a `/` before it and none behind.
    pub(super) base: String,
}

impl Servers {
    /// The first upstream is called `name`, others `name-2` and so on.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            only: None,
            credential: NO_CREDENTIAL.to_owned(),
            credential_headers: Vec::new(),
            origins: Vec::new(),
            known: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// One upstream called `name` at `origin`, whatever servers the document names. Only the
    /// beginning of the paths is taken from these.
    pub(crate) fn only_at(name: &str, origin: &str) -> Self {
        Self {
            only: Some(origin.to_owned()),
            ..Self::new(name)
        }
    }

    /// The same upstreams with a credential: its value as YAML, and the headers that it sets. These
    /// headers are no parameters of operations.
    pub(crate) fn with_credential(self, yaml: &str, headers: Vec<String>) -> Self {
        Self {
            credential: format!("credential: {yaml}"),
            credential_headers: headers,
            ..self
        }
    }

    /// Whether the credential sets the header that is the source of a parameter.
    pub(super) fn is_credential(&self, source: &str) -> bool {
        let header = source.strip_prefix("header.");
        header.is_some_and(|header| self.credential_headers.iter().any(|own| own == header))
    }

    pub(super) fn credential(&self) -> &str {
        &self.credential
    }

    /// The first of the servers that `at` lists, if it lists any.
    pub(super) fn of(&mut self, at: &SpecValue<'_>) -> Option<OpenapiServer> {
        let servers = at.items("servers");
        let first = servers.first()?;
        if servers.len() > 1 {
            self.note(&first.place, "there are several servers, and the first one was taken");
        }
        let url = fill_variables(first);
        if let Some(only) = self.only.clone() {
            let base = split_path(&url).unwrap_or_default();
            return Some(self.at(&only, base));
        }
        let Some((origin, base)) = split_url(&url) else {
            self.note(&first.place, format!("`{url}` is no https URL, write where the API is"));
            let base = (url.starts_with('/') && url.is_ascii()).then(|| url.trim_end_matches('/').to_owned());
            return Some(self.at(SOMEWHERE, base.unwrap_or_default()));
        };
        Some(self.at(&origin, base))
    }

    /// A server that the document does not name.
    pub(super) fn somewhere(&mut self) -> OpenapiServer {
        if let Some(only) = self.only.clone() {
            return self.at(&only, String::new());
        }
        self.note("", "the document names no server, write where the API is");
        self.at(SOMEWHERE, String::new())
    }

    /// Every upstream: its name and its origin.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, &str)> {
        let origins = self.origins.iter().enumerate();
        origins.map(|(index, origin)| (self.name_of(index), origin.as_str()))
    }

    fn at(&mut self, origin: &str, base: String) -> OpenapiServer {
        let index = self.known.get(origin).copied().unwrap_or_else(|| {
            self.origins.push(origin.to_owned());
            self.known.insert(origin.to_owned(), self.origins.len() - 1);
            self.origins.len() - 1
        });
        let upstream = self.name_of(index);
        OpenapiServer { upstream, base }
    }

    fn name_of(&self, index: usize) -> String {
        match index {
            0 => self.name.clone(),
            _ => format!("{}-{}", self.name, index + 1),
        }
    }

    fn note(&mut self, place: impl Display, message: impl Into<String>) {
        self.notes.push(Note::new(Kind::Server, place, message));
    }
}

/// The server's URL, with the default of each of its variables.
fn fill_variables(server: &SpecValue<'_>) -> String {
    let mut url = shortened(server.text_of("url").unwrap_or_default(), URL_BYTES).into_owned();
    for (name, variable) in server
        .member("variables")
        .iter()
        .flat_map(SpecValue::members)
        .take(VARIABLES)
    {
        let default = shortened(variable.text_of("default").unwrap_or_default(), URL_BYTES);
        url = shortened(&url.replace(&format!("{{{name}}}"), &default), URL_BYTES).into_owned();
    }
    url
}

/// The path of an http or https URL, or of a URL that is a path alone, without a `/` at its end.
fn split_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let path = match rest {
        Some(rest) => rest.get(rest.find('/')?..)?,
        None => url,
    };
    let is_path = path.starts_with('/') && path.is_ascii() && !path.contains(['?', '#', '{']);
    is_path.then(|| path.trim_end_matches('/').to_owned())
}

/// Origin and path of an https URL without user, query and fragment.
fn split_url(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://")?;
    let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(":443").unwrap_or(&authority);
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte))
    };
    if !plain(authority) || base.contains(['?', '#', '{']) {
        return None;
    }
    let base = base.trim_end_matches('/');
    let base = if base.is_empty() {
        String::new()
    } else {
        format!("/{base}")
    };
    Some((format!("https://{authority}"), base))
}

#[cfg(test)]
mod tests {
    use super::split_path;

    #[test]
    fn the_path_of_a_server_is_found_in_every_form_of_its_url() {
        for (url, path) in [
            ("https://api.example/v1/", Some("/v1")),
            ("http://localhost:8000/api/v2", Some("/api/v2")),
            ("/v1", Some("/v1")),
            ("/", Some("")),
            ("https://api.example", None),
            ("v1", None),
            ("", None),
            ("/{version}", None),
            ("/v1?x", None),
        ] {
            assert_eq!(split_path(url).as_deref(), path, "{url}");
        }
    }
}
