//! Reader of upstreams: fixed origins, each with a credential of its own.

use super::Secrets;
use crate::upstream::credential::{Credential, HeaderTemplate};
use crate::upstream::{Upstream, origin};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::small_code::heap_sort::sorted;

/// Most headers that one credential can set.
const CREDENTIAL_HEADERS: usize = 8;
/// Longest name of an upstream, in bytes.
const UPSTREAM_NAME_BYTES: usize = 64;
/// Headers that only the host or the pipeline may set.
const NOT_CREDENTIALS: [&str; 9] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Prefixes of headers that only the host or the pipeline may set.
const NOT_CREDENTIALS_PREFIX: [&str; 4] = ["edgewrit-", "x-edgewrit-", "x-envoy-", "x-forwarded-"];

/// Upstreams by name. An upstream with faults is in the list, so that its operations can be read
/// all the same.
pub(super) struct Upstreams<'n>(Vec<(&'n str, Option<Arc<Upstream>>)>);

impl Upstreams<'_> {
    /// The entry of the upstream called `name`. The inner `None` means that the upstream has
    /// faults.
    pub(super) fn find(&self, name: &str) -> Option<Option<&Arc<Upstream>>> {
        let place = self.0.binary_search_by(|(own, _)| (*own).cmp(name)).ok()?;
        self.0.get(place).map(|(_, upstream)| upstream.as_ref())
    }

    /// All upstreams, if no upstream has a fault.
    pub(super) fn into_complete(self) -> Option<Vec<Arc<Upstream>>> {
        self.0.into_iter().map(|(_, upstream)| upstream).collect()
    }
}

/// Reads the object of upstreams.
pub(super) fn read<'n>(node: &Node<'n>, secret: Secrets<'_>) -> Option<Upstreams<'n>> {
    let members = node.members()?;
    if members.is_empty() {
        node.fault("expected at least one upstream");
    }
    let places = sorted(members.iter().enumerate().map(|(place, (name, _))| (*name, place)));
    let found = places.into_iter().filter_map(|(_, place)| members.get(place));
    let upstreams = found.map(|(name, node)| (*name, read_upstream(name, node, secret).map(Arc::new)));
    Some(Upstreams(upstreams.collect()))
}

fn read_upstream(name: &str, node: &Node<'_>, secret: Secrets<'_>) -> Option<Upstream> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > UPSTREAM_NAME_BYTES || !name.bytes().all(allowed) {
        node.fault(format!(
            "expected a name of at most {UPSTREAM_NAME_BYTES} of `a-z`, `0-9`, `-` and `_`"
        ));
        return None;
    }
    let members = node.object(&["origin", "credential"])?;
    let origin = members.required("origin").and_then(origin::read_origin);
    let credential = match members.optional("credential") {
        Some(node) => read_credential(node, secret),
        None => Some(Credential::default()),
    };
    Some(Upstream::new(name.into(), origin?, credential?))
}

fn read_credential(node: &Node<'_>, secret: Secrets<'_>) -> Option<Credential> {
    let members = node.object(&["set"])?;
    let headers = members.required("set")?;
    let members = headers.members()?;
    if members.is_empty() || members.len() > CREDENTIAL_HEADERS {
        headers.fault(format!("expected 1 to {CREDENTIAL_HEADERS} headers"));
        return None;
    }
    let headers: Vec<_> = members
        .iter()
        .map(|(name, node)| read_header(name, node, secret))
        .collect();
    headers.into_iter().collect::<Option<_>>().map(Credential::new)
}

fn read_header(name: &str, node: &Node<'_>, secret: Secrets<'_>) -> Option<(Arc<str>, HeaderTemplate)> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let taken = NOT_CREDENTIALS.contains(&name) || NOT_CREDENTIALS_PREFIX.iter().any(|prefix| name.starts_with(prefix));
    if name.is_empty() || !name.bytes().all(allowed) {
        node.fault(format!(
            "`{}` is no header that a credential can set, expected a lower-case name",
            name.escape_debug()
        ));
        return None;
    } else if taken {
        node.fault(format!(
            "`{name}` is no header that a credential can set: the edge or its host sets it"
        ));
    }
    let template = HeaderTemplate::parse(node.text()?, secret)
        .map_err(|message| node.fault(message))
        .ok()?;
    Some((name.into(), template))
}
