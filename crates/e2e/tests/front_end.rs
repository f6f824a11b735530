//! The older front end's pages in a real browser, on the tables of each of its versions that can be taken over.
//!
//! The page is our own: it makes the same calls in the same order and timing, renders the same members, and shows an error
//! where one of them throws. A client that is written by hand asks once where a page asks for ever.

#[path = "front_end/browser_page.rs"]
mod browser_page;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use browser_page::{FrontEnd, TOKEN_OF_ADA};
use repolens_e2e::browser::Browser;
use repolens_e2e::running::Home;
use repolens_e2e::{Postgres, Repository, Running};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf;
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-the-front-end-for-the-tests";
const WITH_ADAPTER: &str = include_str!("../../api/tests/integration/fixtures/prisma/with-adapter.sql");
const WITHOUT_ADAPTER: &str = include_str!("../../api/tests/integration/fixtures/prisma/without-adapter.sql");

/// The service, the pages, and a browser.
struct Scene {
    postgres: Postgres,
    repolens: Running,
    pages: FrontEnd,
    browser: Browser,
    _home: Home,
}

impl Scene {
    async fn open(tables: &str) -> Self {
        let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("it starts");
        run_sql(&postgres, tables).await;
        let home = Home::default();
        let port = repolens_e2e::free_port();
        let pages = FrontEnd::start(&format!("http://127.0.0.1:{port}"));
        let settings = [
            ("DATABASE_URL", postgres.url("postgres")),
            ("FRONTEND_URL", pages.origin()),
            ("GITHUB_API_URL", pages.github()),
            ("NEXTAUTH_SECRET", SECRET.to_owned()),
            // As in production: callers on the same machine are limited too.
            ("RATE_LIMIT", "60/min".to_owned()),
        ];
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let repolens = Running::spawn(&home, port, &settings);
        repolens.wait_for_line("All services running!");
        Self {
            postgres,
            repolens,
            pages,
            browser: Browser::start().await,
            _home: home,
        }
    }

    async fn visit(&self, path: &str) {
        self.browser.visit(&format!("{}{path}", self.pages.origin())).await;
    }

    /// Signs in at the front end: its pages know who it is, and have GitHub's token.
    async fn sign_in(&self, user_id: &str, token: Option<&str>) {
        let session = json!({ "userId": user_id, "token": token }).to_string();
        let script = "localStorage.setItem('session', arguments[0]);";
        self.browser.run(script, &[session.into()]).await;
    }

    /// The form, and the page of the scan until it has ended. What that shows.
    async fn scan(&self, repo_url: &str) -> String {
        self.visit("/").await;
        let script =
            "submit(arguments[0]).then((id) => { location.href = `/scan/${id}`; }, (error) => fail(error.message));";
        self.browser.run(script, &[repo_url.into()]).await;
        self.shown("page.scan && ['completed', 'failed'].includes(page.scan.status) && page.shown")
            .await
    }

    /// Waits for the expression; what the page shows then, which is no error.
    async fn shown(&self, expression: &str) -> String {
        self.browser
            .until(&format!("({expression}) || document.querySelector('#error').innerText"))
            .await;
        self.no_error().await;
        let text = self
            .browser
            .run("return document.querySelector('main').innerText;", &[])
            .await;
        text.as_str().expect("a text").to_owned()
    }

    async fn no_error(&self) {
        let error = self
            .browser
            .run("return document.querySelector('#error').innerText;", &[])
            .await;
        assert_eq!(error, "", "{}", self.repolens.log());
    }

    async fn value(&self, expression: &str) -> Value {
        self.browser.run(&format!("return {expression};"), &[]).await
    }
}

