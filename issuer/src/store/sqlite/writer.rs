//! The one thread that writes: it takes what is queued, does all of it in one transaction, commits
//! once, then answers each.

use crate::audit::EventLimiter;
use crate::base::clock::Clock;
use crate::store::rows::ends::HistoryEnds;
use crate::store::sqlite::{StoreError, Writing, audit, revocation};
use rusqlite::Connection;
use std::cell::{Cell, RefCell};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Work that may wait for the writer.
const QUEUE: usize = 8_192;
/// Work that shares one commit.
const GROUP: usize = 512;

/// Time for which a busy writer waits for more work: a commit costs the same whatever shares
/// it, and with others at work on the same core it costs more than this.
const LINGER: Duration = Duration::from_micros(250);
/// Work that shared the last commit from which on the writer is busy.
const BUSY: usize = 3;

/// Work on the way to its commit. A trait object, so that the writer needs to know nothing of what
/// it does.
trait QueuedWork: Send {
    /// Does the work, or does it again after what was done was undone; its outcome waits in `self`.
    fn run(&mut self, writing: &Writing<'_>) -> rusqlite::Result<()>;
    /// Tells the outcome to the task that waits, if the commit went well.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct TypedWork<T, F> {
    work: F,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> QueuedWork for TypedWork<T, F>
where
    T: Send,
    F: Fn(&Writing<'_>) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, writing: &Writing<'_>) -> rusqlite::Result<()> {
        self.outcome = Some((self.work)(writing)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| outcome.ok_or(StoreError::Closed));
        // The task that asked may have gone; what is committed stays.
        let _gone = reply.send(answer);
    }
}

/// The way to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn QueuedWork>>>,
    ends: watch::Receiver<HistoryEnds>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. `wake` wakes the checkpointer after every commit.
    pub(super) fn start(
        connection: Connection,
        clock: Clock,
        limiter: Arc<EventLimiter>,
        ends: HistoryEnds,
        wake: SyncSender<()>,
    ) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (announce, ends) = watch::channel(ends);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            write_all(&connection, (&clock, &limiter), jobs, &announce, &wake);
        })?;
        Ok(Self {
            queue: Some(queue),
            ends,
            thread: Some(thread),
        })
    }

    pub(super) fn history_ends(&self) -> watch::Receiver<HistoryEnds> {
        self.ends.clone()
    }

    /// Work that waits.
    pub(super) fn waiting(&self) -> usize {
        self.queue
            .as_ref()
            .map_or(0, |queue| QUEUE.saturating_sub(queue.capacity()))
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Writing<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = TypedWork {
            work,
            outcome: None,
            reply,
        };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.try_send(Box::new(job)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Writer {
    /// Lets the thread finish what is queued.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn write_all(
    connection: &Connection,
    (clock, limiter): (&Clock, &EventLimiter),
    mut jobs: mpsc::Receiver<Box<dyn QueuedWork>>,
    announce: &watch::Sender<HistoryEnds>,
    wake: &SyncSender<()>,
) {
    let mut group = Vec::with_capacity(GROUP);
    let writing = Writing {
        connection,
        clock,
        limiter,
        admissions: RefCell::default(),
        head: Cell::new(announce.borrow().head),
        last: Cell::new(audit::last_at(connection).unwrap_or_default()),
    };
    let mut shared = 0;
    while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
        if shared >= BUSY && group.len() < GROUP {
            thread::sleep(LINGER);
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
        }
        shared = group.len();
        let outcomes = commit(&writing, &mut group);
        // Told before any answer: a client that hears that a task is over must not find an edge
        // that cannot know.
        if let Ok(revocation) = revocation::latest(connection) {
            let head = writing.head.get();
            announce.send_if_modified(|known| {
                let ends = HistoryEnds { revocation, head };
                std::mem::replace(known, ends) != ends
            });
        }
        for (job, outcome) in group.drain(..).zip(outcomes) {
            job.answer(outcome);
        }
        let _woken_already = wake.try_send(());
    }
}

/// Runs `group` in one transaction. Each job answers for itself, unless the transaction as a whole
/// is lost.
fn commit(writing: &Writing<'_>, group: &mut [Box<dyn QueuedWork>]) -> Vec<Result<(), StoreError>> {
    let head = writing.head.get();
    let committed = try_commit(writing, group);
    let admissions = writing.admissions.take();
    match committed {
        Ok(outcomes) => {
            writing.limiter.commit(admissions);
            outcomes
        }
        Err(error) => {
            writing.limiter.undo(admissions);
            tracing::error!(%error, jobs = group.len(), "commit failed");
            writing.head.set(head);
            if !writing.is_autocommit() {
                let _lost_anyway = writing.execute_batch("ROLLBACK");
            }
            vec![Err(error.into()); group.len()]
        }
    }
}

fn try_commit(
    writing: &Writing<'_>,
    group: &mut [Box<dyn QueuedWork>],
) -> rusqlite::Result<Vec<Result<(), StoreError>>> {
    let head = writing.head.get();
    begin(writing)?;
    let outcomes = match group.iter_mut().try_for_each(|job| job.run(writing)) {
        Ok(()) => vec![Ok(()); group.len()],
        Err(error) => {
            tracing::warn!(%error, jobs = group.len(), "a write failed: the group is done again, one apart from the other");
            writing.head.set(head);
            writing.limiter.undo(writing.admissions.take());
            if !writing.is_autocommit() {
                writing.prepare_cached("ROLLBACK")?.execute([])?;
            }
            begin(writing)?;
            let apart = group.iter_mut().map(|job| run_apart(writing, job.as_mut()));
            apart.collect::<rusqlite::Result<_>>()?
        }
    };
    writing.prepare_cached("COMMIT")?.execute([])?;
    Ok(outcomes)
}

fn begin(writing: &Writing<'_>) -> rusqlite::Result<usize> {
    writing.prepare_cached("BEGIN IMMEDIATE")?.execute([])
}

/// Runs a job in a savepoint of its own, so that a job that fails undoes nothing of the others.
/// Savepoints cost so much, and are needed so rarely, that a group is tried without them first. An
/// error that ends the whole transaction, as a full disk can, makes the savepoint unusable and so
/// is the error of every job.
fn run_apart(writing: &Writing<'_>, job: &mut dyn QueuedWork) -> rusqlite::Result<Result<(), StoreError>> {
    let (head, before) = (writing.head.get(), writing.admissions.take());
    writing.prepare_cached("SAVEPOINT job")?.execute([])?;
    let ran = job.run(writing);
    if let Err(error) = &ran {
        tracing::error!(%error, "write failed");
        writing.head.set(head);
        writing.limiter.undo(writing.admissions.take());
        writing.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    writing.admissions.borrow_mut().merge(before);
    writing.prepare_cached("RELEASE job")?.execute([])?;
    Ok(ran.map_err(StoreError::from))
}
