//! One transaction of the writer.

use super::audit;
use crate::audit::{Admissions, ChainHead, Event, EventLimiter};
use crate::base::clock::{Clock, Moment};
use rusqlite::Connection;
use std::cell::{Cell, RefCell};
use std::ops::Deref;

/// A transaction of the writer: the database, and the chain that is extended by what happens in it.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    pub(super) connection: &'a Connection,
    pub(super) clock: &'a Clock,
    pub(super) limiter: &'a EventLimiter,
    pub(super) head: Cell<ChainHead>,
    pub(super) last: Cell<Moment>,
    /// The decisions of the limiter in this transaction.
    pub(super) admissions: RefCell<Admissions>,
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Writing<'_> {
    /// Now, and not before anything that happened. Whatever is durable by now was issued up to this
    /// moment, in whichever order its writers had looked at the clock, and although it may have
    /// been set back: so this is where revocations cut.
    #[must_use]
    pub(super) fn now(&self) -> Moment {
        self.clock.now().max(self.last.get())
    }

    /// Appends `event` to the chain, unless the limiter omits it: then it is counted. Either is
    /// durable with whatever else the work does, and does not happen if that fails.
    ///
    /// # Errors
    /// The error of the database.
    pub(super) fn record(&self, event: &Event) -> rusqlite::Result<()> {
        self.record_about(event.task, event)
    }

    /// As [`Self::record`], for an event that concerns the task in `row`.
    ///
    /// # Errors
    /// The error of the database.
    pub(super) fn record_about(&self, row: Option<i64>, event: &Event) -> rusqlite::Result<()> {
        // Time does not run backwards in the chain, so that a moment can be searched for in it.
        let at = self.now();
        // The limiter follows the clock, also back: `SqliteStore::omits` asks it by the same.
        let now = self.clock.now();
        if !self.limiter.admit(event, now, &mut self.admissions.borrow_mut()) {
            return Ok(());
        }
        let head = audit::append(self.connection, self.head.get(), at, row, event)?;
        self.head.set(head);
        self.last.set(at);
        Ok(())
    }
}
