//! Known vulnerabilities, from a small server that speaks OSV's API, with its faults.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use repolens_worker::osv::{self, Osv, VulnerabilitySource};
use serde_json::{Value, json};
use tokio::time::Instant;

use repolens_testkit::http::{Response, serve};

/// Sections of a report with these packages; the first one is direct and needs all others.
fn report(packages: &[(&str, &str, &str)]) -> Value {
    let list: Vec<Value> = packages
        .iter()
        .enumerate()
        .map(|(at, (kind, name, version))| {
            json!({"type": kind, "name": name, "version": version, "isDev": false, "direct": at == 0, "resolved": true,
                   "manifest": "package.json", "purl": format!("pkg:{kind}/{name}@{version}")})
        })
        .collect();
    let id = |(kind, name, version): &(&str, &str, &str)| format!("{kind}:{name}@{version}");
    let edges: Vec<Value> = packages
        .iter()
        .skip(1)
        .map(|to| json!({"source": id(&packages[0]), "target": id(to)}))
        .collect();
    json!({"schemaVersion": 2, "scanId": "s", "dependencies": {
        "packages": list, "graph": {"nodes": [], "edges": edges},
        "statistics": {"total": packages.len(), "direct": 1, "dev": 0, "transitive": packages.len() - 1}
    }, "security": {
        "notLookedAt": [{"what": "known vulnerabilities", "reason": "no database was queried"}, {"what": "history", "reason": "r"}],
        "scorecard": [{"check": "Vulnerabilities", "reason": "no database was queried"}]
    }, "zebra": 1.50})
}

