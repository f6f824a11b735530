//! Explanations by a language model, with all programs: the scan does not wait, the text follows, the key goes nowhere.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use repolens_e2e::running::Home;
use repolens_e2e::{Repository, Running};
use serde_json::{Value, json};

#[expect(dead_code, reason = "the test of the corpus reads the places too")]
#[path = "../../analysis/tests/security/corpus.rs"]
mod corpus;

const KEY: &str = "sk-or-v1-0123456789abcdef-hidden";

/// A model that writes one true sentence for each number in the facts, and a false one; each answer waits for a permit.
struct Model {
    port: u16,
    permits: mpsc::Sender<()>,
    prompts: Arc<Mutex<Vec<String>>>,
}

impl Model {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let (permits, waiting) = mpsc::channel();
        let prompts = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&prompts);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hung up.
                let _ended = serve(stream, &waiting, &seen);
            }
        });
        Self { port, permits, prompts }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OPENROUTER_API_KEY", KEY.to_owned()),
            ("OPENROUTER_BASE_URL", format!("http://127.0.0.1:{}/api/v1", self.port)),
            ("OPENROUTER_MODEL", "test/model".to_owned()),
        ]
    }

    fn allow(&self) {
        self.permits.send(()).expect("the model runs");
    }

    fn calls(&self) -> usize {
        self.prompts.lock().expect("no panic").len()
    }
}

fn serve(stream: TcpStream, permits: &mpsc::Receiver<()>, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body)?;
    let prompt = body["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
    seen.lock().expect("no panic").push(prompt.clone());
    permits.recv().map_err(std::io::Error::other)?;
    let facts = prompt.lines().filter_map(|line| line.split_once(": "));
    let mut numbers = BTreeSet::new();
    let sentences: Vec<Value> = facts
        .filter_map(|(id, fact)| {
            let number = fact.rsplit(": ").next()?.trim();
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
            (is_number && numbers.insert(number))
                .then(|| json!({ "text": format!("The model read {number} here."), "facts": [id] }))
        })
        .chain([json!({ "text": "It has 987,654,321 users.", "facts": ["f1"] })])
        .collect();
    let answer = json!({
        "model": "test/model",
        "choices": [{ "finish_reason": "stop", "message": { "content": json!({ "overview": sentences }).to_string() } }],
        "usage": { "prompt_tokens": 700, "completion_tokens": 30 },
    })
    .to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
}

fn start(home: &Home, model: &Model) -> Running {
    let settings = model.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Running::start_with(home, &settings)
}

async fn get(repolens: &Running, path: &str) -> Value {
    let response = repolens.http().get(repolens.url(path)).send().await.expect("an answer");
    response.json().await.expect("JSON")
}

/// Reads the event stream of a scan to its end.
async fn events(repolens: &Running, id: &str) -> String {
    let path = format!("/api/scan/{id}/events");
    let response = repolens
        .http()
        .get(repolens.url(&path))
        .send()
        .await
        .expect("an answer");
    response.text().await.expect("the whole stream")
}

#[tokio::test]
async fn a_report_is_explained_after_the_scan_and_the_key_goes_nowhere() {
    let (home, model) = (Home::default(), Model::start());
    let repolens = start(&home, &model);
    let repository = Repository::small();
    let (id, cancel_token) = repolens.submit_to_cancel(&repository.url()).await;
    let scan = repolens.watch(&id).await.pop().expect("an answer").0;
    // The model has not answered yet.
    assert_eq!(
        (&scan["status"], &scan["results"]["explanations"]["provider"]),
        (&json!("completed"), &json!("fallback"))
    );

    model.allow();
    let stream = events(&repolens, &id).await;
    assert!(
        stream.contains("event: completed") && stream.contains("event: explanation"),
        "{stream}\n{}",
        repolens.log()
    );
    let results = get(&repolens, &format!("/api/scan/{id}/results")).await;
    let text = &results["results"]["explanations"];
    assert_eq!(
        (&text["provider"], &text["model"]),
        (&json!("openrouter"), &json!("test/model")),
        "{text}"
    );
    assert!(
        text["overview"]
            .as_str()
            .is_some_and(|it| it.contains("The model read") && !it.contains("987")),
        "{text}"
    );
    let (checked, kept) = (
        text["sentences"]["checked"].as_u64(),
        text["sentences"]["kept"].as_u64(),
    );
    assert!(kept >= Some(3) && kept < checked, "{text}");
    assert_eq!(
        results["results"]["commitSha"], scan["results"]["commitSha"],
        "the rest is as it was"
    );

    let page = repolens
        .http()
        .get(repolens.url(&format!("/scan/{id}")))
        .send()
        .await
        .expect("an answer");
    let page = page.text().await.expect("a page");
    assert!(
        page.contains("AI-written") && page.contains("sentences checked"),
        "{page}"
    );
    let metrics = repolens
        .http()
        .get(repolens.url("/metrics"))
        .send()
        .await
        .expect("an answer");
    let metrics = metrics.text().await.expect("text");
    for line in [
        "repolens_ai_calls_total{provider=\"openrouter\"} 1",
        "repolens_ai_tokens_total{provider=\"openrouter\",kind=\"prompt\"} 700",
        "repolens_ai_sentences_total{result=\"dropped\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }

    // On demand, by who submitted it; the same again while it is written changes nothing.
    let path = format!("/api/scan/{id}/explanation");
    let post = async |body: Value| {
        let response = repolens
            .http()
            .post(repolens.url(&path))
            .json(&body)
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.json::<Value>().await.expect("JSON"),
        )
    };
    assert_eq!(post(json!({})).await.0, 403, "without the token");
    let target = json!({ "kind": "file", "file": "src/index.ts" });
    let body = json!({ "cancelToken": cancel_token, "target": target, "source": true });
    let (status, first) = post(body.clone()).await;
    assert_eq!(status, 202, "{first}");
    assert_eq!(post(body).await.1["explanationId"], first["explanationId"]);
    model.allow();
    let list = loop {
        let list = get(&repolens, &path).await;
        let row = list["explanations"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|row| row["target"] == target)
            .cloned();
        match row.expect("requested")["status"].as_str() {
            Some("done" | "failed") => break list,
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(list["available"] == true, "{list}");
    let prompts = model.prompts.lock().expect("no panic").clone();
    assert_eq!(prompts.len(), 2, "one call for each text");
    assert!(
        prompts[1].contains("1: import { add } from './math';"),
        "{}",
        prompts[1]
    );

    // Nowhere but in the worker's own memory and environment.
    assert!(!repolens.log().contains(KEY));
    assert!(!format!("{results}{list}{page}{metrics}").contains(KEY));
    for process in std::fs::read_dir("/proc").expect("Linux").flatten() {
        let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&command).contains(KEY), "in a process list");
    }
    for child in ["api", "worker"] {
        let process = format!("/proc/{}", repolens.pid(child));
        let environment = std::fs::read(format!("{process}/environ")).unwrap_or_default();
        assert!(
            child == "worker" || !String::from_utf8_lossy(&environment).contains(KEY),
            "the API has no key"
        );
    }
    let worker = std::fs::read_to_string(format!("/proc/{}/limits", repolens.pid("worker"))).expect("limits");
    let core = worker
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("a line");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "no core dump: {core}");
}

