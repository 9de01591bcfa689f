//! Outputs whose reader reads, stops, fails or goes.

use super::{LinePrinter, PRINTER_BYTES};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// More than any test takes.
const LONG: Duration = Duration::from_secs(60);

/// An output that collects what is written.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Collected {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output whose writes wait until the test gives their results.
struct Scripted {
    begun: SyncSender<()>,
    results: Receiver<io::Result<()>>,
    collected: Collected,
}

impl Scripted {
    /// The output, the beginnings of its writes, and the way to give results.
    fn new(collected: &Collected) -> (Self, Receiver<()>, SyncSender<io::Result<()>>) {
        let ((begun, beginnings), (give, results)) = (sync_channel(100), sync_channel(100));
        let collected = collected.clone();
        let output = Self {
            begun,
            results,
            collected,
        };
        (output, beginnings, give)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _test_is_over = self.begun.send(());
        self.results.recv().unwrap_or(Ok(()))?;
        self.collected.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_are_written_in_their_order_also_those_before_the_start() {
    let (printer, output) = (Arc::new(LinePrinter::default()), Collected::default());
    let lines: Vec<_> = (0..1_000).map(|number| number.to_string()).collect();
    let (before, after) = lines.split_at(10);
    assert!(before.iter().all(|line| printer.print(line)));
    printer.start(output.clone()).unwrap();
    assert!(after.iter().all(|line| printer.print(line)));
    printer.finish(LONG);
    assert_eq!(output.text(), lines.join("\n") + "\n");
    assert_eq!(printer.dropped(), 0);
}

#[test]
fn lines_that_do_not_fit_are_dropped_and_counted_and_the_others_keep_their_order() {
    let (printer, collected) = (Arc::new(LinePrinter::default()), Collected::default());
    let (output, begun, give) = Scripted::new(&collected);
    printer.start(output).unwrap();
    assert!(printer.print("first"));
    begun.recv_timeout(LONG).unwrap();
    let line = "x".repeat(PRINTER_BYTES / 4 - 1);
    let printed = (0..6).filter(|_| printer.print(&line)).count();
    assert_eq!((printed, printer.dropped()), (4, 2));
    assert!(!printer.print(""), "the line feed has no room");
    give.send(Ok(())).unwrap();
    begun.recv_timeout(LONG).unwrap();
    assert!(printer.print("last"));
    give.send(Ok(())).unwrap();
    give.send(Ok(())).unwrap();
    printer.finish(LONG);
    let whole = format!("{line}\n").repeat(4);
    assert!(collected.text() == format!("first\n{whole}last\n"));
    assert_eq!(printer.dropped(), 3);
}

#[test]
fn the_end_does_not_wait_for_a_reader_that_has_stopped() {
    let (printer, collected) = (Arc::new(LinePrinter::default()), Collected::default());
    let (output, begun, _give) = Scripted::new(&collected);
    printer.start(output).unwrap();
    printer.print("first");
    begun.recv_timeout(LONG).unwrap();
    printer.finish(Duration::from_millis(10));
    assert_eq!(collected.text(), "");
}

#[test]
fn a_failed_write_loses_its_lines_and_a_closed_output_ends_the_printing() {
    let (printer, collected) = (Arc::new(LinePrinter::default()), Collected::default());
    let (output, begun, give) = Scripted::new(&collected);
    printer.print("1");
    printer.print("2");
    printer.start(output).unwrap();
    begun.recv_timeout(LONG).unwrap();
    printer.print("3");
    give.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
    begun.recv_timeout(LONG).unwrap();
    assert_eq!(printer.dropped(), 2);
    printer.print("4");
    give.send(Ok(())).unwrap();
    begun.recv_timeout(LONG).unwrap();
    give.send(Err(io::ErrorKind::BrokenPipe.into())).unwrap();
    printer.finish(LONG);
    assert!(printer.print("5"));
    assert_eq!((collected.text().as_str(), printer.dropped()), ("3\n", 2));
}

#[test]
fn the_end_of_a_printer_that_never_started_comes_at_once() {
    let printer = LinePrinter::default();
    printer.print("1");
    printer.finish(LONG);
}
