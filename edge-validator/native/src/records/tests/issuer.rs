//! An issuer that takes records as the real one does, as far as an edge can see.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The scripted issuer.
#[derive(Clone, Debug)]
pub(super) struct ScriptedIssuer {
    pub(super) origin: String,
    state: Arc<Mutex<IssuerState>>,
}

#[derive(Debug, Default)]
pub(super) struct IssuerState {
    /// The boots that the issuer knows.
    pub(super) boots: BTreeSet<String>,
    /// The records by boot and number.
    pub(super) records: BTreeMap<(String, u64), String>,
    /// The status of the answers in place of the usual one.
    pub(super) status: Option<u16>,
    given: u64,
}

impl ScriptedIssuer {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let served = issuer.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                served.serve(&stream.unwrap());
            }
        });
        issuer
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut IssuerState) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    /// The texts of all records, in the order of their boots and numbers.
    pub(super) fn records(&self) -> Vec<String> {
        self.with(|state| state.records.values().cloned().collect())
    }

    fn serve(&self, mut stream: &TcpStream) {
        let (mut reader, mut line, mut length) = (BufReader::new(stream), String::new(), 0);
        let mut path = String::new();
        while reader.read_line(&mut line).unwrap() > 2 {
            if path.is_empty() {
                line.split(' ').nth(1).unwrap().clone_into(&mut path);
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        if path.is_empty() {
            // The client has given the connection up.
            return;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let (status, answer) = self.with(|state| state.answer(&path, &String::from_utf8(body).unwrap()));
        let head = format!(
            "HTTP/1.1 {status} S\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        stream.write_all((head + &answer).as_bytes()).unwrap();
    }
}

impl IssuerState {
    fn answer(&mut self, path: &str, body: &str) -> (u16, String) {
        if let Some(status) = self.status {
            return (status, String::new());
        }
        if path == "/v1/edges/boot" {
            self.given += 1;
            let boot = format!("boot-{}", self.given);
            self.boots.insert(boot.clone());
            return (201, format!(r#"{{"boot_id":"{boot}"}}"#));
        }
        let rest = body.strip_prefix(r#"{"boot_id":""#).unwrap();
        let (boot, rest) = rest.split_once(r#"","first":"#).unwrap();
        let (first, rest) = rest.split_once(r#","records":["#).unwrap();
        if !self.boots.contains(boot) {
            return (404, r#"{"type":"urn:edgewrit:error:unknown_boot"}"#.to_owned());
        }
        let records = rest.strip_suffix("]}").unwrap().split(",{");
        for (number, record) in (first.parse().unwrap()..).zip(records) {
            let record = record.trim_start_matches('{').trim_end_matches('}').to_owned();
            let before = self.records.insert((boot.to_owned(), number), record.clone());
            assert!(
                before.is_none_or(|before| before == record),
                "{boot} {number} is used twice"
            );
        }
        (200, String::new())
    }
}
