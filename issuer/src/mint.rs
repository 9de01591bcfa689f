//! From a granted task to its writs. Everything a writ says is a function of the task's ask, seed and term, so that the answer
//! to a repeated request can be made again, and need not be stored, as long as the same key signs.

use crate::ask::Ask;
use crate::grant::Term;
use crate::id::Seed;
use crate::keys::{Keyring, Ring};
use crate::signer::SignError;
use edgewrit_shared::claims::{Authority, Claims};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json;
use edgewrit_shared::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::limits::{JSON_VALUES, WRIT_BYTES};
use edgewrit_shared::secret::Secret;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::{error, fmt};
use tokio::task::spawn_blocking;

/// A task that was granted, ready to be minted.
#[derive(Clone, Debug)]
pub struct Task {
    /// Who asked.
    pub client_id: String,
    /// For what.
    pub ask: Ask,
    /// Where its ids come from.
    pub seed: Seed,
    /// From when to when.
    pub term: Term,
    /// The counters that it needs: one for each grant that limits its uses.
    pub allowances: Vec<Allowance>,
    /// Its authority for each audience, in the order of the ask.
    pub authorities: Vec<Authority>,
}

/// Who signs, and in whose name.
#[derive(Debug)]
pub struct Mint {
    /// `iss` of every writ.
    pub issuer: String,
    /// The SPIFFE trust domain of `sub`.
    pub trust_domain: String,
    /// Whose writ key signs.
    pub keyring: Arc<Keyring>,
}

/// A signed writ.
#[derive(Clone, Debug)]
pub struct Writ {
    /// Where it counts.
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

/// A counter that the task needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Its id.
    pub id: String,
    /// How much it holds.
    pub max: u64,
}

/// A grant that a task was given, as it is held against what is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// At which audience.
    pub audience: String,
    /// Its id, by which edges say what a request used.
    pub id: String,
    /// The grant as JSON text.
    pub body: String,
}

impl Granted {
    /// Every grant of `authority` at `audience`.
    #[must_use]
    pub fn all(audience: &str, authority: &Authority) -> Vec<Self> {
        let one = |grant: &Grant| Self {
            audience: audience.to_owned(),
            id: grant.id().to_string(),
            body: grant.to_json(),
        };
        match authority {
            Authority::Details(grants) => grants.iter().map(one).collect(),
            Authority::Scope(scopes) => {
                let grants = scopes.iter().filter_map(|scope| Grant::from_scope(scope).ok());
                grants.map(|grant| one(&grant)).collect()
            }
        }
    }
}

/// The writs of a task.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The key that signed them.
    pub kid: String,
    /// For each agent one for each audience.
    pub writs: Vec<Writ>,
}

impl Minted {
    /// By what the same writs are recognised: SHA-256 of their tokens, each behind a line feed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let tokens = self.writs.iter().map(|writ| writ.token.expose());
        let hash = tokens.fold(Sha256::new(), |hash, token| hash.chain_update(token).chain_update("\n"));
        hash.finalize().into()
    }
}

/// Why there are no writs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MintError {
    /// The grants for an audience do not fit into a writ.
    TooLong {
        /// The audience.
        audience: String,
    },
    /// What was about to be signed does not read back as what was meant.
    Unfaithful,
    /// The signer failed.
    Sign(SignError),
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { audience } => {
                write!(
                    f,
                    "the grants for `{audience}` do not fit into a writ of {WRIT_BYTES} bytes"
                )
            }
            Self::Unfaithful => f.write_str("what was about to be signed does not read back as what was meant"),
            Self::Sign(error) => error.fmt(f),
        }
    }
}

impl error::Error for MintError {}

impl Task {
    /// The task that `client_id` asks for. Everything else follows.
    #[must_use]
    pub fn new(client_id: String, ask: Ask, seed: Seed, term: Term) -> Self {
        let grants = ask.parts.iter().flat_map(|part| &part.grants);
        let limits = grants.filter_map(Grant::uses).enumerate();
        let allowances: Vec<_> = limits
            .map(|(index, uses)| Allowance {
                id: seed.id(term.born, "allowance", index),
                max: uses.max,
            })
            .collect();
        Self {
            authorities: authorities(&ask, &allowances),
            client_id,
            ask,
            seed,
            term,
            allowances,
        }
    }

