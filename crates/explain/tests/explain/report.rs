//! A small report, and answers about it.

use repolens_explain::PromptFacts;
use repolens_explain::facts::Parts;
use repolens_explain::prompt::Request;
use serde_json::{Value, json};

pub fn report() -> Value {
    json!({
        "schemaVersion": 2,
        "commitSha": "c".repeat(40),
        "summary": {
            "name": "shapes", "description": "Areas of shapes", "primaryLanguage": "python", "files": 42, "linesOfCode": 12_345,
            "worst": [{ "path": "src/area.py", "line": 7, "reason": "`Area.compute`: cyclomatic 25, cognitive 41" }],
        },
        "languages": { "primary": "python", "languages": { "python": 40, "yaml": 2 }, "frameworks": ["django"] },
        "riskScores": { "overall": 31.5, "level": "medium", "maintainability": 72 },
        "grades": { "overall": { "grade": "B", "words": "In good shape" }, "tests": { "grade": "D" } },
        "complexityMetrics": {
            "statistics": { "totalFunctions": 310, "avgCyclomatic": 2.7, "maxCyclomatic": 25, "highComplexityCount": 3 },
            "highComplexityFunctions": [
                { "name": "Area.compute", "filePath": "src/area.py", "lineNumber": 7, "endLine": 90, "cyclomatic": 25, "cognitive": 41, "parameters": 6, "nesting": 5 },
            ],
        },
        "files": [{ "path": "src/area.py", "language": "python", "lines": 900, "complexity": 25, "riskScore": 64.2 }],
        "circularDependencies": { "total_cycles": 1, "cycles": [{ "chain": ["src/area.py", "src/unit.py", "src/area.py"], "length": 2 }] },
        "explanations": {
            "summary": "made without a model", "overview": "overview without a model", "risk_analysis": "risk without a model",
            "provider": "fallback", "confidence": "high",
        },
        "security": { "findings": [{ "category": "secret", "rule": "aws", "file": "src/area.py", "line": 8 }], "totals": { "high": 1 } },
    })
}

pub fn parts_of(report: &Value) -> Parts {
    Parts::read(report.to_string().as_bytes()).expect("a report")
}

pub fn facts() -> PromptFacts {
    PromptFacts::of_report(&parts_of(&report()))
}

pub fn request() -> Request {
    Request {
        subject: "a source code repository".to_owned(),
        source: None,
    }
}

/// The id of the fact that begins so.
pub fn id(facts: &PromptFacts, begin: &str) -> String {
    let fact = facts.list.iter().find(|fact| fact.text.starts_with(begin));
    fact.unwrap_or_else(|| panic!("no fact begins with `{begin}`: {facts:#?}"))
        .id
        .clone()
}

/// Four true sentences and one that is not.
pub fn good_answer() -> String {
    let facts = facts();
    let id = |begin: &str| id(&facts, begin);
    json!({
        "summary": [{ "text": "`shapes` has 12,345 lines of code.", "facts": [id("Name"), id("Lines of code")] }],
        "overview": [
            { "text": "It has 310 functions.", "facts": [id("Functions")] },
            { "text": "It has 99 functions.", "facts": [id("Functions")] },
        ],
        "risks": [{ "text": "The riskiest file is `src/area.py`.", "facts": [id("Riskiest file")] }],
        "firstSteps": [{ "text": "Simplify `Area.compute` in `src/area.py`.", "facts": [id("Riskiest file")] }],
    })
    .to_string()
}
