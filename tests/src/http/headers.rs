//! Headers as they came.

/// Header names as they were sent, and values, in order. A line that is no header has the empty
/// name.
pub type HeaderList = Vec<(String, Vec<u8>)>;

/// The values of the headers called `name`, whatever their case.
pub fn values<'h>(headers: &'h HeaderList, name: &str) -> Vec<&'h [u8]> {
    headers
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_slice())
        .collect()
}

pub(super) fn header(line: &[u8]) -> (String, Vec<u8>) {
    let colon = line.iter().position(|byte| *byte == b':');
    let folded = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    match colon.and_then(|at| line.split_at_checked(at)) {
        Some((name, rest)) if !folded => {
            let value = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii();
            (String::from_utf8_lossy(name).into_owned(), value.to_vec())
        }
        _ => (String::new(), line.to_vec()),
    }
}
