//! The settings of an operator: from flags and the environment first, then from the configuration
//! file. Every other setting has a default.

use crate::base::id::read_id;
use crate::config::{Config, ConfigError, Retention, listening};
use crate::files::GroupRead;
use crate::policy::ceiling::read_audience;
use crate::policy::task_request::AUDIENCE_EXPECTED;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::secret::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Address on which the issuer listens by default.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Proxies that can be trusted, at most.
const PROXIES: usize = 64;
/// Most days for which the audit can be kept: ten years.
const DAYS_MAX: u64 = 3_650;
/// Most failures of a client that can be allowed at once.
const FAILURES_MAX: u64 = 10_000;

/// The settings, as far as the operator made them.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Address and port; port 0 takes a free one.
    pub listen: Option<SocketAddr>,
    /// The issuer's origin; on loopback it follows from the address.
    pub issuer: Option<String>,
    /// Trust domain of the agents' SPIFFE ids; the issuer's host if not named.
    pub trust_domain: Option<String>,
    /// Whether a proxy in front of the issuer does TLS.
    pub behind_tls_proxy: Option<bool>,
    /// Proxies whose `x-forwarded-for` is trusted.
    pub trusted_proxies: Option<Vec<IpAddr>>,
    /// Audience of clients that are registered through the AgentWrit API.
    pub default_audience: Option<String>,
    /// File with the operator's secret in that API.
    pub admin_secret_file: Option<PathBuf>,
    /// Failures of a client that are answered at once.
    pub client_failures: Option<u64>,
    /// The address on which metrics are read.
    pub metrics: Option<SocketAddr>,
    /// The log of the audit's lines: a file, or `-` for standard output.
    pub audit_log: Option<PathBuf>,
    /// Time for which the events of the audit are kept, in seconds.
    pub audit_keep: Option<u64>,
    /// Folder where those that are older go.
    pub audit_archive: Option<PathBuf>,
    /// Whether the group of the issuer's files and of the operator's may read them.
    pub group_readable: Option<bool>,
    /// Least severe lines of the log: `error`, `info` or `debug`.
    pub log: Option<String>,
    /// A file in another place, to which how far the audit reached is appended.
    pub witness: Option<PathBuf>,
    /// Whether this database is the original, whatever is kept outside of it. No configuration file
    /// says so.
    pub is_original: bool,
}

/// The names of the settings in a configuration file.
const NAMES: [&str; 15] = [
    "listen",
    "issuer",
    "trust_domain",
    "behind_tls_proxy",
    "trusted_proxies",
    "default_audience",
    "admin_secret_file",
    "client_failures",
    "metrics",
    "audit_log",
    "audit_keep",
    "audit_archive",
    "group_readable",
    "log",
    "witness",
];

impl Settings {
    /// Reads a configuration file.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&NAMES)?;
        Some(Self {
            listen: optional(&members, "listen", read_address)?,
            issuer: optional(&members, "issuer", read_text)?,
            trust_domain: optional(&members, "trust_domain", read_text)?,
            behind_tls_proxy: optional(&members, "behind_tls_proxy", |node| node.bool())?,
            trusted_proxies: optional(&members, "trusted_proxies", read_proxies)?,
            default_audience: optional(&members, "default_audience", read_audience)?,
            admin_secret_file: optional(&members, "admin_secret_file", read_path)?,
            client_failures: optional(&members, "client_failures", |node| node.integer(1, FAILURES_MAX))?,
            metrics: optional(&members, "metrics", read_address)?,
            audit_log: optional(&members, "audit_log", read_path)?,
            audit_keep: optional(&members, "audit_keep", read_days)?,
            audit_archive: optional(&members, "audit_archive", read_path)?,
            group_readable: optional(&members, "group_readable", |node| node.bool())?,
            log: optional(&members, "log", read_id)?,
            witness: optional(&members, "witness", read_path)?,
            is_original: false,
        })
    }

    /// These settings, and those of `other` where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            issuer: self.issuer.or(other.issuer),
            trust_domain: self.trust_domain.or(other.trust_domain),
            behind_tls_proxy: self.behind_tls_proxy.or(other.behind_tls_proxy),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            default_audience: self.default_audience.or(other.default_audience),
            admin_secret_file: self.admin_secret_file.or(other.admin_secret_file),
            client_failures: self.client_failures.or(other.client_failures),
            metrics: self.metrics.or(other.metrics),
            audit_log: self.audit_log.or(other.audit_log),
            audit_keep: self.audit_keep.or(other.audit_keep),
            audit_archive: self.audit_archive.or(other.audit_archive),
            group_readable: self.group_readable.or(other.group_readable),
            log: self.log.or(other.log),
            witness: self.witness.or(other.witness),
            is_original: self.is_original,
        }
    }

    /// The address to listen on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(LISTEN)
    }

    /// Whether the group may read files.
    #[must_use]
    pub fn group_read(&self) -> GroupRead {
        self.group_readable.unwrap_or_default().into()
    }

    /// The retention of the audit, if events are not kept for ever.
    ///
    /// # Errors
    /// [`ConfigError::Archive`] for half of it, [`ConfigError::NoDirectory`].
    pub fn retention(&self) -> Result<Option<Retention>, ConfigError> {
        match (self.audit_keep, &self.audit_archive) {
            (None, None) => Ok(None),
            (Some(_), Some(archive)) if !archive.is_dir() => Err(ConfigError::NoDirectory(archive.clone())),
            (Some(keep), Some(archive)) => Ok(Some(Retention {
                keep,
                archive: archive.clone(),
                group: self.group_read(),
            })),
            _ => Err(ConfigError::Archive),
        }
    }

    /// The issuer's settings when it listens on `address` and the operator's secret is `secret`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn config(&self, address: SocketAddr, secret: Option<Secret>) -> Result<Config, ConfigError> {
        let behind_tls_proxy = self.behind_tls_proxy.unwrap_or(false);
        let issuer = listening(address, self.issuer.as_deref(), behind_tls_proxy)?;
        let mut config = Config::new(&issuer, self.trust_domain.as_deref())?;
        config.behind_tls_proxy = behind_tls_proxy;
        if let Some(audience) = &self.default_audience {
            if !crate::policy::task_request::is_audience(audience) {
                return Err(ConfigError::Audience(audience.clone(), AUDIENCE_EXPECTED));
            }
            config.default_audience.clone_from(audience);
        }
        config.client_failures = self.client_failures.unwrap_or(config.client_failures);
        config.trusted_proxies = self.trusted_proxies.clone().unwrap_or_default();
        config.operator_secret = secret;
        Ok(config)
    }
}

