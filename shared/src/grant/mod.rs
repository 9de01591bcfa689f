//! Grants: one line of authority each, actions x resources under rules.
//!
//! `docs/grants.md` describes the language for its users.

mod action;
pub mod attempt;
mod decide;
mod elements;
mod intersect;
mod narrower;
mod overlap;
mod pattern;
mod read;
mod rule;
mod scope;
mod window;
mod write;

pub use action::is_action;
pub use decide::{Decision, Grants, MissReason, NearestMiss, RuleObjection, Spend};
pub use intersect::{GrantedPart, intersect};
pub use narrower::{Narrowing, Witness, narrower};
pub use pattern::{Pattern, PatternError, TemplatePiece};
pub use rule::{ParamType, Rule, RuleAnswer};
pub use window::Window;

use crate::json::document::Node;
use crate::small_code::text_eq::text_eq;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use sha2::{Digest as _, Sha256};

/// The `type` of structured grants in `authorization_details` (RFC 9396, section 2).
pub const TYPE: &str = "writ";

/// One line of authority.
///
/// A grant permits an attempt whose action is one of its actions, whose resource matches one of its
/// resources and whose parameters satisfy every rule. Parameters without a rule are not restricted
/// by the grant; the operations of the edge decide which parameters a request can have at all.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The actions, sorted, at least one.
    actions: Vec<String>,
    /// The resources, sorted by their spelling, at least one.
    resources: Vec<Pattern>,
    /// The rules by parameter, sorted.
    rules: Vec<(String, Rule)>,
    uses: Option<Uses>,
    window: Window,
    /// The canonical JSON of all other fields.
    canonical: String,
}

/// A short id of a grant: the first 8 bytes of SHA-256 over its canonical bytes. The id displays as
/// 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantId(pub u64);

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The limit of a grant on uses: `{"max": n}` in a request, `{"max": n, "allowance": id}` once the
/// issuer has made the allowance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Uses over all writs of the task, from 1 to [`crate::limits::USES`].
    pub max: u64,
    /// The allowance at the issuer. The issuer accepts grants from clients only without it; an edge
    /// permits only with it.
    pub allowance: Option<String>,
}

impl Grant {
    /// Reads a structured grant (type `writ`). `None` after faults were reported.
    #[must_use]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        read::read_grant(node)
    }

    /// Reads a scope string, `action:resource:identifier`.
    ///
    /// # Errors
    /// A message with the found and the expected text.
    pub fn from_scope(scope: &str) -> Result<Self, String> {
        scope::read(scope)
    }

    /// This grant as a scope string, if a scope string permits exactly the same: one action without
    /// `:`, one resource that is `r:id` or that was read from the scope string `action:r:*`; no
    /// rules, no uses, no window.
    ///
    /// The structured resource `r:**` has no scope string, because it matches `r:` too.
    #[must_use]
    pub fn to_scope(&self) -> Option<String> {
        scope::write(self)
    }

    /// This grant as JSON text: the canonical bytes that order grants. A reader reads it as an
    /// equal grant.
    ///
    /// A scope string with a wildcard becomes `{"type":"writ","scope":"action:resource:*"}`,
    /// because no pattern matches the same resources.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.canonical.clone()
    }

    /// The text of [`Self::to_json`] without a copy.
    pub(crate) fn canonical(&self) -> &str {
        &self.canonical
    }

    /// A short id of the grant. An edge counts permits by it; no decision depends on it.
    #[must_use]
    pub fn id(&self) -> GrantId {
        let digest = Sha256::digest(&self.canonical);
        GrantId(digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte)))
    }

    /// The names of the actions of the grant, sorted, at least one.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// The resources of the grant, sorted by their spelling, at least one.
    #[must_use]
    pub fn resources(&self) -> &[Pattern] {
        &self.resources
    }

    /// The rules of the grant by parameter, sorted.
    #[must_use]
    pub fn rules(&self) -> &[(String, Rule)] {
        &self.rules
    }

    /// The limit on uses, if there is one.
    #[must_use]
    pub fn uses(&self) -> Option<&Uses> {
        self.uses.as_ref()
    }

    /// The window in which the grant is valid.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The same grant with `allowance` as the counter of its uses; unchanged if its uses are not
    /// limited.
    #[must_use]
    pub fn with_allowance(self, allowance: String) -> Self {
        let uses = self.uses.map(|uses| Uses {
            allowance: Some(allowance),
            ..uses
        });
        Self::build(self.actions, self.resources, self.rules, uses, self.window)
    }

    /// A grant of sorted parts.
    fn build(
        actions: Vec<String>,
        resources: Vec<Pattern>,
        rules: Vec<(String, Rule)>,
        uses: Option<Uses>,
        window: Window,
    ) -> Self {
        let wildcard = match (actions.as_slice(), resources.as_slice()) {
            ([action], [resource]) => resource
                .as_scope_wildcard()
                .map(|resource| format!("{action}:{resource}")),
            _ => None,
        };
        let canonical = match wildcard {
            Some(scope) => write::write_scope(&scope),
            None => write::write_grant(&actions, &resources, &rules, uses.as_ref(), window),
        };
        Self {
            actions,
            resources,
            rules,
            uses,
            window,
            canonical,
        }
    }

    fn has_action(&self, action: &str) -> bool {
        self.actions.iter().any(|own| text_eq(own, action))
    }
}

impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Grant {}

impl PartialOrd for Grant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Grant {
    /// Compares the canonical bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical.cmp(&other.canonical)
    }
}
