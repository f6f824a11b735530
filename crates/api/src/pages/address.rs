//! `/{host}/{owner}/{repository}`: this service's name before a repository's address shows its newest report, or offers to
//! make one.

use actix_web::{FromRequest as _, HttpRequest, HttpResponse, web};
use askama::Template;
use repolens_core::{RepoUrl, UrlPolicy};

use super::shell::{Shell, page};
use super::view::place::short_name;
use super::view::text::filters;
use super::visit::Visit;
use super::visit::typed_address;
use super::{see_other, shell::problems};
use crate::app::App;
use crate::http::problem::Problem;

/// Short names of hosts.
const SHORT: [(&str, &str); 4] = [
    ("gh", "github.com"),
    ("gl", "gitlab.com"),
    ("bb", "bitbucket.org"),
    ("cb", "codeberg.org"),
];

#[derive(Template)]
#[template(path = "address.html")]
struct Offer {
    shell: Shell,
    url: String,
    name: String,
}

/// Answers addresses without a route.
pub async fn no_route(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let missing = Problem::not_found("There is nothing at this address.");
    let path = request.path();
    if path.starts_with("/api/") || path == "/metrics" {
        return Err(missing);
    }
    let reads = request.method().is_safe();
    let Some(url) = repository(path).filter(|_| reads) else {
        return match problems::wants_pages(request.headers()) {
            true => Ok(problems::page(&request, &missing)),
            false => Err(missing),
        };
    };
    let Ok(url) = RepoUrl::parse(&url, &app.scans.url_policy) else {
        return Ok(problems::page(
            &request,
            &Problem::not_found("This is no address of a repository that is scanned here."),
        ));
    };
    let visit = Visit::extract(&request).await?;
    match app.store.newest_public(&url.full_name()).await? {
        Some(newest) => Ok(see_other(&format!("/scan/{}", newest.scan_id))),
        None => {
            let name = short_name(url.as_str());
            let offer = Offer {
                shell: Shell::new(visit, format!("Scan {name}")),
                url: url.as_str().to_owned(),
                name,
            };
            page(&request, HttpResponse::Ok(), &offer)
        }
    }
}

/// The address of a repository that a path is, of at least a host, an owner and a name.
fn repository(path: &str) -> Option<String> {
    let path = percent_decoded(path.trim_start_matches('/'))?;
    // Browsers and proxies make one slash of two.
    let bare = ["https://", "http://", "https:/", "http:/"]
        .iter()
        .find_map(|scheme| path.strip_prefix(scheme))
        .unwrap_or(&path);
    let (host, rest) = bare.split_once('/')?;
    let host = SHORT
        .iter()
        .find(|(short, _)| *short == host)
        .map_or(host, |(_, host)| host);
    let name_of_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    if !name_of_host || rest.trim_matches('/').split('/').count() < 2 {
        return None;
    }
    let address = typed_address::address(&format!("https://{host}/{rest}"));
    let any = UrlPolicy {
        allow_private_hosts: true,
        ..UrlPolicy::default()
    };
    RepoUrl::parse(&address, &any).ok().map(|_| address)
}

fn percent_decoded(path: &str) -> Option<String> {
    // A form's decoding, in which a plus is a plus.
    let pair = path.replace('+', "%2B");
    let form = format!("x={}", pair.replace('&', "%26"));
    let (_, value) = url::form_urlencoded::parse(form.as_bytes()).next()?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_repositories_are_known() {
        for (path, address) in [
            ("/github.com/o/r", Some("https://github.com/o/r")),
            ("/gh/o/r", Some("https://github.com/o/r")),
            ("/gl/g/s/r", Some("https://gitlab.com/g/s/r")),
            ("/https://github.com/o/r", Some("https://github.com/o/r")),
            ("/https:/github.com/o/r/tree/main/a", Some("https://github.com/o/r")),
            ("/git.example.org/a/b.git", Some("https://git.example.org/a/b.git")),
            ("/o/r", None),
            ("/github.com/o", None),
            ("/a/b/c", None),
            ("/wp-login.php", None),
            ("/../x/y", None),
        ] {
            assert_eq!(repository(path).as_deref(), address, "{path}");
        }
    }
}
