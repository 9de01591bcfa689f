//! Rules of the revocations that a revocation by the operator writes.

use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_TTL_MAX};
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};

/// Tasks of one name among which the operator has to choose.
pub const NAMESAKES: u64 = 2;

/// The rows by which the targets of a revocation are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeLookup<'a> {
    /// No row: the target says it all.
    Nothing,
    /// The lineages of which this agent passed something on.
    PassedOnBy(&'a str),
    /// The clients that have a task with this id, up to [`NAMESAKES`].
    ClientsOfTask(&'a str),
}

/// The lineage of a writ, which its id begins with.
#[must_use]
pub fn lineage_of(jti: &str) -> &str {
    jti.split('.').next().unwrap_or(jti)
}

/// The rows that [`find_targets`] takes.
#[must_use]
pub fn lookup_of(target: &RevokeTarget) -> RevokeLookup<'_> {
    let id = target.target.as_str();
    match target.level {
        RevokeLevel::Agent => RevokeLookup::PassedOnBy(id),
        RevokeLevel::Chain if id.contains("://") => RevokeLookup::PassedOnBy(id),
        RevokeLevel::Task if !id.contains('/') => RevokeLookup::ClientsOfTask(id),
        _ => RevokeLookup::Nothing,
    }
}

/// The targets that are revoked; `None` if it is not clear which task is meant. `found` has the ids
/// of the rows that [`lookup_of`] names.
#[must_use]
pub fn find_targets(target: &RevokeTarget, found: &[String]) -> Option<Vec<Target>> {
    let id = target.target.as_str();
    let lineage = |id: &String| Target::of(Level::Lineage(id));
    Some(match target.level {
        RevokeLevel::Token => {
            let levels = [Level::Writ(id), Level::Lineage(lineage_of(id))];
            levels.map(Target::of).to_vec()
        }
        RevokeLevel::Lineage => vec![Target::of(Level::Lineage(id))],
        RevokeLevel::Agent => {
            let own = Target::of(Level::Agent(id));
            found.iter().map(lineage).chain([own]).collect()
        }
        RevokeLevel::Task => return find_task_targets(id, found),
        RevokeLevel::Chain if id.contains("://") => found.iter().map(lineage).collect(),
        // By its lineage: a chain's own level would only find the chain's root, and it may be cut
        // anywhere.
        RevokeLevel::Chain => vec![Target::of(Level::Lineage(lineage_of(id)))],
        RevokeLevel::Client => vec![Target::of(Level::Client(id))],
        RevokeLevel::Key => vec![Target::of(Level::Key(id))],
        RevokeLevel::All => vec![Target::of(Level::All)],
    })
}

fn find_task_targets(name: &str, clients: &[String]) -> Option<Vec<Target>> {
    let target = |client_id, task_id| Target::of(Level::Task { client_id, task_id });
    if let Some((client_id, task_id)) = name.split_once('/') {
        return Some(vec![target(client_id, task_id)]);
    }
    let targets = clients.iter().map(|client_id| target(client_id, name));
    ((clients.len() as u64) < NAMESAKES).then(|| targets.collect())
}

/// The revocations of a transaction, and the data of its event.
#[derive(Clone, Debug)]
pub struct RevocationBatch {
    /// The revocations, in their order.
    pub all: Vec<Revocation>,
    /// Whether each makes those needless that end no more than it.
    pub is_of_everything: bool,
    /// The data of the event.
    pub data: Value,
}

/// The revocations of `targets` at `now`, the time of the writer. Writs are revoked that were
/// issued up to `cut`, which is now by default and never later.
#[must_use]
pub fn end_targets(
    target: &RevokeTarget,
    targets: &[Target],
    cut: Option<UnixSeconds>,
    now: UnixSeconds,
) -> RevocationBatch {
    let cut = cut.unwrap_or(now).min(now);
    let revocation = |target: &Target| Revocation {
        target: *target,
        cut,
        expires: cut.plus(WRIT_TTL_MAX + CLOCK_TOLERANCE),
    };
    RevocationBatch {
        all: targets.iter().map(revocation).collect(),
        is_of_everything: target.level == RevokeLevel::All,
        data: json!({
            "level": target.level.as_str(),
            "target": target.target,
            "cut": cut.0,
            "count": targets.len(),
        }),
    }
}

