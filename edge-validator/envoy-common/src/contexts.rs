//! The contexts of one thread: configured filters and their streams, by the ids of the host.

use crate::host::LogLevel;
use crate::host::stream::{Flow, StreamHost};
use crate::root::{Caller, Root};
use crate::settings::FilterSettings;
use crate::stream::Stream;
use edgewrit_edge::config::FaultList;
use edgewrit_edge::issuer::call::OwnedAnswer;
use edgewrit_edge::memory::body_budget::BodyBudget;
use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

/// Time from the configuration of a filter to its first tick, in milliseconds. Only a thread that
/// serves gets a tick; the host discards others before.
pub const FIRST_TICK_MS: u32 = 10;
/// Time between ticks, in milliseconds.
pub const TICK_MS: u32 = 1_000;

/// The contexts of one thread.
pub struct Contexts<H> {
    host: H,
    /// The budget of bodies, whatever the number of roots.
    bodies: Option<BodyBudget>,
    /// The contexts by the ids of the host, which never repeat. The map has a root once it is
    /// configured, and a stream if the map has its root.
    contexts: BTreeMap<u32, Context<H>>,
    /// Whether a body has ever reached the filter.
    bodies_arrive: bool,
}

enum Context<H> {
    Root(Rc<Root<H>>),
    Stream(Stream<H>),
}

impl<H: StreamHost> Context<H> {
    fn is_stream_of(&self, root: &Rc<Root<H>>) -> bool {
        matches!(self, Self::Stream(stream) if stream.belongs_to(root))
    }
}

impl<H: StreamHost> Contexts<H> {
    /// No contexts.
    pub const fn new(host: H) -> Self {
        Self {
            host,
            bodies: None,
            contexts: BTreeMap::new(),
            bodies_arrive: false,
        }
    }

    /// The host creates a stream of a root.
    pub fn create(&mut self, stream: u32, root: u32) {
        if let Some(root) = self.root(root) {
            self.contexts.insert(stream, Context::Stream(Stream::new(stream, root)));
        }
    }

    /// The host gives a root its configuration, with `seed` as randomness of the host. Every fault
    /// is a line in the log. If the result is false, the host must not use the configuration.
    pub fn configure(&mut self, id: u32, read: Result<(FilterSettings, u64), FaultList>) -> bool {
        let bodies = self.bodies.clone();
        match read.and_then(|(settings, seed)| Root::new(self.host, settings, seed, bodies)) {
            Ok(root) => {
                self.host.count("configurations", "taken", 1);
                self.bodies = Some(root.bodies().clone());
                self.contexts.insert(id, Context::Root(Rc::new(root)));
                true
            }
            Err(faults) => {
                self.host.count("configurations", "refused", 1);
                for fault in faults.lines() {
                    self.host.log(LogLevel::Error, &format!("configuration: {fault}"));
                }
                false
            }
        }
    }

    /// The timer of a root has fired.
    pub fn tick(&mut self, root: u32) {
        if let Some(root) = self.root(root) {
            root.ask_for_bundle();
            root.tick();
            self.refuse_overdue_bodies(&root);
            self.cut_responses(&root);
        }
    }

    /// `size` bytes of the body of a request have been buffered.
    pub fn receive_body(&mut self, stream: u32, size: usize, end_of_stream: bool) -> Flow {
        self.bodies_arrive = true;
        self.on_stream(stream, |stream| stream.receive_body(size, end_of_stream))
    }

    /// Runs a callback of one stream. An unknown stream stays paused for ever.
    pub fn on_stream(&mut self, id: u32, callback: impl FnOnce(&mut Stream<H>) -> Flow) -> Flow {
        match self.contexts.get_mut(&id) {
            Some(Context::Stream(stream)) => callback(stream),
            _ => Flow::Pause,
        }
    }

    /// A call of a root has an answer.
    pub fn receive_answer(&mut self, root: u32, token: u32, owned_answer: &OwnedAnswer) {
        let Some(root) = self.root(root) else { return };
        match root.take_caller(token) {
            Some(Caller::Refresh) => root.receive_bundle(owned_answer.as_answer()),
            Some(Caller::Delivery(id)) => root.receive_delivery(id, owned_answer.as_answer()),
            Some(Caller::Handover) => root.receive_base(owned_answer.as_answer()),
            Some(Caller::Stream(id)) => self.finish_spend(id, owned_answer),
            None => {}
        }
    }

    /// The host deletes a context.
    pub fn delete(&mut self, context: u32) {
        match self.contexts.get(&context) {
            // The stream waits for the answer of the issuer, which must be recorded.
            Some(Context::Stream(stream)) if stream.is_spending() => {}
            _ => self.end_context(context),
        }
    }

    fn root(&self, id: u32) -> Option<Rc<Root<H>>> {
        match self.contexts.get(&id)? {
            Context::Root(root) => Some(Rc::clone(root)),
            Context::Stream(_) => None,
        }
    }

