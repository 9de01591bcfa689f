//! The lines that tell the reader what runs, and what to type.

use super::api::ApiDescription;
use super::folder::{CLIENT_FILE, EDGE_CONFIGURATION, TASK_FILE, TryFolder, WRIT_FILE};
use super::registration::FIRST_TASK;
use super::sample::{SampleRequest, Samples};
use edgewrit_issuer::origin::Origin;
use std::env;
use std::net::SocketAddr;
use std::path::Path;

/// The name of the program, if the system does not tell.
const PROGRAM: &str = "edgewrit";

/// The parts of the guide.
pub(super) struct Guide<'a> {
    pub(super) upstream: &'a Origin,
    pub(super) api: &'a ApiDescription,
    /// The number of operations, and of those that are left out.
    pub(super) operations: (usize, usize),
    pub(super) samples: &'a Samples,
    pub(super) folder: &'a TryFolder,
    pub(super) issuer: &'a str,
}

impl Guide<'_> {
    /// The lines, for a proxy at `proxy`.
    pub(super) fn lines(&self, proxy: SocketAddr) -> Vec<String> {
        let mut lines = self.parts(proxy);
        lines.extend(self.requests(proxy));
        lines.extend(self.next_commands(proxy));
        lines.push(String::new());
        lines.push(match self.folder.is_kept() {
            true => format!("Ctrl-C ends the issuer and the proxy, and keeps {}.", self.root()),
            false => format!("Ctrl-C ends the issuer and the proxy, and removes {}.", self.root()),
        });
        lines.push("Each request prints its record:".to_owned());
        lines
    }

    fn parts(&self, proxy: SocketAddr) -> Vec<String> {
        let (made, left_out) = self.operations;
        let left_out = match left_out {
            0 => String::new(),
            number => format!(", without {number} that no edge can judge"),
        };
        let mut lines = vec![
            format!("proxy       http://{proxy}, in front of {}", self.upstream),
            format!("issuer      {}", self.issuer),
            format!("operations  {made}, from {}{left_out}", self.api.source),
            format!("table       {}", self.path(EDGE_CONFIGURATION)),
        ];
        if !self.api.remarks.is_empty() {
            lines.push(String::new());
            lines.extend(self.api.remarks.iter().cloned());
        }
        lines
    }

    fn requests(&self, proxy: SocketAddr) -> Vec<String> {
        let Samples {
            action,
            resource,
            permitted,
            refused,
        } = self.samples;
        let writ = quote(&format!("@{}", self.folder.path(WRIT_FILE).display()));
        let mut lines = vec![
            String::new(),
            format!("The writ of the task `{FIRST_TASK}` grants `{action}` on `{resource}`."),
            "The proxy permits this request, and the API answers it:".to_owned(),
            curl_line(permitted, &writ, proxy),
        ];
        if let Some((request, refusal)) = refused {
            lines.push(format!("The proxy refuses this request ({refusal}):"));
            lines.push(curl_line(request, &writ, proxy));
        }
        lines
    }

    fn next_commands(&self, proxy: SocketAddr) -> Vec<String> {
        let program = env::args_os().next().unwrap_or_else(|| PROGRAM.into());
        let program = quote(&program.to_string_lossy());
        let (client, task) = (self.path(CLIENT_FILE), self.path(TASK_FILE));
        let mint = format!("{program} mint --task {task} --issuer {} --tokens", self.issuer);
        vec![
            String::new(),
            "Two seconds later, the issuer can compare what the task was granted with what it used:".to_owned(),
            format!("  {program} task show {FIRST_TASK} --data {}", self.root()),
            format!("For another writ, edit {task}, and then:"),
            format!("  TOKEN=$(. {client}; {mint})"),
            curl_line(&self.samples.permitted, "\"authorization: Bearer $TOKEN\"", proxy),
        ]
    }

    fn root(&self) -> String {
        quote_path(&self.folder.root())
    }

    fn path(&self, name: &str) -> String {
        quote_path(&self.folder.path(name))
    }
}

/// The request as a command. `writ` is the header with the writ, as a word of the shell.
fn curl_line(request: &SampleRequest, writ: &str, proxy: SocketAddr) -> String {
    let mut words = vec!["  curl -i".to_owned()];
    if request.method != "GET" {
        words.push(format!("-X {}", request.method));
    }
    words.push(format!("-H {writ}"));
    let headers = request.headers.iter();
    words.extend(headers.map(|(name, value)| format!("-H {}", quote(&format!("{name}: {value}")))));
    words.push(quote(&format!("http://{proxy}{}", request.target)));
    words.join(" ")
}

fn quote_path(path: &Path) -> String {
    quote(&path.display().to_string())
}

/// The text as one word of a POSIX shell.
fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{SampleRequest, curl_line, quote};

    #[test]
    fn words_of_a_shell_keep_their_text() {
        for text in ["plain/word", "two words", "it's", "$HOME", "", "a?b&c"] {
            assert_eq!(shlex::split(&quote(text)).unwrap(), [text]);
        }
    }

    #[test]
    fn a_request_is_a_line_of_curl() {
        let request = SampleRequest {
            method: "DELETE".to_owned(),
            target: "/a?b=c&d=e".to_owned(),
            headers: vec![("x-tenant".to_owned(), "a b".to_owned())],
        };
        let line = curl_line(&request, "@/tmp/writ", "127.0.0.1:80".parse().unwrap());
        assert_eq!(
            line,
            "  curl -i -X DELETE -H @/tmp/writ -H 'x-tenant: a b' 'http://127.0.0.1:80/a?b=c&d=e'"
        );
    }
}
