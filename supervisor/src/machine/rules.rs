//! The rules themselves: what each event leads to.

use std::time::Duration;

use super::{
    ChildRole, EXIT_CRASH_LOOP, EXIT_UNAVAILABLE, Effect, End, FIRST_BEAT_PATIENCE, FIRST_PROBE, HUNG_UP, How,
    KILL_PATIENCE, LifeStage, Machine, Notice, Phase, ProbeResult, SHORT_GRACE, SLOWEST_START_PROBE, Why,
};

mod stop;

impl Machine {
    pub(super) fn start(&mut self) {
        let (api, worker) = (self.policy.api, self.policy.worker);
        self.report(Notice::Starting { api, worker });
        if api {
            self.report(Notice::StartingApi);
            self.todo.push(Effect::Spawn(ChildRole::Api));
        } else {
            self.phase = Phase::Running;
            self.report(Notice::StartingWorker);
            self.todo.push(Effect::Spawn(ChildRole::Worker));
        }
    }

    pub(super) fn spawned(&mut self, role: ChildRole, now: Duration) {
        match role {
            ChildRole::Api => {
                self.api = LifeStage::Up { since: now };
                self.probe_step = FIRST_PROBE;
                self.probe_at = Some(now + FIRST_PROBE);
                self.report(Notice::WaitingForApi);
            }
            ChildRole::Worker => {
                self.worker = LifeStage::Up { since: now };
                self.worker_starts += 1;
                self.last_beat = now;
                self.busy = false;
                if !self.announced {
                    let patience = if self.policy.hang_timeout.is_some() {
                        FIRST_BEAT_PATIENCE
                    } else {
                        Duration::ZERO
                    };
                    self.announce_at = Some(now + patience);
                    self.announce_if_due(now);
                }
            }
        }
    }

    pub(super) fn ended(&mut self, role: ChildRole, end: End, now: Duration) {
        let stage = std::mem::replace(
            if role == ChildRole::Api {
                &mut self.api
            } else {
                &mut self.worker
            },
            LifeStage::Off,
        );
        let lived = stage.since().map_or(Duration::ZERO, |since| now.saturating_sub(since));
        let asked_at = match stage {
            LifeStage::Ending { asked_at, .. } => Some(asked_at),
            _ => None,
        };
        if let Phase::Stopping(stopping) = &mut self.phase {
            let took = asked_at.map(|asked| now.saturating_sub(asked));
            match role {
                ChildRole::Api => stopping.api_took = took,
                ChildRole::Worker => stopping.worker_took = took,
            }
            self.go_on_stopping(now);
            return;
        }
        match role {
            ChildRole::Api => {
                let passed_on = now < self.hung_up_until;
                let by_hang_up = end.how == HUNG_UP || (passed_on && end.how == How::Status(0));
                if by_hang_up {
                    self.report(Notice::ApiHungUp { end });
                } else {
                    self.report(Notice::ApiCrashed { end, lived });
                }
                let asked = by_hang_up && passed_on;
                self.begin_stop(if asked { 0 } else { end.passed_on() }, asked, now);
                if let Phase::Stopping(stopping) = &mut self.phase {
                    stopping.hung_up = by_hang_up;
                    stopping.signals = 0;
                }
            }
            ChildRole::Worker => self.worker_ended(&stage, end, lived, now),
        }
    }

    fn worker_ended(&mut self, stage: &LifeStage, end: End, lived: Duration, now: Duration) {
        if matches!(
            stage,
            LifeStage::Ending {
                why: Why::Recycle,
                killed: false,
                ..
            }
        ) {
            self.report(Notice::WorkerRecycled);
            self.todo.push(Effect::Spawn(ChildRole::Worker));
            return;
        }
        let jitter = self.jitter();
        let verdict = self.history.crashed(&self.policy.restarts, now, lived, jitter);
        self.report(Notice::WorkerCrashed {
            end,
            lived,
            next: verdict.after,
        });
        if verdict.entered_loop {
            self.report(Notice::CrashLoop {
                stops: self.policy.exit_on_crash_loop,
            });
            if self.policy.exit_on_crash_loop {
                self.begin_stop(EXIT_CRASH_LOOP, false, now);
                return;
            }
        }
        if verdict.after.is_zero() {
            self.todo.push(Effect::Spawn(ChildRole::Worker));
        } else {
            self.worker = LifeStage::Waiting {
                until: now + verdict.after,
            };
        }
    }

    pub(super) fn probed(&mut self, health: ProbeResult, now: Duration) {
        self.probing = false;
        if !matches!(self.api, LifeStage::Up { .. }) {
            return;
        }
        match self.phase {
            Phase::Starting { .. } if health == ProbeResult::Good => {
                self.phase = Phase::Running;
                self.probe_at = self.policy.health_interval.map(|interval| now + interval);
                if self.policy.worker {
                    self.report(Notice::StartingWorker);
                    self.todo.push(Effect::Spawn(ChildRole::Worker));
                } else {
                    self.announce_at = Some(now);
                    self.announce_if_due(now);
                }
            }
            Phase::Starting { .. } => {
                self.probe_step = self.probe_step.mul_f64(1.5).min(SLOWEST_START_PROBE);
                self.probe_at = Some(now + self.probe_step);
            }
            Phase::Running => {
                self.probe_at = self.policy.health_interval.map(|interval| now + interval);
                self.judge(health, now);
            }
            Phase::Stopping(_) | Phase::Over => {}
        }
    }

