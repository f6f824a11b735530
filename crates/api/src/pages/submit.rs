//! The form that starts a scan.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use repolens_core::RepoUrl;
use serde::Deserialize;

use super::visit::Visit;
use super::{home, see_other};
use crate::app::App;
use crate::handlers::scans::{self, ScanRequest};
use crate::http::body::Json;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::request::RequestId;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub url: String,
    pub branch: String,
}

/// What was typed, as an address: the scheme may be missing, and what a browser shows of a host's pages is taken for the
/// repository that they are about.
pub fn address(typed: &str) -> String {
    let typed = typed.trim();
    let full = match typed.split_once("://") {
        Some(_) => typed.to_owned(),
        // `git@github.com:owner/repo.git`
        None => match typed.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
            Some((host, path)) => format!("https://{host}/{path}"),
            None if typed.is_empty() => String::new(),
            None => format!("https://{typed}"),
        },
    };
    let full = full.split(['?', '#']).next().unwrap_or_default();
    repository_of_page(full.trim_end_matches('/'))
}

/// `https://github.com/owner/repo/tree/main/src` is about `https://github.com/owner/repo`.
fn repository_of_page(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let mut parts = rest.split('/');
    let host = parts.next().unwrap_or_default();
    let path: Vec<&str> = parts.collect();
    let known = ["github.com", "www.github.com", "bitbucket.org", "codeberg.org"].contains(&host);
    // GitLab's repositories may be below several groups; its pages are behind a dash.
    let end = match path.iter().position(|part| *part == "-") {
        Some(dash) => dash,
        None if known => path.len().min(2),
        None => path.len(),
    };
    let path = path[..end].join("/");
    format!("{scheme}://{host}/{path}")
}

/// Why it cannot be an address of a repository, with what would be right.
pub fn hint(typed: &str) -> &'static str {
    let typed = typed.trim();
    match typed {
        "" => "Type or paste the address of a repository, such as https://github.com/django/django.",
        t if t.contains("://") && !t.starts_with("http") => {
            "Write the address as your browser shows it: https://host/owner/repository."
        }
        t if !t.contains('/') => "The owner and the name are missing: https://github.com/owner/repository.",
        t if t.contains(' ') => "An address has no spaces in it. Paste it as your browser shows it.",
        _ => "An address looks like https://github.com/owner/repository. Any git server over HTTPS will do.",
    }
}

/// Starts the scan and goes to its page, or shows what is wrong with the address, in its place.
pub async fn post(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    client: Client,
    request_id: RequestId,
    asked: Form<Asked>,
) -> Result<HttpResponse, Problem> {
    let repo_url = address(&asked.url);
    if let Err(refused) = RepoUrl::parse(&repo_url, &app.scans.url_policy) {
        let wrong = home::Wrong::new(&asked, refused.to_string());
        return home::page(&app, &request, visit, Some(wrong)).await;
    }
    let branch = Some(asked.branch.trim().to_owned()).filter(|branch| !branch.is_empty());
    let wanted = Json(ScanRequest::new(repo_url, branch));
    match scans::post_scan(
        app.clone(),
        request.clone(),
        client,
        visit.caller.clone(),
        request_id,
        wanted,
    )
    .await
    {
        Ok(accepted) => {
            let location = accepted
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok());
            let id = location.and_then(|location| location.rsplit('/').next());
            let id = id.ok_or_else(|| Problem::because(&"an accepted scan has no address"))?;
            let mut response = see_other(&format!("/scan/{id}"));
            // By which a guest cancels the scan on its page.
            for cookie in accepted.headers().get_all(header::SET_COOKIE) {
                response.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
            Ok(response)
        }
        Err(refused) if refused.status_code() == StatusCode::UNPROCESSABLE_ENTITY => {
            let wrong = home::Wrong::new(&asked, refused.to_string());
            home::page(&app, &request, visit, Some(wrong)).await
        }
        Err(refused) => Err(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_an_address() {
        for (typed, expected) in [
            (" https://github.com/o/r ", "https://github.com/o/r"),
            ("github.com/o/r", "https://github.com/o/r"),
            ("github.com/o/r/", "https://github.com/o/r"),
            ("https://github.com/o/r/tree/main/src", "https://github.com/o/r"),
            ("https://github.com/o/r/pull/3?a=b#c", "https://github.com/o/r"),
            ("git@github.com:o/r.git", "https://github.com/o/r.git"),
            ("https://gitlab.com/g/s/r/-/blob/main/a.rs", "https://gitlab.com/g/s/r"),
            ("https://git.example.org/a/b/c", "https://git.example.org/a/b/c"),
            ("file:///srv/git/a.git", "file:///srv/git/a.git"),
            ("", ""),
        ] {
            assert_eq!(address(typed), expected, "{typed}");
        }
    }
}
