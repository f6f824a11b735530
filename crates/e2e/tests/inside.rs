//! The inside is not reached: neither by names that lead there, nor by names that lead there later, nor by servers that
//! send git there, nor by what is in a repository, nor by webhooks.
//!
//! Each test has a network of its own, with the rules of production: addresses of the internet, and an inside that listens.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use repolens_e2e::git_server::{Asked, Trick};
use repolens_e2e::island::{ALSO_PUBLIC, Names, PUBLIC};
use repolens_e2e::running::Home;
use repolens_e2e::{GitServer, Island, Repository, Running};
use reqwest::{Method, StatusCode};
use ring::hmac;
use serde_json::{Value, json};

const STRICT: [(&str, &str); 3] = [
    ("ALLOW_LOCAL_REPOS", "0"),
    ("RATE_LIMIT", "off"),
    ("RATE_LIMIT_SCANS", "off"),
];

fn address(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn names(list: &[(&str, &[&[&str]])]) -> Names {
    let answers = |answers: &[&[&str]]| {
        answers
            .iter()
            .map(|answer| answer.iter().copied().map(address).collect())
            .collect()
    };
    list.iter()
        .map(|(name, given)| ((*name).to_owned(), answers(given)))
        .collect()
}

/// A git server at a public address, and the repository that it has.
fn public_server(repository: &Repository) -> GitServer {
    let root = repository.path().parent().expect("a parent").to_owned();
    GitServer::start_at((PUBLIC, 80).into(), root, Some(tricks))
}

/// Where hostile servers send git; those on the web are repositories of the inside.
const TARGETS: &[&str] = &[
    "http://127.0.0.1/x.git",
    "http://127.0.0.1:443/x.git",
    "http://[::1]/x.git",
    "http://[::ffff:10.0.0.7]/x.git",
    "http://10.0.0.7/x.git",
    "http://2130706433/x.git",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost/x.git",
    "http://localhost./x.git",
    "http://inside.example.org/x.git",
    "http://hosts.example.org/x.git",
    "http://5.5.5.5:8080/x.git",
    "http://user:password@5.5.5.5/bare.git",
    "file:///etc/x.git",
    "ext::sh -c id% x.git",
    "ssh://10.0.0.7/x.git",
    "git://10.0.0.7/x.git",
    "gopher://10.0.0.7/x.git",
    "ftp://10.0.0.7/x.git",
    "dict://10.0.0.7/x.git",
    "//10.0.0.7/x.git",
];

/// - `/first/STATUS/TARGET/…` redirects every request;
/// - `/then/STATUS/TARGET/PATH` serves the worker's own question, and redirects those of git;
/// - `/post/STATUS/TARGET/PATH` redirects only what git asks after that;
/// - `/dumb/PATH` serves the worker's own question, and tells git of a repository whose objects lie on the inside;
/// - `/twice/PATH` redirects by way of another public name.
fn tricks(asked: &Asked<'_>) -> Trick {
    let parts: Vec<&str> = asked.target.trim_start_matches('/').splitn(4, '/').collect();
    let of_git = !asked
        .headers
        .get("user-agent")
        .is_some_and(|agent| agent.contains("RepoLens"));
    let redirect = |status: &str, target: &str, tail: &str| {
        let status = status.parse().expect("a number");
        let target = TARGETS[target.parse::<usize>().expect("a number")];
        Trick::Answer(status, format!("Location: {target}{tail}\r\n"), String::new())
    };
    const FIRST: &str = "/info/refs?service=git-upload-pack";
    match parts[..] {
        ["first", status, target, _] => redirect(status, target, FIRST),
        ["then", status, target, _] if of_git => redirect(status, target, FIRST),
        ["post", status, target, _] if asked.method == "POST" => redirect(status, target, "/git-upload-pack"),
        ["then" | "post", _, _, path] => Trick::Serve(format!("/{path}")),
        ["twice", number, ..] => Trick::Answer(
            301,
            format!("Location: http://public.example.org/first/301/{number}/x.git{FIRST}\r\n"),
            String::new(),
        ),
        ["dumb", ..] => dumb(asked.target.trim_start_matches("/dumb"), of_git),
        _ => Trick::Serve(asked.target.to_owned()),
    }
}

fn dumb(target: &str, of_git: bool) -> Trick {
    const COMMIT: &str = "1111111111111111111111111111111111111111";
    let text = |body: String| Trick::Answer(200, "Content-Type: text/plain\r\n".to_owned(), body);
    let path = target.split('?').next().unwrap_or_default();
    match path {
        _ if !of_git => Trick::Serve(target.to_owned()),
        "/bare.git/info/refs" => text(format!("{COMMIT}\trefs/heads/main\n")),
        "/bare.git/HEAD" => text("ref: refs/heads/main\n".to_owned()),
        "/bare.git/objects/info/http-alternates" => {
            text("http://10.0.0.7/alternate.git/objects\nhttp://inside.example.org/alternate.git/objects\n".to_owned())
        }
        "/bare.git/objects/info/alternates" => text("/alternate.git/objects\n".to_owned()),
        _ => Trick::Answer(404, String::new(), String::new()),
    }
}

async fn end_of(repolens: &Running, url: &str) -> Value {
    let id = repolens.submit(url).await;
    repolens.watch(&id).await.pop().expect("an answer").0
}

/// Each of these is accepted, for nobody can tell yet, and fails with this code.
async fn fail(repolens: &Running, urls: &[String], codes: &[&str]) {
    let mut wrong = Vec::new();
    for url in urls {
        let scan = end_of(repolens, url).await;
        let code = scan["errorCode"].as_str().unwrap_or_default();
        if !codes.contains(&code) {
            wrong.push(format!("{url}: {} {code:?}", scan["status"]));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), repolens.log());
}

#[test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it needs a network of its own: feature `mounts`, as root"
)]
fn a_name_that_leads_inside_is_refused_by_the_worker() {
    let list = names(&[
        ("public.example.org", &[&["5.5.5.5"]]),
        ("loopback.example.org", &[&["127.0.0.1"]]),
        ("127.0.0.1.nip.example.org", &[&["127.0.0.1"]]),
        ("private.example.org", &[&["10.0.0.7"]]),
        ("metadata.example.org", &[&["169.254.169.254"]]),
        ("azure.example.org", &[&["168.63.129.16"]]),
        ("shared.example.org", &[&["100.100.100.200"]]),
        ("zero.example.org", &[&["0.0.0.0"]]),
        ("six.example.org", &[&["::1"]]),
        ("unspecified.example.org", &[&["::"]]),
        ("mapped.example.org", &[&["::ffff:10.0.0.7"]]),
        ("translated.example.org", &[&["64:ff9b::a00:7"]]),
        ("local-translated.example.org", &[&["64:ff9b:1:a00:0:700:808:808"]]),
        ("unique-local.example.org", &[&["fd00:ec2::254"]]),
        ("both.example.org", &[&["5.5.5.5", "10.0.0.7"]]),
        ("both-kinds.example.org", &[&["5.5.5.5", "::1"]]),
        // The first time it is asked by the worker, the second time it would be by git.
        ("rebind.example.org", &[&["5.5.5.5"], &["10.0.0.7"]]),
        ("rebind-again.example.org", &[&["5.5.5.5"], &["127.0.0.1", "::1"]]),
    ]);
    Island::run(list.clone(), async |island| {
        let repository = Repository::small();
        let _server = public_server(&repository);
        let home = Home::default();
        let repolens = Running::start_with(&home, &STRICT);

        let refused: Vec<String> = list
            .keys()
            .filter(|name| !name.starts_with("rebind") && !name.starts_with("public"))
            .flat_map(|name| [format!("http://{name}/bare.git"), format!("https://{name}./bare.git")])
            .chain(["http://hosts.example.org/bare.git".to_owned()])
            .collect();
        fail(&repolens, &refused, &["host-refused"]).await;
        fail(
            &repolens,
            &["http://nowhere.example.org/bare.git".to_owned()],
            &["host-not-found"],
        )
        .await;
        island.inside_is_untouched();

        for (name, host) in [
            ("public.example.org", "public.example.org"),
            ("rebind.example.org", "rebind.example.org"),
            ("rebind-again.example.org", "rebind-again.example.org."),
        ] {
            let scan = end_of(&repolens, &format!("http://{host}/bare.git")).await;
            assert_eq!(
                (&scan["status"], &scan["commitSha"]),
                (&json!("completed"), &json!(repository.head())),
                "{host}: {scan}\n{}",
                repolens.log()
            );
            assert_eq!(
                island.asked(name),
                1,
                "git was tied to the address that was vetted: {name}"
            );
        }
        island.inside_is_untouched();
    });
}

