//! New configurations and secrets while the proxy runs.

use super::scene::{ProxyScene, RunningProxy, get};
use crate::support::{TestFolder, wait_for};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const REJECTED: &str = "the new configuration is rejected";
const TAKEN: &str = r#"edgewrit_configurations_total{label="taken"}"#;
const REFUSED: &str = r#"edgewrit_configurations_total{label="refused"}"#;
const CURRENT: &str = "edgewrit_configuration_current";

/// Waits until a request is answered with `status`.
fn becomes(scene: &ProxyScene, proxy: &RunningProxy, path: &str, status: u16) {
    wait_for(|| (scene.get(proxy, path).0 == status).then_some(()));
}

/// Does `meanwhile` while several threads send requests. Each must be permitted.
fn under_load(scene: &ProxyScene, proxy: &RunningProxy, meanwhile: impl FnOnce()) {
    let (is_over, permitted) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let (status, body) = scene.search(proxy);
                    assert_eq!(status, 200, "{body}");
                    permitted.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // The threads end also if `meanwhile` fails.
        let _end = EndOfLoad(&is_over);
        meanwhile();
        let enough = permitted.load(Ordering::Relaxed) + 10;
        wait_for(|| (permitted.load(Ordering::Relaxed) >= enough).then_some(()));
    });
}

struct EndOfLoad<'a>(&'a AtomicBool);

impl Drop for EndOfLoad<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_changed_file_is_taken_and_no_request_is_refused() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    assert_eq!(scene.get(&proxy, "/more").0, 404);
    under_load(&scene, &proxy, || {
        for _ in 0..2 {
            scene.configure(&scene.wide_config());
            becomes(&scene, &proxy, "/more", 200);
            scene.configure(&scene.config);
            becomes(&scene, &proxy, "/more", 404);
        }
    });
    proxy.becomes(TAKEN, 5);
    assert_eq!((proxy.metric(REFUSED), proxy.metric(CURRENT)), (0, 1));
    // Verified writs are still known after a configuration that continues the one before.
    assert!(proxy.metric("edgewrit_cache_hits_total") > 0);
}

#[test]
fn a_signal_reloads_at_once() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    for taken in 2..5 {
        proxy.signal("-HUP");
        proxy.becomes(TAKEN, taken);
    }
    assert_eq!(scene.search(&proxy).0, 200);
}

#[test]
fn a_configuration_with_a_fault_is_rejected_with_its_place() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    scene.configure(
        &scene
            .config
            .replace("action: search", "akction: search, action: search"),
    );
    let line = proxy.line(REJECTED);
    assert!(line.contains("edge.yaml:10:45: /operations/0/akction: "), "{line}");
    proxy.becomes(REFUSED, 1);
    assert_eq!((proxy.metric(TAKEN), proxy.metric(CURRENT)), (1, 0));
    assert_eq!((scene.search(&proxy).0, proxy.page("/readyz").0), (200, 200));
    scene.configure(&scene.wide_config());
    becomes(&scene, &proxy, "/more", 200);
    proxy.becomes(CURRENT, 1);
    // A file is read more than once, and reported once.
    assert_eq!(proxy.lines(REJECTED).len(), 1);
}

#[test]
fn a_missing_configuration_is_rejected_until_it_is_back() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    fs::remove_file(scene.place.folder().join("edge.yaml")).unwrap();
    assert!(proxy.line(REJECTED).contains("edge.yaml: "));
    assert_eq!(scene.search(&proxy).0, 200);
    scene.configure(&scene.wide_config());
    becomes(&scene, &proxy, "/more", 200);
}

/// Puts secrets into a folder as Kubernetes does: a link to a folder with links to its files.
fn mount(folder: &Path, version: &str, secrets: &[(&str, &str)]) {
    let data = folder.join(version);
    fs::create_dir_all(&data).unwrap();
    for (name, value) in secrets {
        fs::write(data.join(name), value).unwrap();
        fs::set_permissions(data.join(name), Permissions::from_mode(0o400)).unwrap();
        let _is_there = symlink(Path::new("..data").join(name), folder.join(name));
    }
    symlink(version, folder.join("..new")).unwrap();
    fs::rename(folder.join("..new"), folder.join("..data")).unwrap();
}

