//! Drives the cases, native rounds and rounds in V8 in turns. Of many short rounds, the least is
//! the cost of the code, and the median is its cost on this machine.
//!
//! `edgewrit-bench MODULE [--json]`, as `cargo xtask bench` calls it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures, prints, and stops at whatever goes wrong"
)]

use edgewrit_bench::{BenchCase, cases};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 600;
/// Rounds that are thrown away: V8 compiles while they run, and they tell how often a round repeats
/// a case.
const FIRST_ROUNDS: usize = 40;
/// The time of a round, about: less than a time slice, so that most rounds are not interrupted on a
/// busy machine.
const ROUND_NANOSECONDS: f64 = 3e5;

/// The cases in another process, in V8.
struct V8 {
    node: Child,
    answers: BufReader<ChildStdout>,
}

impl V8 {
    fn start(module: &str, cases: usize) -> Self {
        let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/src/drive.mjs");
        let mut node = Command::new("node")
            .args([driver, module])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node starts");
        let answers = BufReader::new(node.stdout.take().expect("it was asked for"));
        let mut v8 = Self { node, answers };
        assert_eq!(v8.answer(), cases as f64, "the module holds other cases");
        v8
    }

    fn run(&mut self, case: usize, times: u32) -> f64 {
        let ask = self.node.stdin.as_mut().expect("it was asked for");
        writeln!(ask, "{case} {times}").expect("Node reads");
        self.answer()
    }

    fn answer(&mut self) -> f64 {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("Node answers");
        line.trim().parse().expect("a number")
    }
}

/// Runs a case natively. The first run is not measured: the other host had the processor before.
fn run_natively(case: &BenchCase, times: u32) -> f64 {
    case.run(1);
    let begun = Instant::now();
    case.run(times);
    begun.elapsed().as_secs_f64() * 1e9
}

/// The repetitions of a case of so many nanoseconds in a round.
fn repetitions(nanoseconds: f64) -> u32 {
    (ROUND_NANOSECONDS / nanoseconds).clamp(1.0, 1e6) as u32
}

/// Nanoseconds of one case on one host, one number for each round.
#[derive(Default)]
struct Rounds(Vec<f64>);

impl Rounds {
    fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let module = arguments.first().expect("the module for V8");
    let cases = cases();
    let mut v8 = V8::start(module, cases.len());
    let mut rounds: Vec<[Rounds; 2]> = cases.iter().map(|_| <[Rounds; 2]>::default()).collect();
    let mut often: Vec<[u32; 2]> = vec![[1, 1]; cases.len()];
    for round in 0..FIRST_ROUNDS + ROUNDS {
        for (index, case) in cases.iter().enumerate() {
            let [native, in_v8] = often[index];
            let each = [
                run_natively(case, native) / f64::from(native),
                v8.run(index, in_v8) / f64::from(in_v8),
            ];
            if round < FIRST_ROUNDS {
                often[index] = each.map(repetitions);
            } else {
                rounds[index]
                    .iter_mut()
                    .zip(each)
                    .for_each(|(rounds, time)| rounds.0.push(time));
            }
        }
    }
    v8.node.wait().expect("Node ends");
    let held = measure_full_instance(module);
    if arguments.iter().any(|argument| argument == "--json") {
        println!(r#"{{"memory_bytes":{held}}}"#);
        cases
            .iter()
            .zip(&rounds)
            .for_each(|(case, [native, v8])| json(case, native, v8));
    } else {
        print_table(&cases, &rounds);
        println!(
            "bytes of memory in V8: at first, with 100,000 revocations, with 1,024 writs beside; their hash by the host, in nanoseconds:"
        );
        println!("{held}");
    }
}

/// The memory of a full instance of `module` as JSON, by `hold.mjs`.
fn measure_full_instance(module: &str) -> String {
    let file = std::env::temp_dir().join(format!("edgewrit-bench-{}", std::process::id()));
    let framed = |arrival: Vec<u8>| [&(arrival.len() as u32).to_be_bytes()[..], &arrival].concat();
    let arrivals: Vec<u8> = edgewrit_bench::held::arrivals().into_iter().flat_map(framed).collect();
    std::fs::write(&file, arrivals).expect("a temporary file");
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/src/hold.mjs");
    let node = Command::new("node")
        .args([driver, module])
        .arg(&file)
        .output()
        .expect("Node starts");
    std::fs::remove_file(&file).expect("the temporary file is there");
    let said = String::from_utf8(node.stdout).expect("text").trim().to_owned();
    assert!(said.starts_with('{'), "{}", String::from_utf8_lossy(&node.stderr));
    said
}

fn json(case: &BenchCase, native: &Rounds, v8: &Rounds) {
    let side = |rounds: &Rounds| format!(r#"{{"least":{:.1},"median":{:.1}}}"#, rounds.least(), rounds.median());
    println!(
        r#"{{"case":"{}","native_ns":{},"v8_ns":{}}}"#,
        case.name,
        side(native),
        side(v8)
    );
}

fn print_table(cases: &[BenchCase], rounds: &[[Rounds; 2]]) {
    println!(
        "{:<52} {:>9} {:>9} {:>7}   {:>9} {:>9} {:>7}   {:>6}",
        "microseconds", "native", "median", "ratio", "V8", "median", "ratio", "V8/nat"
    );
    for (case, [native, v8]) in cases.iter().zip(rounds) {
        let [base_native, base_v8] = &rounds[case.baseline];
        println!(
            "{:<52} {:>9.3} {:>9.3} {:>7.2}   {:>9.3} {:>9.3} {:>7.2}   {:>6.1}",
            case.name,
            native.least() / 1e3,
            native.median() / 1e3,
            native.median() / base_native.median(),
            v8.least() / 1e3,
            v8.median() / 1e3,
            v8.median() / base_v8.median(),
            v8.median() / native.median(),
        );
    }
}