fn record(id: &str, name: &str, fixed: &str, aliases: &[&str]) -> Value {
    json!({"id": id, "modified": "2026-01-01T00:00:00Z", "aliases": aliases, "summary": format!("about {id}"),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER",
            "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
}

/// A well-behaved server: records by package name.
fn answer(path: &str, body: &[u8], records: &[Value]) -> Response {
    if let Some(id) = path.strip_prefix("/v1/vulns/") {
        return match records.iter().find(|record| record["id"] == id) {
            Some(record) => Response::json(record),
            None => Response::status(404),
        };
    }
    let asked: Value = serde_json::from_slice(body).expect("JSON");
    let queries = asked["queries"].as_array().expect("queries");
    if queries.len() > 1_000 {
        return Response::status(400).body("{\"code\":3,\"message\":\"too many queries\"}");
    }
    let results: Vec<Value> = queries
        .iter()
        .map(|query| {
            let of = |record: &&Value| record["affected"][0]["package"]["name"] == query["package"]["name"];
            let vulns: Vec<Value> = records
                .iter()
                .filter(of)
                .map(|record| json!({"id": record["id"], "modified": record["modified"]}))
                .collect();
            if vulns.is_empty() {
                json!({})
            } else {
                json!({"vulns": vulns})
            }
        })
        .collect();
    Response::json(&json!({ "results": results }))
}

async fn checked(address: std::net::SocketAddr, report: &Value) -> Value {
    let osv = VulnerabilitySource::Server(Osv::new(&format!("http://{address}")).expect("a client"));
    let text = serde_json::to_vec(report).expect("JSON");
    let changed = osv::add_vulnerabilities(&osv, text, Instant::now() + Duration::from_secs(60)).await;
    serde_json::from_slice(&changed).expect("JSON")
}

fn of(report: &Value) -> &Value {
    &report["dependencies"]["vulnerabilities"]
}

#[tokio::test]
async fn vulnerabilities_are_merged_and_have_their_fix_and_their_path() {
    let records = [
        record("GHSA-a", "deep", "1.2.4", &["CVE-1"]),
        record("CVE-1", "deep", "1.2.5", &[]),
        record("GHSA-b", "deep", "2.0.0", &[]),
        record("GHSA-other", "elsewhere", "1.0.0", &[]),
    ];
    let address = serve(move |request| Some(answer(&request.path, &request.body, &records)));
    let given = report(&[
        ("npm", "top", "1.0.0"),
        ("npm", "deep", "1.2.3"),
        ("docker", "node", "20"),
    ]);
    let report = checked(address, &given).await;
    let section = of(&report);
    assert_eq!(section["state"], "complete");
    assert_eq!(
        (&section["total"], &section["packages"], &section["withoutLookup"]),
        (&json!(2), &json!(2), &json!(1))
    );
    let first = &section["list"][0];
    assert_eq!((&first["id"], &first["aliases"]), (&json!("GHSA-a"), &json!(["CVE-1"])));
    assert_eq!(
        (&first["severity"], &first["score"], &first["fixed"]),
        (&json!("critical"), &json!(9.8), &json!("1.2.4"))
    );
    assert_eq!(first["path"], json!(["top@1.0.0", "deep@1.2.3"]));
    assert_eq!(
        (&section["upgrades"][0]["name"], &section["upgrades"][0]["fixes"]),
        (&json!("top"), &json!(2))
    );
    assert!(section["databaseDate"].is_string());
    let security = &report["security"];
    assert_eq!(security["vulnerabilities"]["lookedUp"], true);
    assert_eq!(
        security["notLookedAt"],
        json!([{"what": "history", "reason": "r"}]),
        "it was searched"
    );
    let check = &security["scorecard"][0];
    assert_eq!(
        (&check["score"], &check["reason"]),
        (&json!(8.0), &json!("2 known vulnerabilities"))
    );
    // The rest of the report is as it was.
    assert_eq!(
        (&report["scanId"], &report["zebra"]),
        (&given["scanId"], &given["zebra"])
    );
}

#[tokio::test]
async fn a_package_that_the_project_names_is_upgraded_there() {
    let records = [record("GHSA-a", "deep", "1.2.4", &[])];
    let address = serve(move |request| Some(answer(&request.path, &request.body, &records)));
    let mut given = report(&[("npm", "top", "1.0.0"), ("npm", "deep", "1.2.3")]);
    given["dependencies"]["packages"][1]["direct"] = json!(true);
    let report = checked(address, &given).await;
    let upgrades = &of(&report)["upgrades"];
    assert_eq!(
        (&upgrades[0]["name"], &upgrades[0]["to"], &upgrades[1]),
        (&json!("deep"), &json!("1.2.4"), &Value::Null),
        "{upgrades}"
    );
}

#[tokio::test]
async fn faults_that_pass_are_tried_again_and_batches_are_bounded() {
    let tries = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let largest = Arc::new(AtomicUsize::new(0));
    let (seen, most) = (Arc::clone(&tries), Arc::clone(&largest));
    let records = [record("GHSA-a", "p7", "2.0.0", &[])];
    let address = serve(move |request| {
        let count = {
            let mut seen = seen.lock().expect("no panic");
            let count = seen.entry(request.path.clone()).or_default();
            *count += 1;
            *count
        };
        if request.path.ends_with("querybatch") {
            let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
            most.fetch_max(asked["queries"].as_array().map_or(0, Vec::len), Ordering::SeqCst);
        }
        match count {
            1 => Some(Response::status(429).with("Retry-After", "0")),
            2 => Some(Response::status(503).with("Retry-After", "0")),
            3 => None,
            _ => Some(answer(&request.path, &request.body, &records)),
        }
    });
    let names: Vec<String> = (0..2_500).map(|number| format!("p{number}")).collect();
    let packages: Vec<_> = names.iter().map(|name| ("npm", name.as_str(), "1.0.0")).collect();
    let report = checked(address, &report(&packages)).await;
    assert_eq!(
        (&of(&report)["state"], &of(&report)["total"]),
        (&json!("complete"), &json!(1))
    );
    assert_eq!(largest.load(Ordering::SeqCst), 1_000);
}

#[tokio::test]
async fn a_thousand_pages_are_read_by_asking_again_for_what_has_more() {
    let address = serve(move |request| {
        if let Some(id) = request.path.strip_prefix("/v1/vulns/") {
            return Some(Response::json(&record(id, "many", "2.0.0", &[])));
        }
        let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
        let results: Vec<Value> = asked["queries"]
            .as_array()
            .expect("queries")
            .iter()
            .map(|query| {
                if query["package"]["name"] != "many" {
                    return json!({});
                }
                let page: usize = query["page_token"]
                    .as_str()
                    .map_or(0, |token| token.parse().expect("a page"));
                let vulns = json!([{"id": format!("GHSA-{}", page % 5), "modified": "2026-01-01T00:00:00Z"}]);
                match page {
                    999 => json!({ "vulns": vulns }),
                    page => json!({ "vulns": vulns, "next_page_token": (page + 1).to_string() }),
                }
            })
            .collect();
        Some(Response::json(&json!({ "results": results })))
    });
    let report = checked(address, &report(&[("npm", "many", "1.0.0"), ("npm", "none", "1.0.0")])).await;
    assert_eq!(
        (&of(&report)["state"], &of(&report)["total"]),
        (&json!("complete"), &json!(5))
    );
}

#[tokio::test]
async fn not_looked_up_is_never_none_found() {
    type Handle = Box<dyn Fn() -> Option<Response> + Send + Sync>;
    let faults: Vec<Handle> = vec![
        Box::new(|| Some(Response::status(400).body("{\"code\":3,\"message\":\"Invalid query.\"}"))),
        Box::new(|| Some(Response::status(200).body("{\"results\":[{}"))),
        Box::new(|| Some(Response::status(200).body("{\"results\":[]}"))),
        Box::new(|| Some(Response::status(404))),
        Box::new(|| Some(Response::status(503).with("Retry-After", "0"))),
        Box::new(|| Some(Response::status(200).with("Content-Length", "100").body("{"))),
        Box::new(|| None),
    ];
    for fault in faults {
        let address = serve(move |_| fault());
        let report = checked(address, &report(&[("npm", "a", "1.0.0")])).await;
        let section = of(&report);
        assert_eq!(section["state"], "notChecked", "{section}");
        assert!(
            section["reason"].is_string() && section.get("total").is_none() && section.get("list").is_none(),
            "{section}"
        );
        let security = &report["security"];
        assert_eq!(security["notLookedAt"][0]["what"], "known vulnerabilities");
        assert!(security["scorecard"][0].get("score").is_none(), "{security}");
    }
}

#[tokio::test]
async fn records_are_kept_by_their_time_of_modification() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched);
    let records = [record("GHSA-a", "a", "2.0.0", &[])];
    let address = serve(move |request| {
        if request.path.starts_with("/v1/vulns/") {
            count.fetch_add(1, Ordering::SeqCst);
        }
        Some(answer(&request.path, &request.body, &records))
    });
    let osv = VulnerabilitySource::Server(Osv::new(&format!("http://{address}/")).expect("a client"));
    let text = serde_json::to_vec(&report(&[("npm", "a", "1.0.0")])).expect("JSON");
    for _ in 0..3 {
        let _ = osv::add_vulnerabilities(&osv, text.clone(), Instant::now() + Duration::from_secs(60)).await;
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}

/// A folder with a dump of npm as archive, one of PyPI as records, and files that are no records.
fn dumps(folder: &std::path::Path) {
    use std::io::Write as _;
    let mut old = record("GHSA-old", "deep", "9.0.0", &[]);
    old["withdrawn"] = json!("2026-01-02T00:00:00Z");
    let mut superseded = record("GHSA-b", "deep", "9.9.9", &[]);
    superseded["modified"] = json!("2025-01-01T00:00:00Z");
    let mut malicious = record("MAL-1", "@scope/evil", "1", &[]);
    malicious["affected"][0]["ranges"] = json!([]);
    malicious["affected"][0]["versions"] = json!(["6.6.6"]);
    malicious["severity"] = json!([]);
    let mut debian = record("DSA-1", "deep", "9.0.0", &[]);
    debian["affected"][0]["package"]["ecosystem"] = json!("Debian:12");
    let records = [
        record("GHSA-a", "deep", "1.2.4", &["CVE-1"]),
        record("CVE-1", "deep", "1.2.5", &[]),
        superseded,
        old,
        malicious,
        debian,
    ];
    let file = std::fs::File::create(folder.join("all.zip")).expect("a file");
    let mut archive = zip::ZipWriter::new(file);
    for record in &records {
        let name = format!("{}.json", record["id"].as_str().expect("an id"));
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        archive.write_all(record.to_string().as_bytes()).expect("written");
    }
    archive
        .start_file("broken.json", zip::write::SimpleFileOptions::default())
        .expect("an entry");
    archive.write_all(b"{\"id\": ").expect("written");
    archive.finish().expect("an archive");
    let python = folder.join("PyPI");
    std::fs::create_dir(&python).expect("a folder");
    let mut jinja = record("PYSEC-1", "Jinja_2", "3.0", &[]);
    jinja["affected"][0]["package"]["ecosystem"] = json!("PyPI");
    jinja["affected"][0]["ranges"][0]["type"] = json!("ECOSYSTEM");
    jinja["affected"][0]["versions"] = json!(["2.0", "2.1", "4.0.0"]);
    jinja["modified"] = json!("2026-03-04T05:06:07Z");
    std::fs::write(python.join("PYSEC-1.json"), jinja.to_string()).expect("written");
    let newer = record("GHSA-b", "deep", "2.0.0", &[]);
    std::fs::write(python.join("GHSA-b.json"), newer.to_string()).expect("written");
    std::fs::write(python.join("broken.zip"), "PK").expect("written");
    std::fs::write(python.join("README.txt"), "no record").expect("written");
}

#[tokio::test]
async fn an_index_of_the_dumps_answers_without_a_network() {
    let folder = tempfile::tempdir().expect("a folder");
    dumps(folder.path());
    let (index, again) = (folder.path().join("osv.index"), folder.path().join("again.index"));
    let built = osv::build(&[folder.path().to_owned()], &index).expect("an index");
    assert_eq!((built.packages, built.records), (3, 5), "{built:?}");
    assert_eq!(built.unreadable, 2, "{:?}", built.problems);
    assert!(
        built.problems.iter().any(|problem| problem.contains("broken.zip"))
            && built
                .problems
                .iter()
                .any(|problem| problem.contains("all.zip: broken.json")),
        "{:?}",
        built.problems
    );
    osv::build(&[folder.path().join("PyPI"), folder.path().join("all.zip")], &again).expect("an index");
    let bytes = |path: &std::path::Path| std::fs::read(path).expect("a file");
    assert_eq!(bytes(&index), bytes(&again), "the same dumps in another order");

    let given = report(&[
        ("npm", "top", "1.0.0"),
        ("npm", "deep", "1.2.3"),
        ("npm", "@scope/evil", "6.6.6"),
        ("npm", "@scope/evil", "6.6.7"),
        ("pypi", "jinja-2", "2.9"),
        ("pypi", "jinja-2", "4.0.0"),
        ("pypi", "jinja-2", "4.1"),
        ("docker", "node", "20"),
    ]);
    let text = serde_json::to_vec(&given).expect("JSON");
    let source = VulnerabilitySource::Index(index.clone());
    let changed = osv::add_vulnerabilities(&source, text, Instant::now() + Duration::from_secs(60)).await;
    let report: Value = serde_json::from_slice(&changed).expect("JSON");
    let section = of(&report);
    assert_eq!(
        (&section["state"], &section["packages"]),
        (&json!("complete"), &json!(7))
    );
    assert_eq!(section["databaseDate"], "2026-03-04T05:06:07Z", "the day of the data");
    let mut found: Vec<String> = section["list"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            let of = |key: &str| one[key].as_str().unwrap_or("none").to_owned();
            [of("name"), of("version"), of("id"), of("fixed"), of("severity")].join(" ")
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "@scope/evil 6.6.6 MAL-1 none unknown",
            "deep 1.2.3 GHSA-a 1.2.4 critical",
            "deep 1.2.3 GHSA-b 2.0.0 critical",
            "jinja-2 2.9 PYSEC-1 3.0 critical",
            "jinja-2 4.0.0 PYSEC-1 none critical",
        ]
    );
}

