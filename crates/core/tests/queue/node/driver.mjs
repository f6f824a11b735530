// Node's side of the queue, driven by lines of JSON: one request on stdin, one answer on stdout.
// What QueueEvents and the worker notice is written in between, as `{"event": …}`.
//
//   node driver.mjs VERSION PORT        VERSION: 5.67, 5.81 or 6.7
import { createInterface } from 'node:readline';

const [version, port] = process.argv.slice(2);
// bull-board looks for the one in the middle by its plain name.
const { Queue, QueueEvents, Worker } = await import(version === '5.81' ? 'bullmq' : `bullmq-${version}`);
const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null };
const name = 'repo-analysis';
const queue = new Queue(name, { connection });
const write = (object) => process.stdout.write(JSON.stringify(object) + '\n');
let events;
let worker;
let board;

const EVENTS = ['added', 'waiting', 'active', 'progress', 'completed', 'failed', 'stalled', 'retries-exhausted', 'removed'];

const requests = {
  async add({ data, options, job = 'analyze-repo' }) {
    return (await queue.add(job, data, options)).id;
  },
  async addBulk({ jobs }) {
    return (await queue.addBulk(jobs)).map((job) => job.id);
  },
  async events() {
    events = new QueueEvents(name, { connection });
    events.on('error', (error) => write({ event: 'error', message: String(error) }));
    for (const event of EVENTS) events.on(event, (payload) => write({ event, ...payload }));
    await events.waitUntilReady();
  },
  async wait({ id, ms = 20000 }) {
    const job = await queue.getJob(id);
    return await job.waitUntilFinished(events, ms);
  },
  async work({ concurrency = 1, fail, quiet, options = {} }) {
    worker = new Worker(name, async (job) => {
      if (!quiet) write({ event: 'worked', jobId: job.id, job: job.name, data: job.data });
      if (fail) throw new Error(fail);
      return { by: 'node' };
    }, { connection, concurrency, ...options });
    worker.on('error', (error) => write({ event: 'error', message: String(error) }));
    await worker.waitUntilReady();
  },
  async rest() {
    await worker.close();
  },
  async job({ id }) {
    const job = await queue.getJob(id);
    return job && { ...job.asJSON(), state: await job.getState(), returned: job.returnvalue, by: job.processedBy, told: job.progress };
  },
  async jobs({ states }) {
    return (await queue.getJobs(states)).map((job) => job && job.id);
  },
  async counts() {
    return await queue.getJobCounts();
  },
  async workers() {
    return (await queue.getWorkers()).map((worker) => worker.rawname ?? worker.name);
  },
  async pause() {
    await queue.pause();
  },
  async resume() {
    await queue.resume();
  },
  async board({ method = 'GET', path, body }) {
    board ??= await openBoard();
    const answer = await fetch(board + path, {
      method,
      body: body && JSON.stringify(body),
      headers: body && { 'content-type': 'application/json' },
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  },
};

async function openBoard() {
  const { createBullBoard } = await import('@bull-board/api');
  const { BullMQAdapter } = await import('@bull-board/api/bullMQAdapter');
  const { ExpressAdapter } = await import('@bull-board/express');
  const { default: express } = await import('express');
  const serverAdapter = new ExpressAdapter();
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter });
  const app = express();
  app.use('/', serverAdapter.getRouter());
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

queue.on('error', (error) => write({ event: 'error', message: String(error) }));
await queue.waitUntilReady();
write({ event: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  const { number, request, ...rest } = JSON.parse(line);
  // Not awaited: a request that waits must not hold up the next one.
  requests[request](rest).then(
    (answer) => write({ number, answer: answer ?? null }),
    (error) => write({ number, error: String(error.message ?? error) }),
  );
}
process.exit(0);
