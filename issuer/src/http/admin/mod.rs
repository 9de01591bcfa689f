//! The operator's endpoints. Commands reach them over the socket in the data directory, or in their
//! own process when no server runs. Every request is a POST with a JSON body.

use crate::data::Data;
use crate::data::backup::Backups;
use crate::evidence::AuditEvents;
use crate::http::endpoints::Endpoints;
use crate::keyring::Keyring;
use crate::registry::Registry;
use crate::tasks::report::TaskReports;
use crate::tokens::revoke::Revocations;
use std::sync::Arc;

mod backup;
mod clients;
mod edges;
mod keys;
mod revocations;
mod tasks;

/// Longest time that two secrets of a client or an edge can be valid, in seconds: a month.
const OVERLAP_MAX: u64 = 31 * 24 * 3_600;

/// The state of the operator's endpoints.
#[derive(Debug)]
pub struct AdminState {
    issuer: Option<String>,
    registry: Arc<Registry>,
    keyring: Arc<Keyring>,
    events: AuditEvents,
    revocations: Revocations,
    reports: TaskReports,
    backups: Backups,
    /// Holds the folder.
    _data: Arc<Data>,
}

impl AdminState {
    /// The endpoints' state on `data`; `issuer` is the issuer's origin, once it is known.
    #[must_use]
    pub fn new(data: Arc<Data>, issuer: Option<String>) -> Self {
        Self {
            events: AuditEvents::new(Arc::clone(&data.store)),
            revocations: Revocations::new(Arc::clone(&data.store)),
            reports: TaskReports::new(Arc::clone(&data.store), data.clock.clone()),
            backups: Backups::new(data.directory.clone(), Arc::clone(&data.store)),
            issuer,
            registry: Arc::clone(&data.registry),
            keyring: Arc::clone(&data.keyring),
            _data: data,
        }
    }
}

pub(super) fn routes() -> Endpoints<Arc<AdminState>> {
    Endpoints::new()
        .post("/clients", clients::add)
        .post("/clients/list", clients::list)
        .post("/clients/rotate", clients::rotate)
        .post("/clients/end", clients::end)
        .post("/edges", edges::add)
        .post("/edges/rotate", edges::rotate)
        .post("/revocations", revocations::end)
        .post("/keys", keys::list)
        .post("/keys/rotate", keys::rotate)
        .post("/keys/drop", keys::drop_key)
        .post("/tasks/show", tasks::show)
        .post("/why", tasks::why)
        .post("/backup", backup::back_up)
}
