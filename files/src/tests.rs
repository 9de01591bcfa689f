//! Each owner, each bit and each link, for each kind of file.

use super::own::make_own_directory;
use super::own::sync_directory_of;
use super::rule::{FileKind, FileRule, FoundFile, judge};
use super::*;
use rustix::process::geteuid;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const USER: u32 = 1_000;
const OTHER_USER: u32 = 4_711;
const BOTH: [GroupRead; 2] = [GroupRead::Refused, GroupRead::Accepted];
const SECRET: &[u8] = b"what only the operator knows";

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn folder_with(name: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, SECRET).unwrap();
    set_mode(&path, 0o600);
    (directory, path)
}

fn own(path: &Path) -> OwnFile {
    OwnFile::new(path.to_owned(), GroupRead::Refused)
}

fn fault<T>(found: Result<T, FileError>) -> Option<FileFault> {
    match found {
        Err(FileError::Refused(_, fault)) => Some(fault),
        _ => None,
    }
}

#[test]
fn every_mode_is_accepted_or_rejected_by_its_bits() {
    let rules = [
        (FileRule::OWN_FILE, 0o077, 0o040),
        (FileRule::OWN_DIRECTORY, 0o077, 0o050),
        (FileRule::OWN_SOCKET, 0o077, 0o040),
        (FileRule::SECRET, 0o077, 0o040),
        (FileRule::LOG_DIRECTORY, 0o022, 0),
        (FileRule::SETTINGS, 0o133, 0),
    ];
    for (rule, rejected, group_readable) in rules {
        for (group, mode) in BOTH
            .into_iter()
            .flat_map(|group| (0..=0o777).map(move |mode| (group, mode)))
        {
            let accepted = if group == GroupRead::Accepted {
                group_readable
            } else {
                0
            };
            let found = FoundFile {
                kind: rule.kind,
                owner: USER,
                mode,
            };
            let is_rejected = mode & rejected & 0o077 & !accepted != 0;
            let judged = judge(found, rule, group, USER);
            assert_eq!(judged.is_err(), is_rejected, "{rule:?} {group:?} {mode:o}");
        }
    }
}

#[test]
fn every_owner_but_the_user_is_rejected_and_root_where_the_operator_provides() {
    for (rule, or_root) in [
        (FileRule::OWN_FILE, false),
        (FileRule::OWN_DIRECTORY, false),
        (FileRule::OWN_SOCKET, false),
        (FileRule::LOG_DIRECTORY, true),
        (FileRule::SECRET, true),
        (FileRule::SETTINGS, true),
    ] {
        for (owner, accepted) in [(USER, true), (0, or_root), (OTHER_USER, false)] {
            let found = FoundFile {
                kind: rule.kind,
                owner,
                mode: 0o400,
            };
            for group in BOTH {
                assert_eq!(judge(found, rule, group, USER).is_ok(), accepted, "{rule:?} {owner}");
            }
        }
    }
}

#[test]
fn nothing_but_the_expected_kind_is_accepted() {
    let kinds = [
        FileKind::File,
        FileKind::Directory,
        FileKind::Socket,
        FileKind::Link,
        FileKind::Other,
    ];
    for rule in [
        FileRule::OWN_FILE,
        FileRule::OWN_DIRECTORY,
        FileRule::OWN_SOCKET,
        FileRule::SECRET,
    ] {
        for kind in kinds {
            let found = FoundFile {
                kind,
                owner: USER,
                mode: 0o400,
            };
            let judged = judge(found, rule, GroupRead::Accepted, USER);
            assert_eq!(judged.is_ok(), kind == rule.kind, "{rule:?} {kind:?}");
        }
    }
}

#[test]
fn an_own_file_is_written_for_its_owner_alone_and_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let file = own(&directory.path().join("secret.json"));
    assert!(file.read().unwrap().is_none());
    for content in [b"x".as_slice(), b"y"] {
        file.write(content).unwrap();
        assert_eq!(file.read().unwrap().unwrap(), content);
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        1,
        "nothing is left aside"
    );
}

#[test]
fn no_own_file_is_used_through_a_link() {
    let (_elsewhere, target) = folder_with("target");
    let (directory, _) = folder_with("file");
    let link = own(&directory.path().join("link"));
    for target in [target.as_path(), Path::new("file"), Path::new("nowhere")] {
        symlink(target, link.path()).unwrap();
        let mut options = OpenOptions::new();
        for found in [
            fault(link.open(options.read(true))),
            fault(link.open(options.append(true).create(true))),
            fault(link.read()),
            fault(link.look()),
            fault(link.make()),
            fault(link.write(b"x")),
        ] {
            assert_eq!(found, Some(FileFault::Link), "to {}", target.display());
        }
        link.remove().unwrap();
    }
    assert_eq!(fs::read(&target).unwrap(), SECRET);
    assert!(!directory.path().join("nowhere").exists());
}

