//! New configurations and certificates while the proxy runs: files that are watched, and the
//! take-over of what they hold.

mod config;
mod files;

pub(crate) use config::{ConfigInput, warn_of_short_secrets};
pub use config::{ConfigReading, read_fixed};

use files::FileWatch;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// Time between two looks at the files.
const LOOK: Duration = Duration::from_millis(500);
/// Looks until an input is read again that was rejected for a cause outside of its files.
const RETRY_LOOKS: u32 = 20;

/// An input of the proxy that is read again when its files change.
pub(crate) trait WatchedInput {
    /// Reads the files and takes what they hold, or rejects it and keeps what the proxy has. The
    /// input does its own logging and counting.
    async fn reload(&mut self, cause: ReloadCause) -> Reloaded;
}

/// Why an input is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReloadCause {
    /// The operator has sent a signal.
    Signal,
    /// A file may have changed. An input with the content of the reading before does nothing.
    Files,
}

/// The outcome of a reading.
#[derive(Debug, Default)]
pub(crate) struct Reloaded {
    /// The files on which the input depends now. Files that do not exist are among them.
    pub(crate) files: Vec<PathBuf>,
    /// Whether the same files may be taken later.
    pub(crate) is_worth_retry: bool,
}

/// Watches the files of an input for as long as the task runs. Each change of `signals` reads the
/// input at once.
pub(crate) async fn follow(mut input: impl WatchedInput, files: Vec<PathBuf>, mut signals: watch::Receiver<u64>) {
    let mut watch = FileWatch::new(files);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let cause = tokio::select! {
            _ = ticks.tick() => {
                if !watch.look() {
                    continue;
                }
                ReloadCause::Files
            }
            changed = signals.changed() => match changed {
                Ok(()) => ReloadCause::Signal,
                Err(_) => return,
            },
        };
        let reloaded = input.reload(cause).await;
        watch.replace(reloaded.files);
        if reloaded.is_worth_retry {
            watch.read_after(RETRY_LOOKS);
        }
    }
}
