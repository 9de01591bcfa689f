//! `POST /v1/uses`: the debit of uses, all or none.

use super::NUMBER_MAX;
use crate::id::read_id;
use crate::json::document::Node;
use crate::json::object::{quote, quoted};
use crate::json::{self, Json};
use crate::limits::{ATTEMPTS_PER_REQUEST, GRANTS_PER_WRIT, JSON_VALUES, WRIT_BYTES};
use crate::secret::Secret;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The path.
pub const PATH: &str = "/v1/uses";
/// Most attempts of one debit: most attempts of one request.
pub const ATTEMPTS: usize = ATTEMPTS_PER_REQUEST;
/// Longest body, in bytes: [`ATTEMPTS`] attempts, each with as many allowances as a writ can name.
/// The id of an allowance that an issuer gives has 32 bytes.
pub const DEBIT_BYTES: usize = 1024 * 1024;
/// Most values (members, elements and scalars) of one body.
pub const DEBIT_VALUES: usize = ATTEMPTS * (GRANTS_PER_WRIT + 1) + 16;

/// The body of a request. For each attempt that spends, `attempts` has the allowances of which one
/// is debited.
#[must_use]
pub fn write_debit<'a>(
    writ: &Secret,
    boot_id: &str,
    counter: u64,
    attempts: impl Iterator<Item = &'a [String]>,
) -> String {
    let mut lists = Vec::new();
    for allowances in attempts {
        lists.push(write_texts(allowances));
    }
    format!(
        r#"{{"writ":"{}","boot_id":{},"counter":{counter},"attempts":[{}]}}"#,
        writ.expose(),
        quoted(boot_id),
        lists.join(",")
    )
}

fn write_texts(texts: &[String]) -> String {
    let mut list = String::from("[");
    for text in texts {
        if list.len() > 1 {
            list.push(',');
        }
        quote(text, &mut list);
    }
    list.push(']');
    list
}

/// The body of a request. Boot id and counter name the debit.
#[derive(Clone, Debug)]
pub struct DebitRequest {
    /// The writ.
    pub writ: Secret,
    /// The boot that numbers the debit.
    pub boot_id: String,
    /// The number of the debit in its boot.
    pub counter: u64,
    /// For each attempt the allowances of which one is debited, at least one.
    pub attempts: Vec<Vec<String>>,
}

impl DebitRequest {
    /// Reads the body.
    #[must_use]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["writ", "boot_id", "counter", "attempts"])?;
        let writ = members.required("writ").and_then(read_writ);
        let boot_id = members.required("boot_id").and_then(read_id);
        let counter = members.required("counter").and_then(|node| node.integer(0, NUMBER_MAX));
        let attempts = members.required("attempts").and_then(read_attempts);
        Some(Self {
            writ: writ?,
            boot_id: boot_id?,
            counter: counter?,
            attempts: attempts?,
        })
    }
}

/// A writ is not repeated in a message, however malformed it is.
fn read_writ(node: &Node<'_>) -> Option<Secret> {
    match node.json() {
        Json::Text(text) if text.len() <= WRIT_BYTES => Some(Secret::new(text.clone())),
        _ => {
            node.fault(format!("expected a writ of at most {WRIT_BYTES} bytes"));
            None
        }
    }
}

fn read_attempts(node: &Node<'_>) -> Option<Vec<Vec<String>>> {
    let attempts = node.list(ATTEMPTS)?;
    if attempts.is_empty() {
        node.fault("expected at least one attempt");
    }
    let attempts: Vec<_> = attempts.iter().map(read_attempt).collect();
    attempts.into_iter().collect()
}

fn read_attempt(node: &Node<'_>) -> Option<Vec<String>> {
    let allowances = node.list(GRANTS_PER_WRIT)?;
    if allowances.is_empty() {
        node.fault("expected at least one allowance");
    }
    let allowances: Vec<_> = allowances.iter().map(read_id).collect();
    allowances.into_iter().collect()
}

/// The body of the answer with the status 200: the debited allowance of each attempt.
#[must_use]
pub fn write_answer(spent: &[String]) -> String {
    format!(r#"{{"spent":{}}}"#, write_texts(spent))
}

/// The debited allowances in the body of an answer.
#[must_use]
pub fn read_answer(body: &[u8]) -> Option<Vec<String>> {
    let answer = json::parse(body, JSON_VALUES).ok()?;
    let Json::List(spent) = answer.member("spent")? else {
        return None;
    };
    let mut allowances = Vec::with_capacity(spent.len());
    for id in spent {
        match id {
            Json::Text(id) => allowances.push(id.clone()),
            _ => return None,
        }
    }
    Some(allowances)
}
