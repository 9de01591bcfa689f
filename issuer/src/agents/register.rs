//! Registration: an agent presents its launch token, proves its key, and gets its writ.

use super::launch::{hash, within_ceiling};
use super::{AgentError, Agents, Owner, first_beyond, grants_of, nonce, with_scopes};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::id;
use crate::base::id::{Seed, hex, random};
use crate::policy::granted_task::Granted;
use crate::store::rows::agent::{AgentRow, LaunchToken};
use crate::store::rows::task::Joined;
use crate::store::{FindLaunchToken, RegisterAgent, RegisterOutcome, SpoilNonce};
use crate::tokens::mint::SignedWrit;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::jose::signature::{Dalek, Verify as _};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use serde_json::json;
use std::sync::Arc;

/// An agent as it registers.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    /// Launch token of the agent.
    pub(crate) launch_token: Secret,
    /// The nonce of its challenge.
    pub(crate) nonce: String,
    /// Public key of the agent, in padded base64.
    pub(crate) public_key: String,
    /// Signature of the nonce's bytes by the agent, in padded base64.
    pub(crate) signature: String,
    /// Orchestration of the agent.
    pub(crate) orch_id: String,
    /// Task of the agent.
    pub(crate) task_id: String,
    /// The scopes that it asks for.
    pub(crate) scope: Vec<String>,
}

/// The events of the registration of an agent and of the issue of its writ.
fn registration_events(agent: &AgentRow, scope: &[String], claims: &Claims, info: &RequestInfo) -> [Event; 2] {
    let registered = json!({"name": agent.name, "public_key": agent.public_key});
    let issued = json!({"jti": claims.jti, "exp": claims.exp.0, "aud": claims.aud});
    let issued = with_scopes(issued, scope);
    let events = [
        (EventKind::AgentRegistered, registered),
        (EventKind::TokenIssued, issued),
    ];
    events.map(|(kind, data)| {
        let event = Event::done(kind).in_request(info).data(&data);
        let event = event.client(&claims.client_id).agent(&claims.sub);
        event.task(&claims.task_id, &claims.orch_id)
    })
}

impl Agents {
    /// A nonce for an agent to sign.
    ///
    /// # Errors
    /// [`AgentError::Random`].
    pub(crate) fn challenge(&self) -> Result<String, AgentError> {
        Ok(nonce::fresh(self.registry.key(), self.clock.now().seconds())?)
    }

    /// Registers an agent. What is consumed, and in which order: nothing for what is beyond the
    /// launch token; the nonce, once it is a genuine one; the launch token, once the key is proved.
    ///
    /// # Errors
    /// [`AgentError`].
    pub(crate) async fn register(&self, ask: Registration, info: &RequestInfo) -> Result<SignedWrit, AgentError> {
        let now = self.clock.now();
        let grants = grants_of(&ask.scope)?;
        let hash = hash(self.registry.key(), &ask.launch_token);
        let token = self.find_launch_token(hash, now.seconds()).await?;
        let token = token.ok_or(AgentError::Unauthorized("no such launch token"))?;
        let owner = self.find_owner(&token.client_id);
        let owner = owner.ok_or(AgentError::Unauthorized("the launch token's client was shut out"))?;
        let refused = |why: &str| self.refusal_event(&token, &ask, why, info);
        let allowed: Vec<_> = token.scope.split(' ').map(str::to_owned).collect();
        if let Some(grant) = first_beyond(&grants, &grants_of(&allowed)?) {
            let scope = grant.to_scope().unwrap_or_default();
            self.events.record_refusal(refused("scope"), None).await?;
            return Err(AgentError::Scope(format!("`{scope}` lies beyond the launch token")));
        }
        // It may be lower than it was when the launch token was made.
        if let Err(beyond) = within_ceiling(&owner, &grants) {
            self.events.record_refusal(refused("ceiling"), None).await?;
            return Err(beyond);
        }
        let nonce = nonce::read(self.registry.key(), &ask.nonce, now.seconds());
        let nonce = nonce.ok_or(AgentError::Unauthorized("no nonce of ours, or too old"))?;
        if !proves_key(&ask, &nonce) {
            let event = refused("key");
            self.store.spoil_nonce(SpoilNonce { nonce, event }).await?;
            return Err(AgentError::Unauthorized("the signature is not the key's"));
        }
        self.admit(&ask, &token, &owner, (hash, nonce), info).await
    }

