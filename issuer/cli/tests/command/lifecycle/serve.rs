//! `edgewrit serve`: starts, limits and stops.

use crate::support::{TestFolder, mode, wait_for};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

#[test]
fn the_first_start_makes_files_that_only_the_owner_can_use() {
    let place = TestFolder::new();
    let server = place.serve();
    let made = ["issuer.db", "admin.sock", "lock"].map(str::to_owned);
    for name in made.into_iter().chain(keys(&place)) {
        assert_eq!(mode(&place.data().join(&name)), 0o600, "{name}");
    }
    for name in ["", "keys"] {
        assert_eq!(mode(&place.data().join(name)), 0o700, "{name}");
    }
    assert!(server.stop().success());
}

/// The key files of a place, one for each job at least.
fn keys(place: &TestFolder) -> Vec<String> {
    let files = fs::read_dir(place.data().join("keys")).unwrap();
    let names = files.map(|file| format!("keys/{}", file.unwrap().file_name().display()));
    let keys: Vec<_> = names.filter(|name| name.ends_with(".json")).collect();
    for job in ["writ", "bundle", "checkpoint", "delegation", "session"] {
        let of_job = keys.iter().filter(|name| name.starts_with(&format!("keys/{job}-")));
        assert_eq!(of_job.count(), 2, "{job}: one that signs, and the next one");
    }
    keys
}

#[test]
fn a_key_that_other_users_can_read_is_not_used() {
    let place = TestFolder::new();
    place.serve().stop();
    for name in keys(&place) {
        let path = place.data().join(&name);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let said = place.run(&["serve", "--listen", "127.0.0.1:0"]).failed();
        assert!(
            said.len() == 1 && said[0].contains(&name) && said[0].contains("`644`, expected `600`"),
            "{said:?}"
        );
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_missing_key_is_not_replaced() {
    let place = TestFolder::new();
    place.serve().stop();
    for name in keys(&place) {
        let path = place.data().join(&name);
        let key = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let said = place.run(&["serve", "--listen", "127.0.0.1:0"]).failed();
        let expected = format!("{name}: not there, though the database is");
        assert!(said[0].contains(&expected), "{said:?}");
        assert!(!path.exists());
        fs::write(&path, key).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_data_directory_is_served_once() {
    let place = TestFolder::new();
    let _server = place.serve();
    let said = place.run(&["serve", "--listen", "127.0.0.1:0"]).failed();
    assert!(said[0].contains("held by another process"), "{said:?}");
}

#[test]
fn an_address_beyond_loopback_needs_a_flag() {
    let place = TestFolder::new();
    let said = place
        .run(&["serve", "--listen", "0.0.0.0:0", "--issuer", "https://issuer.example"])
        .failed();
    assert!(said[0].contains("--behind-tls-proxy"), "{said:?}");
    let said = place
        .run(&["serve", "--listen", "0.0.0.0:0", "--behind-tls-proxy"])
        .failed();
    assert!(said[0].contains("--issuer"), "{said:?}");
    assert!(!place.data().exists(), "nothing is made for nothing");
    let plain = [
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--behind-tls-proxy",
        "--issuer",
        "http://issuer.example",
    ];
    assert!(place.run(&plain).failed()[0].contains("expected an origin"));
}

#[test]
fn an_origin_that_no_edge_accepts_is_rejected_with_the_reason() {
    for (origin, reason) in [
        ("https://issuer.example.", "the host must not end with `.`"),
        ("https://1.2.3", "must be an IPv4 address"),
        ("https://issuer.example:0", "expected an origin"),
    ] {
        let place = TestFolder::new();
        let said = place
            .run(&["serve", "--listen", "127.0.0.1:0", "--issuer", origin])
            .failed();
        assert!(said[0].contains(reason) && said[0].contains(origin), "{said:?}");
        assert!(!place.data().exists(), "nothing is made for nothing");
    }
}

#[test]
fn an_address_in_use_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = TestFolder::new().run(&["serve", "--listen", &address]).failed();
    assert!(said[0].contains(&address), "{said:?}");
}

#[test]
fn an_issuer_on_loopback_is_known_by_its_real_address() {
    let place = TestFolder::new();
    let server = place.serve_with(&["--listen", "127.0.0.1:0"]);
    let metadata = ureq::get(format!("{}/.well-known/oauth-authorization-server", server.url))
        .call()
        .unwrap();
    let metadata = metadata.into_body().read_to_string().unwrap();
    assert!(
        metadata.contains(&format!("\"issuer\":\"{}\"", server.url)),
        "{metadata}"
    );
}

#[test]
fn a_stop_does_not_wait_for_long_polls() {
    let place = TestFolder::new();
    let server = place.serve();
    let get = |query: &str| {
        ureq::get(format!("{}/v1/bundle{query}", server.url))
            .call()
            .unwrap()
            .into_body()
            .read_to_vec()
            .unwrap()
    };
    let snapshot = get("");
    let payload = String::from_utf8(snapshot)
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap()
        .to_owned();
    let payload = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let query = format!(
        "?have={}.{}&wait=28",
        payload["epoch"].as_str().unwrap(),
        payload["seq"]
    );
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| get(&query));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        server.signal("-TERM");
        assert!(!waiting.join().unwrap().is_empty(), "the answer was still given");
    });
    assert!(server.stop().success());
    assert!(!place.data().join("listening").exists() && !place.data().join("admin.sock").exists());
}