#[tokio::test]
async fn a_damaged_index_is_not_none_found() {
    let folder = tempfile::tempdir().expect("a folder");
    dumps(folder.path());
    let index = folder.path().join("osv.index");
    osv::build(&[folder.path().join("all.zip")], &index).expect("an index");
    let whole = std::fs::read(&index).expect("a file");
    let mut flipped = whole.clone();
    flipped[10] ^= 0xff;
    let mut far = whole.clone();
    let trailer = far.len() - 32;
    far[trailer..trailer + 16].fill(0x7f);
    let damaged = [
        Vec::new(),
        b"text".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        whole[5..].to_vec(),
        flipped,
        far,
    ];
    for (at, bytes) in damaged.into_iter().enumerate() {
        std::fs::write(&index, bytes).expect("written");
        let text = serde_json::to_vec(&report(&[("npm", "deep", "1.2.3")])).expect("JSON");
        let source = VulnerabilitySource::Index(index.clone());
        let changed = osv::add_vulnerabilities(&source, text, Instant::now() + Duration::from_secs(60)).await;
        let report: Value = serde_json::from_slice(&changed).expect("JSON");
        let section = of(&report);
        assert_eq!(section["state"], "notChecked", "{at}: {section}");
        assert_eq!(section["reason"], "the index of vulnerabilities cannot be read", "{at}");
        assert!(section.get("total").is_none() && section.get("list").is_none(), "{at}");
    }
}
