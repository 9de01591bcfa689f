//! The lines that the demo prints.

use edgewrit_tests::attack::{Attack, AttackTally};
use edgewrit_tests::clock::Stopwatch;
use edgewrit_tests::scenario::ScenarioRow;
use std::io::IsTerminal as _;

const EDGE: usize = 8;
const REQUEST: usize = 54;
const STATUS: usize = 6;
const REASON: usize = 64;

/// ANSI colours, for terminals only.
#[derive(Clone, Copy)]
enum Colour {
    Green,
    Yellow,
    Red,
}

/// Standard output, and whether everything that was printed was as expected.
pub(crate) struct Screen {
    coloured: bool,
    faults: usize,
    rows: usize,
    tally: AttackTally,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            coloured: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            faults: 0,
            rows: 0,
            tally: AttackTally::default(),
        }
    }

    /// Whether everything was as expected.
    pub(crate) fn is_clean(&self) -> bool {
        self.faults == 0
    }

    /// Does something that takes a while, and says so.
    pub(crate) fn wait<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        eprintln!("{what} …");
        let done = work();
        eprintln!("{what} … {:.1} s", watch.elapsed().as_secs_f32());
        done
    }

    pub(crate) fn title(&self, title: &str, book: &str) {
        println!("\n{title}\n");
        println!(
            "{:EDGE$} {:REQUEST$} {:STATUS$} {:REASON$} {book}",
            "edge", "request", "status", "reason"
        );
    }

    pub(crate) fn row(&mut self, row: &ScenarioRow) {
        self.rows += 1;
        let colour = match (
            &row.fault,
            row.reason.starts_with("permit") || row.status.ends_with("x200"),
        ) {
            (Some(_), _) => Colour::Red,
            (None, true) => Colour::Green,
            (None, false) => Colour::Yellow,
        };
        let status = self.paint(colour, &fitted(&row.status, STATUS));
        let (request, reason) = (fitted(&row.request, REQUEST), fitted(&row.reason, REASON));
        println!("{} {request} {status} {reason} {}", fitted(&row.edge, EDGE), row.book);
        self.fault(row.fault.as_deref());
    }

    pub(crate) fn blow(&mut self, blow: &Attack) {
        self.tally = self.tally.plus(blow.tally);
        let (colour, came) = match (blow.tally.is_clean(), blow.tally.as_decided) {
            (false, _) => (Colour::Red, "ARRIVED"),
            (true, 0) => (Colour::Yellow, "nothing arrived"),
            (true, 1) => (Colour::Green, "arrived as decided, once"),
            (true, _) => (Colour::Green, "arrived as decided, each once"),
        };
        let status = fitted(&blow.status, STATUS);
        println!(
            "{} {} {status} {}",
            fitted(&blow.edge, EDGE),
            fitted(&blow.name, REQUEST),
            self.paint(colour, came)
        );
        self.fault(blow.fault.as_deref());
    }

    pub(crate) fn attack_title(&self, title: &str) {
        println!("\n{title}\n");
        println!(
            "{:EDGE$} {:REQUEST$} {:STATUS$} the API's book",
            "edge", "what was tried", "status"
        );
    }

    /// The last lines of an attack.
    pub(crate) fn tally(&self) {
        let AttackTally {
            sent,
            as_decided,
            arrived,
            differently,
        } = self.tally;
        let colour = if self.tally.is_clean() {
            Colour::Green
        } else {
            Colour::Red
        };
        println!("\nsent                  {sent}");
        println!("arrived as decided    {as_decided}");
        println!("arrived               {}", self.paint(colour, &arrived.to_string()));
        println!("arrived differently   {}", self.paint(colour, &differently.to_string()));
    }

    /// The last line of the stories.
    pub(crate) fn summary(&self) {
        match self.faults {
            0 => println!(
                "\n{}",
                self.paint(Colour::Green, &format!("{} verdicts, all as they should be", self.rows))
            ),
            faults => println!(
                "\n{}",
                self.paint(Colour::Red, &format!("{faults} of {} rows not as expected", self.rows))
            ),
        }
    }

    fn fault(&mut self, fault: Option<&str>) {
        if let Some(fault) = fault {
            self.faults += 1;
            println!("{}", self.paint(Colour::Red, &format!("  not as expected: {fault}")));
        }
    }

    fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.coloured {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Red => 31,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// `text` in a column of `width`, shortened if it must be.
fn fitted(text: &str, width: usize) -> String {
    let mut fitted: String = text.chars().take(width).collect();
    if text.chars().count() > width {
        fitted.pop();
        fitted.push('…');
    }
    format!("{fitted:width$}")
}
