//! Providers that fail in all their ways: each ends with the right provider, or without a text.

use std::time::Duration;

use repolens_core::settings::ProviderKind::{self, Gemini, OpenAiCompatible, OpenRouter};
use repolens_explain::chain::ProviderCall;
use repolens_explain::prompt::{PROMPT_VERSION, Request};
use repolens_explain::{Chain, Code, Run};
use serde_json::{Value, json};

use crate::provider::{KEY, Reply, Server, chat, gemini, settings, within};
use crate::report::{facts, good_answer, parts_of, report, request};

fn install_tls() {
    // A second test of this process finds it installed.
    let _installed = rustls::crypto::ring::default_provider().install_default();
}

fn chain(servers: &[(&Server, ProviderKind, &[&str])]) -> Chain {
    install_tls();
    let providers = servers
        .iter()
        .map(|(server, kind, models)| server.provider(*kind, models))
        .collect();
    Chain::new(settings(providers)).expect("a client")
}

async fn write(chain: &Chain) -> Run {
    let template = parts_of(&report()).explanations;
    chain.write(&facts(), &request(), template.as_ref()).await
}

fn codes(run: &Run) -> Vec<Option<&'static str>> {
    run.calls
        .iter()
        .map(|call: &ProviderCall| call.failure.map(Code::name))
        .collect()
}

fn error(status: u16, message: &str) -> Reply {
    Reply::Json(status, json!({ "error": { "code": status, "message": message } }))
}

#[tokio::test]
async fn each_form_is_spoken() {
    for (kind, answer, model) in [
        (OpenAiCompatible, chat(&good_answer()), "answering/model"),
        (OpenRouter, chat(&good_answer()), "answering/model"),
        (Gemini, gemini(&good_answer()), "gemini-3.5-flash-lite-001"),
    ] {
        let server = Server::new([Reply::Json(200, answer)]);
        let chain = chain(&[(&server, kind, &["gemini-3.5-flash-lite"])]);
        let run = write(&chain).await;
        let written = run.written.expect("a text");
        let text = written.explanations;
        assert_eq!(
            (text.provider.as_str(), text.model.as_deref()),
            (kind.name(), Some(model))
        );
        assert_eq!(text.prompt_version, Some(PROMPT_VERSION));
        let sentences = text.sentences.expect("counted");
        assert_eq!((sentences.checked, sentences.kept), (5, 4));
        assert_eq!(text.summary, "`shapes` has 12,345 lines of code.");
        assert_eq!(text.overview, "It has 310 functions.", "the wrong sentence is dropped");
        assert!(text.risk_analysis.contains("Simplify"), "{text:?}");
        assert_eq!(
            (run.calls[0].tokens.prompt, run.calls[0].tokens.completion),
            (1_000, 200)
        );
        let sent = &server.requests()[0];
        let path = match kind {
            Gemini => "/v1/models/gemini-3.5-flash-lite:generateContent",
            _ => "/v1/chat/completions",
        };
        assert_eq!(sent.path, path, "and no key in the address");
        assert!(
            sent.head.contains(KEY) && !sent.body.to_string().contains(KEY),
            "the key is in a header"
        );
    }
}

