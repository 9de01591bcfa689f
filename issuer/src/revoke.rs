//! Early ends by the operator, at every level.

use crate::agent::lineage_of;
use crate::audit::{Event, Kind};
use crate::id::is_id;
use crate::store::revocation::{self, By};
use crate::store::{Store, StoreError, Writing, lineage, task};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_LIFE_MAX};
use edgewrit_shared::revocation::{Level, Revocation, Target};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::fmt;

/// Longest id of an agent, in bytes: a trust domain, and three ids.
const AGENT_BYTES: usize = 1_024;
/// Tasks of one name among which the operator has to choose.
pub(crate) const NAMESAKES: u64 = 2;

/// What is ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A writ by `jti`, and with it its lineage: what it was renewed to, and what descends from it.
    Token(String),
    /// A lineage.
    Lineage(String),
    /// All writs of an agent, and what descends from them.
    Agent(String),
    /// A task: `client_id/task_id`, or a task id that one client has.
    Task(String),
    /// A lineage and what descends from it, named by a writ; or every lineage of which an agent passed something on.
    Chain(String),
    /// All writs of a client.
    Client(String),
    /// All writs that a key signed.
    Key(String),
    /// Everything.
    All,
}

impl Aim {
    /// The aim at `target` on `level`; `None` if there is no such level, or nothing on it can be called so.
    #[must_use]
    pub fn parse(level: &str, target: String) -> Option<Self> {
        let aim: fn(String) -> Self = match level {
            "token" => Self::Token,
            "lineage" => Self::Lineage,
            "agent" => Self::Agent,
            "task" => Self::Task,
            "chain" => Self::Chain,
            "client" => Self::Client,
            "key" => Self::Key,
            "all" => |_| Self::All,
            _ => return None,
        };
        let aim = aim(target);
        aim.is_well_formed().then_some(aim)
    }

    /// Whether something can be called so. Above all a token is called by its id: the token itself must not be written down anywhere.
    fn is_well_formed(&self) -> bool {
        let is_agent =
            |text: &str| text.starts_with("spiffe://") && text.len() <= AGENT_BYTES && !text.contains(char::is_control);
        match self {
            Self::Token(id) | Self::Lineage(id) | Self::Client(id) | Self::Key(id) => is_id(id),
            Self::Agent(id) => is_agent(id),
            Self::Chain(id) => is_id(id) || is_agent(id),
            Self::Task(name) => name.split('/').count() <= 2 && name.split('/').all(is_id),
            Self::All => true,
        }
    }

    /// The level, and what it is aimed at.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Token(target) => ("token", target),
            Self::Lineage(target) => ("lineage", target),
            Self::Agent(target) => ("agent", target),
            Self::Task(target) => ("task", target),
            Self::Chain(target) => ("chain", target),
            Self::Client(target) => ("client", target),
            Self::Key(target) => ("key", target),
            Self::All => ("all", ""),
        }
    }
}

/// Why nothing was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevokeError {
    /// Several clients have such a task.
    Ambiguous(String),
    /// The store refused.
    Store(StoreError),
}

impl fmt::Display for RevokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous(task) => write!(
                f,
                "several clients have a task `{task}`: name it as `client_id/task_id`"
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl From<StoreError> for RevokeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Ends every writ at `aim` that was issued up to `cut`, which is now if nobody says otherwise. Answers how many revocations it took.
///
/// # Errors
/// [`RevokeError`]; nothing was ended.
pub async fn revoke(store: &Store, aim: Aim, cut: Option<UnixSeconds>, event: Event) -> Result<usize, RevokeError> {
    let name = aim.parts().1.to_owned();
    let revoke = store.write(move |writing| {
        let Some(targets) = targets(writing, &aim)? else {
            return Ok(None);
        };
        let now = writing.now().seconds();
        let cut = cut.unwrap_or(now).min(now);
        for target in &targets {
            let expires = cut.plus(WRIT_LIFE_MAX + CLOCK_TOLERANCE);
            let revocation = Revocation {
                target: *target,
                cut,
                expires,
            };
            if aim == Aim::All {
                revocation::fold_into_all(writing, &revocation)?;
            }
            revocation::append(writing, &revocation, By::Operator)?;
        }
        let (level, target) = aim.parts();
        let data = json!({"level": level, "target": target, "cut": cut.0, "count": targets.len()});
        writing.record(&event.clone().data(&data))?;
        Ok(Some(targets.len()))
    });
    revoke.await?.ok_or(RevokeError::Ambiguous(name))
}

/// The event of an early end.
#[must_use]
pub fn event() -> Event {
    Event::done(Kind::TokenRevoked)
}

/// What is revoked to reach the aim; `None` if it is not clear which task is meant.
fn targets(writing: &Writing<'_>, aim: &Aim) -> rusqlite::Result<Option<Vec<Target>>> {
    let targets = match aim {
        Aim::Token(jti) => {
            let levels = [Level::Writ(jti), Level::Lineage(lineage_of(jti))];
            levels.map(Target::of).to_vec()
        }
        Aim::Lineage(id) => vec![Target::of(Level::Lineage(id))],
        Aim::Agent(id) => {
            let mut all = passed_on_by(writing, id)?;
            all.push(Target::of(Level::Agent(id)));
            all
        }
        Aim::Task(name) => return tasks(writing, name),
        Aim::Chain(agent_id) if agent_id.contains("://") => passed_on_by(writing, agent_id)?,
        // By its lineage: a chain's own level would only find the chain's root, and it may be cut anywhere.
        Aim::Chain(jti) => vec![Target::of(Level::Lineage(lineage_of(jti)))],
        Aim::Client(id) => vec![Target::of(Level::Client(id))],
        Aim::Key(kid) => vec![Target::of(Level::Key(kid))],
        Aim::All => vec![Target::of(Level::All)],
    };
    Ok(Some(targets))
}

/// The lineages of which an agent passed something on.
fn passed_on_by(writing: &Writing<'_>, agent_id: &str) -> rusqlite::Result<Vec<Target>> {
    let lineages = lineage::passed_on_by(writing, agent_id)?;
    Ok(lineages
        .iter()
        .map(|lineage| Target::of(Level::Lineage(lineage)))
        .collect())
}

fn tasks(writing: &Writing<'_>, name: &str) -> rusqlite::Result<Option<Vec<Target>>> {
    if let Some((client_id, task_id)) = name.split_once('/') {
        return Ok(Some(vec![Target::of(Level::Task { client_id, task_id })]));
    }
    let named = task::named(writing, name, NAMESAKES)?;
    let targets = named.iter().map(|row| {
        let (client_id, task_id) = (row.client_id.as_str(), name);
        Target::of(Level::Task { client_id, task_id })
    });
    Ok((named.len() < 2).then(|| targets.collect()))
}
