//! API keys of the visitor. A new one is shown once.

use actix_web::http::header;
use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use repolens_core::store::ApiKey;
use serde::Deserialize;

use crate::app::App;
use crate::handlers::keys;
use crate::http::problem::Problem;
use crate::pages::see_other;
use crate::pages::shell::{Shell, page};
use crate::pages::text::filters;
use crate::pages::visit::Visit;

#[derive(Template)]
#[template(path = "my/keys.html")]
struct Keys {
    shell: Shell,
    keys: Vec<ApiKey>,
    made: Option<String>,
    problem: Option<String>,
}

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    show(&app, &request, visit, Ok(None)).await
}

/// The list, with the key that was made or why none was.
async fn show(
    app: &App,
    request: &HttpRequest,
    visit: Visit,
    made: Result<Option<String>, Problem>,
) -> Result<HttpResponse, Problem> {
    let keys = match visit.caller.user_id() {
        Some(user) => app.store.keys(user).await?,
        None => Vec::new(),
    };
    let mut response = HttpResponse::Ok();
    let (made, problem) = match made {
        Ok(made) => (made, None),
        Err(problem) => {
            response.status(actix_web::ResponseError::status_code(&problem));
            (None, Some(problem.to_string()))
        }
    };
    let shown = Keys {
        shell: Shell::new(visit, "API keys"),
        keys,
        made,
        problem,
    };
    let mut answer = page(request, response, &shown)?;
    // A key that is shown once is kept by no browser.
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Change {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    delete: String,
}

/// Makes or deletes a key.
pub async fn post(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Form<Change>,
) -> Result<HttpResponse, Problem> {
    let user = visit.caller.signed_in()?.clone();
    visit.check(&form.form_token)?;
    if !form.delete.is_empty() {
        keys::delete_key(app, visit.caller, web::Path::from(form.into_inner().delete)).await?;
        return Ok(see_other("/my/keys"));
    }
    let days = match form.days.trim() {
        "" => Ok(None),
        days => days
            .parse()
            .map(Some)
            .map_err(|_| Problem::malformed("The days are a whole number.")),
    };
    let made = match days {
        Ok(days) => keys::make(&app, &user.id, &form.name, days)
            .await
            .map(|made| Some(made.key().to_owned())),
        Err(problem) => Err(problem),
    };
    show(&app, &request, visit, made).await
}