#[test]
fn changed_secrets_are_taken_and_broken_ones_are_rejected() {
    let mut scene = ProxyScene::new();
    let origin = scene.api.origin();
    let with_credential = format!("{{origin: \"{origin}\", credential: {{set: {{x-key: \"${{secret:API_KEY}}\"}}}}}}");
    scene.config = scene
        .config
        .replace(&format!("{{origin: \"{origin}\"}}"), &with_credential);
    assert!(scene.config.contains("API_KEY"), "{}", scene.config);
    scene.configure(&scene.config);
    let folder = scene.place.folder().join("secrets");
    let edge_key = scene.credential.as_str();
    mount(&folder, "..1", &[("EDGE_KEY", edge_key), ("API_KEY", "first-secret\n")]);
    let proxy = scene.proxy_with(&["--secrets", &folder.display().to_string()]);
    assert_eq!(scene.search(&proxy), (200, "1 first-secret".to_owned()));
    under_load(&scene, &proxy, || {
        mount(&folder, "..2", &[("EDGE_KEY", edge_key), ("API_KEY", "second-secret")]);
        wait_for(|| scene.search(&proxy).1.ends_with(" second-secret").then_some(()));
        mount(&folder, "..3", &[("EDGE_KEY", edge_key), ("API_KEY", "")]);
        let line = proxy.line(REJECTED);
        assert!(
            line.contains("edge.yaml:") && line.contains("the secret `API_KEY` is empty"),
            "{line}"
        );
        assert!(scene.search(&proxy).1.ends_with(" second-secret"));
        mount(&folder, "..4", &[("EDGE_KEY", edge_key)]);
        // The link of the secret leads nowhere.
        wait_for(|| proxy.lines("API_KEY: No such file").first().cloned());
    });
    assert_eq!((proxy.metric(REFUSED), proxy.metric(CURRENT)), (2, 0));
}

#[test]
fn a_request_ends_under_the_configuration_under_which_it_began() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    scene.api.hold(true);
    thread::scope(|scope| {
        let held = scope.spawn(|| scene.search(&proxy));
        wait_for(|| (scene.api.requests() == 1).then_some(()));
        scene.configure(&scene.config.replace("GET /flights", "GET /other"));
        proxy.becomes(TAKEN, 2);
        scene.api.hold(false);
        assert_eq!(held.join().unwrap(), (200, "1".to_owned()));
    });
    becomes(&scene, &proxy, "/flights", 404);
}

#[test]
fn another_issuer_is_trusted_together_with_its_first_bundle() {
    let (scene, other) = (ProxyScene::new(), ProxyScene::new());
    let proxy = scene.proxy_with(&["--secrets", &shared_secrets(&scene, &other)]);
    let to_other = other.config.replace("${secret:EDGE_KEY}", "${secret:OTHER_KEY}");
    let url = format!("{}/flights", proxy.url);
    assert_eq!(get(&url, Some(&other.writ)).unwrap().0, 401);
    scene.configure(&to_other);
    let mut answers = Vec::new();
    wait_for(|| {
        let answered = [&scene.writ, &other.writ].map(|writ| get(&url, Some(writ)).unwrap().0);
        answers.push(answered);
        (answered == [401, 200]).then_some(())
    });
    // The first issuer's writs end with its configuration, and no answer lacks a bundle.
    let expected = |answered: &[u16; 2]| answered.iter().all(|status| [200, 401].contains(status));
    assert!(answers.iter().all(expected), "{answers:?}");
    assert_eq!(other.api.requests(), 1);
}

/// A folder with the credentials of both edges. Returns its path.
fn shared_secrets(scene: &ProxyScene, other: &ProxyScene) -> String {
    let folder = scene.place.folder().join("secrets");
    let secrets = [
        ("EDGE_KEY", scene.credential.as_str()),
        ("OTHER_KEY", &other.credential),
    ];
    mount(&folder, "..1", &secrets);
    folder.display().to_string()
}

#[test]
fn a_configuration_whose_issuer_gives_no_bundle_is_rejected_until_it_does() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    let unknown = TestFolder::new();
    let elsewhere = unknown.serve_with(&["--listen", "127.0.0.1:0"]);
    scene.configure(&scene.config.replace(&scene.issuer.url, &elsewhere.url));
    let line = proxy.line(REJECTED);
    assert!(line.contains("gave no bundle"), "{line}");
    assert_eq!((scene.search(&proxy).0, proxy.metric(CURRENT)), (200, 0));
    scene.configure(&scene.wide_config());
    becomes(&scene, &proxy, "/more", 200);
    assert_eq!(proxy.metric(CURRENT), 1);
}

#[test]
fn less_time_for_bundles_refuses_no_request() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    under_load(&scene, &proxy, || {
        scene.configure(&scene.wide_config().replace("\nedge:", "\nfreshness: 8\nedge:"));
        becomes(&scene, &proxy, "/more", 200);
        // Longer than the old configuration would have let the issuer wait with its answer.
        let taken = r#"edgewrit_bundles_total{label="taken"}"#;
        let enough = proxy.metric(taken) + 3;
        wait_for(|| (proxy.metric(taken) >= enough).then_some(()));
    });
}
