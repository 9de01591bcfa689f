//! Delegation: an agent passes a part of what it holds on to another agent of its client, for no
//! longer than it holds it.

use super::{AgentError, Agents, first_beyond, grants_of, grants_of_writ, with_scopes};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::id::hex;
use crate::base::{id, rfc3339};
use crate::policy::granted_task::Granted;
use crate::store::rows::agent::AgentKey;
use crate::store::rules::agents::LIVE_DELEGATES;
use crate::store::{Delegate, DelegateOutcome};
use crate::tokens::mint::SignedWrit;
use crate::tokens::status::of_writ;
use edgewrit_shared::limits::{DELEGATION_DEPTH, WRIT_TTL_MAX};
use edgewrit_shared::token::Verified;
use edgewrit_shared::token::claims::{Authority, Claims};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The request of an agent to delegate.
#[derive(Clone, Debug)]
pub(crate) struct Delegation {
    /// The id of the delegate.
    pub(crate) to: String,
    /// The scopes of the delegate.
    pub(crate) scope: Vec<String>,
    /// The lifetime of its writ, in seconds.
    pub(crate) ttl: u64,
}

/// A delegation that was made.
#[derive(Debug)]
pub(crate) struct Delegated {
    /// The delegate's writ.
    pub(crate) writ: SignedWrit,
    /// The records of its delegations, one a step.
    pub(crate) chain: Value,
}

/// `chain_hash` of a chain: SHA-256 of its text in hexadecimal.
pub(crate) fn chain_hash(chain: &str) -> String {
    hex(&Sha256::digest(chain))
}

impl Agents {
    /// Passes a part of `writ` on.
    ///
    /// # Errors
    /// [`AgentError`]; nothing was passed on.
    pub(crate) async fn delegate(
        &self,
        writ: &Verified,
        ask: Delegation,
        info: &RequestInfo,
    ) -> Result<Delegated, AgentError> {
        let claims = writ.claims();
        let grants = grants_of(&ask.scope)?;
        if !(1..=WRIT_TTL_MAX).contains(&ask.ttl) {
            return Err(AgentError::Ttl(format!("expected `ttl` from 1 to {WRIT_TTL_MAX}")));
        }
        if ask.to == claims.sub {
            return Err(AgentError::Invalid("an agent does not delegate to itself".to_owned()));
        }
        self.within_ceiling_until(claims, claims.iat)?;
        self.find_agent(&claims.client_id, &ask.to).await?;
        let why = if claims.anc.len() >= DELEGATION_DEPTH {
            Some(format!("at most {DELEGATION_DEPTH} delegations follow each other"))
        } else {
            let beyond = first_beyond(&grants, &grants_of_writ(claims)).and_then(|grant| grant.to_scope());
            beyond.map(|scope| format!("`{scope}` lies beyond what the agent holds"))
        };
        if let Some(why) = why {
            return Err(self.record_refused_delegation(claims, &ask, why, info).await?);
        }
        match self.admit_delegate(writ, &ask, info).await? {
            Some(delegated) => Ok(delegated),
            None => {
                let why = format!("at most {LIVE_DELEGATES} delegates of a writ live at the same time");
                Err(self.record_refused_delegation(claims, &ask, why, info).await?)
            }
        }
    }

    async fn record_refused_delegation(
        &self,
        claims: &Claims,
        ask: &Delegation,
        why: String,
        info: &RequestInfo,
    ) -> Result<AgentError, AgentError> {
        let event = of_writ(Event::denied(EventKind::DelegationRefused).in_request(info), claims);
        let data = json!({"to": ask.to, "why": why});
        let event = event.data(&with_scopes(data, &ask.scope));
        self.events.record_refusal(event, Some(claims)).await?;
        Ok(AgentError::Scope(why))
    }

