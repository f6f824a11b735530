pub struct Pool {
    jobs: Vec<u32>,
}

impl Pool {
    pub fn spawn(&mut self) {}

    pub fn take_all(&mut self) {}

    pub fn enqueue(&mut self, job: u32) {
        self.jobs.push(job);
    }
}
