//! The events that are kept.

use serde_json::Value;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The kinds of events. The names are stable; those of the AgentWrit API are the ones it
        /// uses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[$doc])* $name,)* }

        impl EventKind {
            /// All names, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in the event's line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// A client began a task and got its writs.
    TaskStarted = "task_started";
    /// A client ended a task.
    TaskCompleted = "task_completed";
    /// A client asked for more than its ceiling holds.
    TaskRefused = "scope_ceiling_exceeded";
    /// A writ was issued to an agent that registered.
    TokenIssued = "token_issued";
    /// A writ was replaced by its successor.
    TokenRenewed = "token_renewed";
    /// A writ was not replaced.
    TokenRenewalFailed = "token_renewal_failed";
    /// An agent gave its writ back.
    TokenReleased = "token_released";
    /// A writ, or many, were ended early.
    TokenRevoked = "token_revoked";
    /// An agent passed a part of its authority on.
    DelegationCreated = "delegation_created";
    /// An agent tried to pass on what it may not.
    DelegationRefused = "delegation_attenuation_violation";
    /// The operator authenticated.
    AdminAuth = "admin_auth";
    /// A client presented a wrong operator secret.
    AdminAuthFailed = "admin_auth_failed";
    /// A client presented an invalid bearer, or none.
    TokenAuthFailed = "token_auth_failed";
    /// A client presented a bearer that is not for the endpoint.
    ScopeViolation = "scope_violation";
    /// A client was registered.
    AppRegistered = "app_registered";
    /// A client's ceiling was replaced.
    AppUpdated = "app_updated";
    /// A client was shut out.
    AppDeregistered = "app_deregistered";
    /// A client authenticated.
    AppAuthenticated = "app_authenticated";
    /// A client presented a wrong secret.
    AppAuthFailed = "app_auth_failed";
    /// A client got a new secret.
    ClientSecretRotated = "client_secret_rotated";
    /// An edge was registered.
    EdgeRegistered = "edge_registered";
    /// An edge got a new secret.
    EdgeSecretRotated = "edge_secret_rotated";
    /// An edge saw the audit's head go back or fork.
    AuditHeadReported = "audit_head_reported";
    /// An edge started.
    EdgeBooted = "edge_booted";
    /// A launch token was issued.
    LaunchTokenIssued = "launch_token_issued";
    /// A launch token was refused.
    LaunchTokenDenied = "launch_token_denied";
    /// An agent registered.
    AgentRegistered = "agent_registered";
    /// An agent asked for more than its launch token holds, or did not prove its key.
    RegistrationRefused = "registration_policy_violation";
    /// An edge spent uses.
    UsesSpent = "uses_spent";
    /// An edge permitted a request.
    RequestPermitted = "request_permitted";
    /// An edge refused a request.
    RequestRefused = "request_refused";
    /// A signing key was replaced by the next.
    KeyRotated = "key_rotated";
    /// A signing key was dropped.
    KeyDropped = "key_dropped";
    /// The data directory was copied.
    BackupMade = "backup_made";
    /// The database was opened from a backup: a new epoch began.
    DatabaseRestored = "database_restored";
    /// Old events were archived and pruned.
    AuditPruned = "audit_pruned";
    /// Events of one cause were so many that only their number is kept.
    EventsOmitted = "events_omitted";
    /// The keys for checkpoints, which were in the database alone, were pinned outside of it.
    CheckpointKeysPinned = "checkpoint_keys_pinned";
    /// The operator said that the database is the original, and the head kept outside of it is not
    /// its own.
    OriginalDeclared = "original_declared";
}

/// Whether what was tried was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// The act was done.
    Success,
    /// The act was refused.
    Denied,
}

impl EventOutcome {
    /// The name in the event's line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
        }
    }
}

/// An event. Its number, its time and its hash come with its place in the chain.
#[derive(Clone, Debug)]
pub struct Event {
    /// The kind.
    pub kind: EventKind,
    /// Outcome of the event.
    pub outcome: EventOutcome,
    /// The client that it concerns.
    pub client_id: Option<String>,
    /// The row of the task that it concerns, for looking it up.
    pub task: Option<i64>,
    /// The task's id.
    pub task_id: Option<String>,
    /// The orchestration's id.
    pub orch_id: Option<String>,
    /// The agent's id.
    pub agent_id: Option<String>,
    /// The request in which it happened.
    pub request_id: Option<String>,
    /// The trace that the request belongs to (W3C Trace Context).
    pub traceparent: Option<String>,
    /// The data of its kind: a JSON object, or nothing.
    pub data: String,
    /// The edge that it comes from. As `source` and `cause`, for the limiter alone: the line does
    /// not have it.
    pub edge_id: Option<String>,
    /// The address that it comes from.
    pub source: Option<String>,
    /// The cause, which tells it from other events of its kind and task: a label, a grant.
    pub cause: Option<String>,
}

/// Whether an event of this kind and outcome is looked up by its request.
pub(crate) fn is_looked_up(kind: &str, outcome: &str) -> bool {
    outcome == EventOutcome::Denied.as_str() || kind == EventKind::RequestPermitted.as_str()
}

impl Event {
    /// Something that was done.
    #[must_use]
    pub const fn done(kind: EventKind) -> Self {
        Self::new(kind, EventOutcome::Success)
    }

    /// Something that was refused.
    #[must_use]
    pub const fn denied(kind: EventKind) -> Self {
        Self::new(kind, EventOutcome::Denied)
    }

    const fn new(kind: EventKind, outcome: EventOutcome) -> Self {
        Self {
            kind,
            outcome,
            client_id: None,
            task: None,
            task_id: None,
            orch_id: None,
            agent_id: None,
            request_id: None,
            traceparent: None,
            data: String::new(),
            edge_id: None,
            source: None,
            cause: None,
        }
    }

    /// Whether it is looked up by its request: what an edge decided, and what was refused.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        is_looked_up(self.kind.as_str(), self.outcome.as_str())
    }

    /// The client that it concerns.
    #[must_use]
    pub fn client(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.to_owned());
        self
    }

    /// The task that it concerns, and the orchestration.
    #[must_use]
    pub fn task(mut self, task_id: &str, orch_id: &str) -> Self {
        self.task_id = Some(task_id.to_owned());
        self.orch_id = Some(orch_id.to_owned());
        self
    }

    /// The agent that it concerns.
    #[must_use]
    pub fn agent(mut self, agent_id: &str) -> Self {
        self.agent_id = Some(agent_id.to_owned());
        self
    }

    /// The edge that it comes from.
    #[must_use]
    pub fn edge(mut self, edge_id: &str) -> Self {
        self.edge_id = Some(edge_id.to_owned());
        self
    }

    /// The address that it comes from.
    #[must_use]
    pub fn source(mut self, source: &impl ToString) -> Self {
        self.source = Some(source.to_string());
        self
    }

    /// Sets the cause, which tells it from other events of its kind and task.
    #[must_use]
    pub fn cause(mut self, cause: &str) -> Self {
        self.cause = Some(cause.to_owned());
        self
    }

    /// Sets the data of its kind, as the text of a JSON object.
    #[must_use]
    pub fn text(mut self, data: String) -> Self {
        self.data = data;
        self
    }

    /// Sets the data of its kind: a JSON object.
    #[must_use]
    pub fn data(self, data: &Value) -> Self {
        self.text(data.to_string())
    }
}
