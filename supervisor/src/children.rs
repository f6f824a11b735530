//! The programs that are started as the API and the worker, and their variables.

pub mod environment;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::machine::ChildRole;
use crate::memory;
use crate::process::users::User;
use crate::settings::{Program, Settings};

/// The two programs with their environments, made once: a restart gets the same.
pub struct Children {
    api: Child,
    worker: Child,
}

struct Child {
    program: Program,
    user: Option<User>,
    managed: bool,
    variables: Vec<(String, String)>,
}

impl Children {
    /// `memory_limit` is that of the container, in bytes; `worker_user` whom the worker runs as, where not as the supervisor.
    pub fn prepare(settings: &Settings, memory_limit: Option<u64>, worker_user: Option<User>) -> io::Result<Self> {
        let mut own = settings.variables.clone();
        if !own.contains_key("WORKER_TOKEN") {
            own.insert("WORKER_TOKEN".to_owned(), random_hex(32)?);
        }
        if !own.contains_key("REPOLENS_WORKER_ID") {
            let host = nix::unistd::gethostname()
                .ok()
                .and_then(|name| name.into_string().ok())
                .unwrap_or_else(|| "worker".to_owned());
            own.insert("REPOLENS_WORKER_ID".to_owned(), format!("{host}-{}", random_hex(4)?));
        }
        if let Some(limit) = memory_limit
            && !own.contains_key("ANALYSIS_MEMORY")
        {
            own.insert("ANALYSIS_MEMORY".to_owned(), memory::analysis_budget(limit).to_string());
        }
        own.insert("REPOLENS_HEARTBEAT".to_owned(), "1".to_owned());
        own.insert("REPOLENS_SUPERVISOR_SOCKET".to_owned(), absolute(&settings.socket()));
        let child = |role, program: &Program, managed| Child {
            program: program.clone(),
            user: worker_user.filter(|_| role == ChildRole::Worker),
            managed,
            variables: environment::for_child(role, &own),
        };
        Ok(Self {
            api: child(ChildRole::Api, &settings.api, settings.policy.api),
            worker: child(ChildRole::Worker, &settings.worker, settings.policy.worker),
        })
    }

    /// Names the socket at which the API is to answer health checks.
    pub fn set_probe_socket(&mut self, path: &Path) {
        let variable = ("REPOLENS_PROBE_SOCKET".to_owned(), path.to_string_lossy().into_owned());
        self.api.variables.retain(|(name, _)| *name != variable.0);
        self.api.variables.push(variable);
    }

    pub fn program(&self, role: ChildRole) -> &Program {
        &self.child(role).program
    }

    pub fn user(&self, role: ChildRole) -> Option<User> {
        self.child(role).user
    }

    pub fn variables(&self, role: ChildRole) -> &[(String, String)] {
        &self.child(role).variables
    }

    pub fn is_managed(&self, role: ChildRole) -> bool {
        self.child(role).managed
    }

    fn child(&self, role: ChildRole) -> &Child {
        match role {
            ChildRole::Api => &self.api,
            ChildRole::Worker => &self.worker,
        }
    }
}

/// Random bytes in hexadecimal.
fn random_hex(bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A seed for what need not be secret.
pub fn random_seed() -> io::Result<u64> {
    let mut random = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(u64::from_le_bytes(random))
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}