/// Its name, the replies of the first provider, and the code of each call.
type Case = (&'static str, Vec<Reply>, Vec<Option<String>>);

/// Each reply of the first provider, and the codes of all calls until the second one has answered.
#[tokio::test]
async fn failures_lead_to_the_next_provider() {
    let refused = |code: &str| Some(code.to_owned());
    let cases: Vec<Case> = vec![
        (
            "401",
            vec![error(401, "No auth credentials found")],
            vec![refused("unauthorized")],
        ),
        (
            "402",
            vec![error(402, "Insufficient credits")],
            vec![refused("no-credits")],
        ),
        (
            "403 of the account",
            vec![error(403, "Not available in your region")],
            vec![refused("forbidden")],
        ),
        (
            "404",
            vec![error(404, "No endpoints found for a/b")],
            vec![refused("model-gone")],
        ),
        (
            "an error inside a 200",
            vec![Reply::Json(
                200,
                json!({ "error": { "code": 402, "message": "credits" } }),
            )],
            vec![refused("no-credits")],
        ),
        (
            "an error inside a choice",
            vec![Reply::Json(
                200,
                json!({ "choices": [{ "error": { "code": 403, "message": "no" }, "finish_reason": "error" }] }),
            )],
            vec![refused("forbidden")],
        ),
        (
            "the availability form",
            vec![Reply::Json(
                404,
                json!({ "error": { "message": "gone", "error_type": "not_found", "http_status": 404,
                "availability": { "code": "free_variant_ended", "retryable": false } } }),
            )],
            vec![refused("model-gone")],
        ),
        (
            "a quota of the day",
            vec![error(429, "Rate limit exceeded: free-models-per-day")],
            vec![refused("quota-used-up")],
        ),
        (
            "no quota at all",
            vec![Reply::Json(
                429,
                json!({ "error": { "message": "You exceeded", "type": "insufficient_quota", "code": "insufficient_quota" } }),
            )],
            vec![refused("quota-used-up")],
        ),
        (
            "a long Retry-After",
            vec![Reply::Header(
                429,
                "retry-after",
                "3600".into(),
                json!({ "error": { "code": 429, "message": "slow down" } }),
            )],
            vec![refused("rate-limited")],
        ),
        (
            "cut by the limit of tokens",
            vec![finish("length")],
            vec![refused("cut-off")],
        ),
        (
            "filtered",
            vec![finish("content_filter"), finish("content_filter")],
            vec![refused("blocked"), refused("blocked")],
        ),
        ("tool calls", vec![finish("tool_calls")], vec![refused("empty")]),
        (
            "no end",
            vec![Reply::Json(
                200,
                json!({ "choices": [{ "message": { "content": "x" } }] }),
            )],
            vec![refused("cut-off")],
        ),
        (
            "no text",
            vec![Reply::Json(
                200,
                json!({ "choices": [{ "finish_reason": "stop", "message": { "content": null } }] }),
            )],
            vec![refused("empty")],
        ),
        ("nothing", vec![Reply::Raw(200, String::new())], vec![refused("empty")]),
        (
            "a cut connection",
            vec![Reply::Cut("{\"choices\":".into())],
            vec![refused("cut-off")],
        ),
        (
            "half of the JSON",
            vec![Reply::Raw(200, "{\"choices\":[{".into())],
            vec![refused("cut-off")],
        ),
        (
            "100 MB",
            vec![Reply::Large(100 << 20)],
            vec![refused("answer-too-large")],
        ),
        (
            "text twice",
            vec![
                Reply::Json(200, chat("I cannot do that.")),
                Reply::Json(200, chat("{\"a\":1}")),
            ],
            vec![refused("bad-json"), refused("bad-json")],
        ),
        (
            "a redirect",
            vec![Reply::Header(302, "location", "http://127.0.0.1:1/".into(), json!({}))],
            vec![refused("server-error")],
        ),
    ];
    for (name, replies, mut expected) in cases {
        let first = Server::new(replies);
        let second = Server::new([Reply::Json(200, gemini(&good_answer()))]);
        let chain = chain(&[
            (&first, OpenRouter, &["a/b"]),
            (&second, Gemini, &["gemini-3.5-flash-lite"]),
        ]);
        let run = write(&chain).await;
        // What is tried again ends with closed connections.
        let calls: Vec<Option<String>> = codes(&run).iter().map(|code| code.map(str::to_owned)).collect();
        expected.push(None);
        let kept: Vec<_> = calls
            .iter()
            .filter(|code| code.as_deref() != Some("connection"))
            .cloned()
            .collect();
        assert_eq!(kept, expected, "{name}");
        assert_eq!(run.written.expect(name).provider, "gemini", "{name}");
    }
}

fn finish(reason: &str) -> Reply {
    Reply::Json(
        200,
        json!({ "choices": [{ "finish_reason": reason, "message": { "content": "{}" } }] }),
    )
}

#[tokio::test]
async fn gemini_s_own_failures() {
    let quota = |id: &str, value: &str| {
        json!({ "error": { "code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED", "details": [
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.01s" },
            { "@type": "type.googleapis.com/google.rpc.Help" },
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
                { "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "5" },
                { "quotaId": id, "quotaValue": value } ] } ] } })
    };
    let refusal = |status: &str, code: u16, message: &str| {
        Reply::Json(
            code,
            json!({ "error": { "code": code, "message": message, "status": status } }),
        )
    };
    let end = |reason: &str| {
        Reply::Json(
            200,
            json!({ "candidates": [{ "finishReason": reason, "content": {} }] }),
        )
    };
    let blocked = || {
        Reply::Json(
            200,
            json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } }),
        )
    };
    for (replies, expected) in [
        (
            vec![Reply::Json(
                429,
                quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250"),
            )],
            vec!["quota-used-up"],
        ),
        (
            vec![Reply::Json(429, quota("GenerateRequestsPerMinute", "0"))],
            vec!["quota-used-up"],
        ),
        (
            vec![refusal("FAILED_PRECONDITION", 400, "User location is not supported")],
            vec!["forbidden"],
        ),
        (
            vec![refusal(
                "INVALID_ARGUMENT",
                400,
                "API key not valid. Please pass a valid API key.",
            )],
            vec!["unauthorized"],
        ),
        (vec![refusal("PERMISSION_DENIED", 403, "no")], vec!["forbidden"]),
        (vec![refusal("NOT_FOUND", 404, "gone")], vec!["model-gone"]),
        (vec![end("MAX_TOKENS")], vec!["cut-off"]),
        (vec![end("MALFORMED_FUNCTION_CALL")], vec!["empty"]),
        (vec![end("SAFETY"), end("RECITATION")], vec!["blocked", "blocked"]),
        (vec![blocked(), blocked()], vec!["blocked", "blocked"]),
        (vec![end("STOP")], vec!["empty"]),
    ] {
        let server = Server::new(replies);
        let run = write(&chain(&[(&server, Gemini, &["gemini-3.5-flash"])])).await;
        assert!(run.written.is_none(), "{expected:?}");
        let codes: Vec<_> = codes(&run).into_iter().flatten().collect();
        assert_eq!(codes, expected);
    }
    // A quota of the minute comes back when the server says.
    let server = Server::new([
        Reply::Json(429, quota("GenerateRequestsPerMinutePerProject", "5")),
        Reply::Json(200, gemini(&good_answer())),
    ]);
    let run = write(&chain(&[(&server, Gemini, &["gemini-3.5-flash"])])).await;
    assert_eq!(codes(&run), [Some("rate-limited"), None]);
}

