//! Reads the bodies of requests.

use std::future::Future;
use std::io::{self, Read as _};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::http::problem::Problem;

/// Requests of people are small.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// A JSON body of known members. An error names the place of the fault.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = web::Payload::from_request(&request, payload);
        Box::pin(async move {
            expect_plain_json(&request)?;
            let payload = payload
                .await
                .map_err(|_| Problem::malformed("The body cannot be read."))?;
            let body = read(payload, MAX_JSON_BYTES).await?;
            parse(&body).map(Self)
        })
    }
}

/// The same where the body may be left out.
pub struct OptionalJson<T>(pub Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = web::Payload::from_request(&request, payload);
        Box::pin(async move {
            let payload = payload
                .await
                .map_err(|_| Problem::malformed("The body cannot be read."))?;
            let body = read(payload, MAX_JSON_BYTES).await?;
            if body.is_empty() {
                return Ok(Self(None));
            }
            expect_plain_json(&request)?;
            parse(&body).map(|body| Self(Some(body)))
        })
    }
}

/// Expects JSON that is not compressed.
fn expect_plain_json(request: &HttpRequest) -> Result<(), Problem> {
    expect_json(request)?;
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::unsupported("Send this body without a `Content-Encoding`."));
    }
    Ok(())
}

/// Without this a page of another origin could post to us as a "simple" request, without being asked first.
pub fn expect_json(request: &HttpRequest) -> Result<(), Problem> {
    let essence = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(Problem::unsupported(
            "Send the body as JSON, with `Content-Type: application/json`.",
        )),
    }
}

/// For a body of this size; a client that takes longer holds a connection for nothing.
fn patience(limit: usize) -> Duration {
    /// Slower than any line that a report of 50 MB is sent over.
    const BYTES_PER_SECOND: u64 = 512 * 1024;
    Duration::from_secs(20 + limit as u64 / BYTES_PER_SECOND)
}

/// The whole body, as it was sent.
pub async fn read(payload: web::Payload, limit: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(patience(limit), payload.to_bytes_limited(limit)).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(_))) => Err(Problem::malformed("The body ended before it was complete.")),
        Ok(Err(_)) => Err(Problem::too_large(limit)),
        Err(_) => Err(Problem::too_slow()),
    }
}

/// Unpacks a gzip body, up to `limit` bytes: a small body that would fill the memory is broken off there.
pub fn gunzip(body: &[u8], limit: usize) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    let room = limit as u64 + 1;
    match flate2::read::MultiGzDecoder::new(body)
        .take(room)
        .read_to_end(&mut plain)
    {
        Ok(size) if size as u64 == room => Err(Problem::too_large(limit)),
        Ok(_) => Ok(plain),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => Err(Problem::too_large(limit)),
        Err(_) => Err(Problem::malformed(
            "The body is not gzip, although its `Content-Encoding` is.",
        )),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    expect_object(body)?;
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.into_inner();
        match cause.classify() {
            serde_json::error::Category::Data => Problem::malformed_at(pointer, cause.to_string()),
            _ => Problem::malformed(format!("The body is not valid JSON: {cause}.")),
        }
    })?;
    json.end()
        .map_err(|cause| Problem::malformed(format!("The body is not valid JSON: {cause}.")))?;
    Ok(value)
}

/// A list would be read too: its entries as the members, in the order in which the type has them.
pub fn expect_object(body: &[u8]) -> Result<(), Problem> {
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::malformed_at(
            "",
            "The body is a list, where an object is wanted.",
        ));
    }
    Ok(())
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use actix_web::ResponseError as _;

    use super::*;

    #[test]
    fn a_bomb_is_broken_off_at_the_limit() {
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..100 {
            bomb.write_all(&[0; 1 << 20]).expect("to memory");
        }
        let bomb = bomb.finish().expect("to memory");
        let limit = 1 << 20;
        assert_eq!(gunzip(&bomb, limit).expect_err("too large").status_code(), 413);
        assert_eq!(gunzip(b"not gzip", limit).expect_err("not gzip").status_code(), 400);
    }

    #[test]
    fn a_fault_is_reported_with_its_place() {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "only read into")]
        struct Two {
            a: u8,
        }
        let problem = parse::<Two>(b"{\"a\":\"x\"}").expect_err("wrong type");
        let shown = format!("{problem:?}");
        assert!(shown.contains("\"/a\""), "{shown}");
        assert!(parse::<Two>(b"{\"a\":1} x").is_err(), "nothing may follow");
        assert!(parse::<Two>(b" [1]").is_err(), "a list has no members");
    }
}
