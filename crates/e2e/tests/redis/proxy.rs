//! The way between two processes, which can lose what comes back.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to a port of loopback.
pub struct Proxy {
    pub port: u16,
    rules: Arc<Rules>,
}

struct Rules {
    loss: Mutex<Option<Loss>>,
    /// Nobody is let through, and whoever is in is thrown out.
    shut: watch::Sender<bool>,
    lost: watch::Sender<bool>,
}

struct Loss {
    text: &'static str,
    then_shut: bool,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let rules = Arc::new(Rules {
            loss: Mutex::new(None),
            shut: watch::Sender::new(false),
            lost: watch::Sender::new(false),
        });
        let own = listener.local_addr().expect("it is bound").port();
        let shared = Arc::clone(&rules);
        // Ends with the runtime of the test.
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, port, Arc::clone(&shared)));
            }
        });
        Self { port: own, rules }
    }

    /// The next request with this text is passed on; when it is answered, the connection breaks instead.
    pub fn lose_answer_to(&self, text: &'static str) {
        self.lose(text, false);
    }

    /// The same, and from then on nobody is let through.
    pub fn lose_answer_and_shut(&self, text: &'static str) {
        self.lose(text, true);
    }

    fn lose(&self, text: &'static str, then_shut: bool) {
        *self.rules.loss.lock().expect("no panic") = Some(Loss { text, then_shut });
    }

    pub async fn until_lost(&self) {
        let mut lost = self.rules.lost.subscribe();
        lost.wait_for(|lost| *lost).await.expect("the proxy lives");
    }

    pub fn open(&self) {
        self.rules.shut.send_replace(false);
    }
}

async fn pass_on(client: TcpStream, port: u16, rules: Arc<Rules>) {
    let mut shut = rules.shut.subscribe();
    if *shut.borrow_and_update() {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let (doomed, is_doomed) = watch::channel(None);
    // Whichever way ends takes the other one with it.
    tokio::select! {
        () = requests(from_client, to_server, &rules, doomed) => {}
        () = answers(from_server, to_client, &rules, is_doomed) => {}
        _ = shut.wait_for(|shut| *shut) => {}
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, rules: &Rules, doomed: watch::Sender<Option<Loss>>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        {
            let mut loss = rules.loss.lock().expect("no panic");
            let text = String::from_utf8_lossy(&bytes[..read]);
            if loss.as_ref().is_some_and(|loss| text.contains(loss.text)) {
                doomed.send_replace(loss.take());
            }
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    rules: &Rules,
    doomed: watch::Receiver<Option<Loss>>,
) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        if let Some(loss) = &*doomed.borrow() {
            rules.shut.send_if_modified(|shut| {
                let news = loss.then_shut && !*shut;
                *shut |= loss.then_shut;
                news
            });
            rules.lost.send_replace(true);
            return;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
