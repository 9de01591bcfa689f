//! A simulated host for tests: shared data with versions, a clock, and logs of all else.

use crate::host::stream::{Message, Reply, StreamHost};
use crate::host::{Host, HostFailure, LogLevel, Outgoing, SharedValue};
use crate::settings::FilterSettings;
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Pair;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The shared data of an Envoy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SharedData(BTreeMap<String, (Vec<u8>, u32)>);

impl SharedData {
    pub(crate) fn read(&self, key: &str) -> Option<SharedValue> {
        let (value, version) = self.0.get(key)?;
        Some(SharedValue {
            value: value.clone(),
            version: *version,
        })
    }

    /// As Envoy does it: a key without a value takes a value with any version.
    pub(crate) fn write(&mut self, key: &str, value: &[u8], version: Option<u32>) -> bool {
        let held = self.0.entry(key.to_owned()).or_insert_with(|| (Vec::new(), 0));
        let fits = held.1 == 0 || version.is_none_or(|version| version == held.1);
        if fits {
            *held = (value.to_owned(), held.1 + 1);
        }
        fits
    }

    pub(crate) fn create(&mut self, key: &str, value: &[u8]) -> bool {
        self.write(key, value, Some(u32::MAX))
    }
}

/// A call that was started.
#[derive(Clone, Debug)]
pub(crate) struct StartedCall {
    pub(crate) token: u32,
    pub(crate) cluster: String,
    pub(crate) path: String,
}

/// One thread of an Envoy.
#[derive(Debug)]
pub(crate) struct SimulatedHost<'d> {
    data: &'d RefCell<SharedData>,
    pub(crate) now: Cell<UnixSeconds>,
    /// Whether the host refuses to tell the time.
    pub(crate) refuses_time: Cell<bool>,
    /// Whether the host refuses calls about shared data.
    pub(crate) refuses_data: Cell<bool>,
    /// The number of calls about shared data until one is refused.
    pub(crate) refuses_after: Cell<Option<u32>>,
    /// Whether the host refuses to start calls.
    pub(crate) refuses_calls: Cell<bool>,
    pub(crate) lines: RefCell<Vec<String>>,
    pub(crate) calls: RefCell<Vec<StartedCall>>,
    pub(crate) stream: RefCell<SimulatedStream>,
    /// The values of counters and gauges by group and name.
    pub(crate) metrics: RefCell<BTreeMap<(&'static str, &'static str), i64>>,
}

impl<'d> SimulatedHost<'d> {
    pub(crate) fn new(data: &'d RefCell<SharedData>, now: UnixSeconds) -> Self {
        Self {
            data,
            now: Cell::new(now),
            refuses_time: Cell::new(false),
            refuses_data: Cell::new(false),
            refuses_after: Cell::new(None),
            refuses_calls: Cell::new(false),
            lines: RefCell::new(Vec::new()),
            calls: RefCell::new(Vec::new()),
            stream: RefCell::default(),
            metrics: RefCell::new(BTreeMap::new()),
        }
    }

    pub(crate) fn metric(&self, group: &'static str, name: &'static str) -> i64 {
        self.metrics.borrow().get(&(group, name)).copied().unwrap_or_default()
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: u64) {
        self.now.set(self.now.get().plus(seconds));
    }

    fn data<T>(&self, act: impl FnOnce(&mut SharedData) -> T) -> Result<T, HostFailure> {
        let after = self.refuses_after.get();
        self.refuses_after.set(after.and_then(|left| left.checked_sub(1)));
        if self.refuses_data.get() || after == Some(0) {
            return Err(HostFailure::unusable("shared data"));
        }
        Ok(act(&mut self.data.borrow_mut()))
    }
}

impl Host for &SimulatedHost<'_> {
    fn now(self) -> Result<UnixSeconds, HostFailure> {
        match self.refuses_time.get() {
            true => Err(HostFailure::unusable("time")),
            false => Ok(self.now.get()),
        }
    }

    fn log(self, _level: LogLevel, line: &str) {
        self.lines.borrow_mut().push(line.to_owned());
    }

    fn log_threshold(self) -> Result<u32, HostFailure> {
        Ok(LogLevel::Info as u32)
    }

    fn read_shared(self, key: &str) -> Result<Option<SharedValue>, HostFailure> {
        self.data(|data| data.read(key))
    }

    fn write_shared(self, key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure> {
        self.data(|data| data.write(key, value, version))
    }

    fn create_shared(self, key: &str, value: &[u8]) -> Result<bool, HostFailure> {
        self.data(|data| data.create(key, value))
    }

    fn start_call(self, outgoing: &Outgoing<'_>) -> Result<u32, HostFailure> {
        if self.refuses_calls.get() {
            return Err(HostFailure::unusable("call"));
        }
        let mut calls = self.calls.borrow_mut();
        let token = u32::try_from(calls.len()).unwrap();
        let header = |name| outgoing.headers.iter().find(|(own, _)| *own == name).unwrap().1;
        calls.push(StartedCall {
            token,
            cluster: outgoing.cluster.to_owned(),
            path: String::from_utf8(header(":path").to_owned()).unwrap(),
        });
        Ok(token)
    }

    fn count(self, group: &'static str, name: &'static str, by: u64) {
        self.change_gauge(group, name, i64::try_from(by).unwrap());
    }

    fn change_gauge(self, group: &'static str, name: &'static str, by: i64) {
        *self.metrics.borrow_mut().entry((group, name)).or_default() += by;
    }

    fn set_gauge(self, group: &'static str, name: &'static str, value: u64) {
        self.metrics
            .borrow_mut()
            .insert((group, name), i64::try_from(value).unwrap());
    }
}

