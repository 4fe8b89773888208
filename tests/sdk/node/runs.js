// Jobs and their watches, as a client uses them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { call } from './contracts.js';

let jobs = 0;

/** A TEST job as gRPC takes it; its schedule, unique as DHIS2 asks for, never comes due within a test. */
export function testJob(test) {
  jobs++;
  return { name: `Job ${jobs}`, jobType: 'JOB_TYPE_TEST', cronExpression: `${jobs % 60} 30 3 29 2 ?`, test };
}

/** Creates a job and resolves to its UID. */
export async function create(client, job) {
  return (await call(client, 'createJobConfiguration', { jobConfiguration: job })).jobConfiguration.id;
}

/** Starts a job and resolves to its run. */
export async function execute(client, uid) {
  return (await call(client, 'executeJobConfiguration', { uid })).runId;
}

/** Opens a watch that certainly stands. */
export async function openWatch(client, request) {
  const stream = client.watchJobRun(request, { deadline: Date.now() + 60_000 });
  // A call that its reader leaves ends CANCELLED, which is no error to anybody.
  stream.on('error', () => {});
  await once(stream, 'metadata');
  return stream;
}

/** What a reader of a watch knows of one run: the tree it put together, and where to resume. */
export class Watched {
  run;
  events = [];

  get token() {
    return this.events.at(-1).resumeToken;
  }

  /** Items that the reader knows. */
  get items() {
    return (this.run?.sequence ?? []).flatMap((p) => p.stages ?? []).flatMap((s) => s.items ?? []);
  }

  /** Reads events until one fulfils the condition, and leaves the stream open; without one, until the stream ends. */
  async read(stream, until) {
    const events = stream.iterator({ destroyOnReturn: false });
    for await (const event of events) {
      this.take(event);
      if (until?.(event)) {
        return;
      }
    }
    assert.equal(until, undefined, 'the stream ended early');
  }

  /** Adds one event. */
  take(event) {
    const before = this.events.findLast((e) => e.event !== 'heartbeat');
    this.events.push(event);
    if (event.event === 'heartbeat') {
      return;
    }
    assert.ok(!before || revision(event) > revision(before), `${event.revision} after ${before?.revision}`);
    assert.ok(!before?.terminal, 'an event came after the end');
    if (event.event === 'snapshot') {
      this.run = structuredClone(event.snapshot);
    } else {
      assert.ok(this.run, 'a delta came before any snapshot');
      apply(this.run, event.delta);
    }
  }
}

// Zero is absent, as proto3 has it.
const revision = (event) => BigInt(event.revision ?? 0);

function apply(run, { state, cancelledTime, completedTime, error, processes = [], stages = [], items = [] }) {
  const changes = { state, cancelledTime, completedTime, error };
  Object.assign(run, Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)));
  for (const { processIndex = 0, process } of processes) {
    put((run.sequence ??= []), processIndex, process, 'stages');
  }
  for (const { processIndex = 0, stageIndex = 0, stage } of stages) {
    put((run.sequence[processIndex].stages ??= []), stageIndex, stage, 'items');
  }
  for (const { processIndex = 0, stageIndex = 0, itemIndex = 0, item } of items) {
    put((run.sequence[processIndex].stages[stageIndex].items ??= []), itemIndex, item);
  }
}

// A changed node comes without its children; a new one follows those that are known.
function put(nodes, index, node, children) {
  assert.ok(index <= nodes.length, `node ${index} came before node ${nodes.length}`);
  const kept = nodes[index]?.[children];
  nodes[index] = kept ? { ...node, [children]: kept } : { ...node };
}

/** A tree without what goes on changing while nothing happens: how long each node has taken. */
export function withoutDurations(node) {
  if (Array.isArray(node)) {
    return node.map(withoutDurations);
  }
  if (node === null || typeof node !== 'object') {
    return node;
  }
  const members = Object.entries(node).filter(([name]) => name !== 'duration' && !name.startsWith('_'));
  return Object.fromEntries(members.map(([name, value]) => [name, withoutDurations(value)]));
}
