//! A stand-in for the control plane of managed databases: it describes them, and deletes them for
//! any holder of its key.

use super::{is_allowed, path_and_query, problem};
use crate::http::{LoopbackServer, ReceivedRequest, ServerReply};
use anyhow::Result;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The API.
#[derive(Clone, Debug)]
pub struct Databases {
    server: LoopbackServer,
    instances: Arc<Mutex<Vec<String>>>,
}

impl Databases {
    /// The key that it asks for.
    pub const KEY: &str = "databases-secret";

    /// Starts the upstream with three databases.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start() -> Result<Self> {
        let names = ["orders", "customers", "ledger"].map(String::from).to_vec();
        let instances = Arc::new(Mutex::new(names));
        let of_server = Arc::clone(&instances);
        let server = LoopbackServer::start(move |arrival| answer(arrival, &of_server))?;
        Ok(Self { server, instances })
    }

    /// The databases that still exist.
    #[must_use]
    pub fn instances(&self) -> Vec<String> {
        lock(&self.instances).clone()
    }

    /// The server behind it, with everything that arrived.
    #[must_use]
    pub fn server(&self) -> &LoopbackServer {
        &self.server
    }
}

fn lock(instances: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    instances.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(arrival: &ReceivedRequest, instances: &Mutex<Vec<String>>) -> ServerReply {
    if !is_allowed(arrival, Databases::KEY) {
        return problem(401, "this needs the API key");
    }
    let (path, _) = path_and_query(&arrival.target);
    let words: Vec<_> = path.split('/').skip(1).collect();
    match (arrival.method.as_str(), words.as_slice()) {
        ("GET", ["accounts", _, "instances"]) => ServerReply::json(200, &json!({"instances": *lock(instances)})),
        ("GET", ["accounts", _, "instances", name]) => describe(name, &lock(instances)),
        ("GET", ["accounts", _, "instances", name, "parameters"]) => ServerReply::json(
            200,
            &json!({"instance": name, "parameters": {"work_mem": "4MB", "max_connections": 200}}),
        ),
        ("DELETE", ["accounts", _, "instances", name]) => {
            lock(instances).retain(|own| own != name);
            ServerReply::json(200, &json!({"deleted": name}))
        }
        _ => problem(404, "there is no such thing"),
    }
}

fn describe(name: &str, instances: &[String]) -> ServerReply {
    if instances.iter().any(|own| own == name) {
        ServerReply::json(
            200,
            &json!({"instance": name, "class": "db.r6g.large", "status": "available"}),
        )
    } else {
        problem(404, "there is no such database")
    }
}
