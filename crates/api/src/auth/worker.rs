//! The token of a worker.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest, web};

use crate::app::App;
use crate::http::client::authorization;
use crate::http::problem::Problem;

/// The caller showed the worker's token.
pub struct Worker;

impl FromRequest for Worker {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let right = request
            .app_data::<web::Data<App>>()
            .is_some_and(|app| has_worker_token(request.headers(), app));
        ready(if right {
            Ok(Self)
        } else {
            Err(Problem::unauthorized(
                "This address is for workers: send their token as `Authorization: Bearer`.",
            ))
        })
    }
}

/// Whether a request has the worker's token.
pub fn has_worker_token(headers: &HeaderMap, app: &App) -> bool {
    matches!(authorization(headers), Ok(Some(token)) if app.auth.worker_token.is(token))
}
