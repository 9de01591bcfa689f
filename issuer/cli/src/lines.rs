//! Questions on standard input, each a line, and their answers on standard output.

use crate::document::{FILE_VALUES, write};
use crate::failure::Failure;
use crate::output::JsonLines;
use edgewrit_issuer::json_document;
use edgewrit_shared::document::Node;
use edgewrit_shared::json::{self, Json, Quoted};
use std::io::{self, BufRead, BufReader, Read as _};

/// Longest line that is read, in bytes.
const LINE_BYTES: usize = 4 * 1024 * 1024;
/// Longest `id` of a question, in bytes with its name: each answer repeats it.
const ID_BYTES: usize = 4 * 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// Answers every line of standard input by one of standard output, in the same order. `answer` reads a question and answers with members of a JSON
/// object, which stand behind the question's `id`.
///
/// # Errors
/// At the end, how many lines could not be read; what is wrong with each is its answer.
pub(crate) fn answer_all(answer: impl FnMut(&Node<'_>) -> Option<String>) -> Result<(), Failure> {
    let input = BufReader::with_capacity(READ_BYTES, io::stdin().lock());
    let (lines, unreadable) = pump(input, JsonLines::new(), answer)?;
    match unreadable {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{unreadable} of {lines} lines could not be read"))),
    }
}

/// How many lines came, and how many of them could not be read.
fn pump<R: io::Read>(
    mut input: BufReader<R>,
    mut output: JsonLines,
    mut answer: impl FnMut(&Node<'_>) -> Option<String>,
) -> Result<(u64, u64), Failure> {
    let reading = |error| Failure::new(format!("standard input: {error}"));
    let (mut line, mut lines, mut unreadable) = (Vec::new(), 0, 0);
    loop {
        // Whoever asks may wait for the answer before asking again.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
        let answer = match next(&mut input, &mut line).map_err(reading)? {
            Next::End => return Ok((lines, unreadable)),
            Next::Line => answered(&line, &mut answer),
            Next::TooLong => Err(error(None, &[format!("longer than {LINE_BYTES} bytes")])),
        };
        lines += 1;
        unreadable += u64::from(answer.is_err());
        let (Ok(text) | Err(text)) = answer;
        output.put(&text)?;
    }
}

fn answered(line: &[u8], answer: impl FnMut(&Node<'_>) -> Option<String>) -> Result<String, String> {
    let json = json::parse(line, FILE_VALUES).map_err(|fault| error(None, &[fault.to_string()]))?;
    let id = json.member("id");
    if id_member(id).len() > ID_BYTES {
        return Err(error(None, &[format!("an `id` of more than {ID_BYTES} bytes")]));
    }
    let members =
        json_document::value(&json, answer).map_err(|faults| error(id, &faults.lines().collect::<Vec<_>>()))?;
    Ok(format!("{{{}{members}}}", id_member(id)))
}

fn error(id: Option<&Json>, messages: &[String]) -> String {
    let messages: Vec<_> = messages.iter().map(|message| Quoted(message).to_string()).collect();
    format!("{{{}\"error\":[{}]}}", id_member(id), messages.join(","))
}

/// The `id` of a question, to begin its answer with.
fn id_member(id: Option<&Json>) -> String {
    let mut text = String::new();
    if let Some(id) = id {
        text.push_str("\"id\":");
        write(id, &mut text);
        text.push(',');
    }
    text
}

enum Next {
    Line,
    TooLong,
    End,
}

/// Reads one line into `line`, without its line feed. Of one that is too long the rest is skipped.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Next> {
    input.take(LINE_BYTES as u64 + 1).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Next::Line);
    }
    match line.len() {
        0 => Ok(Next::End),
        length if length > LINE_BYTES => input.skip_until(b'\n').map(|_| Next::TooLong),
        _ => Ok(Next::Line),
    }
}