/// All files below a folder, as text.
fn texts_below(folder: &std::path::Path) -> String {
    let mut shown = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => shown += &texts_below(&path),
            false => shown += &String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()),
        }
    }
    shown
}

#[tokio::test]
async fn a_planted_credential_is_in_no_report_database_log_prompt_page_or_export() {
    let corpus = corpus::corpus();
    let (home, model) = (Home::default(), Model::start());
    let repolens = start(&home, &model);
    let repository = Repository::with_files(corpus.files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (id, cancel_token) = repolens.submit_to_cancel(&repository.url()).await;
    let scan = repolens.watch(&id).await.pop().expect("an answer").0;
    assert_eq!(scan["status"], "completed", "{}", repolens.log());
    model.allow();
    let mut shown = vec![("events", events(&repolens, &id).await)];
    let path = format!("/api/scan/{id}/explanation");
    for file in ["1/src/settings.py", "0/src/main.go"] {
        let target = json!({ "kind": "file", "file": file });
        let body = json!({ "cancelToken": cancel_token, "target": target, "source": true });
        let response = repolens.http().post(repolens.url(&path)).json(&body).send().await;
        assert_eq!(response.expect("an answer").status(), 202);
        model.allow();
        loop {
            let list = get(&repolens, &path).await;
            let rows = list["explanations"].as_array().expect("a list");
            let row = rows.iter().find(|row| row["target"] == target).expect("requested");
            match row["status"].as_str() {
                Some("done" | "failed") => break,
                _ => tokio::task::yield_now().await,
            }
        }
    }
    for path in [
        "/api/scan/ID",
        "/api/scan/ID/results",
        "/api/scan/ID/explanation",
        "/api/scan/ID/report.html",
        "/api/scan/ID/report.md",
        "/api/scan/ID/report.json",
        "/api/scan/ID/report.sarif",
        "/api/scan/ID/gl-code-quality-report.json",
        "/api/scan/ID/sbom.json",
        "/api/scan/ID/sbom.spdx.json",
        "/scan/ID",
        "/scan/ID/security",
    ] {
        let response = repolens.http().get(repolens.url(&path.replace("ID", &id))).send().await;
        let response = response.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        shown.push((path, response.text().await.expect("text")));
    }
    let prompts = model.prompts.lock().expect("no panic").join("\n");
    assert!(prompts.contains("[a secret was found in this line]"), "{prompts}");
    shown.push(("prompts", prompts));
    shown.push(("log", repolens.log()));
    shown.push(("database", texts_below(&home.path().join("data"))));
    assert!(corpus.planted.len() == 300 && shown.iter().all(|(_, text)| !text.is_empty()));
    for planted in &corpus.planted {
        let runs = planted.value.split(|c: char| !c.is_ascii_alphanumeric());
        let longest = runs.max_by_key(|run| run.len()).expect("a value");
        for (place, text) in &shown {
            let is_shown = text.contains(&planted.value) || (longest.len() >= 8 && text.contains(longest));
            assert!(!is_shown, "{}: its value is in {place}", planted.rule);
        }
    }
}

#[tokio::test]
async fn a_restart_repeats_no_paid_call() {
    let (home, model) = (Home::default(), Model::start());
    let repolens = start(&home, &model);
    let repository = Repository::small();
    let id = repolens.submit(&repository.url()).await;
    repolens.watch(&id).await;
    let path = format!("/api/scan/{id}/explanation");
    while model.calls() == 0 {
        tokio::task::yield_now().await;
    }
    // In the middle of the call.
    drop(repolens);
    model.allow();
    let repolens = start(&home, &model);
    let repository = Repository::with_files([("a.py", "def f():\n    return 1\n")]);
    let other = repolens.submit(&repository.url()).await;
    repolens.watch(&other).await;
    model.allow();
    events(&repolens, &other).await;
    assert_eq!(model.calls(), 2, "the interrupted one is not repeated");
    let list = get(&repolens, &path).await;
    assert_eq!(
        list["explanations"][0]["status"], "running",
        "until its lease expires: {list}"
    );
    assert_eq!(get(&repolens, &format!("/api/scan/{id}")).await["status"], "completed");
}
