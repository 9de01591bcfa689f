//! Agents that register themselves, renew and pass on what they hold: the lifetime of a writ in the
//! AgentWrit API.

use crate::base::clock::Clock;
use crate::base::from::from;
use crate::base::id::{NoRandomness, hex};
use crate::evidence::AuditEvents;
use crate::keyring::Keyring;
use crate::policy::ceiling::CeilingEntry;
use crate::registry::{Client, OPERATOR, Registry};
use crate::store::{Store, StoreError};
use crate::tokens::bundle::BuildBundleError;
use crate::tokens::mint::{Mint, MintError};
use edgewrit_shared::grant::{Grant, Narrowing, narrower};
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

mod delegate;
mod launch;
mod launch_tokens;
mod nonce;
mod register;
mod renew;

pub(crate) use delegate::{Delegated, Delegation, chain_hash};
pub(crate) use launch::LaunchRequest;
pub(crate) use launch_tokens::LaunchTokens;
pub(crate) use nonce::NONCE_TTL;
pub(crate) use register::Registration;

/// Scope strings that one agent can hold.
pub(crate) const SCOPES: usize = 256;
/// Actions of the issuer's own sessions. No agent gets them.
const RESERVED: [&str; 2] = ["admin", "app"];

/// Why an agent does not get what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AgentError {
    /// The credentials of the agent are not valid; why, for the log.
    Unauthorized(&'static str),
    /// The request is malformed; what was expected.
    Invalid(String),
    /// The TTL is out of range; what was expected.
    Ttl(String),
    /// Beyond what the agent, or its launch token, holds.
    Scope(String),
    /// Beyond what the client holds.
    Forbidden(String),
    /// There is no such agent.
    NoAgent,
    /// A writ issued now would be revoked from the start: a revocation of this second covers it.
    Cut,
    /// The writ of the agent cannot be minted.
    Mint(MintError),
    /// The store refused.
    Store(StoreError),
    /// The issuer does not know what is revoked.
    Bundle(BuildBundleError),
    /// No randomness for an id.
    Random(NoRandomness),
}

from! {
    AgentError:
    Mint(MintError),
    Store(StoreError),
    Bundle(BuildBundleError),
    Random(NoRandomness),
}

/// Reads scope strings, which are not trusted.
///
/// # Errors
/// [`AgentError::Invalid`], with the first that is none.
pub(crate) fn grants_of(scopes: &[String]) -> Result<Vec<Grant>, AgentError> {
    if scopes.is_empty() || scopes.len() > SCOPES {
        return Err(AgentError::Invalid(format!("expected 1 to {SCOPES} scopes")));
    }
    let grants = scopes.iter().map(|scope| Grant::from_scope(scope));
    grants.collect::<Result<_, _>>().map_err(AgentError::Invalid)
}

/// Scopes of one refusal that the audit keeps, and bytes of each.
const SCOPES_KEPT: usize = 16;
const SCOPE_BYTES_KEPT: usize = 128;

/// The beginning of scopes, for the audit.
fn cut_scopes(scopes: &[String]) -> Vec<&str> {
    let beginning = |scope: &'_ String| -> usize { scope.floor_char_boundary(SCOPE_BYTES_KEPT) };
    let some = scopes.iter().take(SCOPES_KEPT);
    some.filter_map(|scope| scope.get(..beginning(scope))).collect()
}

/// The scopes of an event: all of them, or where they are many or long, the beginning, their number
/// and the SHA-256 of all, each behind a line feed.
fn scopes_of(scopes: &[String]) -> Map<String, Value> {
    let cut_scopes = cut_scopes(scopes);
    let is_whole = cut_scopes.iter().eq(scopes);
    let mut members = Map::from_iter([("scope".to_owned(), json!(cut_scopes))]);
    if !is_whole {
        let hash = scopes
            .iter()
            .fold(Sha256::new(), |hash, scope| hash.chain_update(scope).chain_update("\n"));
        members.insert("scope_count".to_owned(), json!(scopes.len()));
        members.insert("scope_hash".to_owned(), json!(hex(&hash.finalize())));
    }
    members
}

/// `data` of an event, with the scopes that it is about.
fn with_scopes(mut data: Value, scopes: &[String]) -> Value {
    if let Some(members) = data.as_object_mut() {
        members.extend(scopes_of(scopes));
    }
    data
}

/// Whether a scope string is one that only the issuer's own sessions have.
pub(crate) fn is_reserved(scope: &str) -> bool {
    scope.split(':').next().is_some_and(|action| RESERVED.contains(&action))
}

/// The first of `grants` that does not lie within `held`.
fn first_beyond<'a>(grants: &'a [Grant], held: &[Grant]) -> Option<&'a Grant> {
    grants.iter().find(|grant| narrower(grant, held) != Narrowing::Narrower)
}

/// The grants of a writ.
fn grants_of_writ(writ: &Claims) -> Vec<Grant> {
    match &writ.authority {
        Authority::Details(grants) => grants.clone(),
        Authority::Scope(scopes) => scopes
            .iter()
            .filter_map(|scope| Grant::from_scope(scope).ok())
            .collect(),
    }
}

/// The owner of an agent: a client, or the operator.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// The operator.
    Operator,
    /// A client.
    Client(Arc<Client>),
}

impl Owner {
    /// The `client_id` of its agents' writs.
    pub(crate) fn client_id(&self) -> &str {
        match self {
            Self::Operator => OPERATOR,
            Self::Client(client) => &client.client_id,
        }
    }

    /// The most that its agents can hold: the ceiling's first entry, whose audience is the client's
    /// default one.
    fn entry(&self) -> Option<&CeilingEntry> {
        match self {
            Self::Operator => None,
            Self::Client(client) => client.ceiling.entries().first(),
        }
    }
}

/// Registers agents, renews their writs and delegates parts of them.
#[derive(Debug)]
pub(crate) struct Agents {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) events: Arc<AuditEvents>,
    pub(crate) launches: LaunchTokens,
    /// The audience of the operator's agents.
    pub(crate) default_audience: String,
}

impl Agents {
    /// Until when the authority of a writ can be prolonged at most, if it still lies within its
    /// client's ceiling, which may be lower by now.
    fn within_ceiling_until(&self, writ: &Claims, born: UnixSeconds) -> Result<UnixSeconds, AgentError> {
        let owner = self.find_owner(&writ.client_id);
        let owner = owner.ok_or(AgentError::Unauthorized("the client was shut out"))?;
        let Owner::Client(client) = &owner else {
            return Ok(born.plus(WRIT_TTL_MAX));
        };
        let beyond = || AgentError::Forbidden("it lies beyond the client's ceiling by now".to_owned());
        let entry = client.ceiling.entry(&writ.aud).ok_or_else(beyond)?;
        match first_beyond(&grants_of_writ(writ), &entry.grants) {
            Some(_) => Err(beyond()),
            None => Ok(born.plus(entry.ttl_max.min(WRIT_TTL_MAX))),
        }
    }

    /// The owner with this id, unless it was shut out.
    fn find_owner(&self, client_id: &str) -> Option<Owner> {
        match client_id {
            OPERATOR => Some(Owner::Operator),
            _ => self.registry.client(client_id).map(Owner::Client),
        }
    }

    /// The audience of writs that name none: the client's default one.
    fn default_audience<'a>(&'a self, owner: &'a Owner) -> &'a str {
        owner.entry().map_or(&self.default_audience, |entry| &entry.audience)
    }
}
