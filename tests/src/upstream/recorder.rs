//! An upstream that answers everything the same way and writes down what it hears.

use crate::http::{LoopbackServer, ReceivedRequest, ServerReply};
use anyhow::Result;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// A recording upstream.
#[derive(Clone, Debug)]
pub struct Recorder {
    server: LoopbackServer,
    reply: Arc<Mutex<ServerReply>>,
}

impl Recorder {
    /// Starts one that answers 200.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start() -> Result<Self> {
        let reply = Arc::new(Mutex::new(Self::fine()));
        let of_server = Arc::clone(&reply);
        let server = LoopbackServer::start(move |_| of_server.lock().unwrap_or_else(PoisonError::into_inner).clone())?;
        Ok(Self { server, reply })
    }

    /// The answer unless a test set another.
    #[must_use]
    pub fn fine() -> ServerReply {
        ServerReply::json(200, &json!({"ok": true}))
    }

    /// Changes the answer to later requests.
    pub fn answer(&self, reply: ServerReply) {
        *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = reply;
    }

    /// The requests that have arrived since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<ReceivedRequest> {
        self.server.take()
    }

    /// The address at which the upstream listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The origin of the upstream.
    #[must_use]
    pub fn origin(&self) -> String {
        self.server.origin()
    }
}
