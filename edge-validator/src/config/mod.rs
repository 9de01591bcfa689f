//! The configuration of the edge: one JSON document, the same for every host. `docs/edge.md` has
//! every key.

mod colons;
mod operation;
mod source;
mod upstream;
pub mod view;
mod wiring;

use crate::http::headers;
use crate::operation::Operation;
use crate::operation::routes::Routes;
#[cfg(test)]
use crate::operation::{BatchOperations, Content, Selector};
pub use crate::upstream::Upstream;
use crate::upstream::credential::find_secret;
use crate::upstream::origin;
use crate::upstream::reflection::{Needles, SEARCHED_BYTES};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::cell::RefCell;
use edgewrit_shared::bundle::Trust;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json;
pub use edgewrit_shared::json::document::FaultList;
use edgewrit_shared::json::document::{Faults, Members, Node};
use edgewrit_shared::limits::{BUNDLE_FRESH, PIECES, PIECES_MAX, WRIT_TTL_MAX};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::small_code::heap_sort::{distinct, sorted};
use edgewrit_shared::token::Expect;

/// Most JSON values in a configuration: enough for the longest list of operations.
const VALUES: usize = 1_000_000;
/// Most bundle keys that a configuration can pin.
const PINS: usize = 8;
/// Most hosts that one edge can name.
const HOSTS: usize = 64;
/// Longest edge id and audience, in bytes.
const NAME_BYTES: usize = 256;
/// Longest age of a bundle that a configuration may allow, in seconds.
const FRESHNESS_MAX: u64 = 24 * 60 * 60;
/// Seconds after which a host without a long poll asks for a newer bundle, unless the configuration
/// sets another time.
const REFRESH: u64 = 10;

/// The lookup of `${secret:NAME}`.
type Secrets<'s> = &'s dyn Fn(&str) -> Option<String>;

/// Whether an operation may let the header of this name, in lower case, pass.
///
/// # Errors
/// The cause why the header may not pass.
pub fn header_passes(name: &str) -> Result<(), String> {
    headers::check_passable(name)
}

/// Whether a secret is too short for the search in the responses of upstreams.
#[must_use]
pub fn is_too_short_to_search(secret: &str) -> bool {
    secret.len() < SEARCHED_BYTES
}

/// The warning to the operator about a secret that is too short for the search in responses.
#[must_use]
pub fn short_secret_warning(name: &str) -> String {
    format!("the secret `{name}` has fewer than {SEARCHED_BYTES} bytes: responses are not searched for it")
}

/// A configuration that was read without a fault.
#[derive(Debug)]
pub struct Config {
    trust: Trust,
    identity: u64,
    /// The credential of the edge as a value of `authorization`.
    authorization: Secret,
    audience: String,
    audit: Audit,
    /// The hosts that the edge serves. An empty list means all hosts.
    hosts: Vec<String>,
    life_max: u64,
    freshness: u64,
    refresh: u64,
    pieces_max: usize,
    upstreams: Vec<Arc<Upstream>>,
    operations: Vec<Arc<Operation>>,
    routes: Routes,
    header_names: Vec<Arc<str>>,
    version: u64,
    needles: Needles,
    short_secrets: Vec<String>,
}

impl Config {
    /// Reads one JSON document. `secret(NAME)` is the value of `${secret:NAME}`.
    ///
    /// # Errors
    /// The faults of the document, each with its place.
    pub fn read(text: &str, secret: &dyn Fn(&str) -> Option<String>) -> Result<Self, FaultList> {
        let document = json::parse(text.as_bytes(), VALUES);
        let document = document.map_err(|error| FaultList::one("", &format!("expected one JSON document: {error}")))?;
        let faults = Faults::new();
        let config = read(&Node::root(&document, &faults), secret, hash_text(text));
        let faults = faults.into_list();
        config.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Reads a document that is a part of a larger document with settings of the host. Faults have
    /// their places in the larger document. `text` is the whole larger document: its hash tells one
    /// version of the configuration from another.
    pub fn read_part(node: &Node<'_>, text: &str, secret: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        read(node, secret, hash_text(text))
    }

    /// The configuration in which the body of the first operation selects the operations of
    /// `batch`, by the protocol of the tests.
    #[cfg(test)]
    pub(crate) fn with_batch(mut self, batch: Self) -> Self {
        let first = self.operations.first_mut().and_then(Arc::get_mut).unwrap();
        first.body.as_mut().unwrap().content = Content::Selected(Selector::Batch(BatchOperations {
            routes: batch.routes,
            operations: batch.operations,
        }));
        self
    }

    /// Every request header that the pipeline reads or passes, in lower case, sorted. A host may
    /// supply only these headers.
    #[must_use]
    pub fn header_names(&self) -> &[Arc<str>] {
        &self.header_names
    }

    /// The origin of the issuer, such as `https://issuer.example`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.trust.issuer
    }