    async fn find_launch_token(
        &self,
        hash: [u8; 32],
        now: UnixSeconds,
    ) -> Result<Option<Arc<LaunchToken>>, AgentError> {
        if let Some(token) = self.launches.find(&hash, now) {
            return Ok(Some(token));
        }
        let find = FindLaunchToken { hash, now };
        Ok(self.store.find_launch_token(find).await?.map(Arc::new))
    }

    async fn admit(
        &self,
        ask: &Registration,
        token: &LaunchToken,
        owner: &Owner,
        (hash, nonce): ([u8; 32], [u8; 32]),
        info: &RequestInfo,
    ) -> Result<SignedWrit, AgentError> {
        let now = self.clock.now();
        let agent = AgentRow {
            instance: hex(&random::<8>()?),
            orch_id: ask.orch_id.clone(),
            name: token.agent_name.clone(),
            public_key: ask.public_key.clone(),
        };
        let claims = self.build_first_claims(ask, token, owner, &agent)?;
        let writ = self.mint.issue(&claims).await?;
        let register = RegisterAgent {
            nonce,
            launch_token: hash,
            joined: Joined {
                client_id: claims.client_id.clone(),
                task_id: claims.task_id.clone(),
                orch_id: claims.orch_id.clone(),
                seed: Seed::fresh()?,
                now,
                expires: claims.exp,
            },
            granted: Granted::all(&claims.aud, &claims.authority),
            events: registration_events(&agent, &ask.scope, &claims, info),
            agent,
            iat: claims.iat,
        };
        let outcome = self.store.register_agent(register).await?;
        if token.single_use {
            self.launches.forget(&hash);
        }
        match outcome {
            RegisterOutcome::Registered => Ok(writ),
            RegisterOutcome::Cut => Err(AgentError::Cut),
            RegisterOutcome::NonceUsed => Err(AgentError::Unauthorized("the nonce was used")),
            RegisterOutcome::LaunchTokenUsed => Err(AgentError::Unauthorized("the launch token was used")),
            RegisterOutcome::ClientEnded => Err(AgentError::Unauthorized("the client was shut out")),
            RegisterOutcome::TaskEnded => Err(AgentError::Forbidden("the client ended this task".to_owned())),
        }
    }

    fn build_first_claims(
        &self,
        ask: &Registration,
        token: &LaunchToken,
        owner: &Owner,
        agent: &AgentRow,
    ) -> Result<Claims, AgentError> {
        let now = self.clock.now();
        let (jti, iat) = (id::fresh(now)?, now.seconds());
        Ok(Claims {
            iss: self.mint.issuer.clone(),
            aud: self.default_audience(owner).to_owned(),
            sub: self.mint.agent_id(&ask.orch_id, &ask.task_id, &agent.instance),
            client_id: token.client_id.clone(),
            task_id: ask.task_id.clone(),
            orch_id: ask.orch_id.clone(),
            lin: jti.clone(),
            jti,
            iat,
            nbf: iat,
            exp: iat.plus(token.max_ttl),
            authority: Authority::Scope(ask.scope.clone()),
            anc: Vec::new(),
            cnf_jkt: None,
            agent_key: Some(agent.public_key.clone()),
        })
    }

    fn refusal_event(&self, token: &LaunchToken, ask: &Registration, why: &str, info: &RequestInfo) -> Event {
        let event = Event::denied(EventKind::RegistrationRefused)
            .client(&token.client_id)
            .cause(why)
            .in_request(info);
        let data = json!({
            "why": why,
            "name": token.agent_name,
            "task_id": ask.task_id,
            "orch_id": ask.orch_id,
        });
        event.data(&with_scopes(data, &ask.scope))
    }
}

/// Whether the agent that registers holds the key: it signed the nonce's bytes.
fn proves_key(ask: &Registration, nonce: &[u8; 32]) -> bool {
    let key = STANDARD.decode(&ask.public_key).ok();
    let key = key.and_then(|key| PublicKey::from_bytes(&key.try_into().ok()?).ok());
    let signature = STANDARD.decode(&ask.signature).ok();
    let signature: Option<[u8; 64]> = signature.and_then(|signature| signature.try_into().ok());
    let shown = key.zip(signature);
    shown.is_some_and(|(key, signature)| Dalek.verify(&key, nonce, &signature).is_ok())
}
