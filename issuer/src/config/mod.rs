//! The configuration of the issuer, checked once.

use crate::base::origin::{Origin, expected_origin};
use crate::files::GroupRead;
use edgewrit_shared::origin::OriginFault;
use edgewrit_shared::secret::Secret;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

pub mod settings;

/// Longest SPIFFE trust domain, in bytes (SPIFFE ID specification, section 2.1).
const TRUST_DOMAIN_BYTES: usize = 255;

/// Fewest bytes of the operator's secret.
pub const OPERATOR_SECRET_BYTES: usize = 16;
/// Audience of writs in the AgentWrit API, unless the operator says otherwise.
pub const DEFAULT_AUDIENCE: &str = "agentwrit";

/// The issuer's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// `iss` of everything it signs, and where edges and clients find it.
    pub issuer: Origin,
    /// Trust domain of the agents' SPIFFE ids.
    pub trust_domain: String,
    /// Audience of clients that are registered through the AgentWrit API, which knows none.
    pub default_audience: String,
    /// The operator's secret in that API. Without one that API has no operator.
    pub operator_secret: Option<Secret>,
    /// Whether something in front of it encrypts.
    pub behind_tls_proxy: bool,
    /// Proxies whose `x-forwarded-for` says where a request comes from.
    pub trusted_proxies: Vec<IpAddr>,
    /// Failures of a client to show its secret that are answered at once, for each source; one a
    /// second after that.
    pub client_failures: u64,
}

/// As [`Config::client_failures`], unless the operator says otherwise.
const CLIENT_FAILURES: u64 = 10;

/// The retention of the audit: how long events are kept, and where older ones go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Time for which events are kept, in seconds.
    pub keep: u64,
    /// The folder of the archive.
    pub archive: PathBuf,
    /// Whether a group may read its files.
    pub group: GroupRead,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The issuer's name is no origin; the name and its fault.
    #[error("`--issuer`: `{found}` found, expected {}", expected_origin(*.1), found = .0)]
    Issuer(String, OriginFault),
    /// The trust domain is none; what it is.
    #[error("`--trust-domain`: `{0}` found, expected characters of `a-z 0-9 . _ -`")]
    TrustDomain(String),
    /// The default audience is none; what it is, and what is expected.
    #[error("`default_audience`: `{0}` found, expected {1}")]
    Audience(String, &'static str),
    /// The audit is kept for a while without an archive, or archived without a time.
    #[error(
        "`audit_keep` and `audit_archive` belong together: what is older than the one goes to the folder of the other"
    )]
    Archive,
    /// The archive is no folder.
    #[error("`audit_archive`: {}: expected a folder", .0.display())]
    NoDirectory(PathBuf),
    /// The operator's secret is too short.
    #[error(
        "the operator's secret is shorter than {OPERATOR_SECRET_BYTES} bytes; make one with `openssl rand -hex 32`"
    )]
    ShortSecret,
    /// The address can be reached from elsewhere, and nothing encrypts.
    #[error(
        "`--listen`: `{0}` is not loopback and would carry secrets in the clear; \
        put a TLS proxy before it and say `--behind-tls-proxy`"
    )]
    Exposed(SocketAddr),
    /// The address can be reached from elsewhere, and does not say under which name.
    #[error("`--listen`: `{0}` is not loopback; name the issuer's https origin with `--issuer`")]
    Nameless(SocketAddr),
}

impl Config {
    /// Settings for an issuer known as `issuer`. Without a `trust_domain` it is the host's name.
    ///
    /// # Errors
    /// [`ConfigError`] if one of them is not of its form.
    pub fn new(issuer: &str, trust_domain: Option<&str>) -> Result<Self, ConfigError> {
        let origin = Origin::parse(issuer).map_err(|fault| ConfigError::Issuer(issuer.to_owned(), fault))?;
        // An IPv6 address cannot be a trust domain. It is loopback then, or the operator names
        // another.
        let host = if origin.host().starts_with('[') {
            "localhost"
        } else {
            origin.host()
        };
        let trust_domain = trust_domain.unwrap_or(host).to_owned();
        if !is_trust_domain(&trust_domain) {
            return Err(ConfigError::TrustDomain(trust_domain));
        }
        Ok(Self {
            issuer: origin,
            trust_domain,
            default_audience: DEFAULT_AUDIENCE.to_owned(),
            operator_secret: None,
            behind_tls_proxy: false,
            trusted_proxies: Vec::new(),
            client_failures: CLIENT_FAILURES,
        })
    }
}

/// The operator's secret, from what a file or the environment holds.
///
/// # Errors
/// [`ConfigError::ShortSecret`].
pub fn operator_secret(text: &str) -> Result<Secret, ConfigError> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.len() < OPERATOR_SECRET_BYTES {
        return Err(ConfigError::ShortSecret);
    }
    Ok(Secret::new(text.to_owned()))
}

/// Whether the issuer may listen on `address`, and its origin if the operator names none: only
/// loopback has one of itself.
///
/// # Errors
/// [`ConfigError::Exposed`] without a proxy, [`ConfigError::Nameless`] without a name.
pub fn listening(address: SocketAddr, issuer: Option<&str>, behind_tls_proxy: bool) -> Result<String, ConfigError> {
    let loopback = address.ip().is_loopback();
    if !loopback && !behind_tls_proxy {
        return Err(ConfigError::Exposed(address));
    }
    match issuer {
        Some(issuer) => Ok(issuer.to_owned()),
        // As URL parsers write it: the usual port is left out. The port 0 stands for the port that
        // the system chooses later.
        None if loopback => {
            let origin = format!("http://{address}");
            Ok(origin.trim_end_matches(":80").trim_end_matches(":0").to_owned())
        }
        None => Err(ConfigError::Nameless(address)),
    }
}

fn is_trust_domain(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=TRUST_DOMAIN_BYTES).contains(&text.len()) && text.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trust_domain_is_the_host_unless_named() {
        let domain = |issuer, named| Config::new(issuer, named).unwrap().trust_domain;
        assert_eq!(domain("https://issuer.example:8443", None), "issuer.example");
        assert_eq!(
            domain("https://issuer.example", Some("agents.example")),
            "agents.example"
        );
        assert_eq!(domain("http://[::1]:8080", None), "localhost");
        assert!(Config::new("https://issuer.example", Some("Agents")).is_err());
    }

    #[test]
    fn an_address_that_others_reach_needs_a_proxy_and_a_name() {
        let (near, far): (SocketAddr, SocketAddr) = ("127.0.0.1:80".parse().unwrap(), "0.0.0.0:80".parse().unwrap());
        assert_eq!(listening(near, None, false).unwrap(), "http://127.0.0.1");
        assert_eq!(
            listening(far, Some("https://i.example"), false),
            Err(ConfigError::Exposed(far))
        );
        assert_eq!(listening(far, None, true), Err(ConfigError::Nameless(far)));
        assert_eq!(
            listening(far, Some("https://i.example"), true).unwrap(),
            "https://i.example"
        );
    }
}
