//! One stream, from its head to its response, with a simulated host and issuer.

use crate::host::stream::Flow;
use crate::root::{Caller, Root};
use crate::settings::FilterSettings;
use crate::simulated::{ENVIRONMENT, SharedData, SimulatedHost, header_list, settings_text};
use crate::stream::{Stream, unseen};
use edgewrit_edge::issuer::call::{IssuerAnswer, OwnedAnswer};
use edgewrit_shared::edge_api::{boot, uses};
use edgewrit_test_issuer::{self as support, NOW};
use std::cell::RefCell;
use std::rc::Rc;

type HostRef<'h, 'd> = &'h SimulatedHost<'d>;

const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#;

/// Runs `test` on a filter with a fresh snapshot. `change` changes the text of its configuration.
fn with_filter(
    change: impl Fn(&str) -> String,
    test: impl for<'h, 'd> FnOnce(HostRef<'h, 'd>, &Rc<Root<HostRef<'h, 'd>>>),
) {
    let data = RefCell::new(SharedData::default());
    let host = SimulatedHost::new(&data, NOW);
    let settings = FilterSettings::read(change(&settings_text()).into_bytes(), ENVIRONMENT).unwrap();
    let root = Rc::new(Root::new(&host, settings, 1, None).unwrap());
    root.receive_bundle(IssuerAnswer::Got {
        status: 200,
        body: &support::bundle(NOW, Vec::new()),
    });
    test(&host, &root);
}

fn writ(grants: &[&str]) -> String {
    format!("Bearer {}", support::writ(&support::claims(support::grants(grants))))
}

/// The head of a request at the host.
fn arrive(host: HostRef<'_, '_>, method: &str, path: &str, others: &[(&str, &str)]) {
    let mut headers = vec![
        (":method", method),
        (":path", path),
        (":authority", "travel.example"),
        (":scheme", "https"),
        ("x-of-the-client", "1"),
    ];
    headers.extend(others);
    host.stream.borrow_mut().request = header_list(&headers);
}

fn request_header(host: HostRef<'_, '_>, name: &str) -> Option<String> {
    let stream = host.stream.borrow();
    let mut values = stream.request.iter().filter(|(own, _)| own == name);
    let value = values
        .next()
        .map(|(_, value)| String::from_utf8(value.clone()).unwrap());
    assert!(values.next().is_none(), "{name} twice");
    value
}

/// A stream whose permitted request was sent.
fn sent<'h, 'd>(host: HostRef<'h, 'd>, root: &Rc<Root<HostRef<'h, 'd>>>) -> Stream<HostRef<'h, 'd>> {
    let mut stream = Stream::new(7, Rc::clone(root));
    arrive(host, "GET", FLIGHTS, &[("authorization", &writ(&[SEARCH]))]);
    assert_eq!(
        stream.receive_head(true),
        Flow::Continue,
        "{:?}",
        host.stream.borrow().replies
    );
    stream
}

const FLIGHTS: &str = "/flights?from=LHR&to=JFK&date=2026-12-01";

/// The only answer of the filter to the client: status and details.
fn reply(host: HostRef<'_, '_>) -> (u16, String) {
    let stream = host.stream.borrow();
    assert_eq!(stream.replies.len(), 1);
    let (status, details, _) = stream.replies.first().unwrap();
    (*status, details.clone())
}

#[test]
fn a_permitted_request_replaces_the_request_of_the_client() {
    with_filter(str::to_owned, |host, root| {
        sent(host, root);
        let header = |name| request_header(host, name);
        assert_eq!(header("x-edgewrit-cluster").as_deref(), Some("travel"));
        assert_eq!(header("x-envoy-max-retries").as_deref(), Some("0"));
        assert_eq!(header(":authority").as_deref(), Some("api.travel.example"));
        assert_eq!(header("authorization").as_deref(), Some("Bearer travel-secret"));
        assert_eq!(header("x-of-the-client"), None);
        assert_eq!(host.stream.borrow().verdicts, ["permit"]);
    });
}

#[test]
fn a_request_without_a_writ_is_refused() {
    with_filter(str::to_owned, |host, root| {
        arrive(host, "GET", FLIGHTS, &[]);
        assert_eq!(Stream::new(7, Rc::clone(root)).receive_head(true), Flow::Pause);
        assert_eq!(reply(host), (401, "edgewrit_token_missing".to_owned()));
        assert_eq!(host.metric("verdicts", "token_missing"), 1);
    });
}

#[test]
fn a_route_to_another_cluster_stops_the_request() {
    with_filter(str::to_owned, |host, root| {
        host.stream.borrow_mut().cluster = Some("other".to_owned());
        arrive(host, "GET", FLIGHTS, &[("authorization", &writ(&[SEARCH]))]);
        assert_eq!(Stream::new(7, Rc::clone(root)).receive_head(true), Flow::Pause);
        assert_eq!(reply(host), (503, "edgewrit_host_upstream".to_owned()));
        assert!(root.trusts_routes());
    });
}

