//! One request, from its head to its verdict.

mod answer;
mod forward;
mod response;
mod status;
pub mod unseen;

pub use self::status::server_status;

use crate::host::stream::{Flow, Message, StreamHost};
use crate::root::{Caller, Root};
use crate::stream::forward::Forwarded;
use edgewrit_edge::http::head::{Head, Pair};
use edgewrit_edge::issuer::call::{IssuerAnswer, OwnedAnswer};
use edgewrit_edge::step::{self, BodyEnd, NeedBody, NeedRecord, NeedSpend, Step};
use edgewrit_edge::verdict::in_flight::{OpenResponse, Outcome};
use edgewrit_edge::verdict::permit::Permit;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use edgewrit_shared::time::UnixSeconds;
use std::mem;
use std::rc::Rc;

/// One stream context.
pub struct Stream<H> {
    /// The id of the context at the host.
    id: u32,
    root: Rc<Root<H>>,
    state: State,
    has_body: bool,
    is_grpc: bool,
    /// The status of a refusal whose status Envoy is about to change.
    refused: Option<u16>,
}

enum State {
    /// The head has not arrived.
    New,
    /// The stream is paused until the body has arrived.
    Reading {
        need: NeedBody,
        /// The number of bytes that have arrived.
        size: usize,
    },
    /// The stream is paused until the issuer has answered.
    Spending(NeedSpend),
    /// The permitted request was sent.
    Forwarded(Forwarded),
    /// The upstream has answered; the body of the response may still be on its way.
    OpenResponse(OpenResponse),
    /// The exchange is finished.
    Over,
}

impl<H: StreamHost> Stream<H> {
    /// A stream that the host has created with this id, and whose head has not arrived.
    #[must_use]
    pub fn new(id: u32, root: Rc<Root<H>>) -> Self {
        Self {
            id,
            root,
            state: State::New,
            has_body: false,
            is_grpc: false,
            refused: None,
        }
    }

    /// Whether a call to the issuer is in progress for the stream.
    pub const fn is_spending(&self) -> bool {
        matches!(self.state, State::Spending(_))
    }

    /// Whether the stream belongs to `root`.
    pub fn belongs_to(&self, root: &Rc<Root<H>>) -> bool {
        Rc::ptr_eq(&self.root, root)
    }

    /// Whether the body should have arrived by `now`.
    pub fn is_overdue(&self, now: UnixSeconds) -> bool {
        matches!(&self.state, State::Reading { need, .. } if need.is_overdue(now))
    }

    /// Handles the head of the request.
    pub fn receive_head(&mut self, end_of_stream: bool) -> Flow {
        self.has_body = !end_of_stream;
        let headers = self.root.host.headers(Message::Request).ok();
        let held = headers.as_ref().and_then(H::pairs);
        self.is_grpc = is_grpc(held.as_deref().unwrap_or_default());
        let step = held
            .as_deref()
            .and_then(|held| start_pipeline(held, &self.root, self.has_body));
        let step = step.unwrap_or_else(|| self.unreadable_request());
        self.take_step(step, held.as_deref())
    }

    /// Handles the buffered body, `size` bytes of it.
    pub fn receive_body(&mut self, size: usize, end_of_stream: bool) -> Flow {
        let need = match mem::replace(&mut self.state, State::Over) {
            State::Reading { need, .. } if end_of_stream || size > need.limit() => need,
            State::Reading { need, .. } => {
                self.state = State::Reading { need, size };
                return Flow::Pause;
            }
            other => {
                self.state = other;
                return Flow::Pause;
            }
        };
        let step = resume_with_body(&self.root, need, size);
        self.take_step_after_wait(step)
    }

    /// Handles trailers: the body is complete, and the filter removes the trailers.
    pub fn receive_trailers(&mut self) -> Flow {
        let State::Reading { size, .. } = self.state else {
            return Flow::Pause;
        };
        match self.root.host.remove_request_trailers() {
            Ok(()) => self.receive_body(size, true),
            Err(failure) => {
                failure.log(self.root.host);
                self.refuse_broken_body()
            }
        }
    }

