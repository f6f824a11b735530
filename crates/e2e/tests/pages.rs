//! The pages in a real browser: from a pasted address to the report, every tab, without script, on a phone and on paper.

#[path = "pages/axe.rs"]
mod axe;
#[path = "pages/browsing.rs"]
mod browsing;
#[path = "pages/sign_in.rs"]
mod sign_in;

use repolens_e2e::browser::Browser;
use repolens_e2e::running::Home;
use repolens_e2e::{Repository, Running};
use serde_json::{Value, json};

/// Widths at which nothing may stick out.
const WIDTHS: [u32; 3] = [360, 768, 1_440];

struct Scene {
    repolens: Running,
    browser: Browser,
    _home: Home,
}

impl Scene {
    async fn open() -> Self {
        Self::open_with(&[]).await
    }

    async fn open_with(settings: &[(&str, &str)]) -> Self {
        let home = Home::default();
        let repolens = Running::start_with(&home, settings);
        let browser = Browser::start().await;
        browser.resize(1_440, 900).await;
        Self {
            repolens,
            browser,
            _home: home,
        }
    }

    async fn visit(&self, path: &str) {
        self.browser.visit(&self.repolens.url(path)).await;
    }

    async fn value(&self, expression: &str) -> Value {
        self.browser.run(&format!("return {expression};"), &[]).await
    }

    async fn text(&self) -> String {
        let text = self.value("document.body.innerText").await;
        text.as_str().expect("a text").to_owned()
    }

    /// Fills the field of the first page and sends it.
    async fn paste(&self, address: &str) {
        self.visit("/").await;
        assert_eq!(
            self.value("document.activeElement.id").await,
            "url",
            "the field has the focus"
        );
        let script =
            "const field = document.getElementById('url'); field.value = arguments[0]; field.form.requestSubmit();";
        self.browser.run(script, &[address.into()]).await;
    }

    /// A scan that is complete; its id.
    async fn scanned(&self, repository: &Repository) -> String {
        let id = self.repolens.submit(&repository.url()).await;
        let seen = self.repolens.watch(&id).await;
        assert_eq!(seen.last().expect("a status").status(), "completed", "{seen:?}");
        id
    }

    /// The report of a scan.
    async fn results(&self, id: &str) -> Value {
        let url = self.repolens.url(&format!("/api/scan/{id}/results"));
        let answer = self.repolens.http().get(url).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// Addresses of all tabs of a report.
    async fn tabs(&self, id: &str) -> Vec<String> {
        self.visit(&format!("/scan/{id}")).await;
        let links = self.value("[...document.querySelectorAll('nav.tabs a')].map((link) => link.getAttribute('href'))");
        let links: Vec<String> = serde_json::from_value(links.await).expect("texts");
        assert!(links.len() >= 12, "{links:?}");
        links
    }

    /// Nothing in the console, and no request to another host.
    async fn quiet(&self, path: &str) {
        assert_eq!(self.browser.console().await, Vec::<String>::new(), "{path}");
        let own = self.repolens.url("/");
        for request in self.browser.requests().await {
            // The browser's own first page is none of ours.
            let is_chromiums = request.starts_with("chrome:") || request.starts_with("data:");
            assert!(request.starts_with(&own) || is_chromiums, "{path}: {request}");
        }
    }

    /// No serious fault of axe-core in either theme.
    async fn accessible(&self, page: &str) {
        let source = axe::source();
        for scheme in ["light", "dark"] {
            self.browser.prefer(scheme, "screen").await;
            assert_eq!(
                axe::check(&self.browser, &source).await,
                Vec::<String>::new(),
                "{page} {scheme}"
            );
        }
    }

    /// No page is wider than its window.
    async fn fits(&self, path: &str) {
        let wider = "(() => { const room = document.documentElement.clientWidth; \
             return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > room + 1 \
             && !e.closest('.scroll, pre, .tabs, .vh, details:not([open]) > :not(summary), svg')).map((e) => e.outerHTML.slice(0, 120)); })()";
        let scroll = self
            .value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await;
        let wide = self.value(wider).await;
        assert_eq!((scroll, wide), (json!(0), json!([])), "{path}");
    }
}

/// A repository whose names were chosen to do harm: markup, text that turns around, paths of 3,700 characters.
fn repository() -> Repository {
    let long = format!("src/{}.py", "long_name_".repeat(20));
    let deep = format!("{}/deep.py", vec!["folder_".repeat(35); 15].join("/"));
    let branches: String = (0..20)
        .map(|n| format!("    if a == {n}:\n        b += {n}\n"))
        .collect();
    let complex = format!("import b\n\n\ndef complex(a, b):\n{branches}    return b\n");
    let long_function = format!("def {}(a, b):\n{branches}    return b\n", "very_long_name_".repeat(266));
    let long_secret = format!("password = \"{}<script>alert(1)</script>\"\n", "Zq8x".repeat(20));
    let files = [
        ("README.md", HOSTILE_README),
        (
            "package.json",
            r#"{"name":"<img src=x onerror=alert(1)>","version":"1.0.0","dependencies":{"left-pad":"^1.3.0"}}"#,
        ),
        ("src/a.py", &complex),
        ("src/b.py", "import a\n\n\ndef b():\n    return a.complex(1, 2)\n"),
        ("src/<script>alert(1)<script>.py", "def quoted():\n    return 1\n"),
        ("src/\"><img src=x onerror=alert(1)>.py", &complex),
        ("src/\u{202e}gpj.py", "def turned():\n    return 1\n"),
        (&long, &complex),
        (&deep, &complex),
        ("src/long_function.py", &long_function),
        ("src/secret.py", &long_secret),
        (
            "src/index.ts",
            "import { add } from './math';\nexport function main() { return add(1, 2); }\n",
        ),
        (
            "src/math.ts",
            "export function add(a: number, b: number) { return a + b; }\n",
        ),
    ];
    let repository = Repository::with_history(files, "\"onload='alert(1)'\u{202e}&lt;b&gt;", 4);
    repository.rename_branch("main\"onload='alert(1)'\u{202e}");
    repository
}

const HOSTILE_README: &str = "# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script> [A](javascript:alert(1)) project\
    \u{202e} for tests.\n";

/// Paste, live progress, report; and the way back.
#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_address_becomes_a_report() {
    let scene = Scene::open().await;
    let repository = repository();
    // An address that cannot be: explained in place, with what was typed.
    scene.paste("not an address").await;
    scene.browser.until("document.getElementById('url-error')").await;
    assert_eq!(
        scene.value("document.getElementById('url').value").await,
        "not an address"
    );
    scene.browser.console().await;

