//! The one thread that writes: it takes what is queued, does all of it in one transaction, commits once, then answers each.

use super::{StoreError, revocation};
use rusqlite::Connection;
use std::io;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot, watch};

/// Work that may wait for the writer.
const QUEUE: usize = 8_192;
/// Work that shares one commit.
const GROUP: usize = 512;

/// Work on the way to its commit. A trait object, so that the writer needs to know nothing of what it does.
trait Job: Send {
    /// Does the work; its outcome waits in `self`.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Tells whoever waits: the outcome if the commit went well.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Work<T, F> {
    work: Option<F>,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.outcome = Some(work(connection)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| outcome.ok_or(StoreError::Closed));
        // Whoever asked may have gone; what is committed stays.
        let _gone = reply.send(answer);
    }
}

/// The way to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    latest: watch::Receiver<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. `bell` is rung after every commit.
    pub(super) fn start(connection: Connection, latest: u64, bell: SyncSender<()>) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (announce, latest) = watch::channel(latest);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_all(&connection, jobs, &announce, &bell))?;
        Ok(Self {
            queue: Some(queue),
            latest,
            thread: Some(thread),
        })
    }

    pub(super) fn latest_revocation(&self) -> watch::Receiver<u64> {
        self.latest.clone()
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Work {
            work: Some(work),
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
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    announce: &watch::Sender<u64>,
    bell: &SyncSender<()>,
) {
    let mut group = Vec::with_capacity(GROUP);
    while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
        let outcomes = commit(connection, &mut group);
        // Told before anybody is answered: who hears that a task is over must not find an edge that cannot know.
        if let Ok(latest) = revocation::latest(connection) {
            announce.send_if_modified(|known| std::mem::replace(known, latest) != latest);
        }
        for (job, outcome) in group.drain(..).zip(outcomes) {
            job.answer(outcome);
        }
        let _rung_already = bell.try_send(());
    }
}

/// Runs `group` in one transaction. Each job answers for itself, unless the transaction as a whole is lost.
fn commit(connection: &Connection, group: &mut [Box<dyn Job>]) -> Vec<Result<(), StoreError>> {
    match try_commit(connection, group) {
        Ok(outcomes) => outcomes,
        Err(error) => {
            tracing::error!(%error, jobs = group.len(), "commit failed");
            if !connection.is_autocommit() {
                let _lost_anyway = connection.execute_batch("ROLLBACK");
            }
            vec![Err(error.into()); group.len()]
        }
    }
}

fn try_commit(connection: &Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<Vec<Result<(), StoreError>>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        outcomes.push(run_apart(connection, job.as_mut())?);
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(outcomes)
}

/// Runs a job in a savepoint of its own, so that one that fails undoes nothing of the others. An error that ends the whole
/// transaction, as a full disk can, makes the savepoint unusable and so is everybody's.
fn run_apart(connection: &Connection, job: &mut dyn Job) -> rusqlite::Result<Result<(), StoreError>> {
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    let ran = job.run(connection);
    if let Err(error) = &ran {
        tracing::error!(%error, "write failed");
        connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    connection.prepare_cached("RELEASE job")?.execute([])?;
    Ok(ran.map_err(StoreError::from))
}
