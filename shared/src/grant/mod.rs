//! Grants: one line of authority each, actions x resources under rules.

use crate::attempt::Attempt;
use crate::document::Node;
use alloc::string::String;
use alloc::vec::Vec;

/// One line of authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    _placeholder: (),
}

/// A grant's limit on uses: `{"max": n}` when asked for, `{"max": n, "allowance": id}` once the issuer has made the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Uses over all writs of the task.
    pub max: u64,
    /// The counter at the issuer.
    pub allowance: Option<String>,
}

impl Grant {
    /// Reads a structured grant (type `writ`).
    #[must_use]
    pub fn read(_node: &Node<'_>) -> Option<Self> {
        todo!()
    }
    /// Reads a scope string, `action:resource:identifier`.
    ///
    /// # Errors
    /// A message that names what was expected.
    pub fn from_scope(_scope: &str) -> Result<Self, String> {
        todo!()
    }
    /// This grant as a scope string, if it is such (see the design's `scope(g)`).
    #[must_use]
    pub fn to_scope(&self) -> Option<String> {
        todo!()
    }
    /// This grant as JSON text; the canonical bytes by which grants are ordered.
    #[must_use]
    pub fn to_json(&self) -> String {
        todo!()
    }
    /// The limit on uses.
    #[must_use]
    pub fn uses(&self) -> Option<&Uses> {
        todo!()
    }
    /// The same grant, its uses counted by `allowance`.
    #[must_use]
    pub fn with_allowance(self, _allowance: String) -> Self {
        todo!()
    }
}

/// The grants of a writ, compiled.
#[derive(Clone, Debug)]
pub struct Grants(Vec<Grant>);

/// What the grants say of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision<'g> {
    /// Permitted.
    Permit {
        /// The grant that permits; the least by canonical bytes if several do.
        grant: &'g Grant,
        /// Empty if a matching grant is unlimited; otherwise every allowance that could be debited.
        allowances: Vec<&'g str>,
    },
    /// Refused.
    Refuse(Miss<'g>),
}

/// The nearest miss: the grant that came closest and what objected.
#[derive(Debug, PartialEq, Eq)]
pub struct Miss<'g> {
    /// The grant that came closest, if there is any grant.
    pub grant: Option<&'g Grant>,
    /// What objected, for the log: never shown outside.
    pub reason: String,
}

impl Grants {
    /// Grants, in any order; verdicts do not depend on it.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(grants)
    }
    /// Decides one attempt.
    #[must_use]
    pub fn decide(&self, _attempt: &Attempt) -> Decision<'_> {
        todo!()
    }
}

/// Whether a child's authority lies within its parents'.
#[derive(Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// What the child permits, some parent permits.
    Narrower,
    /// It does not; why, for whoever asked.
    Wider {
        /// What the child permits and no parent does.
        reason: String,
    },
}

/// Whether what `child` permits is permitted by `parents` together.
#[must_use]
pub fn narrower(_child: &Grant, _parents: &[Grant]) -> Narrowing {
    todo!()
}
