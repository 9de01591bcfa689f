//! The configuration of an edge, read as the edge reads it.

use crate::input::document::Document;
use crate::output::failure::Failure;
use edgewrit_edge::config::Config;
use edgewrit_issuer::files::{GroupRead, Provided, read_provided};
use edgewrit_native::ConfigReading;
use edgewrit_shared::json::Json;
use edgewrit_shared::secret::Secret;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

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

/// The files of a configuration and its secrets.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFiles {
    pub(crate) config: PathBuf,
    /// The folder of the secrets. Without it, secrets are environment variables.
    pub(crate) secrets: Option<PathBuf>,
    /// Whether the group of the files of the secrets may read them.
    pub(crate) group: GroupRead,
}

/// What one reading asked for.
#[derive(Default)]
struct Asked {
    files: BTreeSet<PathBuf>,
    content: DefaultHasher,
    /// The first secret that cannot be read, or is no text.
    unreadable: Option<Failure>,
}

impl ConfigFiles {
    /// Reads the configuration with its secrets.
    pub(crate) fn read(&self) -> ConfigReading {
        self.read_by(Document::open)
    }

    fn read_by(&self, open: fn(&Path) -> Result<Document, Failure>) -> ConfigReading {
        let asked = RefCell::new(Asked::default());
        let config = self
            .read_config(open, &asked)
            .map_err(|failure| failure.lines().to_vec());
        let mut asked = asked.into_inner();
        config.as_ref().err().hash(&mut asked.content);
        asked.files.insert(self.config.clone());
        ConfigReading {
            config,
            files: asked.files.into_iter().collect(),
            content: asked.content.finish(),
        }
    }

    /// Reads the configuration again while the proxy runs. A pipe in place of the document is a fault:
    /// a read would wait for its writer, and the tasks of the thread with it.
    pub(crate) fn read_again(&self) -> ConfigReading {
        self.read_by(Document::open_again)
    }

    fn read_config(
        &self,
        open: fn(&Path) -> Result<Document, Failure>,
        asked: &RefCell<Asked>,
    ) -> Result<Config, Failure> {
        let document = open(&self.config)?;
        let text = document.to_json();
        text.hash(&mut asked.borrow_mut().content);
        let secret = |name: &str| {
            let found = self.find_secret(name);
            let mut asked = asked.borrow_mut();
            asked.files.extend(self.secret_file(name));
            let found = found.unwrap_or_else(|failure| {
                asked.unreadable.get_or_insert(failure);
                None
            });
            found.hash(&mut asked.content);
            found
        };
        let config = Config::read(&text, &secret);
        match asked.borrow_mut().unreadable.take() {
            Some(failure) => Err(failure),
            None => config.map_err(|faults| self.folder_fault().unwrap_or_else(|| document.to_failure(&faults))),
        }
    }

    /// The fault of a folder of secrets that does not exist, in place of one fault for each secret.
    /// This is for the message alone: each file is checked when it is opened.
    fn folder_fault(&self) -> Option<Failure> {
        let folder = self.secrets.as_deref().filter(|folder| !folder.is_dir())?;
        let folder = folder.display();
        Some(Failure::new(format!("`--secrets`: {folder}: there is no such folder")))
    }

    /// Reads the secret called `name`.
    pub(crate) fn read_secret(&self, name: &str) -> Result<Secret, Failure> {
        let place = match self.secret_file(name) {
            Some(file) => format!("{}: there is no such file", file.display()),
            None => "there is no such environment variable".to_owned(),
        };
        let secret = self.find_secret(name)?;
        let secret = secret.ok_or_else(|| Failure::new(format!("the secret `{name}` is missing: {place}")))?;
        Ok(Secret::new(secret))
    }

    /// The file of a secret, if secrets are files.
    fn secret_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.secrets.as_deref()?.join(name))
    }

    /// The secret called `name`; `None` if it is missing. A line feed at the end of a file is not a
    /// part of the secret.
    fn find_secret(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(file) = self.secret_file(name) else {
            return Ok(env::var(name).ok());
        };
        let bytes = read_provided(&file, Provided::Secret, self.group).map_err(Failure::new)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| Failure::new(format!("{}: not UTF-8", file.display())))?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
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

#[cfg(test)]
mod tests {
    use super::{ConfigFiles, GroupRead};
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_pipe_in_place_of_the_document_is_a_fault_and_no_wait() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("edge.yaml");
        assert!(Command::new("mkfifo").arg(&config).status().unwrap().success());
        let (done, faults) = mpsc::channel();
        thread::spawn(move || {
            let files = ConfigFiles {
                config,
                secrets: None,
                group: GroupRead::Never,
            };
            let _gone = done.send(files.read_again().config.unwrap_err());
        });
        let faults = faults.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(
            faults
                .iter()
                .all(|fault| fault.ends_with("only a file can be read again")),
            "{faults:?}"
        );
    }
}
