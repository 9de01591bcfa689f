//! Starts of forward auth, and each fault that prevents one.

use super::scene::ProxyScene;
use super::start::fail_with;
use crate::support::CommandResult;

/// The scene with a configuration that names the hosts of the edge.
fn scene_with_hosts() -> ProxyScene {
    let mut scene = ProxyScene::new();
    scene.config = format!("{}hosts: [api.example]\n", scene.config);
    scene.configure(&scene.config);
    scene
}

#[test]
fn an_open_listener_needs_a_secret() {
    let scene = scene_with_hosts();
    let open = ["--forward-auth", "nginx", "--listen", "0.0.0.0:0"];
    fail_with(&scene, &open, "`--listen`: other machines can reach `0.0.0.0:0`");
    let start = |secret: Option<&str>| {
        let named = [&open[..], &["--forward-auth-secret", "FRONT"]].concat();
        let mut command = scene.command(&named);
        match secret {
            Some(secret) => command.env("FRONT", secret),
            None => command.env_remove("FRONT"),
        };
        CommandResult::of(command.output().unwrap()).failed()
    };
    for (secret, expected) in [
        (
            None,
            "the secret `FRONT` is missing: there is no such environment variable",
        ),
        (Some(""), "`--forward-auth-secret`: expected at least 16 characters"),
        (
            Some("fifteen-charac."),
            "`--forward-auth-secret`: expected at least 16 characters",
        ),
        (Some("sixteen charact."), "printable ASCII without spaces"),
    ] {
        let said = start(secret);
        assert!(said.len() == 1 && said[0].contains(expected), "{expected}: {said:?}");
    }
}

#[test]
fn a_configuration_without_hosts_is_named() {
    let scene = ProxyScene::new();
    let listen = ["--forward-auth", "traefik", "--listen", "127.0.0.1:0"];
    fail_with(&scene, &listen, "`--forward-auth`: the configuration has no `hosts`");
}

#[test]
fn the_log_says_at_the_start_what_is_lost() {
    let scene = scene_with_hosts();
    let proxy = scene.proxy_with(&["--forward-auth", "envoy", "--forward-auth-credentials"]);
    for text in [
        "which may differ from the judged request",
        "a response goes on after its writ has ended",
        "gets the credentials of the upstreams",
    ] {
        assert!(proxy.line(text).contains(r#""level":"WARN""#), "{text}");
    }
}