#[test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it needs a network of its own: feature `mounts`, as root"
)]
fn no_redirect_leads_inside() {
    let list = names(&[
        ("public.example.org", &[&["5.5.5.5"]]),
        ("inside.example.org", &[&["10.0.0.7"]]),
    ]);
    Island::run(list, async |island| {
        let repository = Repository::small();
        let _server = public_server(&repository);
        let home = Home::default();
        let repolens = Running::start_with(&home, &STRICT);
        let at = |path: String| format!("http://public.example.org/{path}");

        // The first question is the worker's own.
        let mut first: Vec<String> = (0..TARGETS.len())
            .map(|target| at(format!("first/302/{target}/x.git")))
            .collect();
        first.extend(["301", "303", "307", "308"].map(|status| at(format!("first/{status}/4/x.git"))));
        first.extend([at("twice/4/x.git".to_owned()), at("twice/9/x.git".to_owned())]);
        fail(&repolens, &first, &["host-refused", "repository-not-found"]).await;
        island.inside_is_untouched();

        // The next ones are git's, which follows nobody.
        let mut later = Vec::new();
        for status in ["301", "302", "307"] {
            for target in [0, 4, 9, 13, 15] {
                later.push(at(format!("then/{status}/{target}/bare.git")));
                later.push(at(format!("post/{status}/{target}/bare.git")));
            }
        }
        later.push(at("dumb/bare.git".to_owned()));
        fail(
            &repolens,
            &later,
            &[
                "clone-failed",
                "protocol-unsupported",
                "remote-error",
                "repository-not-found",
            ],
        )
        .await;
        island.inside_is_untouched();
    });
}