    scene.paste(&repository.url()).await;
    scene.browser.until("location.pathname.startsWith('/scan/')").await;
    scene.browser.until("document.querySelector('nav.tabs')").await;
    let path = scene.value("location.pathname").await;
    let path = path.as_str().expect("a path");
    assert_eq!(
        path.matches('/').count(),
        2,
        "the whole life of a scan is at one address: {path}"
    );
    assert!(
        scene
            .value("document.querySelector('link[rel=icon]').href")
            .await
            .as_str()
            .is_some_and(|icon| icon.contains("done"))
    );
    scene.quiet(path).await;

    // A filter stays in the address, also by back and forward.
    scene.visit(&format!("{path}/files")).await;
    let script = "const field = document.querySelector('main input[type=search]'); field.value = 'math'; field.form.requestSubmit();";
    scene.browser.run(script, &[]).await;
    scene.browser.until("location.search.includes('math')").await;
    let filtered = scene.value("location.href").await;
    scene.visit(&format!("{path}/about")).await;
    scene.browser.run("history.back();", &[]).await;
    scene
        .browser
        .until("location.pathname.endsWith('/files') && document.querySelector('main input[type=search]')")
        .await;
    assert_eq!(scene.value("location.href").await, filtered);
    assert_eq!(
        scene
            .value("document.querySelector('main input[type=search]').value")
            .await,
        "math"
    );
    scene.browser.run("history.forward();", &[]).await;
    scene.browser.until("location.pathname.endsWith('/about')").await;
    scene.browser.run("history.back();", &[]).await;
    scene.browser.until("location.search.includes('math')").await;
    scene.quiet(path).await;
}

