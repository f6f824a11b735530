//! Schemas that no type of ours has: errors, and what is written member by member.

use serde_json::{Map, Value, json};

pub fn text() -> Value {
    json!({ "type": "string" })
}

pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// From `least` on.
pub fn count(least: u64) -> Value {
    json!({ "type": "integer", "minimum": least })
}

pub fn between(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

pub fn any_object() -> Value {
    json!({ "type": "object" })
}

pub fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

pub fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

pub fn one_of(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// All of them are always there.
pub fn object(members: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A part of an address in braces.
pub fn path_part(name: &str) -> Value {
    match name {
        "id" | "a" | "b" => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
        "host" | "owner" | "repository" => json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$" }),
        _ => json!({ "type": "string", "minLength": 1, "maxLength": 100 }),
    }
}

/// RFC 9457.
pub fn problem() -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "Stable, for programs: `urn:repolens:problem:…`" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What happened and what to do" },
            "message": { "type": "string", "description": "The same as `detail`, for older clients" },
            "errors": {
                "type": "array",
                "items": object(&[("pointer", text()), ("detail", text())]),
            },
        },
        "required": ["type", "title", "status", "detail", "message"],
    })
}

/// The same with the members that older clients read, of which `status` is a word.
pub fn scan_not_found() -> Value {
    object(&[
        ("type", text()),
        ("title", text()),
        ("status", json!({ "const": "not_found" })),
        ("detail", text()),
        ("message", text()),
        ("scanId", text()),
        ("error", json!({ "const": "Scan not found" })),
    ])
}