    /// Refuses a request whose body will not arrive completely.
    pub fn refuse_broken_body(&mut self) -> Flow {
        match mem::replace(&mut self.state, State::Over) {
            State::Reading { need, .. } => {
                let step = self.root.take_step(|world| need.resume(BodyEnd::Failed, world));
                self.take_step_after_wait(step)
            }
            other => {
                self.state = other;
                Flow::Pause
            }
        }
    }

    /// Handles the answer of the issuer. The request is paused and must be resumed if it may go on.
    pub fn finish_spend(&mut self, owned_answer: &OwnedAnswer) -> Flow {
        let State::Spending(need) = mem::replace(&mut self.state, State::Over) else {
            return Flow::Pause;
        };
        let step = self
            .root
            .take_step(|world| need.resume(owned_answer.as_answer(), world));
        let flow = self.take_step_after_wait(step);
        if flow == Flow::Continue {
            let host = self.root.host;
            host.resume_request().unwrap_or_else(|failure| failure.log(host));
        }
        flow
    }

    /// Handles the answer of the issuer after the client has gone: a spent use stays spent, and
    /// nothing is sent.
    pub fn finish_spend_without_client(self, owned_answer: &OwnedAnswer) {
        if let State::Spending(need) = self.state {
            record_end(
                &self.root,
                self.root
                    .take_step(|world| need.resume(owned_answer.as_answer(), world)),
            );
        }
    }

    /// Handles the head of the response of any sender.
    pub fn receive_response(&mut self, end_of_stream: bool) -> Flow {
        if let Some(status) = self.refused.take() {
            return response::restore_status(self.root.host, status);
        }
        match mem::replace(&mut self.state, State::Over) {
            State::Forwarded(forwarded) => {
                let (flow, open) = response::edit_or_replace(forwarded, &self.root);
                if let Some(open) = open.filter(|_| !end_of_stream) {
                    self.state = State::OpenResponse(open);
                }
                flow
            }
            // The response is of the filter, or of Envoy before the verdict. The request must still
            // be recorded.
            other => {
                self.state = other;
                Flow::Continue
            }
        }
    }

    /// Cuts the response if its writ is no longer valid.
    pub fn cut_if_ended(&mut self) {
        if let State::OpenResponse(open) = &self.state
            && let Some(record) = self.root.check_ended(open)
            && self.root.host.select(self.id)
        {
            self.state = State::Over;
            self.root.record(&record);
            let host = self.root.host;
            host.cut_response().unwrap_or_else(|failure| failure.log(host));
        }
    }

    /// Finishes the stream: the client is gone, or the exchange is over.
    pub fn end(self) {
        let root = &self.root;
        match self.state {
            State::Forwarded(forwarded) => root.record(&forwarded.in_flight.finish(Outcome::Aborted)),
            State::Reading { need, .. } => {
                record_end(root, root.take_step(|world| need.resume(BodyEnd::Failed, world)))
            }
            State::New | State::Spending(_) | State::OpenResponse(_) | State::Over => {}
        }
    }

    /// Takes a step after a wait. The headers of the host are read again.
    fn take_step_after_wait(&mut self, step: Step) -> Flow {
        let is_sent = matches!(step, Step::Forward(_) | Step::Record(_));
        let headers = is_sent.then(|| self.root.host.headers(Message::Request).ok()).flatten();
        self.take_step(step, headers.as_ref().and_then(H::pairs).as_deref())
    }

