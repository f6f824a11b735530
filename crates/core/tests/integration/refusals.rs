//! A Redis that answers and does not serve: each reason has its own sentence, and no password is in any.

use repolens_core::queue::{LoginFault, QueueError, check};
use repolens_core::settings::RedisUrl;

use super::workers::scan;
use repolens_testkit::{Redis, until};

async fn refused(redis: &Redis, credentials: &str) -> QueueError {
    let at = if credentials.is_empty() { "" } else { "@" };
    let url = RedisUrl::parse(&format!("redis://{credentials}{at}127.0.0.1:{}", redis.port)).expect("an address");
    let error = check(&url).await.expect_err("it is refused");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    error
}

#[tokio::test]
async fn no_place_for_another_client() {
    let redis = Redis::start().await;
    let mut only = redis.connect().await;
    // The connections of the start may still be counted.
    until("one client is there", async || {
        let set: redis::RedisResult<()> = redis::cmd("CONFIG")
            .arg(&["SET", "maxclients", "1"])
            .query_async(&mut only.clone())
            .await;
        set.is_ok() && refusal_or_none(&redis, "").await == Some(QueueError::Full)
    })
    .await;
    // With a password the library takes it for a refused log-in.
    for credentials in ["", ":hunter2", "app:hunter2"] {
        let error = refused(&redis, credentials).await;
        assert_eq!(error, QueueError::Full, "{error}");
        assert!(error.to_string().contains("maxclients") && error.may_pass(), "{error}");
    }
    let more: () = redis::cmd("CONFIG")
        .arg(&["SET", "maxclients", "100"])
        .query_async(&mut only)
        .await
        .expect("Redis answers");
    let () = more;
    check(&redis.url()).await.expect("there is a place");
    redis.producer().add(&scan("a")).await.expect("there is a place");
}

async fn refusal_or_none(redis: &Redis, credentials: &str) -> Option<QueueError> {
    let url = format!("redis://{credentials}127.0.0.1:{}", redis.port);
    check(&RedisUrl::parse(&url).expect("an address")).await.err()
}

#[tokio::test]
async fn who_is_not_let_in() {
    let redis = Redis::start().await;
    let unneeded = refused(&redis, ":hunter2").await;
    assert_eq!(unneeded, QueueError::Login(LoginFault::Unneeded), "{unneeded}");
    redis.ask::<()>(&["CONFIG", "SET", "requirepass", "right"]).await;
    let missing = refused(&redis, "").await;
    assert_eq!(missing, QueueError::Login(LoginFault::Missing), "{missing}");
    for credentials in [":hunter2", "default:hunter2", "nobody:hunter2"] {
        let wrong = refused(&redis, credentials).await;
        assert_eq!(wrong, QueueError::Login(LoginFault::Wrong), "{wrong}");
        assert!(
            !wrong.may_pass() && wrong.to_string().contains("`REDIS_URL`"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn rights_that_are_missing_are_named_before_a_job_needs_them() {
    let redis = Redis::start().await;
    let enough = [
        ">hunter2",
        "~bull:repo-analysis:*",
        "~repolens:*",
        "&repolens:*",
        "+@all",
        "-@dangerous",
        "+info",
    ];
    for (less, named) in [
        (&["-evalsha"][..], "`evalsha`"),
        (&["-xadd", "-bzpopmin"], "`bzpopmin`, `xadd`"),
        (&["resetkeys", "~repolens:*"], "`hset`"),
        (&["resetkeys", "~bull:repo-analysis:*"], "`incrby`"),
        (&["resetchannels"], "`publish`"),
    ] {
        let words = [&["ACL", "SETUSER", "app", "reset", "on"], &enough[..], less].concat();
        redis.ask::<()>(&words).await;
        let error = refused(&redis, "app:hunter2").await;
        assert!(matches!(error, QueueError::Rights(_)), "{less:?}: {error}");
        assert!(error.to_string().contains(named), "{less:?}: {error}");
        assert!(error.to_string().contains("ACL SETUSER"), "{error}");
    }
    redis
        .ask::<()>(&[
            "ACL",
            "SETUSER",
            "app",
            "reset",
            "on",
            ">hunter2",
            "~*",
            "+@all",
            "-eval",
            "-@scripting",
        ])
        .await;
    let error = refused(&redis, "app:hunter2").await;
    assert!(matches!(error, QueueError::Rights(_)), "{error}");

    // What the sentence advises is enough.
    let words = [&["ACL", "SETUSER", "app", "reset", "on"], &enough[..]].concat();
    redis.ask::<()>(&words).await;
    let url = RedisUrl::parse(&format!("redis://app:hunter2@127.0.0.1:{}", redis.port)).expect("an address");
    check(&url).await.expect("it has the rights");
    repolens_core::queue::Producer::new(&url)
        .add(&scan("a"))
        .await
        .expect("it has the rights");
}
