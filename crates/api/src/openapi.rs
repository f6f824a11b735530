//! The API's own document, OpenAPI 3.1: made from the types that requests are read into and answers are written from.
//!
//! Each group of addresses is one file of `openapi/`. A test compares the document with the table in `routes.rs`: an address
//! or a method that only one of them has fails it.

mod explanations;
mod exports;
mod health;
mod history;
mod scans;
mod shapes;
mod users;
mod workers;

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// The document, as it is served.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

fn document() -> Value {
    let mut api = Api::new();
    health::describe(&mut api);
    scans::describe(&mut api);
    explanations::describe(&mut api);
    exports::describe(&mut api);
    history::describe(&mut api);
    users::describe(&mut api);
    workers::describe(&mut api);
    api.finish()
}

/// The document while it is written.
struct Api {
    schemas: SchemaGenerator,
    paths: Map<String, Value>,
}

/// One method of one address.
struct Operation {
    path: &'static str,
    method: &'static str,
    value: Map<String, Value>,
    parameters: Vec<Value>,
    responses: Map<String, Value>,
}

impl Api {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            schemas: settings.for_serialize().into_generator(),
            paths: Map::new(),
        }
    }

    /// A reference to the schema of a type.
    fn schema<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }

    /// The schema of what a request is read into: what may be left out is not required there.
    fn request<T: JsonSchema>() -> Value {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        settings
            .for_deserialize()
            .into_generator()
            .into_root_schema_for::<T>()
            .to_value()
    }

    fn add(&mut self, operation: Operation) {
        // The answers that come before any handler, and while a body is read.
        let reads = operation.value.contains_key("requestBody");
        let operation = operation.problems(if reads { &[408, 431] } else { &[431] });
        let mut value = operation.value;
        if !operation.parameters.is_empty() {
            value.insert("parameters".into(), operation.parameters.into());
        }
        value.insert("responses".into(), operation.responses.into());
        let path = self.paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            // Where a method has GET's answer without its body.
            if operation.method == "get" && value.get("x-no-head").is_none() {
                let mut head = value.clone();
                head.insert(
                    "operationId".into(),
                    format!("{}Head", value["operationId"].as_str().unwrap_or("")).into(),
                );
                if let Some(responses) = head.get_mut("responses").and_then(Value::as_object_mut) {
                    for response in responses.values_mut() {
                        if let Some(response) = response.as_object_mut() {
                            response.remove("content");
                        }
                    }
                }
                path.insert("head".into(), head.into());
            }
            value.remove("x-no-head");
            path.insert(operation.method.to_owned(), value.into());
        }
    }

    fn finish(mut self) -> Value {
        let mut schemas: Map<String, Value> = self.schemas.take_definitions(true);
        schemas.insert("Problem".into(), shapes::problem());
        schemas.insert("ScanNotFound".into(), shapes::scan_not_found());
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "RepoLens",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Paste the address of a git repository and get an honest picture of it.",
                "license": { "name": "MIT", "identifier": "MIT" },
            },
            "servers": [{ "url": "/" }],
            "tags": [
                { "name": "Scans", "description": "Submit, watch, read, cancel" },
                { "name": "Exports", "description": "A report in other forms, and badges" },
                { "name": "History", "description": "Lists, trends and comparisons" },
                { "name": "Users", "description": "What signed-in users keep" },
                { "name": "Health", "description": "For hosts and monitoring" },
                { "name": "Workers", "description": "For workers, with their token" },
            ],
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {
                    "caller": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "An API key (`rl_…`), a token or session of the front end, or a GitHub token",
                    },
                    "worker": { "type": "http", "scheme": "bearer", "description": "`WORKER_TOKEN`" },
                },
            },
        })
    }
}

/// An address without its answers; the rest is added with the methods below.
fn operation(method: &'static str, path: &'static str, tag: &str, id: &str, summary: &str) -> Operation {
    let mut value = Map::new();
    value.insert("operationId".into(), id.into());
    value.insert("summary".into(), summary.into());
    value.insert("tags".into(), json!([tag]));
    let mut parameters = Vec::new();
    for name in path.split(['{', '}']).skip(1).step_by(2) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": shapes::path_part(name),
        }));
    }
    Operation {
        path,
        method,
        value,
        parameters,
        responses: Map::new(),
    }
}

impl Operation {
    fn query(mut self, name: &str, schema: Value, description: &str) -> Self {
        self.parameters
            .push(json!({ "name": name, "in": "query", "schema": schema, "description": description }));
        self
    }

    fn header(mut self, name: &str, required: bool, schema: Value, description: &str) -> Self {
        self.parameters.push(
            json!({ "name": name, "in": "header", "required": required, "schema": schema, "description": description }),
        );
        self
    }

    fn body(mut self, schema: Value) -> Self {
        let body = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        self.value.insert("requestBody".into(), body);
        self
    }

    fn optional_body(mut self, schema: Value) -> Self {
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        self.value.insert("requestBody".into(), body);
        self
    }

