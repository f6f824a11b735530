//! The middleware of lists: identical calls wait for one answer ([`super::repeated_lists`]).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};

use super::repeated_lists::{ListAnswer, ListCall, Repeats, Turn};
use crate::app::App;
use crate::http::problem::Problem;

/// Counts a request among those that wait, also one whose client hangs up.
struct Waiting<'a> {
    repeats: &'a Repeats,
    call: ListCall,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.repeats.leave(&self.call);
    }
}

/// Wraps the lists.
pub async fn pace(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let call = request.extensions().get::<ListCall>().copied();
    let (Some(app), Some(call)) = (request.app_data::<web::Data<App>>().cloned(), call) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let (at, shared) = match app.scans.lists.enter(&call) {
        Turn::Now => return Ok(next.call(request).await?.map_into_boxed_body()),
        Turn::Full => {
            let problem = Problem::too_many("You have too many of this call open: wait for their answers.", 1);
            return Err(problem.into());
        }
        Turn::At(at, shared) => (at, shared),
    };
    let _waiting = Waiting {
        repeats: &app.scans.lists,
        call,
    };
    tokio::time::sleep_until(at).await;
    // The first to get it does the lookup; where its client hangs up meanwhile, the next one does.
    let mut answer = shared.lock().await;
    if let Some(answer) = &*answer {
        return Ok(request.into_response(answer.response()));
    }
    app.scans.lists.begin(&call, &shared);
    let (request, response) = next.call(request).await?.into_parts();
    let answer = answer.insert(ListAnswer::read(response).await?);
    Ok(ServiceResponse::new(request, answer.response()))
}
