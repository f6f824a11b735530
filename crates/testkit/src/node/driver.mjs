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
queue.setMaxListeners(0);
const write = (object) => process.stdout.write(JSON.stringify(object) + '\n');
let events;
let worker;
let board;

const EVENTS = ['added', 'waiting', 'active', 'progress', 'completed', 'failed', 'stalled', 'retries-exhausted', 'removed'];

// What is hard to carry, and is made here because Rust's texts cannot hold all of it.
const PIECES = ['\0', '"', "'", '\\', '`', '%', '%s%n', '{}', '[]', '{', ']', '\ud800', '\udfff', '\ud83e\udd80', '\u202e', '\ufeff',
  '\r\n', '\x1b[31m', 'null', 'NaN', '-Infinity', '1e999', '9007199254740993', '__proto__', 'constructor', '../', ':', '\u2028', ''];
const pick = (array) => array[Math.floor(Math.random() * array.length)];

function poisonedText() {
  if (Math.random() < 0.002) return pick(PIECES).repeat(1 << 20).slice(0, 1 << 20);
  return Array.from({ length: Math.floor(Math.random() * 6) }, () => pick(PIECES)).join(pick(['', 'a', ' ']));
}

function poisonedValue(depth = 0) {
  const kinds = [
    () => poisonedText(), () => null, () => true, () => 0, () => -0.0, () => NaN, () => Infinity, () => 1e308, () => 2 ** 53 + 2, () => undefined,
    () => [], () => ({}), () => Array.from({ length: 3 }, () => poisonedValue(depth + 1)),
    () => Object.fromEntries(Array.from({ length: 3 }, () => [poisonedText() || 'k', poisonedValue(depth + 1)])),
  ];
  return pick(depth < 3 ? kinds : kinds.slice(0, 10))();
}

function poisoned(id) {
  const value = poisonedValue();
  const scanId = pick([id, poisonedValue(3), undefined]);
  const data = Math.random() < 0.5 ? { scanId, repoUrl: poisonedText(), branch: value } : value;
  return { name: poisonedText(), data, opts: { jobId: id } };
}

const requests = {
  async add({ data, options, job = 'analyze-repo' }) {
    return (await queue.add(job, data, options)).id;
  },
  async addBulk({ jobs }) {
    return (await queue.addBulk(jobs)).map((job) => job.id);
  },
  // Quiet: only which events there were.
  async events({ quiet }) {
    events = new QueueEvents(name, { connection });
    // As many listeners as there are jobs that are waited for.
    events.setMaxListeners(0);
    events.on('error', (error) => write({ event: 'error', message: String(error) }));
    for (const event of EVENTS) events.on(event, (payload) => write(quiet ? { event, jobId: payload.jobId } : { event, ...payload }));
    await events.waitUntilReady();
  },
  async wait({ id, ms = 60000 }) {
    const job = await queue.getJob(id);
    return await job.waitUntilFinished(events, ms);
  },
  async waitAll({ ids, ms }) {
    return await Promise.all(ids.map(async (id) => {
      const job = await queue.getJob(id);
      return await job.waitUntilFinished(events, ms).then((returned) => ({ returned }), (error) => ({ error: error.message }));
    }));
  },
  async addPoison({ from, count }) {
    const jobs = Array.from({ length: count }, (_, i) => poisoned(`case-${from + i}`));
    return (await queue.addBulk(jobs)).length;
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
  // Quiet: the answer itself may be what nobody can read.
  async board({ method = 'GET', path, body, quiet }) {
    board ??= await openBoard();
    const answer = await fetch(board + path, {
      method,
      body: body && JSON.stringify(body),
      headers: body && { 'content-type': 'application/json' },
    });
    const text = await answer.text();
    if (quiet) return { status: answer.status };
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
