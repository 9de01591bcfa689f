//! The conditions under which forward auth starts, and what its log says at the start.

use edgewrit_edge::config::Config;
use edgewrit_edge::forward_auth::{ForwardAuth, ForwardAuthFault, SECRET_BYTES_MIN};
use std::net::SocketAddr;

/// Why forward auth does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardAuthError {
    /// The configuration has no `hosts`.
    #[error("`--forward-auth`: the configuration has no `hosts`, expected the hosts that the proxy in front serves")]
    NoHosts,
    /// The secret of the proxy in front.
    #[error(
        "`--forward-auth-secret`: expected at least {SECRET_BYTES_MIN} characters of printable ASCII without spaces"
    )]
    Secret,
    /// Other machines could ask.
    #[error(
        "`--listen`: other machines can reach `{0}`, and forward auth answers only its proxy: \
         expected an address on loopback, or `--forward-auth-secret NAME`"
    )]
    OpenListener(SocketAddr),
}

impl From<ForwardAuthFault> for ForwardAuthError {
    fn from(fault: ForwardAuthFault) -> Self {
        match fault {
            ForwardAuthFault::NoHosts => Self::NoHosts,
            ForwardAuthFault::Secret => Self::Secret,
        }
    }
}

/// Checks that forward auth can start, and logs what its users lose against the proxy.
///
/// # Errors
/// [`ForwardAuthError`]
pub(crate) fn check_start(
    forward_auth: &ForwardAuth,
    listen: SocketAddr,
    config: &Config,
) -> Result<(), ForwardAuthError> {
    forward_auth.check(config)?;
    if forward_auth.secret.is_none() && !listen.ip().is_loopback() {
        return Err(ForwardAuthError::OpenListener(listen));
    }
    tracing::warn!(
        "forward auth: the proxy in front sends the request, which may differ from the judged request; \
         operations with a body or a limited use are refused"
    );
    tracing::warn!(
        "forward auth: no response is processed: cookies, challenges and reflected credentials reach the client, \
         and a response goes on after its writ has ended"
    );
    if forward_auth.hands_over_credential {
        let names: Vec<_> = config
            .upstreams()
            .flat_map(|upstream| upstream.credential_names())
            .collect();
        tracing::warn!(
            headers = names.join(", "),
            "forward auth: the proxy in front gets the credentials of the upstreams, in answers with these headers"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ForwardAuthError, check_start};
    use edgewrit_edge::config::Config;
    use edgewrit_edge::forward_auth::{ForwardAuth, FrontProxy};
    use edgewrit_shared::secret::Secret;

    const CONFIG: &str = r#"{
        "issuer": "https://issuer.example", "trust": ["qTrIWPvI3OWdnPvMPcYZIhqS9QawLmZDHSmGUkQQBTo"], HOSTS
        "edge": {"id": "edge-7", "credential": "${secret:KEY}"}, "audience": "https://travel.example",
        "upstreams": {"open": {"origin": "http://127.0.0.1:9000"}},
        "operations": [{"match": "GET /", "upstream": "open", "action": "a", "resource": "r"}]
    }"#;

    fn check(listen: &str, secret: Option<&str>, hosts: &str) -> Result<(), ForwardAuthError> {
        let config = Config::read(&CONFIG.replace("HOSTS", hosts), &|_| Some("value".into()));
        let forward_auth = ForwardAuth {
            front: FrontProxy::Nginx,
            hands_over_credential: true,
            secret: secret.map(|secret| Secret::new(secret.into())),
        };
        check_start(&forward_auth, listen.parse().unwrap(), &config.unwrap())
    }

    #[test]
    fn only_the_own_machine_may_ask_without_a_secret() {
        const HOSTS: &str = r#""hosts": ["api.example"],"#;
        const SECRET: Option<&str> = Some("0123456789abcdef");
        for (listen, secret, starts) in [
            ("127.0.0.1:80", None, true),
            ("127.9.9.9:80", None, true),
            ("[::1]:80", None, true),
            ("0.0.0.0:80", None, false),
            ("[::]:80", None, false),
            ("10.0.0.1:80", None, false),
            ("[::ffff:127.0.0.1]:80", None, false),
            ("0.0.0.0:80", SECRET, true),
        ] {
            let expected = match starts {
                true => Ok(()),
                false => Err(ForwardAuthError::OpenListener(listen.parse().unwrap())),
            };
            assert_eq!(check(listen, secret, HOSTS), expected, "{listen} {secret:?}");
        }
        assert_eq!(
            check("127.0.0.1:80", Some("short"), HOSTS),
            Err(ForwardAuthError::Secret)
        );
        assert_eq!(check("127.0.0.1:80", None, ""), Err(ForwardAuthError::NoHosts));
    }
}
