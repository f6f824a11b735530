//! API keys of the visitor. A new one is shown once.

use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use repolens_core::store::ApiKey;
use serde::Deserialize;

use super::with_new_secret;
use crate::app::App;
use crate::handlers::account::keys;
use crate::http::problem::Problem;
use crate::pages::see_other;
use crate::pages::shell::Shell;
use crate::pages::view::text::filters;
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
    with_new_secret(request, made, |made, problem| Keys {
        shell: Shell::new(visit, "API keys"),
        keys,
        made,
        problem,
    })
}

#[derive(Deserialize)]
pub struct KeyChange {
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
    form: Form<KeyChange>,
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
