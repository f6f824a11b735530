//! What belongs to a signed-in user: scans, favorites, API keys, webhooks.

mod favorites;
mod keys;
mod scans;
mod webhooks;

use repolens_core::store::Scan;

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