    /// The audience of the writs that are valid at this edge.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The hosts that the edge serves, as requests name them. An empty list means all hosts.
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Whether the edge serves requests for this host. Host names ignore case (RFC 9110, section
    /// 4.2.3).
    pub(crate) fn serves(&self, authority: &[u8]) -> bool {
        let mut hosts = self.hosts.iter();
        self.hosts.is_empty() || hosts.any(|own| own.as_bytes().eq_ignore_ascii_case(authority))
    }

    /// The upstreams, in the order of their names.
    pub fn upstreams(&self) -> impl Iterator<Item = &Arc<Upstream>> {
        self.upstreams.iter()
    }

    /// Seconds after which a host without a long poll asks for a newer bundle.
    #[must_use]
    pub fn refresh(&self) -> u64 {
        self.refresh
    }

    /// Seconds from the signing of a bundle for which the edge may decide by it, if the bundle sets
    /// no earlier end.
    pub(crate) fn freshness(&self) -> u64 {
        self.freshness
    }

    /// A number that identifies the edge in every version of its configuration: a hash of issuer,
    /// edge id and audience.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// Whether the snapshot, the boot id and the verified writs that a host holds for `earlier` are
    /// valid under this configuration: issuer, pinned keys, edge id and audience are the same. A host
    /// that replaces `earlier` begins with nothing otherwise.
    #[must_use]
    pub fn continues(&self, earlier: &Self) -> bool {
        let kids = |config: &Self| sorted(config.trust.pins.iter().map(|pin| String::from(pin.kid())));
        self.identity == earlier.identity && kids(self) == kids(earlier)
    }

    /// Whether the edge permits only requests that it can record.
    #[must_use]
    pub fn is_audit_strict(&self) -> bool {
        self.audit == Audit::Strict
    }

    /// The secrets of the document, for the search in the responses of upstreams.
    pub(crate) fn needles(&self) -> &Needles {
        &self.needles
    }

    /// Names of the secrets that are too short for the search in the responses of upstreams.
    #[must_use]
    pub fn short_secrets(&self) -> &[String] {
        &self.short_secrets
    }

    /// A number that changes with every change of the document; part of the key of everything that
    /// is cached.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// `Basic` and the id and credential of the edge (RFC 7617).
    pub(crate) fn authorization(&self) -> &Secret {
        &self.authorization
    }

    /// The conditions under which a writ is valid at this edge.
    pub(crate) fn expect(&self) -> Expect<'_> {
        Expect {
            issuer: &self.trust.issuer,
            audience: &self.audience,
            life_max: self.life_max,
        }
    }

    /// Most names and values in one query or form.
    pub(crate) fn pieces_max(&self) -> usize {
        self.pieces_max
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    pub(crate) fn rows(&self) -> &[Arc<Operation>] {
        &self.operations
    }

    pub(crate) fn operation(&self, index: usize) -> Option<&Arc<Operation>> {
        self.operations.get(index)
    }
}

/// The treatment of a request that cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audit {
    /// The edge serves the request, and the record is lost.
    BestEffort,
    /// The edge refuses the request.
    Strict,
}

const KEYS: [&str; 12] = [
    "issuer",
    "trust",
    "edge",
    "audience",
    "audit",
    "hosts",
    "freshness",
    "refresh",
    "life_max",
    "pieces_max",
    "upstreams",
    "operations",
];

