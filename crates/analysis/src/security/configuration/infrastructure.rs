//! Terraform.

use repolens_core::report::{FindingCategory::Configuration, FindingSeverity};

use super::{Report, Rule, row};
use FindingSeverity::{Low, Medium};

pub static RULES: [Rule; 3] = [
    row(
        "terraform-open-port",
        "A port of administration is open to everybody",
        Configuration,
        Medium,
        284,
        "Everybody on the internet can try to sign in.",
        "Allow single addresses, or use a bastion or a VPN",
        &["ports 80 and 443", "rules for outgoing traffic"],
    ),
    row(
        "terraform-public-bucket",
        "Everybody may read or write a bucket",
        Configuration,
        Medium,
        284,
        "What is stored is public.",
        "Use a private bucket, and a distribution or signed addresses in front of it",
        &["`private`"],
    ),
    row(
        "terraform-public-database",
        "A database has a public address",
        Configuration,
        Low,
        284,
        "Everybody on the internet can try to sign in.",
        "Set `publicly_accessible = false`",
        &["`false`"],
    ),
];

pub fn find(report: &mut Report<'_, '_>) {
    let lines = report.lines();
    let mut found: Vec<(&'static Rule, usize, String)> = Vec::new();
    // Blocks that are open: where they begin, and what was seen inside.
    let mut blocks: Vec<Block> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.ends_with('{') {
            let is_ingress = line.starts_with("ingress")
                || line.contains("aws_vpc_security_group_ingress_rule")
                || line.contains("google_compute_firewall");
            blocks.push(Block {
                is_ingress,
                ..Block::default()
            });
        }
        let (key, value) = line
            .split_once('=')
            .map_or((line, ""), |(key, value)| (key.trim(), value.trim()));
        if let Some(block) = blocks.last_mut() {
            match key {
                "from_port" => block.from = value.parse().ok(),
                "to_port" => block.to = value.parse().ok(),
                "protocol" | "ip_protocol" if value.trim_matches('"') == "-1" => block.all = true,
                "type" if value.trim_matches('"') == "ingress" => block.is_ingress = true,
                "ports" => block.ports = value.to_owned(),
                "cidr_blocks" | "ipv6_cidr_blocks" | "cidr_ipv4" | "cidr_ipv6" | "source_ranges"
                    if value.contains("0.0.0.0/0") || value.contains("::/0") =>
                {
                    block.open_at = Some(number);
                }
                _ => {}
            }
        }
        match (key, value.trim_matches('"')) {
            ("acl", "public-read" | "public-read-write" | "website") => {
                found.push((&RULES[1], number, format!("`acl = {value}`")))
            }
            ("publicly_accessible", "true") => {
                found.push((&RULES[2], number, "`publicly_accessible = true`".to_owned()))
            }
            _ => {}
        }
        if line.starts_with('}') || (line.ends_with('}') && !line.contains('{')) {
            let Some(block) = blocks.pop() else { continue };
            if let Some(open_at) = block.open_at.filter(|_| block.is_ingress)
                && let Some(port) = block.port()
            {
                found.push((&RULES[0], open_at, format!("{port} open to `0.0.0.0/0`")));
            }
        }
    }
    for (rule, line, message) in found {
        report.add(rule, line, "", message);
    }
}

#[derive(Debug, Default)]
struct Block {
    is_ingress: bool,
    from: Option<u32>,
    to: Option<u32>,
    /// All protocols.
    all: bool,
    ports: String,
    open_at: Option<usize>,
}

impl Block {
    /// The port of administration that the block opens.
    fn port(&self) -> Option<&'static str> {
        let listed = |port: &str| self.ports.split(|c: char| !c.is_ascii_digit()).any(|part| part == port);
        let within = |port: u32| self.from.is_some_and(|from| from <= port) && self.to.is_some_and(|to| to >= port);
        if self.all {
            return Some("all ports are");
        }
        if within(22) || listed("22") {
            return Some("port 22 is");
        }
        (within(3389) || listed("3389")).then_some("port 3389 is")
    }
}
