import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { call } from './contracts.js';
import { Node } from './node.js';
import { create, execute, openWatch, testJob, Watched, withoutDurations } from './runs.js';

// Minutes of work: such a run ends only when a test cancels it.
const long = { stages: 1, items: 10_000, itemDuration: 20 };

let node;
let jobs;
let runs;
before(async () => {
  node = await Node.start();
  jobs = node.connect('jobs');
  runs = node.connect('runs');
});
after(() => node?.stop());

// One job of a type runs at a time, so a test that failed must not leave its own.
afterEach(async () => {
  const { cancelled } = await call(runs, 'cancelJobRun', { jobType: 'JOB_TYPE_TEST' });
  if (cancelled) {
    await new Watched().read(await openWatch(runs, { jobType: 'JOB_TYPE_TEST' }));
  }
});

/** What the server says of a run. */
const finalRun = async (runId) => withoutDurations((await call(runs, 'getJobRun', { runId })).run);

test('a watch sees a run from its start to its end', async () => {
  const jobId = await create(jobs, testJob({ stages: 2, items: 20, itemDuration: 10 }));
  const stream = await openWatch(runs, { jobId });
  const runId = await execute(jobs, jobId);
  const watched = new Watched();

  await watched.read(stream);

  const { events, run } = watched;
  assert.equal(events[0].event, 'snapshot');
  assert.ok(events.some((e) => e.event === 'delta'));
  assert.deepEqual([...new Set(events.map((e) => e.runId))], [runId]);
  assert.equal(events.at(-1).terminal, true);
  assert.equal(run.state, 'JOB_RUN_STATE_COMPLETED');
  assert.deepEqual(run.sequence[0].stages.slice(1).map((s) => s.summary), Array(2).fill('20 successful and 0 failed items'));
  // What the reader put together is what the server says.
  assert.deepEqual(withoutDurations(run), await finalRun(runId));
});

test('a watch that its client cancelled resumes where it was left', async () => {
  const jobId = await create(jobs, testJob(long));
  const runId = await execute(jobs, jobId);
  const watched = new Watched();
  const left = await openWatch(runs, { runId });
  await watched.read(left, () => watched.items.length >= 3);
  left.cancel();
  const [known, seen] = [watched.items.length, watched.events.length];

  const stream = await openWatch(runs, { runId, resumeToken: watched.token });
  await watched.read(stream, () => watched.items.length >= known + 3);
  await call(runs, 'cancelJobRun', { runId });
  await watched.read(stream);

  assert.deepEqual([...new Set(watched.events.slice(seen).map((e) => e.event))], ['delta']);
  assert.equal(watched.events.at(-1).terminal, true);
  assert.deepEqual(withoutDurations(watched.run), await finalRun(runId));
});

test('a run cancelled over gRPC is CANCELLED over REST at once', async () => {
  const jobId = await create(jobs, testJob(long));
  const runId = await execute(jobs, jobId);
  const watched = new Watched();
  const stream = await openWatch(runs, { runId });
  await watched.read(stream, () => watched.items.length > 0);

  const { cancelled } = await call(runs, 'cancelJobRun', { jobId });
  const { body: atOnce } = await node.json(`/api/scheduling/runs/${runId}`);
  await watched.read(stream);
  const { body: job } = await node.json(`/api/jobConfigurations/${jobId}`);
  const { body: completed } = await node.json('/api/scheduling/completed/TEST');

  assert.equal(cancelled, true);
  assert.equal(atOnce.sequence[0].status, 'CANCELLED');
  assert.equal(watched.run.state, 'JOB_RUN_STATE_STOPPED');
  assert.deepEqual([job.jobStatus, job.lastExecutedStatus], ['SCHEDULED', 'STOPPED']);
  assert.deepEqual(completed.map((p) => [p.jobId, p.status]), [[jobId, 'CANCELLED']]);
});

test('server-sent events resume by Last-Event-ID', async () => {
  const jobId = await create(jobs, testJob(long));
  const runId = await execute(jobs, jobId);
  const path = `/api/scheduling/runs/${runId}/watch`;

  const before = await readEvents(path, {}, (events) => events.length === 3);
  let cancelling;
  const after = await readEvents(path, { 'last-event-id': before.at(-1).id }, (events) => {
    if (events.length === 3) {
      cancelling = call(runs, 'cancelJobRun', { runId });
    }
    return false;
  });
  await cancelling;

  assert.equal(before[0].event, 'snapshot');
  assert.deepEqual([before[0].data.runId, before[0].data.snapshot.jobType], [runId, 'TEST']);
  assert.deepEqual([...new Set(after.map((e) => e.event))], ['delta']);
  const revisions = [...before, ...after].map((e) => e.data.revision);
  assert.ok(revisions.every((r, i) => i === 0 || r > revisions[i - 1]), revisions.join());
  assert.deepEqual([after.at(-1).data.terminal, after.at(-1).data.delta.state], [true, 'STOPPED']);
});

/** Reads server-sent events until a condition on those read so far holds, or until the stream ends. */
async function readEvents(path, headers, until) {
  const leave = new AbortController();
  const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(60_000)]);
  const response = await node.fetch(path, { headers: { accept: 'text/event-stream', ...headers }, signal });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type').split(';')[0], 'text/event-stream');
  const events = [];
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (fields.event === 'heartbeat') {
        continue;
      }
      events.push({ ...fields, data: JSON.parse(fields.data) });
      if (until(events)) {
        leave.abort();
        return events;
      }
    }
  }
  assert.equal(text, '');
  return events;
}
