//! Agents: registered, renewed, delegated to.

use crate::store::rows::agent::{AgentKey, LaunchToken};
use crate::store::rows::lineage::{DelegatedLineage, Lineage};
use crate::store::rows::revocation::By;
use crate::store::rules::agents::{
    LIVE_DELEGATES, RegisterRows, WritRows, delegate, is_asked_for, is_renewed, living_of_writ, register,
    register_targets, root_of,
};
use crate::store::sqlite::{SqliteStore, Writing, agent, lineage, registry, revocation, task};
use crate::store::{
    AgentStore, Delegate, DelegateOutcome, FindLaunchToken, IssueLaunchToken, RegisterAgent, RegisterOutcome, Renew,
    RenewOutcome, SpoilNonce, Stored,
};
use edgewrit_shared::bundle::revocation::Target;
use edgewrit_shared::token::claims::Claims;
use rusqlite::Connection;

impl AgentStore for SqliteStore {
    fn issue_launch_token(&self, issue: IssueLaunchToken) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            agent::add_launch_token(writing, &issue.hash, &issue.token)?;
            writing.record(&issue.event)
        }))
    }

    fn find_launch_token(&self, find: FindLaunchToken) -> Stored<'_, Option<LaunchToken>> {
        Box::pin(self.read(move |reading| agent::launch_token(reading, &find.hash, find.now)))
    }

    fn spoil_nonce(&self, spoil: SpoilNonce) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            agent::use_nonce(writing, &spoil.nonce)?;
            writing.record(&spoil.event)
        }))
    }

    fn register_agent(&self, register: RegisterAgent) -> Stored<'_, RegisterOutcome> {
        Box::pin(self.write(move |writing| register_agent(writing, &register)))
    }

    fn is_agent_registered(&self, agent: AgentKey) -> Stored<'_, bool> {
        Box::pin(self.read(move |reading| is_registered(reading, &agent)))
    }

    fn delegate(&self, delegate: Delegate) -> Stored<'_, DelegateOutcome> {
        Box::pin(self.write(move |writing| admit_delegate(writing, &delegate)))
    }

    fn renew(&self, renew: Renew) -> Stored<'_, RenewOutcome> {
        Box::pin(self.write(move |writing| renew_writ(writing, &renew)))
    }

    fn find_lineages(&self, ids: Vec<String>) -> Stored<'_, Vec<Option<Lineage>>> {
        Box::pin(self.read(move |reading| ids.iter().map(|id| lineage::find(reading, id)).collect()))
    }
}

fn register_agent(writing: &Writing<'_>, input: &RegisterAgent) -> rusqlite::Result<RegisterOutcome> {
    let joined = &input.joined;
    let rows = RegisterRows {
        task: task::find(writing, &joined.client_id, &joined.task_id)?,
        latest_cut: revocation::latest_cut(writing, &register_targets(joined))?,
        is_nonce_used: agent::is_nonce_used(writing, &input.nonce)?,
        launch_token: agent::launch_token(writing, &input.launch_token, joined.now.seconds())?,
        client: registry::client_state(writing, &joined.client_id)?,
    };
    let decision = register(&joined.client_id, input.iat, &rows);
    if decision.uses_nonce {
        agent::use_nonce(writing, &input.nonce)?;
    }
    if decision.uses_launch_token {
        agent::delete_launch_token(writing, &input.launch_token)?;
    }
    if decision.outcome != RegisterOutcome::Registered {
        return Ok(decision.outcome);
    }
    let Some(row) = task::join(writing, joined)? else {
        return Ok(RegisterOutcome::TaskEnded);
    };
    agent::add(writing, row, &input.agent, joined.now)?;
    task::grant(writing, row, &input.granted)?;
    for event in &input.events {
        writing.record_about(Some(row), event)?;
    }
    Ok(RegisterOutcome::Registered)
}

fn is_registered(reading: &Connection, key: &AgentKey) -> rusqlite::Result<bool> {
    let found = agent::task_agents(reading, &key.client_id, &key.task_id)?;
    let Some((row, asked_for)) = found else {
        return Ok(false);
    };
    Ok(is_asked_for(&asked_for, &key.orch_id, &key.instance)
        || agent::has_registered(reading, row, &key.orch_id, &key.instance)?)
}

fn read_writ_rows(writing: &Writing<'_>, writ: &Claims, targets: &[Target]) -> rusqlite::Result<WritRows> {
    Ok(WritRows {
        client: registry::client_state(writing, &writ.client_id)?,
        latest_cut: revocation::latest_cut(writing, targets)?,
    })
}

fn admit_delegate(writing: &Writing<'_>, input: &Delegate) -> rusqlite::Result<DelegateOutcome> {
    let Delegate { parent, next, .. } = input;
    let rows = read_writ_rows(writing, parent, &input.targets)?;
    let root = root_of(parent);
    let is_full = lineage::has_delegates(writing, root, next.iat, LIVE_DELEGATES)?;
    let outcome = delegate(parent, rows, is_full);
    if outcome != DelegateOutcome::Delegated {
        return Ok(outcome);
    }
    // The delegator's lineage is kept from now on, so that what descends from it is never renewed
    // beyond it.
    lineage::keep(writing, &parent.lin, &parent.jti, parent.exp)?;
    lineage::pass_on(writing, &parent.lin, &parent.sub)?;
    let delegated = DelegatedLineage {
        lineage: &next.lin,
        root,
        expires: next.exp,
        chain: &input.chain,
    };
    lineage::keep_delegated(writing, &delegated)?;
    let row = task::live_until(writing, &next.client_id, &next.task_id, next.exp)?;
    if let Some(row) = row {
        task::grant(writing, row, &input.granted)?;
    }
    writing.record_about(row, &input.event)?;
    Ok(outcome)
}

fn renew_writ(writing: &Writing<'_>, input: &Renew) -> rusqlite::Result<RenewOutcome> {
    let Renew { old, next, .. } = input;
    let rows = read_writ_rows(writing, old, &input.targets)?;
    let latest = lineage::latest_writ(writing, &old.lin)?;
    if !is_renewed(old, rows, latest.as_deref()) {
        let row = task::find(writing, &old.client_id, &old.task_id)?;
        writing.record_about(row.map(|row| row.task), &input.forestalled)?;
        return Ok(RenewOutcome::Forestalled);
    }
    lineage::put_latest_writ(writing, &old.lin, &next.jti, next.exp)?;
    revocation::end(writing, living_of_writ(old), By::Client(&old.client_id))?;
    let row = task::live_until(writing, &next.client_id, &next.task_id, next.exp)?;
    writing.record_about(row, &input.renewed)?;
    Ok(RenewOutcome::Renewed)
}
