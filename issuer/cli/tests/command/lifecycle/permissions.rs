//! The issuer does not start, and no command continues, on files and folders that other users can
//! use or that are links.

use crate::support::{TestFolder, mode, wait_for};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

const SECRET: &str = "what only the operator knows\n";
/// A user that the tests do not run as.
const OTHER_USER: u32 = 4_711;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A folder whose issuer ran and stopped.
fn run_issuer_once() -> TestFolder {
    let place = TestFolder::new();
    assert!(place.serve().stop().success());
    place
}

/// The message of a server that does not start. A server that starts is stopped, and fails the
/// test.
fn start_error(place: &TestFolder, more: &[&str]) -> String {
    let args = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
    let mut child = place.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let _ended = wait_for(|| {
        let listens = fs::read_to_string(place.data().join("listening")).is_ok_and(|url| url.starts_with("http"));
        if listens {
            child.kill().unwrap();
        }
        child.try_wait().unwrap()
    });
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "it served: {said}");
    said
}

fn assert_starts(place: &TestFolder, more: &[&str]) {
    let args = [&["--listen", "127.0.0.1:0"], more].concat();
    assert!(place.serve_with(&args).stop().success());
}

/// The files of a data directory that are there when no server runs.
fn files(place: &TestFolder) -> Vec<String> {
    let keys = fs::read_dir(place.data().join("keys")).unwrap();
    let keys = keys.map(|key| format!("keys/{}", key.unwrap().file_name().display()));
    let others = ["lock", "issuer.db", "issuer.db-wal", "issuer"].map(str::to_owned);
    let files: Vec<_> = others.into_iter().chain(keys).collect();
    assert!(
        files.len() >= 4 + 11 && files.iter().all(|file| place.data().join(file).exists()),
        "{files:?}"
    );
    files
}

