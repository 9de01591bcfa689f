//! Launch tokens, by which an agent may register.

use super::{AgentError, Agents, Owner, first_beyond, grants_of, is_reserved, with_scopes};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::id::{hex, random};
use crate::base::ttl;
use crate::keys::CredentialKey;
use crate::store::IssueLaunchToken;
use crate::store::rows::agent::LaunchToken;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use zeroize::Zeroizing;

/// Longest lifetime of a launch token, in seconds.
const LAUNCH_TTL_MAX: u64 = 3_600;
/// The role in the hash of a launch token.
const LAUNCH: &str = "launch";

/// A launch token as asked for.
#[derive(Clone, Debug)]
pub(crate) struct LaunchRequest {
    /// The name of the agent at its client.
    pub(crate) agent_name: String,
    /// The scopes that the agent may ask for.
    pub(crate) scope: Vec<String>,
    /// Life of the agent's writ, in seconds.
    pub(crate) max_ttl: u64,
    /// Whether it is valid for one registration only.
    pub(crate) single_use: bool,
    /// Lifetime of the launch token, in seconds.
    pub(crate) ttl: u64,
}

/// The hash by which a launch token is kept.
pub(super) fn hash(key: &CredentialKey, token: &Secret) -> [u8; 32] {
    key.hash(LAUNCH, "", token)
}

impl Agents {
    /// Lets an agent of `owner` register. Answers the launch token and until when it is valid.
    ///
    /// # Errors
    /// [`AgentError`]; there is no launch token then.
    pub(crate) async fn launch(
        &self,
        owner: &Owner,
        ask: LaunchRequest,
        info: &RequestInfo,
    ) -> Result<(Secret, UnixSeconds), AgentError> {
        let grants = check_launch(owner, &ask)?;
        let event = |kind: fn(EventKind) -> Event, what| {
            let event = kind(what).client(owner.client_id()).in_request(info);
            let data = json!({"agent_name": ask.agent_name, "max_ttl": ask.max_ttl});
            event.data(&with_scopes(data, &ask.scope))
        };
        if let Err(denied) = check_owner(owner, &ask.scope, &grants) {
            let event = event(Event::denied, EventKind::LaunchTokenDenied);
            self.events.record_refusal(event, None).await?;
            return Err(denied);
        }
        let bytes = Zeroizing::new(random::<32>()?);
        let token = Secret::new(hex(bytes.as_slice()));
        let expires = self.clock.now().seconds().plus(ask.ttl);
        let event = event(Event::done, EventKind::LaunchTokenIssued);
        let hash = hash(self.registry.key(), &token);
        let row = LaunchToken {
            client_id: owner.client_id().to_owned(),
            agent_name: ask.agent_name,
            scope: ask.scope.join(" "),
            max_ttl: ask.max_ttl,
            single_use: ask.single_use,
            expires,
        };
        let issue = IssueLaunchToken {
            hash,
            token: row.clone(),
            event,
        };
        self.store.issue_launch_token(issue).await?;
        self.launches.keep(hash, row);
        Ok((token, expires))
    }
}

/// Checks a request for a launch token by itself. Answers the grants of its scopes.
fn check_launch(owner: &Owner, ask: &LaunchRequest) -> Result<Vec<Grant>, AgentError> {
    if !(1..=WRIT_TTL_MAX).contains(&ask.max_ttl) {
        return Err(AgentError::Ttl(format!("expected `max_ttl` from 1 to {WRIT_TTL_MAX}")));
    }
    if !(1..=LAUNCH_TTL_MAX).contains(&ask.ttl) {
        return Err(AgentError::Ttl(format!("expected `ttl` from 1 to {LAUNCH_TTL_MAX}")));
    }
    match owner.entry() {
        Some(entry) if ask.max_ttl > entry.ttl_max => {
            let (asked, most) = (ttl::write(ask.max_ttl), ttl::write(entry.ttl_max));
            Err(AgentError::Forbidden(format!(
                "`max_ttl`: `{asked}` is longer than the ceiling's `{most}`"
            )))
        }
        _ => grants_of(&ask.scope),
    }
}

/// Checks that the scopes of a launch token lie within the authority of its owner.
fn check_owner(owner: &Owner, scopes: &[String], grants: &[Grant]) -> Result<(), AgentError> {
    match scopes.iter().find(|scope| is_reserved(scope)) {
        Some(scope) => Err(beyond_ceiling(scope)),
        None => within_ceiling(owner, grants),
    }
}

/// Whether scopes lie within the ceiling of `owner`, as it is now.
pub(super) fn within_ceiling(owner: &Owner, scopes: &[Grant]) -> Result<(), AgentError> {
    let Some(entry) = owner.entry() else {
        return Ok(());
    };
    if entry.uses_max.is_some() {
        let why = "the client's ceiling limits uses, which no scope can say";
        return Err(AgentError::Forbidden(why.to_owned()));
    }
    match first_beyond(scopes, &entry.grants) {
        Some(grant) => Err(beyond_ceiling(&grant.to_scope().unwrap_or_default())),
        None => Ok(()),
    }
}

fn beyond_ceiling(scope: &str) -> AgentError {
    AgentError::Forbidden(format!("`{scope}` lies beyond the client's ceiling"))
}
