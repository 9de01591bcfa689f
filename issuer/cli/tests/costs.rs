//! The cost of commands: memory and processor of the command by the account of the kernel, against
//! the length of its input.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where; its files are its own"
)]

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Bytes that a command may take in addition to its bytes for an empty input, and for each byte of
/// its input.
const MEMORY: usize = 16 * 1024 * 1024;
const MEMORY_PER_BYTE: usize = 20;
/// Longest message about faults, in bytes.
const MESSAGE: u64 = 64 * 1024;
/// Growth of the time when the input doubles twice: 2.5 times each. And seconds in addition.
const GROWTH: f64 = 2.5 * 2.5;
const SLACK_SECONDS: f64 = 0.1;
/// Runs, of which the fastest is taken.
const RUNS: usize = 2;

const EDGE: &str = r#"{"issuer":"https://i.example","trust":["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
"edge":{"id":"e","credential":"${secret:K}"},"audience":"https://a.example","upstreams":{"u":{"origin":"https://u.example"}},
"operations":[{"match":"GET /flights","upstream":"u","action":"search","resource":"flights","params":{"from":"query.from"}}]}"#;
const TASK: &str = r#"{"task_id":"t","orch_id":"o","audiences":{"https://a.example":{"scope":["search:flights:x"]}}}"#;

/// The cost of a command.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Most memory that was resident at once, in bytes.
    peak: usize,
    /// Seconds of processor.
    seconds: f64,
    /// Bytes on standard error.
    said: u64,
}

struct CostBench {
    folder: TempDir,
    /// The cost of a command that reads an almost empty input.
    idle: Cost,
}

impl CostBench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("edge.json"), EDGE).unwrap();
        fs::write(folder.path().join("task.json"), TASK).unwrap();
        let idle = Cost {
            peak: 0,
            seconds: 0.0,
            said: 0,
        };
        let mut bench = Self { folder, idle };
        bench.idle = bench.run(&["config", "check", "edge.json"], None);
        bench
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command in the folder, with `input` as its standard input. A small process starts and
    /// measures it: the kernel counts the memory of the starting process to the command.
    fn run(&self, args: &[&str], input: Option<&Path>) -> Cost {
        let said = self.file("said");
        let measured = Command::new(env::current_exe().unwrap())
            .args(["--exact", "measures_a_command_for_another_test", "--nocapture"])
            .current_dir(self.folder.path())
            .env(MEASURE, args.join("\n"))
            .stdin(input.map_or_else(Stdio::null, |input| File::open(input).unwrap().into()))
            .stdout(File::create(self.file("printed")).unwrap())
            .stderr(File::create(&said).unwrap())
            .status();
        assert!(
            measured.unwrap().success(),
            "{args:?}: {}",
            fs::read_to_string(&said).unwrap()
        );
        let used = fs::read_to_string(self.file(USED)).unwrap();
        let (peak, micros) = used.split_once(' ').unwrap();
        Cost {
            peak: peak.parse::<usize>().unwrap() * 1024,
            seconds: micros.parse::<f64>().unwrap() / 1e6,
            said: fs::metadata(&said).unwrap().len(),
        }
    }

    /// Runs a command on files of one, two and four times `size` along the dimension that `input`
    /// stretches.
    #[track_caller]
    fn grows_in_line(&self, name: &str, args: &[&str], size: usize, input: impl Fn(usize) -> String) {
        let file = args.iter().find(|arg| arg.starts_with("input."));
        let path = self.file(file.unwrap_or(&"lines"));
        let costs = [1, 2, 4].map(|times| {
            let text = input(size * times);
            fs::write(&path, &text).unwrap();
            let length = text.len();
            drop(text);
            let stdin = file.is_none().then_some(path.as_path());
            let runs = (0..RUNS).map(|_| {
                let cost = self.run(args, stdin);
                let own = cost.peak.saturating_sub(self.idle.peak);
                // What is printed may be longer than what was read: operations that share a schema.
                let length = length.max(usize::try_from(fs::metadata(self.file("printed")).unwrap().len()).unwrap());
                assert!(
                    own <= MEMORY + MEMORY_PER_BYTE * length,
                    "{name}: {length} bytes cost {cost:?}"
                );
                assert!(cost.said <= MESSAGE, "{name}: {length} bytes cost {cost:?}");
                cost
            });
            runs.min_by(|one, other| one.seconds.total_cmp(&other.seconds)).unwrap()
        });
        let [first, _, last] = costs.map(|cost| cost.seconds - self.idle.seconds);
        let most = first.max(0.0) * GROWTH + SLACK_SECONDS;
        assert!(last <= most, "{name}: {size}, twice and four times: {costs:#?}");
    }
}