    /// The id of its `index`th writ.
    #[must_use]
    pub fn jti(&self, index: usize) -> String {
        self.seed.id(self.term.born, "writ", index)
    }

    /// What it was granted, at every audience.
    #[must_use]
    pub fn granted(&self) -> Vec<Granted> {
        let parts = self.ask.parts.iter().zip(&self.authorities);
        parts
            .flat_map(|(part, authority)| Granted::all(&part.audience, authority))
            .collect()
    }
}

/// What is asked for, each grant that limits its uses under an allowance.
fn authorities(ask: &Ask, allowances: &[Allowance]) -> Vec<Authority> {
    let mut allowances = allowances.iter();
    let mut numbered = |grant: &Grant| match grant.uses() {
        Some(_) => allowances
            .next()
            .map(|allowance| grant.clone().with_allowance(allowance.id.clone())),
        None => Some(grant.clone()),
    };
    let parts = ask.parts.iter();
    parts
        .map(|part| authority(part.grants.iter().filter_map(&mut numbered).collect()))
        .collect()
}

/// `scope` if every grant can be said so, otherwise `authorization_details`.
fn authority(grants: Vec<Grant>) -> Authority {
    match grants.iter().map(Grant::to_scope).collect() {
        Some(scopes) => Authority::Scope(scopes),
        None => Authority::Details(grants),
    }
}

/// How many writs are drafted without giving way to other work on the same thread: about 0.1 ms.
const IN_PLACE: usize = 8;
/// Bytes that the signature adds to what is signed: a dot and 64 bytes in base64url.
const SIGNATURE_BYTES: usize = 1 + 86;

/// A writ without its token, and what has to be signed for that.
type Draft = (Writ, SigningInput);

impl Mint {
    /// Mints the writs of `task`.
    ///
    /// # Errors
    /// [`MintError`]; no writ has left this function then.
    pub async fn mint(self: &Arc<Self>, task: &Arc<Task>) -> Result<Minted, MintError> {
        self.mint_by(&self.keyring.ring(), task).await
    }

    /// Mints the same writs of `task` again: those that `kid` signed, and that have this `hash`. `None` if that key does not sign any more,
    /// or the writs would say something else, as under another trust domain.
    ///
    /// # Errors
    /// [`MintError`].
    pub async fn mint_again(
        self: &Arc<Self>,
        task: &Arc<Task>,
        kid: &str,
        hash: [u8; 32],
    ) -> Result<Option<Minted>, MintError> {
        let ring = self.keyring.ring();
        if ring.writ.kid() != kid {
            return Ok(None);
        }
        let minted = self.mint_by(&ring, task).await?;
        Ok((minted.hash() == hash).then_some(minted))
    }

    async fn mint_by(self: &Arc<Self>, ring: &Ring, task: &Arc<Task>) -> Result<Minted, MintError> {
        let drafts = if task.ask.writs() <= IN_PLACE {
            self.drafts(task, ring.writ.kid())
        } else {
            let (mint, task, kid) = (Arc::clone(self), Arc::clone(task), ring.writ.kid().to_owned());
            let drafted = spawn_blocking(move || mint.drafts(&task, &kid)).await;
            drafted.unwrap_or(Err(MintError::Sign(SignError)))
        };
        let writs = sign(ring, drafts?).await?;
        let kid = ring.writ.kid().to_owned();
        Ok(Minted { kid, writs })
    }

    /// Mints the one writ that says `claims`.
    ///
    /// # Errors
    /// [`MintError`].
    pub async fn issue(&self, claims: &Claims) -> Result<Writ, MintError> {
        let ring = self.keyring.ring();
        let signed = sign(&ring, vec![draft(claims, ring.writ.kid())?]).await?;
        signed.into_iter().next().ok_or(MintError::Sign(SignError))
    }

