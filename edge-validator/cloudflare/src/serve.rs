//! One request, from its head to its response.

use crate::incoming::Incoming;
use crate::isolate::Isolate;
use crate::{answer, body, cut, follow, issuer, outgoing, records, runtime};
use edgewrit_edge::permit::Permit;
use edgewrit_edge::record::Record;
use edgewrit_edge::refusal::{HostFault, Refusal};
use edgewrit_edge::response::{InFlight, Outcome};
use edgewrit_edge::step::Step;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::Context;

/// Most steps that a request takes: its head, its body, a boot id, a spend.
const STEPS: u32 = 8;
/// What is told when nothing can be decided without a newer bundle.
const STALE: &str = "snapshot_stale";

/// One request and where it is served.
struct Exchange<'r> {
    isolate: &'r Rc<Isolate>,
    request: &'r Request,
    context: Rc<Context>,
}

/// Answers a request.
pub(crate) async fn serve(isolate: &Rc<Isolate>, request: &Request, context: Context) -> Result<Response, JsValue> {
    follow::refresh(isolate, &context);
    let exchange = Exchange {
        isolate,
        request,
        context: Rc::new(context),
    };
    match exchange.verdict().await {
        Ok(permit) => exchange.forward(permit).await,
        Err(refusal) => exchange.refuse(&refusal),
    }
}

impl Exchange<'_> {
    async fn verdict(&self) -> Result<Permit, Refusal> {
        let isolate = self.isolate;
        let incoming = Incoming::read(self.request, &isolate.config).map_err(|_| self.unreadable())?;
        let mut step = isolate.step(|world| incoming.start(world));
        if matches!(&step, Step::Refuse(refusal) if refusal.error_code() == STALE) {
            follow::settled(isolate).await;
            step = isolate.step(|world| incoming.start(world));
        }
        for _ in 0..STEPS {
            step = match step {
                Step::Refuse(refusal) => return Err(refusal),
                Step::Forward(permit) => return Ok(permit),
                Step::Body(need) => {
                    let body = body::of_request(self.request, need.limit()).await;
                    isolate.step(|world| need.with(body.as_body(), world))
                }
                Step::Spend(need) => {
                    let heard = issuer::call(&isolate.config, &need.call()).await;
                    isolate.step(|world| need.with(heard.answer(), world))
                }
            };
        }
        Err(self.unreadable())
    }

    fn unreadable(&self) -> Refusal {
        Refusal::of_host(HostFault::Unreadable, self.isolate.memory(), runtime::now())
    }

    /// Sends what the permit holds, once.
    async fn forward(&self, permit: Permit) -> Result<Response, JsValue> {
        let (outgoing, in_flight) = permit.into_request();
        let request = match outgoing::permitted(&outgoing) {
            Ok(request) => request,
            Err(fault) => return self.refuse(&in_flight.withdraw(fault)),
        };
        let in_flight = match self.recorded(in_flight).await {
            Ok(in_flight) => in_flight,
            Err(refusal) => return answer::own(&refusal.response()),
        };
        match runtime::fetch(&request).await {
            Ok(response) => self.pass_on(in_flight, &response),
            Err(error) => {
                runtime::log(&format!("the upstream cannot be reached: {}", runtime::message(&error)));
                self.unanswered(in_flight)
            }
        }
    }

    /// Records a permit ahead, where that must be, and asks again after the wait. A refusal is recorded in its place.
    async fn recorded(&self, in_flight: InFlight) -> Result<InFlight, Refusal> {
        if !self.isolate.config.is_audit_strict() {
            return Ok(in_flight);
        }
        let (number, refusal) = match records::ahead(self.isolate, &in_flight.ahead()).await {
            Err(number) => (number, in_flight.withdraw(HostFault::Unrecorded)),
            Ok(()) => match self.isolate.still_stands(in_flight) {
                Ok(in_flight) => return Ok(in_flight),
                Err(refusal) => {
                    self.record(&refusal.record());
                    return Err(refusal);
                }
            },
        };
        records::instead(self.isolate, number, &refusal.record());
        Err(refusal)
    }

    /// Answers with the upstream's response.
    fn pass_on(&self, in_flight: InFlight, response: &Response) -> Result<Response, JsValue> {
        let open = in_flight.open(response.status());
        let edited = answer::edited(&in_flight, response, || {
            cut::body(self.isolate, &self.context, open, response)
        });
        let Ok(edited) = edited else {
            return self.unanswered(in_flight);
        };
        self.record_permit(&in_flight.finish(Outcome::Answered(response.status())));
        Ok(edited)
    }

    fn unanswered(&self, in_flight: InFlight) -> Result<Response, JsValue> {
        let answer = in_flight.unanswered();
        self.record_permit(&in_flight.finish(Outcome::Failed));
        answer::own(&answer)
    }

    fn refuse(&self, refusal: &Refusal) -> Result<Response, JsValue> {
        self.record(&refusal.record());
        answer::own(&refusal.response())
    }

    fn record_permit(&self, record: &Record) {
        if self.isolate.config.is_audit_strict() {
            records::log(self.isolate, record);
        } else {
            self.record(record);
        }
    }

    fn record(&self, record: &Record) {
        records::record(self.isolate, &self.context, record);
    }
}
