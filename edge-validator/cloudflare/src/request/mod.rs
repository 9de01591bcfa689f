//! One request, from its head to its response.

pub(crate) mod answer;
mod cut;
mod incoming;
mod outgoing;

use crate::isolate::Isolate;
use crate::isolate::bundle;
use crate::isolate::records;
use crate::platform::body;
use crate::platform::host;
use crate::platform::issuer;
use crate::platform::runtime;
use crate::request::incoming::Incoming;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::{self, NeedRecord, NeedSnapshot, STEPS, Step};
use edgewrit_edge::verdict::in_flight::{InFlight, Outcome};
use edgewrit_edge::verdict::permit::Permit;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};
use worker::Context;

/// One request and its environment.
pub(crate) struct Exchange {
    isolate: Rc<Isolate>,
    request: Request,
    context: Rc<Context>,
}

/// The state of a request after its first step.
pub(crate) enum BegunRequest {
    /// The request is answered, or is [`ToSend`].
    Done(JsValue),
    /// The request waits. Most requests do not wait and need no future, which would take longer
    /// than their decision.
    Waits(Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>),
}

/// A permitted request for the runtime, which sends it once and reports the result.
#[wasm_bindgen]
pub struct ToSend {
    exchange: Exchange,
    request: Request,
    in_flight: InFlight,
}

impl Exchange {
    pub(crate) fn new(isolate: Rc<Isolate>, request: Request, context: worker::worker_sys::Context) -> Self {
        Self {
            isolate,
            request,
            context: Rc::new(Context::new(context)),
        }
    }

    /// Takes the first step.
    pub(crate) fn begin(self) -> Result<BegunRequest, JsValue> {
        bundle::refresh_in_background(&self.isolate, &self.context);
        let Ok(incoming) = Incoming::read(&self.request, &self.isolate.names) else {
            return self.refuse(&self.unreadable_request()).map(BegunRequest::Done);
        };
        match self.start(&incoming) {
            Step::Refuse(refusal) => self.refuse(&refusal).map(BegunRequest::Done),
            Step::Forward(permit) => self.send(permit).map(BegunRequest::Done),
            step => Ok(BegunRequest::Waits(Box::pin(self.run_waiting_steps(incoming, step)))),
        }
    }

    fn start(&self, incoming: &Incoming) -> Step {
        self.isolate.take_step(|world| {
            let step = incoming.judge(|head| step::start(head, world));
            step.unwrap_or_else(|| self.unreadable_step())
        })
    }

    /// Takes all steps that wait.
    async fn run_waiting_steps(self, incoming: Incoming, mut step: Step) -> Result<JsValue, JsValue> {
        let isolate = &self.isolate;
        for _ in 0..STEPS {
            step = match step {
                Step::Refuse(refusal) => return self.refuse(&refusal),
                Step::Forward(permit) => return self.send(permit),
                Step::Snapshot(need) => self.wait_for_snapshot(need, &incoming).await,
                Step::Body(mut need) => {
                    let body = body::read_request_body(&self.request, &need).await;
                    let end = body.append_to(&mut need);
                    isolate.take_step(|world| need.resume(end, world))
                }
                Step::Spend(need) => {
                    let owned_answer = issuer::call(&isolate.config, &need.call()).await;
                    isolate.take_step(|world| need.resume(owned_answer.as_answer(), world))
                }
                Step::Record(need) => match records::record_ahead(isolate, &need.record()).await {
                    Ok(()) => isolate.take_step(|world| need.resume(true, world)),
                    Err(number) => return self.refuse_unrecorded(need, number),
                },
            };
        }
        self.refuse(&self.unreadable_request())
    }

    async fn wait_for_snapshot(&self, need: NeedSnapshot, incoming: &Incoming) -> Step {
        bundle::wait_for_refresh(&self.isolate, need.seconds()).await;
        self.isolate.take_step(|world| {
            let step = incoming.judge(|head| need.resume(head, world));
            step.unwrap_or_else(|| self.unreadable_step())
        })
    }

    /// Refuses a request whose permit cannot be recorded. The record of the refusal takes the place
    /// of the record of the permit, if that one waits under this number.
    fn refuse_unrecorded(&self, need: NeedRecord, number: Option<u64>) -> Result<JsValue, JsValue> {
        let step = self.isolate.take_step(|world| need.resume(false, world));
        let refusal = match step {
            Step::Refuse(refusal) => refusal,
            _ => self.unreadable_request(),
        };
        records::replace_record(&self.isolate, number, &refusal.record());
        answer::problem_response(&refusal.response()).map(JsValue::from)
    }

    fn unreadable_step(&self) -> Step {
        Step::Refuse(self.unreadable_request())
    }

    fn unreadable_request(&self) -> Refusal {
        Refusal::of_host(HostFault::Unreadable, self.isolate.memory(), runtime::now())
    }

    /// Makes the runtime send the request of the permit.
    fn send(self, permit: Permit) -> Result<JsValue, JsValue> {
        match outgoing::build_permitted(permit) {
            Ok((request, in_flight)) => Ok(self.hand_over(request, in_flight)),
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn hand_over(self, request: Request, in_flight: InFlight) -> JsValue {
        JsValue::from(ToSend {
            exchange: self,
            request,
            in_flight,
        })
    }

    fn edit_response(&self, in_flight: &mut InFlight, response: &Response) -> Result<Response, JsValue> {
        let lines = host::read_headers(response)?;
        let ([], headers) = lines.read().ok_or("a header of the response cannot be read")?;
        answer::edited_response(in_flight, response, &headers, |in_flight| {
            let open = in_flight.open_response(response.status());
            cut::watch_body(&self.isolate, &self.context, open, response, &headers)
        })
    }

    fn answer_failure(&self, in_flight: InFlight) -> Result<Response, JsValue> {
        let answer = in_flight.unanswered_response();
        self.record(&in_flight.finish(Outcome::Failed));
        answer::problem_response(&answer)
    }

    fn refuse(&self, refusal: &Refusal) -> Result<JsValue, JsValue> {
        self.record(&refusal.record());
        answer::problem_response(&refusal.response()).map(JsValue::from)
    }

    fn record(&self, record: &Record) {
        records::write_record(&self.isolate, &self.context, record);
    }
}

#[wasm_bindgen]
impl ToSend {
    /// The request to send.
    #[wasm_bindgen(getter)]
    pub fn request(&self) -> Request {
        Clone::clone(&self.request)
    }

    /// The response to the client with the response of the upstream.
    ///
    /// # Errors
    /// If the runtime cannot make a response.
    pub fn answered(self, response: &Response) -> Result<Response, JsValue> {
        let Self {
            exchange,
            mut in_flight,
            ..
        } = self;
        match exchange.edit_response(&mut in_flight, response) {
            Ok(edited) => {
                exchange.record(&in_flight.finish(Outcome::Answered(response.status())));
                Ok(edited)
            }
            Err(error) => {
                let why = runtime::error_message(&error);
                runtime::log(&format!("the upstream's response cannot be passed on: {why}"));
                exchange.answer_failure(in_flight)
            }
        }
    }

    /// The response to the client for an upstream that cannot be reached.
    ///
    /// # Errors
    /// If the runtime cannot make a response.
    pub fn failed(self, error: &JsValue) -> Result<Response, JsValue> {
        runtime::log(&format!(
            "the upstream cannot be reached: {}",
            runtime::error_message(error)
        ));
        self.exchange.answer_failure(self.in_flight)
    }
}
