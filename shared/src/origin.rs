//! Origins: scheme, host and port (RFC 6454), written exactly as a WHATWG URL parser writes them.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest host, in bytes (RFC 1035, section 2.3.4).
const HOST_BYTES: usize = 253;

/// An https origin, or an http origin on loopback; no path, no user, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// The cause why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginFault {
    /// The text has another form, or a URL parser would refuse or rewrite the host.
    Form,
    /// The host ends with a dot. Programs disagree whether it is the host without the dot.
    TrailingDot,
    /// The last part of the host begins with a digit, and the host is no IPv4 address. URL parsers
    /// read some such hosts as addresses.
    NumericHost,
    /// The text contains a user, and perhaps a password, which no message may show.
    User,
    /// The text has plain `http` to another host than loopback.
    PlainHttp,
    /// The port is no number from 1 to 65535.
    Port,
    /// The port is the default port of the scheme.
    DefaultPort,
}

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// The first fault.
    pub fn parse(text: &str) -> Result<Self, OriginFault> {
        let (secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(authority), _) => (true, authority),
            (_, Some(authority)) => (false, authority),
            _ => return Err(OriginFault::Form),
        };
        if authority.contains('@') {
            return Err(OriginFault::User);
        }
        let (host, port) = split_port(authority);
        let place = read_host(host)?;
        if !secure && place == HostPlace::Remote {
            return Err(OriginFault::PlainHttp);
        }
        let port = port.map_or(Ok(0), read_port)?;
        if port == if secure { 443 } else { 80 } {
            return Err(OriginFault::DefaultPort);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, such as `https://api.travel.example:8443`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, such as `api.travel.example:8443`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The host: a name or an address, an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        split_port(self.authority()).0
    }

    /// Whether the scheme is plain `http`, and so the host is loopback.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http:")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks a host with or without a port, as requests name it.
///
/// # Errors
/// The first fault.
pub fn check_authority(text: &str) -> Result<(), OriginFault> {
    let (host, port) = split_port(text);
    read_host(host)?;
    port.map_or(Ok(0), read_port).map(drop)
}

/// Host and port. The colons of an IPv6 address are inside brackets.
#[must_use]
pub fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn read_port(text: &str) -> Result<u16, OriginFault> {
    text.parse()
        .ok()
        .filter(|port| *port > 0)
        .filter(|port: &u16| port.to_string() == text)
        .ok_or(OriginFault::Port)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostPlace {
    Loopback,
    Remote,
}

fn read_host(host: &str) -> Result<HostPlace, OriginFault> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let parsed: Ipv6Addr = address.parse().map_err(|_| OriginFault::Form)?;
        return match is_canonical(parsed, address) {
            true => Ok(place_of(parsed.into())),
            false => Err(OriginFault::Form),
        };
    }
    // URL parsers read a name whose last label is a number as an IPv4 address. Such spellings hide
    // the address.
    if host.rsplit('.').next().is_some_and(|last| last.starts_with(is_digit)) {
        let parsed: Ipv4Addr = host.parse().map_err(|_| OriginFault::NumericHost)?;
        return Ok(place_of(parsed.into()));
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if host.len() > HOST_BYTES || !name.split('.').all(is_label) {
        return Err(OriginFault::Form);
    }
    match host {
        _ if name.len() < host.len() => Err(OriginFault::TrailingDot),
        "localhost" => Ok(HostPlace::Loopback),
        _ => Ok(HostPlace::Remote),
    }
}

const fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

fn is_label(label: &str) -> bool {
    let mut bytes = label.bytes();
    !label.is_empty() && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

fn place_of(address: IpAddr) -> HostPlace {
    if address.is_loopback() {
        HostPlace::Loopback
    } else {
        HostPlace::Remote
    }
}

/// Whether `text` is the canonical spelling of the address. URL parsers write no dotted quads into
/// IPv6 addresses.
fn is_canonical(address: Ipv6Addr, text: &str) -> bool {
    !text.contains('.') && address.to_string() == text
}

#[cfg(test)]
mod tests {
    use super::{Origin, OriginFault, check_authority};
    use alloc::format;

    #[test]
    fn https_and_plain_loopback_are_origins() {
        for (text, host) in [
            ("https://issuer.example", "issuer.example"),
            ("https://issuer.example:8443", "issuer.example"),
            ("https://a_b-c.1x.example", "a_b-c.1x.example"),
            ("https://10.0.0.1", "10.0.0.1"),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://localhost", "localhost"),
            ("http://[::1]:8080", "[::1]"),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.as_str(), origin.host()), (text, host));
            assert_eq!(
                (origin.is_plain(), origin.authority()),
                (text.starts_with("http:"), text.split_once("//").unwrap().1)
            );
            assert_eq!(check_authority(origin.authority()), Ok(()));
        }
    }

    #[test]
    fn every_other_text_has_its_fault() {
        let long = format!("https://{}example", "a.".repeat(124));
        for (text, fault) in [
            ("", OriginFault::Form),
            ("issuer.example", OriginFault::Form),
            ("https://", OriginFault::Form),
            ("https://issuer.example/", OriginFault::Form),
            ("https://issuer.example?x", OriginFault::Form),
            ("https://issuer.example#x", OriginFault::Form),
            ("https://Issuer.example", OriginFault::Form),
            ("HTTPS://issuer.example", OriginFault::Form),
            ("ftp://127.0.0.1", OriginFault::Form),
            ("https://a..example", OriginFault::Form),
            ("https://.", OriginFault::Form),
            ("https://issuer.example..", OriginFault::Form),
            ("https://a~b.example", OriginFault::Form),
            ("https://a%2eb.example", OriginFault::Form),
            ("https://[::0:1]", OriginFault::Form),
            ("https://[::ffff:1.2.3.4]", OriginFault::Form),
            ("http://[::ffff:127.0.0.1]", OriginFault::Form),
            (&long, OriginFault::Form),
            ("https://issuer.example.", OriginFault::TrailingDot),
            ("https://issuer.example.:8443", OriginFault::TrailingDot),
            ("https://1.2.3", OriginFault::NumericHost),
            ("https://127.1", OriginFault::NumericHost),
            ("https://issuer.0x7f", OriginFault::NumericHost),
            ("https://127.0.0.01", OriginFault::NumericHost),
            ("https://user@issuer.example", OriginFault::User),
            ("http://issuer.example", OriginFault::PlainHttp),
            ("http://10.0.0.1", OriginFault::PlainHttp),
            ("http://localhost.example", OriginFault::PlainHttp),
            ("https://issuer.example:", OriginFault::Port),
            ("https://issuer.example:port", OriginFault::Port),
            ("https://issuer.example:0", OriginFault::Port),
            ("https://issuer.example:08443", OriginFault::Port),
            ("https://issuer.example:65536", OriginFault::Port),
            ("https://issuer.example:443", OriginFault::DefaultPort),
            ("http://127.0.0.1:80", OriginFault::DefaultPort),
        ] {
            assert_eq!(Origin::parse(text), Err(fault), "{text}");
        }
    }
}