#[test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it needs a network of its own: feature `mounts`, as root"
)]
fn neither_the_environment_nor_what_is_in_a_repository_leads_inside() {
    Island::run(names(&[("public.example.org", &[&["5.5.5.5"]])]), async |island| {
        let repository = Repository::with_files([
            ("README.md", "# Bait\n\n![](http://10.0.0.7/x.png)\n"),
            (
                "package.json",
                r#"{"name":"bait","dependencies":{"x":"git+http://10.0.0.7/x.git"}}"#,
            ),
            (".npmrc", "registry=http://10.0.0.7/\n"),
            (
                ".gitmodules",
                "[submodule \"a\"]\n\tpath = a\n\turl = http://10.0.0.7/a.git\n[submodule \"b\"]\n\tpath = b\n\turl = ext::sh -c id\n",
            ),
            (".lfsconfig", "[lfs]\n\turl = http://10.0.0.7/lfs\n"),
            (".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"),
            (
                "large.bin",
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
            ),
            ("src/index.js", "import x from 'http://10.0.0.7/x.js';\n"),
        ]);
        let _server = public_server(&repository);
        let home = Home::default();
        // What people have in their shell, and what would lead git around the address that was vetted.
        let proxy = "http://10.0.0.7:80";
        let lower = ["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, proxy));
        let upper = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, proxy));
        let git = [
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "http.proxy"),
            ("GIT_CONFIG_VALUE_0", proxy),
            ("GIT_PROXY_COMMAND", "/bin/false"),
            ("GIT_SSH_COMMAND", "/bin/false"),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nonexistent"),
            ("GIT_EXEC_PATH", "/nonexistent"),
        ];
        let settings: Vec<_> = STRICT.into_iter().chain(lower).chain(upper).chain(git).collect();
        let repolens = Running::start_with(&home, &settings);
        let scan = end_of(&repolens, "http://public.example.org/bare.git").await;
        assert_eq!(
            (&scan["status"], &scan["commitSha"]),
            (&json!("completed"), &json!(repository.head())),
            "{scan}\n{}",
            repolens.log()
        );
        island.inside_is_untouched();
    });
}

const SECRET: &str = "a-secret-of-the-front-end-for-the-tests";

/// A token of the front end that does not expire in this century.
fn token() -> String {
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": "ada", "exp": 4_000_000_000_u32 });
    let signed = format!("{}.{}", encode(json!({ "alg": "HS256" })), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
    )
}

async fn as_ada(repolens: &Running, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let request = repolens.http().request(method, repolens.url(path)).bearer_auth(token());
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.expect("the API answers");
    (response.status(), response.json().await.expect("JSON"))
}

/// Takes what it is told, or sends the teller to the inside.
fn hook_tricks(asked: &Asked<'_>) -> Trick {
    match asked.target.split('/').nth(1) {
        Some("redirect") => {
            let target = if asked.target.ends_with("name") { 9 } else { 4 };
            Trick::Answer(307, format!("Location: {}\r\n", TARGETS[target]), String::new())
        }
        _ => Trick::Answer(204, String::new(), String::new()),
    }
}

