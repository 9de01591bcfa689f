//! Envoy's access log, one JSON object a line. Its format is the operator's, so names are taken as
//! they are usually given.

use super::recorded::{Recorded, RecordedBody};
use serde_json::{Map, Value};
use std::io::{self, BufRead, Read as _};

/// Longest line that is read, in bytes.
const LINE_BYTES: usize = 64 * 1024;

/// Reads a log line by line and hands on the request of each.
pub(super) fn read_all(mut log: impl BufRead, take: &mut dyn FnMut(Result<Recorded, String>)) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut log).take(LINE_BYTES as u64 + 1).read_until(b'\n', &mut line)?;
        let is_whole = line.pop_if(|last| *last == b'\n').is_some();
        if line.is_empty() && !is_whole {
            return Ok(());
        }
        if line.len() > LINE_BYTES && !is_whole {
            log.skip_until(b'\n')?;
        }
        take(read_line(&line));
    }
}

/// The request of a line. Errors are messages for people.
fn read_line(line: &[u8]) -> Result<Recorded, String> {
    if line.len() > LINE_BYTES {
        return Err(format!("longer than {LINE_BYTES} bytes"));
    }
    let members: Map<String, Value> = serde_json::from_slice(line).map_err(|_| "not a JSON object")?;
    let method = logged_text(&members, "method").ok_or("no method: expected `method`, `:method` or `req_method`")?;
    let target = logged_text(&members, "x-envoy-original-path").or_else(|| logged_text(&members, "path"));
    let target = target.ok_or("no target: expected `x-envoy-original-path`, `path`, `:path` or `req_path`")?;
    let is_some = |bytes: &Value| bytes.as_u64().is_some_and(|bytes| bytes > 0);
    let has_body = members_called(&members, "bytes-received").any(is_some);
    Ok(Recorded {
        method,
        target,
        headers: None,
        body: if has_body {
            RecordedBody::Lost
        } else {
            RecordedBody::Nothing
        },
    })
}

/// The text that is called `name`, if it was there to be logged: Envoy writes `-` or null
/// otherwise.
fn logged_text(members: &Map<String, Value>, name: &str) -> Option<String> {
    let texts = members_called(members, name).filter_map(Value::as_str);
    let mut there = texts.filter(|text| !text.is_empty() && *text != "-");
    there.next().map(str::to_owned)
}

fn members_called<'m>(members: &'m Map<String, Value>, name: &str) -> impl Iterator<Item = &'m Value> {
    members
        .iter()
        .filter(move |(own, _)| strip_prefix_of_name(own) == name)
        .map(|(_, value)| value)
}

/// The name without the prefixes that operators add.
fn strip_prefix_of_name(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let name = name
        .strip_prefix("req-")
        .or_else(|| name.strip_prefix("request-"))
        .unwrap_or(&name);
    name.trim_start_matches([':', '-']).to_owned()
}
