//! The limits of clients: how often they may call, how many calls at a time, how much memory their answers take.

pub mod in_flight;
pub mod rate_limit;
pub mod send_budget;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use repolens_core::settings::{RequestLimits, TrustedProxies};

use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::scans::queue_sync::{RedisQueue, SharedLimit};
use in_flight::{InFlight, InFlightGuard};
use rate_limit::{Allowance, Limiter, Shares, Taken};
use send_budget::SendBudget;

/// One for the whole process.
pub struct ClientLimits {
    settings: RequestLimits,
    scan_limiter: Option<Limiter>,
    request_limiter: Option<Limiter>,
    /// This instance's shares of the request limit that all instances have in common.
    shares: Option<Shares>,
    in_flight: Arc<InFlight>,
    pub send_budget: Arc<SendBudget>,
    pub trusted_proxies: TrustedProxies,
    /// Whether it was logged already that a header of a proxy that is not trusted was ignored.
    ignored_proxy: AtomicBool,
}

impl ClientLimits {
    pub fn new(settings: RequestLimits, trusted_proxies: TrustedProxies) -> Self {
        Self {
            settings,
            scan_limiter: settings.scans.map(Limiter::new),
            request_limiter: settings.requests.map(Limiter::new),
            shares: settings.requests.map(Shares::new),
            in_flight: Arc::new(InFlight::new(settings.requests)),
            send_budget: Arc::default(),
            trusted_proxies,
            ignored_proxy: AtomicBool::new(false),
        }
    }

    /// Takes one of this client's allowance; `None` where there is no limit for it.
    fn take(&self, limiter: Option<&Limiter>, client: Client) -> Option<Allowance> {
        limiter
            .filter(|_| !self.is_exempt(client))
            .map(|limiter| limiter.take(client.number(), Instant::now()))
    }

    /// Logs once that a proxy seems to be there which the settings do not name: all its clients are counted as one.
    pub fn warn_of_ignored_proxy(&self, peer: Option<IpAddr>) {
        let exempt = self.settings.exempt_loopback && peer.is_some_and(|peer| peer.is_loopback());
        if exempt || self.ignored_proxy.swap(true, Ordering::Relaxed) {
            return;
        }
        let peer = peer.map_or_else(|| "a peer".to_owned(), |peer| peer.to_string());
        tracing::warn!(
            "TRUSTED_PROXIES: {peer} sent `X-Forwarded-For` and is no trusted proxy, so the header was not read; if it is your proxy, all its clients are counted as one: `GET /api/whoami` shows what to set"
        );
    }

    /// Whether this client is not limited, except by what protects the process.
    pub fn is_exempt(&self, client: Client) -> bool {
        self.settings.exempt_loopback && client.address.is_loopback()
    }

    /// Counts a request of this client until it is answered.
    ///
    /// # Errors
    /// It has too many of them.
    pub fn enter(&self, client: Client) -> Result<Option<InFlightGuard>, Problem> {
        let least = if self.is_exempt(client) {
            in_flight::UNLIMITED
        } else {
            0
        };
        self.in_flight.enter(client.number(), least).map(Some).ok_or_else(|| {
            Problem::too_many(
                "You have too many requests open: wait for some of them to be answered.",
                1,
            )
        })
    }

    /// Takes one scan of this client's allowance, which all instances share where there is Redis. While it is unavailable,
    /// each counts for itself.
    pub async fn take_scan(&self, queue: Option<&RedisQueue>, client: Client) -> Option<Allowance> {
        let own = self.take(self.scan_limiter.as_ref(), client)?;
        let shared = match (queue, self.settings.scans) {
            (Some(queue), Some(rate)) if own.allowed => queue.count(SharedLimit::Scans, client.number(), 1, rate).await,
            _ => None,
        };
        Some(shared.map_or(own, |shared| Allowance {
            limit: own.limit,
            remaining: u32::try_from(shared.remaining).unwrap_or(own.limit),
            reset: shared.resets_in,
            allowed: shared.granted > 0,
        }))
    }

    /// The same with one request of any kind. An instance is given several at a time, so that most requests ask Redis
    /// nothing.
    pub async fn take_request(&self, queue: Option<&RedisQueue>, client: Client) -> Option<Allowance> {
        let own = self.take(self.request_limiter.as_ref(), client)?;
        let (Some(queue), Some(shares)) = (queue, self.shares.as_ref().filter(|_| own.allowed)) else {
            return Some(own);
        };
        let number = client.number();
        let taken = match shares.take(number, Instant::now()) {
            Some(taken) => taken,
            None => {
                let rate = shares.rate;
                match queue
                    .count(SharedLimit::Requests, number, shares.at_a_time(), rate)
                    .await
                {
                    Some(more) => {
                        let granted = u32::try_from(more.granted).unwrap_or(u32::MAX);
                        shares.given(number, granted, more.resets_in, Instant::now())
                    }
                    None => Taken::One,
                }
            }
        };
        Some(match taken {
            Taken::One => own,
            Taken::NoneUntil(reset) => Allowance {
                remaining: 0,
                reset,
                allowed: false,
                ..own
            },
        })
    }
}
