//! What belongs to a signed-in user.

use actix_web::HttpResponse;
use actix_web::web::{self, Form};
use chrono::Utc;
use repolens_core::store::Scan;
use serde::Deserialize;

use super::visit::Visit;
use super::{see_other, way_back};
use crate::app::App;
use crate::problem::Problem;

/// Whether the scan's repository is a favorite of the visitor; `None` for a guest, who has none.
pub async fn favorite(app: &App, visit: &Visit, scan: &Scan) -> Result<Option<bool>, Problem> {
    match (visit.caller.user_id(), &scan.repository_id) {
        (Some(user), Some(repository)) => Ok(Some(app.store.is_favorite(user, repository).await?)),
        _ => Ok(None),
    }
}

#[derive(Deserialize)]
pub struct FavoriteForm {
    repository: String,
    back: String,
    r#do: String,
}

/// Adds or removes a favorite and goes back.
pub async fn post_favorite(
    app: web::Data<App>,
    visit: Visit,
    form: Form<FavoriteForm>,
) -> Result<HttpResponse, Problem> {
    let user = visit.caller.signed_in()?;
    if form.r#do == "remove" {
        app.store.remove_favorite(&user.id, &form.repository).await?;
    } else {
        let added = app.store.add_favorite(&user.id, &form.repository, Utc::now()).await?;
        added.ok_or_else(|| Problem::not_found("There is no such repository, or none that you may see."))?;
    }
    Ok(see_other(way_back(&form.back)))
}
