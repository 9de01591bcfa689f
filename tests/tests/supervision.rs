//! No process is left, however the runner, the program or its parent ended.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use edgewrit_supervisor::RELAY;
use edgewrit_tests::process::{Program, supervisor};
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// A program that starts a daemon and continues to run: the daemon has a session of its own, its
/// parent has ended, and its standard streams lead nowhere.
const TREE: &str = r#"
(setsid sh -c 'echo $$ > daemon; exec sleep 1000' < /dev/null > /dev/null 2>&1 &)
sh -c 'echo $$ > child; sleep 1000' &
while ! [ -s daemon ] || ! [ -s child ]; do sleep 0.01; done
echo ready
"#;
/// The time for the kernel and the supervisor to end a tree.
const SOON: Duration = Duration::from_secs(10);

fn supervised(folder: &Path, script: &str) -> Command {
    let mut command = supervisor();
    command.args(["sh", "-c", script]).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Waits until the program says that its tree is complete.
#[track_caller]
fn ready(runner: &mut Child) {
    let output = BufReader::new(runner.stdout.as_mut().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "ready"), "the tree is not complete");
}

fn runs(folder: &Path, name: &str) -> bool {
    let id = fs::read_to_string(folder.join(name)).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", id.trim())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, state)| !state.starts_with(" Z"))
}

#[track_caller]
fn all_end(folder: &Path) {
    let tries = SOON.as_millis() / 20;
    let gone = |name: &str| {
        (0..tries).any(|_| {
            thread::sleep(Duration::from_millis(20));
            !runs(folder, name)
        })
    };
    assert!(gone("daemon"), "the daemon continues to run");
    assert!(gone("child"), "the child continues to run");
}

#[test]
fn a_closed_pipe_ends_the_program_its_children_and_its_daemons() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = supervised(folder.path(), &format!("{TREE} wait")).spawn().unwrap();
    ready(&mut supervisor);
    assert!(runs(folder.path(), "daemon") && runs(folder.path(), "child"));
    drop(supervisor.stdin.take());
    assert_eq!(supervisor.wait().unwrap().code(), Some(128 + 9));
    all_end(folder.path());
}

/// The folder of a tree that this program starts and holds as its runner.
const RUNNER: &str = "EDGEWRIT_SUPERVISED_FOLDER";

#[test]
fn a_killed_runner_leaves_no_process() {
    if let Some(folder) = env::var_os(RUNNER).map(PathBuf::from) {
        let script = format!("cd '{}'; {TREE} wait", folder.display());
        let tree = Program::new("tree", Path::new("sh"))
            .args(["-c", &script])
            .start()
            .unwrap();
        tree.log().find(SOON, |line| (line == "ready").then_some(())).unwrap();
        println!("ready");
        thread::park();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut runner = Command::new(env::current_exe().unwrap());
    runner.args(["--exact", "a_killed_runner_leaves_no_process", "--nocapture"]);
    runner
        .env(RUNNER, folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut runner = runner.spawn().unwrap();
    ready(&mut runner);
    assert!(runs(folder.path(), "daemon") && runs(folder.path(), "child"));
    runner.kill().unwrap();
    runner.wait().unwrap();
    all_end(folder.path());
}

#[test]
fn a_program_that_ends_takes_its_daemons_along_and_keeps_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = supervised(folder.path(), &format!("{TREE} exit 7")).spawn().unwrap();
    // `wait` closes the pipe, which would end the program.
    let _pipe = supervisor.stdin.take();
    ready(&mut supervisor);
    assert_eq!(supervisor.wait().unwrap().code(), Some(7));
    all_end(folder.path());
}

#[test]
fn relayed_input_reaches_the_program_which_may_end_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = supervisor()
        .args([RELAY, "sh", "-c", "cat; exit 3"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    supervisor.stdin.take().unwrap().write_all(b"a line\n").unwrap();
    let mut said = String::new();
    supervisor.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "a line\n");
    assert_eq!(supervisor.wait().unwrap().code(), Some(3));
}

#[test]
fn a_program_that_does_not_read_its_relayed_input_is_ended_when_the_input_closes() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = supervisor()
        .args([RELAY, "sh", "-c", &format!("{TREE} wait")])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    ready(&mut supervisor);
    drop(supervisor.stdin.take());
    assert_eq!(supervisor.wait().unwrap().code(), Some(128 + 9));
    all_end(folder.path());
}