#[test]
fn the_size_of_headers_is_limited() {
    let place = TestFolder::new();
    let server = place.serve();
    let many = "x: y\r\n".repeat(101);
    let long = format!("x: {}\r\n", "y".repeat(33 * 1024));
    let megabyte = format!("x: {}\r\n", "y".repeat(1024 * 1024));
    for headers in [many, long, megabyte] {
        let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let _cut_off = stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes());
        let mut answer = String::new();
        let _reset = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    wait_for(|| ureq::get(format!("{}/healthz", server.url)).call().ok());
}

/// A request, and the beginning of another.
const PIPELINED: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nx: ";

/// Sends `first`, then a byte every second, until the issuer closes the connection. Returns the
/// time until then.
fn measure_open_time(mut stream: impl Write + Read, first: &[u8]) -> Duration {
    let (began, mut buffer) = (Instant::now(), [0; 1024]);
    stream.write_all(first).unwrap();
    while began.elapsed() < Duration::from_secs(20) {
        let ended = match stream.read(&mut buffer) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        };
        if ended || stream.write_all(b"x").is_err() {
            break;
        }
    }
    began.elapsed()
}

#[test]
fn a_connection_whose_head_is_not_complete_is_closed_after_ten_seconds() {
    let place = TestFolder::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let metrics = port.local_addr().unwrap().to_string();
    drop(port);
    let server = place.serve_with(&["--listen", "127.0.0.1:0", "--metrics", &metrics]);
    let public = server.url.strip_prefix("http://").unwrap();
    let second = Some(Duration::from_secs(1));
    std::thread::scope(|scope| {
        let of_tcp = |address: &str, first: &'static str| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(second).unwrap();
            scope.spawn(move || measure_open_time(stream, first.as_bytes()))
        };
        let socket = UnixStream::connect(place.data().join("admin.sock")).unwrap();
        socket.set_read_timeout(second).unwrap();
        let held = [
            of_tcp(public, "GET /healthz HTTP/1.1\r\nx: "),
            of_tcp(public, PIPELINED),
            of_tcp(&metrics, "GET /metrics HTTP/1.1\r\nx: "),
            scope.spawn(|| measure_open_time(socket, b"POST /clients HTTP/1.1\r\nx: ")),
        ];
        for held in held {
            let held = held.join().unwrap();
            assert!((9..15).contains(&held.as_secs()), "{held:?}");
        }
    });
}

