import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { call } from './contracts.js';
import { Node } from './node.js';

let node;
before(async () => {
  node = await Node.start();
});
after(() => node?.stop());

test('health is SERVING, without a login', async () => {
  assert.equal((await call(node.connect('health', null), 'check')).status, 'SERVING');
});

test('calls without credentials, or with wrong ones, are refused', async () => {
  for (const client of [node.connect('jobs', null), node.connect('jobs', 'admin', 'wrong')]) {
    await assert.rejects(call(client, 'listJobConfigurations'), { code: grpc.status.UNAUTHENTICATED });
  }
});

test('a login works on both faces', async () => {
  const { user } = await call(node.connect('system'), 'getMe');
  const { status, body } = await node.json('/api/me');

  assert.equal(user.username, 'admin');
  assert.deepEqual([status, body.id, body.username], [200, user.id, 'admin']);
});
