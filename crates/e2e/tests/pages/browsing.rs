//! What the browser itself does for a visitor: notifications, and the bookmark of the first page.

use repolens_e2e::GitServer;
use repolens_testkit::http::{self, Response};
use serde_json::json;

use super::Scene;

/// Chromium without a window shows no notifications: this keeps what it was asked to show, and hides the page.
const NOTIFICATIONS: &str = "
    window.Notification = class {
        static permission = localStorage.permission ?? 'default';
        static async requestPermission() { return this.permission = localStorage.permission = 'granted'; }
        constructor(title) { localStorage.notification = title; }
    };
    Object.defineProperty(document, 'hidden', { get: () => true });";

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_scan_is_notified_where_it_is_allowed() {
    let scene = Scene::open_with(&[("GIT_CLONE_TIMEOUT_MS", "600000")]).await;
    let source = json!({ "source": NOTIFICATIONS });
    scene
        .browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    let server = GitServer::start(std::env::temp_dir());
    for allowed in [false, true] {
        server.hang(true);
        scene.paste(&server.url("slow")).await;
        scene.browser.until("document.querySelector('[data-step].now')").await;
        if allowed {
            scene
                .browser
                .run("document.querySelector('[data-notify]').click();", &[])
                .await;
            let said = "document.querySelector('[data-notify]').textContent === 'You will be notified'";
            scene.browser.until(said).await;
        }
        server.hang(false);
        scene.browser.until("document.title.startsWith('Failed')").await;
        let shown = scene.value("localStorage.notification ?? ''").await;
        let shown = shown.as_str().expect("a text");
        assert_eq!(
            shown.starts_with("The scan of ") && shown.ends_with(" has ended"),
            allowed,
            "{shown}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bookmark_leads_from_a_repository_to_its_report() {
    let host = http::serve(|_| {
        Some(
            Response::status(200)
                .with("Content-Type", "text/html")
                .body("<title>host</title>"),
        )
    });
    let scene = Scene::open().await;
    scene.visit("/").await;
    let bookmark = scene
        .value("[...document.querySelectorAll('code')].find((code) => code.textContent.startsWith('javascript:')).textContent")
        .await;
    let script = bookmark
        .as_str()
        .expect("a text")
        .trim_start_matches("javascript:")
        .to_owned();
    scene.browser.visit(&format!("http://{host}/owner/name")).await;
    scene.browser.run(&script, &[]).await;
    scene.browser.until("document.title.includes('RepoLens')").await;
    assert_eq!(scene.value("location.pathname").await, format!("/{host}/owner/name"));
    let text = scene.text().await;
    assert!(text.contains("owner/name"), "{text}");
}
