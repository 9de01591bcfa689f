//! Agents: registered, renewed, delegated to.

use super::state::{KeptLineage, MemoryState};
use super::writing::MemoryWriting;
use super::{MemoryStore, taken};
use crate::store::rows::agent::{AgentKey, LaunchToken};
use crate::store::rows::lineage::Lineage;
use crate::store::rows::revocation::By;
use crate::store::rules::agents::{
    LIVE_DELEGATES, RegisterRows, TaskAgents, WritRows, delegate, is_asked_for, is_renewed, living_of_writ, register,
    register_targets, root_of,
};
use crate::store::{
    AgentStore, Delegate, DelegateOutcome, FindLaunchToken, IssueLaunchToken, RegisterAgent, RegisterOutcome, Renew,
    RenewOutcome, SpoilNonce, StoreError, Stored,
};
use edgewrit_shared::bundle::revocation::Target;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

impl AgentStore for MemoryStore {
    fn issue_launch_token(&self, issue: IssueLaunchToken) -> Stored<'_, ()> {
        self.write(move |writing| {
            let tokens = &mut writing.state.launch_tokens;
            if tokens.insert(issue.hash, issue.token).is_some() {
                return Err(taken("launch token"));
            }
            writing.record(&issue.event);
            Ok(())
        })
    }

    fn find_launch_token(&self, find: FindLaunchToken) -> Stored<'_, Option<LaunchToken>> {
        self.read(move |state| state.find_launch_token(&find.hash, find.now))
    }

    fn spoil_nonce(&self, spoil: SpoilNonce) -> Stored<'_, ()> {
        self.write(move |writing| {
            writing.state.nonces.insert(spoil.nonce);
            writing.record(&spoil.event);
            Ok(())
        })
    }

    fn register_agent(&self, register: RegisterAgent) -> Stored<'_, RegisterOutcome> {
        self.write(move |writing| register_agent(writing, &register))
    }

    fn is_agent_registered(&self, agent: AgentKey) -> Stored<'_, bool> {
        self.read(move |state| state.is_registered(&agent))
    }

    fn delegate(&self, delegate: Delegate) -> Stored<'_, DelegateOutcome> {
        self.write(move |writing| admit_delegate(writing, &delegate))
    }

    fn renew(&self, renew: Renew) -> Stored<'_, RenewOutcome> {
        self.write(move |writing| renew_writ(writing, &renew))
    }

    fn find_lineages(&self, ids: Vec<String>) -> Stored<'_, Vec<Option<Lineage>>> {
        self.read(move |state| ids.iter().map(|id| state.find_lineage(id)).collect())
    }
}

fn register_agent(writing: &mut MemoryWriting<'_>, input: &RegisterAgent) -> Result<RegisterOutcome, StoreError> {
    let (joined, state) = (&input.joined, &mut writing.state);
    let rows = RegisterRows {
        task: state.find_row(&joined.client_id, &joined.task_id),
        latest_cut: state.latest_cut(&register_targets(joined)),
        is_nonce_used: state.nonces.contains(&input.nonce),
        launch_token: state.find_launch_token(&input.launch_token, joined.now.seconds()),
        client: state.client_state(&joined.client_id),
    };
    let decision = register(&joined.client_id, input.iat, &rows);
    if decision.uses_nonce {
        state.nonces.insert(input.nonce);
    }
    if decision.uses_launch_token {
        state.launch_tokens.remove(&input.launch_token);
    }
    if decision.outcome != RegisterOutcome::Registered {
        return Ok(decision.outcome);
    }
    let Some(task) = state.join(joined) else {
        return Ok(RegisterOutcome::TaskEnded);
    };
    let key = (task, input.agent.instance.clone());
    if state.agents.insert(key, input.agent.clone()).is_some() {
        return Err(taken("agent"));
    }
    state.grant(task, &input.granted);
    for event in &input.events {
        writing.record_about(Some(task), event);
    }
    Ok(RegisterOutcome::Registered)
}

