//! Webhooks of the visitor: addresses that are notified when their scans have ended.

use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use repolens_core::store::Webhook;
use serde::Deserialize;

use super::with_new_secret;
use crate::app::App;
use crate::handlers::account::webhooks;
use crate::http::problem::Problem;
use crate::pages::see_other;
use crate::pages::shell::Shell;
use crate::pages::view::text::filters;
use crate::pages::visit::Visit;

#[derive(Template)]
#[template(path = "my/webhooks.html")]
struct Webhooks {
    shell: Shell,
    webhooks: Vec<Webhook>,
    /// The secret of the one that was made.
    made: Option<String>,
    problem: Option<String>,
}

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    show(&app, &request, visit, Ok(None)).await
}

async fn show(
    app: &App,
    request: &HttpRequest,
    visit: Visit,
    made: Result<Option<String>, Problem>,
) -> Result<HttpResponse, Problem> {
    let webhooks = match visit.caller.user_id() {
        Some(user) => app.store.webhooks(user).await?,
        None => Vec::new(),
    };
    with_new_secret(request, made, |made, problem| Webhooks {
        shell: Shell::new(visit, "Webhooks"),
        webhooks,
        made,
        problem,
    })
}

#[derive(Deserialize)]
pub struct WebhookChange {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    completed: String,
    #[serde(default)]
    failed: String,
    #[serde(default)]
    delete: String,
}

/// Makes or deletes a webhook.
pub async fn post(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Form<WebhookChange>,
) -> Result<HttpResponse, Problem> {
    let user = visit.caller.signed_in()?.clone();
    visit.check(&form.form_token)?;
    if !form.delete.is_empty() {
        webhooks::delete_webhook(app, visit.caller, web::Path::from(form.into_inner().delete)).await?;
        return Ok(see_other("/my/webhooks"));
    }
    let made = webhooks::make(
        &app,
        &user.id,
        &form.url,
        !form.completed.is_empty(),
        !form.failed.is_empty(),
    )
    .await;
    show(&app, &request, visit, made.map(Some)).await
}
