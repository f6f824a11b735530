//! `GET /api/openapi.json`, and `GET /api/docs`, a page on which the API can be tried.
//! The page sends requests to this API only.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::http::conditional;
use crate::http::content_security_policy::source_hash;
use crate::openapi;

const CACHE: &str = "public, max-age=300";

pub async fn get_openapi(request: HttpRequest) -> HttpResponse {
    static DIGEST: LazyLock<String> =
        LazyLock::new(|| format!("openapi-{:08x}", crc32fast::hash(openapi::text().as_bytes())));
    if conditional::has_already(request.headers(), &DIGEST) {
        return conditional::not_modified(request.headers(), &DIGEST, CACHE);
    }
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    conditional::body(
        response,
        request.headers(),
        Some(&DIGEST),
        CACHE,
        openapi::text().as_bytes().to_vec(),
    )
}

const STYLE: &str = include_str!("docs/style.css");
const SCRIPT: &str = include_str!("docs/page.js");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        concat!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>RepoLens API</title>\n",
            "<link rel=\"icon\" href=\"data:,\">\n<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>RepoLens API</h1>\n",
            "<p id=\"about\">Loading <a href=\"/api/openapi.json\">the description</a>…</p>\n",
            "<label for=\"token\">Token, sent as <code>Authorization: Bearer</code> and kept in this page alone</label>\n",
            "<input id=\"token\" type=\"password\" autocomplete=\"off\" spellcheck=\"false\">\n</header>\n",
            "<main id=\"main\"></main>\n",
            "<noscript><p>Without scripts, read <a href=\"/api/openapi.json\">the description</a>.</p></noscript>\n",
            "<script>{script}</script>\n</body>\n</html>\n",
        ),
        style = STYLE,
        script = SCRIPT,
    )
});

static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data: 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        source_hash(SCRIPT),
        source_hash(STYLE)
    )
});

pub async fn get_docs(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()));
    conditional::body(response, request.headers(), None, CACHE, PAGE.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_all_of_it() {
        for part in [STYLE, SCRIPT] {
            assert!(!part.contains("</") && !part.contains("http:") && !part.contains("https:"));
        }
        // Every part of the description is shown as text.
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
