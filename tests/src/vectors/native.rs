//! The pipeline without a host: the second opinion on what the adapters do with it.

use super::VectorBench;
use super::pipeline::{JudgingHost, Played};
use crate::clock;
use crate::edge::Setup;
use crate::http::{HttpRequest, HttpResponse, ReceivedRequest, ServerReply};
use anyhow::{Context as _, Result, anyhow, bail};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::issuer::bundle;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::verdict::in_flight::{Outcome, ResponseEdits, ResponseHead};
use edgewrit_edge::verdict::permit::{OutgoingRequest, Permit};
use edgewrit_edge::verdict::refusal::Refusal;
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

/// The pipeline, called directly.
#[derive(Debug)]
pub struct Native {
    config: Arc<Config>,
    issuer: SocketAddr,
    snapshot: RefCell<Option<Snapshot>>,
    memory: Memory,
    arrivals: RefCell<Vec<(String, ReceivedRequest)>>,
}

impl Native {
    /// Reads the configuration and the issuer's bundle.
    ///
    /// # Errors
    /// If either is refused.
    pub fn start(bench: &VectorBench) -> Result<Self> {
        Ok(Self {
            config: Arc::new(config(bench.setup())?),
            issuer: bench.issuer().address(),
            snapshot: RefCell::default(),
            memory: Memory::new(1),
            arrivals: RefCell::default(),
        })
    }

    /// Fetches a bundle if the one that is held is about to go stale.
    fn follow(&self) -> Result<()> {
        const MARGIN: u64 = 5;
        let mut held = self.snapshot.borrow_mut();
        if held
            .as_ref()
            .is_some_and(|held| held.is_fresh(clock::now().plus(MARGIN)))
        {
            return Ok(());
        }
        let response = self.call(&bundle::bundle_call(&self.config, held.as_ref(), 0));
        let next = bundle::apply_bundle(&self.config, held.as_ref(), answer(response.as_ref()), clock::now());
        *held = Some(next.map_err(|error| anyhow!("the bundle: {error}"))?);
        Ok(())
    }

    fn call(&self, call: &Call) -> Option<HttpResponse> {
        let mut request = HttpRequest::new(call.method, &call.path);
        for (name, value) in &call.headers {
            request = request.header(name, value.expose());
        }
        if !call.body.is_empty() {
            request.body = Some(call.body.clone());
        }
        request.send(self.issuer).ok()
    }

    fn judge(&self, request: &HttpRequest) -> Result<Step> {
        let snapshot = self.snapshot.borrow();
        let world = || World {
            config: &self.config,
            snapshot: snapshot.as_ref(),
            memory: &self.memory,
            now: clock::now(),
        };
        let authority = self.authority();
        let headers = lower_case(request.framed_headers(&authority));
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let head = Head {
            method: &request.method,
            target: &request.target,
            authority: authority.as_bytes(),
            headers: &headers,
            has_body: request.body.is_some(),
        };
        let mut step = start(head, &world());
        // First the body, then the boot id, then the spend.
        for _ in 0..4 {
            step = match step {
                Step::Body(mut need) => {
                    let body = request.body.as_deref().unwrap_or_default();
                    if body.len() > need.limit() {
                        need.resume(BodyEnd::TooLarge, &world())
                    } else {
                        need.append(body);
                        need.resume(BodyEnd::Whole, &world())
                    }
                }
                Step::Spend(need) => {
                    let response = self.call(&need.call());
                    need.resume(answer(response.as_ref()), &world())
                }
                Step::Record(need) => need.resume(true, &world()),
                Step::Snapshot(need) => Step::Refuse(need.refuse()),
                step => return Ok(step),
            };
        }
        bail!("the pipeline has still no verdict after four answers")
    }

