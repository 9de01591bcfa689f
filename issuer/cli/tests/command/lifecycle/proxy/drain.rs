//! The end of a proxy: requests in progress end, and no later request begins.

use super::scene::{ProxyScene, RunningProxy, get};
use crate::support::wait_for;
use std::net::TcpStream;
use std::thread;

/// Stops the proxy while a request is in progress.
fn stop_with_request(scene: &ProxyScene, proxy: &RunningProxy) {
    wait_for(|| (scene.api.requests() == 1).then_some(()));
    proxy.signal("-TERM");
    let address = proxy.url.strip_prefix("http://").unwrap();
    wait_for(|| TcpStream::connect(address).is_err().then_some(()));
}

#[test]
fn requests_in_progress_end_before_the_proxy_does() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    scene.api.hold(true);
    thread::scope(|scope| {
        let held = scope.spawn(|| scene.search(&proxy));
        stop_with_request(&scene, &proxy);
        assert_eq!(proxy.page("/readyz"), (503, "the proxy stops\n".to_owned()));
        assert_eq!(proxy.page("/healthz").0, 200);
        assert_eq!(proxy.metric("edgewrit_requests_open"), 1);
        assert!(!held.is_finished());
        scene.api.hold(false);
        assert_eq!(held.join().unwrap(), (200, "1".to_owned()));
    });
    // The record of the request is printed before the end.
    proxy.line(r#""verdict":"permit""#);
    assert!(proxy.wait_for_end().success());
}

#[test]
fn a_second_signal_does_not_wait_for_requests() {
    let scene = ProxyScene::new();
    let proxy = scene.proxy();
    scene.api.hold(true);
    let url = format!("{}/flights", proxy.url);
    thread::scope(|scope| {
        let held = scope.spawn(|| get(&url, Some(&scene.writ)));
        stop_with_request(&scene, &proxy);
        proxy.signal("-TERM");
        assert_eq!(held.join().unwrap(), None);
    });
    assert!(proxy.line("error: ").contains("a second signal"));
    assert_eq!(proxy.wait_for_end().code(), Some(1));
}

#[test]
fn a_proxy_that_waits_for_its_first_bundle_can_be_stopped() {
    let scene = ProxyScene::new();
    scene.issuer.signal("-KILL");
    let mut child = scene.command(&["--listen", "127.0.0.1:0"]).spawn().unwrap();
    // The first call for a bundle fails, so the handler of the signal is there.
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut log, &mut line).unwrap();
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(wait_for(|| child.try_wait().unwrap()).success());
}
