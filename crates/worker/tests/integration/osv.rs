//! Known vulnerabilities, from a small server that speaks OSV's API, with its faults.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use repolens_worker::osv::{self, Osv};
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
    let osv = Osv::new(&format!("http://{address}")).expect("a client");
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
    // The rest of the report is as it was.
    assert_eq!(
        (&report["scanId"], &report["zebra"]),
        (&given["scanId"], &given["zebra"])
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
    let osv = Osv::new(&format!("http://{address}/")).expect("a client");
    let text = serde_json::to_vec(&report(&[("npm", "a", "1.0.0")])).expect("JSON");
    for _ in 0..3 {
        let _ = osv::add_vulnerabilities(&osv, text.clone(), Instant::now() + Duration::from_secs(60)).await;
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}
