//! Each column that Prisma's tables want is in every INSERT that is made here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::Utc;
use repolens_core::Secret;
use repolens_core::store::{NewExplanation, NewKey, NewSession, NewWebhook, Store};

use crate::store::{claim_at, completed, new_scan};
use crate::support::{Database, Prisma};

/// Records the text of each INSERT, table by table.
const RECORDER: &str = "
    CREATE TABLE recorded (target text, query text);
    CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO recorded VALUES (TG_TABLE_NAME, current_query()); RETURN NULL; END $$;
    DO $$ DECLARE t text; BEGIN
      FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'recorded' LOOP
        EXECUTE format('CREATE TRIGGER record BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION record()', t);
      END LOOP;
    END $$;";

/// Every write that makes a row.
async fn write_everything(store: &Store) {
    let now = Utc::now();
    let user = store.github_user("4711", "ada", now).await.expect("a user").id;
    let mut new = new_scan();
    let id = new.id.clone();
    new.user_id = Some(user.clone());
    new.forced = true;
    store.submit(new, now).await.expect("stored");
    let mut of_unknown = new_scan();
    of_unknown.user_id = Some("named-by-a-token".into());
    store.submit(of_unknown, now).await.expect("stored");
    let webhook = NewWebhook {
        id: "w1".into(),
        user_id: user.clone(),
        url: "https://example.org/hook".into(),
        events: "scan.completed".into(),
        secret: Secret::new("whsec_x".into()),
    };
    assert!(store.add_webhook(webhook, now).await.expect("stored"));
    let key = NewKey {
        id: "k1".into(),
        user_id: user.clone(),
        hash: "hash".into(),
        name: "laptop".into(),
        expires_at: None,
    };
    assert!(store.add_key(key, now).await.expect("stored"));
    let session = NewSession {
        hash: "hash".into(),
        user_id: user.clone(),
        sealed_token: None,
    };
    store.add_session(session, now).await.expect("stored");
    let job = claim_at(store, &id, now).await;
    let report = r#"{"riskScores":{"overall":12},"languages":{"primary":"rust","totalFiles":3}}"#;
    store
        .finish(&id, &job.lease_token, completed(report), now)
        .await
        .expect("recorded");
    let explanation = NewExplanation {
        scan_id: id.clone(),
        target: r#"{"kind":"repository"}"#.into(),
        with_source: false,
        renew: false,
    };
    let requested = store.request_explanation(explanation, now).await.expect("stored");
    assert!(requested.is_some_and(|it| it.is_new));
    let scan = store.find(&id).await.expect("an answer").expect("it is there");
    let repository = scan.repository_id.expect("a repository");
    let favorite = store.add_favorite(&user, &repository, now).await.expect("an answer");
    assert!(favorite.is_some());
}

/// Table → columns of each INSERT into it that was recorded.
async fn recorded(database: &Database) -> BTreeMap<String, BTreeSet<BTreeSet<String>>> {
    let mut of_tables: BTreeMap<String, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
    let sql = "SELECT DISTINCT target || ' ' || query AS v FROM recorded";
    for line in database.values(sql).await {
        let (table, query) = line.split_once(' ').expect("two columns");
        let list = query.split(['(', ')']).nth(1).expect("a list of columns");
        let columns = list
            .split(',')
            .map(|column| column.trim().trim_matches('"').to_owned())
            .collect();
        of_tables.entry(table.to_owned()).or_default().insert(columns);
    }
    of_tables
}

/// Table → how many INSERTs into it the code has.
fn in_the_code() -> BTreeMap<String, usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/store/queries");
    let mut count = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("the queries") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("UTF-8");
        for rest in text.split("insert_into(").skip(1) {
            let table = rest.split("::table").next().expect("a table");
            *count.entry(table.to_owned()).or_default() += 1;
        }
    }
    count
}

/// Of the SQL: table → columns that are `NOT NULL` and have no default.
fn required(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut required: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for table in sql.split("CREATE TABLE \"").skip(1) {
        let (name, rest) = table.split_once('"').expect("a name");
        let columns = rest.split(");").next().expect("an end").lines();
        for column in columns.filter(|line| line.contains(" NOT NULL") && !line.contains(" DEFAULT ")) {
            let column = column.trim().trim_matches(',').split('"').nth(1).expect("a column");
            required.entry(name.to_owned()).or_default().insert(column.to_owned());
        }
    }
    required
}

#[tokio::test(flavor = "multi_thread")]
async fn every_required_column_is_in_every_insert() {
    for version in Prisma::ALL {
        let database = Database::of_prisma(version).await;
        let store = database.store().await;
        database.run(RECORDER).await;
        write_everything(&store).await;
        let (recorded, required) = (recorded(&database).await, required(version.tables()));
        assert_eq!(required["scan_versions"].len(), 4, "{required:?}");
        store.check().await.expect("it can be written to");
        for (table, mut count) in in_the_code() {
            if table == "scans" {
                // The check takes its row back, and with it what was recorded.
                count -= 1;
            }
            let found = recorded.get(&table).map_or(0, BTreeSet::len);
            assert!(
                found >= count,
                "{count} INSERTs into {table} are in the code, {found} were made here"
            );
        }
        for (table, inserts) in &recorded {
            let written = repolens_core::store::columns_of_inserts(table);
            for insert in inserts {
                let none = BTreeSet::new();
                let wanted = required.get(table).unwrap_or(&none);
                let missing: Vec<_> = wanted.difference(insert).collect();
                assert!(
                    missing.is_empty(),
                    "{version:?}: an INSERT into {table} has no {missing:?}"
                );
                let unwritten: Vec<_> = written.iter().filter(|column| !insert.contains(**column)).collect();
                assert!(unwritten.is_empty(), "{table}: not every INSERT has {unwritten:?}");
            }
        }
    }
}
