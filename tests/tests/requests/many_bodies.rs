//! Bodies that wait at the same time: how many an edge holds, whose, and what comes back when they
//! are given up.

use anyhow::{Context as _, Result, bail, ensure};
use edgewrit_tests::clock::{self, poll};
use edgewrit_tests::edge::envoy::Bootstrap;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind, Setup};
use edgewrit_tests::forging::WritSpec;
use edgewrit_tests::http::{ClientConnection, HttpRequest, HttpResponse, field};
use edgewrit_tests::ports;
use edgewrit_tests::vectors::VectorBench;
use serde_json::json;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

/// The longest body that an operation can take.
const BODY_LIMIT: usize = 1024 * 1024;
/// The bodies of that length that an edge holds, and those of one lineage.
const BODIES_OF_EDGE: usize = 64;
const BODIES_OF_LINEAGE: usize = 8;
/// Enough lineages to fill the edge.
const LINEAGES: usize = 14;
/// Bytes of a body that has only begun.
const FIRST_PIECE: usize = 10;
/// The number of lineages of which one at least has another place than a given lineage.
const OTHER_LINEAGES: usize = 4;
/// The time for an answer.
const ANSWER_WAIT: Duration = Duration::from_secs(20);
/// The time for an answer that has arrived already.
const READY_ANSWER_WAIT: Duration = Duration::from_millis(40);
/// The time after which every refusal has arrived.
const SETTLE_TIME: Duration = Duration::from_secs(3);

/// The edge of the vectors, with an operation that takes long bodies.
fn setup_with_long_bodies(bench: &VectorBench) -> Result<Setup> {
    let mut setup = bench.setup().clone();
    let operations = setup
        .document
        .pointer_mut("/operations")
        .and_then(|operations| operations.as_array_mut());
    operations.context("no operations")?.push(json!({
        "match": "POST /documents", "upstream": "travel", "action": "store", "resource": "documents",
        "params": {"kind": "body./kind"}, "ignore": ["body./text"], "body": {"limit": BODY_LIMIT},
    }));
    Ok(setup)
}

