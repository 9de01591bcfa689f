//! The state of the VM, and the targets of the callbacks of the host.

use crate::abi::host::{self, Map};
use crate::metrics;
use crate::root::{self, Root};
use crate::wasm::{self, Wasm, log_failure};
use edgewrit_edge::issuer::call::OwnedAnswer;
use edgewrit_edge::memory::body_budget::BodyBudget;
use edgewrit_envoy_common::host::stream::Flow;
use edgewrit_envoy_common::host::{Host as _, LogLevel};
use edgewrit_envoy_common::root::Caller;
use edgewrit_envoy_common::stream;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

/// Time from configuration to the first tick, in milliseconds. Only a VM that serves gets a tick;
/// the host discards others before.
const FIRST_TICK_MS: u32 = 10;
/// Time between ticks, in milliseconds.
const TICK_MS: u32 = 1_000;

/// One stream context.
type Stream = stream::Stream<Wasm>;

enum Context {
    Root(Rc<Root>),
    Stream(Stream),
}

impl Context {
    fn is_stream_of(&self, root: &Rc<Root>) -> bool {
        matches!(self, Self::Stream(stream) if stream.belongs_to(root))
    }
}

struct Vm {
    /// The budget of bodies, whatever the number of roots.
    bodies: Option<BodyBudget>,
    /// The contexts by the ids of the host, which never repeat. The map has a root once it is
    /// configured, and a stream if the map has its root.
    contexts: BTreeMap<u32, Context>,
    /// Whether a body has ever reached the filter.
    bodies_arrive: bool,
}

thread_local! {
    static VM: RefCell<Vm> = const {
        RefCell::new(Vm {
            bodies: None,
            contexts: BTreeMap::new(),
            bodies_arrive: false,
        })
    };
}

/// Runs a callback on the state of the VM. Callbacks do not nest; a nested callback would get
/// `otherwise`.
fn enter<T>(otherwise: T, callback: impl FnOnce(&mut Vm) -> T) -> T {
    VM.with(|vm| match vm.try_borrow_mut() {
        Ok(mut vm) => callback(&mut vm),
        Err(_) => otherwise,
    })
}

/// The host creates a context.
pub(crate) fn create(context: u32, root: u32) {
    enter((), |vm| {
        if let Some(root) = vm.root(root) {
            vm.contexts.insert(context, Context::Stream(Stream::new(context, root)));
        }
    });
}

/// The host gives a root its configuration, `size` bytes long. Every fault is a line in the log.
/// The result `false` keeps Envoy from using the configuration.
pub(crate) fn configure(id: u32, size: usize) -> bool {
    let bodies = enter(None, |vm| vm.bodies.clone());
    match root::configure(size, bodies) {
        Ok(root) => enter(false, |vm| {
            metrics::count("configurations", "taken", 1);
            vm.bodies = Some(root.bodies().clone());
            vm.contexts.insert(id, Context::Root(Rc::new(root)));
            host::tick_every(FIRST_TICK_MS).is_ok()
        }),
        Err(faults) => {
            metrics::count("configurations", "refused", 1);
            for fault in faults.lines() {
                host::log(LogLevel::Error, &format!("configuration: {fault}"));
            }
            false
        }
    }
}

/// The timer of a root has fired.
pub(crate) fn tick(root: u32) {
    if let Err(failure) = host::tick_every(TICK_MS) {
        log_failure(failure);
    }
    enter((), |vm| {
        if let Some(root) = vm.root(root) {
            root.ask_for_bundle();
            root.tick();
            vm.refuse_overdue_bodies(&root);
            vm.cut_responses(&root);
        }
    });
}

/// A request's head has arrived.
pub(crate) fn request_headers(stream: u32, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.on_stream(stream, |stream| stream.receive_head(end_of_stream))
    })
}

/// `size` bytes of a request's body have been buffered.
pub(crate) fn request_body(stream: u32, size: usize, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.bodies_arrive = true;
        vm.on_stream(stream, |stream| stream.receive_body(size, end_of_stream))
    })
}

/// The host has received trailers after the body of a request. The trailers are part of no verdict,
/// and the filter removes them.
pub(crate) fn request_trailers(stream: u32) -> Flow {
    enter(Flow::Pause, |vm| vm.on_stream(stream, Stream::receive_trailers))
}

/// The host has received metadata with a request. The host can neither show nor drop metadata, so
/// the filter stops the request.
pub(crate) fn request_metadata(_stream: u32) -> Flow {
    host::cut_request().unwrap_or_else(log_failure);
    Flow::Pause
}

