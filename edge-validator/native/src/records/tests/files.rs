//! The files of the folder: their owner and permissions, and what a crash or another program left.

use super::super::RecordsError;
use super::super::backlog::FOLDER_BYTES;
use super::super::folder::RecordFolder;
use super::super::format::{Header, write_line};
use super::issuer::ScriptedIssuer;
use super::{TestRun, config, names, new_folder, records, segments, wait_until};
use edgewrit_files::{FileError, FileFault};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

const RUN: u64 = 7;
const SEGMENT: &str = "00000001.records";

/// The bytes of a segment with the records `{"n":1}` to `{"n":count}`.
fn segment(origin: &str, count: u64) -> Vec<u8> {
    let edge = config(origin, "edge").identity();
    let mut bytes = Header {
        edge,
        run: RUN,
        first: 1,
    }
    .to_line()
    .into_bytes();
    for number in 1..=count {
        write_line(&mut bytes, RUN, number, &format!(r#"{{"n":{number}}}"#));
    }
    bytes
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

fn fault(path: &Path) -> Option<FileFault> {
    match TestRun::of_edge(path, "http://127.0.0.1:1", "edge").err()? {
        RecordsError::Folder(FileError::Refused(_, fault)) => Some(fault),
        error => panic!("{error}"),
    }
}

#[test]
fn folder_and_files_are_for_the_user_alone() {
    let (_place, path) = new_folder();
    let run = TestRun::start(&path, "http://127.0.0.1:1");
    run.keep([0]);
    wait_until(|| !segments(&path).is_empty());
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&path), 0o700);
    for name in ["lock", SEGMENT] {
        assert_eq!(mode(&path.join(name)), 0o600, "{name}");
    }
    run.finish();
}

#[test]
fn a_folder_or_file_that_others_can_use_is_not_used() {
    let (_place, path) = new_folder();
    TestRun::start(&path, "http://127.0.0.1:1").finish();
    write(&path.join(SEGMENT), &segment("http://127.0.0.1:1", 1));
    for (name, good, bad) in [("", 0o700, 0o750), (SEGMENT, 0o600, 0o640), ("lock", 0o600, 0o602)] {
        let file = path.join(name);
        fs::set_permissions(&file, Permissions::from_mode(bad)).unwrap();
        let Some(FileFault::Mode {
            found,
            expected,
            group_readable,
        }) = fault(&path)
        else {
            panic!("{name}");
        };
        assert_eq!((found, expected, group_readable), (bad, good, false), "{name}");
        fs::set_permissions(&file, Permissions::from_mode(good)).unwrap();
    }
    assert_eq!(fault(&path), None);
}

#[test]
fn a_file_of_another_user_is_not_used() {
    let (_place, path) = new_folder();
    TestRun::start(&path, "http://127.0.0.1:1").finish();
    write(&path.join(SEGMENT), &segment("http://127.0.0.1:1", 1));
    // Only root can give a file away.
    if chown(path.join(SEGMENT), Some(4_711), None).is_ok() {
        assert!(matches!(fault(&path), Some(FileFault::Owner { found: 4_711, .. })));
    }
}

#[test]
fn a_link_is_not_followed() {
    let (place, path) = new_folder();
    TestRun::start(&path, "http://127.0.0.1:1").finish();
    let elsewhere = place.path().join("elsewhere");
    write(&elsewhere, &segment("http://127.0.0.1:1", 1));
    symlink(&elsewhere, path.join(SEGMENT)).unwrap();
    assert_eq!(fault(&path), Some(FileFault::Link));
    symlink(&path, place.path().join("link")).unwrap();
    assert_eq!(fault(&place.path().join("link")), Some(FileFault::Link));
}

#[test]
fn two_proxies_do_not_share_a_folder() {
    let (_place, path) = new_folder();
    let folder = RecordFolder::open(&path).unwrap();
    assert!(matches!(RecordFolder::open(&path), Err(FileError::Locked(_))));
    drop(folder);
    RecordFolder::open(&path).unwrap();
}

#[test]
fn a_segment_that_ends_at_any_byte_delivers_its_whole_lines() {
    let issuer = ScriptedIssuer::start();
    let whole = segment(&issuer.origin, 3);
    let header = segment(&issuer.origin, 0).len();
    let line = (whole.len() - header) / 3;
    // One segment for each length, each with a boot id of its own.
    for length in header..=whole.len() {
        let (_place, path) = new_folder();
        drop(RecordFolder::open(&path).unwrap());
        issuer.with(|state| state.records.clear());
        write(&path.join(SEGMENT), &whole[..length]);
        let run = TestRun::start(&path, &issuer.origin);
        wait_until(|| segments(&path).is_empty());
        run.finish();
        let expected: Vec<_> = (1..=(length - header) / line)
            .map(|number| format!("\"n\":{number}"))
            .collect();
        assert_eq!(issuer.records(), expected, "{length}");
        assert_eq!(
            names(&path),
            [] as [&str; 0],
            "nothing is set aside, and no boot id is left: {length}"
        );
    }
}

#[test]
fn a_file_without_a_whole_header_is_set_aside() {
    let issuer = ScriptedIssuer::start();
    let header = segment(&issuer.origin, 0);
    for (name, bytes) in [
        (1, &b"\0\0\0\0"[..]),
        (2, b""),
        (3, &header[..header.len() - 1]),
        (4, b"edgewrit-records 2 0000000000000001 0000000000000001 1\n{}\n"),
    ] {
        let (_place, path) = new_folder();
        drop(RecordFolder::open(&path).unwrap());
        let file = format!("{name:08}");
        write(&path.join(format!("{file}.records")), bytes);
        let run = TestRun::start(&path, &issuer.origin);
        run.keep([0]);
        run.finish();
        let damaged = names(&path).into_iter().filter(|name| name.ends_with("damaged"));
        assert_eq!(damaged.collect::<Vec<_>>(), [format!("{file}.damaged")]);
    }
    assert_eq!(issuer.records().len(), 4, "new records are delivered all the same");
}

#[test]
fn the_start_removes_what_it_has_made_and_leaves_other_files() {
    let (_place, path) = new_folder();
    drop(RecordFolder::open(&path).unwrap());
    let own = ["00000000000000ab.boot", "00000000000000ab.new"];
    let others = ["notes.new", "notes.boot", "1.records", "000000001.records", "x"];
    for name in own.iter().chain(&others) {
        write(&path.join(name), b"x");
    }
    TestRun::start(&path, "http://127.0.0.1:1").finish();
    let mut expected = others;
    expected.sort_unstable();
    assert_eq!(names(&path), expected);
}

#[test]
fn a_segment_with_a_damaged_line_is_delivered_without_it_and_set_aside() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    drop(RecordFolder::open(&path).unwrap());
    let mut bytes = segment(&issuer.origin, 3);
    let at = bytes.windows(5).position(|window| window == b"\"n\":2").unwrap();
    bytes[at + 4] = b'9';
    write(&path.join(SEGMENT), &bytes);
    let run = TestRun::start(&path, &issuer.origin);
    wait_until(|| segments(&path).is_empty());
    assert_eq!(run.counts().lost, 1);
    run.finish();
    assert_eq!(issuer.records(), ["\"n\":1", "\"n\":3"]);
    assert_eq!(names(&path), ["00000001.damaged"]);
}

