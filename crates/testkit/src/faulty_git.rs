//! A git server with the ways in which real servers misbehave, each at addresses of its own.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use crate::command;
use crate::git_backend::answer as backend;
use crate::http::{Request, Response, hang, serve};

/// Serves the repositories below `root`, and:
/// - `/token/PATH` serves to clients with [`PASSWORD`], and answers 404 to others, as GitHub does for private repositories;
/// - `/token/stalls/PATH` answers the first request of those, and then no more;
/// - `/private/…` asks for a password, `/forbidden/…` answers 403, `/broken/…` answers 500, `/page/…` is a page;
/// - `/moved/PATH` redirects to `/PATH`, `/metadata/…` to an address of a cloud's inside, `/disk/PATH` to `file:///PATH`,
///   `/round/…` to itself;
/// - `/silent/…` never answers, `/stalls/PATH` answers the first request and then no more;
/// - `/status/CODE/…` answers with that status; `/dumb/PATH` serves files, as git's dumb protocol has them;
/// - `/azure/…` is a page to sign in with status 203, `/form/…` one with 200, `/to-sign-in/…` redirects to one;
/// - `/err/…` is an `ERR` packet in place of the list of branches, `/err-list/PATH` after the first answer, `/err-fetch/PATH`
///   in place of the pack; `/sideband/PATH` reports an error beside the pack, `/odd/PATH` sends what git does not expect; all
///   of them with [`LIES`];
/// - `/sends/REPOSITORY` sends the objects whose ids are in the file `ID.objects` in the repository, where `ID` is the wanted
///   one, and reads none of them, as a git server would;
/// - `/prepares/PATH` keeps the connection alive for [`PREPARES_SECONDS`] before it sends the pack;
/// - `/held/PATH` answers the second request once there is a file [`RELEASE`] below `root`.
pub fn start(root: &Path) -> SocketAddr {
    let root = root.to_owned();
    serve(move |request| {
        let (first, rest) = request.path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let redirect = |to: String| Some(Response::status(301).with("Location", format!("{to}?{}", request.query)));
        match first {
            "private" => Some(Response::status(401).with("WWW-Authenticate", "Basic realm=\"git\"")),
            "token" if !is_authorized(&request) => Some(Response::status(404)),
            "token" => match rest.strip_prefix("stalls/") {
                Some(_) if request.method == "POST" => hang(),
                served => backend(&root, &format!("/{}", served.unwrap_or(rest)), &request),
            },
            "forbidden" => Some(Response::status(403)),
            "broken" => Some(Response::status(500)),
            "page" => Some(page(200, "<p>Welcome</p>")),
            "status" => Some(Response::status(rest.split('/').next()?.parse().ok()?)),
            "dumb" => dumb(&root, rest),
            "azure" => Some(page(203, "<title>Azure DevOps Services | Sign In</title>")),
            "form" => Some(page(200, "<form><input name=p TYPE=\"password\"></form>")),
            "to-sign-in" => redirect("/users/sign_in".to_owned()),
            "err" => Some(advertisement(&packet(&format!("ERR {LIES}")))),
            "err-list" if is_command(&request, "ls-refs") => Some(result(&packet(&format!("ERR {LIES}")))),
            "err-fetch" if is_command(&request, "fetch") => Some(result(&packet(&format!("ERR {LIES}")))),
            "odd" if is_command(&request, "fetch") => Some(result(&packet(LIES))),
            "sideband" if is_command(&request, "fetch") => {
                let lines = [
                    packet("packfile\n"),
                    packet(&format!("\u{2}{LIES}")),
                    packet(&format!("\u{3}{LIES}")),
                ];
                Some(result(&lines.concat()))
            }
            "prepares" if is_command(&request, "fetch") => {
                let whole = backend(&root, &format!("/{rest}"), &request)?;
                Some(keep_alive_first(whole))
            }
            "sends" if is_command(&request, "fetch") => Some(result(&unread(&root.join(rest), &request))),
            "sends" | "err-list" | "err-fetch" | "odd" | "sideband" | "prepares" => {
                backend(&root, &format!("/{rest}"), &request)
            }
            "moved" => redirect(format!("/{rest}")),
            "metadata" => redirect(format!("http://169.254.169.254/{rest}")),
            "disk" => redirect(format!("file://{}/{rest}", root.display())),
            "round" => redirect(request.path.clone()),
            "silent" => hang(),
            "stalls" if request.method == "POST" => hang(),
            "held" if request.method == "POST" => {
                wait_for(&root.join(RELEASE));
                backend(&root, &format!("/{rest}"), &request)
            }
            "stalls" | "held" => backend(&root, &format!("/{rest}"), &request),
            _ => backend(&root, &request.path, &request),
        }
    })
}

