//! `{"domain": name}` and `{"domain": "*.name"}`: the parameter is an http or https URL whose host
//! is this name, or strictly below it.
//!
//! Readers of URLs differ. A rule that reads one host while the upstream calls another would permit
//! too much. So the rule reads only URLs on whose host the WHATWG standard, curl, Go and Python
//! agree: scheme in lower case; no user information, `\`, `%` or trailing dot before the path; a
//! host of LDH labels (RFC 5890, section 2.3.1) whose last begins with a letter, so that it is no
//! spelling of an IP address; printable ASCII throughout. About all other URLs the rule cannot
//! tell.

use super::RuleAnswer;
use crate::json::document::Node;
use alloc::string::{String, ToString as _};
use core::fmt;

/// Longest name (RFC 1035, section 2.3.4), without the dot of the root.
const NAME_BYTES: usize = 253;
/// Longest label (RFC 1035, section 2.3.4).
const LABEL_BYTES: usize = 63;

/// A name, or all names strictly below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Domain {
    /// The name in lower case.
    name: String,
    /// Whether the rule is about names below it, and not about the name itself.
    below: bool,
}

impl Domain {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        let (name, below) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
        if !is_name(name) || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return node.expected("a domain name in lower case, perhaps behind `*.`");
        }
        Some(Self {
            name: name.into(),
            below,
        })
    }

    pub(super) fn answer(&self, url: &str) -> RuleAnswer {
        parse_host(url).map_or(RuleAnswer::CannotTell, |host| RuleAnswer::of(self.contains(host)))
    }

    /// Whether every host that `other` admits is a host that this rule admits.
    pub(super) fn includes(&self, other: &Self) -> bool {
        self == other || self.below && self.contains(&other.name)
    }

    /// A host that the rule admits.
    pub(super) fn example(&self) -> String {
        let before = if self.below { "x." } else { "" };
        [before, &self.name].concat()
    }

    /// Whether the rule admits `host`; case is ignored (RFC 4343).
    fn contains(&self, host: &str) -> bool {
        let Some((before, end)) = host
            .len()
            .checked_sub(self.name.len())
            .and_then(|at| host.split_at_checked(at))
        else {
            return false;
        };
        let is_placed = if self.below {
            before.ends_with('.')
        } else {
            before.is_empty()
        };
        is_placed && end.eq_ignore_ascii_case(&self.name)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = if self.below { "*." } else { "" };
        write!(f, "{before}{}", self.name)
    }
}

fn is_name(text: &str) -> bool {
    let is_last = |label: &str| label.starts_with(|letter: char| letter.is_ascii_alphabetic());
    text.len() <= NAME_BYTES && text.split('.').all(is_label) && text.rsplit('.').next().is_some_and(is_last)
}

fn is_label(text: &str) -> bool {
    let is_ldh = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_bare = !text.starts_with('-') && !text.ends_with('-');
    (1..=LABEL_BYTES).contains(&text.len()) && text.bytes().all(is_ldh) && is_bare
}

/// The host of a URL on which all readers agree.
fn parse_host(url: &str) -> Option<&str> {
    let behind = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let authority = behind.split_once('/').map_or(behind, |(authority, _)| authority);
    let (host, port) = authority
        .split_once(':')
        .map_or((authority, None), |(host, port)| (host, Some(port)));
    (is_name(host) && port.is_none_or(is_port)).then_some(host)
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>()
        .is_ok_and(|port| port > 0 && port.to_string() == text)
}
