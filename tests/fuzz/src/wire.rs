//! The framing of requests that a client sends to the proxy.

use crate::FuzzTarget;
use edgewrit_connections::{Messages, Progress};

/// Follows bytes that come one at a time.
fn follow_singly(data: &[u8]) -> Progress {
    let (mut messages, mut pass) = (Messages::default(), 0);
    for end in 1..=data.len() {
        let progress = messages.follow(data.get(pass..end).unwrap_or_default());
        pass += progress.pass;
        if progress.fault.is_some() {
            return Progress { pass, ..progress };
        }
    }
    Progress { pass, fault: None }
}

pub(crate) const MESSAGES: FuzzTarget = FuzzTarget {
    name: "messages",
    fuzz: |data| {
        let whole = Messages::default().follow(data);
        assert!(whole.pass <= data.len());
        // The pieces in which bytes come make no difference.
        assert_eq!(follow_singly(data), whole);
        // Bytes that passed pass again.
        let passed = data.get(..whole.pass).unwrap_or_default();
        let again = Messages::default().follow(passed);
        assert_eq!(
            again,
            Progress {
                pass: whole.pass,
                fault: None
            }
        );
    },
    seeds: &[
        "GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\nHEAD / HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost:x\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n",
    ],
};
