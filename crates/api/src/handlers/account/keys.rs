//! API keys: created, listed, deleted. A key itself is returned once, when it is created.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use repolens_core::store::{ApiKey, MAX_KEYS, NewKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::auth::caller::Caller;
use crate::handlers::{optional_timestamp, timestamp};
use crate::http::body::Json;
use crate::http::problem::Problem;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRequest {
    name: String,
    #[serde(default)]
    expires_in_days: Option<u32>,
}

const MAX_NAME: usize = 100;
const MAX_DAYS: u32 = 3_650;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    id: String,
    name: String,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    last_used_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewKeyView {
    #[serde(flatten)]
    view: KeyView,
    key: String,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
        }
    }
}

/// Creates a key, which is returned in this answer only.
pub async fn post_key(
    app: web::Data<App>,
    caller: Caller,
    Json(body): Json<KeyRequest>,
) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    let made = make(&app, &user.id, &body.name, body.expires_in_days).await?;
    Ok(HttpResponse::Created().json(made))
}

impl NewKeyView {
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Makes a key of this user.
pub async fn make(app: &App, user_id: &str, name: &str, expires_in_days: Option<u32>) -> Result<NewKeyView, Problem> {
    let name = name.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Problem::refused_at(
            "/name",
            format!("A key's name has 1 to {MAX_NAME} printable characters."),
        ));
    }
    let now = Utc::now();
    let expires_at = match expires_in_days {
        None => None,
        Some(days) if (1..=MAX_DAYS).contains(&days) => Some(now + TimeDelta::days(days.into())),
        Some(_) => {
            return Err(Problem::refused_at(
                "/expiresInDays",
                format!("A key expires in 1 to {MAX_DAYS} days; leave it out for one that does not."),
            ));
        }
    };
    let key = random_key()?;
    let new = NewKey {
        id: uuid::Uuid::new_v4().to_string(),
        user_id: user_id.to_owned(),
        name: name.to_owned(),
        hash: hex::encode(Sha256::digest(&key)),
        expires_at,
    };
    if !app.store.add_key(new.clone(), now).await? {
        return Err(Problem::conflict(format!(
            "You have {MAX_KEYS} keys: delete one that you do not need first."
        )));
    }
    tracing::info!(key_id = new.id, "API key made");
    let view = KeyView {
        id: new.id,
        name: new.name,
        created_at: now,
        last_used_at: None,
        expires_at,
    };
    Ok(NewKeyView { view, key })
}

/// The caller's own, newest first.
pub async fn get_keys(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let keys = app.store.keys(&caller.signed_in()?.id).await?;
    let keys: Vec<KeyView> = keys.into_iter().map(KeyView::from).collect();
    Ok(HttpResponse::Ok().json(keys))
}

pub async fn delete_key(app: web::Data<App>, caller: Caller, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in()?;
    match app.store.delete_key(&id, &user.id).await? {
        Some(owner) if owner == user.id => {
            app.auth.callers.forget_key(&id);
            tracing::info!(key_id = id.as_str(), "API key deleted");
            Ok(HttpResponse::NoContent().finish())
        }
        Some(_) => Err(Problem::forbidden("This is not your key.")),
        None => Err(Problem::not_found("There is no such key.")),
    }
}

/// 256 random bits behind a beginning by which it is known for what it is, in our log and in others' scanners.
fn random_key() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Problem::because(&"the system has no random numbers"))?;
    Ok(format!("rl_{}", hex::encode(bytes)))
}
