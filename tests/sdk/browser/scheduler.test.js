import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { enter, launch, missing, open } from './browser.js';

const cron = '0 0 3 29 2 ?';
const work = { stages: '2', items: '20', itemDuration: '10' };

/** Installs the page as an app: a folder with a manifest. */
async function install(directory) {
  const folder = join(directory, 'scheduler');
  await cp(join(import.meta.dirname, 'app'), folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'app/main.js')],
    outfile: join(folder, 'main.js'),
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    target: 'chrome120',
    logLevel: 'error',
  });
}

for (const version of ['2.39.5', '2.40.0', '2.43.1']) {
  describe(`a page that works as the Scheduler app does, on a server of version ${version}`, { skip: missing }, () => {
    let apps;
    let node;
    let browser;
    let page;
    let troubles;
    let requests;

    before(async () => {
      apps = await mkdtemp(join(tmpdir(), 'dhis2-apps-'));
      await install(apps);
      process.env.Dhis2__Apps__Directory = apps;
      process.env.Dhis2__Version = version;
      const { Node } = await import('../node/node.js');
      node = await Node.start();
      browser = await launch();
      ({ page, troubles, requests } = await open(browser));
      await enter(page, `${node.restUrl}/dhis-web-scheduler/`);
      await page.locator('main').waitFor();
    });
    after(async () => {
      await browser?.close();
      await node?.stop();
      await rm(apps, { recursive: true, force: true });
    });
    afterEach(() => assert.deepEqual(troubles, []));

    const row = (name) => page.locator('#jobs tr', { hasText: name });
    const press = (name, label) => row(name).getByRole('button', { name: label }).click();
    const shown = (name, text) => row(name).filter({ hasText: text }).waitFor();
    const stored = async (name) => (await node.json(`/api/jobConfigurations?fields=*&filter=name:eq:${encodeURIComponent(name)}`)).body.jobConfigurations[0];

    async function save(job, parameters = {}) {
      const form = page.locator('#job');
      if (job.jobType) {
        await form.locator('[name=jobType]').selectOption(job.jobType);
      }
      await form.locator('[name=name]').fill(job.name);
      await form.locator('[name=schedule]').fill(job.schedule);
      for (const [name, value] of Object.entries(parameters)) {
        await form.locator(`[name=${name}]`).fill(value);
      }
      await form.getByRole('button').click();
    }

    async function runToEnd(name) {
      await page.locator('#watch').evaluate((section) => delete section.dataset.ended);
      await press(name, 'Run');
      await page.locator('#watch[data-ended]').waitFor({ timeout: 30_000 });
      return { state: await page.locator('#watch h2').textContent(), seen: await page.locator('#watch output').textContent() };
    }

    test('the shell finds all that it asks for, under the version that the server claims', async () => {
      assert.equal(await page.locator('#title').textContent(), 'DHIS 2');
      assert.equal(await page.locator('#user').textContent(), 'admin admin');
      assert.equal(await page.locator('#menu a').textContent(), 'Scheduler of the tests');
      assert.ok(await page.locator('#logo').evaluate((logo) => logo.decode().then(() => logo.naturalWidth > 0)));
      assert.equal(await page.locator('body').getAttribute('data-options'), version === '2.43.1' ? '9' : '10');
      const minor = version.split('.')[1];
      const paths = requests.map((r) => new URL(r.url).pathname).filter((p) => p.startsWith('/api/'));
      assert.deepEqual(paths.filter((p) => !p.startsWith(`/api/${minor}/`)).toSorted(), ['/api/me', '/api/system/info']);
    });

    test('a cron job is made, with its numbers as texts', async () => {
      await save({ jobType: 'TEST', name: 'Nightly', schedule: cron }, work);
      await shown('Nightly', cron);
      const { jobParameters, cronExpression, enabled } = await stored('Nightly');
      assert.deepEqual([cronExpression, enabled, jobParameters.items], [cron, true, 20]);
    });

    test('a delay job is made', async () => {
      await save({ jobType: 'CONTINUOUS_ANALYTICS_TABLE', name: 'Continuous', schedule: '86400' });
      await shown('Continuous', '86400');
      const { delay, schedulingType } = await stored('Continuous');
      assert.deepEqual([delay, schedulingType], [86400, 'FIXED_DELAY']);
    });

    test('what the server has against a job is shown', async () => {
      await save({ jobType: 'TEST', name: 'Nightly', schedule: 'never' });
      const error = page.locator('#error', { hasText: 'see full details' });
      await error.waitFor();
      assert.match(await error.textContent(), /name: .*already exists/);
      // The browser reports any 409; this one was meant.
      assert.equal(troubles.splice(0).filter((t) => !t.includes('409')).length, 0);
      await page.locator('#job').evaluate((form) => form.reset());
    });

    test('a job is edited, and stays switched off meanwhile', async () => {
      await row('Nightly').getByRole('checkbox').uncheck();
      await page.waitForResponse((r) => r.url().endsWith('/scheduler/queueable'));
      assert.equal((await stored('Nightly')).enabled, false);
      await press('Nightly', 'Edit');
      await page.waitForFunction(() => document.querySelector('#job [name=id]').value !== '');
      await save({ name: 'Nightly too', schedule: '0 0 4 29 2 ?' });
      await shown('Nightly too', '0 0 4 29 2 ?');
      const { enabled, jobParameters } = await stored('Nightly too');
      assert.deepEqual([enabled, jobParameters.items], [false, 20]);
    });

    test('a job is switched on again', async () => {
      await row('Nightly too').getByRole('checkbox').check();
      await page.waitForResponse((r) => r.url().endsWith('/scheduler/queueable'));
      assert.equal((await stored('Nightly too')).enabled, true);
    });

    test('a job runs, and its run is seen live by server-sent events', async () => {
      const { state, seen } = await runToEnd('Nightly too');
      assert.equal(state, 'COMPLETED with 1 jobs');
      const [events, items] = seen.match(/\d+/g).map(Number);
      assert.ok(events > 2 && items > 0, seen);
      assert.equal((await stored('Nightly too')).lastExecutedStatus, 'COMPLETED');
    });

    test('jobs make up a queue, which is edited and runs as one', async () => {
      await save({ jobType: 'RESOURCE_TABLE', name: 'Tables', schedule: '0 0 5 29 2 ?' });
      await shown('Tables', '0 0 5 29 2 ?');
      const queue = page.locator('#queue');
      await queue.locator('[name=name]').fill('Chain');
      await queue.locator('[name=cronExpression]').fill('0 0 6 29 2 ?');
      await queue.locator('[name=sequence]').selectOption([{ label: 'Nightly too' }, { label: 'Tables' }]);
      await queue.getByRole('button').click();
      await shown('Chain', 'Sequence');
      assert.equal((await stored('Tables')).queueName, 'Chain');

      await press('Chain', 'Edit');
      await page.waitForFunction(() => document.querySelector('#queue').dataset.name === 'Chain');
      await queue.locator('[name=name]').fill('Longer chain');
      await queue.getByRole('button').click();
      await shown('Longer chain', '0 0 6 29 2 ?');

      assert.deepEqual((await runToEnd('Longer chain')).state, 'COMPLETED with 2 jobs');
    });

    test('a queue and its jobs are deleted', async () => {
      await press('Longer chain', 'Delete');
      for (const name of ['Nightly too', 'Tables', 'Continuous']) {
        await shown(name, name);
        await press(name, 'Delete');
        await row(name).waitFor({ state: 'detached' });
      }
      const { body } = await node.json('/api/scheduler');
      assert.deepEqual(body.filter((entry) => entry.configurable), []);
    });

    test('the browser stays logged in without sending its password again', async () => {
      await page.context().setHTTPCredentials(null);
      await page.reload();
      await page.locator('main').waitFor();
    });
  });
}
