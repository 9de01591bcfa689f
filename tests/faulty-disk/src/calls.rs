//! The replaced functions of the C library: the only module of this crate with `unsafe`.
//!
//! Each function calls the system directly, so that no function is looked up or calls itself. The
//! library's own files lie outside of the watched folder: the calls of the standard library for
//! them go straight through.

use crate::shadow::{Disk, UnsyncedChange};
use crate::watched::WatchedFile;
use libc::{c_int, c_long, c_void, off_t, off64_t, size_t, ssize_t};
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd as _;

/// Called by the loader, before the program does anything.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    Disk::begin();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(file: c_int, bytes: *const c_void, size: size_t) -> ssize_t {
    // SAFETY: the caller promises `size` readable bytes.
    let real = || unsafe { libc::syscall(libc::SYS_write, file, bytes, size) };
    // SAFETY: asks where a file stands.
    let end = || unsafe { libc::syscall(libc::SYS_lseek, file, 0, libc::SEEK_CUR) };
    written(file, bytes, real, |written| end() - written)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(file: c_int, bytes: *const c_void, size: size_t, at: off64_t) -> ssize_t {
    // SAFETY: the caller promises `size` readable bytes.
    let real = || unsafe { libc::syscall(libc::SYS_pwrite64, file, bytes, size, at) };
    written(file, bytes, real, |_| at)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, size: size_t, at: off_t) -> ssize_t {
    // SAFETY: the same function, since offsets have 64 bits here.
    unsafe { pwrite64(file, bytes, size, at) }
}

#[unsafe(no_mangle)]
extern "C" fn ftruncate64(file: c_int, length: off64_t) -> c_int {
    // SAFETY: numbers alone.
    let real = || unsafe { libc::syscall(libc::SYS_ftruncate, file, length) };
    let change = |_| UnsyncedChange::Length(length.unsigned_abs());
    status(changed(file, real, change))
}

#[unsafe(no_mangle)]
extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    ftruncate64(file, length)
}

#[unsafe(no_mangle)]
extern "C" fn fsync(file: c_int) -> c_int {
    // SAFETY: a number alone.
    synced(file, || unsafe { libc::syscall(libc::SYS_fsync, file) })
}

#[unsafe(no_mangle)]
extern "C" fn fdatasync(file: c_int) -> c_int {
    // SAFETY: a number alone.
    synced(file, || unsafe { libc::syscall(libc::SYS_fdatasync, file) })
}

/// Writes, and notes what was written, which can be less than what was asked for.
fn written(
    file: c_int,
    bytes: *const c_void,
    real: impl FnOnce() -> c_long,
    at: impl FnOnce(c_long) -> c_long,
) -> ssize_t {
    let change = |written: c_long| UnsyncedChange::Write {
        at: at(written).unsigned_abs(),
        // SAFETY: the system has just read that many bytes from there.
        bytes: unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), usize::try_from(written).unwrap_or_default()) }
            .to_vec(),
    };
    size(changed(file, real, change))
}

fn changed(file: c_int, real: impl FnOnce() -> c_long, change: impl FnOnce(c_long) -> UnsyncedChange) -> c_long {
    let Some((disk, watched)) = watched(file) else {
        return real();
    };
    disk.change(&watched, real, change).unwrap_or_else(fail)
}

fn synced(file: c_int, real: impl FnOnce() -> c_long) -> c_int {
    let Some((disk, watched)) = watched(file) else {
        return status(real());
    };
    status(disk.sync(&watched, real).unwrap_or_else(fail))
}

fn watched(file: c_int) -> Option<(&'static Disk, WatchedFile)> {
    let disk = Disk::of_process()?;
    if file < 0 {
        return None;
    }
    // SAFETY: borrowed for the time of the call, and never closed here.
    let open = ManuallyDrop::new(unsafe { File::from_raw_fd(file) });
    Some((disk, disk.watch.file(&open)?))
}

/// Fails as the system does.
fn fail(errno: i32) -> c_long {
    // SAFETY: the C library hands out where this thread's error number is.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// The answer of the system as a status, which always fits.
fn status(answer: c_long) -> c_int {
    c_int::try_from(answer).unwrap_or(-1)
}

/// A size is as large as a register.
fn size(answer: c_long) -> ssize_t {
    ssize_t::try_from(answer).unwrap_or(-1)
}