/// A writ of a lineage of its own, ancestor of no other.
fn new_lineage_writ(bench: &VectorBench) -> Result<String> {
    let spec: WritSpec =
        serde_json::from_str(r#"{"grants": [{"type": "writ", "actions": ["store"], "resources": ["documents"]}]}"#)?;
    bench.writ(&spec, &bench.names("edge.example", None))
}

/// A document of `length` bytes.
fn long_document(length: usize) -> Vec<u8> {
    let (before, behind) = (r#"{"kind":"a","text":""#, r#""}"#);
    let text = "x".repeat(length.saturating_sub(before.len() + behind.len()));
    [before, &text, behind].concat().into_bytes()
}

fn store_request(writ: &str, length: usize) -> HttpRequest {
    let mut request = HttpRequest::new("POST", "/documents").bearer(writ);
    request.body = Some(long_document(length));
    request.header("content-type", "application/json")
}

/// The beginning of a request that does not say how long its body is.
fn begin_request(address: SocketAddr, writ: &str, bytes: usize) -> Result<ClientConnection> {
    let mut connection = ClientConnection::open(address, ANSWER_WAIT)?;
    let piece = long_document(bytes);
    let head = format!(
        "POST /documents HTTP/1.1\r\nhost: edge.example\r\nauthorization: Bearer {writ}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n",
        piece.len()
    );
    connection.write(head.as_bytes())?;
    // The edge may have refused by now, and closed.
    let _ = connection.write(&piece).and_then(|()| connection.write(b"\r\n"));
    Ok(connection)
}

/// The beginnings of `count` requests with one writ.
fn begin_requests(edge: &EdgeProcess, writ: &str, count: usize) -> Result<Vec<ClientConnection>> {
    let begin = |_| begin_request(edge.address(), writ, FIRST_PIECE);
    (0..count).map(begin).collect()
}

/// The answers to the refused requests. The other requests wait.
fn take_refusals(connections: &mut [ClientConnection]) -> Vec<HttpResponse> {
    thread::sleep(SETTLE_TIME);
    let answers = connections.iter_mut().filter_map(|connection| {
        connection.wait(READY_ANSWER_WAIT);
        connection.read(false)
    });
    answers.collect()
}

fn ensure_busy(edge: &EdgeProcess, answer: &HttpResponse) -> Result<()> {
    let label = edge.label(answer);
    ensure!(
        answer.status == 503 && label.as_deref() == Some("busy") && answer.header("retry-after").is_some(),
        "{}: {} {label:?} {}",
        edge.kind(),
        answer.status,
        answer.json()
    );
    Ok(())
}

fn test_each_edge(test: impl Fn(&VectorBench, &EdgeProcess) -> Result<()>) -> Result<()> {
    let bench = VectorBench::start()?;
    let setup = setup_with_long_bodies(&bench)?;
    for kind in HostKind::ALL {
        let mut edge = edge::start(kind, &setup)?;
        edge.wait_until_ready(&new_lineage_writ(&bench)?)?;
        test(&bench, &edge)?;
    }
    Ok(())
}

#[test]
fn a_body_of_exactly_the_longest_length_passes() -> Result<()> {
    test_each_edge(|bench, edge| {
        let writ = new_lineage_writ(bench)?;
        edge.send_permitted(&store_request(&writ, BODY_LIMIT))?;
        let arrived = bench.take();
        let lengths: Vec<_> = arrived
            .iter()
            .map(|(_, one)| one.body.as_deref().map_or(0, <[u8]>::len))
            .collect();
        ensure!(lengths == [BODY_LIMIT], "{}: {lengths:?}", edge.kind());
        ensure!(
            edge.send(&store_request(&writ, BODY_LIMIT + 1))?.status == 413,
            "{}",
            edge.kind()
        );
        if edge.kind().speaks_plain_http2() {
            let fields = [
                (":method", "POST".to_owned()),
                (":scheme", "http".into()),
                (":authority", "edge.example".into()),
                (":path", "/documents".into()),
                ("authorization", format!("Bearer {writ}")),
                ("content-type", "application/json".into()),
            ];
            let fields = fields.map(|(name, value)| field(name.as_bytes(), value.as_bytes()));
            let mut connection = ClientConnection::open(edge.address(), ANSWER_WAIT)?;
            let answer = connection.post_h2(&fields.concat(), &long_document(BODY_LIMIT))?;
            ensure!(answer.status == 200, "over HTTP/2: {answer:?}");
            ensure!(bench.take().len() == 1, "over HTTP/2: it did not arrive");
        }
        Ok(())
    })
}

/// A lineage beside one that holds all it can has room of its own. Two lineages may share one of
/// the edge's places, hardly several with one.
fn ensure_other_lineage_passes(bench: &VectorBench, edge: &EdgeProcess) -> Result<()> {
    for _ in 0..OTHER_LINEAGES {
        let answer = edge.send(&store_request(&new_lineage_writ(bench)?, BODY_LIMIT))?;
        if answer.status == 200 {
            return Ok(());
        }
        ensure_busy(edge, &answer)?;
    }
    bail!("{}: {OTHER_LINEAGES} other lineages are refused", edge.kind())
}

#[test]
fn a_lineage_holds_an_eighth_and_gives_it_back_when_its_requests_are_given_up() -> Result<()> {
    test_each_edge(|bench, edge| {
        let one = new_lineage_writ(bench)?;
        let mut waiting = begin_requests(edge, &one, BODIES_OF_LINEAGE + 2)?;
        let answers = take_refusals(&mut waiting);
        ensure!(answers.len() == 2, "{}: {} are refused", edge.kind(), answers.len());
        answers.iter().try_for_each(|answer| ensure_busy(edge, answer))?;
        ensure_busy(edge, &edge.send(&store_request(&one, BODY_LIMIT))?)?;
        ensure_other_lineage_passes(bench, edge)?;
        for connection in &waiting {
            connection.close();
        }
        let again = poll(ANSWER_WAIT, || {
            edge.send(&store_request(&one, BODY_LIMIT))
                .ok()
                .filter(|answer| answer.status == 200)
        });
        ensure!(
            again.is_some(),
            "{}: what was given up takes room for ever",
            edge.kind()
        );
        // All of it is there again.
        let mut waiting = begin_requests(edge, &one, BODIES_OF_LINEAGE)?;
        let answers = take_refusals(&mut waiting);
        ensure!(answers.is_empty(), "{}: {} are refused", edge.kind(), answers.len());
        Ok(())
    })
}

#[test]
fn all_lineages_together_hold_64_mebibytes() -> Result<()> {
    test_each_edge(|bench, edge| {
        let mut waiting = Vec::new();
        for _ in 0..LINEAGES {
            waiting.extend(begin_requests(edge, &new_lineage_writ(bench)?, BODIES_OF_LINEAGE)?);
        }
        let answers = take_refusals(&mut waiting);
        ensure!(
            answers.len() == waiting.len() - BODIES_OF_EDGE,
            "{}: {} of {} are refused",
            edge.kind(),
            answers.len(),
            waiting.len()
        );
        answers.iter().try_for_each(|answer| ensure_busy(edge, answer))
    })
}

/// A number of Envoy's about its own memory, in bytes.
fn read_envoy_memory(admin: SocketAddr) -> Result<u64> {
    let answer = HttpRequest::new("GET", "/memory").send(admin)?.json();
    let allocated = answer
        .get("allocated")
        .and_then(|allocated| allocated.as_str()?.parse().ok());
    allocated.with_context(|| format!("no memory in {answer}"))
}

#[test]
fn the_memory_that_waiting_bodies_take_in_envoy_is_bounded() -> Result<()> {
    /// More connections than an edge has room for bodies.
    const CONNECTIONS: usize = 240;
    /// Bytes of a body that has not ended.
    const PIECE: usize = 900 * 1024;
    const MOST: u64 = 100 * 1024 * 1024;
    let bench = VectorBench::start()?;
    let setup = setup_with_long_bodies(&bench)?;
    let (address, admin) = (ports::free()?, ports::free()?);
    let mut bootstrap = Bootstrap::shipped(address)?.configured(&setup)?;
    bootstrap.administer(admin)?;
    let mut edge = edge::start_as(&bootstrap, address, &setup, 1)?;
    edge.wait_until_ready(&new_lineage_writ(&bench)?)?;
    let before = read_envoy_memory(admin)?;
    let begun = clock::now();
    let mut waiting = Vec::new();
    let mut writ_of_many = new_lineage_writ(&bench)?;
    for number in 0..CONNECTIONS {
        if number % BODIES_OF_LINEAGE == 0 {
            writ_of_many = new_lineage_writ(&bench)?;
        }
        waiting.push(begin_request(address, &writ_of_many, PIECE)?);
    }
    thread::sleep(SETTLE_TIME);
    let taken = read_envoy_memory(admin)?.saturating_sub(before);
    ensure!(
        clock::now().since(begun) < 25,
        "the first have timed out: the test says nothing"
    );
    ensure!(
        taken > 20 * BODY_LIMIT as u64,
        "{taken} bytes: nothing waits, the test says nothing"
    );
    ensure!(taken < MOST, "{taken} bytes for {CONNECTIONS} bodies");
    let statistics = HttpRequest::new("GET", "/stats?filter=edgewrit").send(admin)?;
    println!("{taken} bytes; {}", String::from_utf8_lossy(&statistics.body));
    Ok(())
}
