//! A PostgreSQL server of the tests' own, and statements on any.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Mutex, OnceLock};

use crate::{command, free_port};

/// A server in a temporary folder, on a free port. It ends when its standard input does, so that it outlives the tests in
/// no case, and takes its folder with it.
pub struct Postgres {
    pub port: u16,
    script: Mutex<Script>,
}

struct Script {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

/// The password of `postgres` where there is TLS; elsewhere none is needed.
pub const PASSWORD: &str = "p@ss word/1";

/// Makes a server, starts it, and then runs the commands on standard input, until its end. `$1`: port.
const SCRIPT: &str = r#"
set -eu
PATH="$(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V | tail -n 1):$PATH"
umask 077
folder=$(mktemp -d "${TMPDIR:-/tmp}/repolens-pg.XXXXXX")
server=
trap '[ -z "$server" ] || kill -CONT "$server" $(pgrep -P "$server") || true; [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
auth=trust tls=
if [ -n "${TLS_CERT-}" ]; then
  printf '%s' "$TLS_CERT" > cert.pem
  printf '%s' "$TLS_KEY" > key.pem
  auth=scram-sha-256
  tls="-c ssl=on -c ssl_cert_file=$folder/cert.pem -c ssl_key_file=$folder/key.pem"
fi
printf '%s
' "$PASSWORD" > password
initdb -D data -U postgres -A "$auth" --pwfile=password -E UTF8 --locale=C --no-sync >/dev/null 2>&1
start() {
  postgres -D data -p "$1" -k "$folder" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 $tls >>log 2>&1 </dev/null &
  server=$!
  tries=0
  until pg_isready -q -h 127.0.0.1 -p "$1"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then cat log; echo FAILED; exit 1; fi
    sleep 0.05
  done
  echo READY
}
start "$1"
while read -r command; do
  case $command in
    stop) kill -INT "$server"; wait "$server" || true; server=; echo STOPPED ;;
    start) start "$1" ;;
    freeze) kill -STOP "$server" $(pgrep -P "$server"); echo FROZEN ;;
    thaw) kill -CONT "$server" $(pgrep -P "$server"); echo THAWED ;;
    refused) echo "REFUSED $(grep -c 'FATAL:  password authentication failed' log)" ;;
  esac
done
"#;

impl Postgres {
    /// The server that all tests of this process share; each makes a database of its own in it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With TLS, and a required password.
    pub fn start_tls(certificate: &str, key: &str) -> Self {
        Self::start_with(&[("TLS_CERT", certificate), ("TLS_KEY", key)])
    }

    fn start_with(settings: &[(&str, &str)]) -> Self {
        let mut output = String::new();
        // The port can be taken between its choice and the server's start.
        for _ in 0..5 {
            let port = free_port();
            let mut script = Script::start(port, settings);
            match script.expect("READY") {
                Ok(()) => {
                    return Self {
                        port,
                        script: Mutex::new(script),
                    };
                }
                Err(reason) => output = reason,
            }
        }
        panic!("PostgreSQL does not start: are its server programs installed? Its output:\n{output}");
    }

    /// Stops the server, cutting off all connections.
    pub fn stop_server(&self) {
        self.run("stop", "STOPPED");
    }

    pub fn start_server(&self) {
        self.run("start", "READY");
    }

    /// Its processes take connections and commands, and answer nothing until they are thawed.
    pub fn freeze(&self) {
        self.run("freeze", "FROZEN");
    }

    pub fn thaw(&self) {
        self.run("thaw", "THAWED");
    }

    /// Asserts the number of connections that were refused for their password.
    pub fn has_refused(&self, times: usize) {
        self.run("refused", &format!("REFUSED {times}"));
    }

    fn run(&self, command: &str, answer: &str) {
        let mut script = self.script.lock().expect("no panic");
        let stdin = script.child.stdin.as_mut().expect("a pipe");
        stdin.write_all(format!("{command}\n").as_bytes()).expect("it reads");
        script.expect(answer).expect(command);
    }

    /// The address of one of its databases.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// The column `v` of each row, asked of the database `postgres`.
    pub async fn values(&self, sql: &str) -> Vec<String> {
        values(&self.url("postgres"), sql).await
    }
}

impl Script {
    fn start(port: u16, settings: &[(&str, &str)]) -> Self {
        // PostgreSQL refuses to run as root.
        let mut shell = if nix::unistd::geteuid().is_root() {
            let mut command = command("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            command("sh")
        };
        let mut child = shell
            .args(["-c", SCRIPT, "postgres", &port.to_string()])
            .env("PASSWORD", PASSWORD)
            .envs(settings.iter().copied())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`sh` starts");
        let answers = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, answers }
    }

    fn expect(&mut self, answer: &str) -> Result<(), String> {
        let mut output = String::new();
        for line in self.answers.by_ref().map_while(Result::ok) {
            if line == answer {
                return Ok(());
            }
            output.push_str(&line);
            output.push('\n');
        }
        Err(output)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("the script ends");
    }
}

/// Returns the column `v` of each row, as text.
///
/// # Panics
/// Where the statement fails.
pub async fn values(url: &str, sql: &str) -> Vec<String> {
    let messages = connect(url).await.simple_query(sql).await.expect(sql);
    messages
        .into_iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get("v").unwrap_or("NULL").to_owned()),
            _ => None,
        })
        .collect()
}

/// Runs statements.
///
/// # Panics
/// Where one of them fails.
pub async fn run(url: &str, sql: &str) {
    connect(url).await.batch_execute(sql).await.expect(sql);
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    // It ends when the client is dropped.
    tokio::spawn(connection);
    client
}
