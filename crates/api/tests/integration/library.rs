//! What users have: their scans and counts, their history, their favorites; and what they delete.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, DEADLINE, Database};

crate::every_database! {
    scans_belong_to_who_submitted_them,
    a_deleted_scan_is_gone_wherever_it_stood,
    favorites,
    an_idempotency_key_is_the_users_own,
}

const URL: &str = "https://git.example.org/owner/repository";

async fn submit(api: &Api, token: Option<&str>, url: &str) -> String {
    let body = json!({ "repoUrl": url });
    let (status, answer) = ask(api, token, Method::POST, "/api/scan", Some(&body)).await;
    assert_eq!(status, 201, "{answer}");
    answer["scanId"].as_str().expect("an id").to_owned()
}

/// Takes the scan and reports it as complete.
async fn complete(api: &Api, id: &str) {
    let (status, job) = api
        .work("/api/worker/claim", json!({ "workerId": "w", "scanId": id }))
        .await;
    assert_eq!(status, 200, "{job}");
    let lease = job["leaseToken"].as_str().expect("a token");
    let report = json!({ "status": "completed", "results": { "of": id } });
    assert_eq!(api.report(id, lease, report).await.0, 200);
}

fn ids(list: &Value) -> Vec<&str> {
    let scans = list["scans"].as_array().expect("a list");
    scans.iter().filter_map(|scan| scan["id"].as_str()).collect()
}

async fn scans_belong_to_who_submitted_them(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let (ada, bob) = (Some(ada.as_str()), Some(bob.as_str()));
    let first = submit(&api, ada, URL).await;
    complete(&api, &first).await;
    let second = submit(&api, ada, "https://github.com/Psf/Requests").await;
    let of_guest = submit(&api, None, URL).await;
    complete(&api, &of_guest).await;
    submit(&api, bob, URL).await;

    for (path, expected) in [
        ("/api/user/scans", vec![second.as_str(), &first]),
        ("/api/user/scans?userId=ada", vec![&second, &first]),
        ("/api/user/scans?userId=ada&limit=1&offset=1", vec![&first]),
        ("/api/user/scans?userId=guest", vec![&of_guest]),
        ("/api/history", vec![&second, &first]),
        ("/api/history?status=completed", vec![&first]),
        ("/api/history?status=QUEUED&limit=5", vec![&second]),
        ("/api/history?repositoryId=none", vec![]),
        ("/api/history?userId=guest", vec![&of_guest]),
    ] {
        let (status, list) = ask(&api, ada, Method::GET, path, None).await;
        assert_eq!((status.as_u16(), ids(&list)), (200, expected), "{path}");
    }
    let (_, stats) = ask(&api, ada, Method::GET, "/api/user/stats?userId=ada", None).await;
    assert_eq!(
        stats,
        json!({ "totalScans": 2, "completedScans": 1, "failedScans": 0, "processingScans": 1 })
    );
    for (token, path, expected) in [
        (ada, "/api/user/scans?userId=bob", 403),
        (ada, "/api/user/stats?userId=bob", 403),
        (ada, "/api/history?userId=bob", 403),
        (None, "/api/user/scans?userId=ada", 200),
        (None, "/api/user/stats?userId=ada", 200),
        (None, "/api/history?userId=", 200),
        (ada, "/api/history?status=done", 400),
        (ada, "/api/history?limit=0", 400),
        (ada, "/api/history?limit=-1", 400),
        (ada, "/api/history?offset=abc", 400),
        (ada, "/api/history?user=ada", 400),
    ] {
        assert_eq!(ask(&api, token, Method::GET, path, None).await.0, expected, "{path}");
    }

    for path in ["/api/user/scans?userId=ada", "/api/history?userId=ada"] {
        let (_, list) = ask(&api, None, Method::GET, path, None).await;
        assert_eq!(ids(&list), [&of_guest], "without a credential it is the list of guests");
    }

    let (_, history) = ask(&api, ada, Method::GET, "/api/history", None).await;
    let repository = &history["scans"][0]["repository"];
    let id = repository["id"].as_str().expect("an id");
    assert_eq!(
        repository,
        &json!({ "id": id, "fullName": "psf/requests", "name": "requests", "owner": "psf", "url": "https://github.com/Psf/Requests",
                "description": null, "stars": 0, "language": null })
    );
    assert_eq!(
        history["pagination"],
        json!({ "total": 2, "limit": 20, "offset": 0, "hasMore": false })
    );
    let (_, of_one) = ask(&api, ada, Method::GET, &format!("/api/history?repositoryId={id}"), None).await;
    assert_eq!(ids(&of_one), [&second]);
    // One repository, whoever asks and however it is spelled.
    let again = submit(&api, bob, "https://github.com/psf/requests.git").await;
    let (_, bobs) = ask(&api, bob, Method::GET, "/api/history?limit=1", None).await;
    assert_eq!(
        (ids(&bobs), &bobs["scans"][0]["repository"]["id"]),
        (vec![again.as_str()], &json!(id))
    );
    assert_eq!(bobs["pagination"]["hasMore"], true);
}

