//! The memory of answers that are being sent.
//!
//! A client that requests a large report and then reads it slowly, or not at all, keeps a piece of it in our memory. All
//! clients together have one budget, and each client a part of it: above it an answer is refused before it begins.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use repolens_core::{Usage, UsageGuard};

use crate::http::connections::UnderWay;
use crate::http::limits::in_flight::InFlightGuard;

/// The budget, from the 512 MB that the API shares with a worker.
const ALL: usize = 96 << 20;
/// Four clients may fill it, and one cannot.
const EACH: usize = ALL / 4;

/// Smaller bodies are in the hands of the system at once.
const LARGE: usize = 64 << 10;

/// An extension of an answer whose body is made while it is sent: the number of its bytes that are in memory meanwhile.
pub struct BufferedBytes(pub usize);

/// Bytes in memory, by client; `None`: all answers that have no client.
#[derive(Default)]
pub struct SendBudget(Arc<Usage<Option<u128>>>);

/// The part of the budget that one answer takes, until it is dropped.
pub type Reservation = UsageGuard<Option<u128>>;

impl SendBudget {
    /// Takes `bytes`; `None` where the budget has less left. An answer that is larger than the budget fits where nothing
    /// else is in memory. Without a `client` only the total counts.
    pub fn take(&self, client: Option<u128>, bytes: usize) -> Option<Reservation> {
        let fits = |used: usize, of: usize| used == 0 || used.saturating_add(bytes) <= of;
        let check = |total: usize, own: usize| {
            if fits(total, ALL) && (client.is_none() || fits(own, EACH)) {
                Ok(())
            } else {
                Err(())
            }
        };
        self.0.take(client, bytes, check).ok()
    }
}

/// `response`, which counts as one of its client's open requests and takes its budget until all of it was sent; `None` where
/// there is no budget. Streams are counted by themselves, and only keep their connection in use.
pub fn until_sent(
    response: HttpResponse<BoxBody>,
    budget: &SendBudget,
    client: Option<u128>,
    held: Option<InFlightGuard>,
    under_way: Option<UnderWay>,
) -> Option<HttpResponse<BoxBody>> {
    let size = match response.body().size() {
        BodySize::Sized(size) => usize::try_from(size).unwrap_or(usize::MAX),
        BodySize::None => 0,
        BodySize::Stream => {
            return Some(response.map_body(|_, body| {
                BoxBody::new(Sent {
                    body,
                    _place: None,
                    _held: None,
                    _under_way: under_way,
                })
            }));
        }
    };
    if size < LARGE {
        return Some(response);
    }
    let hint = response.extensions().get::<BufferedBytes>().map(|hint| hint.0);
    let place = budget.take(client, hint.unwrap_or(size))?;
    Some(response.map_body(|_, body| {
        BoxBody::new(Sent {
            body,
            _place: Some(place),
            _held: held,
            _under_way: under_way,
        })
    }))
}

struct Sent {
    body: BoxBody,
    _place: Option<Reservation>,
    _held: Option<InFlightGuard>,
    _under_way: Option<UnderWay>,
}

impl MessageBody for Sent {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_fills_its_part_and_all_of_them_the_whole() {
        let budget = SendBudget::default();
        let piece = 1 << 20;
        let fill = |client: u128| std::iter::from_fn(move || Some(client));
        let mut places = Vec::new();
        for client in 1..=4 {
            let own: Vec<_> = fill(client)
                .map_while(|client| budget.take(Some(client), piece))
                .collect();
            assert_eq!(own.len(), EACH / piece, "client {client}");
            places.extend(own);
        }
        assert!(budget.take(Some(5), piece).is_none() && budget.take(None, 1).is_none());
        places.clear();
        let large = budget.take(Some(1), 2 * ALL).expect("no other reservation");
        assert!(budget.take(Some(2), 1).is_none());
        drop(large);
        assert!(budget.take(Some(2), 1).is_some());
        assert_eq!((budget.0.total(), budget.0.keys()), (0, 0));
    }
}