#[test]
fn records_of_another_edge_wait() {
    let issuer = ScriptedIssuer::start();
    let (_place, path) = new_folder();
    drop(RecordFolder::open(&path).unwrap());
    write(&path.join(SEGMENT), &segment(&issuer.origin, 3));
    let other = TestRun::of_edge(&path, &issuer.origin, "other").unwrap();
    other.keep([9]);
    wait_until(|| other.counts().delivered == 1);
    other.finish();
    assert_eq!(issuer.records(), records([9]));
    TestRun::start(&path, &issuer.origin).finish();
    assert_eq!(issuer.records().len(), 4);
}

#[tokio::test]
async fn a_full_folder_keeps_nothing_and_goes_on_when_there_is_room() {
    let issuer = ScriptedIssuer::start();
    issuer.with(|state| state.status = Some(503));
    let (_place, path) = new_folder();
    drop(RecordFolder::open(&path).unwrap());
    write(&path.join(SEGMENT), &segment(&issuer.origin, 3));
    let full = path.join("00000002.damaged");
    write(&full, b"");
    File::options()
        .write(true)
        .open(&full)
        .unwrap()
        .set_len(FOLDER_BYTES)
        .unwrap();
    let run = TestRun::start(&path, &issuer.origin);
    assert!(!run.has_room() && !run.keep_durably(0).await);
    run.finish_now().await;
    assert_eq!(names(&path), [SEGMENT, "00000002.damaged"]);
    fs::remove_file(full).unwrap();
    let run = TestRun::start(&path, &issuer.origin);
    assert!(run.has_room() && run.keep_durably(0).await);
    run.finish_now().await;
}