    /// Misses in a row of an API that does nothing end it. A busy one gets longer, for it will answer again; but not for
    /// ever, for an endless loop is busy as well.
    fn judge(&mut self, health: ProbeResult, now: Duration) {
        self.misses = if health == ProbeResult::Bad { self.misses + 1 } else { 0 };
        match health {
            ProbeResult::Good => {
                if let Some(since) = self.busy_since.take() {
                    self.report(Notice::ApiAnswersAgain { after: now - since });
                }
            }
            ProbeResult::Busy => {
                if self.busy_since.is_none() {
                    self.report(Notice::ApiBusy);
                }
                let since = *self.busy_since.get_or_insert(now);
                if let Some(limit) = self.policy.busy_timeout.filter(|limit| now >= since + *limit) {
                    self.report(Notice::ApiBusyTooLong { limit });
                    self.end(ChildRole::Api, Why::Unresponsive, SHORT_GRACE, now);
                }
            }
            ProbeResult::Bad if self.misses >= self.policy.health_misses => {
                self.report(Notice::ApiUnresponsive { misses: self.misses });
                self.end(ChildRole::Api, Why::Unresponsive, SHORT_GRACE, now);
            }
            ProbeResult::Bad => self.report(Notice::ApiMissed { misses: self.misses }),
        }
    }

    pub(super) fn heard(&mut self, busy: bool, now: Duration) {
        self.last_beat = now;
        self.busy = busy;
        if self.announce_at.is_some() {
            self.announce_at = Some(now);
            self.announce_if_due(now);
        }
    }

    pub(super) fn measured(&mut self, bytes: u64, now: Duration) {
        let too_large = self.policy.worker_memory_max.is_some_and(|limit| bytes > limit);
        if too_large && !self.busy && matches!(self.worker, LifeStage::Up { .. }) && !self.is_stopping() {
            self.report(Notice::WorkerTooLarge { bytes });
            self.end(ChildRole::Worker, Why::Recycle, self.policy.worker_grace, now);
        }
    }

    /// Moves what the children are to do in time by as much as they could not run.
    pub(super) fn postpone(&mut self, by: Duration) {
        self.last_beat += by;
        self.hung_up_until += by;
        if let Some(since) = &mut self.busy_since {
            *since += by;
        }
        match &mut self.phase {
            Phase::Starting { deadline } => *deadline += by,
            Phase::Stopping(stopping) => stopping.deadline += by,
            Phase::Running | Phase::Over => {}
        }
        for stage in [&mut self.api, &mut self.worker] {
            if let LifeStage::Ending { kill_at, .. } = stage {
                *kill_at += by;
            }
        }
    }

    pub(super) fn tick(&mut self, now: Duration) {
        for role in [ChildRole::Worker, ChildRole::Api] {
            let stage = if role == ChildRole::Api { self.api } else { self.worker };
            match stage {
                LifeStage::Ending {
                    kill_at, killed: false, ..
                } if kill_at <= now => self.kill(role),
                LifeStage::Waiting { until } if until <= now => self.todo.push(Effect::Spawn(role)),
                _ => {}
            }
        }
        self.announce_if_due(now);
        if let (Some(limit), LifeStage::Up { .. }) = (self.policy.hang_timeout, self.worker)
            && now >= self.last_beat + limit
            && !self.is_stopping()
        {
            self.report(Notice::WorkerHung {
                silent: now - self.last_beat,
            });
            self.end(ChildRole::Worker, Why::Hung, SHORT_GRACE, now);
        }
        if let LifeStage::Up { since } = self.worker
            && self.history.looping()
            && now >= since + self.policy.restarts.stable_after
        {
            self.history.recovered();
            self.report(Notice::WorkerRecovered);
        }
        match &self.phase {
            Phase::Starting { deadline } if self.policy.api && now >= *deadline => {
                self.report(Notice::ApiNeverHealthy {
                    limit: self.policy.start_timeout,
                });
                self.begin_stop(EXIT_UNAVAILABLE, false, now);
            }
            Phase::Stopping(stopping) if now >= stopping.deadline + KILL_PATIENCE => {
                let code = stopping.code;
                for (role, stage) in [(ChildRole::Worker, self.worker), (ChildRole::Api, self.api)] {
                    if stage.is_running() {
                        self.report(Notice::LeftBehind(role));
                    }
                }
                self.finish(code);
            }
            _ => {}
        }
        if let Some(at) = self.probe_at
            && at <= now
            && !self.probing
            && matches!(self.api, LifeStage::Up { .. })
            && !self.is_stopping()
        {
            self.probing = true;
            self.probe_at = None;
            self.todo.push(Effect::Probe);
        }
    }

    fn announce_if_due(&mut self, now: Duration) {
        if self.announce_at.is_some_and(|at| at <= now) {
            self.announce_at = None;
            // A worker that crashed before its first sign of life is not running; the next start tries again.
            if !self.policy.worker || matches!(self.worker, LifeStage::Up { .. }) {
                self.announced = true;
                self.report(Notice::AllRunning { after: now });
            }
        }
    }

    fn report(&mut self, notice: Notice) {
        self.todo.push(Effect::Report(notice));
    }

    /// A number from 0 to 1, by xorshift: it only spreads restarts.
    fn jitter(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }
}