#[tokio::test]
async fn the_request_changes_as_the_failure_asks() {
    let server = Server::new([
        error(400, "response_format is not supported"),
        error(400, "This endpoint's maximum context length is 4096 tokens"),
        error(403, "Input flagged by moderation"),
        Reply::Json(200, chat(&good_answer())),
    ]);
    let run = write(&chain(&[(&server, OpenAiCompatible, &["m"])])).await;
    assert_eq!(
        codes(&run)[..3],
        [Some("bad-request"), Some("context-too-long"), Some("blocked")]
    );
    let sent: Vec<Value> = server.requests().into_iter().map(|request| request.body).collect();
    let text = |at: usize| sent[at]["messages"][1]["content"].as_str().expect("a text").to_owned();
    assert!(sent[0].get("response_format").is_some() && sent[1].get("response_format").is_none());
    assert!(
        text(2).lines().count() < text(1).lines().count() * 2 / 3,
        "half of the facts"
    );
    assert!(
        text(2).contains("shapes") && !text(3).contains("shapes"),
        "no text of the repository"
    );
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_a_broken_answer_repaired_once() {
    let server = Server::new([
        Reply::Header(
            503,
            "retry-after",
            "0".into(),
            json!({ "error": { "code": 503, "message": "busy" } }),
        ),
        Reply::Closed,
        Reply::Json(200, chat("Sure! Here you are.")),
        Reply::Json(200, chat(&format!("```json\n{}\n```", good_answer()))),
    ]);
    let run = write(&chain(&[(&server, OpenAiCompatible, &["m"])])).await;
    assert_eq!(
        codes(&run),
        [Some("overloaded"), Some("connection"), Some("bad-json"), None]
    );
    let last = server.requests().pop().expect("sent");
    assert!(
        last.body["messages"][1]["content"]
            .as_str()
            .is_some_and(|it| it.contains("Write only the JSON object"))
    );
}

#[tokio::test]
async fn models_that_are_gone_are_not_asked_again() {
    let server = Server::new([
        error(404, "No endpoints found for a/b"),
        Reply::Json(200, chat(&good_answer())),
        Reply::Json(200, chat(&good_answer())),
    ]);
    let chain = chain(&[(&server, OpenRouter, &["a/b", "c/d"])]);
    assert_eq!(codes(&write(&chain).await), [Some("model-gone"), None]);
    assert_eq!(codes(&write(&chain).await), [None]);
    let models: Vec<_> = server
        .requests()
        .iter()
        .map(|sent| sent.body["model"].clone())
        .collect();
    assert_eq!(models, ["a/b", "c/d", "c/d"]);
}

#[tokio::test]
async fn a_refused_key_rests_the_provider() {
    let server = Server::new([error(401, &format!("Incorrect API key provided: {KEY}"))]);
    let chain = chain(&[(&server, OpenRouter, &["a", "b", "c"])]);
    let run = write(&chain).await;
    assert_eq!(codes(&run), [Some("unauthorized")]);
    assert!(write(&chain).await.calls.is_empty());
    assert!(!format!("{chain:?}{run:?}").contains(KEY), "the key is shown nowhere");
}

#[tokio::test]
async fn a_silent_server_leaves_time_to_the_next_one() {
    install_tls();
    let (silent, quick) = (
        Server::new([Reply::Silent]),
        Server::new([Reply::Json(200, chat(&good_answer()))]),
    );
    let providers = vec![
        silent.provider(OpenAiCompatible, &["m"]),
        quick.provider(OpenRouter, &["m"]),
    ];
    let chain = Chain::new(within(providers, Duration::from_secs(4))).expect("a client");
    let run = write(&chain).await;
    assert_eq!(codes(&run), [Some("timeout"), None]);
}

#[tokio::test]
async fn too_few_true_sentences_leave_the_text_as_it_was() {
    let answer = json!({ "overview": [
        { "text": "It has 310 functions.", "facts": ["f1"] },
        { "text": "It is great.", "facts": ["f1"] },
    ] });
    let server = Server::new([
        Reply::Json(200, chat(&answer.to_string())),
        Reply::Json(200, chat(&good_answer())),
    ]);
    let run = write(&chain(&[(&server, OpenRouter, &["a", "b"])])).await;
    assert_eq!(codes(&run), [Some("ungrounded")]);
    assert!(run.written.is_none() && server.count() == 1);
}

#[tokio::test]
async fn parts_without_a_true_sentence_are_those_of_the_template() {
    let facts = facts();
    let id = |begin: &str| crate::report::id(&facts, begin);
    let answer = json!({ "overview": [
        { "text": "It has 310 functions.", "facts": [id("Functions")] },
        { "text": "It has 42 files.", "facts": [id("Files:")] },
        { "text": "It has 12,345 lines of code.", "facts": [id("Lines of code")] },
    ] });
    let server = Server::new([Reply::Json(200, chat(&answer.to_string()))]);
    let run = write(&chain(&[(&server, OpenRouter, &["a"])])).await;
    let text = run.written.expect("a text").explanations;
    assert_eq!(
        (text.summary.as_str(), text.risk_analysis.as_str()),
        ("made without a model", "risk without a model")
    );
    assert_eq!(
        text.overview,
        "It has 310 functions. It has 42 files. It has 12,345 lines of code."
    );
}

#[tokio::test]
async fn one_function_is_explained_from_its_own_facts() {
    let target = repolens_core::explanation::ExplanationTarget::Function {
        file: "src/area.py".into(),
        name: "Area.compute".into(),
    };
    let parts = parts_of(&report());
    let facts = repolens_explain::PromptFacts::of_target(&parts, &target);
    let text: String = facts.list.iter().map(|fact| format!("{}\n", fact.text)).collect();
    assert!(
        text.contains("Area.compute") && text.contains("900") && !text.contains("12,345"),
        "{text}"
    );
    assert_eq!(repolens_explain::facts::lines_of(&target, &parts), Some((7, 90)));
    assert_eq!(parts.secret_lines("src/area.py"), [8]);
    let server = Server::new([Reply::Closed]);
    let request = Request {
        subject: "the function".into(),
        source: Some("7: def compute():\n".into()),
    };
    chain(&[(&server, OpenRouter, &["a"])])
        .write(&facts, &request, None)
        .await;
    let sent = server.requests()[0].body.to_string();
    assert!(sent.contains("def compute()"), "{sent}");
}