#[test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it needs a network of its own: feature `mounts`, as root"
)]
fn no_webhook_leads_inside() {
    let list = names(&[
        ("public.example.org", &[&["5.5.5.5"]]),
        ("inside.example.org", &[&["10.0.0.7"]]),
        ("both.example.org", &[&["5.5.5.6", "127.0.0.1"]]),
        ("six.example.org", &[&["::1"]]),
        ("mapped.example.org", &[&["::ffff:127.0.0.1"]]),
        ("hook.example.org", &[&["5.5.5.6"]]),
        ("rebind.example.org", &[&["5.5.5.6"], &["10.0.0.7"]]),
        ("later.example.org", &[&["5.5.5.6"], &["127.0.0.1"]]),
    ]);
    Island::run(list, async |island| {
        let repository = Repository::small();
        let _server = public_server(&repository);
        let _hooks = GitServer::start_at((ALSO_PUBLIC, 80).into(), repository.path(), Some(hook_tricks));
        let home = Home::default();
        let proxy = [("http_proxy", "http://10.0.0.7"), ("HTTPS_PROXY", "http://10.0.0.7")];
        let settings: Vec<_> = STRICT
            .into_iter()
            .chain([("NEXTAUTH_SECRET", SECRET)])
            .chain(proxy)
            .collect();
        let repolens = Running::start_with(&home, &settings);
        let expected = [
            ("http://inside.example.org/x", "address refused"),
            ("https://inside.example.org./x", "address refused"),
            ("http://both.example.org/x", "address refused"),
            ("http://six.example.org/x", "address refused"),
            ("http://mapped.example.org/x", "address refused"),
            ("http://hosts.example.org/x", "address refused"),
            ("http://nowhere.example.org/x", "host not found"),
            ("http://hook.example.org/redirect/address", "307"),
            ("http://hook.example.org/redirect/name", "307"),
            ("http://hook.example.org/x", "204"),
            // The second question would be the client's own, at the same attempt.
            ("http://rebind.example.org/x", "204"),
            ("http://later.example.org./x", "204"),
        ];
        for (url, _) in expected {
            let body = json!({ "url": url, "events": ["scan.completed"] });
            let (status, made) = as_ada(&repolens, Method::POST, "/api/webhooks", Some(body)).await;
            assert_eq!(status, 201, "{url}: {made}");
        }
        let body = json!({ "repoUrl": "http://public.example.org/bare.git" });
        let (status, made) = as_ada(&repolens, Method::POST, "/api/scan", Some(body)).await;
        assert_eq!(status, 201, "{made}");
        let told = async || {
            let (_, list) = as_ada(&repolens, Method::GET, "/api/webhooks", None).await;
            let list = list.as_array().expect("a list").clone();
            let status_of = |url: &str| list.iter().find(|hook| hook["url"] == url).expect(url)["lastStatus"].clone();
            expected.map(|(url, _)| (url, status_of(url)))
        };
        eventually("all were told", async || {
            told().await.iter().all(|(_, status)| !status.is_null())
        })
        .await;
        for ((url, status), (_, wanted)) in told().await.into_iter().zip(expected) {
            assert_eq!(status, wanted, "{url}\n{}", repolens.log());
        }
        for name in ["rebind.example.org", "later.example.org"] {
            assert_eq!(island.asked(name), 1, "{name}");
        }
        // Told once more, later names are looked up anew: refused. The refused ones are tried again as well.
        let (_, again) = as_ada(
            &repolens,
            Method::POST,
            "/api/scan",
            Some(json!({ "repoUrl": "http://public.example.org/bare.git", "force": true })),
        )
        .await;
        assert!(again["scanId"].is_string(), "{again}");
        eventually("names are looked up anew", async || {
            let refused = |part: &str, told: &[(&str, Value)]| {
                let (_, status) = told.iter().find(|(url, _)| url.contains(part)).expect(part);
                status == "address refused"
            };
            let told = told().await;
            refused("rebind", &told) && refused("later", &told)
        })
        .await;
        island.inside_is_untouched();
    });
}

/// Waits until `holds`.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let until = Instant::now() + Duration::from_secs(90);
    while !holds().await {
        assert!(Instant::now() < until, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Shows that `inside_is_untouched` can fail.
#[test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it needs a network of its own: feature `mounts`, as root"
)]
#[should_panic(expected = "a client connected")]
fn a_connection_inside_is_seen() {
    Island::run(Names::new(), async |island| {
        tokio::net::TcpStream::connect((Ipv4Addr::new(10, 0, 0, 7), 80))
            .await
            .expect("the island listens");
        island.inside_is_untouched();
    });
}
