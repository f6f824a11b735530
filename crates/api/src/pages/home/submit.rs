//! The form that starts a scan.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use repolens_core::RepoUrl;

use crate::app::App;
use crate::handlers::scans::{self, ScanRequest};
use crate::http::body::Json;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::request::RequestId;
use crate::pages::visit::Visit;
use crate::pages::visit::typed_address::{TypedAddress, address};
use crate::pages::{home, see_other};

/// Starts the scan and goes to its page, or shows what is wrong with the address, in its place.
pub async fn post(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    client: Client,
    request_id: RequestId,
    asked: Form<TypedAddress>,
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
