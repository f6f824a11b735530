//! What Scorecard asks of a workflow.

use super::configuration::lines::{YamlLine, parse};

/// One use of an action.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionUse {
    pub is_of_github: bool,
    pub is_pinned: bool,
}

/// The actions of other repositories that a workflow uses.
pub fn actions(text: &str) -> Vec<ActionUse> {
    let lines = parse(text);
    let uses = lines
        .iter()
        .filter(|line| line.key == "uses" && !line.value.starts_with("./") && !line.value.starts_with("docker://"));
    uses.filter_map(|line| line.value.split_once('@'))
        .map(|(name, version)| ActionUse {
            is_of_github: name.starts_with("actions/") || name.starts_with("github/"),
            is_pinned: version.len() >= 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit()),
        })
        .collect()
}

/// The rights of one place: the top, or a job.
#[derive(Debug, Default)]
struct Rights {
    declared: bool,
    all: bool,
    written: Vec<String>,
}

/// Scorecard's points for the token of one workflow: 10 at most, 0 at least.
pub fn token_score(text: &str) -> f64 {
    let lines = parse(text);
    let top = rights(&lines, 0, lines.len(), 0);
    let jobs = jobs(&lines);
    let writes = |rights: &Rights| rights.all || !rights.written.is_empty();
    let undeclared = jobs.iter().any(|job| !job.declared);
    let mut score: f64 = 10.0;
    if !top.declared {
        if undeclared {
            return 0.0;
        }
        score -= 0.5;
    }
    if top.all {
        if undeclared || jobs.iter().any(writes) {
            return 0.0;
        }
        score -= 0.5;
    }
    for name in &top.written {
        score -= match name.as_str() {
            "contents" | "packages" | "actions" => 10.0,
            "deployments" | "security-events" => 1.0,
            "checks" | "statuses" => 0.5,
            _ => 0.0,
        };
    }
    if jobs.iter().any(writes) {
        if !top.declared {
            score -= 0.5;
        } else if writes(&top) {
            return 0.0;
        }
    }
    score.max(0.0)
}

/// `permissions` at this depth, between two lines.
fn rights(lines: &[YamlLine<'_>], from: usize, to: usize, indent: usize) -> Rights {
    let Some(at) = (from..to).find(|at| lines[*at].indent == indent && lines[*at].key == "permissions") else {
        return Rights::default();
    };
    let below = lines[at + 1..to].iter().take_while(|line| line.indent > indent);
    Rights {
        declared: true,
        all: lines[at].value == "write-all",
        written: below
            .filter(|line| line.value == "write")
            .map(|line| line.key.to_owned())
            .collect(),
    }
}

fn jobs(lines: &[YamlLine<'_>]) -> Vec<Rights> {
    let Some(at) = lines.iter().position(|line| line.indent == 0 && line.key == "jobs") else {
        return Vec::new();
    };
    let end = (at + 1..lines.len())
        .find(|at| lines[*at].indent == 0)
        .unwrap_or(lines.len());
    let Some(indent) = lines[at + 1..end].iter().map(|line| line.indent).min() else {
        return Vec::new();
    };
    let starts: Vec<usize> = (at + 1..end)
        .filter(|at| lines[*at].indent == indent && !lines[*at].key.is_empty())
        .collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| {
            let inner = lines[from + 1..to]
                .iter()
                .map(|line| line.indent)
                .min()
                .unwrap_or(indent);
            rights(lines, from + 1, to, inner)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_tokens() {
        let job = "jobs:\n  a:\n    runs-on: x\n";
        let writing = "jobs:\n  a:\n    permissions:\n      contents: write\n    runs-on: x\n";
        for (text, points) in [
            (format!("on: push\npermissions: read-all\n{job}"), 10.0),
            (format!("on: push\n{job}"), 0.0),
            (format!("on: push\n{writing}"), 9.0),
            (format!("on: push\npermissions: {{}}\n{writing}"), 10.0),
            (format!("on: push\npermissions: write-all\n{job}"), 0.0),
            (format!("on: push\npermissions:\n  contents: write\n{job}"), 0.0),
            (format!("on: push\npermissions:\n  checks: write\n{job}"), 9.5),
            (format!("on: push\npermissions:\n  checks: write\n{writing}"), 0.0),
        ] {
            assert!(
                (token_score(&text) - points).abs() < 1e-9,
                "{text}: {}",
                token_score(&text)
            );
        }
    }

    #[test]
    fn uses_of_actions() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        let found = actions(&format!(
            "steps:\n  - uses: actions/checkout@v4\n  - uses: a/b@{hash}\n  - uses: ./c\n"
        ));
        assert_eq!(
            found,
            [
                ActionUse {
                    is_of_github: true,
                    is_pinned: false
                },
                ActionUse {
                    is_of_github: false,
                    is_pinned: true
                }
            ]
        );
    }
}