#[test]
fn no_file_of_the_data_directory_is_a_link() {
    let place = run_issuer_once();
    let elsewhere = place.folder().join("elsewhere");
    for name in files(&place) {
        let path = place.data().join(&name);
        fs::rename(&path, &elsewhere).unwrap();
        let before = fs::read(&elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        let said = start_error(&place, &[]);
        assert!(
            said.contains(&name) && said.contains("is a symbolic link"),
            "{name}: {said}"
        );
        assert!(path.is_symlink() && fs::read(&elsewhere).unwrap() == before, "{name}");
        fs::remove_file(&path).unwrap();
        fs::rename(&elsewhere, &path).unwrap();
    }
    assert_starts(&place, &[]);
}

#[test]
fn no_file_that_the_issuer_makes_is_a_link() {
    let place = run_issuer_once();
    for name in ["issuer.db-shm", "issuer.db-journal", "listening", "admin.sock"] {
        let path = place.data().join(name);
        let _not_there = fs::remove_file(&path);
        for target in [place.folder().join("nowhere"), place.file("elsewhere", "x").into()] {
            symlink(&target, &path).unwrap();
            let said = start_error(&place, &[]);
            assert!(
                said.contains(name) && said.contains("is a symbolic link"),
                "{name}: {said}"
            );
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(fs::read(place.folder().join("elsewhere")).unwrap(), b"x");
        assert!(!place.folder().join("nowhere").exists());
    }
    // What is written aside is made anew.
    symlink(place.folder().join("elsewhere"), place.data().join("listening.new")).unwrap();
    assert_starts(&place, &[]);
    assert_eq!(fs::read(place.folder().join("elsewhere")).unwrap(), b"x");
}

#[test]
fn no_folder_of_the_issuer_is_a_link() {
    let place = run_issuer_once();
    for folder in [place.data().join("keys"), place.data()] {
        let elsewhere = place.folder().join("elsewhere");
        fs::rename(&folder, &elsewhere).unwrap();
        symlink(&elsewhere, &folder).unwrap();
        assert!(start_error(&place, &[]).contains("is a symbolic link"));
        fs::remove_file(&folder).unwrap();
        fs::rename(&elsewhere, &folder).unwrap();
    }
    // What lies above the data directory is the system's.
    symlink(place.folder(), place.folder().join("above")).unwrap();
    let data = place.folder().join("above/data").to_string_lossy().into_owned();
    assert_starts(&place, &["--data", &data]);
}

#[test]
fn no_file_of_the_data_directory_can_be_used_by_other_users() {
    let place = run_issuer_once();
    let names = files(&place)
        .into_iter()
        .map(|name| (name, "600", [0o640, 0o620, 0o604, 0o602, 0o601]));
    let folders = ["keys", ""].map(|name| (name.to_owned(), "700", [0o740, 0o720, 0o704, 0o702, 0o777]));
    for (name, expected, modes) in names.chain(folders) {
        let path = place.data().join(&name);
        let usual = mode(&path);
        for found in modes {
            set_mode(&path, found);
            let said = start_error(&place, &[]);
            let mends = format!("chmod {expected} ");
            let expected = format!("mode is `{found:o}`, expected `{expected}`");
            assert!(
                said.contains(&name) && said.contains(&expected) && said.contains(&mends),
                "{name}: {said}"
            );
        }
        set_mode(&path, usual);
    }
    assert_starts(&place, &[]);
}

#[test]
fn nothing_of_the_data_directory_belongs_to_another_user() {
    let place = run_issuer_once();
    let own = fs::metadata(place.data())
        .map(|data| std::os::unix::fs::MetadataExt::uid(&data))
        .unwrap();
    for name in files(&place).into_iter().chain(["keys".to_owned(), String::new()]) {
        let path = place.data().join(&name);
        if chown(&path, Some(OTHER_USER), None).is_err() {
            // Only root can give a file away. What is decided of owners is tested beside the
            // function.
            return;
        }
        let said = start_error(&place, &[]);
        let expected = format!("owner is `{OTHER_USER}`, expected `{own}`");
        assert!(
            said.contains(&name) && said.contains(&expected) && said.contains("chown"),
            "{name}: {said}"
        );
        chown(&path, Some(own), None).unwrap();
    }
}

#[test]
fn every_command_checks_the_data_directory() {
    let place = run_issuer_once();
    let database = place.data().join("issuer.db");
    let commands: [&[&str]; 5] = [
        &["keys", "list"],
        &["audit", "verify"],
        &["audit", "export"],
        &["backup", "copy"],
        &["revoke", "all"],
    ];
    for (path, usual, widened) in [(place.data(), 0o700, 0o750), (database, 0o600, 0o640)] {
        set_mode(&path, widened);
        for command in commands {
            let said = place.run(command).failed();
            assert!(said[0].contains("expected `"), "{command:?}: {said:?}");
        }
        let readable = [commands[1], &["--group-readable"]].concat();
        place.run(&readable).ok();
        let mut command = place.command(commands[0]);
        command.env("EDGEWRIT_GROUP_READABLE", "true");
        assert!(command.output().unwrap().status.success());
        set_mode(&path, usual);
    }
    set_mode(&place.data(), 0o755);
    assert!(place.run(&["init"]).failed()[0].contains("mode is `755`"));
    assert!(place.run(&["init", "--group-readable"]).failed()[0].contains("mode is `755`"));
}

#[test]
fn a_socket_that_other_users_can_use_is_not_used() {
    let place = TestFolder::new();
    let _server = place.serve();
    let socket = place.data().join("admin.sock");
    set_mode(&socket, 0o666);
    let said = place.run(&["keys", "list"]).failed();
    assert!(
        said[0].contains("admin.sock") && said[0].contains("mode is `666`"),
        "{said:?}"
    );
}

/// Widens the whole data directory, as Kubernetes does that gives a volume to a group.
fn widen(place: &TestFolder, folders: u32, bits: u32) {
    for name in files(place) {
        set_mode(&place.data().join(name), bits);
    }
    for folder in ["keys", ""] {
        set_mode(&place.data().join(folder), folders);
    }
}

#[test]
fn group_readable_files_are_accepted_with_the_flag() {
    let place = run_issuer_once();
    place.run(&["init"]).ok();
    let settings = place.data().join("edgewrit.yaml");
    widen(&place, 0o2750, 0o640);
    assert!(start_error(&place, &[]).contains("--group-readable"));
    assert_starts(&place, &["--group-readable"]);
    let mut command = place.serve_command();
    command.env("EDGEWRIT_GROUP_READABLE", "true");
    assert!(place.start(&mut command).stop().success());
    fs::write(&settings, "group_readable: true\n").unwrap();
    assert_starts(&place, &[]);
    // The flag comes first.
    start_error(&place, &["--group-readable=false"]);
    for (folders, bits) in [(0o750, 0o660), (0o770, 0o640), (0o755, 0o640), (0o750, 0o644)] {
        widen(&place, folders, bits);
        let said = start_error(&place, &[]);
        assert!(!said.contains("--group-readable"), "it would not help: {said}");
    }
}

/// Secrets as Kubernetes lays them out, and the path of one.
fn volume(place: &TestFolder) -> PathBuf {
    let volume = place.folder().join("volume");
    fs::create_dir_all(volume.join("..2026_05_10")).unwrap();
    let secret = volume.join("..2026_05_10/admin");
    fs::write(&secret, SECRET).unwrap();
    set_mode(&secret, 0o440);
    symlink("..2026_05_10", volume.join("..data")).unwrap();
    symlink("..data/admin", volume.join("admin")).unwrap();
    volume
}

#[test]
fn a_secret_of_kubernetes_is_read_through_its_links() {
    let place = TestFolder::new();
    let volume = volume(&place);
    let secret = volume.join("admin").to_string_lossy().into_owned();
    let said = start_error(&place, &["--admin-secret-file", &secret]);
    assert!(
        said.contains("mode is `440`") && said.contains("--group-readable"),
        "{said}"
    );
    assert_starts(&place, &["--admin-secret-file", &secret, "--group-readable"]);
    set_mode(&volume.join("..2026_05_10/admin"), 0o400);
    assert_starts(&place, &["--admin-secret-file", &secret]);
}

#[test]
fn a_secret_is_not_read_through_a_link_out_of_its_folder() {
    let place = TestFolder::new();
    place.secret_file(SECRET);
    let folder = place.folder().join("secrets");
    fs::create_dir(&folder).unwrap();
    let secret = folder.join("admin");
    for (target, why) in [
        ("../secret", "out of its folder"),
        ("/etc/hostname", "out of its folder"),
        ("nowhere", "No such file"),
    ] {
        symlink(target, &secret).unwrap();
        let said = start_error(&place, &["--admin-secret-file", &secret.to_string_lossy()]);
        assert!(said.contains("secrets/admin: ") && said.contains(why), "{said}");
        fs::remove_file(&secret).unwrap();
    }
}

#[test]
fn settings_that_other_users_can_write_are_not_followed() {
    let place = TestFolder::new();
    place.run(&["init"]).ok();
    let settings = place.data().join("edgewrit.yaml");
    for found in [0o620, 0o602, 0o666, 0o664] {
        set_mode(&settings, found);
        assert!(start_error(&place, &[]).contains("expected `644`"), "{found:o}");
    }
    for accepted in [0o644, 0o640, 0o600, 0o444] {
        set_mode(&settings, accepted);
        assert_starts(&place, &[]);
    }
    fs::remove_file(&settings).unwrap();
    // A link that leads nowhere is not the absence of settings.
    symlink("nowhere", &settings).unwrap();
    assert!(start_error(&place, &[]).contains("edgewrit.yaml"));
    let said = start_error(&place, &["--config", "/nowhere/at/all"]);
    assert!(said.contains("there is no such file"), "{said}");
}

#[test]
fn the_lines_of_the_audit_go_to_no_file_that_other_users_control() {
    let place = TestFolder::new();
    let folder = place.folder().join("log");
    fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o755);
    let (log, elsewhere) = (folder.join("audit.jsonl"), place.file("elsewhere", "x"));
    let args = ["--audit-log", &log.to_string_lossy()];
    symlink(&elsewhere, &log).unwrap();
    assert!(start_error(&place, &args).contains("is a symbolic link"));
    fs::remove_file(&log).unwrap();
    assert_starts(&place, &args);
    assert_eq!(
        (mode(&log), fs::read_to_string(&elsewhere).unwrap().as_str()),
        (0o600, "x")
    );
    for (found, accepted) in [(0o640, true), (0o604, false), (0o660, false)] {
        set_mode(&log, found);
        start_error(&place, &args);
        let readable = [&args[..], &["--group-readable"]].concat();
        if accepted {
            assert_starts(&place, &readable);
        } else {
            start_error(&place, &readable);
        }
    }
    set_mode(&log, 0o600);
    for found in [0o777, 0o1777, 0o775] {
        set_mode(&folder, found);
        assert!(start_error(&place, &args).contains("expected `755`"));
    }
}

#[test]
fn a_backup_is_a_new_folder_that_only_the_owner_can_use() {
    let place = TestFolder::new();
    let _server = place.serve();
    let copy = place.folder().join("copy");
    let to = copy.to_string_lossy().into_owned();
    symlink(place.folder().join("nowhere"), &copy).unwrap();
    assert!(place.run(&["backup", &to]).failed()[0].contains("there is something already"));
    assert!(!place.folder().join("nowhere").exists());
    fs::remove_file(&copy).unwrap();
    place.run(&["backup", &to]).ok();
    for name in ["", "keys"] {
        assert_eq!(mode(&copy.join(name)), 0o700);
        for file in fs::read_dir(copy.join(name)).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(
                mode(&path),
                if path.is_dir() { 0o700 } else { 0o600 },
                "{}",
                path.display()
            );
        }
    }
}
