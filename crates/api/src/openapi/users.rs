//! Favorites, keys, webhooks, and GitHub's notifications.

use serde_json::json;

use super::shapes::{any_object, flag, list, object, one_of, or_null, text};
use super::{Api, operation};
use crate::handlers::account::favorites::FavoriteView;
use crate::handlers::account::keys::{KeyRequest, KeyView, NewKeyView};
use crate::handlers::account::webhooks::{NewWebhookView, WebhookRequest, WebhookView};

const TAG: &str = "Users";

pub fn describe(api: &mut Api) {
    favorites(api);
    keys(api);
    webhooks(api);
    pushes(api);
}

fn favorites(api: &mut Api) {
    let favorite = api.schema::<FavoriteView>();
    api.add(
        operation(
            "get",
            "/api/favorites",
            TAG,
            "listFavorites",
            "One's favorites, newest first",
        )
        .answers(200, "All of them; a guest has none", list(favorite.clone()))
        .names_user()
        .with_or_without_credential()
        .stored(),
    );
    let one = "/api/favorites/{repositoryId}";
    api.add(
        operation(
            "post",
            one,
            TAG,
            "addFavorite",
            "Add a repository; an existing one stays",
        )
        .answers(200, "It is a favorite", favorite)
        .problems(&[404])
        .names_user()
        .signed_in()
        .stored(),
    );
    api.add(
        operation("delete", one, TAG, "removeFavorite", "Take a repository out")
            .answers(
                200,
                "It is none any more",
                object(&[("repositoryId", text()), ("isFavorite", flag())]),
            )
            .problems(&[404])
            .names_user()
            .signed_in()
            .stored(),
    );
    api.add(
        operation(
            "get",
            "/api/favorites/{repositoryId}/check",
            TAG,
            "checkFavorite",
            "Whether a repository is a favorite",
        )
        .answers(
            200,
            "Whether it is; a guest's is none",
            object(&[("isFavorite", flag())]),
        )
        .names_user()
        .with_or_without_credential()
        .stored(),
    );
}

fn keys(api: &mut Api) {
    let (key, new) = (api.schema::<KeyView>(), api.schema::<NewKeyView>());
    api.add(
        operation("get", "/api/keys", TAG, "listKeys", "One's API keys, newest first")
            .answers(200, "All of them, without their secrets", list(key))
            .signed_in()
            .stored(),
    );
    api.add(
        operation("post", "/api/keys", TAG, "makeKey", "Make an API key")
            .body(Api::request::<KeyRequest>())
            .answers(201, "The only answer with the key itself", new)
            .problems(&[400, 409, 413, 415, 422])
            .signed_in()
            .stored(),
    );
    api.add(
        operation(
            "delete",
            "/api/keys/{id}",
            TAG,
            "deleteKey",
            "Delete an API key: it is refused from then on",
        )
        .ends(204, "It is gone")
        .problems(&[404])
        .signed_in()
        .stored(),
    );
}

fn webhooks(api: &mut Api) {
    let (webhook, new) = (api.schema::<WebhookView>(), api.schema::<NewWebhookView>());
    api.add(
        operation(
            "get",
            "/api/webhooks",
            TAG,
            "listWebhooks",
            "One's webhooks, newest first",
        )
        .answers(200, "All of them, without their secrets", list(webhook))
        .signed_in()
        .stored(),
    );
    api.add(
        operation(
            "post",
            "/api/webhooks",
            TAG,
            "makeWebhook",
            "Be notified when one's scans have finished",
        )
        .body(Api::request::<WebhookRequest>())
        .answers(201, "The only answer with the secret", new)
        .problems(&[400, 409, 413, 415, 422])
        .signed_in()
        .stored(),
    );
    api.add(
        operation(
            "delete",
            "/api/webhooks/{id}",
            TAG,
            "deleteWebhook",
            "Delete a webhook: nothing more is sent",
        )
        .ends(204, "It is gone")
        .problems(&[404])
        .signed_in()
        .stored(),
    );
}

fn pushes(api: &mut Api) {
    let scan = object(&[("scanId", text()), ("status", one_of(&["queued"]))]);
    let none = object(&[("message", text())]);
    let answer = json!({
        "allOf": [none, { "type": "object", "properties": { "scanId": or_null(text()) } }],
    });
    api.add(
        operation(
            "post",
            "/api/github/webhook",
            TAG,
            "receivePush",
            "For GitHub: a push to a branch of a public repository is scanned",
        )
        .header(
            "X-Hub-Signature-256",
            false,
            text(),
            "`sha256=` and the HMAC of the body",
        )
        .header("X-GitHub-Event", false, text(), "Such as `push`")
        .body(any_object())
        .answers(201, "It is scanned", scan)
        .answers(200, "No new scan, with the reason", answer)
        .problems(&[400, 401, 404, 413, 415, 422])
        .stored(),
    );
}
