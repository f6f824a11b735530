//! A git host whose certificate is signed by an authority of `EXTRA_CA_FILE`.

use repolens_core::{RepoUrl, UrlPolicy};
use repolens_worker::run::authorities;
use tokio::time::Instant;

use crate::fixture::{PATIENCE, Repositories, local_git};
use repolens_testkit::faulty_git;
use repolens_testkit::tls_front::TlsFront;

#[tokio::test]
async fn git_and_the_first_request_trust_it() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let trusted = TlsFront::start(server).await;
    let other = TlsFront::start(server).await;
    let folder = tempfile::tempdir().expect("a folder");
    authorities::trust(&trusted.ca_file(), None, folder.path()).expect("it is a certificate");
    let bundle = authorities::bundle().expect("it was written");
    let text = std::fs::read_to_string(bundle).expect("it is there");
    assert!(text.matches("BEGIN CERTIFICATE").count() > 10, "the system's are kept");

    let everything = UrlPolicy {
        allow_local_repos: true,
        allow_private_hosts: true,
        hosts: None,
    };
    let clone = async |front: &TlsFront| {
        let address = format!("https://localhost:{}/small.git", front.port);
        let url = RepoUrl::parse(&address, &everything).expect("an address");
        let sandbox = tempfile::tempdir().expect("a folder");
        local_git()
            .clone(&url, None, None, sandbox.path(), Instant::now() + PATIENCE)
            .await
    };
    let cloned = clone(&trusted).await.expect("its authority is trusted");
    assert_eq!(cloned.branch, "main");
    let failed = clone(&other).await.expect_err("another authority");
    assert!(failed.cause.contains("certificate"), "{failed}");
}