fn read(root: &Node<'_>, secret: Secrets<'_>, version: u64) -> Option<Config> {
    let given = RefCell::new(Vec::new());
    let secret: Secrets<'_> = &|name| {
        let value = secret(name)?;
        given.borrow_mut().push((name.into(), Secret::new(value.clone())));
        Some(value)
    };
    let members = root.object(&KEYS)?;
    let issuer = members.required("issuer").and_then(origin::read_origin);
    let pins = members.required("trust").and_then(read_pins);
    let edge = members.required("edge").and_then(|node| read_edge(node, secret));
    let audience = members.required("audience").and_then(read_name);
    let audit = members.optional("audit").map_or(Some(Audit::BestEffort), read_audit);
    let hosts = members.optional("hosts").map_or(Some(Vec::new()), hosts);
    let freshness = read_whole_number(&members, "freshness", FRESHNESS_MAX, BUNDLE_FRESH);
    let refresh = read_whole_number(&members, "refresh", FRESHNESS_MAX, REFRESH);
    let life_max = read_whole_number(&members, "life_max", WRIT_TTL_MAX, WRIT_TTL_MAX);
    let pieces_max = read_whole_number(&members, "pieces_max", PIECES_MAX as u64, PIECES as u64);
    let upstreams = members
        .required("upstreams")
        .and_then(|node| upstream::read(node, secret));
    let operations = members.required("operations").zip(upstreams.as_ref());
    let operations = operations.and_then(|(node, upstreams)| operation::read(node, upstreams));
    let (operations, routes) = operations?;
    let own = operations.iter().flat_map(|operation| &operation.headers);
    let (issuer, (id, authorization), audience) = (issuer?.as_str().into(), edge?, audience?);
    let given: Vec<(String, Secret)> = given.take();
    let short = given
        .iter()
        .filter(|(_, secret)| is_too_short_to_search(secret.expose()));
    Some(Config {
        short_secrets: distinct(short.map(|(name, _)| name.clone())),
        needles: Needles::of(given.iter().map(|(_, secret)| secret)),
        identity: hash_text(&format!("{issuer}\n{id}\n{audience}")),
        trust: Trust { issuer, pins: pins? },
        authorization,
        audience: audience.into(),
        audit: audit?,
        hosts: hosts?,
        life_max: life_max?,
        freshness: freshness?,
        refresh: refresh?,
        pieces_max: usize::try_from(pieces_max?).ok()?,
        upstreams: upstreams?.into_complete()?,
        header_names: headers::collect_names(own),
        operations,
        routes,
        version,
    })
}

fn read_audit(node: &Node<'_>) -> Option<Audit> {
    match node.text()? {
        "best_effort" => Some(Audit::BestEffort),
        "strict" => Some(Audit::Strict),
        _ => {
            node.fault("expected `best_effort` or `strict`");
            None
        }
    }
}

fn hosts(node: &Node<'_>) -> Option<Vec<String>> {
    let items = node.list(HOSTS)?;
    if items.is_empty() {
        node.fault("expected at least one host; without `hosts` all are served");
    }
    let hosts: Vec<Option<String>> = items.iter().map(origin::read_host).collect();
    hosts.into_iter().collect()
}

/// Reads the bundle keys. The configuration has whole keys and not thumbprints, so the edge parses
/// nothing unverified to find the key that verifies it.
fn read_pins(node: &Node<'_>) -> Option<Vec<PublicKey>> {
    let items = node.list(PINS)?;
    if items.is_empty() {
        node.fault("expected at least one bundle key, as `edgewrit edge add` prints it");
    }
    let pins: Vec<Option<PublicKey>> = items.iter().map(read_pin).collect();
    pins.into_iter().collect()
}

fn read_pin(node: &Node<'_>) -> Option<PublicKey> {
    let key = PublicKey::from_x(node.text()?);
    key.map_err(|error| node.fault(format!("expected a bundle key of 43 characters: {error}")))
        .ok()
}

/// Reads the id of the edge, and id and credential as `Basic` authentication writes them (RFC
/// 7617).
fn read_edge<'n>(node: &Node<'n>, secret: Secrets<'_>) -> Option<(&'n str, Secret)> {
    let members = node.object(&["id", "credential"])?;
    let id = members.required("id").and_then(read_name);
    let credential = members
        .required("credential")
        .and_then(|node| read_secret(node, secret));
    let (id, credential) = (id?, credential?);
    if id.contains(':') {
        node.fault(format!("the id `{id}` holds a `:`"));
        return None;
    }
    let pair = Secret::new(format!("{id}:{}", credential.expose()));
    Some((id, Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))))
}

/// Reads a text that is exactly `${secret:NAME}`.
fn read_secret(node: &Node<'_>, secret: Secrets<'_>) -> Option<Secret> {
    let name = node
        .text()?
        .strip_prefix("${secret:")
        .and_then(|rest| rest.strip_suffix('}'));
    let value = name.ok_or("expected `${secret:NAME}`, found a literal credential".into());
    value
        .and_then(|name| find_secret(name, secret))
        .map_err(|message: String| node.fault(message))
        .ok()
}

/// Reads a text of bounded length without control characters.
fn read_name<'n>(node: &Node<'n>) -> Option<&'n str> {
    let text = node.text()?;
    if text.is_empty() || text.len() > NAME_BYTES || text.chars().any(char::is_control) {
        node.fault(format!("expected 1 to {NAME_BYTES} bytes without control characters"));
        return None;
    }
    Some(text)
}

/// Reads the member called `name`, from 1 to `most`, or takes `default` if the member is missing.
fn read_whole_number(members: &Members<'_>, name: &str, most: u64, default: u64) -> Option<u64> {
    match members.optional(name) {
        Some(node) => node.integer(1, most),
        None => Some(default),
    }
}

/// FNV-1a. Only the operator chooses the text, so any hash that tells edits apart is sufficient.
fn hash_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
