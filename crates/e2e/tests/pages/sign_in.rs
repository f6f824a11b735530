//! Sign-in with GitHub in a real browser: there and back by clicks, what a signed-in visitor has, and out again.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use repolens_testkit::http::{self, Request, Response};
use ring::digest;
use serde_json::{Value, json};

use super::{Repository, Scene};

/// GitHub as far as a sign-in needs it: it asks the visitor, gives a code for a challenge, and a token for the code to
/// whoever knows what was hashed.
fn github() -> String {
    let challenge: Arc<Mutex<String>> = Arc::default();
    let address = http::serve(move |request| {
        let mut challenge = challenge.lock().expect("no answer panicked");
        Some(match request.path.as_str() {
            "/login/oauth/authorize" => ask(&request, &mut challenge),
            "/login/oauth/access_token" => token(&request.body, &challenge),
            "/user" if request.header("authorization") == "Bearer gho_ada" => {
                Response::json(&json!({ "id": 4711, "login": "ada" }))
            }
            _ => Response::status(404),
        })
    });
    format!("http://{address}")
}

fn ask(request: &Request, challenge: &mut String) -> Response {
    let value = |name: &str| {
        let mut pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).expect("it is sent").1.to_owned()
    };
    *challenge = value("code_challenge");
    let back = value("redirect_uri").replace("%3A", ":").replace("%2F", "/");
    let state = value("state");
    Response::status(200).with("Content-Type", "text/html").body(format!(
        "<title>GitHub</title><a id=\"authorize\" href=\"{back}?code=c1&amp;state={state}\">Authorize</a>"
    ))
}

fn token(body: &[u8], challenge: &str) -> Response {
    let sent: Value = serde_json::from_slice(body).expect("JSON");
    let verifier = sent["code_verifier"].as_str().expect("a text");
    let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let accepted =
        hash == challenge && sent["code"] == "c1" && sent["client_secret"] == "the secret of the application";
    Response::json(&match accepted {
        true => json!({ "access_token": "gho_ada" }),
        false => json!({ "error": "bad_verification_code" }),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_signs_in_and_out() {
    let github = github();
    let scene = Scene::open_with(&[
        ("GITHUB_API_URL", &github),
        ("GITHUB_ID", "app"),
        ("GITHUB_SECRET", "the secret of the application"),
    ])
    .await;
    let click = async |selector: &str| {
        let script = "document.querySelector(arguments[0]).click();";
        scene.browser.run(script, &[selector.into()]).await;
    };

    // From a page, by GitHub, back to that page.
    scene.visit("/my/keys").await;
    assert!(scene.text().await.contains("You are not signed in"));
    click("a[href^='/sign-in?back=']").await;
    scene
        .browser
        .until("document.querySelector('form[action=\"/sign-in/github\"]')")
        .await;
    click("form[action='/sign-in/github'] button.btn-main").await;
    scene.browser.until("document.querySelector('#authorize')").await;
    click("#authorize").await;
    scene.browser.until("location.pathname === '/my/keys'").await;
    assert!(
        scene
            .value("document.querySelector('.top .menu summary').innerText")
            .await
            == "ada"
    );
    // No script of a page can read the session.
    assert_eq!(scene.value("document.cookie").await, "");
    // The way to GitHub is the one request to another host, and what its page says in the console is not ours.
    scene.browser.requests().await;
    scene.browser.console().await;

    // A key is shown once.
    let script = "const form = document.querySelector('form[action=\"/my/keys\"]'); form.elements.name.value = 'ci'; form.requestSubmit();";
    scene.browser.run(script, &[]).await;
    scene
        .browser
        .until("document.querySelector('#new-key')?.innerText.startsWith('rl_')")
        .await;
    scene.visit("/my/keys").await;
    let text = scene.text().await;
    assert!(text.contains("ci") && !text.contains("rl_"), "{text}");

    // What is scanned from the page is the visitor's own, and can be a favorite.
    let repository = Repository::small();
    scene.paste(&repository.url()).await;
    scene.browser.until("document.querySelector('nav.tabs')").await;
    click("form[action='/my/favorites'] button").await;
    scene
        .browser
        .until("document.querySelector('button[aria-pressed=\"true\"]')")
        .await;
    scene.visit("/my/scans").await;
    assert_eq!(
        scene.value("document.querySelectorAll('main tbody tr').length").await,
        1
    );
    scene.visit("/my/favorites").await;
    scene.accessible("/my/favorites").await;
    for path in ["/my/keys", "/my/webhooks", "/my/scans"] {
        scene.visit(path).await;
        scene.accessible(path).await;
    }
    scene.quiet("signed in").await;

    click("form[action='/sign-out'] button:not([name])").await;
    scene
        .browser
        .until("document.querySelector('a[href^=\"/sign-in\"]')")
        .await;
    scene.visit("/my/keys").await;
    assert!(scene.text().await.contains("You are not signed in"));
}
