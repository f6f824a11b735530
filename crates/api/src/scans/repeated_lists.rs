//! Identical list calls of one client share one answer a second.
//!
//! A page may ask for its list again as soon as it has it: the older front end's dashboard does so for ever. Answered at once
//! it would ask a hundred times a second, and run into the limit of requests within one. So the first of such calls is
//! answered at once, and each later one waits until a second has passed since the latest lookup began. All that wait share the
//! lookup which begins then, so that no answer is older than its call. A call that repeats one of the last
//! seconds takes nothing of the client's allowance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::http::client::Client;
use crate::http::problem::Problem;

/// Between the beginnings of two lookups.
const PAUSE: Duration = Duration::from_secs(1);

/// A call that comes later than this after the latest lookup is no repetition.
const MEMORY: Duration = Duration::from_secs(5);

/// Different calls that one client may repeat at a time without using up its allowance: a few tabs of a few pages.
const MAX_CALLS: usize = 8;

/// Requests that may wait for one answer.
const MAX_WAITING: usize = 128;

/// Clients that are remembered. Calls of others are answered at once, and counted.
const MAX_CLIENTS: usize = 20_000;

/// The addresses whose calls are paced.
const LISTS: [&str; 4] = ["/api/user/scans", "/api/user/stats", "/api/history", "/api/favorites"];

/// A list call: of whom and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListCall {
    client: u128,
    /// SHA-256 of method, address and credentials.
    what: [u8; 32],
    /// It repeats one of the last seconds.
    pub is_repeat: bool,
}

/// The list calls of the last seconds.
#[derive(Default)]
pub struct Repeats(Mutex<HashMap<u128, HashMap<[u8; 32], Repeat>>>);

struct Repeat {
    /// When the latest lookup began.
    begun: Instant,
    /// The answer of the next lookup, which has not begun.
    next: Arc<SharedAnswer>,
    /// Requests that wait for it.
    waiting: usize,
}

/// Held by the request that does the lookup; filled when it has the answer.
pub(super) type SharedAnswer = tokio::sync::Mutex<Option<ListAnswer>>;

/// The answer to a list call.
#[derive(Clone)]
pub(super) struct ListAnswer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl ListAnswer {
    pub(super) async fn read(response: HttpResponse<impl MessageBody>) -> Result<Self, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = body::to_bytes(response.into_body())
            .await
            .map_err(|_| Problem::because(&"the body of a list cannot be read"))?;
        Ok(Self { status, headers, body })
    }

    pub(super) fn response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status).body(self.body.clone());
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

/// The next step of a request.
pub(super) enum Turn {
    /// The lookup, at once and for itself alone.
    Now,
    /// A wait until then, and a shared lookup.
    At(Instant, Arc<SharedAnswer>),
    /// Too many wait.
    Full,
}

impl Repeats {
    /// The call of a request, where it is a list.
    pub fn list_call(&self, request: &ServiceRequest, client: Client) -> Option<ListCall> {
        if *request.method() != Method::GET || !LISTS.contains(&request.path()) {
            return None;
        }
        let mut what = Sha256::new();
        what.update(request.uri().to_string());
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in request.headers().get_all(&name) {
                what.update([0]);
                what.update(value.as_bytes());
            }
            what.update([1]);
        }
        let (client, what) = (client.number(), what.finalize().into());
        let is_repeat = self.is_repeat(client, &what);
        Some(ListCall {
            client,
            what,
            is_repeat,
        })
    }

    fn is_repeat(&self, client: u128, what: &[u8; 32]) -> bool {
        self.lock()
            .get(&client)
            .and_then(|calls| calls.get(what))
            .is_some_and(Repeat::is_live)
    }

    pub(super) fn enter(&self, call: &ListCall) -> Turn {
        let mut clients = self.lock();
        if clients.len() >= MAX_CLIENTS && !clients.contains_key(&call.client) {
            clients.retain(|_, calls| calls.values().any(Repeat::is_live));
            if clients.len() >= MAX_CLIENTS {
                return Turn::Now;
            }
        }
        let calls = clients.entry(call.client).or_default();
        calls.retain(|_, repeat| repeat.is_live());
        let now = Instant::now();
        let full = calls.len() >= MAX_CALLS;
        let Some(repeat) = calls.get_mut(&call.what) else {
            if !full {
                let next = Arc::default();
                calls.insert(
                    call.what,
                    Repeat {
                        begun: now,
                        next,
                        waiting: 0,
                    },
                );
            }
            return Turn::Now;
        };
        if repeat.waiting == 0 && now >= repeat.begun + PAUSE {
            repeat.begun = now;
            return Turn::Now;
        }
        if repeat.waiting >= MAX_WAITING {
            return Turn::Full;
        }
        repeat.waiting += 1;
        Turn::At(repeat.begun + PAUSE, Arc::clone(&repeat.next))
    }

    /// The lookup of `shared` begins: calls that come from now on wait for another one.
    pub(super) fn begin(&self, call: &ListCall, shared: &Arc<SharedAnswer>) {
        self.change(call, |repeat| {
            if Arc::ptr_eq(&repeat.next, shared) {
                repeat.next = Arc::default();
                repeat.begun = Instant::now();
            }
        });
    }

    /// A request that waited is answered, or its client has hung up.
    pub(super) fn leave(&self, call: &ListCall) {
        self.change(call, |repeat| repeat.waiting -= 1);
    }

    fn change(&self, call: &ListCall, change: impl FnOnce(&mut Repeat)) {
        if let Some(repeat) = self
            .lock()
            .get_mut(&call.client)
            .and_then(|calls| calls.get_mut(&call.what))
        {
            change(repeat);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u128, HashMap<[u8; 32], Repeat>>> {
        // Each change of the map is whole even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Repeat {
    fn is_live(&self) -> bool {
        self.waiting > 0 || self.begun.elapsed() < MEMORY
    }
}
