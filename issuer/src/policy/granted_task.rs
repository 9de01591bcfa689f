//! A task that was granted: its counters, and its authority for each audience.

use crate::base::id::Seed;
use crate::policy::grant::Term;
use crate::policy::task_request::TaskRequest;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::token::claims::Authority;

/// A task that was granted, ready to be minted.
#[derive(Clone, Debug)]
pub struct Task {
    /// The client that asked for it.
    pub client_id: String,
    /// The request of the client.
    pub ask: TaskRequest,
    /// The seed of its ids.
    pub seed: Seed,
    /// The time of its writs.
    pub term: Term,
    /// The counters that it needs: one for each grant that limits its uses.
    pub allowances: Vec<Allowance>,
    /// Authority of the task for each audience, in the order of the request.
    pub authorities: Vec<Authority>,
}

/// A counter that the task needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Id of the allowance.
    pub id: String,
    /// The number of its uses.
    pub max: u64,
}

/// A grant that a task was given, as it is held against what is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The audience of the grant.
    pub audience: String,
    /// Id of the grant, by which edges say what a request used.
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

impl Task {
    /// The task that `client_id` asks for. Everything else follows.
    #[must_use]
    pub fn new(client_id: String, ask: TaskRequest, seed: Seed, term: Term) -> Self {
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

    /// Grants of the task, at every audience.
    #[must_use]
    pub fn granted(&self) -> Vec<Granted> {
        let parts = self.ask.parts.iter().zip(&self.authorities);
        parts
            .flat_map(|(part, authority)| Granted::all(&part.audience, authority))
            .collect()
    }
}

/// The authority that is asked for, with an allowance for each grant that limits its uses.
fn authorities(ask: &TaskRequest, allowances: &[Allowance]) -> Vec<Authority> {
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
