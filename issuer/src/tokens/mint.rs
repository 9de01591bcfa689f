//! From a granted task to its writs. Everything a writ says is a function of the task's ask, seed
//! and term, so that the answer to a repeated request can be made again, and need not be stored, as
//! long as the same key signs.

use crate::keyring::{Keyring, SigningKeySet};
use crate::keys::SignError;
use crate::policy::granted_task::Task;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::json;
use edgewrit_shared::limits::{JSON_VALUES, WRIT_BYTES};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::claims::{Authority, Claims};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// The signer of writs, and the names in which it signs.
#[derive(Debug)]
pub struct Mint {
    /// `iss` of every writ.
    pub issuer: String,
    /// The SPIFFE trust domain of `sub`.
    pub trust_domain: String,
    /// The keyring whose writ key signs.
    pub keyring: Arc<Keyring>,
}

/// A signed writ.
#[derive(Clone, Debug)]
pub struct SignedWrit {
    /// The audience, at which alone it is valid.
    pub audience: String,
    /// The JWT.
    pub token: Secret,
    /// `sub`.
    pub agent_id: String,
    /// `jti`.
    pub jti: String,
    /// `exp - iat`, in seconds.
    pub expires_in: u64,
}

/// The writs of a task.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The key that signed them.
    pub kid: String,
    /// For each agent one for each audience.
    pub writs: Vec<SignedWrit>,
}

impl Minted {
    /// Digest by which the same writs are recognised: SHA-256 of their tokens, each behind a line
    /// feed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let tokens = self.writs.iter().map(|writ| writ.token.expose());
        let hash = tokens.fold(Sha256::new(), |hash, token| hash.chain_update(token).chain_update("\n"));
        hash.finalize().into()
    }
}

/// Why there are no writs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The grants for an audience do not fit into a writ.
    #[error("the grants for `{audience}` do not fit into a writ of {WRIT_BYTES} bytes")]
    TooLong {
        /// The audience.
        audience: String,
    },
    /// The text to be signed does not read back as the intended claims.
    #[error("what was about to be signed does not read back as what was meant")]
    Unfaithful,
    /// The signer failed.
    #[error(transparent)]
    Sign(SignError),
}

/// Number of writs that are drafted before other work on the thread has its turn: about 0.1 ms.
const IN_PLACE: usize = 8;
/// Bytes that the signature adds to what is signed: a dot and 64 bytes in base64url.
const SIGNATURE_BYTES: usize = 1 + 86;

/// A writ without its token, and what has to be signed for that.
type WritDraft = (SignedWrit, SigningInput);

impl Mint {
    /// Mints the writs of `task`.
    ///
    /// # Errors
    /// [`MintError`]; no writ has left this function then.
    pub async fn mint(self: &Arc<Self>, task: &Arc<Task>) -> Result<Minted, MintError> {
        self.mint_by(&self.keyring.key_set(), task).await
    }

    /// Mints the same writs of `task` again: those that `kid` signed, and that have this `hash`.
    /// `None` if that key does not sign any more, or the writs would say something else, as under
    /// another trust domain.
    ///
    /// # Errors
    /// [`MintError`].
    pub async fn mint_again(
        self: &Arc<Self>,
        task: &Arc<Task>,
        kid: &str,
        hash: [u8; 32],
    ) -> Result<Option<Minted>, MintError> {
        let key_set = self.keyring.key_set();
        if key_set.writ.kid() != kid {
            return Ok(None);
        }
        let minted = self.mint_by(&key_set, task).await?;
        Ok((minted.hash() == hash).then_some(minted))
    }

    async fn mint_by(self: &Arc<Self>, key_set: &SigningKeySet, task: &Arc<Task>) -> Result<Minted, MintError> {
        let drafts = if task.ask.writs() <= IN_PLACE {
            self.drafts(task, key_set.writ.kid())
        } else {
            let (mint, task, kid) = (Arc::clone(self), Arc::clone(task), key_set.writ.kid().to_owned());
            let drafted = spawn_blocking(move || mint.drafts(&task, &kid)).await;
            drafted.unwrap_or(Err(MintError::Sign(SignError)))
        };
        let writs = sign_drafts(key_set, drafts?).await?;
        let kid = key_set.writ.kid().to_owned();
        Ok(Minted { kid, writs })
    }

    /// Mints the one writ that says `claims`.
    ///
    /// # Errors
    /// [`MintError`].
    pub async fn issue(&self, claims: &Claims) -> Result<SignedWrit, MintError> {
        let key_set = self.keyring.key_set();
        let signed = sign_drafts(&key_set, vec![draft(claims, key_set.writ.kid())?]).await?;
        signed.into_iter().next().ok_or(MintError::Sign(SignError))
    }

    /// For each agent of a task a draft for each audience. What the first agent's writs say is read
    /// back; the others' say the same of another agent.
    fn drafts(&self, task: &Task, kid: &str) -> Result<Vec<WritDraft>, MintError> {
        let mut all = Vec::with_capacity(task.ask.writs());
        let mut forms = Vec::with_capacity(task.ask.parts.len());
        for instance in 0..task.ask.count {
            let agent_id = self.agent_id(&task.ask.orch_id, &task.ask.task_id, &task.seed.instance(instance));
            for (index, (part, authority)) in task.ask.parts.iter().zip(&task.authorities).enumerate() {
                let jti = task.jti(all.len());
                let claims = || self.claims(task, &part.audience, authority, &agent_id, &jti);
                if task.ask.count == 1 {
                    all.push(draft(&claims(), kid)?);
                    continue;
                }
                if forms.len() <= index {
                    forms.push(WritForm::of(&claims())?);
                }
                let form = forms.get(index).ok_or(MintError::Unfaithful)?;
                all.push(form.draft(&agent_id, &jti, kid)?);
            }
        }
        Ok(all)
    }

