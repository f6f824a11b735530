//! Webhooks of users: created, listed, deleted. The secret is returned once, when the webhook is created.

use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use repolens_core::store::{MAX_WEBHOOKS, NewWebhook, Webhook};
use repolens_core::{HookUrl, Secret};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::caller::Caller;
use crate::handlers::{optional_timestamp, timestamp};
use crate::http::body::Json;
use crate::http::problem::Problem;
use crate::scans::webhooks::{SECRET_START, signing_key};

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookRequest {
    url: String,
    events: Vec<Event>,
    #[serde(default)]
    secret: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
enum Event {
    #[serde(rename = "scan.completed")]
    Completed,
    #[serde(rename = "scan.failed")]
    Failed,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Completed => "scan.completed",
            Self::Failed => "scan.failed",
        }
    }
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    id: String,
    url: String,
    events: Vec<String>,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    /// How the latest attempt ended, such as `200`.
    last_status: Option<String>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    last_attempt_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhookView {
    #[serde(flatten)]
    view: WebhookView,
    secret: String,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events.split(',').map(str::to_owned).collect(),
            created_at: webhook.created_at,
            last_status: webhook.last_status,
            last_attempt_at: webhook.last_attempt_at,
        }
    }
}

/// Creates a webhook. Its secret is returned in this answer only.
pub async fn post_webhook(
    app: web::Data<App>,
    caller: Caller,
    Json(body): Json<WebhookRequest>,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    let made = add(&app, &user.id, body).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Makes a webhook of this user with a new secret, which it returns.
pub async fn make(app: &App, user_id: &str, url: &str, completed: bool, failed: bool) -> Result<String, Problem> {
    let chosen = [(completed, Event::Completed), (failed, Event::Failed)];
    let body = WebhookRequest {
        url: url.trim().to_owned(),
        events: chosen
            .into_iter()
            .filter(|(chosen, _)| *chosen)
            .map(|(_, event)| event)
            .collect(),
        secret: None,
    };
    add(app, user_id, body).await.map(|made| made.secret)
}

async fn add(app: &App, user_id: &str, body: WebhookRequest) -> Result<NewWebhookView, Problem> {
    let url = HookUrl::parse(&body.url, &app.scans.url_policy)
        .map_err(|refused| Problem::refused_at("/url", refused.to_string()))?;
    let mut events = body.events;
    events.sort_unstable();
    events.dedup();
    if events.is_empty() {
        return Err(Problem::refused_at(
            "/events",
            "Name at least one of `scan.completed` and `scan.failed`.",
        ));
    }
    let secret = match body.secret {
        Some(secret) if signing_key(&secret).is_some() => secret,
        Some(_) => {
            return Err(Problem::refused_at(
                "/secret",
                "A secret is `whsec_` and 24 to 64 bytes in base64; leave it out to be given one.",
            ));
        }
        None => random_secret()?,
    };
    let now = Utc::now();
    let names: Vec<&str> = events.into_iter().map(Event::name).collect();
    let new = NewWebhook {
        id: uuid::Uuid::new_v4().to_string(),
        user_id: user_id.to_owned(),
        url: url.as_str().to_owned(),
        events: names.join(","),
        secret: Secret::new(secret.clone()),
    };
    if !app.store.add_webhook(new.clone(), now).await? {
        return Err(Problem::conflict(format!(
            "You have {MAX_WEBHOOKS} webhooks: delete one that you do not need first."
        )));
    }
    tracing::info!(webhook_id = new.id, "webhook made");
    let view = WebhookView::from(Webhook {
        id: new.id,
        url: new.url,
        events: new.events,
        last_status: None,
        last_attempt_at: None,
        created_at: now,
    });
    Ok(NewWebhookView { view, secret })
}

/// The caller's own, newest first.
pub async fn get_webhooks(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let webhooks = app.store.webhooks(&caller.signed_in()?.id).await?;
    let webhooks: Vec<WebhookView> = webhooks.into_iter().map(WebhookView::from).collect();
    Ok(HttpResponse::Ok().json(webhooks))
}

pub async fn delete_webhook(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    match app.store.delete_webhook(&id, &user.id).await? {
        Some(owner) if owner == user.id => {
            tracing::info!(webhook_id = id.as_str(), "webhook deleted");
            Ok(HttpResponse::NoContent().finish())
        }
        Some(_) => Err(Problem::forbidden("This is not your webhook.")),
        None => Err(Problem::not_found("There is no such webhook.")),
    }
}

fn random_secret() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Problem::because(&"the system has no random numbers"))?;
    Ok(format!("{SECRET_START}{}", STANDARD.encode(bytes)))
}