/// The arguments of a command that is to be measured, a line each.
const MEASURE: &str = "EDGEWRIT_TEST_MEASURE";
/// The file with the cost: kilobytes and microseconds.
const USED: &str = "used";

#[test]
#[expect(unsafe_code, reason = "the standard library waits without telling what was used")]
fn measures_a_command_for_another_test() {
    let Ok(args) = env::var(MEASURE) else { return };
    let child = Command::new(env!("CARGO_BIN_EXE_edgewrit"))
        .args(args.lines())
        // Freed memory is given back at once, so that it is not counted.
        .env("MIMALLOC_PURGE_DELAY", "0")
        .spawn();
    let id = i32::try_from(child.unwrap().id()).unwrap();
    let mut status = 0;
    // SAFETY: a structure of numbers may be zero, and the call writes to the two that it is given.
    let (waited, used) = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        (libc::wait4(id, &raw mut status, 0, &raw mut used), used)
    };
    assert_eq!(waited, id, "the command ended");
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) < 3,
        "{args:?} failed: {status}"
    );
    let micros = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    let micros = micros(used.ru_utime) + micros(used.ru_stime);
    fs::write(USED, format!("{} {micros}", used.ru_maxrss)).unwrap();
}

fn join_many(count: usize, between: &str, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(between)
}

