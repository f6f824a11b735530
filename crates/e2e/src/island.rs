//! A network of its own for one test: addresses of the internet that are on this machine, a name server whose answers the
//! test sets, and an inside that notices every connection.
//!
//! Nothing in it can reach beyond it, and two of them do not see each other. So a deployment can be tried with the rules of
//! production, on the ports 80 and 443. Only root may make one.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use tempfile::TempDir;

/// Two addresses that are public.
pub const PUBLIC: Ipv4Addr = Ipv4Addr::new(5, 5, 5, 5);
pub const ALSO_PUBLIC: Ipv4Addr = Ipv4Addr::new(5, 5, 5, 6);

/// Addresses of the inside, each with a listener on ports 80 and 443.
pub const INSIDE: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 53);

/// The addresses that a name resolves to at the first request, the second, …; the last one stays.
pub type Names = BTreeMap<String, Vec<Vec<IpAddr>>>;

#[derive(Debug)]
pub struct Island {
    listeners: Vec<TcpListener>,
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
    _files: TempDir,
}

impl Island {
    /// Runs `test` on a new one. The name `hosts.example.org` leads to loopback by the machine's list of hosts; all others
    /// are asked of the name server.
    ///
    /// # Panics
    /// Where none can be made, and where the test does.
    pub fn run(names: Names, test: impl AsyncFnOnce(&Self) + Send) {
        let on_it = || {
            unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS).expect("root may have a network of its own");
            let island = Self::make(names);
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(test(&island));
        };
        // The network is that of the thread, and of the threads and processes that it starts.
        thread::scope(|scope| {
            if let Err(panic) = scope.spawn(on_it).join() {
                std::panic::resume_unwind(panic);
            }
        });
    }

    fn make(names: Names) -> Self {
        ip(&["link", "set", "lo", "up"]);
        let elsewhere = INSIDE.into_iter().filter(|address| !address.is_loopback());
        for address in elsewhere.chain([PUBLIC.into(), ALSO_PUBLIC.into()]) {
            ip(&["address", "add", &format!("{address}/32"), "dev", "lo"]);
        }
        let files = tempfile::tempdir().expect("a temporary folder");
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).expect("root may mount");
        for (name, text) in [
            ("hosts", "127.0.0.1 localhost hosts.example.org\n".to_owned()),
            (
                "resolv.conf",
                format!("nameserver {NAME_SERVER}\noptions timeout:5 attempts:1\n"),
            ),
            ("nsswitch.conf", "hosts: files dns\n".to_owned()),
        ] {
            let (file, place) = (files.path().join(name), Path::new("/etc").join(name));
            fs::write(&file, text).expect("a file");
            if place.exists() {
                mount(Some(&file), &place, None::<&str>, MsFlags::MS_BIND, None::<&str>).expect("root may mount");
            }
        }
        let asked = Arc::default();
        serve_names(names, Arc::clone(&asked));
        let listeners = INSIDE
            .into_iter()
            .flat_map(|address| [SocketAddr::from((address, 80)), SocketAddr::from((address, 443))])
            .map(|address| TcpListener::bind(address).expect("the network is new"));
        Self {
            listeners: listeners.collect(),
            asked,
            _files: files,
        }
    }

    /// How often the addresses of a name were asked for.
    ///
    /// # Panics
    /// Where the name server did.
    #[must_use]
    pub fn asked(&self, name: &str) -> usize {
        let asked = self.asked.lock().expect("the name server lives");
        asked.get(name).copied().unwrap_or_default()
    }

    /// Asserts that no client has connected to the inside: a connection that was made waits in its listener's queue.
    ///
    /// # Panics
    /// If one has.
    pub fn inside_is_untouched(&self) {
        for listener in &self.listeners {
            listener.set_nonblocking(true).expect("a socket of ours");
            match listener.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                came => panic!("a client connected to {listener:?}: {came:?}"),
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the test sets up its own network")]
fn ip(arguments: &[&str]) {
    let path = "/usr/sbin:/sbin:/usr/bin:/bin";
    let status = Command::new("ip").args(arguments).env("PATH", path).status();
    let status = status.expect("`ip` is installed (package `iproute2`)");
    assert!(status.success(), "ip {arguments:?}");
}

fn serve_names(names: Names, asked: Arc<Mutex<BTreeMap<String, usize>>>) {
    let socket = UdpSocket::bind((NAME_SERVER, 53)).expect("the network is new");
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let answer = answer(&question[..length], &names, &asked);
            if let Some(answer) = answer {
                // The client may be gone.
                let _sent = socket.send_to(&answer, from);
            }
        }
    });
}

/// RFC 1035, as far as a stub resolver needs it.
fn answer(question: &[u8], names: &Names, asked: &Mutex<BTreeMap<String, usize>>) -> Option<Vec<u8>> {
    const A: u16 = 1;
    const AAAA: u16 = 28;
    let (mut labels, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*question.get(at)?, *question.get(at + 1)?]);
    let end = at + 4;
    let name = labels.join(".");
    let addresses = names.get(&name).map(|answers| {
        let mut asked = asked.lock().expect("no thread panicked");
        let times = asked.entry(name).or_default();
        // A resolver asks for both kinds, for this one first.
        if kind == A {
            *times += 1;
        }
        answers[times.saturating_sub(1).min(answers.len() - 1)].clone()
    });
    let records: Vec<Vec<u8>> = addresses
        .iter()
        .flatten()
        .filter_map(|address| match (address, kind) {
            (IpAddr::V4(address), A) => Some(address.octets().to_vec()),
            (IpAddr::V6(address), AAAA) => Some(address.octets().to_vec()),
            _ => None,
        })
        .collect();
    let mut answer = question.get(..2)?.to_vec();
    let no_such_name = u8::from(addresses.is_none()) * 3;
    let count = u8::try_from(records.len()).ok()?;
    answer.extend([0x81, 0x80 | no_such_name, 0, 1, 0, count, 0, 0, 0, 0]);
    answer.extend(question.get(12..end)?);
    for record in records {
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        // Class, not to be kept for a second, length.
        answer.extend([0, 1, 0, 0, 0, 0, 0, u8::try_from(record.len()).ok()?]);
        answer.extend(record);
    }
    Some(answer)
}