    /// Guests may call it, and so may callers with a credential.
    fn with_or_without_credential(mut self) -> Self {
        self.value.insert("security".into(), json!([{}, { "caller": [] }]));
        self.problems(&[401, 403])
    }

    /// For signed-in callers alone.
    fn signed_in(mut self) -> Self {
        self.value.insert("security".into(), json!([{ "caller": [] }]));
        self.problems(&[401, 403])
    }

    /// With the worker's token.
    fn worker(mut self) -> Self {
        self.value.insert("security".into(), json!([{ "worker": [] }]));
        self.problems(&[401])
    }

    /// GET alone: HEAD would have to wait for what comes.
    fn without_head(mut self) -> Self {
        self.value.insert("x-no-head".into(), true.into());
        self
    }

    fn answers(self, status: u16, description: &str, schema: Value) -> Self {
        self.answers_as(status, description, "application/json", schema)
    }

    fn answers_as(mut self, status: u16, description: &str, content_type: &str, schema: Value) -> Self {
        let response = json!({ "description": description, "content": { content_type: { "schema": schema } } });
        self.responses.insert(status.to_string(), response);
        self
    }

    /// Without a body.
    fn ends(mut self, status: u16, description: &str) -> Self {
        self.responses
            .insert(status.to_string(), json!({ "description": description }));
        self
    }

    /// Answers that are errors.
    fn problems(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let (description, schema) = match status {
                400 => ("The request cannot be read", "Problem"),
                401 => ("Credentials are missing or wrong", "Problem"),
                403 => ("It belongs to another user", "Problem"),
                404 => ("It does not exist", "Problem"),
                408 => ("The body did not come in time", "Problem"),
                409 => ("Not in this state", "Problem"),
                413 => ("The body is too large", "Problem"),
                415 => ("The body is no JSON", "Problem"),
                422 => ("Not accepted, with the reason", "Problem"),
                431 => ("The headers are too large", "Problem"),
                429 => ("Too often: `Retry-After` is the time to wait", "Problem"),
                503 => ("Not available: `Retry-After` is the time to wait", "Problem"),
                _ => ("A fault of ours", "Problem"),
            };
            let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
            let content = json!({ "application/problem+json": { "schema": schema } });
            self.responses.insert(
                status.to_string(),
                json!({ "description": description, "content": content }),
            );
        }
        self
    }

    /// Every address that asks the database may answer so.
    fn stored(self) -> Self {
        self.problems(&[429, 500, 503])
    }

    /// Older clients name a user with each call.
    fn names_user(self) -> Self {
        self.query(
            "userId",
            history::user_id(),
            "The caller's own id or `guest`; it decides nothing here",
        )
        .problems(&[400, 403])
    }

    /// The answer for an unknown scan has the members that older clients read.
    fn of_a_scan(mut self) -> Self {
        let schemas = ["ScanNotFound", "Problem"].map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
        let schema = json!({ "anyOf": schemas });
        let content = json!({ "application/problem+json": { "schema": schema } });
        self.responses.insert(
            "404".into(),
            json!({ "description": "There is no such scan", "content": content }),
        );
        self.stored()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `METHOD PATH` of each row of the table, as written in the code.
    fn routes() -> BTreeSet<String> {
        let table = include_str!("routes.rs");
        let mut routes = BTreeSet::new();
        for row in table.split("at(\"").skip(1) {
            let mut parts = row.split('"');
            let (path, methods) = (parts.next().expect("a path"), parts.nth(1).expect("methods"));
            for method in methods.split(", ") {
                routes.insert(format!("{method} {path}"));
            }
        }
        routes
    }

    #[test]
    fn the_document_has_the_addresses_of_the_table_and_no_others() {
        let document = document();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("an object") {
            for method in methods.as_object().expect("an object").keys() {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let routes = routes();
        assert!(routes.len() > 30, "{routes:?}");
        let undocumented: Vec<_> = routes.difference(&documented).collect();
        let invented: Vec<_> = documented.difference(&routes).collect();
        assert!(
            undocumented.is_empty() && invented.is_empty(),
            "not in the document: {undocumented:?}; not in the table: {invented:?}"
        );
    }

    #[test]
    fn what_is_answered_before_a_handler_is_in_every_operation() {
        for (path, methods) in document()["paths"].as_object().expect("an object") {
            for (method, operation) in methods.as_object().expect("an object") {
                let has = |status: &str| operation["responses"].get(status).is_some();
                assert!(has("431"), "{method} {path}");
                assert_eq!(has("408"), operation.get("requestBody").is_some(), "{method} {path}");
                assert!(has("429") || path == "/api/health" || operation["security"][0].get("worker").is_some());
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
        let document = document();
        let text = document.to_string();
        for reference in text
            .split("\"$ref\":\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
        let mut names = BTreeSet::new();
        for name in text
            .split("\"operationId\":\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(names.insert(name.to_owned()), "`{name}` occurs twice");
        }
    }
}