fn unknown_members(count: usize) -> String {
    join_many(count, ",", |index| format!(r#""m{index}":1"#))
}

#[test]
fn files_that_people_write_are_read_at_linear_cost() {
    let bench = CostBench::new();
    let check = |name: &str, file: &str, size: usize, input: &dyn Fn(usize) -> String| {
        bench.grows_in_line(name, &["config", "check", file], size, input);
    };
    check("unknown members", "input.json", 20_000, &|count| {
        format!("{{{}}}", unknown_members(count))
    });
    check("unknown members", "input.yaml", 5_000, &|count| {
        join_many(count, "\n", |index| format!("m{index}: 1"))
    });
    check("values", "input.yaml", 20_000, &|count| "- 0\n".repeat(count));
    for (place, [open, close]) in [
        ("at the start", ["[", "]"]),
        ("in an object", ["a: [", "]"]),
        ("in a list", ["- [", "]"]),
        ("in brackets", ["a: [[", "]]"]),
    ] {
        for item in ["0,", "x: 0,", ":,", "? a,", "\"\",", "[],", "{},", "[[]],"] {
            // A megabyte: a constant of memory for each item would hide below the constant for each
            // file.
            check(
                &format!("`{item}` {place}"),
                "input.yaml",
                1_000_000 / 4 / item.len(),
                &|count| format!("{open}{}0{close}", item.repeat(count)),
            );
        }
    }
    check("one member each", "input.yaml", 50_000, &|count| "- :\n".repeat(count));
    check("one member each", "input.json", 30_000, &|count| {
        format!("[{}0]", "{\"\":0},".repeat(count))
    });
    check("truth values of old", "input.yaml", 10_000, &|count| {
        "- no\n".repeat(count)
    });
    check("a long name", "input.yaml", 50_000, &|bytes| {
        format!("? {}\n:\n{}", "a".repeat(bytes), " - no\n".repeat(2_000))
    });
    check("one name", "input.yaml", 10_000, &|count| "a: 1\n".repeat(count));
    check("depth", "input.yaml", 8, &|depth| {
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
    });
    check("lines of a text", "input.yaml", 20_000, &|count| {
        format!("a: |\n{}", "  text\n".repeat(count))
    });
    let operations = |count| {
        join_many(count, ",", |index| {
            format!(r#"{{"match":"GET /{index}","upstream":"x"}}"#)
        })
    };
    check("operations", "input.json", 2_500, &|count| {
        EDGE.replace("\"operations\":[", &format!("\"operations\":[{},", operations(count)))
    });
    bench.grows_in_line("a policy", &["lint", "input.json"], 50_000, |bytes| {
        TASK.replace("https://a.example", &"a".repeat(bytes))
            .replace("\"search", &format!("{}\"search", "7,".repeat(200)))
    });
}

/// Measures a command that reads a file that people write. `known` is a text that the file may
/// have, with the value `V` in it.
fn measure_values(bench: &CostBench, name: &str, args: &[&str], known: &str) {
    let with = |value: &str| known.replace('V', value);
    bench.grows_in_line(&format!("{name}: a text"), args, 200_000, |bytes| {
        with(&format!(r#""{}""#, "a".repeat(bytes)))
    });
    bench.grows_in_line(&format!("{name}: a list"), args, 30_000, |count| {
        with(&format!("[{}]", join_many(count, ",", |_| "{}".into())))
    });
    bench.grows_in_line(&format!("{name}: an object"), args, 15_000, |count| {
        with(&format!("{{{}}}", unknown_members(count)))
    });
}

/// The command reads the file first: it starts nothing if the file has a fault.
#[test]
fn settings_of_the_issuer_are_read_at_linear_cost() {
    let bench = CostBench::new();
    let args = ["serve", "--data", "data", "--config", "input.json"];
    for setting in ["listen", "trusted_proxies", "audit_keep"] {
        let known = format!(r#"{{"{setting}":V,"unknown":1}}"#);
        measure_values(&bench, setting, &args, &known);
    }
    bench.grows_in_line("unknown settings", &args, 15_000, |count| {
        format!("{{{}}}", unknown_members(count))
    });
    let yaml = ["serve", "--data", "data", "--config", "input.yaml"];
    bench.grows_in_line("lines", &yaml, 15_000, |count| {
        join_many(count, "\n", |index| format!("m{index}: 1"))
    });
    bench.grows_in_line("proxies", &args, 10_000, |count| {
        let proxies = join_many(count, ",", |index| {
            format!(r#""10.0.{}.{}""#, index / 256 % 256, index % 256)
        });
        format!(r#"{{"trusted_proxies":[{proxies}],"unknown":1}}"#)
    });
}

#[test]
fn task_requests_are_read_at_linear_cost() {
    let bench = CostBench::new();
    let args = ["mint", "--issuer", "http://127.0.0.1:9", "--policy", "input.json"];
    for (member, policy) in [
        ("task_id", TASK.replace("\"t\"", "V")),
        ("scope", TASK.replace("[\"search:flights:x\"]", "V")),
        (
            "grants",
            TASK.replace("\"scope\":[\"search:flights:x\"]", "\"grants\":[V]"),
        ),
    ] {
        measure_values(&bench, member, &args, &policy);
    }
    bench.grows_in_line("audiences", &args, 5_000, |count| {
        let audience = |index| format!(r#""https://a{index}.example":{{"scope":["search:flights:x"]}}"#);
        format!(
            r#"{{"task_id":"t","orch_id":"o","audiences":{{{}}}}}"#,
            join_many(count, ",", audience)
        )
    });
    bench.grows_in_line("scopes", &args, 15_000, |count| {
        let scopes = join_many(count, ",", |index| format!("\"read:data:x{index}\""));
        TASK.replace("\"search:flights:x\"", &scopes)
    });
    bench.grows_in_line("agents", &args, 15_000, |count| {
        let agents = join_many(count, ",", |index| format!("\"a{index}\""));
        TASK.replace(
            "\"task_id\"",
            &format!("\"agent\":[{agents}],\"agents\":[{agents}],\"task_id\""),
        )
    });
    let grant = r#""grants":[{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":V}}]"#;
    let rule = |rule: &str| TASK.replace(r#""scope":["search:flights:x"]"#, &grant.replace('V', rule));
    bench.grows_in_line("values of a rule", &args, 15_000, |count| {
        rule(&format!(
            r#"{{"in":[{}]}}"#,
            join_many(count, ",", |index| format!("\"v{index}\""))
        ))
    });
    bench.grows_in_line("a long glob", &args, 50_000, |count| {
        rule(&format!(r#"{{"glob":"{}"}}"#, "a*".repeat(count)))
    });
}

#[test]
fn ceilings_are_read_at_linear_cost() {
    let bench = CostBench::new();
    // The file is read first, and what it says is not asked for where no data directory can be.
    let args = ["client", "add", "c", "--data", "edge.json", "--ceiling", "input.json"];
    for (member, ceiling) in [
        ("entries", "V".to_owned()),
        (
            "audience",
            r#"[{"audience":V,"ttl_max":"1h","scope":["read:data:*"]}]"#.to_owned(),
        ),
        ("grants", r#"[{"audience":"a","ttl_max":"1h","grants":V}]"#.to_owned()),
    ] {
        measure_values(&bench, member, &args, &ceiling);
    }
    let entries = |count: usize, audience: &dyn Fn(usize) -> String| {
        let entry = |index| {
            format!(
                r#"{{"audience":"{}","ttl_max":"1h","scope":["read:data:*"]}}"#,
                audience(index)
            )
        };
        format!("[{}]", join_many(count, ",", entry))
    };
    bench.grows_in_line("entries", &args, 2_500, |count| {
        entries(count, &|index| format!("a{index}"))
    });
    bench.grows_in_line("entries of one audience", &args, 2_500, |count| {
        entries(count, &|_| "a".to_owned())
    });
    bench.grows_in_line("scopes", &args, 2_500, |count| {
        let scopes = join_many(count, ",", |index| format!("\"read:data:x{index}\""));
        format!(r#"[{{"audience":"a","ttl_max":"1h","scope":[{scopes}]}}]"#)
    });
}

#[test]
fn openapi_documents_are_read_at_linear_cost() {
    let bench = CostBench::new();
    let import = |name: &str, size: usize, input: &dyn Fn(usize) -> String| {
        bench.grows_in_line(name, &["operations", "from-openapi", "input.json"], size, input);
    };
    let document = |paths: &str, more: &str| {
        format!(
            r#"{{"openapi":"3.0.0","info":{{"title":"t"}},"servers":[{{"url":"https://a.example"}}],"paths":{{{paths}}}{more}}}"#
        )
    };
    let body = |schema: &str| {
        format!(
            r#""post":{{"operationId":"x","requestBody":{{"required":true,"content":{{"application/json":{{"schema":{schema}}}}}}}}}"#
        )
    };
    let text = r#"{"type":"string"}"#;
    let properties = |count| {
        format!(
            r#"{{"type":"object","properties":{{{}}}}}"#,
            join_many(count, ",", |index| format!(r#""p{index}":{text}"#))
        )
    };
    import("properties", 2_500, &|count| {
        document(&format!("\"/x\":{{{}}}", body(&properties(count))), "")
    });
    import("operations", 300, &|count| {
        document(
            &join_many(count, ",", |index| format!("\"/x{index}\":{{{}}}", body(text))),
            "",
        )
    });
    let shared = |properties_of: &str, count: usize| {
        let schema = r##"{"$ref":"#/components/schemas/S"}"##;
        let paths = join_many(count, ",", |index| format!("\"/x{index}\":{{{}}}", body(schema)));
        document(
            &paths,
            &format!(r#","components":{{"schemas":{{"S":{properties_of}}}}}"#),
        )
    };
    import("operations that share a schema", 150, &|count| {
        shared(&properties(60), count)
    });
    import("members of a schema that is shared", 1_000, &|count| {
        shared(&properties(count), 40)
    });
    import("parameters", 1_000, &|count| {
        let parameter = |index| format!(r#"{{"in":"query","name":"q{index}","schema":{text}}}"#);
        document(
            &format!(
                r#""/x":{{"get":{{"parameters":[{}]}}}}"#,
                join_many(count, ",", parameter)
            ),
            "",
        )
    });
    import("captures", 20_000, &|count| {
        document(&format!(r#""{}":{{"get":{{}}}}"#, "/{a}".repeat(count)), "")
    });
    import("references", 500, &|count| {
        let paths = join_many(count, ",", |index| {
            format!(r##""/x{index}":{{"get":{{"parameters":[{{"$ref":"#/p/q{index}"}}]}}}}"##)
        });
        let parameters = join_many(count, ",", |index| {
            format!(r#""q{index}":{{"in":"query","name":"q","schema":{text}}}"#)
        });
        document(&paths, &format!(r#","p":{{{parameters}}}"#))
    });
    import("a long name", 50_000, &|bytes| {
        let name = "n".repeat(bytes);
        let inner = format!(r#"{{"type":"object","properties":{{"{name}":{}}}}}"#, properties(500));
        document(&format!("\"/x\":{{{}}}", body(&inner)), "")
    });
    import("servers", 500, &|count| {
        let server = |index| format!(r#""/x{index}":{{"servers":[{{"url":"https://h{index}.example"}}],"get":{{}}}}"#);
        document(&join_many(count, ",", server), "")
    });
}

#[test]
fn recorded_requests_are_replayed_at_linear_cost() {
    let bench = CostBench::new();
    let replay = [
        "operations",
        "replay",
        "--config",
        "edge.json",
        "--task",
        "task.json",
        "input.har",
    ];
    let entry = r#"{"request":{"method":"GET","url":"https://a.example/flights?from=JFK","headers":[{"name":"a","value":"b"}]},"response":{"content":{"text":"xxxxxxxxxxxxxxxxxxxxxxxx"}}}"#;
    let archive = |entries: &str| format!(r#"{{"log":{{"version":"1.2","entries":[{entries}]}}}}"#);
    bench.grows_in_line("entries", &replay, 4_000, |count| {
        archive(&join_many(count, ",", |_| entry.into()))
    });
    bench.grows_in_line("empty entries", &replay, 40_000, |count| {
        archive(&join_many(count, ",", |_| "{}".into()))
    });
    // What is not kept of a request, and what would be.
    let request = |request: &str| archive(&format!(r#"{{"request":{request}}}"#));
    bench.grows_in_line("a list for a request", &replay, 500_000, |count| {
        request(&format!("[{}]", join_many(count, ",", |_| r#"{"":0}"#.into())))
    });
    bench.grows_in_line("unknown members of a request", &replay, 100_000, |count| {
        request(&format!("{{{}}}", unknown_members(count)))
    });
    let with = |member: &str, value: &str| {
        let request_line = r#""method":"GET","url":"https://a.example/flights?from=JFK""#;
        request(&format!(r#"{{{request_line},"{member}":{value}}}"#))
    };
    for member in ["headers", "postData", "url", "bodySize"] {
        bench.grows_in_line(member, &replay, 500_000, |count| {
            with(member, &format!("[{}]", join_many(count, ",", |_| r#"{"":0}"#.into())))
        });
    }
    bench.grows_in_line("headers", &replay, 200_000, |count| {
        let headers = join_many(count, ",", |_| r#"{"name":"","value":""}"#.into());
        with("headers", &format!("[{headers}]"))
    });
    bench.grows_in_line("a long text", &replay, 4_000_000, |bytes| {
        with("postData", &format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes)))
    });
    bench.grows_in_line("a long body", &replay, 1_000_000, |bytes| {
        archive(&entry.replace("xx", &"x".repeat(bytes / 12)))
    });
    bench.grows_in_line("lines", &replay, 10_000, |count| {
        "{\"method\":\"GET\",\"path\":\"/flights?from=JFK\"}\n".repeat(count)
    });
    bench.grows_in_line("lines that are none", &replay, 100_000, |count| "x\n".repeat(count));
    bench.grows_in_line("a long line", &replay, 2_000_000, |bytes| "x".repeat(bytes));
    // What is held does not grow with the file.
    let long = archive(&join_many(80_000, ",", |_| entry.into()));
    fs::write(bench.file("input.har"), &long).unwrap();
    let cost = bench.run(&replay, None);
    assert!(
        cost.peak <= bench.idle.peak + MEMORY / 2,
        "{} bytes cost {cost:?}",
        long.len()
    );
}

#[test]
fn tables_and_grants_are_compared_at_linear_cost() {
    let bench = CostBench::new();
    let table = |rows: &str| EDGE.replace("\"operations\":[", &format!("\"operations\":[{rows},"));
    let row = |path: &str, more: &str| {
        format!(r#"{{"match":"GET {path}","upstream":"u","action":"a","resource":"r/{{a}}","params":{{}}{more}}}"#)
    };
    let check = ["operations", "check", "input.json"];
    bench.grows_in_line("literals", &check, 250, |count| {
        table(&join_many(count, ",", |index| row(&format!("/x{index}/{{a}}"), "")))
    });
    bench.grows_in_line("captures beside literals", &check, 300, |count| {
        let literals = join_many(count, ",", |index| row(&format!("/x{index}/{{a}}"), ""));
        let captures = join_many(count, ",", |index| row(&format!("/{{a}}/y{index}"), ""));
        table(&format!("{literals},{captures}"))
    });
    let reach = ["reach", "--config", "input.json", "--task", "task.json"];
    bench.grows_in_line("operations", &reach, 250, |count| {
        table(&join_many(count, ",", |index| row(&format!("/x{index}/{{a}}"), "")))
    });
    let explain = [
        "explain",
        "--config",
        "edge.json",
        "--task",
        "input.json",
        "--request",
        "GET /flights",
    ];
    let policy = |count: usize| {
        TASK.replace(
            "\"search:flights:x\"",
            &join_many(count, ",", |index| format!("\"read:data:x{index}\"")),
        )
    };
    bench.grows_in_line("grants", &explain, 60, policy);
    bench.grows_in_line("grants of a policy", &["lint", "input.json"], 60, policy);
}

#[test]
fn questions_are_answered_at_linear_cost() {
    let bench = CostBench::new();
    let decide = ["decide", "--config", "edge.json"];
    let question = r#"{"scope":"search:flights:x","request":{"method":"GET","target":"/flights?from=JFK"}}"#;
    bench.grows_in_line("questions", &decide, 1_000, |count| {
        format!("{question}\n").repeat(count)
    });
    bench.grows_in_line("unknown members", &decide, 10_000, |count| {
        format!("{{{}}}\n", unknown_members(count))
    });
    let narrower = ["narrower"];
    bench.grows_in_line("children", &narrower, 500, |count| {
        let child = join_many(count, ",", |index| format!("\"read:data:x{index}\""));
        format!("{{\"child\":[{child}],\"parent\":[\"read:data:*\"]}}\n")
    });
    bench.grows_in_line("parents", &narrower, 500, |count| {
        let mut parents = String::new();
        (0..count).for_each(|index| write!(parents, "\"read:data:x{index}\",").unwrap());
        format!("{{\"child\":[\"read:data:y\"],\"parent\":[{parents}\"read:data:*\"]}}\n")
    });
    bench.grows_in_line("faulty grants", &narrower, 2_500, |count| {
        format!(
            "{{\"child\":[{}],\"parent\":[]}}\n",
            join_many(count, ",", |_| "{\"x\":1}".into())
        )
    });
}
