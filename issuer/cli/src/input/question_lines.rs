//! Questions on standard input, one a line, and their answers on standard output.

use crate::input::document::FILE_VALUES;
use crate::output::failure::Failure;
use crate::output::json::write_json;
use crate::output::streams::JsonLines;
use edgewrit_issuer::json_document;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::json::{self, Json, Quoted};
use std::io::{self, BufRead, BufReader, Read as _};

/// Longest line that is read, in bytes.
const LINE_BYTES: usize = 4 * 1024 * 1024;
/// Longest `id` of a question, in bytes with its name: each answer repeats it.
const ID_BYTES: usize = 4 * 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// Answers every line of standard input by a line of standard output, in the same order. `answer`
/// reads a question and returns members of a JSON object, which follow the `id` of the question.
///
/// # Errors
/// The number of lines that could not be read. The answer to such a line says what is wrong.
pub(crate) fn answer_all(answer: impl FnMut(&Node<'_>) -> Option<String>) -> Result<(), Failure> {
    let input = BufReader::with_capacity(READ_BYTES, io::stdin().lock());
    let (lines, unreadable) = answer_lines(input, JsonLines::new(), answer)?;
    match unreadable {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{unreadable} of {lines} lines could not be read"))),
    }
}

/// Answers all lines. Returns the number of lines, and how many of them could not be read.
fn answer_lines<R: io::Read>(
    mut input: BufReader<R>,
    mut output: JsonLines,
    mut answer: impl FnMut(&Node<'_>) -> Option<String>,
) -> Result<(u64, u64), Failure> {
    let reading = |error| Failure::new(format!("standard input: {error}"));
    let (mut line, mut lines, mut unreadable) = (Vec::new(), 0, 0);
    loop {
        // The program that asks may wait for the answer before the next question.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
        let answer = match read_line(&mut input, &mut line).map_err(reading)? {
            LineRead::End => return Ok((lines, unreadable)),
            LineRead::Line => answer_line(&line, &mut answer),
            LineRead::TooLong => Err(error_answer(None, &[format!("longer than {LINE_BYTES} bytes")])),
        };
        lines += 1;
        unreadable += u64::from(answer.is_err());
        let (Ok(text) | Err(text)) = answer;
        output.put(&text)?;
    }
}

fn answer_line(line: &[u8], answer: impl FnMut(&Node<'_>) -> Option<String>) -> Result<String, String> {
    let json = json::parse(line, FILE_VALUES).map_err(|fault| error_answer(None, &[fault.to_string()]))?;
    let id = json.member("id");
    if id_member(id).len() > ID_BYTES {
        return Err(error_answer(None, &[format!("an `id` of more than {ID_BYTES} bytes")]));
    }
    let members =
        json_document::value(&json, answer).map_err(|faults| error_answer(id, &faults.lines().collect::<Vec<_>>()))?;
    Ok(format!("{{{}{members}}}", id_member(id)))
}

fn error_answer(id: Option<&Json>, messages: &[String]) -> String {
    let messages: Vec<_> = messages.iter().map(|message| Quoted(message).to_string()).collect();
    format!("{{{}\"error\":[{}]}}", id_member(id), messages.join(","))
}

/// The `id` of a question, to begin its answer with.
fn id_member(id: Option<&Json>) -> String {
    let mut text = String::new();
    if let Some(id) = id {
        text.push_str("\"id\":");
        write_json(id, &mut text);
        text.push(',');
    }
    text
}

enum LineRead {
    Line,
    TooLong,
    End,
}

/// Reads one line into `line`, without its line feed. The rest of a line that is too long is
/// skipped.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<LineRead> {
    input.take(LINE_BYTES as u64 + 1).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(LineRead::Line);
    }
    match line.len() {
        0 => Ok(LineRead::End),
        length if length > LINE_BYTES => input.skip_until(b'\n').map(|_| LineRead::TooLong),
        _ => Ok(LineRead::Line),
    }
}