async fn a_deleted_scan_is_gone_wherever_it_stood(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let (ada, bob) = (Some(ada.as_str()), Some(bob.as_str()));
    let delete = async |token: Option<&str>, id: &str| {
        let path = format!("/api/scan/{id}");
        ask(&api, token, Method::DELETE, &path, None).await.0.as_u16()
    };
    let (complete_one, queued, running, last) = (
        submit(&api, ada, URL).await,
        submit(&api, ada, URL).await,
        submit(&api, ada, URL).await,
        submit(&api, ada, URL).await,
    );
    complete(&api, &complete_one).await;
    complete(&api, &last).await;
    let repository = "SELECT coalesce(\"lastScanId\", '-') AS v FROM repositories";
    assert_eq!(database.value(repository).await, last);
    let claim = json!({ "workerId": "w", "scanId": running });
    let (_, job) = api.work("/api/worker/claim", claim).await;

    for id in [&complete_one, &queued, &running] {
        assert_eq!((delete(None, id).await, delete(bob, id).await), (401, 403));
    }
    assert_eq!((delete(None, "none").await, delete(ada, "none").await), (404, 404));
    let of_guest = submit(&api, None, URL).await;
    assert_eq!(
        (delete(None, &of_guest).await, delete(ada, &of_guest).await),
        (401, 403)
    );

    let watching = api
        .request(Method::GET, &format!("/api/scan/{running}/events"))
        .send()
        .await
        .expect("a stream");
    for id in [&last, &queued, &running] {
        assert_eq!((delete(ada, id).await, delete(ada, id).await), (204, 404));
        assert_eq!(api.get(&format!("/api/scan/{id}")).await.0, 404);
    }
    assert_eq!(
        database.value(repository).await,
        complete_one,
        "the newest of those that are left"
    );
    let events = tokio::time::timeout(DEADLINE, watching.text()).await;
    let events = events.expect("the stream ends with the scan").expect("it is sound");
    assert!(events.contains("event: cancelled"), "{events}");
    // Its worker has lost it, and what it reports is not taken.
    let lease = job["leaseToken"].as_str().expect("a token");
    let beat = json!({ "leaseToken": lease, "progress": 30 });
    let path = format!("/api/worker/jobs/{running}/heartbeat");
    assert_eq!(api.work(&path, beat).await.0, 409);
    let report = json!({ "status": "completed", "results": {} });
    assert_eq!(api.report(&running, lease, report).await.0, 404);
    assert_eq!(delete(ada, &complete_one).await, 204);
    assert_eq!(database.value(repository).await, "-");
    let left = "SELECT CAST(count(*) AS text) AS v FROM scan_reports";
    assert_eq!(database.value(left).await, "0");
}

