//! What a client has already, and in which encoding it takes the rest.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpResponse, HttpResponseBuilder};

/// Bodies below this are sent as they are: their headers are longer than what would be saved.
const WORTH_COMPRESSING: usize = 1_024;

/// Does the client take gzip?
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q == 0.0));
            matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
        })
}

/// The bytes differ by encoding, so their tags do too.
pub fn etag(digest: &str, gzip: bool) -> String {
    let short = digest.get(..32).unwrap_or(digest);
    if gzip {
        format!("\"{short}-gzip\"")
    } else {
        format!("\"{short}\"")
    }
}

/// Does `If-None-Match` name it, in whichever encoding?
pub fn has_already(headers: &HeaderMap, digest: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag(digest, true) || tag == etag(digest, false))
}

/// 304, with the headers that the whole answer would have.
pub fn not_modified(headers: &HeaderMap, digest: &str, cache_control: &str) -> HttpResponse<BoxBody> {
    HttpResponse::build(StatusCode::NOT_MODIFIED)
        .insert_header((header::ETAG, etag(digest, takes_gzip(headers))))
        .insert_header((header::CACHE_CONTROL, cache_control))
        .insert_header((header::VARY, "Accept-Encoding"))
        .finish()
}

/// A body that was made for this answer, compressed where the client takes that and it pays.
pub fn body(
    mut response: HttpResponseBuilder,
    headers: &HeaderMap,
    digest: Option<&str>,
    cache_control: &str,
    bytes: Vec<u8>,
) -> HttpResponse<BoxBody> {
    let gzip = takes_gzip(headers);
    response
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, cache_control));
    if let Some(digest) = digest {
        response.insert_header((header::ETAG, etag(digest, gzip)));
    }
    if !gzip || bytes.len() < WORTH_COMPRESSING {
        return response.body(bytes);
    }
    match zip(&bytes) {
        Ok(zipped) => response.insert_header((header::CONTENT_ENCODING, "gzip")).body(zipped),
        // It does not fail in memory; if it did, the plain bytes are as good.
        Err(_) => response.body(bytes),
    }
}

fn zip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 4), flate2::Compression::fast());
    gzip.write_all(bytes)?;
    gzip.finish()
}