#[test]
fn connections_leave_enough_file_descriptors_for_the_operator() {
    let place = TestFolder::new();
    let serving = place.serve_command();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "ulimit -n 200 && exec \"$0\" \"$@\""])
        .arg(serving.get_program())
        .args(serving.get_args())
        .env("EDGEWRIT_DATA", place.data())
        .stdout(std::process::Stdio::null());
    let server = place.start(&mut command);
    let address = server.url.strip_prefix("http://").unwrap();
    let held: Vec<_> = (0..300).map(|_| TcpStream::connect(address).unwrap()).collect();
    // Before the first of them is closed for its silence.
    let began = Instant::now();
    place.run(&["client", "list"]).ok();
    place.run(&["keys", "list"]).ok();
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    drop(held);
    wait_for(|| ureq::get(format!("{}/healthz", server.url)).call().ok());
}

#[test]
fn a_log_line_is_json_and_holds_nothing_of_the_request() {
    let place = TestFolder::new();
    let log = place.file("log", "");
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--log", "debug"]);
    let mut child = command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
    let url = wait_for(|| fs::read_to_string(place.data().join("listening")).ok());
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let get = || {
        agent
            .get(format!("{url}/secret-path?secret-query"))
            .header("authorization", "secret-login")
            .call()
            .ok()
    };
    assert_eq!(wait_for(get).status(), 404);
    // A thread of its own writes the log, and no answer waits for it.
    wait_for(|| fs::read_to_string(&log).unwrap().contains("not_found").then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("\"error_code\":\"not_found\"") && !log.contains("secret"),
        "{log}"
    );
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn an_unknown_setting_keeps_the_server_from_starting() {
    let place = TestFolder::new();
    for (setting, named) in [
        ("behind_tls_proxi: true", "behind_tls_proxi"),
        ("tls_mode: of", "tls_mode"),
        ("behind_tls_proxy: of", "behind_tls_proxy"),
        ("trusted_proxies: [proxy]", "trusted_proxies"),
        ("log: louder", "log"),
    ] {
        let file = place.file("settings.yaml", setting);
        let serve = ["serve", "--listen", "127.0.0.1:0", "--config", &file];
        let said = place.run(&serve).failed();
        assert!(said.iter().any(|line| line.contains(named)), "{setting}: {said:?}");
    }
}

#[test]
fn an_operators_secret_that_can_be_guessed_keeps_the_server_from_starting() {
    let place = TestFolder::new();
    let file = place.secret_file("123456789012345\n");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--admin-secret-file", &file];
    let said = place.run(&serve).failed();
    assert!(said[0].contains("16 bytes"), "{said:?}");
    assert!(!said[0].contains("123456789012345"), "{said:?}");
}

#[test]
fn an_operators_secret_that_other_users_can_read_keeps_the_server_from_starting() {
    let place = TestFolder::new();
    let file = place.secret_file("what only the operator knows\n");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--admin-secret-file", &file];
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let said = place.run(&serve).failed();
    assert!(said[0].contains("mode is `644`, expected `600`"), "{said:?}");
    let said = place.run(&["serve", "--admin-secret-file", "/nowhere/at/all"]).failed();
    assert!(said[0].contains("/nowhere/at/all: there is no such file"), "{said:?}");
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    assert!(place.serve_with(&serve[1..]).stop().success());
}

#[test]
fn a_setting_of_a_proxy_without_the_other_setting_gives_a_warning() {
    let place = TestFolder::new();
    let (encrypts, trusted) = ("--behind-tls-proxy", ["--trusted-proxies", "10.0.0.1"]);
    let log = place.folder().join("log");
    let warned = |args: &[&str]| {
        let mut serve = place.serve_command();
        serve
            .args(["--log", "info"])
            .args(args)
            .stderr(fs::File::create(&log).unwrap());
        let mut child = serve.spawn().unwrap();
        let told = wait_for(|| Some(fs::read_to_string(&log).unwrap()).filter(|told| told.contains("serving")));
        child.kill().unwrap();
        child.wait().unwrap();
        told.contains("WARN")
    };
    assert!(warned(&[encrypts]));
    assert!(warned(&trusted));
    assert!(!warned(&[&[encrypts], &trusted[..]].concat()));
    assert!(!warned(&[]));
}
