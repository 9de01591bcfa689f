//! Problems for the client, records for the log.

use crate::harness::{Ask, Edge, SimulatedIssuer};
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::Outcome;
use edgewrit_edge::verdict::refusal::{HostFault, ProblemResponse, Refusal};
use edgewrit_shared::json::{self, Json};
use edgewrit_test_issuer::NOW;

const SEARCH: [&str; 1] =
    [r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"}}}"#];
const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";

fn members(text: &str) -> Vec<(String, Json)> {
    match json::parse(text.as_bytes(), 100).unwrap() {
        Json::Object(members) => members,
        other => panic!("{other:?}"),
    }
}

fn names(text: &str) -> Vec<String> {
    members(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_permit_is_recorded_with_its_attempt() {
    let line = Edge::new()
        .ask(&Ask::new(FLIGHTS, &SEARCH))
        .sent()
        .1
        .finish(Outcome::Answered(200))
        .line();
    assert_eq!(
        line,
        concat!(
            r#"{"edgewrit":"verdict","at":1800000000,"request_id":"00000000000000ab-1","verdict":"permit","status":200,"label":"permit","#,
            r#""operation":"GET /flights","action":"search","resource":"flights","upstream":"travel","#,
            r#""jti":"jti-1","task_id":"trip-42","client_id":"client-1","grants":["b550059f3c8b883e"],"outcome":"answered"}"#
        )
    );
}

#[test]
fn a_refusal_is_recorded_with_the_nearest_miss_and_the_client_does_not_see_it() {
    let refusal = Edge::new()
        .ask(&Ask::new(&FLIGHTS.replace("JFK", "CDG"), &SEARCH))
        .refused();
    let line = refusal.record().line();
    assert_eq!(
        names(&line),
        [
            "edgewrit",
            "at",
            "request_id",
            "verdict",
            "status",
            "label",
            "error_code",
            "detail",
            "operation",
            "action",
            "resource",
            "upstream",
            "jti",
            "task_id",
            "client_id"
        ]
    );
    assert!(line.contains("CDG") && line.contains("JFK"), "{line}");
    let problem = refusal.response();
    assert_eq!(
        problem.body,
        concat!(
            r#"{"type":"urn:edgewrit:error:not_granted","title":"the writ does not grant this","status":403,"#,
            r#""error_code":"not_granted","request_id":"00000000000000ab-1","action":"search","resource":"flights"}"#
        )
    );
    let id = ("edgewrit-request-id", "00000000000000ab-1".to_owned());
    let json = ("content-type", "application/problem+json".to_owned());
    assert_eq!(
        (problem.status, problem.headers),
        (403, vec![json, ("cache-control", "no-store".to_owned()), id])
    );
}

#[test]
fn a_record_always_has_a_cause() {
    let edge = Edge::new();
    let limited = [r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":1,"allowance":"b"}}"#];
    let spent = edge
        .ask_with(&Ask::new(FLIGHTS, &limited), &SimulatedIssuer::with("b", 0))
        .refused();
    let nowhere = edge.ask(&Ask::new("GET /nowhere", &SEARCH)).refused();
    for (refusal, cause) in [
        (
            spent,
            r#""label":"uses_exhausted","error_code":"uses_exhausted","detail":"no uses are left""#,
        ),
        (
            nowhere,
            r#""label":"no_operation","error_code":"no_operation","detail":"no operation matches method and path""#,
        ),
    ] {
        let line = refusal.record().line();
        assert!(line.contains(cause), "{line}");
    }
}

#[test]
fn all_causes_of_401_look_the_same() {
    let edge = Edge::new();
    let bodies: Vec<_> = ["", "Basic x", "Bearer x", "Bearer a.b.c", "Bearer a,b"]
        .into_iter()
        .map(|value| {
            let refusal = edge.ask(&Ask::bare(FLIGHTS).header("authorization", value)).refused();
            let response = refusal.response();
            assert_eq!(response.status, 401);
            assert!(response.headers.contains(&("www-authenticate", "Bearer".into())));
            let mut members = members(&response.body);
            members.retain(|(name, _)| name != "request_id");
            let mut headers = response.headers;
            headers.retain(|(name, _)| *name != "edgewrit-request-id");
            (members, headers)
        })
        .collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    assert_eq!(bodies[0].0.len(), 4, "type, title, status, error_code");
}

#[test]
fn only_401_asks_for_a_writ() {
    let refusal = Edge::new().ask(&Ask::new("GET /nowhere", &SEARCH)).refused();
    assert!(
        refusal
            .response()
            .headers
            .iter()
            .all(|(name, _)| *name != "www-authenticate")
    );
}

#[test]
fn the_problem_of_a_malformed_request_names_the_fault() {
    let edge = Edge::new();
    for (ask, status, detail) in [
        (
            Ask::new("GET /flights?x=1", &SEARCH),
            400,
            "the query has a name that the operation does not know",
        ),
        (
            Ask::new("POST /quotes?q=a", &SEARCH).json(&"1".repeat(41)),
            413,
            "the body is longer than the operation's limit",
        ),
        (
            Ask::new("POST /quotes?q=a", &SEARCH)
                .json("{}")
                .header("content-encoding", "gzip"),
            415,
            "the body is encoded",
        ),
    ] {
        let refusal = edge.ask(&ask).refused();
        assert_eq!(refusal.status(), status);
        assert!(members(&refusal.response().body).contains(&("detail".into(), Json::Text(detail.into()))));
    }
    let refusal = edge.ask(&Ask::new("GET /nowhere", &SEARCH)).refused();
    assert_eq!((refusal.status(), refusal.error_code()), (404, "no_operation"));
    assert!(!names(&refusal.response().body).contains(&"detail".to_owned()));
}

#[test]
fn input_in_a_record_is_escaped_bounded_and_on_one_line() {
    let edge = Edge::new();
    let name = format!("%0A%22%E2%80%AE{}", "a".repeat(2_000));
    let line = edge
        .ask(&Ask::new(&format!("GET /flights?{name}=1"), &SEARCH))
        .refused()
        .record()
        .line();
    assert!(line.len() < 1_600, "{}", line.len());
    assert!(!line.contains(['\n', '\u{202e}']));
    assert_eq!(names(&line).len(), 15);
}

#[test]
fn neither_tokens_nor_secrets_are_in_records_and_problems() {
    let edge = Edge::new();
    let asks = [
        Ask::new(FLIGHTS, &SEARCH),
        Ask::new("GET /nowhere", &SEARCH),
        Ask::new("GET /flights?x=1", &SEARCH),
        Ask::bare(FLIGHTS).header("authorization", "Bearer edge-secret.travel-secret.data-secret"),
        Ask::bare(FLIGHTS).header("authorization", "edge-secret"),
    ];
    for ask in asks {
        let value = String::from_utf8(ask.headers[0].1.clone()).unwrap();
        let token = value.rsplit(' ').next().unwrap_or_default();
        let text = match edge.start(&ask) {
            Step::Refuse(refusal) => format!("{} {} {refusal:?}", refusal.record().line(), refusal.response().body),
            Step::Forward(permit) => permit.into_request().1.finish(Outcome::Failed).line(),
            _ => panic!("no wait here"),
        };
        for secret in [token, "edge-secret", "travel-secret", "data-secret"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn faults_of_a_host_have_labels_of_their_own() {
    let memory = Memory::new(1);
    for (fault, expected) in [
        (HostFault::Unreadable, (503, "edge_fault", "host_unreadable")),
        (HostFault::AmbiguousAuthority, (400, "bad_request", "host_ambiguous")),
        (HostFault::OtherUpstream, (503, "edge_fault", "host_upstream")),
        (HostFault::Busy, (503, "busy", "busy")),
        (HostFault::OtherRequest, (503, "edge_fault", "host_request")),
    ] {
        let refusal = Refusal::of_host(fault, &memory, NOW);
        let found = (refusal.status(), refusal.error_code(), refusal.reason().label());
        assert_eq!(found, expected);
    }
    let edge = Edge::new();
    let Step::Forward(permit) = edge.start(&Ask::new(FLIGHTS, &SEARCH)) else {
        panic!("no permit")
    };
    let refusal = permit.into_request().1.withdraw(HostFault::OtherUpstream);
    assert_eq!(refusal.reason().label(), "host_upstream");
    assert!(refusal.record().line().contains(r#""verdict":"refuse","status":503"#));
    assert!(refusal.record().line().contains(r#""upstream":"travel""#));
}

#[test]
fn an_edge_without_a_configuration_says_so() {
    let response = ProblemResponse::of_unconfigured_edge();
    assert_eq!(response.status, 500);
    let headers: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let expected = [
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
    ];
    assert_eq!(headers, expected);
    assert_eq!(
        response.body,
        r#"{"type":"urn:edgewrit:error:configuration","title":"the edge is not configured","status":500,"error_code":"configuration"}"#
    );
}
