//! The pages of a signed-in user: scans, favorites, API keys, webhooks.

mod favorites;
mod keys;
mod scans;
mod webhooks;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;
use repolens_core::store::Scan;

use super::shell::page;
use super::visit::Visit;
use crate::app::App;
use crate::http::problem::Problem;

pub use favorites::{get as get_favorites, post as post_favorite};
pub use keys::{get as get_keys, post as post_key};
pub use scans::{get as get_scans, post as post_scan};
pub use webhooks::{get as get_webhooks, post as post_webhook};

/// The pages of this kind, for the links between them: address and title.
pub const PAGES: [(&str, &str); 4] = [
    ("/my/scans", "Scans"),
    ("/my/favorites", "Favorites"),
    ("/my/keys", "API keys"),
    ("/my/webhooks", "Webhooks"),
];

/// Whether the scan's repository is a favorite of the visitor; `None` for a guest, who has none.
pub async fn favorite(app: &App, visit: &Visit, scan: &Scan) -> Result<Option<bool>, Problem> {
    match (visit.caller.user_id(), &scan.repository_id) {
        (Some(user), Some(repository)) => Ok(Some(app.store.is_favorite(user, repository).await?)),
        _ => Ok(None),
    }
}

/// A page with a secret that was just made, or with the reason why none was. The secret is shown once, so that no browser
/// may keep the page.
fn with_new_secret<T: Template>(
    request: &HttpRequest,
    made: Result<Option<String>, Problem>,
    template: impl FnOnce(Option<String>, Option<String>) -> T,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    let (made, problem) = match made {
        Ok(made) => (made, None),
        Err(problem) => {
            response.status(problem.status_code());
            (None, Some(problem.to_string()))
        }
    };
    let mut answer = page(request, response, &template(made, problem))?;
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