async fn favorites(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let (ada, bob) = (Some(ada.as_str()), Some(bob.as_str()));
    let scan = submit(&api, None, "https://gitlab.com/group/team/thing").await;
    complete(&api, &scan).await;
    let id = database.value("SELECT id AS v FROM repositories").await;
    let (path, check) = (format!("/api/favorites/{id}"), format!("/api/favorites/{id}/check"));

    assert_eq!(
        ask(&api, ada, Method::GET, &check, None).await.1,
        json!({ "isFavorite": false })
    );
    let (status, first) = ask(&api, ada, Method::POST, &path, None).await;
    let (again, second) = ask(&api, ada, Method::POST, &path, None).await;
    assert_eq!((status.as_u16(), again.as_u16(), &first), (200, 200, &second));
    let (_, list) = ask(&api, ada, Method::GET, "/api/favorites", None).await;
    let expected = json!([{
        "id": first["id"], "repositoryId": id, "createdAt": first["createdAt"],
        "repository": {
            "id": id, "fullName": "gitlab.com/group/team/thing", "name": "thing", "owner": "group/team",
            "url": "https://gitlab.com/group/team/thing", "latestScanId": scan,
            "latestScanAt": first["repository"]["latestScanAt"],
        },
    }]);
    assert_eq!(list, expected);
    assert!(first["repository"]["latestScanAt"].is_string());
    assert_eq!(
        ask(&api, ada, Method::GET, &check, None).await.1,
        json!({ "isFavorite": true })
    );

    assert_eq!(ask(&api, bob, Method::GET, "/api/favorites", None).await.1, json!([]));
    // Whoever is named, they are the caller's own: `guest`, as older clients write, and one's own id are taken.
    for (name, status) in [("guest", 200), ("bob", 200), ("ada", 403), ("", 403)] {
        let named = format!("/api/favorites?userId={name}");
        let (told, list) = ask(&api, bob, Method::GET, &named, None).await;
        assert_eq!((told.as_u16(), list == json!([])), (status, status == 200), "{name}");
        let named = format!("{path}?userId={name}");
        if status == 403 {
            assert_eq!(ask(&api, bob, Method::DELETE, &named, None).await.0, 403);
            assert_eq!(ask(&api, bob, Method::POST, &named, None).await.0, 403);
        }
    }
    assert_eq!(
        ask(&api, bob, Method::GET, &check, None).await.1,
        json!({ "isFavorite": false })
    );
    assert_eq!(ask(&api, bob, Method::DELETE, &path, None).await.0, 404);
    assert_eq!(ask(&api, ada, Method::POST, "/api/favorites/none", None).await.0, 404);
    for (method, path, status) in [
        (Method::GET, "/api/favorites", 200),
        (Method::POST, path.as_str(), 401),
        (Method::DELETE, &path, 401),
        (Method::GET, &check, 200),
    ] {
        assert_eq!(ask(&api, None, method, path, None).await.0, status, "{path}");
    }
    let (status, removed) = ask(&api, ada, Method::DELETE, &path, None).await;
    let wanted = json!({ "repositoryId": id, "isFavorite": false });
    assert_eq!((status.as_u16(), removed), (200, wanted));
    assert_eq!(ask(&api, ada, Method::DELETE, &path, None).await.0, 404);
    assert_eq!(ask(&api, ada, Method::GET, "/api/favorites", None).await.1, json!([]));
}

async fn an_idempotency_key_is_the_users_own(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let mut ids = std::collections::BTreeSet::new();
    for token in [None, Some(jwt("ada")), Some(jwt("bob"))] {
        for _ in 0..2 {
            let mut request = api.request(Method::POST, "/api/scan").header("Idempotency-Key", "1");
            if let Some(token) = &token {
                request = request.bearer_auth(token);
            }
            let answer = request
                .json(&json!({ "repoUrl": URL }))
                .send()
                .await
                .expect("an answer");
            let answer: Value = answer.json().await.expect("JSON");
            ids.insert(answer["scanId"].as_str().expect("an id").to_owned());
        }
    }
    assert_eq!(ids.len(), 3, "from one address, each user has keys of its own");
}
