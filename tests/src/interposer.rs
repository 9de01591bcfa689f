//! A server before an issuer that may forward, count, delay or replace the answers of the issuer.

use crate::http::{HttpRequest, HttpResponse, LoopbackServer, ReceivedRequest, ServerReply, send_within};
use crate::issuer::IssuerProcess;
use anyhow::Result;
use edgewrit_shared::edge_api::bundle;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The time for an answer: longer than the issuer keeps edges waiting.
const PATIENCE: Duration = Duration::from_secs(40);

/// The treatment of a request.
#[derive(Clone, Debug, Default)]
pub enum Manner {
    /// The request is forwarded.
    #[default]
    Faithful,
    /// The request is forwarded, and the answer comes so much later.
    Late(Duration),
    /// Questions for the bundle are answered with this instead; others are handed on.
    Bundle(Vec<u8>),
}

/// The front.
#[derive(Clone, Debug)]
pub struct Interposer {
    server: LoopbackServer,
    state: Arc<Mutex<InterposerState>>,
}

#[derive(Debug, Default)]
struct InterposerState {
    behind: Option<SocketAddr>,
    /// The time for which the issuer may hold a call, in seconds, whatever the edge asks for.
    wait: Option<u32>,
    manner: Manner,
}

impl Interposer {
    /// Starts an issuer that is known by the address of its front.
    ///
    /// # Errors
    /// If something does not start.
    pub fn with_issuer() -> Result<(Self, IssuerProcess)> {
        let state = Arc::new(Mutex::new(InterposerState::default()));
        let of_server = Arc::clone(&state);
        let server = LoopbackServer::start(move |arrival| answer(arrival, &of_server))?;
        let issuer = IssuerProcess::start_as(&server.origin())?;
        let front = Self { server, state };
        front.lead(issuer.address());
        Ok((front, issuer))
    }

    /// Leads to `address` from now on.
    pub fn lead(&self, address: SocketAddr) {
        lock(&self.state).behind = Some(address);
    }

    /// Lets the issuer answer within so many seconds, news or not.
    pub fn shorten_waits(&self, seconds: u32) {
        lock(&self.state).wait = Some(seconds);
    }

    /// Changes the treatment of later requests.
    pub fn set(&self, manner: Manner) {
        lock(&self.state).manner = manner;
    }

    /// The targets of the requests for a bundle that have arrived since this was last asked.
    #[must_use]
    pub fn bundle_requests(&self) -> Vec<String> {
        let arrivals = self.server.take();
        let targets = arrivals
            .iter()
            .map(|arrival| String::from_utf8_lossy(&arrival.target).into_owned());
        targets.filter(|target| target.starts_with(bundle::PATH)).collect()
    }

    /// The origin of the interposer.
    #[must_use]
    pub fn origin(&self) -> String {
        self.server.origin()
    }
}

fn lock(state: &Mutex<InterposerState>) -> MutexGuard<'_, InterposerState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(arrival: &ReceivedRequest, state: &Mutex<InterposerState>) -> ServerReply {
    let (behind, manner, wait) = {
        let state = lock(state);
        (state.behind, state.manner.clone(), state.wait)
    };
    let is_bundle = arrival.target.starts_with(bundle::PATH.as_bytes());
    match (manner, behind) {
        (Manner::Bundle(document), _) if is_bundle => ServerReply {
            status: 200,
            headers: vec![("content-type".into(), bundle::MEDIA_TYPE.into())],
            body: document,
            ..ServerReply::default()
        },
        (manner, Some(behind)) => {
            let reply = relay(&waiting(arrival, wait), behind);
            if let Manner::Late(time) = manner {
                std::thread::sleep(time);
            }
            reply
        }
        (_, None) => ServerReply::json(503, &serde_json::json!({"error": "no server is behind"})),
    }
}

/// The question with another time that it may wait.
fn waiting(arrival: &ReceivedRequest, wait: Option<u32>) -> ReceivedRequest {
    let mut arrival = arrival.clone();
    let target = String::from_utf8_lossy(&arrival.target).into_owned();
    if let (Some((before, _)), Some(wait)) = (target.split_once("&wait="), wait) {
        arrival.target = format!("{before}&wait={wait}").into();
    }
    arrival
}

/// Hands a request on to `address` as it is. If no answer comes, 502.
#[must_use]
pub fn relay(arrival: &ReceivedRequest, address: SocketAddr) -> ServerReply {
    let framing = ["content-length", "transfer-encoding", "connection"];
    let headers = arrival.headers.iter().filter(|(name, _)| name != "transfer-encoding");
    let request = HttpRequest {
        method: arrival.method.clone(),
        target: arrival.target.clone(),
        headers: headers.cloned().collect(),
        body: arrival.body.clone(),
    };
    let sent = send_within(PATIENCE, address, &request.bytes(&address.to_string()));
    let Ok(HttpResponse {
        status, headers, body, ..
    }) = sent
    else {
        return ServerReply::json(502, &serde_json::json!({"error": "no answer from behind"}));
    };
    let headers = headers
        .into_iter()
        .filter(|(name, _)| !framing.contains(&name.as_str()));
    ServerReply {
        status,
        headers: headers.collect(),
        body,
        ..ServerReply::default()
    }
}
