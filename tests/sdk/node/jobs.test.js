import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { call, richStatus } from './contracts.js';
import { Node } from './node.js';
import { create, testJob } from './runs.js';

let node;
let jobs;
before(async () => {
  node = await Node.start();
  jobs = node.connect('jobs');
});
after(() => node?.stop());

test('a job created over gRPC reads over REST in the shape of DHIS2', async () => {
  const job = testJob({ stages: 2, items: 3, itemDuration: 400, failWithPolicy: 'FAILURE_POLICY_SKIP_ITEM' });

  const uid = await create(jobs, job);
  const { status, body } = await node.json(`/api/jobConfigurations/${uid}`);

  assert.equal(status, 200);
  assert.match(body.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  const { id, name, displayName, jobType, schedulingType, jobStatus, lastExecutedStatus, enabled, cronExpression } = body;
  assert.deepEqual(
    { id, name, displayName, jobType, schedulingType, jobStatus, lastExecutedStatus, enabled, cronExpression },
    {
      id: uid,
      name: job.name,
      displayName: job.name,
      jobType: 'TEST',
      schedulingType: 'CRON',
      jobStatus: 'SCHEDULED',
      lastExecutedStatus: 'NOT_STARTED',
      enabled: true,
      cronExpression: job.cronExpression,
    },
  );
  const { stages, items, itemDuration, failWithPolicy } = body.jobParameters;
  assert.deepEqual([stages, items, itemDuration, failWithPolicy], [2, 3, 400, 'SKIP_ITEM']);
});

test('a job created over REST reads over gRPC', async () => {
  const { name, cronExpression } = testJob();
  const sent = { name, cronExpression, jobType: 'TEST', jobParameters: { stages: '2', itemDuration: 7, runStagesParallel: true } };

  const { status, body } = await node.json('/api/jobConfigurations', sent);
  const { jobConfiguration } = await call(jobs, 'getJobConfiguration', { uid: body.response.uid });

  assert.deepEqual([status, body.httpStatus, body.response.responseType], [201, 'Created', 'ObjectReport']);
  assert.deepEqual(
    [jobConfiguration.name, jobConfiguration.jobType, jobConfiguration.schedulingType, jobConfiguration.cronExpression],
    [name, 'JOB_TYPE_TEST', 'SCHEDULING_TYPE_CRON', cronExpression],
  );
  assert.equal(jobConfiguration.jobParameters, 'test');
  const { stages, itemDuration, runStagesParallel } = jobConfiguration.test;
  assert.deepEqual([stages, itemDuration, runStagesParallel], [2, '7', true]);
});

test('a wrong cron expression is refused with the code and report of DHIS2', async () => {
  const jobConfiguration = { ...testJob(), cronExpression: '0 0 25 * * ?' };

  const error = await call(jobs, 'createJobConfiguration', { jobConfiguration }).then(assert.fail, (e) => e);
  const { code, details } = richStatus(error);

  assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(code, grpc.status.FAILED_PRECONDITION);
  const { reason, domain } = details['google.rpc.ErrorInfo'];
  assert.deepEqual([reason, domain], ['E7005', 'dhis2.org']);
  const report = details['dhis2.common.v1.ObjectReport'];
  assert.equal(report.klass, 'org.hisp.dhis.scheduling.JobConfiguration');
  assert.deepEqual(report.errorReports.map((r) => [r.errorCode, r.errorProperty]), [['E7005', 'cronExpression']]);
  assert.match(report.errorReports[0].message, /^Cron expression is invalid: /);
  const { jobConfigurations } = await call(jobs, 'listJobConfigurations', { filter: [`name:eq:${jobConfiguration.name}`] });
  assert.deepEqual(jobConfigurations ?? [], []);
});

test('a job that does not exist is NOT_FOUND', async () => {
  await assert.rejects(call(jobs, 'getJobConfiguration', { uid: 'aaaaaaaaaaa' }), { code: grpc.status.NOT_FOUND });
});