    /// Takes a step for a request whose headers at the host are `held`.
    fn take_step(&mut self, step: Step, held: Option<&[Pair<'_>]>) -> Flow {
        match step {
            Step::Refuse(refusal) => self.refuse(&refusal),
            Step::Forward(permit) => self.forward(permit, held),
            Step::Body(need) => {
                self.state = State::Reading { need, size: 0 };
                Flow::Pause
            }
            Step::Spend(need) => self.spend(need),
            Step::Record(need) => {
                let step = self.record_ahead(need);
                self.take_step(step, held)
            }
            // The filter refreshes its snapshot all the time.
            Step::Snapshot(need) => self.refuse(&need.refuse()),
        }
    }

    fn refuse(&mut self, refusal: &Refusal) -> Flow {
        self.state = State::Over;
        self.refused = self.is_grpc.then(|| refusal.status());
        answer::send_refusal(refusal, &self.root);
        Flow::Pause
    }

    fn forward(&mut self, permit: Permit, held: Option<&[Pair<'_>]>) -> Flow {
        match forward::replace_request(permit, &self.root, held, self.has_body) {
            Ok(forwarded) => {
                self.state = State::Forwarded(forwarded);
                Flow::Continue
            }
            Err(refusal) => self.refuse(&refusal),
        }
    }

    /// Keeps the record of a permit, unless a route would send the request elsewhere.
    fn record_ahead(&self, need: NeedRecord) -> Step {
        if let Err(fault) = forward::find_cluster(&self.root, need.upstream()) {
            return Step::Refuse(need.withdraw(fault));
        }
        let is_kept = self.root.keep_record(&need.record().line());
        self.root.take_step(|world| need.resume(is_kept, world))
    }

    fn spend(&mut self, need: NeedSpend) -> Flow {
        match self.root.call(&need.call(), Caller::Stream(self.id)) {
            Ok(()) => {
                self.state = State::Spending(need);
                Flow::Pause
            }
            Err(failure) => {
                failure.log(self.root.host);
                match self.root.take_step(|world| need.resume(IssuerAnswer::Failed, world)) {
                    Step::Refuse(refusal) => self.refuse(&refusal),
                    _ => self.refuse(&self.root.host_refusal(HostFault::Unreadable)),
                }
            }
        }
    }

    fn unreadable_request(&self) -> Step {
        Step::Refuse(self.root.host_refusal(HostFault::Unreadable))
    }
}

/// Whether Envoy treats the request as gRPC. Envoy turns every response to such a request that is
/// not of the upstream into a gRPC response: status 200, no body.
fn is_grpc(held: &[Pair<'_>]) -> bool {
    const GRPC: &[u8] = b"application/grpc";
    let mut held = held.iter();
    held.any(|(name, value)| *name == "content-type" && value.starts_with(GRPC))
}

/// The first step of the pipeline on the head at the host; `None` if the head cannot be read.
fn start_pipeline<H: StreamHost>(pairs: &[Pair<'_>], root: &Root<H>, has_body: bool) -> Option<Step> {
    let pseudo = |name| pairs.iter().find_map(|(own, value)| (*own == name).then_some(*value));
    let headers: Vec<_> = pairs
        .iter()
        .copied()
        .filter(|(name, _)| !name.starts_with(':'))
        // Over HTTP/2 an empty frame may still follow a head with length 0. The stream announces
        // the body, not the header.
        .filter(|field| !has_body || *field != ("content-length", b"0"))
        .collect();
    let head = Head {
        method: str::from_utf8(pseudo(":method")?).ok()?,
        // A CONNECT request has no path, and is refused for its method.
        target: pseudo(":path").unwrap_or_default(),
        authority: pseudo(":authority").unwrap_or_default(),
        headers: &headers,
        has_body,
    };
    Some(root.take_step(|world| step::start(head, world)))
}

fn resume_with_body<H: StreamHost>(root: &Root<H>, mut need: NeedBody, size: usize) -> Step {
    if size > need.limit() {
        return root.take_step(|world| need.resume(BodyEnd::TooLarge, world));
    }
    // The host reports an empty buffer as no buffer.
    let body = match size {
        0 => Ok(Vec::new()),
        _ => root.host.request_body(size),
    };
    let end = match body {
        Ok(body) if body.len() == size => {
            need.append(&body);
            BodyEnd::Whole
        }
        _ => BodyEnd::Failed,
    };
    root.take_step(|world| need.resume(end, world))
}

/// Records the end of a request whose client is gone.
fn record_end<H: StreamHost>(root: &Root<H>, step: Step) {
    match step {
        Step::Refuse(refusal) => root.record(&refusal.record()),
        Step::Forward(permit) => root.record(&permit.into_request().1.finish(Outcome::Aborted)),
        Step::Spend(need) => record_end(root, root.take_step(|world| need.resume(IssuerAnswer::Failed, world))),
        Step::Record(need) => root.record(&need.abandon()),
        Step::Snapshot(need) => root.record(&need.refuse().record()),
        Step::Body(_) => {}
    }
}

#[cfg(test)]
mod tests;