fn admit_delegate(writing: &mut MemoryWriting<'_>, input: &Delegate) -> Result<DelegateOutcome, StoreError> {
    let (Delegate { parent, next, .. }, state) = (input, &mut writing.state);
    let root = root_of(parent);
    let live = state.count_delegates(root, next.iat);
    let rows = state.writ_rows(parent, &input.targets);
    let outcome = delegate(parent, rows, live >= LIVE_DELEGATES);
    if outcome != DelegateOutcome::Delegated {
        return Ok(outcome);
    }
    // The delegator's lineage is kept from now on, so that what descends from it is never renewed
    // beyond it.
    let kept = state.lineages.entry(parent.lin.clone());
    let kept = kept.or_insert_with(|| new_lineage(&parent.jti, parent.exp));
    kept.agent_id = Some(parent.sub.clone());
    let delegated = KeptLineage {
        chain: Some(input.chain.clone()),
        root: Some(root.to_owned()),
        ..new_lineage(&next.lin, next.exp)
    };
    if state.lineages.insert(next.lin.clone(), delegated).is_some() {
        return Err(taken("lineage"));
    }
    let task = state.live_until(&next.client_id, &next.task_id, next.exp);
    if let Some(task) = task {
        state.grant(task, &input.granted);
    }
    writing.record_about(task, &input.event);
    Ok(outcome)
}

fn renew_writ(writing: &mut MemoryWriting<'_>, input: &Renew) -> Result<RenewOutcome, StoreError> {
    let (Renew { old, next, .. }, state) = (input, &mut writing.state);
    let rows = state.writ_rows(old, &input.targets);
    let latest = state.lineages.get(&old.lin).map(|lineage| lineage.jti.as_str());
    if !is_renewed(old, rows, latest) {
        let row = state.find_row(&old.client_id, &old.task_id);
        writing.record_about(row.map(|row| row.task), &input.forestalled);
        return Ok(RenewOutcome::Forestalled);
    }
    let kept = state.lineages.entry(old.lin.clone());
    let kept = kept.or_insert_with(|| new_lineage(&next.jti, next.exp));
    (kept.jti, kept.expires) = (next.jti.clone(), next.exp);
    writing.end(&living_of_writ(old), By::Client(&old.client_id))?;
    let task = writing.state.live_until(&next.client_id, &next.task_id, next.exp);
    writing.record_about(task, &input.renewed);
    Ok(RenewOutcome::Renewed)
}

fn new_lineage(jti: &str, expires: UnixSeconds) -> KeptLineage {
    KeptLineage {
        jti: jti.to_owned(),
        expires,
        chain: None,
        root: None,
        agent_id: None,
    }
}

impl MemoryState {
    fn find_launch_token(&self, hash: &[u8; 32], now: UnixSeconds) -> Option<LaunchToken> {
        self.launch_tokens
            .get(hash)
            .filter(|token| now < token.expires)
            .cloned()
    }

    fn is_registered(&self, key: &AgentKey) -> bool {
        let Some(task) = self.find_kept_task(&key.client_id, &key.task_id) else {
            return false;
        };
        let asked_for = TaskAgents {
            orch_id: task.row.orch_id.clone(),
            count: task.agents,
            seed: task.seed,
        };
        let registered = self.agents.get(&(task.row.task, key.instance.clone()));
        is_asked_for(&asked_for, &key.orch_id, &key.instance)
            || registered.is_some_and(|agent| agent.orch_id == key.orch_id)
    }

    fn writ_rows(&self, writ: &Claims, targets: &[Target]) -> WritRows {
        WritRows {
            client: self.client_state(&writ.client_id),
            latest_cut: self.latest_cut(targets),
        }
    }

    /// The number of delegated lineages that descend from `root` and have not expired by `now`.
    fn count_delegates(&self, root: &str, now: UnixSeconds) -> u64 {
        let of_root = self
            .lineages
            .values()
            .filter(|lineage| lineage.root.as_deref() == Some(root));
        of_root.filter(|lineage| now < lineage.expires).count() as u64
    }

    pub(super) fn find_lineage(&self, id: &str) -> Option<Lineage> {
        self.lineages.get(id).map(|kept| Lineage {
            expires: kept.expires,
            chain: kept.chain.clone(),
        })
    }
}