    /// The id of an agent of a task.
    #[must_use]
    pub fn agent_id(&self, orch_id: &str, task_id: &str, instance: &str) -> String {
        format!("spiffe://{}/agent/{orch_id}/{task_id}/{instance}", self.trust_domain)
    }

    fn claims(&self, task: &Task, audience: &str, authority: &Authority, agent_id: &str, jti: &str) -> Claims {
        Claims {
            iss: self.issuer.clone(),
            aud: audience.to_owned(),
            sub: agent_id.to_owned(),
            client_id: task.client_id.clone(),
            task_id: task.ask.task_id.clone(),
            orch_id: task.ask.orch_id.clone(),
            jti: jti.to_owned(),
            iat: task.term.from(),
            nbf: task.term.from(),
            exp: task.term.expires,
            authority: authority.clone(),
            // A lineage is named after its first writ.
            lin: jti.to_owned(),
            anc: Vec::new(),
            cnf_jkt: None,
            agent_key: None,
        }
    }
}

async fn sign_drafts(key_set: &SigningKeySet, drafts: Vec<WritDraft>) -> Result<Vec<SignedWrit>, MintError> {
    let (mut writs, inputs): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
    let tokens = key_set.writ.sign(inputs).await.map_err(MintError::Sign)?;
    if tokens.len() != writs.len() {
        return Err(MintError::Sign(SignError));
    }
    for (writ, token) in writs.iter_mut().zip(tokens) {
        writ.token = Secret::new(token);
    }
    Ok(writs)
}

/// The payload of a writ that says `claims`, read back before anything is signed.
fn faithful_payload(claims: &Claims) -> Result<String, MintError> {
    let payload = claims.to_json();
    let back = json::parse(payload.as_bytes(), JSON_VALUES).ok();
    let back = back.and_then(|payload| Claims::read(&payload).ok());
    let faithful = back.as_ref() == Some(claims);
    faithful.then_some(payload).ok_or(MintError::Unfaithful)
}

/// The draft of a writ that says `claims`.
fn draft(claims: &Claims, kid: &str) -> Result<WritDraft, MintError> {
    let writ = SignedWrit {
        audience: claims.aud.clone(),
        token: Secret::new(String::new()),
        agent_id: claims.sub.clone(),
        jti: claims.jti.clone(),
        expires_in: claims.exp.since(claims.iat),
    };
    signing_input(writ, &faithful_payload(claims)?, kid)
}

fn signing_input(writ: SignedWrit, payload: &str, kid: &str) -> Result<WritDraft, MintError> {
    let input = SigningInput::new(JwsKind::Writ, Algorithm::EdDsa, kid, payload.as_bytes());
    if input.bytes().len() + SIGNATURE_BYTES > WRIT_BYTES {
        let audience = writ.audience;
        return Err(MintError::TooLong { audience });
    }
    Ok((writ, input))
}

/// The claims that several writs share: everything but their agent and their ids.
struct WritForm {
    audience: String,
    expires_in: u64,
    /// The payload, cut at the agent and at the ids.
    pieces: Vec<PayloadPiece>,
}

/// A piece of a payload.
enum PayloadPiece {
    Text(String),
    Agent,
    Id,
}

impl WritForm {
    /// The form of a writ that says `claims`.
    fn of(claims: &Claims) -> Result<Self, MintError> {
        let payload = faithful_payload(claims)?;
        let form = Self {
            audience: claims.aud.clone(),
            expires_in: claims.exp.since(claims.iat),
            pieces: cut_payload(&payload, &claims.sub, &claims.jti),
        };
        // Neither the agent nor the ids of a task's writs can be elsewhere: no client knew them
        // when the rest was asked for.
        let has = |wanted: fn(&PayloadPiece) -> bool| form.pieces.iter().any(wanted);
        let cut = has(|piece| matches!(piece, PayloadPiece::Agent)) && has(|piece| matches!(piece, PayloadPiece::Id));
        let faithful = cut && form.payload(&claims.sub, &claims.jti) == payload;
        faithful.then_some(form).ok_or(MintError::Unfaithful)
    }

    fn payload(&self, agent_id: &str, jti: &str) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            PayloadPiece::Text(text) => text.as_str(),
            PayloadPiece::Agent => agent_id,
            PayloadPiece::Id => jti,
        });
        pieces.collect()
    }

    fn draft(&self, agent_id: &str, jti: &str, kid: &str) -> Result<WritDraft, MintError> {
        let writ = SignedWrit {
            audience: self.audience.clone(),
            token: Secret::new(String::new()),
            agent_id: agent_id.to_owned(),
            jti: jti.to_owned(),
            expires_in: self.expires_in,
        };
        signing_input(writ, &self.payload(agent_id, jti), kid)
    }
}

/// Cuts `payload` at `sub` and at `jti`, which a first writ's lineage is named after.
fn cut_payload(payload: &str, sub: &str, jti: &str) -> Vec<PayloadPiece> {
    let mut pieces = Vec::new();
    for (index, around) in payload.split(sub).enumerate() {
        if index > 0 {
            pieces.push(PayloadPiece::Agent);
        }
        for (index, text) in around.split(jti).enumerate() {
            if index > 0 {
                pieces.push(PayloadPiece::Id);
            }
            pieces.push(PayloadPiece::Text(text.to_owned()));
        }
    }
    pieces
}
