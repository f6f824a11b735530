//! Conditional requests: the version that a client already has, and the encodings that it accepts.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpResponse, HttpResponseBuilder};

/// Bodies below this are sent as they are: their headers are longer than what would be saved.
const WORTH_COMPRESSING: usize = 1_024;

/// Whether the client accepts gzip. Its entry for gzip itself takes precedence over the one for all others.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let taken = |names: &[&str]| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|coding| coding.split_once(';').unwrap_or((coding, "")))
            .find(|(name, _)| names.iter().any(|known| name.trim().eq_ignore_ascii_case(known)))
            .map(|(_, weight)| {
                let q = weight.trim().strip_prefix("q=");
                !q.is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q == 0.0))
            })
    };
    taken(&["gzip", "x-gzip"]).or_else(|| taken(&["*"])).unwrap_or(false)
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

/// Whether `If-None-Match` names it, in whichever encoding.
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

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            takes_gzip(&headers)
        };
        for accepted in ["gzip", "br, GZip;q=0.5", "*", "identity;q=0, *;q=0.1", "gzip, *;q=0"] {
            assert!(takes(accepted), "{accepted}");
        }
        for accepted in ["", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0"] {
            assert!(!takes(accepted), "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
