//! Favorites: repositories that a user wants to find again.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::Favorite;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::auth::access::may_name;
use crate::auth::caller::{Caller, User};
use crate::handlers::{optional_timestamp, timestamp};
use crate::http::problem::Problem;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FavoriteView {
    id: String,
    repository_id: String,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    repository: FavoriteRepository,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FavoriteRepository {
    id: String,
    full_name: String,
    name: String,
    owner: String,
    url: String,
    latest_scan_id: Option<String>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    latest_scan_at: Option<DateTime<Utc>>,
}

impl From<Favorite> for FavoriteView {
    fn from(favorite: Favorite) -> Self {
        let repository = favorite.repository;
        Self {
            id: favorite.id,
            repository_id: repository.id.clone(),
            created_at: favorite.created_at,
            repository: FavoriteRepository {
                name: repository.name().to_owned(),
                owner: repository.owner().to_owned(),
                id: repository.id,
                full_name: repository.full_name,
                url: repository.url,
                latest_scan_id: repository.last_scan_id,
                latest_scan_at: repository.last_scanned_at,
            },
        }
    }
}

/// Older clients name a user with each call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedUser {
    user_id: Option<String>,
}

/// Favorites are the caller's own, whatever user is named.
fn owner<'a>(caller: &'a Caller, named: &NamedUser) -> Result<&'a User, Problem> {
    let user = caller.signed_in()?;
    checked(caller, named).map(|()| user)
}

fn checked(caller: &Caller, named: &NamedUser) -> Result<(), Problem> {
    match &named.user_id {
        Some(user_id) => may_name(caller, user_id),
        None => Ok(()),
    }
}

/// The caller's own, newest first. A guest has none.
pub async fn get_favorites(
    app: web::Data<App>,
    caller: Caller,
    named: web::Query<NamedUser>,
) -> Result<HttpResponse, Problem> {
    checked(&caller, &named)?;
    let favorites = match &caller {
        Caller::User(user) => app.store.favorites(&user.id).await?,
        Caller::Guest => Vec::new(),
    };
    let favorites: Vec<FavoriteView> = favorites.into_iter().map(FavoriteView::from).collect();
    Ok(HttpResponse::Ok().json(favorites))
}

/// Adds one; an existing one is not changed.
pub async fn post_favorite(
    app: web::Data<App>,
    caller: Caller,
    named: web::Query<NamedUser>,
    repository_id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let user = owner(&caller, &named)?;
    let added = app.store.add_favorite(&user.id, &repository_id, Utc::now()).await?;
    let favorite = added.ok_or_else(no_repository)?;
    Ok(HttpResponse::Ok().json(FavoriteView::from(favorite)))
}

/// Answered with JSON: the front end reads a body of every answer.
pub async fn delete_favorite(
    app: web::Data<App>,
    caller: Caller,
    named: web::Query<NamedUser>,
    repository_id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let user = owner(&caller, &named)?;
    if app.store.remove_favorite(&user.id, &repository_id).await? {
        Ok(HttpResponse::Ok().json(json!({ "repositoryId": *repository_id, "isFavorite": false })))
    } else {
        Err(Problem::not_found("This repository is not among your favorites."))
    }
}

pub async fn get_check(
    app: web::Data<App>,
    caller: Caller,
    named: web::Query<NamedUser>,
    repository_id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    checked(&caller, &named)?;
    let is_favorite = match &caller {
        Caller::User(user) => app.store.is_favorite(&user.id, &repository_id).await?,
        Caller::Guest => false,
    };
    Ok(HttpResponse::Ok().json(json!({ "isFavorite": is_favorite })))
}

/// The same for one that is private to others.
fn no_repository() -> Problem {
    Problem::not_found("There is no such repository. It exists once it was scanned.")
}