    /// For each agent of a task a draft for each audience. What the first agent's writs say is read back; the others' say the same of another
    /// agent.
    fn drafts(&self, task: &Task, kid: &str) -> Result<Vec<Draft>, MintError> {
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
                    forms.push(Form::of(&claims())?);
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

async fn sign(ring: &Ring, drafts: Vec<Draft>) -> Result<Vec<Writ>, MintError> {
    let (mut writs, inputs): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
    let tokens = ring.writ.sign(inputs).await.map_err(MintError::Sign)?;
    if tokens.len() != writs.len() {
        return Err(MintError::Sign(SignError));
    }
    for (writ, token) in writs.iter_mut().zip(tokens) {
        writ.token = Secret::new(token);
    }
    Ok(writs)
}

/// The payload of a writ that says `claims`, read back before anything is signed.
fn payload(claims: &Claims) -> Result<String, MintError> {
    let payload = claims.to_json();
    let back = json::parse(payload.as_bytes(), JSON_VALUES).ok();
    let back = back.and_then(|payload| Claims::read(&payload).ok());
    let faithful = back.as_ref() == Some(claims);
    faithful.then_some(payload).ok_or(MintError::Unfaithful)
}

/// The draft of a writ that says `claims`.
fn draft(claims: &Claims, kid: &str) -> Result<Draft, MintError> {
    let writ = Writ {
        audience: claims.aud.clone(),
        token: Secret::new(String::new()),
        agent_id: claims.sub.clone(),
        jti: claims.jti.clone(),
        expires_in: claims.exp.since(claims.iat),
    };
    to_sign(writ, &payload(claims)?, kid)
}

fn to_sign(writ: Writ, payload: &str, kid: &str) -> Result<Draft, MintError> {
    let input = SigningInput::new(JwsKind::Writ, Algorithm::EdDsa, kid, payload.as_bytes());
    if input.bytes().len() + SIGNATURE_BYTES > WRIT_BYTES {
        let audience = writ.audience;
        return Err(MintError::TooLong { audience });
    }
    Ok((writ, input))
}

/// What several writs say alike: everything but their agent and their ids.
struct Form {
    audience: String,
    expires_in: u64,
    /// The payload, cut where the agent stands and where the ids do.
    pieces: Vec<Piece>,
}

/// A piece of a payload.
enum Piece {
    Text(String),
    Agent,
    Id,
}

impl Form {
    /// The form of a writ that says `claims`.
    fn of(claims: &Claims) -> Result<Self, MintError> {
        let payload = payload(claims)?;
        let form = Self {
            audience: claims.aud.clone(),
            expires_in: claims.exp.since(claims.iat),
            pieces: pieces(&payload, &claims.sub, &claims.jti),
        };
        // Neither the agent nor the ids of a task's writs can stand elsewhere: nobody knew them when the rest was asked for.
        let has = |wanted: fn(&Piece) -> bool| form.pieces.iter().any(wanted);
        let cut = has(|piece| matches!(piece, Piece::Agent)) && has(|piece| matches!(piece, Piece::Id));
        let faithful = cut && form.payload(&claims.sub, &claims.jti) == payload;
        faithful.then_some(form).ok_or(MintError::Unfaithful)
    }

    fn payload(&self, agent_id: &str, jti: &str) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Agent => agent_id,
            Piece::Id => jti,
        });
        pieces.collect()
    }

    fn draft(&self, agent_id: &str, jti: &str, kid: &str) -> Result<Draft, MintError> {
        let writ = Writ {
            audience: self.audience.clone(),
            token: Secret::new(String::new()),
            agent_id: agent_id.to_owned(),
            jti: jti.to_owned(),
            expires_in: self.expires_in,
        };
        to_sign(writ, &self.payload(agent_id, jti), kid)
    }
}

/// Cuts `payload` at `sub` and at `jti`, which a first writ's lineage is named after.
fn pieces(payload: &str, sub: &str, jti: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, around) in payload.split(sub).enumerate() {
        if index > 0 {
            pieces.push(Piece::Agent);
        }
        for (index, text) in around.split(jti).enumerate() {
            if index > 0 {
                pieces.push(Piece::Id);
            }
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
    pieces
}
