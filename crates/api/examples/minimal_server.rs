//! What the API is measured beside (`scripts/bench api`): actix-web alone, with the same three answers from memory.

use actix_web::{App, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(0);
    let results = std::fs::read(arguments.next().unwrap_or_default())?;
    let results = web::Bytes::from(results);
    HttpServer::new(move || {
        let results = results.clone();
        let scan = || async {
            HttpResponse::Ok().json(serde_json::json!({ "scanId": "x", "status": "processing", "progress": 40 }))
        };
        App::new()
            .route(
                "/api/health",
                web::get().to(|| async { HttpResponse::Ok().json(serde_json::json!({ "status": "ok" })) }),
            )
            .route("/api/scan/{id}", web::get().to(scan))
            .route(
                "/api/scan/{id}/results",
                web::get().to(move || {
                    let results = results.clone();
                    async move { HttpResponse::Ok().content_type("application/json").body(results) }
                }),
            )
    })
    .workers(2)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}
