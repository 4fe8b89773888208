import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { Node } from './node.js';

const births = {
  id: 'aaaaaaaaaa1',
  name: 'Births – naissances',
  shortName: 'Births',
  valueType: 'NUMBER',
  domainType: 'AGGREGATE',
  aggregationType: 'SUM',
};
const group = { id: 'aaaaaaaaaa2', name: 'Maternity', dataElements: [{ id: births.id }] };

let node;
let metadata;
before(async () => {
  node = await Node.start();
  metadata = node.connect('metadata');
});
after(() => node?.stop());

test('a document streamed in is stored, and streams back out', async () => {
  const { report } = await send({ dataElementGroups: [group], dataElements: [births] });
  const exported = await receive({ types: ['dataElements', 'dataElementGroups'] });
  const { body: overRest } = await node.json('/api/metadata?dataElements=true');

  assert.deepEqual([report.status, report.stats.created, report.stats.total], ['OK', 2, 2]);
  const [element] = exported.dataElements;
  assert.deepEqual(Object.fromEntries(Object.keys(births).map((name) => [name, element[name]])), births);
  assert.deepEqual(exported.dataElementGroups.map((g) => [g.id, g.dataElements]), [[group.id, group.dataElements]]);
  assert.deepEqual(overRest.dataElements, exported.dataElements);
});

test('a document with an error reports it and stores nothing', async () => {
  const broken = { ...group, id: 'aaaaaaaaaa3', name: 'Broken', dataElements: [{ id: 'zzzzzzzzzz1' }] };

  const { report } = await send({ dataElements: [{ ...births, id: 'aaaaaaaaaa4', name: 'New', shortName: 'New' }], dataElementGroups: [broken] });
  const { dataElements = [] } = await receive({ types: ['dataElements'] });

  assert.equal(report.status, 'ERROR');
  const reported = report.typeReports.flatMap((t) => t.objectReports ?? []);
  assert.deepEqual(reported.map((o) => [o.uid, o.errorReports.map((e) => e.errorCode)]), [[broken.id, ['E5002']]]);
  assert.ok(!dataElements.some((e) => e.id === 'aaaaaaaaaa4'));
});

test('malformed JSON is INVALID_ARGUMENT and says where', async () => {
  await assert.rejects(send('{\n"dataElements":[{'), { code: grpc.status.INVALID_ARGUMENT, details: /line 2, column/ });
});

/** Imports a document in pieces small enough to cut its characters. */
function send(document) {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return new Promise((resolve, reject) => {
    const stream = metadata.importMetadata({ deadline: Date.now() + 30_000 }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
    stream.write({ options: { importStrategy: 'IMPORT_STRATEGY_CREATE_AND_UPDATE' } });
    for (let at = 0; at < bytes.length; at += 7) {
      stream.write({ content: bytes.subarray(at, at + 7) });
    }
    stream.end();
  });
}

/** Exports a document. */
async function receive(request) {
  const pieces = [];
  for await (const { content } of metadata.exportMetadata(request, { deadline: Date.now() + 30_000 })) {
    pieces.push(content);
  }
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}