#[test]
fn a_response_of_another_cluster_ends_all_permits() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = sent(host, root);
        host.stream.borrow_mut().cluster = Some("other".to_owned());
        host.stream.borrow_mut().response = header_list(&[(":status", "200")]);
        assert_eq!(stream.receive_response(true), Flow::Pause);
        assert_eq!(reply(host), (503, "edgewrit_host_upstream".to_owned()));
        assert!(!root.trusts_routes());
    });
}

#[test]
fn a_response_passes_with_the_edits_of_the_pipeline() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = sent(host, root);
        let response = [(":status", "200"), ("set-cookie", "a=b"), ("x-kept", "1")];
        host.stream.borrow_mut().response = header_list(&response);
        assert_eq!(stream.receive_response(false), Flow::Continue);
        let held = host.stream.borrow().response.clone();
        let names: Vec<_> = held.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [":status", "x-kept", "edgewrit-request-id", "cache-control"]);
        assert_eq!(host.metric("verdicts", "permit"), 1);
        host.advance(100_000);
        stream.cut_if_ended();
        assert!(host.stream.borrow().cut, "the snapshot is no longer fresh");
    });
}

#[test]
fn an_error_of_envoy_is_no_response_of_the_upstream() {
    for (details, status) in [("", 502), ("via_upstream", 503)] {
        with_filter(str::to_owned, |host, root| {
            let mut stream = sent(host, root);
            host.stream.borrow_mut().details = details.to_owned();
            host.stream.borrow_mut().response = header_list(&[(":status", "503")]);
            let flow = stream.receive_response(true);
            match status {
                503 => assert_eq!(flow, Flow::Continue),
                _ => assert_eq!(reply(host), (502, "edgewrit_unanswered".to_owned())),
            }
        });
    }
}

#[test]
fn a_grpc_client_gets_the_status_of_a_refusal() {
    with_filter(str::to_owned, |host, root| {
        arrive(host, "GET", FLIGHTS, &[("content-type", "application/grpc")]);
        let mut stream = Stream::new(7, Rc::clone(root));
        assert_eq!(stream.receive_head(true), Flow::Pause);
        let response = [
            (":status", "200"),
            ("content-type", "application/grpc"),
            ("grpc-status", "16"),
        ];
        host.stream.borrow_mut().response = header_list(&response);
        assert_eq!(stream.receive_response(true), Flow::Continue);
        assert_eq!(host.stream.borrow().response, header_list(&[(":status", "401")]));
    });
}

const BOOK: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"]}"#;
const BOOKING: &str = r#"{"passenger":{"user":"ada"},"seats":1}"#;

/// A stream that waits for the body of a booking.
fn waits<'h, 'd>(host: HostRef<'h, 'd>, root: &Rc<Root<HostRef<'h, 'd>>>) -> Stream<HostRef<'h, 'd>> {
    let mut stream = Stream::new(7, Rc::clone(root));
    let headers = [("authorization", &*writ(&[BOOK])), ("content-type", "application/json")];
    arrive(host, "POST", "/bookings", &headers);
    assert_eq!(stream.receive_head(false), Flow::Pause);
    assert!(
        host.stream.borrow().replies.is_empty(),
        "{:?}",
        host.stream.borrow().replies
    );
    stream
}

#[test]
fn a_body_is_judged_when_it_is_complete() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = waits(host, root);
        host.stream.borrow_mut().body = BOOKING.as_bytes().to_vec();
        assert_eq!(stream.receive_body(10, false), Flow::Pause);
        assert_eq!(stream.receive_body(BOOKING.len(), false), Flow::Pause);
        assert_eq!(
            stream.receive_trailers(),
            Flow::Continue,
            "{:?}",
            host.stream.borrow().replies
        );
        assert!(host.stream.borrow().trailers_removed);
        assert_eq!(request_header(host, "content-length"), Some(BOOKING.len().to_string()));
    });
}

#[test]
fn a_body_that_is_too_long_is_refused_before_its_end() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = waits(host, root);
        assert_eq!(stream.receive_body(100_000_000, false), Flow::Pause);
        assert_eq!(reply(host), (413, "edgewrit_body_too_large".to_owned()));
    });
}

#[test]
fn a_body_that_takes_too_long_is_refused() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = waits(host, root);
        assert!(!stream.is_overdue(NOW.plus(29)) && stream.is_overdue(NOW.plus(30)));
        assert_eq!(stream.refuse_broken_body(), Flow::Pause);
        assert_eq!(reply(host), (400, "edgewrit_body_broken".to_owned()));
        assert!(!stream.is_overdue(NOW.plus(30)));
    });
}

const LIMITED: &str =
    r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":1,"allowance":"al-1"}}"#;

