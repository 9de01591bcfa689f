//! Origins of upstreams and of the issuer. The configuration writes them exactly as a WHATWG URL
//! parser would.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use edgewrit_shared::json::document::Node;

/// Longest host, in bytes (RFC 1035, section 2.3.4).
const HOST_BYTES: usize = 253;

/// Scheme, host and port; no path, no user, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The text of the origin, such as `https://api.travel.example:8443`.
    pub(crate) text: String,
    /// Host and port, such as `api.travel.example:8443`.
    pub(crate) authority: String,
}

/// Reads an https origin, or an http origin on loopback.
pub(crate) fn read_origin(node: &Node<'_>) -> Option<Origin> {
    parse(node.text()?).map_err(|message| node.fault(message)).ok()
}

fn parse(text: &str) -> Result<Origin, String> {
    let wanted = || {
        format!(
            "expected an origin such as `https://api.example`, without a path, found `{}`",
            text.escape_debug()
        )
    };
    let (secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (true, authority),
        (_, Some(authority)) => (false, authority),
        _ => return Err(wanted()),
    };
    // The message does not show the text before `@`, which may be a password.
    if authority.contains('@') {
        return Err("expected an origin without a user".into());
    }
    let (host, port) = split_port(authority);
    let loopback = host_kind(host).ok_or_else(wanted)?;
    if !secure && loopback == Host::Remote {
        return Err(format!(
            "expected `https` for `{host}`, plain `http` goes to loopback only"
        ));
    }
    let port = port.map_or(Ok(0), parse_port)?;
    if port == if secure { 443 } else { 80 } {
        return Err(format!("`:{port}` is the default port, leave it out"));
    }
    Ok(Origin {
        text: text.into(),
        authority: authority.into(),
    })
}

/// Host and port. The colons of an IPv6 address are inside brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Reads a host with or without a port, as requests name it.
pub(crate) fn read_host(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    let (host, port) = split_port(text);
    if host_kind(host).is_none() {
        node.fault("expected a host such as `api.example` or `api.example:8443`, in lower case");
        return None;
    }
    let port = port.map_or(Ok(0), parse_port);
    port.map_err(|message| node.fault(message)).ok()?;
    Some(text.into())
}

fn parse_port(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|port| *port > 0)
        .filter(|port: &u16| port.to_string() == text)
        .ok_or_else(|| format!("expected a port from 1 to 65535, found `{}`", text.escape_debug()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Loopback,
    Remote,
}

/// The class of `host`; `None` if a URL parser would refuse or rewrite it.
fn host_kind(host: &str) -> Option<Host> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let parsed: Ipv6Addr = address.parse().ok()?;
        return (spell_address(parsed) == address).then(|| address_kind(parsed.into()));
    }
    let last = host.rsplit('.').next()?;
    // URL parsers read a name whose last label is a number as an IPv4 address. Such spellings hide
    // the address.
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        let parsed: Ipv4Addr = host.parse().ok()?;
        return Some(address_kind(parsed.into()));
    }
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
    };
    if host.len() > HOST_BYTES || !host.split('.').all(label) {
        return None;
    }
    Some(if host == "localhost" {
        Host::Loopback
    } else {
        Host::Remote
    })
}

fn address_kind(address: IpAddr) -> Host {
    if address.is_loopback() {
        Host::Loopback
    } else {
        Host::Remote
    }
}

/// The canonical spelling of an address. URL parsers write no dotted quads into IPv6 addresses, so
/// a configuration may not contain them either.
fn spell_address(address: Ipv6Addr) -> String {
    let text = address.to_string();
    if text.contains('.') { String::new() } else { text }
}
