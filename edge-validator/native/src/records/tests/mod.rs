//! Records on real files, with an issuer that a test scripts.

mod files;
mod issuer;
mod lifecycle;

use super::{RecordCounts, RecordThreads, RecordsError};
use crate::upstream::system_tls;
use edgewrit_edge::config::Config;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

/// A folder that is not made yet, in a folder that is removed after the test.
fn new_folder() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("records");
    (place, path)
}

/// The configuration of the edge `id` of the issuer at `origin`.
fn config(origin: &str, id: &str) -> Arc<Config> {
    // The key is the one of RFC 8037, A.2.
    let text = r#"{"issuer": "ORIGIN", "trust": ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
        "edge": {"id": "ID", "credential": "${secret:EDGE}"}, "audience": "https://api.example",
        "upstreams": {"api": {"origin": "https://api.example"}},
        "operations": [{"match": "GET /a", "upstream": "api", "action": "read", "resource": "a"}]}"#;
    let text = text.replace("ORIGIN", origin).replace("ID", id);
    let secret = |_: &str| Some("e".repeat(32));
    Arc::new(Config::read(&text, &secret).unwrap())
}

/// The records of one run of the proxy.
struct TestRun {
    threads: RecordThreads,
    config: Arc<Config>,
}

impl TestRun {
    fn start(path: &Path, origin: &str) -> Self {
        Self::of_edge(path, origin, "edge").unwrap()
    }

    fn of_edge(path: &Path, origin: &str, id: &str) -> Result<Self, RecordsError> {
        let config = config(origin, id);
        let current = Arc::clone(&config);
        let threads = RecordThreads::start(path, move || Arc::clone(&current), system_tls().unwrap())?;
        Ok(Self { threads, config })
    }

    /// Keeps records with these numbers.
    fn keep(&self, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            self.threads.records().keep(&self.config, record(number));
        }
    }

    /// Keeps the record with this number durably.
    async fn keep_durably(&self, number: u64) -> bool {
        self.threads.records().keep_durably(&self.config, record(number)).await
    }

    fn has_room(&self) -> bool {
        self.threads.records().has_room()
    }

    fn counts(&self) -> RecordCounts {
        self.threads.records().counts()
    }

    /// Ends the run in order.
    fn finish(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(self.finish_now());
    }

    async fn finish_now(mut self) {
        self.threads.write_rest().await;
        self.threads.deliver_rest().await;
    }
}

/// The record with this number.
fn record(number: u64) -> String {
    format!(r#"{{"n":{number}}}"#)
}

/// The records with these numbers, as the scripted issuer shows them.
fn records(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("\"n\":{number}")).collect()
}

/// The sorted names of the files in the folder, other than the lock.
fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "lock").collect();
    names.sort();
    names
}

/// The names of the segments in the folder.
fn segments(path: &Path) -> Vec<String> {
    let mut names = names(path);
    names.retain(|name| name.ends_with(".records"));
    names
}

/// Waits until `is_done`.
fn wait_until(mut is_done: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_done() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("waited a minute in vain");
}
