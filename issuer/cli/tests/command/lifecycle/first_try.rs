//! `edgewrit try`: the program in front of a small API.

use crate::support::{CommandResult, TestFolder, wait_for};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;

const PETS: &str = r#"{
  "openapi": "3.0.3", "info": {"title": "Pets", "version": "1"}, "servers": [{"url": "http://localhost:1/v1"}],
  "paths": {
    "/pets": {
      "get": {"operationId": "listPets", "parameters": [
        {"name": "x-api-key", "in": "header", "required": true, "schema": {"type": "string"}}]},
      "post": {"operationId": "createPet", "requestBody": {"required": true, "content": {"application/json": {
        "schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}}}},
    "/pets/{petId}": {
      "get": {"operationId": "showPet", "parameters": [
        {"name": "petId", "in": "path", "required": true, "schema": {"type": "string"}}]}}}}"#;
/// The last line of the guide.
const LAST_LINE: &str = "Each request prints its record:";
const SECRET: &str = "the-credential-of-the-api";

/// An API that keeps the heads of its requests.
struct Api {
    origin: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Api {
    /// Answers each path with its answer: a status line with headers, and a body. Other paths do
    /// not exist.
    fn start(answers: Vec<(&'static str, &'static str, String)>) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", tcp.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (kept, answers) = (Arc::clone(&heads), Arc::new(answers));
        thread::spawn(move || {
            for stream in tcp.incoming() {
                let (stream, kept, answers) = (stream.unwrap(), Arc::clone(&kept), Arc::clone(&answers));
                thread::spawn(move || answer_all(stream, &kept, &answers));
            }
        });
        Self { origin, heads }
    }

    /// An API with the document of the pets.
    fn with_document() -> Self {
        let ok = |path, body: &str| (path, "200 OK", body.to_owned());
        Self::start(vec![
            ok("/openapi.json", PETS),
            ok("/v1/pets", "[]"),
            ok("/v1/pets/1", "{}"),
        ])
    }

    /// The heads of the requests for paths that begin with `path`.
    fn heads(&self, path: &str) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        let asked = |head: &&String| head.split(' ').nth(1).unwrap().starts_with(path);
        heads.iter().filter(asked).cloned().collect()
    }
}

fn answer_all(mut stream: TcpStream, kept: &Mutex<Vec<String>>, answers: &[(&str, &str, String)]) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !matches!(reader.read_line(&mut head), Ok(1..)) {
                return;
            }
        }
        let path = head.split(' ').nth(1).unwrap().to_owned();
        kept.lock().unwrap().push(head);
        let found = answers.iter().find(|(own, _, _)| *own == path);
        let (status, body) = found.map_or(("404 Not Found", ""), |(_, status, body)| (*status, body.as_str()));
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A folder, with an empty folder for temporary files in it.
struct TryPlace {
    folder: TestFolder,
    temporary: PathBuf,
}

/// A running `edgewrit try`, killed when dropped.
struct RunningTry {
    child: Child,
    guide: Vec<String>,
}

impl TryPlace {
    fn new() -> Self {
        let folder = TestFolder::new();
        let temporary = folder.folder().join("tmp");
        fs::create_dir(&temporary).unwrap();
        Self { folder, temporary }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.folder.command(&[&["try"], args].concat());
        command.env("TMPDIR", &self.temporary).env("API_KEY", SECRET);
        command.env_remove("NOT_SET").env_remove("EDGEWRIT_DATA");
        command
    }

    /// Starts the command, and reads the guide.
    fn start(&self, args: &[&str]) -> RunningTry {
        let mut child = self.command(args).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut guide = Vec::new();
        while guide.last().is_none_or(|line| line != LAST_LINE) {
            let Some(line) = lines.next() else {
                let mut errors = String::new();
                child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
                panic!("the guide ended: {guide:#?}\n{errors}");
            };
            guide.extend(line.ok());
        }
        // The records follow; a pipe that is full must not stop the proxy.
        thread::spawn(move || lines.for_each(drop));
        RunningTry { child, guide }
    }

    /// The messages of a command that fails. It leaves nothing in the folder for temporary files.
    fn fail(&self, args: &[&str]) -> Vec<String> {
        let failed = CommandResult::of(self.command(args).output().unwrap()).failed();
        self.assert_nothing_left();
        failed
    }

    fn assert_nothing_left(&self) {
        let left: Vec<_> = fs::read_dir(&self.temporary).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl RunningTry {
    /// The commands of the guide that begin with `name`.
    fn commands(&self, name: &str) -> Vec<String> {
        let lines = self.guide.iter().filter_map(|line| line.strip_prefix("  "));
        lines.filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    }

    fn says(&self, text: &str) -> bool {
        self.guide.iter().any(|line| line.contains(text))
    }

    fn stop(mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        wait_for(|| self.child.try_wait().unwrap())
    }
}

impl Drop for RunningTry {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The status of a `curl` command once the edge has its first bundle, and the body.
fn send(curl: &str, token: Option<&str>) -> (u16, String) {
    let words = shlex::split(curl).unwrap();
    assert_eq!(words[..3], ["curl", "-i", "-H"], "{curl}");
    let writ = match (words[3].strip_prefix('@'), token) {
        (Some(file), _) => fs::read_to_string(file).unwrap(),
        (None, Some(token)) => words[3].replace("$TOKEN", token),
        (None, None) => panic!("{curl}"),
    };
    let (name, value) = writ.trim_end().split_once(": ").unwrap();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    wait_for(|| {
        let answer = agent.get(words.last().unwrap()).header(name, value).call().unwrap();
        let status = answer.status().as_u16();
        (status != 503).then(|| (status, answer.into_body().read_to_string().unwrap()))
    })
}

#[test]
fn the_requests_of_the_guide_are_permitted_and_refused() {
    let (place, api) = (TryPlace::new(), Api::with_document());
    let credential = ["--credential", "X-Api-Key: API_KEY"];
    let running = place.start(&[&["--upstream", &api.origin], &credential[..]].concat());
    assert!(running.guide[0].starts_with("proxy  "), "{:#?}", running.guide);
    assert!(running.says("operations  3, from http://"), "{:#?}", running.guide);
    let curl = running.commands("curl");
    assert_eq!(send(&curl[0], None), (200, "[]".to_owned()));
    let (status, problem) = send(&curl[1], None);
    assert!(status == 403 && problem.contains("not_granted"), "{status} {problem}");
    assert!(running.says("(not_granted: "), "{:#?}", running.guide);
    let heads = api.heads("/v1");
    assert_eq!(heads.len(), 1, "the refused request did not reach the API: {heads:#?}");
    let show = &running.commands(env!("CARGO_BIN_EXE_edgewrit"))[0];
    wait_for(|| {
        let output = Command::new("sh").args(["-c", show]).output().unwrap();
        let report = CommandResult::of(output).ok();
        report.contains("not_granted").then_some(())
    });
    assert!(heads[0].starts_with("GET /v1/pets HTTP/1.1\r\n"), "{heads:#?}");
    assert!(heads[0].contains(&format!("x-api-key: {SECRET}\r\n")), "{heads:#?}");
    assert!(!heads[0].contains("authorization"), "{heads:#?}");
    assert!(running.stop("-TERM").success());
    place.assert_nothing_left();
}

#[test]
fn the_guide_mints_another_writ() {
    let (place, api) = (TryPlace::new(), Api::with_document());
    let running = place.start(&["--upstream", &api.origin, "--operation", "GET /v1/pets/{id}"]);
    let mint = format!("{}; echo \"$TOKEN\"", running.commands("TOKEN=")[0]);
    let minted = Command::new("sh")
        .args(["-c", &mint])
        .env_remove("EDGEWRIT_CLIENT_ID")
        .output();
    let token = CommandResult::of(minted.unwrap()).ok();
    let curl = running.commands("curl");
    assert_eq!(
        send(curl.last().unwrap(), Some(token.trim_end())),
        (200, "{}".to_owned())
    );
    assert!(running.stop("-INT").success());
    place.assert_nothing_left();
}

#[test]
fn an_api_without_a_document_has_one_row_and_the_guide_says_so() {
    let (place, api) = (TryPlace::new(), Api::start(vec![("/1", "200 OK", "one".to_owned())]));
    let running = place.start(&["--upstream", &api.origin]);
    assert!(running.says("one row, `GET /{path}`"), "{:#?}", running.guide);
    let curl = running.commands("curl");
    assert_eq!(send(&curl[0], None), (200, "one".to_owned()));
    assert_eq!(send(&curl[1], None).0, 403);
    assert!(send(&format!("{}/2", curl[0]), None).1.contains("no_operation"));
}

#[test]
fn a_document_of_swagger_2_is_named_and_not_read() {
    let swagger = (
        "/swagger.json",
        "200 OK",
        r#"{"swagger": "2.0", "paths": {}}"#.to_owned(),
    );
    let page = ("/openapi.json", "200 OK", "<!doctype html><p>: a page</p>".to_owned());
    let (place, api) = (TryPlace::new(), Api::start(vec![page, swagger]));
    let running = place.start(&["--upstream", &api.origin]);
    assert!(running.says("is a Swagger 2.0 document"), "{:#?}", running.guide);
    assert!(running.says("one row, `GET /{path}`"), "{:#?}", running.guide);
}

#[test]
fn a_terminal_that_closes_ends_the_process_in_order() {
    let (place, api) = (TryPlace::new(), Api::with_document());
    let with_slash = format!("{}/", api.origin);
    let running = place.start(&["--upstream", &with_slash]);
    assert!(running.stop("-HUP").success());
    place.assert_nothing_left();
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let other = Api::with_document();
    let location = format!("302 Found\r\nlocation: {}/openapi.json", other.origin);
    let api = Api::start(vec![("/openapi.json", location.leak(), String::new())]);
    let place = TryPlace::new();
    let running = place.start(&["--upstream", &api.origin]);
    assert!(running.says("serves no OpenAPI 3 document"), "{:#?}", running.guide);
    assert_eq!(other.heads("/"), Vec::<String>::new());
}

#[test]
fn a_kept_folder_has_what_the_issuer_and_the_proxy_need() {
    let (place, api) = (TryPlace::new(), Api::with_document());
    let data = place.folder.data();
    let named = ["--upstream", &api.origin, "--data", data.to_str().unwrap()];
    let running = place.start(&named);
    assert!(running.says("and keeps "), "{:#?}", running.guide);
    let issuer = running.guide.iter().find_map(|line| line.strip_prefix("issuer      "));
    let issuer = issuer.unwrap().to_owned();
    assert!(running.stop("-TERM").success());
    place.assert_nothing_left();
    let said = place.fail(&named);
    assert!(said[0].contains("has an issuer already"), "{said:?}");
    let mut serve = place.folder.command(&["serve"]);
    let server = place.folder.start(&mut serve);
    assert_eq!(server.url, issuer, "edges know the issuer by this origin");
    let key = fs::read_to_string(data.join("edge.env")).unwrap();
    let key = key.trim_end().strip_prefix("export EDGE_KEY=").unwrap().to_owned();
    let config = data.join("edge.yaml").display().to_string();
    let mut check = place.folder.command(&["config", "check", &config]);
    CommandResult::of(check.env("EDGE_KEY", key).output().unwrap()).ok();
}

#[test]
fn arguments_that_cannot_be_used_have_one_message() {
    let (place, api) = (TryPlace::new(), Api::with_document());
    let upstream = ["--upstream", api.origin.as_str()];
    let broken = place.folder.file("openapi.json", "{\"openapi\": \"3.0.3\"");
    let empty = place.folder.file("openapi.yaml", "openapi: 3.0.3\npaths: {}\n");
    let other = place.folder.file("other.yaml", "swagger: 2.0\n");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (args, message) in [
        (["--listen", "0.0.0.0:0"], "expected an address on loopback"),
        (["--listen", "192.0.2.1:80"], "expected an address on loopback"),
        (
            ["--listen", &taken],
            &*format!("`--listen`: `{taken}`: Address already in use"),
        ),
        (["--openapi", "/nowhere.yaml"], "/nowhere.yaml: "),
        (["--openapi", &broken], "openapi.json:1:"),
        (["--openapi", &empty], "no operation that an edge could judge"),
        (["--openapi", &other], "expected an OpenAPI document, 3.0 or 3.1"),
        (
            ["--operation", "GET users"],
            "`GET users` found, expected a method, a path",
        ),
        (["--operation", "POST /users"], "no operation is a GET request"),
        (
            ["--credential", "x-api-key: NOT_SET"],
            "the environment variable for `x-api-key` is not set",
        ),
        (["--credential", "host: API_KEY"], "host"),
    ] {
        let said = place.fail(&[&upstream, &args[..]].concat());
        assert!(said.len() == 1 && said[0].contains(message), "{args:?}: {said:?}");
    }
    assert_eq!(api.heads("/v1"), Vec::<String>::new());
}

#[test]
fn an_upstream_that_cannot_be_used_has_one_message() {
    let place = TryPlace::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let file = place.folder.file("openapi.json", PETS);
    for (upstream, message) in [
        (format!("http://{address}"), "the API does not answer at http://"),
        ("http://api.example".to_owned(), "plain `http` only to loopback"),
        ("https://api.example/v1".to_owned(), "without path"),
        ("api.example".to_owned(), "expected an origin"),
    ] {
        for more in [&[][..], &["--openapi", &file]] {
            let said = place.fail(&[&["--upstream", &upstream], more].concat());
            let is_clear = said.len() == 1 && said[0].contains("`--upstream`") && said[0].contains(message);
            assert!(is_clear, "{upstream}: {said:?}");
        }
    }
}

#[test]
fn an_upstream_that_does_not_answer_ends_the_start() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", silent.local_addr().unwrap());
    let said = TryPlace::new().fail(&["--upstream", &origin]);
    assert!(said.len() == 1 && said[0].contains("timeout"), "{said:?}");
}

/// The lines of `text` with one name for each port, temporary folder and program.
fn normalize(text: &str, temporary: &str, program: &str) -> Vec<String> {
    let mut text = text.replace(temporary, "/tmp").replace(program, "edgewrit");
    for before in ["127.0.0.1:", "/edgewrit-try-"] {
        let mut parts = text.split(before);
        let first = parts.next().unwrap().to_owned();
        let without_name = |part: &str| {
            part.trim_start_matches(|name: char| name.is_ascii_alphanumeric())
                .to_owned()
        };
        let rest = parts.map(|part| format!("{before}NAME{}", without_name(part)));
        text = first + &rest.collect::<String>();
    }
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_readme_shows_the_guide() {
    let readme = include_str!("../../../../../README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let (place, api) = (TryPlace::new(), Api::with_document());
    let running = place.start(&["--upstream", &api.origin, "--credential", "x-api-key: API_KEY"]);
    let guide = normalize(
        &running.guide.join("\n"),
        place.temporary.to_str().unwrap(),
        env!("CARGO_BIN_EXE_edgewrit"),
    );
    assert_eq!(guide, normalize(shown, "/tmp", "edgewrit"));
}