    /// The call of a stream to the issuer has an answer. The client, and with it the context of the
    /// host, may be gone by then.
    fn finish_spend(&mut self, id: u32, owned_answer: &OwnedAnswer) {
        if self.host.select(id) {
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
                let of_root = |_: &u32, context: &mut Context<H>| context.is_stream_of(&root);
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
    fn cut_responses(&mut self, root: &Rc<Root<H>>) {
        for context in self.contexts.values_mut() {
            if let Context::Stream(stream) = context
                && stream.belongs_to(root)
            {
                stream.cut_if_ended();
            }
        }
    }

    /// Refuses the requests of `root` whose bodies take too long.
    fn refuse_overdue_bodies(&mut self, root: &Rc<Root<H>>) {
        let Ok(now) = self.host.now() else { return };
        let mut hint = !self.bodies_arrive;
        for (id, context) in &mut self.contexts {
            let Context::Stream(stream) = context else { continue };
            if !stream.belongs_to(root) || !stream.is_overdue(now) || !self.host.select(*id) {
                continue;
            }
            if mem::take(&mut hint) {
                self.host.log(
                    LogLevel::Error,
                    "no body has ever arrived: is `allow_on_headers_stop_iteration: true` missing?",
                );
            }
            stream.refuse_broken_body();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Contexts;
    use crate::host::stream::Flow;
    use crate::settings::{FilterSettings, single_fault};
    use crate::simulated::{SharedData, SimulatedHost, header_list, settings};
    use edgewrit_edge::issuer::call::OwnedAnswer;
    use edgewrit_test_issuer::{self as support, NOW};
    use std::cell::RefCell;

    const ROOT: u32 = 1;
    const STREAM: u32 = 2;

    /// The contexts of a host with one configured root, which has a snapshot.
    fn with_root(test: impl for<'h, 'd> FnOnce(&'h SimulatedHost<'d>, Contexts<&'h SimulatedHost<'d>>)) {
        let data = RefCell::new(SharedData::default());
        let host = SimulatedHost::new(&data, NOW);
        let mut contexts = Contexts::new(&host);
        assert!(contexts.configure(ROOT, Ok((settings(), 1))));
        contexts.tick(ROOT);
        let bundle = OwnedAnswer::new(200, support::bundle(NOW, Vec::new()));
        contexts.receive_answer(ROOT, 0, &bundle);
        assert_eq!(host.metric("bundles", "taken"), 1);
        test(&host, contexts);
    }

    /// The head of a request with this method and target, and a writ of this grant.
    fn arrive(host: &SimulatedHost<'_>, method: &str, path: &str, grant: &str) {
        let writ = format!("Bearer {}", support::writ(&support::claims(support::grants(&[grant]))));
        host.stream.borrow_mut().request = header_list(&[
            (":method", method),
            (":path", path),
            (":authority", "travel.example"),
            ("authorization", &writ),
            ("content-type", "application/json"),
        ]);
    }

    const BOOK: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"]}"#;
    const ONCE: &str =
        r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":1,"allowance":"a"}}"#;

    #[test]
    fn a_configuration_with_faults_is_refused_and_each_fault_logged() {
        let data = RefCell::new(SharedData::default());
        let host = SimulatedHost::new(&data, NOW);
        let mut contexts = Contexts::new(&host);
        assert!(!contexts.configure(ROOT, FilterSettings::read(b"{}".to_vec(), b"").map(|read| (read, 1))));
        assert!(!contexts.configure(ROOT, Err(single_fault("no randomness"))));
        assert_eq!(host.metric("configurations", "refused"), 2);
        let lines = host.lines.borrow();
        assert!(lines.len() > 2 && lines.iter().all(|line| line.starts_with("configuration: ")));
    }

    #[test]
    fn a_stream_without_a_configured_root_stays_paused() {
        let data = RefCell::new(SharedData::default());
        let host = SimulatedHost::new(&data, NOW);
        let mut contexts = Contexts::new(&host);
        contexts.create(STREAM, ROOT);
        assert_eq!(contexts.on_stream(STREAM, |_| Flow::Continue), Flow::Pause);
    }

    #[test]
    fn a_body_that_never_arrives_is_refused_with_a_hint() {
        with_root(|host, mut contexts| {
            arrive(host, "POST", "/bookings", BOOK);
            contexts.create(STREAM, ROOT);
            assert_eq!(
                contexts.on_stream(STREAM, |stream| stream.receive_head(false)),
                Flow::Pause
            );
            host.advance(29);
            contexts.tick(ROOT);
            assert!(host.stream.borrow().replies.is_empty());
            host.advance(1);
            contexts.tick(ROOT);
            assert_eq!(host.stream.borrow().replies.len(), 1);
            assert!(
                host.lines
                    .borrow()
                    .iter()
                    .any(|line| line.contains("no body has ever arrived"))
            );
        });
    }

    /// Makes a stream wait for a debit. Returns the token of its call.
    fn begin_spend<'h, 'd>(host: &'h SimulatedHost<'d>, contexts: &mut Contexts<&'h SimulatedHost<'d>>) -> u32 {
        arrive(host, "GET", "/flights?from=LHR&to=JFK&date=2026-12-01", ONCE);
        contexts.create(STREAM, ROOT);
        assert_eq!(
            contexts.on_stream(STREAM, |stream| stream.receive_head(true)),
            Flow::Pause
        );
        let boot = host.calls.borrow().last().unwrap().token;
        contexts.receive_answer(ROOT, boot, &OwnedAnswer::new(201, br#"{"boot_id":"b"}"#.to_vec()));
        host.calls.borrow().last().unwrap().token
    }

    #[test]
    fn a_debit_is_recorded_after_the_client_has_gone() {
        with_root(|host, mut contexts| {
            let debit = begin_spend(host, &mut contexts);
            contexts.delete(STREAM);
            host.stream.borrow_mut().gone = true;
            contexts.receive_answer(ROOT, debit, &OwnedAnswer::new(200, br#"{"spent":["a"]}"#.to_vec()));
            assert!(host.lines.borrow().iter().any(|line| line.contains("spent_unknown")));
        });
    }

    #[test]
    fn a_root_that_ends_records_the_streams_that_wait() {
        with_root(|host, mut contexts| {
            begin_spend(host, &mut contexts);
            contexts.delete(ROOT);
            assert_eq!(host.metric("verdicts", "spend_failed"), 1);
        });
    }
}
