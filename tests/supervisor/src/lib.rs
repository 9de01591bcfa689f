//! A supervisor runs one program, and leaves no process of this program behind.
//!
//! The runner (a test, or `cargo xtask`) starts the supervisor and holds the other end of the pipe
//! on the supervisor's standard input. The kernel closes this pipe when the runner ends, also when
//! the runner is killed. The supervisor is the subreaper of all descendants of the program: a
//! descendant whose parent ends becomes a child of the supervisor, and none can leave its tree.
//! Linux alone has subreapers and `/proc`; elsewhere the supervisor ends the program alone.

mod processes;

pub use processes::{Process, below};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait};
use std::ffi::OsString;
use std::io;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The pause between two rounds that list and kill the descendants.
const AGAIN: Duration = Duration::from_millis(10);
/// The time for which a program that reads the relayed input may run after the end of this input.
const GRACE: Duration = Duration::from_secs(2);
/// The difference between the number of a signal and the exit code of a killed program, as in a
/// shell.
const KILLED: i32 = 128;

/// The first argument of a supervisor that relays its standard input to the program.
pub const RELAY: &str = "--relay";

/// Supervises the program in `args`: `[--relay] PROGRAM [ARGUMENT]...`. Returns its exit code.
///
/// # Errors
/// If `args` names no program, or the program cannot be started.
pub fn run(args: impl IntoIterator<Item = OsString>) -> io::Result<u8> {
    let mut args = args.into_iter().peekable();
    let relayed = args.next_if(|first| first == RELAY).is_some();
    let program = args
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "expected a program to supervise"))?;
    supervise(Command::new(program).args(args), relayed)
}

fn supervise(command: &mut Command, relayed: bool) -> io::Result<u8> {
    adopt_orphans()?;
    let input = if relayed { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(input).spawn()?;
    let own_input = child.stdin.take();
    let (end, ended) = mpsc::channel();
    let pipe_closed = end.clone();
    thread::spawn(move || {
        follow_input(own_input);
        let _killer_runs_already = pipe_closed.send(());
    });
    let program = id_of(child.id());
    thread::spawn(move || {
        let _ = ended.recv();
        loop {
            kill_all(program);
            thread::sleep(AGAIN);
        }
    });
    Ok(reap(program, || {
        let _killer_runs_already = end.send(());
    }))
}

/// Returns once the pipe on standard input is closed, and the program had time to end by itself if
/// it reads this input.
fn follow_input(relay: Option<ChildStdin>) {
    let mut input = io::stdin().lock();
    if let Some(mut relay) = relay {
        let _program_stopped_reading = io::copy(&mut input, &mut relay);
        let _ = io::copy(&mut input, &mut io::sink());
        drop(relay);
        thread::sleep(GRACE);
    } else {
        let _ = io::copy(&mut input, &mut io::sink());
    }
}

/// Waits for every child, orphans included, until there is none: then no descendant is left.
/// Calls `ended` when `program` itself ends, and returns the exit code of `program`.
fn reap(program: Option<Pid>, ended: impl Fn()) -> u8 {
    // A program whose end was not seen has failed.
    let mut code = 1;
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((id, status))) if Some(id) == program => {
                code = exit_code(status);
                ended();
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(_no_child_is_left) => return code,
        }
    }
}

fn exit_code(status: WaitStatus) -> u8 {
    let killed = status.terminating_signal().map(|signal| KILLED + signal);
    let code = status.exit_status().or(killed).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}

fn kill_all(program: Option<Pid>) {
    let found = below(std::process::id());
    for id in found.iter().filter_map(|process| id_of(process.id)) {
        let _ended_already = kill_process(id, Signal::KILL);
    }
    if cfg!(not(target_os = "linux"))
        && let Some(program) = program
    {
        let _ended_already = kill_process(program, Signal::KILL);
    }
}

fn id_of(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

#[cfg(target_os = "linux")]
fn adopt_orphans() -> io::Result<()> {
    // Any process id switches it on: the kernel reads a boolean.
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() -> io::Result<()> {
    Ok(())
}