/// `None` if the member is there and at fault.
fn optional<T>(members: &Members<'_>, name: &str, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Option<Option<T>> {
    match members.optional(name) {
        None => Some(None),
        Some(node) => read(node).map(Some),
    }
}

fn read_text(node: &Node<'_>) -> Option<String> {
    node.text().map(str::to_owned)
}

fn read_path(node: &Node<'_>) -> Option<PathBuf> {
    node.text().map(PathBuf::from)
}

/// The seconds of `90d`; `None` for anything else.
#[must_use]
pub fn parse_days(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('d')?;
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let days = is_number.then(|| digits.parse::<u64>().ok())??;
    (1..=DAYS_MAX).contains(&days).then_some(days * 24 * 3_600)
}

/// The form that [`parse_days`] takes, for messages.
pub const DAYS_EXPECTED: &str = "days, such as `90d`, from `1d` to `3650d`";

fn read_days(node: &Node<'_>) -> Option<u64> {
    parse_days(node.text()?).or_else(|| node.expected(DAYS_EXPECTED))
}

fn read_address(node: &Node<'_>) -> Option<SocketAddr> {
    let address = node.text()?.parse().ok();
    address.or_else(|| node.expected("an address and a port, such as `127.0.0.1:8080`"))
}

fn read_proxies(node: &Node<'_>) -> Option<Vec<IpAddr>> {
    let read = |node: &Node<'_>| {
        let address = node.text()?.parse().ok();
        address.or_else(|| node.expected("an address, such as `10.0.0.1`"))
    };
    node.list(PROXIES)?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json_document;

    #[test]
    fn every_setting_is_read_and_no_other() {
        let text = r#"{"listen":"0.0.0.0:1","issuer":"https://i.example","trust_domain":"t","behind_tls_proxy":true,
            "trusted_proxies":["10.0.0.1","fe80::1"],"default_audience":"a","admin_secret_file":"/s","client_failures":3,
            "metrics":"127.0.0.1:2","audit_log":"-","audit_keep":"90d","audit_archive":"/","group_readable":true,
            "log":"debug","witness":"/w"}"#;
        let read = json_document::json(text.as_bytes(), 64, Settings::read).unwrap();
        let config = read.config(read.address(), None).unwrap();
        assert_eq!((config.default_audience.as_str(), config.client_failures), ("a", 3));
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(read.retention().unwrap().unwrap().keep, 90 * 24 * 3_600);
        assert_eq!(read.group_read(), GroupRead::Accepted);
        assert_eq!(Settings::default().group_read(), GroupRead::Refused);
        assert_eq!(text.matches("\":").count(), NAMES.len());
        let faults = json_document::json(br#"{"listn":"x","log":1,"listen":"8080"}"#, 64, Settings::read);
        assert!(faults.is_err());
    }

    #[test]
    fn days_and_an_archive_belong_together() {
        let set = |keep: Option<&str>, archive: Option<&str>| Settings {
            audit_keep: keep.map(|text| parse_days(text).unwrap()),
            audit_archive: archive.map(PathBuf::from),
            ..Settings::default()
        };
        assert_eq!(set(None, None).retention(), Ok(None));
        assert_eq!(set(Some("1d"), None).retention(), Err(ConfigError::Archive));
        assert_eq!(set(None, Some("/")).retention(), Err(ConfigError::Archive));
        let nowhere = set(Some("1d"), Some("/none")).retention();
        assert_eq!(nowhere, Err(ConfigError::NoDirectory("/none".into())));
        for text in ["", "d", "0d", "90", "90h", "-1d", "1.5d", "3651d", " 1d", "00001d"] {
            assert_eq!(parse_days(text), None, "{text}");
        }
    }

    #[test]
    fn the_setting_that_is_made_first_wins() {
        let set = |listen: Option<&str>, log: Option<&str>| Settings {
            listen: listen.map(|text| text.parse().unwrap()),
            log: log.map(str::to_owned),
            ..Settings::default()
        };
        let both = set(Some("127.0.0.1:1"), None).or(set(Some("127.0.0.1:2"), Some("info")));
        assert_eq!((both.address().port(), both.log.as_deref()), (1, Some("info")));
        assert_eq!(set(None, None).address(), LISTEN);
    }
}
