//! Users, and the tokens by which they are known.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use reqwest::{Method, StatusCode};
use ring::hmac;
use serde_json::{Value, json};

use super::Api;
use super::api::answer;

/// What the front end signs with, and a second one of its list.
pub const SECRET: &str = "a-secret-of-the-front-end-for-the-tests";
pub const OLD_SECRET: &str = "the-secret-before-that-one-for-the-tests";

/// What the tests of users are started with.
pub const SIGN_IN: (&str, &str) = (
    "NEXTAUTH_SECRET",
    "a-secret-of-the-front-end-for-the-tests,the-secret-before-that-one-for-the-tests",
);

/// A token of the front end for ten minutes.
pub fn jwt(user: &str) -> String {
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": user, "exp": Utc::now().timestamp() + 600 });
    let signed = format!("{}.{}", encode(json!({ "alg": "HS256" })), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Makes a request as whoever has the token; `None` is a guest.
pub async fn ask(
    api: &Api,
    token: Option<&str>,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> (StatusCode, Value) {
    let mut request = api.request(method, path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.expect("an answer");
    let is_json = response
        .headers()
        .get("content-type")
        .is_none_or(|kind| kind.to_str().expect("text").contains("json"));
    if is_json {
        answer(response).await
    } else {
        (response.status(), Value::Null)
    }
}

/// Tokens that the packages `next-auth` and `jose` make for a user, by the driver's names.
pub fn tokens_of_the_front_end(user: &str) -> Value {
    let folder = installed();
    let output = command("node")
        .arg(folder.join("tokens.mjs"))
        .args([SECRET, OLD_SECRET, user])
        .output()
        .expect("`node` is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the driver writes JSON")
}

/// The folder with the packages. The first run installs them; later ones, and those of other tests, find them there.
fn installed() -> std::path::PathBuf {
    const PACKAGES: &str = include_str!("../node/package.json");
    const DRIVER: &str = include_str!("../node/tokens.mjs");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api-node");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let lock = File::create(folder.join("lock")).expect("the target folder can be written");
    lock.lock().expect("the file can be locked");
    // Only where it differs: another run may be reading it.
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        if !std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            std::fs::write(path, text).expect("the target folder can be written");
        }
    };
    put("tokens.mjs", DRIVER);
    if std::fs::read_to_string(folder.join("installed.json")).is_ok_and(|stamp| stamp == PACKAGES) {
        return folder;
    }
    put("package.json", PACKAGES);
    let output = command("npm")
        // Only what makes tokens is wanted, not the framework that it is made for.
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--legacy-peer-deps",
        ])
        .current_dir(&folder)
        .output()
        .expect("`npm` is installed");
    assert!(
        output.status.success(),
        "npm install failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    put("installed.json", PACKAGES);
    folder
}

#[expect(clippy::disallowed_methods, reason = "a test starts the real program")]
fn command(program: &str) -> Command {
    Command::new(program)
}
