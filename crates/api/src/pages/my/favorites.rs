//! Repositories that the visitor wants to find again.

use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};
use repolens_core::store::Favorite;
use serde::Deserialize;

use crate::app::App;
use crate::http::problem::Problem;
use crate::pages::shell::{Shell, page};
use crate::pages::view::text::{self, Html, filters};
use crate::pages::visit::Visit;
use crate::pages::{see_other, way_back};

#[derive(Template)]
#[template(path = "my/favorites.html")]
struct Favorites {
    shell: Shell,
    favorites: Vec<Favorite>,
    now: DateTime<Utc>,
}

impl Favorites {
    fn ago(&self, time: &DateTime<Utc>) -> Html {
        text::ago(time, &self.now)
    }
}

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let favorites = match visit.caller.user_id() {
        Some(user) => app.store.favorites(user).await?,
        None => Vec::new(),
    };
    let shown = Favorites {
        shell: Shell::new(visit, "Favorites"),
        favorites,
        now: Utc::now(),
    };
    page(&request, HttpResponse::Ok(), &shown)
}

#[derive(Deserialize)]
pub struct FavoriteChange {
    #[serde(default)]
    form_token: String,
    repository: String,
    back: String,
    r#do: String,
}

/// Adds or removes a favorite and goes back.
pub async fn post(app: web::Data<App>, visit: Visit, form: Form<FavoriteChange>) -> Result<HttpResponse, Problem> {
    let user = visit.caller.signed_in()?;
    visit.check(&form.form_token)?;
    if form.r#do == "remove" {
        app.store.remove_favorite(&user.id, &form.repository).await?;
    } else {
        let added = app.store.add_favorite(&user.id, &form.repository, Utc::now()).await?;
        added.ok_or_else(|| Problem::not_found("There is no such repository, or none that you may see."))?;
    }
    Ok(see_other(way_back(&form.back)))
}