/// The configuration of a filter whose upstreams have clusters of their own names.
pub(crate) fn settings_text() -> String {
    let edge = include_str!("../../tests/edge/config.json");
    let edge = edge.replace("BUNDLE_KEY", &edgewrit_test_issuer::bundle_key().public().x());
    let clusters = r#"{"travel": "travel", "data": "data", "open": "open"}"#;
    format!(r#"{{"edge": {edge}, "clusters": {clusters}, "issuer_cluster": "issuer"}}"#)
}

pub(crate) const ENVIRONMENT: &[u8] = b"EDGE_KEY=edge-secret\0TRAVEL_KEY=travel-secret\0DATA_KEY=data-secret\0";

pub(crate) fn settings() -> FilterSettings {
    FilterSettings::read(settings_text().into_bytes(), ENVIRONMENT).unwrap_or_else(|faults| panic!("{faults:?}"))
}

pub(crate) fn config() -> Arc<Config> {
    settings().config
}

/// The one stream of a simulated host.
#[derive(Debug, Default)]
pub(crate) struct SimulatedStream {
    pub(crate) request: SimulatedHeaders,
    pub(crate) body: Vec<u8>,
    pub(crate) response: SimulatedHeaders,
    /// The cluster of the route, unless the route takes the cluster from a header.
    pub(crate) cluster: Option<String>,
    pub(crate) details: String,
    /// Status, details and body of the answers of the filter.
    pub(crate) replies: Vec<(u16, String, String)>,
    pub(crate) verdicts: Vec<String>,
    pub(crate) trailers_removed: bool,
    pub(crate) resumed: bool,
    pub(crate) cut: bool,
    /// Whether the client has closed the connection.
    pub(crate) gone: bool,
}

/// Names and values.
pub(crate) type SimulatedHeaders = Vec<(String, Vec<u8>)>;

pub(crate) fn header_list(headers: &[(&str, &str)]) -> SimulatedHeaders {
    let headers = headers.iter();
    headers
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect()
}

impl StreamHost for &SimulatedHost<'_> {
    type Headers = SimulatedHeaders;

    fn select(self, _stream: u32) -> bool {
        !self.stream.borrow().gone
    }

    fn headers(self, message: Message) -> Result<SimulatedHeaders, HostFailure> {
        let stream = self.stream.borrow();
        Ok(match message {
            Message::Request => stream.request.clone(),
            Message::Response => stream.response.clone(),
        })
    }

    fn pairs(headers: &SimulatedHeaders) -> Option<Vec<Pair<'_>>> {
        Some(
            headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_slice()))
                .collect(),
        )
    }

    fn change_headers(self, message: Message, remove: &[&str], set: &[Pair<'_>]) -> Result<(), HostFailure> {
        let mut stream = self.stream.borrow_mut();
        let headers = match message {
            Message::Request => &mut stream.request,
            Message::Response => &mut stream.response,
        };
        headers.retain(|(name, _)| !remove.contains(&name.as_str()) && !set.iter().any(|(own, _)| own == name));
        headers.extend(set.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())));
        Ok(())
    }

    fn remove_request_trailers(self) -> Result<(), HostFailure> {
        if self.refuses_data.get() {
            return Err(HostFailure::unusable("trailers"));
        }
        self.stream.borrow_mut().trailers_removed = true;
        Ok(())
    }

    fn remove_response_trailers(self) -> Result<(), HostFailure> {
        self.remove_request_trailers()
    }

    fn request_body(self, size: usize) -> Result<Vec<u8>, HostFailure> {
        Ok(self.stream.borrow().body.iter().copied().take(size).collect())
    }

    fn replace_request_body(self, body: &[u8]) -> Result<(), HostFailure> {
        self.stream.borrow_mut().body = body.to_vec();
        Ok(())
    }

    fn selected_cluster(self) -> Result<Vec<u8>, HostFailure> {
        let cluster = self.stream.borrow().cluster.clone();
        cluster.map(String::into_bytes).ok_or(HostFailure::unusable("property"))
    }

    fn response_details(self) -> Result<Vec<u8>, HostFailure> {
        Ok(self.stream.borrow().details.clone().into_bytes())
    }

    fn send_reply(self, reply: &Reply<'_>) -> Result<(), HostFailure> {
        let body = String::from_utf8(reply.body.to_vec()).unwrap();
        let reply = (reply.status, reply.details.to_owned(), body);
        self.stream.borrow_mut().replies.push(reply);
        Ok(())
    }

    fn publish_verdict(self, label: &str) -> Result<(), HostFailure> {
        self.stream.borrow_mut().verdicts.push(label.to_owned());
        Ok(())
    }

    fn resume_request(self) -> Result<(), HostFailure> {
        self.stream.borrow_mut().resumed = true;
        Ok(())
    }

    fn cut_request(self) -> Result<(), HostFailure> {
        self.cut_response()
    }

    fn cut_response(self) -> Result<(), HostFailure> {
        self.stream.borrow_mut().cut = true;
        Ok(())
    }
}
