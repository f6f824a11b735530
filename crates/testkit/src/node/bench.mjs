// The queue alone, with jobs that do nothing: ours and Node's in turn on the same Redis. Run by `scripts/bench queue`.
//
//   node bench.mjs PORT WORKER JOBS
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Queue } from 'bullmq';

const [port, program, count] = process.argv.slice(2);
const jobs = Number(count);
const queue = new Queue('repo-analysis', { connection: { host: '127.0.0.1', port: Number(port) } });
const redis = await queue.client;
const here = new URL('.', import.meta.url).pathname;
const kept = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 }, attempts: 1 };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// BLOCK_MS as in production; nothing is measured that waits for it.
const ours = (concurrency) =>
  spawn(program, [`redis://127.0.0.1:${port}`, 'bench', String(concurrency), '30000', '15000', '300000', '0'],
    { stdio: ['ignore', 'ignore', 'inherit'] });

const node = (version) => (concurrency) => {
  const process = spawn('node', ['driver.mjs', version, port], { cwd: here, stdio: ['pipe', 'ignore', 'inherit'] });
  process.stdin.write(JSON.stringify({ number: 1, request: 'work', concurrency, quiet: true }) + '\n');
  return process;
};

const WORKERS = { repolens: ours, 'node 5.81.5': node('5.81'), 'node 6.7.0': node('6.7') };

async function end(process) {
  process.kill('SIGKILL');
  await once(process, 'exit');
}

// How many are done before it is measured: Node's engine compiles what runs often, and connections are made.
const WARM = Math.min(jobs, 5000);

// From the start of the last `jobs` to the last one finished: neither a program's start nor its first steps are measured.
async function throughput(start, concurrency) {
  await redis.flushall();
  for (let done = 0; done < jobs + WARM; done += 1000) {
    await queue.addBulk(Array.from({ length: 1000 }, (_, i) => {
      const scanId = `bench-${done + i}`;
      return { name: 'analyze-repo', data: { scanId, repoUrl: 'https://example.org/a.git', branch: null }, opts: { ...kept, jobId: scanId } };
    }));
  }
  const process = start(concurrency);
  const left = async () => (await redis.llen('bull:repo-analysis:wait')) + (await redis.llen('bull:repo-analysis:active'));
  let first = await left();
  while (first > jobs) {
    await sleep(5);
    first = await left();
  }
  const began = performance.now();
  while ((await left()) > 0) await sleep(5);
  const seconds = (performance.now() - began) / 1000;
  await end(process);
  return Math.round(first / seconds);
}

// From the adding to the start of the work, with a worker that waits; in whole milliseconds, as BullMQ stores both.
async function latency(start) {
  await redis.flushall();
  const process = start(1);
  const times = [];
  while (times.length < 320) {
    const waits = /blocked_clients:1/.test(await redis.info('clients'));
    if (!waits) {
      await sleep(1);
      continue;
    }
    const scanId = `bench-${times.length}`;
    const job = await queue.add('analyze-repo', { scanId }, { ...kept, jobId: scanId });
    let processedOn;
    while (!(processedOn = await redis.hget(`bull:repo-analysis:${scanId}`, 'processedOn'))) await sleep(0);
    times.push(Number(processedOn) - job.timestamp);
    await sleep(2);
  }
  await end(process);
  // Both kinds of workers are warm after a few.
  const sorted = times.slice(20).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}

// In turn, several times over: whatever else the machine does meets all of them.
const ROUNDS = 5;
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
for (const concurrency of [1, 50]) {
  const rates = Object.fromEntries(Object.keys(WORKERS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, start] of Object.entries(WORKERS)) rates[name].push(await throughput(start, concurrency));
  }
  for (const [name, all] of Object.entries(rates)) {
    const line = `${String(median(all)).padStart(6)} jobs/s (median of ${ROUNDS}: ${all.join(', ')})`;
    console.log(`${name.padEnd(12)} concurrency ${String(concurrency).padStart(2)}   ${line}`);
  }
}
for (const [name, start] of Object.entries(WORKERS)) {
  const { p50, p99 } = await latency(start);
  console.log(`${name.padEnd(12)} pick-up          p50 ${p50} ms, p99 ${p99} ms`);
}
await queue.close();
