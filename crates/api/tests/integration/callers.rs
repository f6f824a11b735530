//! Who is calling: each way in which a user is known, and that nobody becomes a guest by a bad credential.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::github::{Github, Mood};
use crate::support::people::{SIGN_IN, ask, jwt, tokens_of_the_front_end};
use crate::support::{Api, Database, Kind, answer};

crate::every_database! {
    tokens_of_the_real_packages,
    a_key_from_its_making_to_its_end,
    a_github_token_is_checked_and_remembered,
    a_user_of_the_front_end_is_the_same_by_token,
    one_person_is_one_user_whichever_comes_first,
    rows_of_one_person_under_two_names_are_put_together,
    a_session_that_comes_twice,
}

/// 200: the caller is this user. 403: somebody else, or a guest. 401: a credential that is not valid.
async fn is_user(api: &Api, token: Option<&str>, user: &str) -> u16 {
    let path = format!("/api/user/stats?userId={user}");
    ask(api, token, Method::GET, &path, None).await.0.as_u16()
}

async fn by_cookie(api: &Api, method: Method, path: &str, cookie: &str, origin: Option<&str>) -> u16 {
    let mut request = api.request(method, path).header("Cookie", cookie);
    if let Some(origin) = origin {
        request = request.header("Origin", origin);
    }
    request.send().await.expect("an answer").status().as_u16()
}

