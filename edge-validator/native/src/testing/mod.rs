//! Tools of the tests: an edge whose permits are real, and upstreams that count what they execute.

pub(crate) mod edge;
pub(crate) mod proxy;
pub(crate) mod scripted;
pub(crate) mod tls;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// Runs a test as the proxy runs its workers: on one thread.
pub(crate) fn on_one_thread<T>(test: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, test)
}

/// Polls a future once.
pub(crate) async fn poll_once<F: Future>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
