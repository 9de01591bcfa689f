//! `cargo xtask demo`: the issuer, every edge and two APIs, all of them real, and two stories told
//! with them.

mod args;
mod goodbye;
mod screen;
mod stage;

use anyhow::{Context as _, Result};
use args::TourArgs;
use screen::Screen;
use stage::DemoStage;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// An event that the main thread waits for.
enum DemoEvent {
    /// Ctrl-C.
    Interrupted,
    /// The tour is over: what still runs, and whether everything was as expected.
    Toured(Result<(Box<DemoStage>, bool)>),
}

fn main() -> ExitCode {
    let args = match TourArgs::read(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => return failed(&error),
    };
    let (sender, events) = channel();
    match watch(&sender).and_then(|()| show(&args, sender, &events)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("demo: {error:#}");
    ExitCode::FAILURE
}

fn watch(events: &Sender<DemoEvent>) -> Result<()> {
    let events = events.clone();
    ctrlc::set_handler(move || drop(events.send(DemoEvent::Interrupted))).context("cannot listen for Ctrl-C")
}

/// Tours in a thread of its own, so that Ctrl-C is heard at any time: whatever runs then ends with
/// this process.
fn show(args: &TourArgs, sender: Sender<DemoEvent>, events: &Receiver<DemoEvent>) -> Result<bool> {
    let tour = args.clone();
    thread::spawn(move || drop(sender.send(DemoEvent::Toured(tour_of(&tour)))));
    let (stage, as_expected) = match events.recv()? {
        DemoEvent::Interrupted => anyhow::bail!("interrupted"),
        DemoEvent::Toured(toured) => toured?,
    };
    if !args.once {
        goodbye::say(&stage)?;
        // The only other event has been.
        events.recv()?;
    }
    drop(stage);
    eprintln!("stopped");
    Ok(as_expected)
}

fn tour_of(args: &TourArgs) -> Result<(Box<DemoStage>, bool)> {
    let mut screen = Screen::new();
    let stage = Box::new(DemoStage::set(&args.kinds, &screen)?);
    if args.attack {
        stage.attack(&args.kinds, &mut screen)?;
    } else {
        stage.tell(&mut screen)?;
    }
    Ok((stage, screen.is_clean()))
}