/// The message of a server that imitates git's own messages.
pub const LIES: &str = "no\nfatal: No space left on device\rfatal: Out of memory\nfatal: repository '%s' not found\n";

/// Longer than a server may be slower than 1,000 bytes/s by settings that many use for git (30 s).
pub const PREPARES_SECONDS: u32 = 33;

fn page(status: u16, content: &str) -> Response {
    Response::status(status)
        .with("Content-Type", "text/html; charset=utf-8")
        .body(format!("<!doctype html><body>{content}</body>"))
}

fn dumb(root: &Path, path: &str) -> Option<Response> {
    match std::fs::read(root.join(path)) {
        Ok(content) => Some(Response::status(200).with("Content-Type", "text/plain").body(content)),
        Err(_) => Some(Response::status(404)),
    }
}

fn packet(text: &str) -> Vec<u8> {
    format!("{:04x}{text}", text.len() + 4).into_bytes()
}

fn advertisement(packets: &[u8]) -> Response {
    let head = [
        packet("# service=git-upload-pack\n"),
        b"0000".to_vec(),
        packets.to_vec(),
    ];
    Response::status(200)
        .with("Content-Type", "application/x-git-upload-pack-advertisement")
        .body(head.concat())
}

fn result(packets: &[u8]) -> Response {
    Response::status(200)
        .with("Content-Type", "application/x-git-upload-pack-result")
        .body(packets)
}

/// Whether it is this command of the protocol's version 2.
fn is_command(request: &Request, command: &str) -> bool {
    request.method == "POST" && String::from_utf8_lossy(&request.body).contains(&format!("command={command}"))
}

/// A pack of objects that nothing was read of.
fn unread(repository: &Path, request: &Request) -> Vec<u8> {
    // `/git-upload-pack` is no part of the repository's path.
    let repository = repository.parent().expect("a path in the repository");
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let wanted = body.split("want ").nth(1).expect("something is wanted");
    let ids = std::fs::read(repository.join(format!("{}.objects", &wanted[..40]))).expect("a list");
    let mut child = command("git")
        .args(["pack-objects", "--stdout", "-q"])
        .current_dir(repository)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    child.stdin.take().expect("piped").write_all(&ids).expect("it reads");
    let pack = child.wait_with_output().expect("it ends").stdout;
    let mut packets = packet("packfile\n");
    for part in pack.chunks(60_000) {
        packets.extend(format!("{:04x}\u{1}", part.len() + 5).into_bytes());
        packets.extend(part);
    }
    packets.extend(b"0000");
    packets
}

/// The same answer, with packets that only keep the connection alive before the pack.
fn keep_alive_first(whole: Response) -> Response {
    let mark = packet("packfile\n");
    let body = whole.body;
    let start = body.windows(mark.len()).position(|bytes| bytes == mark);
    let pack = start.expect("a pack") + mark.len();
    Response {
        status: whole.status,
        headers: whole.headers,
        body: body[..pack].to_vec(),
        rest: Some(Box::new(move |stream| {
            for _ in 0..PREPARES_SECONDS {
                std::io::Write::write_all(stream, b"0005\x01")?;
                pause();
            }
            std::io::Write::write_all(stream, &body[pack..])
        })),
    }
}

#[expect(clippy::disallowed_methods, reason = "this server is slow: that is what is tested")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_secs(1));
}

/// The file that `/held/…` waits for.
pub const RELEASE: &str = "release";

/// The password of the user `x-access-token`, and the header that the two make.
pub const PASSWORD: &str = "gho_0123456789abcdef0123456789abcdef0123";
pub const IN_HEADER: &str = "eC1hY2Nlc3MtdG9rZW46Z2hvXzAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMw==";

fn is_authorized(request: &Request) -> bool {
    request.header("authorization") == format!("Basic {IN_HEADER}")
}

#[expect(clippy::disallowed_methods, reason = "a thread of a test's server waits for a file")]
fn wait_for(file: &Path) {
    while !file.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
