//! The connections of one thread, for each upstream apart. Two upstreams with one origin share no
//! connection, because a connection may be authenticated by a credential.

use super::http1::Http1;
use super::http2::Http2;
use crate::local_executor::OwnedTask;
use edgewrit_edge::config::Upstream;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Time after which an unused connection is not used again.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// Time between two looks for unused connections.
const SWEEP_TIME: Duration = Duration::from_secs(15);
/// Most unused connections to one upstream.
const IDLE_CONNECTIONS: usize = 64;

/// The pools of one thread.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pools: Rc<RefCell<Vec<Rc<Pool>>>>,
    sweeper: RefCell<Option<OwnedTask>>,
}

/// The connections to one upstream.
#[derive(Debug)]
pub(super) struct Pool {
    upstream: Arc<Upstream>,
    /// Unused connections over HTTP/1.1, the last used one at the end.
    unused: RefCell<Vec<(Http1, Instant)>>,
    /// The connection over HTTP/2, with the time of its last request.
    shared: RefCell<Option<(Http2, Instant)>>,
}

impl Pools {
    /// The pool of an upstream. The upstream of another configuration is another upstream.
    pub(super) fn of(&self, upstream: &Arc<Upstream>) -> Rc<Pool> {
        let mut pools = self.pools.borrow_mut();
        if let Some(pool) = pools.iter().find(|pool| Arc::ptr_eq(&pool.upstream, upstream)) {
            return Rc::clone(pool);
        }
        let pool = Rc::new(Pool::new(Arc::clone(upstream)));
        pools.push(Rc::clone(&pool));
        self.sweeper
            .borrow_mut()
            .get_or_insert_with(|| OwnedTask::start(sweep(Rc::downgrade(&self.pools))));
        pool
    }
}

/// Closes unused connections, and drops the pools without any.
async fn sweep(pools: Weak<RefCell<Vec<Rc<Pool>>>>) {
    loop {
        sleep(SWEEP_TIME).await;
        let Some(pools) = pools.upgrade() else { return };
        pools.borrow_mut().retain(|pool| {
            pool.close_unused();
            !pool.is_empty() || Rc::strong_count(pool) > 1
        });
    }
}

impl Pool {
    fn new(upstream: Arc<Upstream>) -> Self {
        Self {
            upstream,
            unused: RefCell::default(),
            shared: RefCell::default(),
        }
    }

    pub(super) fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// An unused connection over HTTP/1.1 that may serve a request. Others are closed on the way.
    pub(super) fn take(&self) -> Option<Http1> {
        let mut unused = self.unused.borrow_mut();
        while let Some((connection, since)) = unused.pop() {
            if since.elapsed() < IDLE_TIME && connection.is_quiet() {
                connection.begin_again();
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for another request after its exchange. Closes it if it may not serve
    /// one, or if there are enough.
    pub(super) fn keep(&self, connection: Http1) {
        let mut unused = self.unused.borrow_mut();
        if connection.is_reusable() && unused.len() < IDLE_CONNECTIONS {
            unused.push((connection, Instant::now()));
        }
    }

    /// The connection over HTTP/2, if there is one.
    pub(super) fn http2(&self) -> Option<Http2> {
        let mut shared = self.shared.borrow_mut();
        let (connection, used) = shared.as_mut().filter(|(connection, _)| connection.is_open())?;
        *used = Instant::now();
        Some(connection.clone())
    }

    /// Lets later requests use a connection over HTTP/2.
    pub(super) fn share(&self, connection: Http2) {
        *self.shared.borrow_mut() = Some((connection, Instant::now()));
    }

    fn close_unused(&self) {
        self.unused
            .borrow_mut()
            .retain(|(connection, since)| since.elapsed() < IDLE_TIME && connection.is_quiet());
        self.shared
            .borrow_mut()
            .take_if(|(connection, used)| used.elapsed() >= IDLE_TIME || !connection.is_open());
    }

    fn is_empty(&self) -> bool {
        self.unused.borrow().is_empty() && self.shared.borrow().is_none()
    }
}
