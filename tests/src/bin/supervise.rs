//! The supervisor of every host that the tests and the demo start.

use std::process::ExitCode;

fn main() -> ExitCode {
    match edgewrit_supervisor::run(std::env::args_os().skip(1)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: the supervisor cannot start a program: {error}");
            ExitCode::FAILURE
        }
    }
}
