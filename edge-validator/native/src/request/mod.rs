//! One request, from its head to its response.

pub(crate) mod answer;
mod body;
mod cut;
mod incoming;
pub(crate) mod outgoing;
#[cfg(test)]
mod tests;

pub(crate) use answer::ProxyResponse;
pub(crate) use incoming::IncomingHead;

use crate::clock;
use crate::error_line::error_line;
use crate::issuer_client;
use crate::request::answer::ResponseBody;
use crate::upstream::UpstreamBody;
use crate::worker::{Environment, OpenRequest, Worker};
use edgewrit_edge::step::{self, NeedRecord, STEPS, Step};
use edgewrit_edge::verdict::in_flight::{InFlight, Outcome};
use edgewrit_edge::verdict::permit::Permit;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use edgewrit_edge::world::World;
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::task::spawn_local;

/// Answers one request. The exchange is a task of its own: it goes on when the client is gone, so
/// that each spend and each sent request has its record.
pub(crate) async fn answer(worker: Rc<Worker>, request: Request<Incoming>) -> ProxyResponse {
    let environment = worker.environment();
    let Some(open) = worker.open_request() else {
        let refusal = Refusal::of_host(HostFault::Busy, &environment.memory, clock::now());
        worker.record(&environment, &refusal.record());
        return answer::problem(&refusal.response());
    };
    let (reply, answered) = oneshot::channel();
    let exchange = Exchange {
        environment,
        _open: open,
        worker,
        reply,
    };
    spawn_local(exchange.run(request));
    answered.await.unwrap_or_else(|_| answer::bare(500))
}

/// One request and its environment.
struct Exchange {
    worker: Rc<Worker>,
    environment: Rc<Environment>,
    _open: OpenRequest,
    /// The way to the client. It is closed when the client is gone.
    reply: oneshot::Sender<ProxyResponse>,
}

impl Exchange {
    async fn run(self, request: Request<Incoming>) {
        let (head, mut body) = request.into_parts();
        let Some(head) = IncomingHead::read(&head, &body) else {
            return self.refuse_head(HostFault::AmbiguousAuthority);
        };
        let mut step = self.take_step(|world| step::start(head.as_head(), world));
        for _ in 0..STEPS {
            step = match step {
                Step::Refuse(refusal) => return self.refuse(&refusal),
                Step::Forward(permit) => return self.forward(permit).await,
                Step::Body(mut need) => {
                    let end = body::read(&mut body, &mut need).await;
                    self.take_step(|world| need.resume(end, world))
                }
                Step::Spend(need) => {
                    let answer =
                        issuer_client::call(&self.worker.issuer, self.environment.config(), &need.call()).await;
                    self.take_step(|world| need.resume(answer.as_answer(), world))
                }
                Step::Record(need) if self.reply.is_closed() => {
                    return self.worker.record(&self.environment, &need.abandon());
                }
                Step::Record(need) => self.record_ahead(need).await,
                // The proxy refreshes its snapshot all the time.
                Step::Snapshot(need) => Step::Refuse(need.refuse()),
            };
        }
        self.refuse_head(HostFault::Unreadable);
    }

    fn take_step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        self.environment.in_world(step)
    }

    async fn record_ahead(&self, need: NeedRecord) -> Step {
        let (records, config) = (self.worker.records(), self.environment.config());
        let is_kept = records.keep_durably(config, need.record().line()).await;
        self.take_step(|world| need.resume(is_kept, world))
    }

    /// Sends the request of the permit, unless the client is gone.
    async fn forward(mut self, permit: Permit) {
        let (outgoing, in_flight) = permit.into_request();
        if self.reply.is_closed() {
            return self
                .worker
                .record(&self.environment, &in_flight.finish(Outcome::Aborted));
        }
        let upstream = Arc::clone(&outgoing.upstream);
        let request = match outgoing::build(outgoing) {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!(%error, "a permitted request cannot be sent unchanged");
                return self.refuse(&in_flight.withdraw(HostFault::OtherRequest));
            }
        };
        let sent = tokio::select! {
            sent = self.worker.upstreams.send(&upstream, request) => sent,
            () = self.reply.closed() => return self.worker.record(&self.environment, &in_flight.finish(Outcome::Aborted)),
        };
        match sent {
            Ok(response) => self.pass_on(in_flight, response).await,
            Err(error) => {
                tracing::warn!(
                    error = error_line(&error),
                    upstream = upstream.name(),
                    "the upstream gave no answer"
                );
                self.answer_failure(in_flight);
            }
        }
    }

    /// Passes the response on, and watches it until its end.
    async fn pass_on(self, mut in_flight: InFlight, response: Response<UpstreamBody>) {
        let (mut head, body) = response.into_parts();
        let status = head.status.as_u16();
        let edited = answer::edit_head(&mut in_flight, &mut head);
        let open = in_flight.open_response(status);
        self.worker
            .record(&self.environment, &in_flight.finish(Outcome::Answered(status)));
        if let Err(problem) = edited {
            return self.send(answer::problem(&problem));
        }
        if !cut::needs_watch(&body) {
            return self.send(Response::from_parts(head, ResponseBody::Short(body)));
        }
        let (body, watch) = cut::watch(body);
        let (worker, environment) = (Rc::clone(&self.worker), Rc::clone(&self.environment));
        self.send(Response::from_parts(head, ResponseBody::Watched(body)));
        watch.run(&worker, &environment, &open).await;
    }

    fn answer_failure(self, in_flight: InFlight) {
        let answer = answer::problem(&in_flight.unanswered_response());
        self.worker
            .record(&self.environment, &in_flight.finish(Outcome::Failed));
        self.send(answer);
    }

    fn refuse(self, refusal: &Refusal) {
        self.worker.record(&self.environment, &refusal.record());
        self.send(answer::problem(&refusal.response()));
    }

    fn send(self, answer: ProxyResponse) {
        // The client may be gone, which changes nothing any more.
        let _ = self.reply.send(answer);
    }

    /// Refuses a request that is not handed to the pipeline.
    fn refuse_head(self, fault: HostFault) {
        let refusal = Refusal::of_host(fault, &self.environment.memory, clock::now());
        self.refuse(&refusal);
    }
}
