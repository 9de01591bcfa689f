//! Revocation by the operator, at every level.

use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::from::from;
use crate::store::revocation::{By, Living};
pub use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{Store, StoreError, Writing, lineage, revocation, task};
use crate::tokens::lineage::lineage_of;
use crate::tokens::status::of_writ;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_LIFE_MAX};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// Tasks of one name among which the operator has to choose.
pub(crate) const NAMESAKES: u64 = 2;

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

from!(RevokeError: Store(StoreError));

/// Ends writs before they expire.
#[derive(Debug)]
pub(crate) struct Revocations {
    store: Arc<Store>,
}

impl Revocations {
    pub(crate) const fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// Ends every writ at `revoke_target` that was issued up to `cut`, which is now by default, for
    /// the operator. Answers how many revocations it took.
    ///
    /// # Errors
    /// [`RevokeError`]; nothing was ended.
    pub(crate) async fn revoke(
        &self,
        revoke_target: RevokeTarget,
        cut: Option<UnixSeconds>,
        info: &RequestInfo,
    ) -> Result<usize, RevokeError> {
        let name = revoke_target.target.clone();
        let event = revocation_event().in_request(info);
        let revoke = self.store.write(move |writing| {
            let Some(targets) = find_targets(writing, &revoke_target)? else {
                return Ok(None);
            };
            end_targets(writing, &revoke_target, &targets, cut, &event)?;
            Ok(Some(targets.len()))
        });
        revoke.await?.ok_or(RevokeError::Ambiguous(name))
    }

    /// Ends the lineage of a writ: the writ, its successors, and all that descends from it. `kind`
    /// says why.
    ///
    /// # Errors
    /// [`StoreError`]; the writ goes on.
    pub(crate) async fn end_lineage(
        &self,
        writ: &Claims,
        kind: EventKind,
        info: &RequestInfo,
    ) -> Result<(), StoreError> {
        let event = of_writ(Event::done(kind).in_request(info), writ);
        let writ = writ.clone();
        let end = self.store.write(move |writing| {
            let kept = lineage::find(writing, &writ.lin)?;
            let living = Living {
                target: Target::of(Level::Lineage(&writ.lin)),
                born: writ.iat,
                // Its latest writ may be another, and what descends from it does not live longer
                // than that.
                expires: kept.map_or(writ.exp, |kept| kept.expires.max(writ.exp)),
            };
            revocation::end(writing, living, By::Client(&writ.client_id))?;
            let row = task::live_until(writing, &writ.client_id, &writ.task_id, writ.exp)?;
            writing.record_about(row, &event)
        });
        end.await
    }
}

/// Ends everything, as a part of another transaction.
pub(crate) fn end_all(writing: &Writing<'_>, event: &Event) -> rusqlite::Result<()> {
    end_targets(writing, &RevokeTarget::all(), &[Target::of(Level::All)], None, event)
}

fn end_targets(
    writing: &Writing<'_>,
    revoke_target: &RevokeTarget,
    targets: &[Target],
    cut: Option<UnixSeconds>,
    event: &Event,
) -> rusqlite::Result<()> {
    let now = writing.now().seconds();
    let cut = cut.unwrap_or(now).min(now);
    for target in targets {
        let expires = cut.plus(WRIT_LIFE_MAX + CLOCK_TOLERANCE);
        let revocation = Revocation {
            target: *target,
            cut,
            expires,
        };
        if revoke_target.level == RevokeLevel::All {
            revocation::fold_into_all(writing, &revocation)?;
        }
        revocation::append(writing, &revocation, By::Operator)?;
    }
    let data = json!({"level": revoke_target.level.as_str(), "target": revoke_target.target, "cut": cut.0, "count": targets.len()});
    writing.record(&event.clone().data(&data))
}

/// The event of an early end.
pub(crate) fn revocation_event() -> Event {
    Event::done(EventKind::TokenRevoked)
}

/// The revocations that reach the target; `None` if it is not clear which task is meant.
fn find_targets(writing: &Writing<'_>, revoke_target: &RevokeTarget) -> rusqlite::Result<Option<Vec<Target>>> {
    let id = revoke_target.target.as_str();
    let targets = match revoke_target.level {
        RevokeLevel::Token => {
            let levels = [Level::Writ(id), Level::Lineage(lineage_of(id))];
            levels.map(Target::of).to_vec()
        }
        RevokeLevel::Lineage => vec![Target::of(Level::Lineage(id))],
        RevokeLevel::Agent => {
            let mut all = passed_on_by(writing, id)?;
            all.push(Target::of(Level::Agent(id)));
            all
        }
        RevokeLevel::Task => return find_task_targets(writing, id),
        RevokeLevel::Chain if id.contains("://") => passed_on_by(writing, id)?,
        // By its lineage: a chain's own level would only find the chain's root, and it may be cut
        // anywhere.
        RevokeLevel::Chain => vec![Target::of(Level::Lineage(lineage_of(id)))],
        RevokeLevel::Client => vec![Target::of(Level::Client(id))],
        RevokeLevel::Key => vec![Target::of(Level::Key(id))],
        RevokeLevel::All => vec![Target::of(Level::All)],
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

fn find_task_targets(writing: &Writing<'_>, name: &str) -> rusqlite::Result<Option<Vec<Target>>> {
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