/// The head of a response has arrived: of the upstream, of the filter or of Envoy itself.
pub(crate) fn response_headers(stream: u32, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.on_stream(stream, |stream| stream.receive_response(end_of_stream))
    })
}

/// The host has received trailers after the body of a response. The filter removes them, because no
/// edit was made to them.
pub(crate) fn response_trailers(_stream: u32) -> Flow {
    match host::remove_headers(Map::ResponseTrailers) {
        Ok(()) => Flow::Continue,
        Err(failure) => {
            log_failure(failure);
            host::cut_response().unwrap_or_else(log_failure);
            Flow::Pause
        }
    }
}

/// The host has received metadata with a response. The host can neither show nor drop metadata, so
/// the filter stops the response.
pub(crate) fn response_metadata(_stream: u32) -> Flow {
    host::cut_response().unwrap_or_else(log_failure);
    Flow::Pause
}

/// A call of `root` has an answer. A failed call has no headers.
pub(crate) fn call_response(root: u32, token: u32, headers: u32, body_size: usize) {
    let owned_answer = wasm::read_answer(headers, body_size);
    enter((), |vm| {
        let Some(root) = vm.root(root) else { return };
        match root.take_caller(token) {
            Some(Caller::Refresh) => root.receive_bundle(owned_answer.as_answer()),
            Some(Caller::RecordRing(ring)) => root.receive_delivery(ring, owned_answer.as_answer()),
            Some(Caller::Handover) => root.receive_base(owned_answer.as_answer()),
            Some(Caller::Stream(id)) => vm.finish_spend(id, &owned_answer),
            None => {}
        }
    });
}

/// The host deletes a context.
pub(crate) fn delete(context: u32) {
    enter((), |vm| match vm.contexts.get(&context) {
        // The stream waits for the answer of the issuer, which must be recorded.
        Some(Context::Stream(stream)) if stream.is_spending() => {}
        _ => vm.end_context(context),
    });
}

impl Vm {
    fn root(&self, id: u32) -> Option<Rc<Root>> {
        match self.contexts.get(&id)? {
            Context::Root(root) => Some(Rc::clone(root)),
            Context::Stream(_) => None,
        }
    }

    /// Runs a callback of one stream. An unknown stream stays paused for ever.
    fn on_stream(&mut self, id: u32, callback: impl FnOnce(&mut Stream) -> Flow) -> Flow {
        match self.contexts.get_mut(&id) {
            Some(Context::Stream(stream)) => callback(stream),
            _ => Flow::Pause,
        }
    }

    /// The call of a stream to the issuer has an answer. The client, and with it the context of the
    /// host, may be gone by then.
    fn finish_spend(&mut self, id: u32, owned_answer: &OwnedAnswer) {
        if host::select_context(id).is_ok() {
            self.on_stream(id, |stream| stream.finish_spend(owned_answer));
        } else if let Some(Context::Stream(stream)) = self.contexts.remove(&id) {
            stream.finish_spend_without_client(owned_answer);
        }
    }

    /// Removes a context. With a root go its streams that wait for an answer, which never comes
    /// after that.
    fn end_context(&mut self, id: u32) {
        match self.contexts.remove(&id) {
            Some(Context::Stream(stream)) => stream.end(),
            Some(Context::Root(root)) => {
                let of_root = |_: &u32, context: &mut Context| context.is_stream_of(&root);
                for (_, context) in self.contexts.extract_if(.., of_root) {
                    if let Context::Stream(stream) = context {
                        stream.finish_spend_without_client(&OwnedAnswer::failed());
                    }
                }
                root.shut_down();
            }
            None => {}
        }
    }

    /// Cuts the responses of `root` whose writs are no longer valid.
    fn cut_responses(&mut self, root: &Rc<Root>) {
        for context in self.contexts.values_mut() {
            if let Context::Stream(stream) = context
                && stream.belongs_to(root)
            {
                stream.cut_if_ended();
            }
        }
    }

    /// Refuses the requests of `root` whose bodies take too long.
    fn refuse_overdue_bodies(&mut self, root: &Rc<Root>) {
        let Ok(now) = Wasm.now() else { return };
        let mut hint = !self.bodies_arrive;
        for (id, context) in &mut self.contexts {
            let Context::Stream(stream) = context else { continue };
            if !stream.belongs_to(root) || !stream.is_overdue(now) || host::select_context(*id).is_err() {
                continue;
            }
            if mem::take(&mut hint) {
                host::log(
                    LogLevel::Error,
                    "no body has ever arrived: is `allow_on_headers_stop_iteration: true` missing?",
                );
            }
            stream.refuse_broken_body();
        }
    }
}