    async fn find_agent(&self, client_id: &str, agent_id: &str) -> Result<(), AgentError> {
        let path = format!("spiffe://{}/agent/", self.mint.trust_domain);
        let rest = agent_id.strip_prefix(&path).ok_or(AgentError::NoAgent)?;
        let parts: Vec<String> = rest.split('/').map(str::to_owned).collect();
        let parts: [String; 3] = parts.try_into().map_err(|_| AgentError::NoAgent)?;
        let [orch_id, task_id, instance] = parts;
        let key = AgentKey {
            client_id: client_id.to_owned(),
            orch_id,
            task_id,
            instance,
        };
        match self.store.is_agent_registered(key).await? {
            true => Ok(()),
            false => Err(AgentError::NoAgent),
        }
    }

    /// `None` if too many delegates live that descend from the same writ.
    async fn admit_delegate(
        &self,
        writ: &Verified,
        ask: &Delegation,
        info: &RequestInfo,
    ) -> Result<Option<Delegated>, AgentError> {
        let parent = writ.claims().clone();
        let next = self.build_claims(&parent, ask)?;
        let chain = self.extend_chain(&parent, ask).await?;
        let signed = self.mint.issue(&next).await?;
        let text = chain.to_string();
        let event = of_writ(Event::done(EventKind::DelegationCreated).in_request(info), &next);
        let data = json!({
            "from": parent.sub,
            "jti": next.jti,
            "lineage": next.lin,
            "exp": next.exp.0,
            "depth": next.anc.len(),
            "chain_hash": chain_hash(&text),
        });
        let event = event.data(&with_scopes(data, &ask.scope));
        let delegate = Delegate {
            targets: writ.targets().collect(),
            granted: Granted::all(&next.aud, &next.authority),
            parent,
            next,
            chain: text,
            event,
        };
        match self.store.delegate(delegate).await? {
            DelegateOutcome::Delegated => Ok(Some(Delegated { writ: signed, chain })),
            DelegateOutcome::TooMany => Ok(None),
            DelegateOutcome::Ended => Err(AgentError::Unauthorized("revoked meanwhile")),
        }
    }

    /// The claims of the delegate's writ: the same task, for it is the same authority, and the
    /// delegate's name.
    fn build_claims(&self, parent: &Claims, ask: &Delegation) -> Result<Claims, AgentError> {
        let now = self.clock.now();
        let (jti, iat) = (id::fresh(now)?, now.seconds());
        let anc = parent.anc.iter().chain([&parent.lin]).cloned().collect();
        Ok(Claims {
            sub: ask.to.clone(),
            lin: jti.clone(),
            jti,
            iat,
            nbf: iat,
            exp: iat.plus(ask.ttl).min(parent.exp),
            authority: Authority::Scope(ask.scope.clone()),
            anc,
            cnf_jkt: None,
            agent_key: None,
            ..parent.clone()
        })
    }

    /// The records of how the delegate's writ comes to be: those of its parent, and one more,
    /// signed.
    async fn extend_chain(&self, parent: &Claims, ask: &Delegation) -> Result<Value, AgentError> {
        let mut records = match self.chain_of(&parent.lin).await? {
            Some(chain) => serde_json::from_str::<Vec<Value>>(&chain).unwrap_or_default(),
            None => Vec::new(),
        };
        let at = rfc3339::write(self.clock.now().seconds());
        let message = format!("{}|{}|{at}", parent.sub, ask.scope.join(","));
        let signature = self.keyring.key_set().delegation.raw(message.as_bytes());
        records.push(json!({
            "agent": parent.sub,
            "scope": ask.scope,
            "delegated_at": at,
            "signature": hex(&signature),
        }));
        Ok(Value::Array(records))
    }

    /// The chain of a delegated lineage, as the text of a JSON list.
    pub(crate) async fn chain_of(&self, lineage: &str) -> Result<Option<String>, AgentError> {
        let found = self.store.find_lineages(vec![lineage.to_owned()]).await?;
        Ok(found.into_iter().flatten().find_map(|kept| kept.chain))
    }
}
