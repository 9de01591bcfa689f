//! Origins and hosts in the configuration.

use alloc::format;
use alloc::string::String;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::origin::{Origin, OriginFault, check_authority, split_port};

/// Reads an https origin, or an http origin on loopback.
pub(crate) fn read_origin(node: &Node<'_>) -> Option<Origin> {
    let text = node.text()?;
    let origin = Origin::parse(text);
    origin.map_err(|fault| node.fault(describe_fault(fault, text))).ok()
}

fn describe_fault(fault: OriginFault, text: &str) -> String {
    let authority = text.split_once("://").map_or(text, |(_, authority)| authority);
    let (host, port) = split_port(authority);
    let port = port.unwrap_or_default();
    match fault {
        OriginFault::Form | OriginFault::TrailingDot | OriginFault::NumericHost => format!(
            "expected an origin such as `https://api.example`, without a path, found `{}`",
            text.escape_debug()
        ),
        // The message does not show the text before `@`, which may be a password.
        OriginFault::User => "expected an origin without a user".into(),
        OriginFault::PlainHttp => format!("expected `https` for `{host}`, plain `http` goes to loopback only"),
        OriginFault::Port => describe_port(port),
        OriginFault::DefaultPort => format!("`:{port}` is the default port, leave it out"),
    }
}

fn describe_port(port: &str) -> String {
    format!("expected a port from 1 to 65535, found `{}`", port.escape_debug())
}

/// Reads a host with or without a port, as requests name it.
pub(crate) fn read_host(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    match check_authority(text) {
        Ok(()) => return Some(text.into()),
        Err(OriginFault::Port) => node.fault(describe_port(split_port(text).1.unwrap_or_default())),
        Err(_) => node.fault("expected a host such as `api.example` or `api.example:8443`, in lower case"),
    }
    None
}
