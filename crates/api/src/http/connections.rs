//! The connections of clients: how many there may be, of one client and of all, and which is closed when there are too many.
//!
//! One address has a bounded number of them; loopback and trusted proxies, which connect for many clients, have not: behind
//! a proxy each client's requests are bounded instead, in `in_flight.rs`. Where the places run out, the connection that has been
//! idle for the longest time is closed for the new one. Connections with a request under way are never closed for another.

mod stream;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actix_web::rt::net::TcpStream;
use futures_util::task::AtomicWaker;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{setsockopt, sockopt};
use repolens_core::settings::TrustedProxies;
use repolens_core::{Usage, UsageGuard};

use crate::http::client::Client;
pub use stream::{CountedStream, service};

/// Those beyond wait in the kernel until others are closed.
const MOST: usize = 4_000;

/// Beyond them connections are still accepted, so that idle ones can be closed for them.
pub const SURPLUS: usize = 64;

/// The most connections of one address, or one /64 of IPv6. An office behind one address has far fewer at a time.
const MOST_OF_CLIENT: usize = 256;

/// Files for what is not a connection of a client: the database, Redis, GitHub, webhooks, the event loops.
const OWN_FILES: usize = 128;

/// A client that takes nothing of its answer for so long has gone, or means to stay for ever.
const DEAF_AFTER_MS: u32 = 60_000;

/// All open connections.
pub struct Connections {
    /// The most that are kept open while one of them is idle.
    pub most: usize,
    trusted: TrustedProxies,
    started: Instant,
    open: Mutex<Open>,
    by_client: Arc<Usage<u128>>,
    /// Refused clients that still read their answer.
    lingering: AtomicUsize,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// Those that are not being closed.
    connections: HashMap<u64, (Arc<ConnectionState>, Option<UsageGuard<u128>>)>,
}

/// One connection, as the others see it.
pub struct ConnectionState {
    /// `None`: it is not bounded for itself.
    client: Option<u128>,
    /// Requests that are under way, their answers included.
    requests: AtomicUsize,
    /// Milliseconds from the start of the process until it was last in use.
    used_ms: AtomicU64,
    /// Its client does not take what was written.
    blocked: AtomicBool,
    closing: AtomicBool,
    reader: AtomicWaker,
}

/// The place of a connection, until it is dropped.
pub struct ConnectionSlot {
    connections: Arc<Connections>,
    number: u64,
    connection: Arc<ConnectionState>,
}

/// A request under way on a connection, until it is dropped.
pub struct UnderWay {
    connections: Arc<Connections>,
    connection: Arc<ConnectionState>,
}

impl Connections {
    /// Makes room for as many connections as there may be.
    pub fn new(trusted: TrustedProxies) -> Self {
        Self::with(make_room(), trusted)
    }

    fn with(most: usize, trusted: TrustedProxies) -> Self {
        Self {
            most,
            trusted,
            started: Instant::now(),
            open: Mutex::default(),
            by_client: Arc::default(),
            lingering: AtomicUsize::new(0),
        }
    }

    /// A place for a new connection; `None`: its client has all of its own, and none is idle.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionSlot> {
        let bounded = !peer.is_loopback() && !self.trusted.trusts_peer(peer);
        let client = bounded.then(|| Client { address: peer }.number());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let share = match client {
            Some(client) => match self.count(client) {
                Some(share) => Some(share),
                None if open.close_idle(|connection| connection.client == Some(client)) => Some(self.count(client)?),
                None => return None,
            },
            None => None,
        };
        if open.connections.len() >= self.most {
            // Where none is idle the new one is served beyond the number, as far as the server accepts any.
            open.close_idle(|_| true);
        }
        let connection = Arc::new(ConnectionState {
            client,
            requests: AtomicUsize::new(0),
            used_ms: AtomicU64::new(self.now_ms()),
            blocked: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            reader: AtomicWaker::new(),
        });
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, (Arc::clone(&connection), share));
        Some(ConnectionSlot {
            connections: Arc::clone(self),
            number,
            connection,
        })
    }

    fn count(&self, client: u128) -> Option<UsageGuard<u128>> {
        let check = |_: usize, own: usize| if own < MOST_OF_CLIENT { Ok(()) } else { Err(()) };
        self.by_client.take(client, 1, check).ok()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A connection has become idle: it is one too many where others wait for its place.
    fn is_crowded(&self) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.connections.len() > self.most
    }
}

impl Open {
    /// Closes the one of these that has been idle for the longest time; `false` where none is idle.
    fn close_idle(&mut self, among: impl Fn(&ConnectionState) -> bool) -> bool {
        let idle = self
            .connections
            .iter()
            .map(|(number, (connection, _))| (number, connection))
            .filter(|(_, connection)| connection.is_idle() && among(connection))
            .min_by_key(|(number, connection)| (connection.used_ms.load(Ordering::Relaxed), **number));
        let Some(number) = idle.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(connection) = self.remove(number) {
            connection.close();
        }
        true
    }

    fn remove(&mut self, number: u64) -> Option<Arc<ConnectionState>> {
        self.connections.remove(&number).map(|(connection, _)| connection)
    }
}

impl ConnectionState {
    fn is_idle(&self) -> bool {
        self.requests.load(Ordering::Acquire) == 0 && !self.blocked.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.reader.wake();
    }

