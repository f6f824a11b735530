//! Who may cancel a guest's scan: who has the token that its submitter got.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, Database, answer};

crate::every_database! {
    only_with_the_token_of_its_submission,
    by_the_cookie_of_its_submission,
    an_answer_that_was_lost_is_given_again,
}

const BODY: &str = r#"{"repoUrl":"https://git.example.org/a/b"}"#;

async fn cancel(api: &Api, token: Option<&str>, id: &str, body: &Value) -> u16 {
    let path = format!("/api/scan/{id}/cancel");
    ask(api, token, Method::POST, &path, Some(body)).await.0.as_u16()
}

async fn only_with_the_token_of_its_submission(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let ada = jwt("ada");
    let (id, token) = api.submit_to_cancel().await;
    let (other, of_other) = api.submit_to_cancel().await;
    let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
    assert!(!scan.to_string().contains("ancelToken"), "{scan}");
    let text = token["cancelToken"].as_str().expect("a token");
    assert!(text.len() >= 32, "{text}");
    let stored = database.values("SELECT \"cancelTokens\" AS v FROM scans").await;
    assert!(!stored.concat().contains(text), "only its hash");

    for body in [
        json!({}),
        json!({ "cancelToken": null }),
        json!({ "cancelToken": "" }),
        json!({ "cancelToken": "x" }),
        json!({ "cancelToken": stored[0] }),
        of_other.clone(),
    ] {
        for caller in [None, Some(ada.as_str())] {
            assert_eq!(cancel(&api, caller, &id, &body).await, 403, "{body}");
        }
    }
    let without_body = api.request(Method::POST, &format!("/api/scan/{id}/cancel"));
    assert_eq!(without_body.send().await.expect("an answer").status(), 403);
    for (body, status) in [
        (json!({ "cancelToken": 1 }), 400),
        (json!({ "token": text }), 400),
        (json!([text]), 400),
    ] {
        assert_eq!(cancel(&api, None, &id, &body).await, status, "{body}");
    }
    assert_eq!(cancel(&api, None, "none", &token).await, 404);
    assert_eq!(cancel(&api, None, &id, &token).await, 202);
    // One who has signed in meanwhile still has it.
    assert_eq!(cancel(&api, Some(&ada), &other, &of_other).await, 202);

    // A user's scan is that user's.
    let (_, of_ada) = ask(
        &api,
        Some(&ada),
        Method::POST,
        "/api/scan",
        Some(&serde_json::from_str(BODY).expect("JSON")),
    )
    .await;
    assert!(of_ada.get("cancelToken").is_none(), "{of_ada}");
    let of_ada = of_ada["scanId"].as_str().expect("an id");
    assert_eq!(cancel(&api, None, of_ada, &token).await, 401);
    assert_eq!(cancel(&api, Some(&jwt("bob")), of_ada, &token).await, 403);
    assert_eq!(cancel(&api, Some(&ada), of_ada, &json!({})).await, 202);
}

async fn by_the_cookie_of_its_submission(database: Database) {
    let api = Api::start_with(
        &database,
        &[("FRONTEND_URL", "https://app.example.org"), ("TRUSTED_PROXIES", "1")],
    );
    for (proto, origin, status) in [
        (None, None, 202),
        (Some("https"), Some("https://app.example.org"), 202),
        (None, Some("https://evil.example"), 403),
    ] {
        let mut request = api
            .request(Method::POST, "/api/scan")
            .header("Content-Type", "application/json")
            .body(BODY);
        if let Some(proto) = proto {
            request = request.header("X-Forwarded-Proto", proto);
        }
        let response = request.send().await.expect("an answer");
        let set = response.headers()["set-cookie"].to_str().expect("text").to_owned();
        let (_, accepted) = answer(response).await;
        let id = accepted["scanId"].as_str().expect("an id");
        let (pair, attributes) = set.split_once("; ").expect("attributes");
        assert!(
            pair.ends_with(accepted["cancelToken"].as_str().expect("a token")),
            "{set}"
        );
        for attribute in ["HttpOnly", &format!("Path=/api/scan/{id}")] {
            assert!(attributes.contains(attribute), "{set}");
        }
        match proto {
            Some(_) => assert!(
                attributes.contains("SameSite=None") && attributes.contains("Secure"),
                "{set}"
            ),
            None => assert!(
                attributes.contains("SameSite=Lax") && !attributes.contains("Secure"),
                "{set}"
            ),
        }
        let mut request = api
            .request(Method::POST, &format!("/api/scan/{id}/cancel"))
            .header("Cookie", format!("theme=dark; {pair}"));
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        assert_eq!(request.send().await.expect("an answer").status(), status, "{origin:?}");
    }
}

async fn an_answer_that_was_lost_is_given_again(database: Database) {
    let api = Api::start(&database);
    let submit = async || {
        let request = api
            .request(Method::POST, "/api/scan")
            .header("Idempotency-Key", "once")
            .header("Content-Type", "application/json")
            .body(BODY);
        answer(request.send().await.expect("an answer")).await.1
    };
    let (first, second) = (submit().await, submit().await);
    assert_eq!(
        (&first["scanId"], &first["repositoryId"]),
        (&second["scanId"], &second["repositoryId"])
    );
    let id = first["scanId"].as_str().expect("an id");
    // Both cancel it: whichever answer the client has.
    for answer in [&first, &second] {
        let token = json!({ "cancelToken": answer["cancelToken"] });
        assert_eq!(cancel(&api, None, id, &token).await, 202);
    }
}