async fn run_sql(postgres: &Postgres, sql: &str) {
    let (client, connection) = tokio_postgres::connect(&postgres.url("postgres"), tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    // It ends when the client is dropped.
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the statements are run");
}

/// The value of NextAuth's cookie: JWE `dir` with A256GCM, under the key that it derives from the secret.
fn session_cookie(sub: &str) -> String {
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(SECRET.as_bytes());
    let key: UnboundKey = derived
        .expand(&[b"NextAuth.js Generated Encryption Key"], &AES_256_GCM)
        .expect("32 bytes")
        .into();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
    let mut text = json!({ "sub": sub, "exp": 4_000_000_000_u64 }).to_string().into_bytes();
    let nonce = [7; 12];
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut text,
        )
        .expect("a short text");
    let [nonce, text, tag] = [&nonce[..], &text, tag.as_ref()].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}..{nonce}.{text}.{tag}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_version_a() {
    // Without an adapter the session's user is the number of the account at GitHub.
    every_page(WITHOUT_ADAPTER, "4711").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_version_b() {
    // The adapter has made the rows at sign-in.
    let rows = "INSERT INTO users (id, email, name, \"updatedAt\") VALUES ('clu1', 'ada@example.org', 'Ada', now());
        INSERT INTO accounts (id, \"userId\", type, provider, \"providerAccountId\") VALUES ('cla1', 'clu1', 'oauth', 'github', '4711');";
    every_page(&format!("{WITH_ADAPTER}\n{rows}"), "clu1").await;
}

async fn every_page(tables: &str, user_id: &str) {
    let scene = Scene::open(tables).await;
    let repository = Repository::small();
    repository.rename_branch("trunk");

    // A guest: the form, which always sends `main`, the page of the scan, the report.
    let shown = scene.scan(&repository.url()).await;
    for line in [
        "completed",
        "languages: typescript",
        "risk: ",
        "distribution: src/index.ts ",
        "heat map: src/index.ts ",
        "functions: 3",
        "entry points: 0",
        "unreachable: 0",
        "symbols: function main 0, function add 1, function tool 0",
        "dependencies: 1, 1",
        "left-pad left-pad direct 1.7 #2563eb",
        "readme: ",
        "summary: ",
        "by: fallback, ",
    ] {
        assert!(shown.contains(line), "`{line}`: {shown}");
    }
    assert!(!shown.contains("undefined") && !shown.contains("NaN"), "{shown}");
    let found = scene.value("page.scan").await;
    assert!(found["repositoryId"].is_string(), "{found}");
    assert_eq!(
        (&found["branch"], &found["branchRequested"], &found["branchNote"]),
        (&json!("trunk"), &json!("main"), &json!("default-branch"))
    );
    // An empty repository is called so.
    let empty = Repository::empty();
    let shown = scene.scan(&empty.url()).await;
    assert!(shown.starts_with("failed\n") && shown.contains("empty"), "{shown}");

    // One that fails is told to its own page, and listed for nobody.
    let failed = scene.scan(&format!("{}-secret", repository.url())).await;
    assert!(failed.starts_with("failed\n"), "{failed}");

    recent_scans(&scene, user_id).await;
    history_and_favorites(&scene, user_id).await;
    one_person(&scene, user_id).await;

    // Documents alone have no risk: no "0, Low Risk".
    let documents = Repository::with_files([
        ("README.md", "# Notes\n\nNotes about many things.\n"),
        ("a.md", "text\n"),
    ]);
    let shown = scene.scan(&documents.url()).await;
    assert!(
        shown.contains("risk: none") && shown.contains("dependencies: 0") && !shown.contains("NaN"),
        "{shown}"
    );
}

/// The dashboard names its user without a credential, and asks again as soon as it has its answer.
async fn recent_scans(scene: &Scene, user_id: &str) {
    scene.sign_in(user_id, Some(TOKEN_OF_ADA)).await;
    scene.visit("/dashboard").await;
    let begin = std::time::Instant::now();
    let shown = scene.shown("page.shown >= 11").await;
    assert!(begin.elapsed().as_secs() >= 9, "{:?}", begin.elapsed());
    assert!(
        shown.starts_with("COMPLETED ") && shown.ends_with("\n1 scans"),
        "{shown}"
    );
    assert!(
        !shown.contains("secret"),
        "an address that failed may be private: {shown}"
    );
    // As long as the page is open: beyond what the limit of requests would allow if each of them counted.
    let path = format!("GET /user/scans?userId={user_id}&limit=20");
    assert_eq!(scene.value("[...new Set(page.calls)]").await, json!([path]));
    let tabs = "for (let i = 0; i < 6; i++) recentScans().catch((error) => fail(error.message));";
    scene.browser.run(tabs, &[]).await;
    scene.shown("page.answers.length > 71").await;
    assert_eq!(scene.value("[...new Set(page.answers)]").await, json!([200]));
}

async fn history_and_favorites(scene: &Scene, user_id: &str) {
    // Without a token, as a guest.
    scene.sign_in(user_id, None).await;
    scene.visit("/favorites").await;
    assert_eq!(scene.shown("page.shown").await, "No favorites yet");
    for (status, count) in [("", 1), ("COMPLETED", 1), ("FAILED", 0)] {
        scene.visit(&format!("/history/{status}")).await;
        let shown = scene.shown("page.shown").await;
        assert!(shown.ends_with(&format!("{count} scans")), "{status}: {shown}");
    }
    scene.visit("/history").await;
    let shown = scene.shown("page.shown").await;
    assert!(
        shown.contains(" 0 - typescript\n"),
        "stars, description, language: {shown}"
    );
    let repository = scene.value("page.history.scans[0].repositoryId").await;

    // With GitHub's token.
    scene.sign_in(user_id, Some(TOKEN_OF_ADA)).await;
    scene.visit("/favorites").await;
    assert_eq!(scene.shown("page.shown").await, "No favorites yet");
    let path = format!("/favorites/{}", repository.as_str().expect("an id"));
    for (method, expected) in [("post", "file"), ("post", "file"), ("delete", "No favorites yet")] {
        let script = "client[arguments[0]](arguments[1], {}).then(favorites).catch((error) => fail(error.message));";
        let before = scene.value("page.shown").await;
        scene.browser.run(script, &[method.into(), path.clone().into()]).await;
        let shown = scene.shown(&format!("page.shown > {before}")).await;
        assert!(shown.starts_with(expected), "{method}: {shown}");
    }
}

/// By the session's cookie, sent twice, and by GitHub's token it is the same user.
async fn one_person(scene: &Scene, user_id: &str) {
    let body = json!({ "repoUrl": "https://git.example.org/a/b" });
    let submit = |request: reqwest::RequestBuilder| request.json(&body).send();
    let post = || scene.repolens.http().post(scene.repolens.url("/api/scan"));
    let cookie = format!(
        "next-auth.session-token=stale; next-auth.session-token={}",
        session_cookie(user_id)
    );
    for answer in [
        submit(post().header("Cookie", &cookie)).await,
        submit(post().bearer_auth(TOKEN_OF_ADA)).await,
    ] {
        assert_eq!(answer.expect("an answer").status(), 201);
    }
    let stats = |request: reqwest::RequestBuilder| async move {
        let answer = request.send().await.expect("an answer");
        let stats: Value = answer.json().await.expect("JSON");
        stats["totalScans"].clone()
    };
    let get = || {
        let url = format!("/api/user/stats?userId={user_id}");
        scene.repolens.http().get(scene.repolens.url(&url))
    };
    assert_eq!(stats(get().header("Cookie", &cookie)).await, 2);
    assert_eq!(stats(get().bearer_auth(TOKEN_OF_ADA)).await, 2);
    let sql =
        "SELECT 1 / (count(DISTINCT \"userId\") = 1 AND count(*) = 2)::int FROM scans WHERE \"userId\" IS NOT NULL";
    run_sql(&scene.postgres, sql).await;
}
