//! Origins: where the issuer is known, and where edges forward to.

use hyper::Uri;
use std::fmt;
use std::net::IpAddr;

/// The form of an origin, for messages.
pub const ORIGIN_EXPECTED: &str =
    "an origin such as `https://issuer.example` in lower case, without path; plain `http` only to loopback";

/// Scheme, host and port (RFC 6454): https, or http to loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
}

impl Origin {
    /// Reads an origin that is written as it would be printed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let host = authority.host().to_ascii_lowercase();
        let allowed = match scheme {
            "https" => true,
            "http" => is_loopback(&host),
            _ => false,
        };
        let usual = if scheme == "https" { 443 } else { 80 };
        // Written again from its parts: whatever else stood in the text makes a difference.
        let port = authority.port_u16().filter(|port| *port != usual);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let canonical = format!("{scheme}://{host}{port}");
        (allowed && !host.is_empty() && canonical == text).then_some(Self { text: canonical, host })
    }

    /// The host: a name or an address, an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is plain http, and so loopback.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.text.starts_with("http:")
    }

    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_start_matches('[').trim_end_matches(']').parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_plain_loopback_are_origins() {
        let good = [
            "https://issuer.example",
            "https://issuer.example:8443",
            "https://10.0.0.1",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:8080",
        ];
        for text in good {
            assert_eq!(Origin::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_text_that_is_no_origin_is_refused() {
        let bad = [
            "",
            "issuer.example",
            "https://",
            "https://issuer.example/",
            "https://issuer.example/path",
            "https://issuer.example?x",
            "https://issuer.example#x",
            "https://user@issuer.example",
            "https://Issuer.example",
            "HTTPS://issuer.example",
            "http://issuer.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "ftp://127.0.0.1",
            "https://issuer.example:port",
            "https://issuer.example:",
            "https://issuer.example:08443",
            "https://issuer.example:443",
            "http://127.0.0.1:80",
            "https://issuer.example:65536",
        ];
        for text in bad {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