async fn tokens_of_the_real_packages(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let tokens = tokio::task::spawn_blocking(|| tokens_of_the_front_end("cmuser1"))
        .await
        .expect("tokens");
    let of = |group: &str| -> Vec<(String, String)> {
        let group = tokens[group].as_object().expect("an object");
        let text = |value: &Value| value.as_str().expect("a token").to_owned();
        group.iter().map(|(name, token)| (name.clone(), text(token))).collect()
    };
    for (name, token) in of("good") {
        assert_eq!(is_user(&api, Some(&token), "cmuser1").await, 200, "{name}");
        assert_eq!(is_user(&api, Some(&token), "cmuser2").await, 403, "{name}");
        if name.starts_with("jwt") {
            continue;
        }
        // The same as a cookie: whole or in pieces of the size that browsers keep.
        let pieces: Vec<&str> = token
            .as_bytes()
            .chunks(3_900)
            .map(|piece| std::str::from_utf8(piece).expect("ASCII"))
            .collect();
        assert_eq!(pieces.len() > 1, name == "large");
        for cookie in ["next-auth.session-token", "__Secure-next-auth.session-token"] {
            let whole = format!("theme=dark; {cookie}={token}");
            let parts: Vec<String> = pieces
                .iter()
                .enumerate()
                .rev()
                .map(|(index, piece)| format!("{cookie}.{index}={piece}"))
                .collect();
            for sent in [whole, parts.join("; ")] {
                let path = "/api/user/stats?userId=cmuser1";
                assert_eq!(by_cookie(&api, Method::GET, path, &sent, None).await, 200, "{name}");
            }
        }
    }
    for (name, token) in of("bad") {
        assert_eq!(is_user(&api, Some(&token), "guest").await, 401, "{name}");
        let cookie = format!("next-auth.session-token={token}");
        let path = "/api/user/stats?userId=guest";
        assert_eq!(by_cookie(&api, Method::GET, path, &cookie, None).await, 401, "{name}");
    }
    // A page of another origin cannot act by a cookie that the browser adds; the front end, and programs, can.
    let session = tokens["good"]["session"].as_str().expect("a token");
    let cookie = format!("next-auth.session-token={session}");
    for (origin, status) in [
        (Some("https://evil.example"), 403),
        (Some("null"), 403),
        (Some("http://localhost:3000"), 404),
        (None, 404),
    ] {
        let path = "/api/favorites/none";
        let answered = by_cookie(&api, Method::POST, path, &cookie, origin).await;
        assert_eq!(answered, status, "{origin:?}");
    }
    assert_eq!(
        by_cookie(&api, Method::GET, "/api/user/stats", "next-auth.session-token=", None).await,
        200,
        "a cookie that was taken back is none"
    );
    // None of them stands in the log.
    let log = api.log();
    for (name, token) in of("good").into_iter().chain(of("bad")) {
        assert!(!log.contains(&token), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_secret_the_front_end_is_not_believed() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    assert!(api.logged("`NEXTAUTH_SECRET` is not set"));
    assert_eq!(is_user(&api, Some(&jwt("ada")), "guest").await, 401);
    // Another program's cookie on the same host is nothing to us.
    let path = "/api/user/stats?userId=guest";
    assert_eq!(
        by_cookie(&api, Method::GET, path, "next-auth.session-token=x.y", None).await,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_credential_is_never_a_guest() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start_with(&database, &[SIGN_IN]);
    let id = api.submit().await;
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer rl_0000000000000000000000000000000000000000",
        "Bearer a.b.c",
        "Bearer a.b.c.d.e",
        "Bearer ..",
        "Bearer ....",
        "Basic YTpi",
        "Digest x",
        "rl_x",
        "Bearer \u{e4}",
        &format!("Bearer {}", "a".repeat(17 * 1024)),
    ] {
        for (method, path) in [
            (Method::GET, format!("/api/scan/{id}")),
            (Method::GET, format!("/api/scan/{id}/events")),
            (Method::GET, "/api/user/scans".to_owned()),
            (Method::POST, format!("/api/scan/{id}/cancel")),
            (Method::GET, "/api/favorites".to_owned()),
        ] {
            let request = api.request(method.clone(), &path).header("Authorization", value);
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), 401, "{method} {path} with {value:.40}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
        }
    }
    let twice = api
        .request(Method::GET, "/api/user/stats")
        .header("Authorization", format!("Bearer {}", jwt("ada")))
        .header("Authorization", format!("Bearer {}", jwt("bob")));
    assert_eq!(twice.send().await.expect("an answer").status(), 401);
    // What needs no caller does not ask for one.
    assert_eq!(is_user(&api, None, "guest").await, 200);
}

async fn a_key_from_its_making_to_its_end(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let body = json!({ "name": "laptop", "expiresInDays": 30 });
    let (status, made) = ask(&api, Some(&ada), Method::POST, "/api/keys", Some(&body)).await;
    assert_eq!(status, 201, "{made}");
    let (key, id) = (
        made["key"].as_str().expect("a key"),
        made["id"].as_str().expect("an id"),
    );
    assert!(key.starts_with("rl_") && key.len() == 67, "{key}");
    assert_eq!(is_user(&api, Some(key), "ada").await, 200);
    assert_eq!(is_user(&api, Some(key), "bob").await, 403);
    let mut wrong = key.to_owned();
    wrong.replace_range(66.., if key.ends_with('0') { "1" } else { "0" });
    assert_eq!(is_user(&api, Some(&wrong), "ada").await, 401);

    let (_, keys) = ask(&api, Some(&ada), Method::GET, "/api/keys", None).await;
    let listed = &keys.as_array().expect("a list")[0];
    assert_eq!((&listed["id"], &listed["name"]), (&json!(id), &json!("laptop")));
    assert!(listed["lastUsedAt"].is_string() && listed["expiresAt"].is_string() && listed.get("key").is_none());
    assert_eq!(ask(&api, Some(&bob), Method::GET, "/api/keys", None).await.1, json!([]));
    let stored = database.values("SELECT key AS v FROM api_keys").await;
    assert!(
        stored.len() == 1 && stored[0].len() == 64 && !key.contains(&stored[0]),
        "a hash"
    );

    let path = format!("/api/keys/{id}");
    assert_eq!(ask(&api, None, Method::DELETE, &path, None).await.0, 401);
    assert_eq!(ask(&api, Some(&bob), Method::DELETE, &path, None).await.0, 403);
    assert_eq!(
        ask(&api, Some(&ada), Method::DELETE, "/api/keys/none", None).await.0,
        404
    );
    assert_eq!(ask(&api, Some(&ada), Method::DELETE, &path, None).await.0, 204);
    assert_eq!(is_user(&api, Some(key), "ada").await, 401, "at once");

    for (body, at) in [
        (json!({ "name": " " }), "/name"),
        (json!({ "name": "x".repeat(101) }), "/name"),
        (json!({ "name": "a\u{7}b" }), "/name"),
        (json!({ "name": "x", "expiresInDays": 0 }), "/expiresInDays"),
        (json!({ "name": "x", "expiresInDays": 4_000 }), "/expiresInDays"),
    ] {
        let (status, problem) = ask(&api, Some(&ada), Method::POST, "/api/keys", Some(&body)).await;
        assert_eq!(
            (status.as_u16(), &problem["errors"][0]["pointer"]),
            (422, &json!(at)),
            "{body}"
        );
    }
    // One that has expired: known here no more than one that was never made.
    let (_, made) = ask(
        &api,
        Some(&ada),
        Method::POST,
        "/api/keys",
        Some(&json!({ "name": "old" })),
    )
    .await;
    database
        .run("UPDATE api_keys SET \"expiresAt\" = '2026-01-01 00:00:00'")
        .await;
    let key = made["key"].as_str().expect("a key");
    assert_eq!(is_user(&api, Some(key), "ada").await, 401);
    assert!(!api.log().contains(key));
}

async fn a_github_token_is_checked_and_remembered(database: Database) {
    let github = Github::start();
    let api = Api::start_with(&database, &[("GITHUB_API_URL", &github.api())]);
    let token = "gho_0123456789abcdefghijABCDEFGHIJ";
    github.add_user(token, 4_711, "ada");
    assert_eq!(
        is_user(&api, Some(token), "guest").await,
        200,
        "a user may look at guests' scans"
    );
    let user = database
        .value("SELECT id AS v FROM users WHERE \"githubId\" = '4711'")
        .await;
    for _ in 0..5 {
        assert_eq!(is_user(&api, Some(token), &user).await, 200);
    }
    assert_eq!(github.state().asked, 1, "the answer is remembered");
    // The front end's sign-in finds the same user by it.
    let account = "SELECT \"userId\" AS v FROM accounts WHERE provider = 'github' AND \"providerAccountId\" = '4711'";
    assert_eq!(database.value(account).await, user);

    // Another token of the same person, under a name that was changed.
    let other = "github_pat_0123456789abcdefghij";
    github.add_user(other, 4_711, "countess");
    assert_eq!(is_user(&api, Some(other), &user).await, 200);

    for wrong in ["ghp_nobodys0000000000000", "gho_", "github_pat_x"] {
        assert_eq!(is_user(&api, Some(wrong), "guest").await, 401, "{wrong}");
    }
    for (mood, status, retry) in [
        (Mood::Limited, 503, Some(1..=60)),
        (Mood::TooMany, 503, Some(7..=7)),
        (Mood::Broken, 503, Some(1..=60)),
        (Mood::Away, 503, Some(1..=60)),
        (Mood::Strange, 503, Some(1..=60)),
        (Mood::Forbidden, 401, None),
    ] {
        github.state().mood = mood;
        let token = format!("gho_unknown{mood:?}0000");
        let request = api.request(Method::GET, "/api/user/stats").bearer_auth(token);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), status, "{mood:?}");
        if let Some(range) = retry {
            let after: u64 = response.headers()["retry-after"]
                .to_str()
                .expect("text")
                .parse()
                .expect("a number");
            assert!(range.contains(&after), "{mood:?}: {after}");
        }
        assert_eq!(
            is_user(&api, Some(other), &user).await,
            200,
            "those that are known need no GitHub"
        );
    }
    // Not a word of it is stored or logged.
    for secret in [token, other] {
        assert!(!api.log().contains(secret));
        let rows = database
            .values("SELECT coalesce(\"githubToken\", '-') AS v FROM users")
            .await;
        assert_eq!(rows, ["-"]);
    }
}

