//! The ceiling of a client: for each audience, the most grants and the longest lifetime that the
//! client may ask for. A client without an entry for an audience gets nothing there.

use crate::base::ttl;
use crate::policy::task_request::{AUDIENCE_EXPECTED, is_audience, read_grants};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::{GRANTS_PER_CEILING, USES};
use std::collections::BTreeSet;

/// Entries of one ceiling.
pub const CEILING_ENTRIES: usize = 1_000;
/// Values (members, elements and scalars) in the document of one ceiling.
pub const CEILING_VALUES: usize = 250_000;

/// The part of a ceiling for one audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeilingEntry {
    /// The audience.
    pub audience: String,
    /// The grants that together must permit every request for authority.
    pub grants: Vec<Grant>,
    /// Longest lifetime, in seconds.
    pub ttl_max: u64,
    /// If set, every grant asked for must be limited to this many uses or fewer.
    pub uses_max: Option<u64>,
}

/// The ceiling of one client: at least one entry, one for each audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling(Vec<CeilingEntry>);

impl Ceiling {
    /// Reads a ceiling: a list of `{audience, grants | scope, ttl_max, uses_max?}`.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let items = node.list(CEILING_ENTRIES)?;
        if items.is_empty() {
            node.fault("expected at least one entry");
        }
        let entries: Vec<_> = items.iter().map(CeilingEntry::read).collect();
        let entries: Vec<CeilingEntry> = entries.into_iter().collect::<Option<_>>()?;
        let mut audiences = BTreeSet::new();
        for (entry, item) in entries.iter().zip(&items) {
            if !audiences.insert(entry.audience.as_str()) {
                item.fault(format!("a second entry for `{}`", entry.audience));
            }
        }
        Some(Self(entries))
    }

    /// A ceiling of one entry.
    #[must_use]
    pub fn of(entry: CeilingEntry) -> Self {
        Self(vec![entry])
    }

    /// This ceiling with other grants in its first entry. Lives, limits and the other audiences
    /// stay.
    #[must_use]
    pub fn with_first_grants(&self, grants: Vec<Grant>) -> Self {
        let mut changed = self.clone();
        if let Some(first) = changed.0.first_mut() {
            first.grants = grants;
        }
        changed
    }

    /// Entries in the order in which they are written.
    #[must_use]
    pub fn entries(&self) -> &[CeilingEntry] {
        &self.0
    }

    /// The entry for `audience`.
    #[must_use]
    pub fn entry(&self, audience: &str) -> Option<&CeilingEntry> {
        self.0.iter().find(|entry| entry.audience == audience)
    }

    /// The audience, if there is only one.
    #[must_use]
    pub fn only_audience(&self) -> Option<&str> {
        match self.0.as_slice() {
            [entry] => Some(&entry.audience),
            _ => None,
        }
    }

    /// The ceiling as JSON text; reading it gives an equal one.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entries: Vec<_> = self.0.iter().map(CeilingEntry::to_json).collect();
        format!("[{}]", entries.join(","))
    }
}

impl CeilingEntry {
    fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["audience", "grants", "scope", "ttl_max", "uses_max"])?;
        let grants = read_grants(&members, GRANTS_PER_CEILING);
        let audience = members.required("audience").and_then(read_audience);
        let ttl_max = members.required("ttl_max").and_then(ttl::read);
        let uses_max = members.optional("uses_max").map(|uses| uses.integer(1, USES));
        Some(Self {
            audience: audience?,
            grants: grants?.1,
            ttl_max: ttl_max?,
            uses_max: uses_max.unwrap_or_default(),
        })
    }

    fn to_json(&self) -> String {
        let grants: Vec<_> = self.grants.iter().map(Grant::to_json).collect();
        // An audience is visible ASCII; quote and backslash are what is left to escape.
        let audience = self.audience.replace('\\', "\\\\").replace('"', "\\\"");
        let uses_max = self
            .uses_max
            .map(|most| format!(",\"uses_max\":{most}"))
            .unwrap_or_default();
        let (grants, ttl_max) = (grants.join(","), self.ttl_max);
        format!("{{\"audience\":\"{audience}\",\"grants\":[{grants}],\"ttl_max\":{ttl_max}{uses_max}}}")
    }
}

/// Reads the name of an audience.
pub fn read_audience(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    if is_audience(text) {
        return Some(text.to_owned());
    }
    node.expected(AUDIENCE_EXPECTED)
}
