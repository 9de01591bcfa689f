//! What lives as long as the VM, and where the host's callbacks arrive.

use crate::abi::host::{self, Level};
use crate::root::{self, Heard, Root};
use crate::stream::{Stream, Turn};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the host does with the stream when a callback returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Passes it on to the next filter.
    Continue,
    /// Keeps it. Nothing reaches the upstream.
    Pause,
}

/// Time from configuration to the first tick, in milliseconds. Only then is the VM one that serves; others are thrown away.
const FIRST_TICK_MS: u32 = 10;
/// Time between ticks, in milliseconds.
const TICK_MS: u32 = 1_000;

/// Who waits for the response to a call of ours.
enum Caller {
    /// The root that follows the bundle.
    Bundle { root: u32 },
    /// A request that spends.
    Stream { stream: u32 },
}

/// Contexts and calls by the host's numbers, which it never uses twice.
struct Vm {
    roots: BTreeMap<u32, Root>,
    streams: BTreeMap<u32, Stream>,
    calls: BTreeMap<u32, Caller>,
    /// Whether a body has ever reached the filter.
    bodies_arrive: bool,
}

thread_local! {
    static VM: RefCell<Vm> = const { RefCell::new(Vm::new()) };
}

/// Runs a callback on the VM's state. Callbacks do not nest; if the host nested one, `otherwise` is what it would get.
fn enter<T>(otherwise: T, callback: impl FnOnce(&mut Vm) -> T) -> T {
    VM.with(|vm| match vm.try_borrow_mut() {
        Ok(mut vm) => callback(&mut vm),
        Err(_) => otherwise,
    })
}

/// A context begins. Roots begin with their configuration.
pub(crate) fn create(context: u32, root: u32) {
    if root != 0 {
        enter((), |vm| drop(vm.streams.insert(context, Stream::new(root))));
    }
}

/// A root gets its configuration, `size` bytes long. Every fault is a line in the log; false keeps Envoy from using it.
pub(crate) fn configure(root: u32, size: usize) -> bool {
    match Root::configured(size) {
        Ok(configured) => enter(false, |vm| {
            vm.roots.insert(root, configured);
            host::tick_every(FIRST_TICK_MS).is_ok()
        }),
        Err(faults) => {
            for fault in faults {
                host::log(Level::Error, &format!("configuration: {fault}"));
            }
            false
        }
    }
}

/// Time has passed.
pub(crate) fn tick(root: u32) {
    enter((), |vm| {
        vm.ask(root);
        vm.give_up_on_bodies(root);
    });
    if let Err(failure) = host::tick_every(TICK_MS) {
        host::log(Level::Error, &failure.to_string());
    }
}

/// A request's head has arrived.
pub(crate) fn request_headers(stream: u32, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.turn(stream, |stream, turn| stream.head(turn, end_of_stream))
    })
}

/// `size` bytes of a request's body have been buffered.
pub(crate) fn request_body(stream: u32, size: usize, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.bodies_arrive = true;
        vm.turn(stream, |stream, turn| stream.body(turn, size, end_of_stream))
    })
}

/// Trailers follow a request's body. They are part of no verdict.
pub(crate) fn request_trailers(stream: u32) -> Flow {
    enter(Flow::Pause, |vm| vm.turn(stream, Stream::broken_body))
}

/// The head of the response has arrived: the upstream's, ours, or Envoy's own.
pub(crate) fn response_headers(stream: u32) -> Flow {
    enter(Flow::Pause, |vm| {
        vm.streams.get_mut(&stream).map_or(Flow::Pause, Stream::response)
    })
}

/// A call of ours was answered, or failed and has no headers.
pub(crate) fn call_response(token: u32, headers: u32, body_size: usize) {
    let heard = Heard::read(headers, body_size);
    enter((), |vm| match vm.calls.remove(&token) {
        Some(Caller::Bundle { root }) => vm.hear(root, &heard),
        Some(Caller::Stream { stream }) => vm.spent(stream, &heard),
        None => {}
    });
}

/// A context ends.
pub(crate) fn delete(context: u32) {
    enter((), |vm| match vm.streams.get_mut(&context) {
        // It stays for the issuer's answer, which has to be written down.
        Some(stream) if stream.is_spending() => {}
        Some(_) => vm.end(context),
        None => vm.end_root(context),
    });
}

impl Vm {
    const fn new() -> Self {
        Self {
            roots: BTreeMap::new(),
            streams: BTreeMap::new(),
            calls: BTreeMap::new(),
            bodies_arrive: false,
        }
    }

    /// Runs a callback of one stream. A stream of a root that has no configuration is held for good.
    fn turn(&mut self, id: u32, callback: impl FnOnce(&mut Stream, &mut Turn<'_>) -> Flow) -> Flow {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Flow::Pause;
        };
        let Some(root) = self.roots.get(&stream.root()) else {
            return Flow::Pause;
        };
        let calls = &mut self.calls;
        let mut register = |token| {
            calls.insert(token, Caller::Stream { stream: id });
        };
        callback(
            stream,
            &mut Turn {
                root,
                register: &mut register,
            },
        )
    }

    fn ask(&mut self, root: u32) {
        if let Some(token) = self.roots.get_mut(&root).and_then(Root::ask) {
            self.calls.insert(token, Caller::Bundle { root });
        }
    }

    fn hear(&mut self, root: u32, heard: &Heard) {
        if let Some(root) = self.roots.get_mut(&root) {
            root.hear(heard.answer());
        }
        self.ask(root);
    }

    /// A stream's call to the issuer is over. The client may be gone by then, and with it the context.
    fn spent(&mut self, id: u32, heard: &Heard) {
        if host::speak_of(id).is_ok() {
            self.turn(id, |stream, turn| stream.spent(turn, heard));
        } else if let Some((stream, root)) = self.take(id) {
            stream.spent_in_vain(root, heard);
        }
    }

    /// Answers the requests of `root` whose bodies take too long.
    fn give_up_on_bodies(&mut self, root: u32) {
        let Ok(now) = root::now() else { return };
        let overdue = |stream: &Stream| stream.root() == root && stream.is_overdue(now);
        let ids: Vec<u32> = self
            .streams
            .iter()
            .filter(|(_, stream)| overdue(stream))
            .map(|(id, _)| *id)
            .collect();
        if !ids.is_empty() && !self.bodies_arrive {
            host::log(
                Level::Error,
                "no body has ever arrived: `allow_on_headers_stop_iteration: true` may be missing",
            );
        }
        for id in ids {
            if host::speak_of(id).is_ok() {
                self.turn(id, Stream::broken_body);
            }
        }
    }

    fn end(&mut self, id: u32) {
        if let Some((stream, root)) = self.take(id) {
            stream.end(root);
        }
    }

    fn take(&mut self, id: u32) -> Option<(Stream, &Root)> {
        let stream = self.streams.remove(&id)?;
        let root = self.roots.get(&stream.root())?;
        Some((stream, root))
    }

    fn end_root(&mut self, root: u32) {
        self.roots.remove(&root);
        self.streams.retain(|_, stream| stream.root() != root);
    }
}