/// What runs is seen live, and can be canceled; what failed says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_canceled_and_another_fails() {
    let scene = Scene::open_with(&[("GIT_CLONE_TIMEOUT_MS", "600000")]).await;
    let server = repolens_e2e::GitServer::start(std::env::temp_dir());
    server.hang(true);
    scene.paste(&server.url("slow")).await;
    scene.browser.until("document.querySelector('[data-step].now')").await;
    let title = scene.value("document.title").await;
    assert!(title.as_str().is_some_and(|title| title.contains('%')), "{title}");
    let steps = "[...document.querySelectorAll('[data-step]')].flatMap((step) => step.dataset.step.split(' '))";
    let steps: Vec<String> = serde_json::from_value(scene.value(steps).await).expect("texts");
    scene
        .browser
        .until("parseInt(document.querySelector('[data-elapsed]').textContent) >= 1")
        .await;
    scene.accessible("running").await;
    scene
        .browser
        .run(
            "document.querySelector('form[action$=\"/cancel\"]').requestSubmit();",
            &[],
        )
        .await;
    scene.browser.until("document.title.startsWith('Canceled')").await;
    server.hang(false);
    scene.accessible("canceled").await;
    scene.quiet("canceled").await;

    scene.paste("file:///nowhere/at-all").await;
    scene.browser.until("document.title.startsWith('Failed')").await;
    let text = scene.text().await;
    assert!(
        text.contains("What to do") && text.contains("Check the address"),
        "{text}"
    );
    scene.accessible("failed").await;
    scene.quiet("failed").await;

    // Every stage that a worker runs belongs to a step of the page.
    let id = scene.scanned(&repository()).await;
    let report = scene.results(&id).await;
    let stages = report["results"]["analyser"]["stages"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(stages.len() > 15, "{stages:?}");
    for stage in stages {
        let name = stage["name"].as_str().expect("a text");
        assert!(
            steps.iter().any(|step| step == name),
            "`{name}` is in none of {steps:?}"
        );
    }
}

/// Each tab of a report with hostile names, at every width, in both themes, without a message, a foreign request, or a
/// serious fault of axe-core.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_quiet_fits_and_is_accessible() {
    let scene = Scene::open().await;
    let repository = repository();
    let id = scene.scanned(&repository).await;
    let second = scene.scanned(&repository).await;
    let scan = scene.repolens.scan(&id).await;
    let mut paths = scene.tabs(&id).await;
    paths.extend([
        "/".to_owned(),
        "/my/scans".to_owned(),
        "/my/keys".to_owned(),
        "/sign-in".to_owned(),
        "/service".to_owned(),
        format!("/scan/{id}/file?path=src/a.py"),
        format!("/scan/{id}/files?q=quoted"),
        format!("/api/scan/{id}/report.html"),
        format!("/compare?from={id}&to={second}"),
        format!("/repository/{}", scan.0["repositoryId"].as_str().expect("an id")),
    ]);
    let axe = axe::source();
    let mut faults = Vec::new();
    for path in &paths {
        scene.browser.prefer("light", "screen").await;
        for width in WIDTHS {
            scene.browser.resize(width, 900).await;
            scene.visit(path).await;
            scene.fits(&format!("{path} at {width}")).await;
        }
        scene.quiet(path).await;
        let twice = "const ids = [...document.querySelectorAll('[id]')].map((element) => element.id); \
                     return ids.filter((id, index) => ids.indexOf(id) !== index);";
        assert_eq!(
            scene.browser.run(twice, &[]).await,
            json!([]),
            "{path}: ids that are used twice"
        );
        for scheme in ["light", "dark"] {
            scene.browser.prefer(scheme, "screen").await;
            faults.extend(
                axe::check(&scene.browser, &axe)
                    .await
                    .into_iter()
                    .map(|fault| format!("{path} {scheme}: {fault}")),
            );
        }
        // A hostile name that ran would have opened a dialog, and the driver would have said so.
        assert_eq!(
            scene
                .value("document.querySelectorAll('main img[onerror], main script').length")
                .await,
            0,
            "{path}"
        );
        scene.browser.console().await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Without script everything is there too; on paper everything is open.
#[tokio::test(flavor = "multi_thread")]
async fn pages_work_without_script() {
    let scene = Scene::open().await;
    scene.browser.allow_scripts(false).await;
    let repository = repository();
    scene.visit("/").await;
    let form = "document.getElementById('url').value = arguments[0]; document.querySelector('.ask form').submit();";
    scene.browser.run(form, &[repository.url().into()]).await;
    // The page loads itself again until the report is there.
    scene.browser.until("document.querySelector('nav.tabs')").await;
    let id = scene.value("location.pathname.split('/')[2]").await;
    for path in scene.tabs(id.as_str().expect("an id")).await {
        scene.visit(&path).await;
        assert!(
            scene
                .value("document.querySelector('main').innerText.length > 40")
                .await
                == json!(true),
            "{path}"
        );
        assert_eq!(
            scene
                .value("[...document.querySelectorAll('.needs-script')].filter((e) => e.offsetParent).length")
                .await,
            0,
            "{path}"
        );
    }
    scene.quiet("without script").await;
    scene.browser.prefer("light", "print").await;
    assert_eq!(
        scene
            .value("[...document.querySelectorAll('.top-nav, .top-scan, nav.tabs, .tabs-menu, .repo-tools')].filter((e) => e.offsetParent).length")
            .await,
        0
    );
}
