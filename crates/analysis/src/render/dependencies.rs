//! Lines on dependencies beside their numbers.

use repolens_core::report::{Dependencies, Vulnerabilities};

use super::Page;

/// Names in one line.
const NAMES: usize = 8;

pub(super) fn details(dependencies: &Dependencies, page: &mut Page) {
    for file in &dependencies.unread {
        page.line(&[("", &format!("  Not read: {}: {}", file.path, file.reason))]);
    }
    let names =
        |list: &[repolens_core::report::DeclaredPackage]| list.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    list(
        page,
        "Declared, not locked",
        &names(&dependencies.drift.declared_not_locked),
    );
    list(
        page,
        "Locked, not declared",
        &names(&dependencies.drift.locked_not_declared),
    );
    list(
        page,
        "Declared, never imported",
        &names(&dependencies.usage.never_imported),
    );
    let undeclared: Vec<_> = dependencies
        .usage
        .undeclared
        .iter()
        .map(|one| one.name.clone())
        .collect();
    list(page, "Imported, not declared", &undeclared);
    for conflict in dependencies.license_conflicts.iter().take(NAMES) {
        page.line(&[("", &format!("  {}", conflict.message))]);
    }
    let known = dependencies.known_vulnerabilities();
    page.line(&[("", &format!("  Known vulnerabilities: {known}"))]);
    if let Some(known) = &dependencies.vulnerabilities {
        vulnerabilities(known, page);
    }
}

/// The gravest ones, and the upgrades that fix most.
fn vulnerabilities(known: &Vulnerabilities, page: &mut Page) {
    for one in known.list.iter().flatten().take(NAMES) {
        let severity = format!("{:?}", one.severity).to_lowercase();
        let fixed = one
            .fixed
            .as_ref()
            .map_or("no version fixes it".to_owned(), |fixed| format!("fixed in {fixed}"));
        let use_of_it = if one.is_dev { ", for development" } else { "" };
        page.line(&[(
            "",
            &format!(
                "    {severity:<8} {} {}: {}, {fixed}{use_of_it}",
                one.name, one.version, one.id
            ),
        )]);
    }
    for upgrade in known.upgrades.iter().take(NAMES) {
        let to = upgrade.to.as_ref().map_or(String::new(), |to| format!(" to {to}"));
        page.line(&[(
            "",
            &format!(
                "    Upgrade of {} {}{to} may fix {}",
                upgrade.name, upgrade.version, upgrade.fixes
            ),
        )]);
    }
}

fn list(page: &mut Page, title: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let more = if names.len() > NAMES {
        format!(" and {} more", names.len() - NAMES)
    } else {
        String::new()
    };
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    page.line(&[("", &format!("  {title}: {}{more}", shown.join(", ")))]);
}
