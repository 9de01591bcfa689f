//! The take-over of a new configuration.

use super::{ReloadCause, Reloaded, WatchedInput};
use crate::forward_auth::ForwardAuthError;
use crate::issuer::bundle::BundleFollower;
use crate::issuer::held::HeldSnapshot;
use crate::worker::ActiveConfig;
use edgewrit_edge::config::{Config, short_secret_warning};
use edgewrit_edge::forward_auth::ForwardAuth;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_local;

/// Longest time for a bundle under which a new configuration can decide.
const BUNDLE_TIME: Duration = Duration::from_secs(5);

/// A configuration as it was read with its secrets.
#[derive(Debug)]
pub struct ConfigReading {
    /// The configuration, or a line for each fault with its place.
    pub config: Result<Config, Vec<String>>,
    /// The files that were read or looked for.
    pub files: Vec<PathBuf>,
    /// A hash of all that was read, which tells whether two readings differ.
    pub content: u64,
}

/// The readings of a configuration that stays as it is.
pub fn read_fixed(config: Config) -> impl FnMut() -> ConfigReading {
    let mut config = Some(config);
    move || ConfigReading {
        config: config
            .take()
            .ok_or_else(|| vec!["the configuration has no file that could be read again".to_owned()]),
        files: Vec::new(),
        content: 0,
    }
}

/// The configuration of the proxy as an input.
pub(crate) struct ConfigInput<R> {
    pub(crate) read: R,
    /// The content of the latest reading, whether it was taken or not.
    pub(crate) content: Option<u64>,
    pub(crate) forward_auth: Option<Arc<ForwardAuth>>,
    pub(crate) configs: watch::Sender<Arc<ActiveConfig>>,
    pub(crate) follower: Rc<BundleFollower>,
}

/// Why a configuration is not taken.
enum Rejection {
    /// Its faults, each with its place.
    Faults(Vec<String>),
    /// The issuer gave no bundle in time.
    NoBundle,
}

impl<R: FnMut() -> ConfigReading> WatchedInput for ConfigInput<R> {
    async fn reload(&mut self, cause: ReloadCause) -> Reloaded {
        let ConfigReading { config, files, content } = (self.read)();
        let before = self.content.replace(content);
        if cause == ReloadCause::Files && before == Some(content) {
            return Reloaded {
                files,
                is_worth_retry: false,
            };
        }
        let taken = match config {
            Ok(config) => self.take(config).await,
            Err(faults) => Err(Rejection::Faults(faults)),
        };
        let is_worth_retry = matches!(taken, Err(Rejection::NoBundle));
        if is_worth_retry {
            self.content = None;
        }
        self.follower.metrics.configurations.count(taken.is_ok());
        match taken {
            Ok(()) => tracing::info!("a new configuration is taken"),
            Err(rejection) => rejection.log(),
        }
        Reloaded { files, is_worth_retry }
    }
}

impl<R> ConfigInput<R> {
    /// Makes `config` the configuration of all requests that begin from now on. They get it together
    /// with a snapshot by which they can be decided.
    async fn take(&self, config: Config) -> Result<(), Rejection> {
        if let Some(forward_auth) = &self.forward_auth {
            let checked = forward_auth.check(&config).map_err(ForwardAuthError::from);
            checked.map_err(|fault| Rejection::Faults(vec![fault.to_string()]))?;
        }
        let (config, before) = (Arc::new(config), Arc::clone(&self.configs.borrow()));
        let continues = config.continues(&before.config);
        let held = if continues {
            before.held.follow_under(Arc::clone(&config));
            Arc::clone(&before.held)
        } else {
            start_following(&self.follower, &config)
        };
        if !held.wait_until_fresh(&config, BUNDLE_TIME).await {
            if continues {
                held.follow_under(Arc::clone(&before.config));
            }
            return Err(Rejection::NoBundle);
        }
        warn_of_short_secrets(&config);
        self.configs.send_replace(Arc::new(ActiveConfig {
            number: before.number + 1,
            config,
            held,
        }));
        Ok(())
    }
}

impl Rejection {
    fn log(self) {
        match self {
            Self::Faults(faults) => {
                for fault in faults {
                    tracing::error!(fault, "the new configuration is rejected, the old one stays");
                }
            }
            Self::NoBundle => tracing::error!(
                fault = "the issuer that it names gave no bundle in time that it trusts",
                "the new configuration is rejected for now, the old one stays"
            ),
        }
    }
}

/// Follows the bundle for `config`, beginning with nothing. The end of the returned value ends that.
fn start_following(follower: &Rc<BundleFollower>, config: &Arc<Config>) -> Arc<HeldSnapshot> {
    let held = Arc::new(HeldSnapshot::new(Arc::clone(config)));
    spawn_local(Rc::clone(follower).follow(Arc::downgrade(&held)));
    held
}

/// Warns of secrets that are too short for the search in responses.
pub(crate) fn warn_of_short_secrets(config: &Config) {
    for name in config.short_secrets() {
        tracing::warn!("{}", short_secret_warning(name));
    }
}
