//! A disk that forgets what was not synced, and one that is full: a library that `LD_PRELOAD` puts before a server's own C library.
//!
//! Every call goes through to the system. Beside the watched folder a shadow is kept that holds what is *certain* to be there
//! after a power cut: bytes once `fsync` or `fdatasync` of their file succeeded, names once `fsync` of their folder did. A test kills
//! the server, puts the shadow in the place of the folder, and starts the server again.
//!
//! The flow, top down: [`calls`] stands in for the C library, [`watched`] says which of its files are meant, [`shadow`] holds their
//! bytes, [`names`] what they are called.
//!
//! | variable | means |
//! |---|---|
//! | `FORGETFUL_WATCH` | the watched folder, which must be there. Without it nothing is done |
//! | `FORGETFUL_SHADOW` | an empty folder on the same file system: `names` is what a power cut leaves of the watched folder |
//! | `FORGETFUL_PARTLY` | of what is not synced some is certain all the same: of three writes one, and one by half |
//! | `FORGETFUL_DENY_SYNC` | syncs are reported as successful and not done: with it a test has to find something missing |
//! | `FORGETFUL_TROUBLE` | a file. While it holds `write 28`, writes fail with error 28; with `sync 5 -wal`, syncs of files that end so |
//!
//! What is not noted is missing from the shadow, and fails the test: other ways to write than those in [`calls`], and mapped memory.
//! Left out are files that end in `-shm`: SQLite maps them, syncs them never, and makes them anew from the log.

#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "it takes the place of functions of the C library, which are found by name and take pointers; it is never delivered"
)]
mod calls;
#[cfg(target_os = "linux")]
mod names;
#[cfg(target_os = "linux")]
mod shadow;
#[cfg(target_os = "linux")]
mod watched;
