//! A PostgreSQL server of the tests' own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A server in a temporary folder, on a free port. It ends when its standard input does, so that it outlives the tests in
/// no case, and takes its folder with it.
pub struct Postgres {
    pub port: u16,
    child: Child,
}

/// Starts the server, says so, and waits for the end of standard input. `$1`: port, `$2`: more settings.
const SCRIPT: &str = r#"
set -eu
PATH="$(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V | tail -n 1):$PATH"
folder=$(mktemp -d "${TMPDIR:-/tmp}/repolens-pg.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
initdb -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null 2>&1
postgres -D data -p "$1" -k "$folder" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 $2 >log 2>&1 </dev/null &
server=$!
tries=0
until pg_isready -q -h 127.0.0.1 -p "$1"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then cat log; echo FAILED; exit 1; fi
  sleep 0.05
done
echo READY
read -r _ || true
kill -INT "$server"
wait "$server" || true
"#;

impl Postgres {
    /// The server that all tests of this process share; each makes a database of its own in it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(""))
    }

    /// A server with settings of its own, such as `-c ssl=on`.
    pub fn start(settings: &str) -> Self {
        // The port can be taken between our look and the server's start.
        let mut said = String::new();
        for _ in 0..5 {
            let port = free_port();
            match try_start(port, settings) {
                Ok(child) => return Self { port, child },
                Err(reason) => said = reason,
            }
        }
        panic!("PostgreSQL does not start: are its server programs installed? It said:\n{said}");
    }
}

impl Postgres {
    /// The address of one of its databases.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// The column `v` of each row, asked of the database `postgres`.
    pub async fn values(&self, sql: &str) -> Vec<String> {
        super::database::postgres_values(&self.url("postgres"), sql).await
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("the script ends");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test starts the server")]
fn try_start(port: u16, settings: &str) -> Result<Child, String> {
    // PostgreSQL refuses to run as root.
    let mut command = if nix::unistd::geteuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut child = command
        .args(["-c", SCRIPT, "postgres", &port.to_string(), settings])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`sh` starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut said = String::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if line == "READY" {
            return Ok(child);
        }
        said.push_str(&line);
        said.push('\n');
    }
    child.wait().expect("the script ends");
    Err(said)
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