async fn a_user_of_the_front_end_is_the_same_by_token(database: Database) {
    let github = Github::start();
    let api = Api::start_with(&database, &[SIGN_IN, ("GITHUB_API_URL", &github.api())]);
    database
        .run(
            "INSERT INTO users (id, email, name, \"updatedAt\") VALUES ('clu9', 'ada@example.org', 'Ada', '2026-01-20 10:00:00');
             INSERT INTO accounts (id, \"userId\", type, provider, \"providerAccountId\") VALUES ('cla9', 'clu9', 'oauth', 'github', '99')",
        )
        .await;
    let token = "gho_0123456789abcdefghijABCDEFGHIJ";
    github.add_user(token, 99, "ada");
    assert_eq!(is_user(&api, Some(token), "clu9").await, 200);
    assert_eq!(is_user(&api, Some(&jwt("clu9")), "clu9").await, 200);
    let row = "SELECT coalesce(\"githubId\", '-') || ' ' || email AS v FROM users WHERE id = 'clu9'";
    assert_eq!(
        database.value(row).await,
        "- ada@example.org",
        "the front end's row stays"
    );

    // With a session's cookie beside it the session says who it is, and a bad token is refused all the same.
    let tokens = tokio::task::spawn_blocking(|| tokens_of_the_front_end("clu10"))
        .await
        .expect("tokens");
    let cookie = format!(
        "next-auth.session-token={}",
        tokens["good"]["session"].as_str().expect("a token")
    );
    for (bearer, status) in [(token, 200), ("gho_nobodys00000000000000", 401)] {
        let request = api
            .request(Method::GET, "/api/user/stats?userId=clu10")
            .bearer_auth(bearer)
            .header("Cookie", &cookie);
        assert_eq!(request.send().await.expect("an answer").status(), status);
    }
}

const TOKEN_OF_ADA: &str = "gho_0123456789abcdefghijABCDEFGHIJ";

/// Submits a scan with a GitHub token, or with a session's cookie.
async fn submit(api: &Api, token: Option<&str>, cookie: Option<&str>) -> String {
    let mut request = api.request(Method::POST, "/api/scan");
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(cookie) = cookie {
        request = request.header("Cookie", format!("next-auth.session-token={cookie}"));
    }
    let body = json!({ "repoUrl": "https://git.example.org/owner/repository" });
    let (status, answer) = answer(request.json(&body).send().await.expect("an answer")).await;
    assert_eq!(status, 201, "{answer}");
    answer["scanId"].as_str().expect("an id").to_owned()
}

/// How many scans the caller has, under the name that its page uses.
async fn count(api: &Api, token: Option<&str>, cookie: Option<&str>, name: &str) -> Value {
    let mut request = api.request(Method::GET, &format!("/api/user/stats?userId={name}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(cookie) = cookie {
        request = request.header("Cookie", format!("next-auth.session-token={cookie}"));
    }
    let (status, stats) = answer(request.send().await.expect("an answer")).await;
    assert_eq!(status, 200, "{name}: {stats}");
    stats["totalScans"].clone()
}

async fn session_of(user: &'static str) -> String {
    let tokens = tokio::task::spawn_blocking(move || tokens_of_the_front_end(user))
        .await
        .expect("tokens");
    tokens["good"]["session"].as_str().expect("a token").to_owned()
}

/// Without an adapter the front end's `sub` is the number of the account at GitHub; with one it is the row's id.
async fn one_person_is_one_user_whichever_comes_first(database: Database) {
    let github = Github::start();
    let api = Api::start_with(&database, &[SIGN_IN, ("GITHUB_API_URL", &github.api())]);
    database
        .run(
            "INSERT INTO users (id, email, \"updatedAt\", \"githubId\") VALUES ('clu7', 'e@example.org', '2026-01-20 10:00:00', '7');
             INSERT INTO users (id, email, \"updatedAt\") VALUES ('clu8', 'f@example.org', '2026-01-20 10:00:00');
             INSERT INTO accounts (id, \"userId\", type, provider, \"providerAccountId\") VALUES ('cla8', 'clu8', 'oauth', 'github', '8')",
        )
        .await;
    let mut users = Vec::new();
    for (number, sub, cookie_first) in [(5, "5", true), (6, "6", false), (7, "clu7", true), (8, "clu8", false)] {
        let token = format!("gho_{number}123456789abcdefghijABCDEFGHIJ");
        github.add_user(&token, number, "somebody");
        let session = session_of(sub).await;
        let (token, cookie) = (Some(token.as_str()), Some(session.as_str()));
        if cookie_first {
            submit(&api, None, cookie).await;
            submit(&api, token, None).await;
        } else {
            submit(&api, token, None).await;
            submit(&api, None, cookie).await;
        }
        submit(&api, token, cookie).await;
        // The page names its user as the session does, and by the number.
        for name in [sub, &number.to_string()] {
            assert_eq!(count(&api, token, None, name).await, 3, "{sub} by token as {name}");
            assert_eq!(count(&api, None, cookie, name).await, 3, "{sub} by cookie as {name}");
        }
        users.push(
            database
                .values("SELECT DISTINCT \"userId\" AS v FROM scans ORDER BY 1")
                .await,
        );
    }
    assert_eq!(users[3].len(), 4, "each person has one row: {users:?}");
}

/// An earlier version made one row for the cookie and one for the token; and a front end may get an adapter later.
async fn rows_of_one_person_under_two_names_are_put_together(database: Database) {
    let github = Github::start();
    github.add_user(TOKEN_OF_ADA, 5, "ada");
    let api = Api::start_with(&database, &[SIGN_IN, ("GITHUB_API_URL", &github.api())]);
    database
        .run(
            "INSERT INTO users (id, email, \"updatedAt\", \"githubId\") VALUES ('by-token', 'github-5@users.invalid', '2026-01-20 10:00:00', '5');
             INSERT INTO users (id, email, \"updatedAt\") VALUES ('5', 'x@users.invalid', '2026-01-20 10:00:00');
             INSERT INTO users (id, email, \"updatedAt\") VALUES ('clu5', 'ada@example.org', '2026-01-20 10:00:00');
             INSERT INTO repositories (id, \"fullName\", url, \"updatedAt\") VALUES ('r1', 'a/b', 'https://github.com/a/b', '2026-01-20 10:00:00');
             INSERT INTO favorite_repositories (id, \"userId\", \"repositoryId\") VALUES ('f1', '5', 'r1'), ('f2', 'by-token', 'r1'), ('f3', 'clu5', 'r1');
             INSERT INTO scans (id, \"userId\", \"repoUrl\", \"updatedAt\") VALUES ('s1', '5', 'https://github.com/a/b', '2026-01-20 10:00:00'),
               ('s2', 'by-token', 'https://github.com/a/b', '2026-01-20 10:00:00'), ('s3', 'clu5', 'https://github.com/a/b', '2026-01-20 10:00:00');
             INSERT INTO accounts (id, \"userId\", type, provider, \"providerAccountId\") VALUES ('cla5', 'clu5', 'oauth', 'github', '5')",
        )
        .await;
    let session = session_of("clu5").await;
    assert_eq!(count(&api, None, Some(&session), "clu5").await, 3);
    assert_eq!(count(&api, Some(TOKEN_OF_ADA), None, "5").await, 3);
    let users = "SELECT id AS v FROM users";
    assert_eq!(
        database.values(users).await,
        ["clu5"],
        "the rows that were made here are gone"
    );
    let favorites = "SELECT id AS v FROM favorite_repositories";
    assert_eq!(database.values(favorites).await, ["f3"]);
}

/// A browser that has a cookie of the host and one of the domain sends both.
async fn a_session_that_comes_twice(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let tokens = tokio::task::spawn_blocking(|| tokens_of_the_front_end("cmuser1"))
        .await
        .expect("tokens");
    let good = tokens["good"]["session"].as_str().expect("a token");
    let bad = tokens["bad"].as_object().expect("an object");
    let path = "/api/user/stats?userId=cmuser1";
    for (name, bad) in bad {
        let bad = bad.as_str().expect("a token");
        for (first, second) in [(good, bad), (bad, good), (good, good)] {
            let cookie = format!("next-auth.session-token={first}; theme=dark; next-auth.session-token={second}");
            assert_eq!(by_cookie(&api, Method::GET, path, &cookie, None).await, 200, "{name}");
        }
        let cookie = format!("next-auth.session-token={bad}; next-auth.session-token={bad}x");
        assert_eq!(by_cookie(&api, Method::GET, path, &cookie, None).await, 401, "{name}");
    }
}