/// The answer to the debit of a use of [`LIMITED`].
fn spent_answer() -> Vec<u8> {
    uses::write_answer(&["al-1".to_owned()]).into_bytes()
}

/// A stream that waits for a debit, and the calls that it made.
fn spends<'h, 'd>(host: HostRef<'h, 'd>, root: &Rc<Root<HostRef<'h, 'd>>>) -> Stream<HostRef<'h, 'd>> {
    let mut stream = Stream::new(7, Rc::clone(root));
    arrive(host, "GET", FLIGHTS, &[("authorization", &writ(&[LIMITED]))]);
    assert_eq!(stream.receive_head(true), Flow::Pause);
    let call = host.calls.borrow().last().cloned().unwrap();
    assert_eq!(call.path, boot::PATH, "{:?}", host.stream.borrow().replies);
    assert_eq!(root.take_caller(call.token), Some(Caller::Stream(7)));
    stream.finish_spend(&OwnedAnswer::new(201, boot::write_answer("boot").into_bytes()));
    assert_eq!(host.calls.borrow().last().unwrap().path, uses::PATH);
    stream
}

#[test]
fn a_request_is_resumed_once_its_use_is_spent() {
    with_filter(str::to_owned, |host, root| {
        let mut stream = spends(host, root);
        assert!(!host.stream.borrow().resumed && stream.is_spending());
        stream.finish_spend(&OwnedAnswer::new(200, spent_answer()));
        assert!(host.stream.borrow().resumed, "{:?}", host.stream.borrow().replies);
        assert_eq!(request_header(host, "x-edgewrit-cluster").as_deref(), Some("travel"));
    });
}

#[test]
fn a_use_that_is_spent_after_the_client_has_gone_is_recorded() {
    with_filter(str::to_owned, |host, root| {
        let stream = spends(host, root);
        host.stream.borrow_mut().gone = true;
        stream.finish_spend_without_client(&OwnedAnswer::new(200, spent_answer()));
        let lines = host.lines.borrow();
        assert!(lines.iter().any(|line| line.contains("spent_unknown")), "{lines:?}");
        assert!(!host.stream.borrow().resumed);
    });
}

fn strict(text: &str) -> String {
    text.replacen(r#""issuer":"#, r#""audit": "strict", "issuer":"#, 1)
}

#[test]
fn a_strict_filter_keeps_the_record_before_it_sends_the_request() {
    with_filter(strict, |host, root| {
        let mut stream = sent(host, root);
        assert_eq!(host.metric("records", "waiting"), 1);
        host.stream.borrow_mut().response = header_list(&[(":status", "200")]);
        assert_eq!(stream.receive_response(true), Flow::Continue);
        assert_eq!(host.metric("records", "waiting"), 1, "the issuer gets no other record");
        assert_eq!(host.metric("verdicts", "permit"), 1);
    });
}

#[test]
fn a_strict_filter_keeps_the_record_after_the_debit() {
    with_filter(strict, |host, root| {
        let mut stream = spends(host, root);
        stream.finish_spend(&OwnedAnswer::new(200, spent_answer()));
        assert!(host.stream.borrow().resumed, "{:?}", host.stream.borrow().replies);
        assert_eq!(host.metric("records", "waiting"), 1);
    });
}

#[test]
fn a_strict_filter_that_keeps_no_record_sends_nothing() {
    with_filter(strict, |host, root| {
        host.refuses_data.set(true);
        arrive(host, "GET", FLIGHTS, &[("authorization", &writ(&[SEARCH]))]);
        assert_eq!(Stream::new(7, Rc::clone(root)).receive_head(true), Flow::Pause);
        assert_eq!(reply(host), (503, "edgewrit_unrecorded".to_owned()));
    });
}

#[test]
fn a_client_that_leaves_is_recorded() {
    with_filter(str::to_owned, |host, root| {
        sent(host, root).end();
        let lines = host.lines.borrow();
        assert!(lines.iter().any(|line| line.contains("aborted")), "{lines:?}");
    });
}

#[test]
fn parts_that_no_verdict_has_seen_are_removed_or_end_the_exchange() {
    with_filter(str::to_owned, |host, _| {
        assert_eq!(unseen::receive_response_trailers(host), Flow::Continue);
        assert!(host.stream.borrow().trailers_removed && !host.stream.borrow().cut);
        host.refuses_data.set(true);
        assert_eq!(unseen::receive_response_trailers(host), Flow::Pause);
        assert!(host.stream.borrow().cut, "trailers that stay");
    });
    with_filter(str::to_owned, |host, _| {
        assert_eq!(unseen::receive_request_metadata(host), Flow::Pause);
        assert!(host.stream.borrow().cut);
    });
    with_filter(str::to_owned, |host, _| {
        assert_eq!(unseen::receive_response_metadata(host), Flow::Pause);
        assert!(host.stream.borrow().cut);
    });
}
