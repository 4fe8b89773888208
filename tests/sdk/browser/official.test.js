// DHIS2's own Scheduler app, unmodified, in two generations: SCHEDULER_APP names a folder with a build of the current one,
// such as an unpacked scheduler-101.6.27.zip, and SCHEDULER_APP_239 one of 2.39, such as an unpacked scheduler-100.6.0.zip.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { enter, launch, missing, open } from './browser.js';

const generations = [
  { name: 'the current one', variable: 'SCHEDULER_APP', version: '2.40.0', hasQueues: true },
  { name: 'the current one, on the newest server', variable: 'SCHEDULER_APP', version: '2.44.0', hasQueues: true },
  { name: 'the one of 2.39', variable: 'SCHEDULER_APP_239', version: '2.39.10', hasQueues: false },
];

for (const { name, variable, version, hasQueues } of generations) {
  const app = process.env[variable];
  const skip = missing || (app ? false : `${variable} does not name a folder with that generation of DHIS2's Scheduler app`);
  const prefix = `/api/${version.split('.')[1]}/`;

  describe(`DHIS2's own Scheduler app, ${name}`, { skip }, () => {
    let apps;
    let node;
    let browser;
    let page;
    let troubles;
    let requests;
    let dialog;

    before(async () => {
      apps = await mkdtemp(join(tmpdir(), 'dhis2-apps-'));
      await cp(app, join(apps, 'scheduler'), { recursive: true });
      process.env.Dhis2__Apps__Directory = apps;
      process.env.Dhis2__Version = version;
      const { Node } = await import('../node/node.js');
      node = await Node.start();
      browser = await launch();
      ({ page, troubles, requests } = await open(browser));
      dialog = page.locator('[data-test=dhis2-uicore-modal]');
      await enter(page, `${node.restUrl}/dhis-web-scheduler/`);
      await page.getByRole('heading', { name: 'Scheduled jobs' }).waitFor();
    });
    after(async () => {
      await browser?.close();
      await node?.stop();
      await rm(apps, { recursive: true, force: true });
    });
    afterEach(() => assert.deepEqual(troubles, []));

    const row = (name) => page.getByRole('row').filter({ hasText: name });
    const press = (label) => page.getByRole('button', { name: label, exact: true }).click();
    const input = (name) => page.locator(`input[name="${name}"]`);
    const stored = async (name) => (await node.json(`/api/jobConfigurations?fields=*&filter=name:eq:${encodeURIComponent(name)}`)).body.jobConfigurations[0];

    async function act(name, label) {
      await row(name).getByRole('button', { name: 'Actions' }).click();
      await page.locator('[data-test=dhis2-uicore-menuitem]').filter({ hasText: label }).click();
    }

    /** Agrees to what a dialog asks. */
    const agree = (label) => dialog.getByRole('button', { name: label, exact: true }).click();

    async function fill(name, type, schedule) {
      await input('name').fill(name);
      await page.locator('[data-test=dhis2-uicore-select-input]:not(.disabled)').first().click();
      await page.locator('[data-test=dhis2-uicore-singleselectoption]').filter({ hasText: new RegExp(`^${type}$`) }).click();
      const [field, value] = Object.entries(schedule)[0];
      await input(field).fill(value);
    }

    async function add(name, type, schedule, parameters = async () => {}) {
      await page.getByRole('link', { name: 'New job' }).or(page.getByRole('button', { name: 'New job' })).first().click();
      await fill(name, type, schedule);
      await parameters();
      await press('Save');
      await row(name).waitFor();
    }

    test('cron and delay jobs are made', async () => {
      await add('Alpha', 'Resource table', { cronExpression: '0 0 3 29 2 ?' });
      await add('Beta', 'Analytics table', { cronExpression: '0 0 4 29 2 ?' }, () => input('jobParameters.lastYears').fill('2'));
      await add('Gamma', 'Continuous analytics table', { delay: '86400' });

      assert.equal((await stored('Alpha')).cronExpression, '0 0 3 29 2 ?');
      assert.equal((await stored('Beta')).jobParameters.lastYears, 2);
      assert.equal((await stored('Gamma')).delay, 86400);
    });

    test('a job is edited', async () => {
      await act('Alpha', 'Edit');
      await page.waitForFunction(() => document.querySelector('input[name=name]')?.value === 'Alpha');
      await input('name').fill('Alpha too');
      await press('Save');
      await row('Alpha too').waitFor();
      assert.equal((await stored('Alpha too')).jobType, 'RESOURCE_TABLE');
    });

    test('a job that breaks a rule is refused in words that the form shows', async () => {
      await page.getByRole('link', { name: 'New job' }).or(page.getByRole('button', { name: 'New job' })).first().click();
      await fill('Beta', 'Resource table', { cronExpression: '0 0 6 29 2 ?' });
      await press('Save');
      await page.getByText(/Property `name` with value `Beta` .* already exists on object/).first().waitFor();
      // The browser itself notes the status.
      assert.match(troubles.splice(0).join(), /^[^,]*status of 409[^,]*$/);
      await press('Cancel');
      await dialog.locator('button[name=discard-form]').click();
      await row('Beta').waitFor();
    });

    test('a job is switched off and on', async () => {
      for (const enabled of [false, true]) {
        const { id } = await stored('Alpha too');
        const calls = hasQueues
          ? { method: 'POST', url: `${node.restUrl}${prefix}jobConfigurations/${id}/${enabled ? 'enable' : 'disable'}` }
          : { method: 'PATCH', url: `${node.restUrl}${prefix}jobConfigurations/${id}` };
        const switched = page.waitForResponse((r) => r.request().method() === calls.method && r.url() === calls.url);
        await row('Alpha too').locator('[data-test=dhis2-uicore-switch]').click();
        const response = await switched;
        assert.equal(response.status(), 204);
        if (!hasQueues) {
          assert.deepEqual(
            [response.request().headers()['content-type'], response.request().postData()], ['application/json', JSON.stringify({ enabled })]);
        }
        assert.equal((await stored('Alpha too')).enabled, enabled);
        await row('Alpha too').locator(`input[type=checkbox]${enabled ? ':checked' : ':not(:checked)'}`).waitFor({ state: 'attached' });
      }
    });

    test('a job runs', async () => {
      await act('Alpha too', 'Run manually');
      const started = page.waitForResponse((r) => r.url().endsWith('/execute'));
      await agree('Run');
      assert.equal((await started).status(), 200);
      await dialog.waitFor({ state: 'detached' });
      // The app leaves the menu open behind the dialog.
      await page.mouse.click(5, 400);
      await page.locator('[data-test=dhis2-uicore-menuitem]').first().waitFor({ state: 'detached' });
      for (let n = 0; (await stored('Alpha too')).lastExecutedStatus !== 'COMPLETED'; n++) {
        assert.ok(n < 100, 'the job did not complete');
        await page.waitForTimeout(100);
      }
    });

    test('jobs make up a queue', { skip: hasQueues ? false : 'queues came with 2.40' }, async () => {
      await page.getByRole('link', { name: 'New queue' }).or(page.getByRole('button', { name: 'New queue' })).first().click();
      await input('name').fill('Chain');
      await input('cronExpression').fill('0 0 5 29 2 ?');
      for (const name of ['Alpha too', 'Beta']) {
        await page.locator('[data-test$=transfer-sourceoptions]').getByText(name, { exact: true }).dblclick();
      }
      await press('Save');
      await row('Chain').waitFor();
      const { body } = await node.json('/api/scheduler/queues/Chain');
      assert.deepEqual(body.sequence, [(await stored('Alpha too')).id, (await stored('Beta')).id]);
    });

    test('queue and jobs are deleted', async () => {
      for (const name of [...(hasQueues ? ['Chain'] : []), 'Alpha too', 'Beta', 'Gamma']) {
        await act(name, 'Delete');
        await agree('Delete');
        await dialog.waitFor({ state: 'detached' });
        await row(name).waitFor({ state: 'detached' });
      }
      assert.deepEqual((await node.json('/api/jobConfigurations?filter=configurable:eq:true')).body.jobConfigurations, []);
    });

    test('all calls after the first ones carry the version of the server', () => {
      const versions = new Set(requests.map((r) => /\/api\/(\d+)\//.exec(r.url)?.[1]).filter(Boolean));
      assert.deepEqual([...versions], [version.split('.')[1]]);
    });
  });
}