    /// Whether it was asked to close and no request is in flight. A request that came meanwhile is answered first.
    fn ends_now(&self) -> bool {
        self.closing.load(Ordering::Acquire) && self.is_idle()
    }
}

impl ConnectionSlot {
    /// Marks a request under way.
    pub fn under_way(&self) -> UnderWay {
        self.connection.requests.fetch_add(1, Ordering::AcqRel);
        UnderWay {
            connections: Arc::clone(&self.connections),
            connection: Arc::clone(&self.connection),
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(self.number);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let connection = &self.connection;
        connection.used_ms.store(self.connections.now_ms(), Ordering::Relaxed);
        if connection.requests.fetch_sub(1, Ordering::AcqRel) == 1 && self.connections.is_crowded() {
            connection.close();
        }
    }
}

/// Makes room for as many connections as there may be, and returns how many that is.
///
/// A shell allows 1,024 open files where its user could have many more. At that limit nothing could be taken any more, not
/// even a connection to the database.
fn make_room() -> usize {
    let own = OWN_FILES + SURPLUS;
    let wanted = u64::try_from(MOST + own).expect("it is a few thousand");
    let (mut files, highest) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1_024, 1_024));
    if files < wanted {
        let more = wanted.min(highest);
        match setrlimit(Resource::RLIMIT_NOFILE, more, highest) {
            Ok(()) => files = more,
            Err(error) => tracing::debug!("the number of open files stays {files}: {error}"),
        }
    }
    let most = usize::try_from(files)
        .unwrap_or(usize::MAX)
        .saturating_sub(own)
        .clamp(64, MOST);
    if most < MOST {
        tracing::warn!(
            "only {files} files may be open (`ulimit -n`): {most} connections at a time; with {wanted} it would be {MOST}"
        );
    }
    most
}

/// Sets the options of a connection when it is accepted.
fn configure(stream: &TcpStream) {
    if let Err(error) = setsockopt(stream, sockopt::TcpUserTimeout, &DEAF_AFTER_MS) {
        tracing::debug!("a connection without a limit on how long its client may not read: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(most: usize) -> Arc<Connections> {
        let trusted = TrustedProxies::parse("10.0.0.0/8").expect("a network");
        Arc::new(Connections::with(most, trusted))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn is_closing(place: &ConnectionSlot) -> bool {
        place.connection.closing.load(Ordering::Acquire)
    }

    #[test]
    fn a_client_has_its_own_places_and_loses_its_oldest_idle_connection() {
        let all = connections(10_000);
        let client = address("203.0.113.5");
        let mut places: Vec<ConnectionSlot> = (0..MOST_OF_CLIENT)
            .map(|_| all.admit(client).expect("a place"))
            .collect();
        let busy = places[0].under_way();
        let one_more = all.admit(client).expect("in the place of an idle one");
        assert!(!is_closing(&places[0]), "a request is under way");
        assert!(is_closing(&places[1]) && !is_closing(&places[2]));
        assert!(all.admit(address("203.0.113.6")).is_some(), "another client");

        let all_busy: Vec<UnderWay> = places
            .iter()
            .chain([&one_more])
            .map(ConnectionSlot::under_way)
            .collect();
        assert!(all.admit(client).is_none());
        drop((busy, all_busy));
        assert!(all.admit(client).is_some());
        places.clear();
        drop(one_more);
        assert!(all.by_client.keys() == 0);
    }

    #[test]
    fn one_customer_of_ipv6_is_one_client() {
        let all = connections(10_000);
        let places: Vec<Option<ConnectionSlot>> = (0..MOST_OF_CLIENT)
            .map(|host| all.admit(address(&format!("2001:db8:1:2::{host:x}"))))
            .collect();
        let _busy: Vec<_> = places.iter().flatten().map(ConnectionSlot::under_way).collect();
        assert!(all.admit(address("2001:db8:1:2:ffff::1")).is_none());
        assert!(all.admit(address("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn loopback_and_proxies_have_no_bound_of_their_own() {
        let all = connections(10_000);
        for peer in ["127.0.0.1", "10.1.1.1"] {
            let places: Vec<Option<ConnectionSlot>> =
                (0..2 * MOST_OF_CLIENT).map(|_| all.admit(address(peer))).collect();
            let _busy: Vec<_> = places.iter().flatten().map(ConnectionSlot::under_way).collect();
            assert!(places.iter().all(Option::is_some) && all.admit(address(peer)).is_some());
        }
    }

    #[test]
    fn where_places_run_out_the_longest_idle_connection_is_closed() {
        let all = connections(3);
        let places: Vec<ConnectionSlot> = (1..=3)
            .map(|host| all.admit(address(&format!("203.0.113.{host}"))).expect("a place"))
            .collect();
        drop(places[0].under_way());
        // The first was in use after the others; numbers decide within a millisecond.
        places[0].connection.used_ms.fetch_add(10, Ordering::Relaxed);
        let fourth = all.admit(address("203.0.113.4")).expect("a place");
        assert!(is_closing(&places[1]) && !is_closing(&places[0]) && !is_closing(&places[2]));

        // All are busy: one beyond the number, which is closed when its request has ended.
        let busy: Vec<UnderWay> = [&places[0], &places[2], &fourth].map(ConnectionSlot::under_way).into();
        let beyond = all.admit(address("203.0.113.5")).expect("beyond the number");
        drop(beyond.under_way());
        assert!(is_closing(&beyond));
        drop(busy);
    }
}
