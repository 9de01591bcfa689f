//! The request of a client for a task: the authority of its agents at each audience.

use crate::base::id::read_id;
use crate::base::ttl;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::limits::GRANTS_PER_WRIT;

/// Writs that one request can mint: agents times audiences.
pub const WRITS_PER_TASK: u64 = 1_000;
/// Audiences of one task.
pub const AUDIENCES_PER_TASK: usize = 16;
/// Longest name of an audience, in bytes.
pub const AUDIENCE_BYTES: usize = 256;

/// The authority asked for at one audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudiencePart {
    /// The audience.
    pub audience: String,
    /// The place of its grants in the document, as a JSON pointer, to which each has its index
    /// appended.
    pub place: String,
    /// The grants, at least one.
    pub grants: Vec<Grant>,
}

/// A requested task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRequest {
    /// Id of the task, unique within the client.
    pub task_id: String,
    /// The orchestration it belongs to.
    pub orch_id: String,
    /// The name of the agent at its client.
    pub agent: Option<String>,
    /// At least one audience, each with its authority.
    pub parts: Vec<AudiencePart>,
    /// Life in seconds, if the client cares.
    pub ttl: Option<u64>,
    /// The number of agents.
    pub count: usize,
}

impl TaskRequest {
    /// Reads the body of `POST /v1/tasks`, which is also what a policy file holds.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["task_id", "orch_id", "agent", "audiences", "ttl", "count"])?;
        let task_id = members.required("task_id").and_then(read_id);
        let orch_id = members.required("orch_id").and_then(read_id);
        let agent = members.optional("agent").map(read_id);
        let parts = members.required("audiences").and_then(read_parts);
        let ttl = members.optional("ttl").map(ttl::read);
        let count = members.optional("count").map(|count| count.integer(1, WRITS_PER_TASK));
        let ask = Self {
            task_id: task_id?,
            orch_id: orch_id?,
            agent: agent.unwrap_or_default(),
            parts: parts?,
            ttl: ttl.unwrap_or_default(),
            count: usize::try_from(count.unwrap_or(Some(1))?).ok()?,
        };
        if ask.writs() as u64 > WRITS_PER_TASK {
            let (count, audiences) = (ask.count, ask.parts.len());
            node.fault(format!(
                "{count} agents at {audiences} audiences, the limit is {WRITS_PER_TASK} writs"
            ));
        }
        Some(ask)
    }

    /// The number of writs that it takes.
    #[must_use]
    pub fn writs(&self) -> usize {
        self.count.saturating_mul(self.parts.len())
    }
}

/// Longest name of a client or edge, in bytes: its id is longer by 13.
const NAME_BYTES: usize = 64;

/// Reads the name of a new client or edge. Its id begins with the name, and an id that begins with
/// `-` looks like an option of a command.
pub fn read_name(node: &Node<'_>) -> Option<String> {
    let name = read_id(node)?;
    if name.starts_with('-') {
        node.fault("a name cannot begin with `-`");
        return None;
    }
    if name.len() > NAME_BYTES {
        return node.expected(&format!("at most {NAME_BYTES} characters"));
    }
    Some(name)
}

/// Whether `text` can name an audience: visible ASCII, at most [`AUDIENCE_BYTES`] long.
#[must_use]
pub fn is_audience(text: &str) -> bool {
    (1..=AUDIENCE_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The form of an audience, for messages.
pub const AUDIENCE_EXPECTED: &str = "an audience of 1 to 256 visible ASCII characters";

fn read_parts(node: &Node<'_>) -> Option<Vec<AudiencePart>> {
    let audiences = node.members()?;
    if audiences.is_empty() || audiences.len() > AUDIENCES_PER_TASK {
        node.fault(format!(
            "{} audiences, expected 1 to {AUDIENCES_PER_TASK}",
            audiences.len()
        ));
        return None;
    }
    let parts: Vec<_> = audiences.iter().map(|(name, node)| read_part(name, node)).collect();
    parts.into_iter().collect()
}

fn read_part(audience: &str, node: &Node<'_>) -> Option<AudiencePart> {
    if !is_audience(audience) {
        node.fault(format!("expected the member's name to be {AUDIENCE_EXPECTED}"));
        return None;
    }
    let (place, grants) = read_grants(&node.object(&["grants", "scope"])?, GRANTS_PER_WRIT)?;
    Some(AudiencePart {
        audience: audience.to_owned(),
        place,
        grants,
    })
}

/// Reads the grants of an object, which stand under either `grants` or `scope`: at least one, at
/// most `most`. Answers where they stand.
pub fn read_grants(members: &Members<'_>, most: usize) -> Option<(String, Vec<Grant>)> {
    let (list, read): (_, fn(&Node<'_>) -> Option<Grant>) =
        match (members.optional("grants"), members.optional("scope")) {
            (Some(grants), None) => (grants, read_grant),
            (None, Some(scope)) => (scope, read_scope),
            _ => {
                members.node().fault("expected exactly one of `grants` and `scope`");
                return None;
            }
        };
    let items = list.list(most)?;
    if items.is_empty() {
        list.fault("expected at least one grant");
    }
    let grants: Vec<_> = items.iter().map(read).collect();
    Some((list.place(), grants.into_iter().collect::<Option<_>>()?))
}

/// Counters are made and named by the issuer: a client that could name one could spend another
/// task's.
pub fn read_grant(node: &Node<'_>) -> Option<Grant> {
    let grant = Grant::read(node)?;
    if grant.uses().is_some_and(|uses| uses.allowance.is_some()) {
        node.fault("`uses` names an `allowance`, expected `max` alone: the issuer names the counter");
    }
    Some(grant)
}

fn read_scope(node: &Node<'_>) -> Option<Grant> {
    match Grant::from_scope(node.text()?) {
        Ok(grant) => Some(grant),
        Err(message) => {
            node.fault(message);
            None
        }
    }
}
