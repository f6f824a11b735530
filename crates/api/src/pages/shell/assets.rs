//! The style sheet, the script and the icons: in the binary, at addresses that have the hash of their content.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::http::conditional;
use crate::http::problem::Problem;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    text: &'static str,
}

macro_rules! asset {
    ($name:literal, $type:literal) => {
        Asset {
            name: $name,
            content_type: $type,
            text: include_str!(concat!("assets/", $name)),
        }
    };
}

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("assets/style.css");

const ASSETS: [Asset; 6] = [
    Asset {
        name: "style.css",
        content_type: "text/css; charset=utf-8",
        text: STYLE,
    },
    asset!("page.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("icon-running.svg", "image/svg+xml"),
    asset!("icon-done.svg", "image/svg+xml"),
    asset!("icon-failed.svg", "image/svg+xml"),
];

/// One hash for all of them: they change together.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.text);
    }
    hex::encode(&hash.finalize()[..6])
});

/// The address of an asset.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *HASH)
}

/// `/assets/{hash}/{name}`: it never changes, so browsers may keep it.
pub async fn get(request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (_, name) = path.into_inner();
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or_else(|| Problem::not_found("There is nothing at this address."))?;
    let mut response = HttpResponse::Ok();
    response.content_type(asset.content_type);
    Ok(conditional::body(
        response,
        request.headers(),
        None,
        "public, max-age=31536000, immutable",
        asset.text.as_bytes().to_vec(),
    ))
}

/// `/favicon.ico`, which browsers ask for by themselves.
pub async fn favicon() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, address("icon.svg")))
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_ask_no_other_host() {
        for asset in ASSETS {
            let text = asset.text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("http:") && !text.contains("https:"), "{}", asset.name);
            assert!(!text.contains("innerHTML") && !text.contains("eval("), "{}", asset.name);
        }
        assert!(
            !STYLE.contains("url(") && !STYLE.contains("</"),
            "the style stays inside its element"
        );
    }
}