#[test]
fn a_file_left_aside_by_a_crash_is_neither_followed_nor_kept() {
    let (directory, target) = folder_with("target");
    let file = own(&directory.path().join("key.json"));
    symlink(&target, directory.path().join("key.new")).unwrap();
    file.write(b"key").unwrap();
    assert_eq!(
        (fs::read(&target).unwrap(), file.read().unwrap().unwrap()),
        (SECRET.to_vec(), b"key".to_vec())
    );
    fs::write(directory.path().join("key.new"), "cut off").unwrap();
    file.write(b"another").unwrap();
    assert_eq!(file.read().unwrap().unwrap(), b"another");
}

#[test]
fn an_own_file_that_others_can_use_is_rejected_on_every_way_to_it() {
    let (_folder, path) = folder_with("secret");
    let file = own(&path);
    for mode in [0o601, 0o602, 0o604, 0o610, 0o620, 0o640, 0o644, 0o660, 0o666] {
        set_mode(&path, mode);
        for found in [
            fault(file.read()),
            fault(file.look()),
            fault(file.make()),
            fault(file.write(b"x")),
            fault(file.open(OpenOptions::new().append(true))),
        ] {
            assert!(
                matches!(found, Some(FileFault::Mode { found, expected: 0o600, .. }) if found == mode),
                "{mode:o}"
            );
        }
        let readable = OwnFile::new(path.clone(), GroupRead::Accepted);
        assert_eq!(readable.read().is_ok(), mode == 0o640, "{mode:o}");
    }
}

#[test]
fn a_folder_that_others_can_use_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    for mode in [
        0o701, 0o702, 0o704, 0o710, 0o720, 0o740, 0o750, 0o755, 0o770, 0o777, 0o1777,
    ] {
        set_mode(directory.path(), mode);
        let found = fault(open_own_directory(directory.path(), GroupRead::Refused));
        assert!(
            matches!(found, Some(FileFault::Mode { expected: 0o700, .. })),
            "{mode:o}"
        );
        let readable = open_own_directory(directory.path(), GroupRead::Accepted).is_ok();
        assert_eq!(readable, [0o710, 0o740, 0o750].contains(&mode), "{mode:o}");
    }
    // A folder hands its group down to what is made in it.
    set_mode(directory.path(), 0o2700);
    open_own_directory(directory.path(), GroupRead::Refused).unwrap();
    let (_file, path) = folder_with("file");
    assert!(open_own_directory(&path, GroupRead::Refused).is_err());
}