    fn forward(&self, permit: Permit, reply: &ServerReply) -> (HttpResponse, Record) {
        let (outgoing, mut in_flight) = permit.into_request();
        self.arrivals
            .borrow_mut()
            .push((outgoing.upstream.name().to_owned(), arrival(outgoing)));
        let headers = lower_case(reply.headers.clone());
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let head = ResponseHead {
            status: reply.status,
            headers: &headers,
        };
        let response = edited(reply, in_flight.edit_response(&head));
        (response, in_flight.finish(Outcome::Answered(reply.status)))
    }
}

/// The configuration of the vectors, read.
pub(super) fn config(setup: &Setup) -> Result<Config> {
    let secret = |name: &str| setup.secrets.get(name).cloned();
    Config::read(&setup.document.to_string(), &secret).map_err(|faults| {
        let faults: Vec<_> = faults.kept().iter().map(ToString::to_string).collect();
        anyhow!("the configuration of the vectors:\n  {}", faults.join("\n  "))
    })
}

impl JudgingHost for Native {
    fn name(&self) -> String {
        "native".into()
    }

    fn authority(&self) -> String {
        "edge.example".into()
    }

    fn play(&self, request: &HttpRequest, reply: &ServerReply) -> Result<Played> {
        self.follow()?;
        let (response, record) = match self.judge(request)? {
            Step::Refuse(refusal) => (refused(&refusal), refusal.record()),
            Step::Forward(permit) => self.forward(permit, reply),
            _ => bail!("the pipeline has no verdict"),
        };
        let record: serde_json::Value = serde_json::from_str(&record.line()).context("a record that is no JSON")?;
        let id = response.request_id();
        let matches = id.is_some() && record.get("request_id").and_then(serde_json::Value::as_str) == id.as_deref();
        Ok(Played {
            response,
            record: matches.then_some(record),
        })
    }

    fn arrivals(&self) -> Vec<(String, ReceivedRequest)> {
        self.arrivals.take()
    }
}

fn answer(response: Option<&HttpResponse>) -> IssuerAnswer<'_> {
    response.map_or(IssuerAnswer::Failed, |response| IssuerAnswer::Got {
        status: response.status,
        body: &response.body,
    })
}

pub(super) fn lower_case(headers: crate::http::HeaderList) -> crate::http::HeaderList {
    let lower = |(name, value): (String, Vec<u8>)| (name.to_ascii_lowercase(), value);
    headers.into_iter().map(lower).collect()
}

/// The request that an upstream would get if a host sent the request of the permit.
fn arrival(outgoing: OutgoingRequest) -> ReceivedRequest {
    let mut headers = vec![("host".to_owned(), outgoing.upstream.authority().as_bytes().to_vec())];
    headers.extend(
        outgoing
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_string(), value)),
    );
    let lines = headers
        .iter()
        .map(|(name, value)| [name.as_bytes(), b": ", value, b"\r\n"].concat());
    let head = [outgoing.target.clone().into_bytes(), lines.collect::<Vec<_>>().concat()].join(&b' ');
    ReceivedRequest {
        method: outgoing.method,
        target: outgoing.target.into_bytes(),
        headers,
        body: outgoing.body,
        head,
    }
}

fn refused(refusal: &Refusal) -> HttpResponse {
    let response = refusal.response();
    let headers = response
        .headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into_bytes()));
    HttpResponse {
        status: response.status,
        headers: headers.collect(),
        body: response.body.into_bytes(),
        ..HttpResponse::default()
    }
}

fn edited(reply: &ServerReply, edits: ResponseEdits<'_>) -> HttpResponse {
    let mut headers = lower_case(reply.headers.clone());
    let gone = |name: &str| edits.remove.contains(&name) || edits.set.iter().any(|(set, _)| *set == name);
    headers.retain(|(name, _)| !gone(name));
    headers.extend(
        edits
            .set
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_bytes())),
    );
    HttpResponse {
        status: edits.status,
        headers,
        body: edits.body.map_or_else(|| reply.body.clone(), String::into_bytes),
        ..HttpResponse::default()
    }
}
