//! The pages for people, without a browser: what they answer, to whom, and under which policy.

mod hostile;
mod sign_in;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use url::form_urlencoded;

use crate::exports::{complete, report};
use crate::support::{Api, Database, TOKEN};

crate::both! {
    every_page_is_served,
    the_service_page_is_for_operators,
    a_card_stands_for_a_report,
}

async fn get(api: &Api, path: &str) -> Response {
    api.request(Method::GET, path).send().await.expect("an answer")
}

/// As a browser sends a form.
fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// The page's text, after a look at its policy.
async fn page(api: &Api, path: &str, status: u16) -> String {
    let response = get(api, path).await;
    assert_eq!(response.status(), status, "{path}");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"),
        "{path}: {policy}"
    );
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8", "{path}");
    let html = response.text().await.expect("the whole body");
    assert!(
        html.contains("<main id=\"main\"") && html.trim_end().ends_with("</html>"),
        "{path}: {html}"
    );
    for never in [
        " style=\"",
        "<style",
        " onclick=",
        "=\"javascript:",
        "src=\"http",
        "NaN",
        "undefined",
    ] {
        assert!(!html.contains(never), "{path} has `{never}`");
    }
    html
}

/// The tabs of a report, by the links of its first page.
fn tabs(html: &str, id: &str) -> Vec<String> {
    let nav = html.split("<nav class=\"tabs\"").nth(1).expect("the tabs");
    let nav = nav.split("</nav>").next().expect("their end");
    nav.split("href=\"")
        .skip(1)
        .filter_map(|link| link.split('"').next())
        .inspect(|link| assert!(link.starts_with(&format!("/scan/{id}")), "{link}"))
        .map(str::to_owned)
        .collect()
}

async fn every_page_is_served(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let overview = page(&api, &format!("/scan/{id}"), 200).await;
    let tabs = tabs(&overview, &id);
    assert!(tabs.len() >= 12, "{tabs:?}");
    for tab in &tabs {
        let html = page(&api, tab, 200).await;
        assert!(html.contains("<meta name=\"description\""), "{tab}");
        // Search engines list a public report once.
        let canonical = html
            .split("<link rel=\"canonical\" href=\"")
            .nth(1)
            .and_then(|link| link.split('"').next());
        assert!(
            canonical.is_some_and(|link| link.ends_with(&format!("/scan/{id}"))),
            "{tab}: {canonical:?}"
        );
        assert!(!html.contains("noindex"), "{tab}");
        let tag = get(&api, tab).await.headers()["etag"].clone();
        let again = api.request(Method::GET, tab).header("If-None-Match", tag).send();
        let again = again.await.expect("an answer");
        assert_eq!(again.status(), 304, "{tab}");
        assert!(!again.headers().contains_key("content-security-policy"), "{tab}");
    }
    let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
    let repository = scan["repositoryId"].as_str().expect("an id");
    for path in [
        "/",
        "/sign-in",
        "/my/scans",
        "/my/favorites",
        "/my/keys",
        "/my/webhooks",
    ] {
        page(&api, path, 200).await;
    }
    page(&api, &format!("/repository/{repository}"), 200).await;
    let once = page(&api, &format!("/compare?to={id}"), 200).await;
    assert!(once.contains("There is no earlier scan"), "{once}");
    let again = complete(&api, report()).await;
    let compared = page(&api, &format!("/compare?from={id}&to={again}"), 200).await;
    assert!(compared.contains("0 findings introduced"), "{compared}");
    let history = page(&api, &format!("/repository/{repository}"), 200).await;
    assert!(
        history.contains("2 reports") && history.contains("/api/badge/"),
        "{history}"
    );

    for path in ["/scan/none", "/repository/none", "/compare?to=none", "/scan/none/code"] {
        page(&api, path, 404).await;
    }
    let short = get(&api, "/git.example.org/owner/repository").await;
    assert_eq!(short.status(), 200);
    assert!(short.url().path().starts_with("/scan/"), "{}", short.url());
    let bad = with_form(api.request(Method::POST, "/scan"), &[("url", "not an address")]);
    let bad = bad.send().await.expect("an answer");
    assert_eq!(bad.status(), 422);
    let html = bad.text().await.expect("a page");
    assert!(
        html.contains("not an address") && html.contains("role=\"alert\""),
        "{html}"
    );
}

async fn the_service_page_is_for_operators(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    let failed = json!({ "status": "failed", "error": "It <b>is</b> gone.", "errorCode": "repository-not-found" });
    assert_eq!(api.report(&id, &lease, failed).await.0, 200);
    let closed = page(&api, "/service", 200).await;
    assert!(!closed.contains("gone") && !closed.contains("Processes"), "{closed}");
    let post = async |token: &str| {
        let request = with_form(api.request(Method::POST, "/service"), &[("token", token)]);
        request.send().await.expect("an answer")
    };
    assert_eq!(post("wrong").await.status(), 403);

    // The answer leads back, with a cookie that a client which keeps none has to bring itself.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let request = client
        .expect("a client")
        .post(format!("http://127.0.0.1:{}/service", api.port));
    let opened = with_form(request, &[("token", TOKEN)]).send().await.expect("an answer");
    assert_eq!(opened.status(), 303);
    let cookie = opened.headers()["set-cookie"].to_str().expect("text").to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/service"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().expect("a pair");
    let with = async |cookie: &str| {
        let request = api.request(Method::GET, "/service").header("cookie", cookie);
        request.send().await.expect("an answer").text().await.expect("a page")
    };
    let open = with(pair).await;
    for part in [
        "Processes",
        "without a supervisor",
        "repository-not-found",
        "&lt;b&gt;is",
        "GB hours",
        "1</td>",
    ] {
        assert!(open.contains(part), "{part}: {open}");
    }
    // Neither a later end nor another token makes a pass.
    let forged = pair.replacen('=', "=9", 1);
    assert!(!with(&forged).await.contains("Processes"));
}

async fn a_card_stands_for_a_report(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let overview = page(&api, &format!("/scan/{id}"), 200).await;
    let image = overview
        .split("og:image\" content=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let image = image.expect("an address");
    let path = image
        .split_once("127.0.0.1")
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let card = get(&api, path.expect("an address of this service")).await;
    assert_eq!(card.headers()["content-type"], "image/svg+xml");
    let svg = card.text().await.expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains("owner/repository"), "{svg}");
    let waiting = api.submit().await;
    assert_eq!(get(&api, &format!("/scan/{waiting}/card.svg")).await.status(), 404);
}
