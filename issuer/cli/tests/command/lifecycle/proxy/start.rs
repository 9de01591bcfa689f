//! Starts of a proxy, and each fault that prevents one.

use super::scene::{ProxyScene, free_address, shown};
use crate::support::CommandResult;
use std::net::TcpListener;

/// The messages of a proxy that does not start.
fn fail(scene: &ProxyScene, args: &[&str]) -> Vec<String> {
    CommandResult::of(scene.command(args).output().unwrap()).failed()
}

/// The one message of a proxy that does not start.
#[track_caller]
pub(super) fn fail_with(scene: &ProxyScene, args: &[&str], expected: &str) {
    let said = fail(scene, args);
    assert!(said.len() == 1 && said[0].contains(expected), "{expected}: {said:?}");
}

#[test]
fn the_first_request_is_permitted() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    assert_eq!(scene.search(&proxy), (200, "1".to_owned()));
}

#[test]
fn a_proxy_without_an_issuer_starts_after_a_while_and_refuses() {
    let scene = ProxyScene::new();
    scene.issuer.signal("-KILL");
    let proxy = scene.proxy();
    assert_eq!(scene.search(&proxy).0, 503);
    assert_eq!(proxy.page("/readyz").0, 503);
    assert!(proxy.line("serving without a bundle").contains("WARN"));
    assert!(proxy.line("the issuer cannot be called").contains("Connection refused"));
}

#[test]
fn a_folder_of_secrets_that_does_not_exist_is_named_with_its_option() {
    let scene = ProxyScene::new();
    let args = ["--listen", "127.0.0.1:0", "--secrets", "nowhere"];
    fail_with(&scene, &args, "`--secrets`: nowhere: there is no such folder");
}

#[test]
fn a_port_in_use_is_named_with_its_option() {
    let scene = ProxyScene::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let expected = format!("`--listen`: `{address}`: ");
    fail_with(&scene, &["--listen", &address.to_string()], &expected);
    let expected = format!("`--admin`: `{address}`: ");
    let port = address.port().to_string();
    fail_with(&scene, &["--listen", &free_address(), "--admin", &port], &expected);
}

#[test]
fn a_certificate_and_its_key_come_together_and_are_named_with_their_files() {
    let scene = ProxyScene::new();
    let listen = ["--listen", "127.0.0.1:0"];
    let (certificate, key) = (["--tls-cert", "cert.pem"], ["--tls-key", "key.pem"]);
    for alone in [certificate, key] {
        let output = scene.command(&[listen, alone].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    let both = [listen, certificate, key].concat();
    fail_with(&scene, &both, "`--tls-cert`: `cert.pem` does not exist");
    let file = scene.place.file("cert.pem", "text");
    let both = [listen, ["--tls-cert", &file], key].concat();
    let expected = format!("`--tls-cert`: `{file}`: there is no certificate in PEM");
    fail_with(&scene, &both, &expected);
}

#[test]
fn a_fault_of_the_configuration_is_named_with_line_and_column() {
    let scene = ProxyScene::new();
    scene.configure(&scene.config.replace("action: search", "akction: search"));
    let said = fail(&scene, &["--listen", "127.0.0.1:0"]);
    assert!(
        said.iter()
            .any(|line| line.contains("edge.yaml:10:45: /operations/0/akction: ")),
        "{said:?}"
    );
}

#[test]
fn a_missing_configuration_and_a_missing_secret_are_named() {
    let scene = ProxyScene::new();
    let listen = ["--listen", "127.0.0.1:0"];
    let missing = shown(&scene.place.folder().join("edge.yaml"));
    std::fs::rename(&missing, scene.place.folder().join("elsewhere.yaml")).unwrap();
    fail_with(&scene, &listen, &format!("{missing}: "));
    scene.configure(&scene.config);
    let mut command = scene.command(&listen);
    let said = CommandResult::of(command.env_remove("EDGE_KEY").output().unwrap()).failed();
    assert!(
        said.len() == 1 && said[0].contains("/edge/credential: the secret `EDGE_KEY` is not set"),
        "{said:?}"
    );
}
