import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'openapi-fetch';
import type { components, paths } from './api.js';
import { Server } from './server.js';

type JobConfiguration = components['schemas']['JobConfigurationInput'];

let server: Server;
let api: Client<paths>;
before(async () => {
  server = await Server.start();
  api = server.client();
});
after(() => server?.stop());

const analytics: JobConfiguration = {
  name: 'Analytics tables last two years',
  jobType: 'ANALYTICS_TABLE',
  cronExpression: '0 0 3 ? * MON',
  jobParameters: { lastYears: 2, skipTableTypes: ['EVENT', 'ENROLLMENT'], skipResourceTables: true },
};

const create = async (body: JobConfiguration): Promise<string> => {
  const { data, error, response } = await api.POST('/jobConfigurations', { body });
  assert.equal(response.status, 201, JSON.stringify(error));
  assert.ok(data?.response?.uid);
  return data.response.uid;
};

test('a job is created, read, listed, changed and deleted', async () => {
  const id = await create(analytics);

  const read = await api.GET('/jobConfigurations/{id}', { params: { path: { id } } });
  assert.equal(read.data?.jobType, 'ANALYTICS_TABLE');
  assert.equal(read.data?.schedulingType, 'CRON');
  assert.match(read.data?.created ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);

  const listed = await api.GET('/jobConfigurations', { params: { query: { fields: ['id,name', 'jobType'], filter: ['name:like:two years'], page: 1 } } });
  assert.deepEqual(listed.data?.jobConfigurations, [{ id, name: analytics.name, jobType: 'ANALYTICS_TABLE' }]);
  assert.equal(listed.data?.pager?.total, 1);

  const changed = await api.PUT('/jobConfigurations/{id}', { params: { path: { id } }, body: { ...analytics, enabled: false } });
  assert.equal(changed.data?.httpStatusCode, 200);
  assert.equal((await api.GET('/jobConfigurations/{id}', { params: { path: { id } } })).data?.jobStatus, 'DISABLED');

  const deleted = await api.DELETE('/jobConfigurations/{id}', { params: { path: { id } } });
  assert.equal(deleted.data?.status, 'OK');
  const gone = await api.GET('/jobConfigurations/{id}', { params: { path: { id } } });
  assert.equal(gone.response.status, 404);
  assert.equal(gone.error?.message, `JobConfiguration with id ${id} could not be found.`);
});

test('broken rules come typed', async () => {
  const { error, response } = await api.POST('/jobConfigurations', { body: { ...analytics, cronExpression: 'never' } });

  assert.equal(response.status, 409);
  assert.deepEqual(error?.response?.errorReports.map((r) => [r.errorCode, r.errorProperty]), [['E7005', 'cronExpression']]);
});

test('a run shows its progress in the shape of the version that is asked', async () => {
  const id = await create({ name: 'try', jobType: 'TEST', cronExpression: '0 0 3 29 2 ?', jobParameters: { stages: 2, items: 3 } });
  const executed = await api.POST('/jobConfigurations/{id}/execute', { params: { path: { id } } });
  assert.deepEqual(executed.data?.errorReports, []);

  const params = { path: { jobType: 'TEST' } } as const;
  let data: unknown[] | { sequence: unknown[] } | undefined;
  for (let tries = 0; tries < 200; tries++) {
    ({ data } = await api.GET('/scheduling/completed/{jobType}', { params }));
    if (Array.isArray(data) && data.length > 0) {
      break;
    }
    await delay(50);
  }
  assert.ok(Array.isArray(data) && data.length === 1);
  const newest = await server.client('admin', 'district', 42).GET('/scheduling/completed/{jobType}', { params });
  assert.ok(newest.data && !Array.isArray(newest.data));
  assert.deepEqual(newest.data.sequence.map((p) => [p.status, p.stages.length]), [['SUCCESS', 3]]);
});

test('a login is needed', async () => {
  const { error, response } = await server.client('admin', 'wrong').GET('/me');

  assert.equal(response.status, 401);
  assert.equal(error?.message, 'Unauthorized');
});

// The compiler knows the contracts: these lines are refused before anything runs.
export const refused = () => [
  // @ts-expect-error no such job type
  api.POST('/jobConfigurations', { body: { name: 'x', jobType: 'FOO' } }),
  // @ts-expect-error a name is needed
  api.POST('/jobConfigurations', { body: { jobType: 'TEST' } }),
  // @ts-expect-error no such path
  api.GET('/jobConfiguratons'),
];
