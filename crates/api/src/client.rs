//! Who is calling.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::problem::Problem;

/// The caller showed the worker's token.
pub struct Worker;

impl FromRequest for Worker {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shown = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let right = match (request.app_data::<web::Data<App>>(), shown) {
            (Some(app), Some(shown)) => app.worker_token.is(shown),
            _ => false,
        };
        ready(if right {
            Ok(Self)
        } else {
            Err(Problem::unauthorized(
                "This address is for workers: send their token as `Authorization: Bearer`.",
            ))
        })
    }
}

/// Under which name the scans of this caller are counted together. A hash, so that no list of addresses is stored.
pub fn key(request: &HttpRequest) -> String {
    let network = match request.peer_addr().map(|address| address.ip().to_canonical()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        // One customer has a /64 at least.
        Some(IpAddr::V6(address)) => format!("{:x?}/64", &address.segments()[..4]),
        None => "unknown".to_owned(),
    };
    let digest = hex::encode(Sha256::digest(format!("client {network}")));
    format!("ip-{}", &digest[..16])
}