/// The revocation of everything, as a part of another transaction.
#[must_use]
pub fn end_everything(now: UnixSeconds) -> RevocationBatch {
    end_targets(&RevokeTarget::all(), &[Target::of(Level::All)], None, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(level: RevokeLevel, id: &str) -> RevokeTarget {
        RevokeTarget::new(level, id.to_owned()).unwrap()
    }

    fn found(level: RevokeLevel, id: &str, rows: &[&str]) -> Option<Vec<Target>> {
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        find_targets(&target(level, id), &rows)
    }

    const AGENT: &str = "spiffe://example/agent/o/t/i";

    #[test]
    fn a_token_ends_itself_and_its_lineage() {
        let both = [Level::Writ("a.b"), Level::Lineage("a")].map(Target::of).to_vec();
        assert_eq!(found(RevokeLevel::Token, "a.b", &[]), Some(both));
    }

    #[test]
    fn an_agent_ends_its_writs_and_what_it_passed_on() {
        let agent = target(RevokeLevel::Agent, AGENT);
        assert_eq!(lookup_of(&agent), RevokeLookup::PassedOnBy(AGENT));
        let all = [Level::Lineage("l"), Level::Lineage("m"), Level::Agent(AGENT)];
        let all = all.map(Target::of).to_vec();
        assert_eq!(found(RevokeLevel::Agent, AGENT, &["l", "m"]), Some(all));
    }

    #[test]
    fn a_chain_is_named_by_a_writ_or_by_its_delegator() {
        assert_eq!(lookup_of(&target(RevokeLevel::Chain, "a.b")), RevokeLookup::Nothing);
        let lineage = |id| vec![Target::of(Level::Lineage(id))];
        assert_eq!(found(RevokeLevel::Chain, "a.b", &[]), Some(lineage("a")));
        assert_eq!(found(RevokeLevel::Chain, AGENT, &["l"]), Some(lineage("l")));
        assert_eq!(found(RevokeLevel::Chain, AGENT, &[]), Some(Vec::new()));
    }

    #[test]
    fn a_task_needs_its_client_where_several_clients_have_one() {
        let of = |client_id, task_id| vec![Target::of(Level::Task { client_id, task_id })];
        let task = target(RevokeLevel::Task, "t");
        assert_eq!(lookup_of(&task), RevokeLookup::ClientsOfTask("t"));
        assert_eq!(found(RevokeLevel::Task, "t", &[]), Some(Vec::new()));
        assert_eq!(found(RevokeLevel::Task, "t", &["c"]), Some(of("c", "t")));
        assert_eq!(found(RevokeLevel::Task, "t", &["c", "d"]), None);
        assert_eq!(found(RevokeLevel::Task, "c/t", &[]), Some(of("c", "t")));
    }

    #[test]
    fn a_cut_is_never_in_the_future() {
        let now = UnixSeconds(1_000);
        let targets = [Target::of(Level::Client("c"))];
        let client = target(RevokeLevel::Client, "c");
        for (asked, cut) in [(None, 1_000), (Some(500), 500), (Some(2_000), 1_000)] {
            let ended = end_targets(&client, &targets, asked.map(UnixSeconds), now);
            let one = &ended.all[0];
            assert_eq!(one.cut.0, cut);
            assert_eq!(one.expires.0, cut + WRIT_TTL_MAX + CLOCK_TOLERANCE);
            assert!(!ended.is_of_everything);
        }
        assert!(end_everything(now).is_of_everything);
    }
}
