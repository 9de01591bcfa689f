//! The configuration of an edge, read as the edge reads it.

use crate::input::document::Document;
use crate::output::failure::Failure;
use edgewrit_edge::config::Config;
use edgewrit_issuer::files::{GroupRead, Provided, read_provided};
use edgewrit_shared::json::Json;
use edgewrit_shared::secret::Secret;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::path::Path;

/// Stands for every secret: the secrets themselves are not needed to read a configuration or to
/// judge requests by it.
const ANY_SECRET: &str = "secret";

/// Members of a configuration that say nothing of operations.
const REST: [&str; 4] = ["issuer", "trust", "edge", "audience"];

/// A configuration of an edge, with its file.
pub(crate) struct EdgeConfiguration {
    pub(crate) document: Document,
    pub(crate) config: Config,
    /// Names of the secrets that the configuration uses.
    pub(crate) secrets: BTreeSet<String>,
}

impl EdgeConfiguration {
    /// Reads the configuration at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::read(Document::open(path)?)
    }

    /// Reads the configuration that `document` is.
    pub(crate) fn read(document: Document) -> Result<Self, Failure> {
        let secrets = RefCell::new(BTreeSet::new());
        let secret = |name: &str| {
            secrets.borrow_mut().insert(name.to_owned());
            Some(ANY_SECRET.to_owned())
        };
        let config = Config::read(&document.to_json(), &secret).map_err(|faults| document.to_failure(&faults))?;
        Ok(Self {
            document,
            config,
            secrets: secrets.into_inner(),
        })
    }
}

/// Reads the configuration at `path` with its secrets: files of the folder `secrets`, or else
/// environment variables.
pub(crate) fn read_with_secrets(path: &Path, secrets: Option<&Path>) -> Result<Config, Failure> {
    let document = Document::open(path)?;
    let unreadable = RefCell::new(None);
    let secret = |name: &str| {
        find_secret(name, secrets).unwrap_or_else(|error| {
            unreadable.borrow_mut().get_or_insert(error);
            None
        })
    };
    let config = Config::read(&document.to_json(), &secret);
    match unreadable.into_inner() {
        Some(error) => Err(error),
        None => config.map_err(|faults| document.to_failure(&faults)),
    }
}

/// Reads the secret called `name`: a file of the folder `secrets`, or else an environment variable.
pub(crate) fn read_secret(name: &str, secrets: Option<&Path>) -> Result<Secret, Failure> {
    let place = if secrets.is_some() {
        "file"
    } else {
        "environment variable"
    };
    let secret = find_secret(name, secrets)?;
    let secret = secret.ok_or_else(|| Failure::new(format!("the secret `{name}` is missing: no such {place}")))?;
    Ok(Secret::new(secret))
}

/// The secret called `name`; `None` if it is missing or not text.
fn find_secret(name: &str, secrets: Option<&Path>) -> Result<Option<String>, Failure> {
    let Some(folder) = secrets else {
        return Ok(env::var(name).ok());
    };
    let bytes = read_provided(&folder.join(name), Provided::Secret, GroupRead::Never);
    Ok(bytes
        .map_err(Failure::new)?
        .and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// The host that a request is for: the value of its header `host`, or else the first host that the
/// edge serves.
pub(crate) fn requested_host<'a>(headers: &[(&str, &'a [u8])], config: &'a Config) -> &'a [u8] {
    let host = headers
        .iter()
        .find(|(name, _)| *name == "host")
        .map(|(_, value)| *value);
    host.or_else(|| config.hosts().first().map(String::as_bytes))
        .unwrap_or_default()
}

/// The document, with example members if it has only upstreams and operations.
pub(crate) fn complete_document(document: Document) -> Document {
    if REST.iter().any(|name| document.json().member(name).is_some()) {
        return document;
    }
    let text = |text: &str| Json::Text(text.to_owned());
    // No edge trusts this key: it stands in for one while the operations are read.
    let key = text("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let edge = [("id", "edge"), ("credential", "${secret:EDGE_KEY}")];
    let rest = [
        ("issuer", text("https://issuer.example")),
        ("trust", Json::List(vec![key])),
        (
            "edge",
            Json::Object(edge.map(|(name, value)| (name.to_owned(), text(value))).into()),
        ),
        ("audience", text("https://api.example")),
    ];
    document.with_missing_members(Json::Object(rest.map(|(name, value)| (name.to_owned(), value)).into()))
}
