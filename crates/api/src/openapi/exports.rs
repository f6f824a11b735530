//! A report in other forms, and badges.

use serde_json::json;

use super::shapes::{any_object, list, text};
use super::{Api, Operation, operation};

const TAG: &str = "Exports";

pub fn describe(api: &mut Api) {
    let export = |path, id, summary, content_type, schema| -> Operation {
        operation("get", path, TAG, id, summary)
            .answers_as(200, "The report in this form", content_type, schema)
            .ends(304, "The client has it")
            .problems(&[409])
            .with_or_without_credential()
            .of_a_scan()
    };
    let page = "A page that needs nothing else";
    api.add(export(
        "/api/scan/{id}/report.html",
        "exportHtml",
        page,
        "text/html",
        text(),
    ));
    let markdown = "Markdown, short enough for a pull request";
    api.add(export(
        "/api/scan/{id}/report.md",
        "exportMarkdown",
        markdown,
        "text/markdown",
        text(),
    ));
    let json = "The report itself";
    api.add(export(
        "/api/scan/{id}/report.json",
        "exportJson",
        json,
        "application/json",
        any_object(),
    ));
    let sarif = "The findings as SARIF 2.1.0";
    api.add(export(
        "/api/scan/{id}/report.sarif",
        "exportSarif",
        sarif,
        "application/sarif+json",
        any_object(),
    ));
    let gitlab = "The findings as a code quality report of GitLab";
    api.add(export(
        "/api/scan/{id}/gl-code-quality-report.json",
        "exportGitLab",
        gitlab,
        "application/json",
        list(any_object()),
    ));
    let bom = "The dependencies as CycloneDX 1.6 or 1.7";
    let versions = json!({ "type": "string", "enum": ["1.6", "1.7"], "default": "1.6" });
    api.add(
        export(
            "/api/scan/{id}/sbom.json",
            "exportSbom",
            bom,
            "application/vnd.cyclonedx+json",
            any_object(),
        )
        .query("specVersion", versions, "The version of CycloneDX")
        .problems(&[400]),
    );
    let spdx = "The dependencies as SPDX 2.3";
    api.add(export(
        "/api/scan/{id}/sbom.spdx.json",
        "exportSbomSpdx",
        spdx,
        "application/spdx+json",
        any_object(),
    ));

    let badge = |path, id, summary| {
        operation("get", path, TAG, id, summary)
            .answers_as(200, "A badge", "image/svg+xml", text())
            .ends(304, "The client has it")
            .problems(&[404])
    };
    api.add(
        badge("/api/scan/{id}/badge.svg", "badgeOfScan", "The badge of a scan")
            .with_or_without_credential()
            .of_a_scan(),
    );
    let newest = "The badge of a repository: of its newest complete public scan";
    api.add(
        badge(
            "/api/badge/{host}/{owner}/{repository}.svg",
            "badgeOfRepository",
            newest,
        )
        .stored(),
    );
}
