//! Stopping: signals to the children, the grace period and the exit code.

use std::time::Duration;

use super::super::{ChildRole, Effect, LifeStage, Machine, Notice, Phase, SHORT_GRACE, Stopping, Why};

impl Machine {
    pub(crate) fn asked_to_stop(&mut self, name: &'static str, now: Duration) {
        let Phase::Stopping(stopping) = &mut self.phase else {
            self.report(Notice::ShutdownSignal(name));
            self.begin_stop(0, true, now);
            return;
        };
        stopping.signals += 1;
        match stopping.signals {
            // The first signal while we stop because the API ended: nothing more to do.
            1 => self.report(Notice::ShutdownSignal(name)),
            2 => {
                stopping.deadline = stopping.deadline.min(now + SHORT_GRACE);
                self.report(Notice::ShutdownHurried(name));
                self.end(ChildRole::Worker, Why::Shutdown, SHORT_GRACE, now);
                self.end(ChildRole::Api, Why::Shutdown, SHORT_GRACE, now);
            }
            _ => {
                stopping.deadline = stopping.deadline.min(now);
                self.report(Notice::ShutdownForced(name));
                self.kill(ChildRole::Worker);
                self.kill(ChildRole::Api);
            }
        }
    }

    /// Stops in order, unless a child handles the signal. During a stop it changes nothing but what an API means that got
    /// the signal a moment before us.
    pub(crate) fn hung_up(&mut self, handled: bool, now: Duration) {
        if let Phase::Stopping(stopping) = &mut self.phase
            && stopping.hung_up
        {
            (stopping.code, stopping.asked) = (0, true);
        }
        if self.is_stopping() {
            return;
        }
        if handled {
            self.hung_up_until = now + self.policy.api_grace;
            return;
        }
        self.report(Notice::ShutdownSignal("SIGHUP"));
        self.begin_stop(0, true, now);
        if let Phase::Stopping(stopping) = &mut self.phase {
            stopping.signals = 0;
        }
    }

    pub(super) fn begin_stop(&mut self, code: u8, asked: bool, now: Duration) {
        self.phase = Phase::Stopping(Stopping {
            code,
            asked,
            since: now,
            deadline: now + self.policy.stop_timeout,
            signals: u32::from(asked),
            hung_up: false,
            killed: Vec::new(),
            worker_took: None,
            api_took: None,
        });
        self.probe_at = None;
        self.announce_at = None;
        // The worker may use all of the time but what the API needs, or a third of it where that is less.
        let for_api = if self.api.is_running() {
            self.policy.api_grace.min(self.policy.stop_timeout / 3)
        } else {
            Duration::ZERO
        };
        let for_worker = self.policy.worker_grace.min(self.policy.stop_timeout - for_api);
        if matches!(self.worker, LifeStage::Waiting { .. }) {
            self.worker = LifeStage::Off;
        }
        self.end(ChildRole::Worker, Why::Shutdown, for_worker, now);
        self.go_on_stopping(now);
    }

    /// The API is asked once the worker is gone, for the worker reports to it to the end.
    pub(super) fn go_on_stopping(&mut self, now: Duration) {
        let Phase::Stopping(stopping) = &self.phase else { return };
        if self.worker.is_running() {
            return;
        }
        if self.api.is_running() {
            let left = stopping.deadline.saturating_sub(now);
            if matches!(self.api, LifeStage::Up { .. }) {
                self.end(ChildRole::Api, Why::Shutdown, self.policy.api_grace.min(left), now);
            }
            return;
        }
        let code = stopping.code;
        let notice = Notice::Stopped {
            clean: stopping.asked && stopping.killed.is_empty(),
            killed: stopping.killed.clone(),
            took: now - stopping.since,
            worker: stopping.worker_took,
            api: stopping.api_took,
        };
        self.report(notice);
        self.finish(code);
    }

    pub(super) fn finish(&mut self, code: u8) {
        self.phase = Phase::Over;
        self.todo.push(Effect::Exit(code));
    }

    /// Asks a child to end within `grace`; one that is asked already gets the shorter of the two.
    pub(super) fn end(&mut self, role: ChildRole, why: Why, grace: Duration, now: Duration) {
        let stage = if role == ChildRole::Api {
            &mut self.api
        } else {
            &mut self.worker
        };
        match stage {
            LifeStage::Up { since } => {
                *stage = LifeStage::Ending {
                    since: *since,
                    asked_at: now,
                    kill_at: now + grace,
                    killed: false,
                    why,
                };
                self.todo.push(Effect::Terminate(role));
            }
            LifeStage::Ending { kill_at, .. } => *kill_at = (*kill_at).min(now + grace),
            LifeStage::Off | LifeStage::Waiting { .. } => {}
        }
    }

    pub(super) fn kill(&mut self, role: ChildRole) {
        let stage = if role == ChildRole::Api {
            &mut self.api
        } else {
            &mut self.worker
        };
        match stage {
            LifeStage::Ending { killed, .. } if !*killed => *killed = true,
            LifeStage::Up { since } => {
                let since = *since;
                *stage = LifeStage::Ending {
                    since,
                    asked_at: since,
                    kill_at: since,
                    killed: true,
                    why: Why::Shutdown,
                };
            }
            _ => return,
        }
        if let Phase::Stopping(stopping) = &mut self.phase {
            stopping.killed.push(role);
        }
        self.todo.push(Effect::Kill(role));
        self.report(Notice::Killed(role));
    }
}