#[test]
fn a_folder_behind_a_link_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let (real, link) = (directory.path().join("real"), directory.path().join("link"));
    make_own_directory(&real, GroupRead::Refused).unwrap();
    for target in ["real", "nowhere"] {
        symlink(target, &link).unwrap();
        assert_eq!(
            fault(open_own_directory(&link, GroupRead::Refused)),
            Some(FileFault::Link)
        );
        assert_eq!(
            fault(make_own_directory(&link, GroupRead::Refused)),
            Some(FileFault::Link)
        );
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn a_folder_is_made_with_those_above_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/data");
    for _ in 0..2 {
        make_own_directory(&path, GroupRead::Refused).unwrap();
    }
    for made in ["a", "a/b", "a/b/data"] {
        let mode = fs::metadata(directory.path().join(made)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    assert!(sync_directory_of(Path::new("beside")).is_ok());
}

/// Gives `path` to another user, where the tests may.
fn give_away(path: &Path) -> bool {
    geteuid().is_root() && chown(path, Some(OTHER_USER), None).is_ok()
}

#[test]
fn a_file_of_another_user_is_rejected() {
    let (directory, path) = folder_with("secret");
    let secret = |group| read_provided(&path, Provided::Secret, group);
    let settings = || read_provided(&path, Provided::Settings, GroupRead::Refused);
    if give_away(&path) && give_away(directory.path()) {
        let directory = fault(open_own_directory(directory.path(), GroupRead::Accepted));
        for found in [
            fault(own(&path).read()),
            fault(own(&path).look()),
            directory,
            fault(secret(GroupRead::Accepted)),
            fault(settings()),
        ] {
            assert!(
                matches!(found, Some(FileFault::Owner { found: OTHER_USER, .. })),
                "{found:?}"
            );
        }
        return;
    }
    // Another user's file that every system has: root's.
    let root = Path::new("/");
    assert!(matches!(
        fault(open_own_directory(root, GroupRead::Refused)),
        Some(FileFault::Owner { found: 0, .. })
    ));
}

#[test]
fn a_secret_that_others_can_use_is_rejected() {
    let (_folder, path) = folder_with("secret");
    for mode in 0o400..=0o777 {
        set_mode(&path, mode);
        for group in BOTH {
            let accepted = if group == GroupRead::Accepted { 0o740 } else { 0o700 };
            let read = read_provided(&path, Provided::Secret, group);
            assert_eq!(read.is_ok(), mode & !accepted == 0, "{mode:o} {group:?}");
        }
        let settings = read_provided(&path, Provided::Settings, GroupRead::Refused);
        assert_eq!(settings.is_ok(), mode & 0o033 == 0, "{mode:o}");
    }
}

#[test]
fn a_secret_is_read_through_links_of_its_folder() {
    let (directory, _) = folder_with("plain");
    let inside = |name: &str| directory.path().join(name);
    // As Kubernetes lays a volume out.
    fs::create_dir(inside("..2026_05_10")).unwrap();
    fs::rename(inside("plain"), inside("..2026_05_10/secret")).unwrap();
    symlink("..2026_05_10", inside("..data")).unwrap();
    symlink("..data/secret", inside("secret")).unwrap();
    symlink("./..2026_05_10/../..data/./secret", inside("roundabout")).unwrap();
    symlink(fs::canonicalize(inside("secret")).unwrap(), inside("absolute")).unwrap();
    for name in ["secret", "roundabout", "absolute"] {
        let read = read_provided(&inside(name), Provided::Secret, GroupRead::Refused);
        assert_eq!(read.unwrap().unwrap(), SECRET, "{name}");
    }
    // The bits of a link say nothing; those of the file do.
    set_mode(&inside("..2026_05_10/secret"), 0o440);
    for group in BOTH {
        let read = read_provided(&inside("secret"), Provided::Secret, group);
        assert_eq!(read.is_ok(), group == GroupRead::Accepted);
    }
}

#[test]
fn a_link_out_of_its_folder_is_not_followed() {
    let (outside, target) = folder_with("target");
    let directory = outside.path().join("folder");
    fs::create_dir(&directory).unwrap();
    symlink("..", directory.join("up")).unwrap();
    symlink(outside.path(), directory.join("away")).unwrap();
    let targets = [
        target.as_path(),
        Path::new("../target"),
        Path::new("up/target"),
        Path::new("away/target"),
        Path::new("../folder/../target"),
        Path::new("../folder/link"),
        Path::new("/dev/null"),
    ];
    for target in targets {
        let link = directory.join("link");
        symlink(target, &link).unwrap();
        for what in [Provided::Secret, Provided::Settings] {
            let found = fault(read_provided(&link, what, GroupRead::Accepted));
            assert_eq!(found, Some(FileFault::LinkOut), "to {}", target.display());
        }
        fs::remove_file(link).unwrap();
    }
}

#[test]
fn what_leads_to_no_file_is_an_error_and_no_file_is_none() {
    let (directory, _) = folder_with("plain");
    let inside = |name: &str| directory.path().join(name);
    for (target, name) in [
        ("nowhere", "dangling"),
        ("round", "round"),
        (".", "folder"),
        ("plain/x", "through"),
    ] {
        symlink(target, inside(name)).unwrap();
        let read = read_provided(&inside(name), Provided::Settings, GroupRead::Refused);
        assert!(read.is_err(), "{name}");
    }
    for name in ["nowhere", "nowhere/at/all"] {
        let read = read_provided(&inside(name), Provided::Secret, GroupRead::Refused);
        assert!(read.unwrap().is_none(), "{name}");
    }
    for path in [directory.path(), Path::new("/"), Path::new("..")] {
        assert!(read_provided(path, Provided::Secret, GroupRead::Refused).is_err());
    }
}

#[test]
fn a_pipe_is_rejected_and_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&path)
        .status();
    assert!(made.unwrap().success());
    let expected = Some(FileFault::Kind("a regular file"));
    assert_eq!(fault(own(&path).read()), expected);
    assert_eq!(
        fault(read_provided(&path, Provided::Secret, GroupRead::Refused)),
        expected
    );
}

#[test]
fn a_file_is_read_up_to_a_limit() {
    let (_folder, path) = folder_with("secret");
    fs::write(&path, vec![b'x'; 1024 * 1024]).unwrap();
    assert_eq!(own(&path).read().unwrap().unwrap().len(), 1024 * 1024);
    fs::write(&path, vec![b'x'; 1024 * 1024 + 1]).unwrap();
    let large = Some(FileFault::Large(1024 * 1024));
    assert_eq!(fault(own(&path).read()), large);
    assert_eq!(fault(read_provided(&path, Provided::Secret, GroupRead::Refused)), large);
}

#[test]
fn an_error_names_the_path_and_the_command_that_mends_it() {
    let (directory, path) = folder_with("it's a secret");
    set_mode(&path, 0o640);
    let said = own(&path).read().unwrap_err().to_string();
    let quoted = format!("chmod 600 -- '{}/it'\\''s a secret'`", directory.path().display());
    for part in [
        "it's a secret: mode is `640`, expected `600`",
        &quoted,
        "--group-readable",
    ] {
        assert!(said.contains(part), "{said}");
    }
    set_mode(&path, 0o644);
    let said = own(&path).read().unwrap_err().to_string();
    assert!(!said.contains("--group-readable"), "{said}");
    let owner = FileFault::Owner {
        found: OTHER_USER,
        user: USER,
        or_root: true,
    };
    let said = FileError::Refused(PathBuf::from("/data"), owner).to_string();
    assert_eq!(
        said,
        "/data: owner is `4711`, expected `1000` or `0`: run this as user `4711`, or run `chown 1000 /data`"
    );
}
