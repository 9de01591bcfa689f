//! A faulty disk: a library that `LD_PRELOAD` puts before the C library of a server. The disk loses
//! unsynced writes at a power cut, and fails calls.
//!
//! Every call goes through to the system. Beside the watched folder the library keeps a shadow of
//! what is *certain* to be there after a power cut: bytes once `fsync` or `fdatasync` of their file
//! succeeded, names once `fsync` of their folder did. A test kills the server, puts the shadow in
//! the place of the folder, and starts the server again.
//!
//! The flow, top down: [`calls`] replaces functions of the C library, [`watched`] selects files,
//! [`shadow`] keeps their bytes, [`names`] their names.
//!
//! | variable | means |
//! |---|---|
//! | `FAULTY_DISK_WATCH` | the watched folder, which must be there. Without it nothing is done |
//! | `FAULTY_DISK_SHADOW` | an empty folder on the same file system: `names` is what a power cut leaves of the watched folder |
//! | `FAULTY_DISK_KEEPS_SOME` | some unsynced writes are certain: of three writes one, and one by half |
//! | `FAULTY_DISK_DENY_SYNC` | a sync does nothing and reports success: a test must then find data missing |
//! | `FAULTY_DISK_FAULTS` | a file. While it holds `write 28`, writes fail with error 28; with `sync 5 -wal`, syncs of files that end so |
//!
//! A write by another way than those in [`calls`], or through mapped memory, is missing from the
//! shadow and fails the test. Files that end in `-shm` are left out: SQLite maps them, never syncs
//! them, and makes them anew from the log.

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
