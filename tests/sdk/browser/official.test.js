// DHIS2's own Scheduler app, unmodified: SCHEDULER_APP names a folder with a build of it, such as an unpacked
// scheduler-101.6.27.zip.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch, missing, open } from './browser.js';

const app = process.env.SCHEDULER_APP;
const skip = missing || (app ? false : "SCHEDULER_APP does not name a folder with DHIS2's Scheduler app");

describe("DHIS2's own Scheduler app", { skip }, () => {
  let apps;
  let node;
  let browser;
  let page;
  let troubles;

  before(async () => {
    apps = await mkdtemp(join(tmpdir(), 'dhis2-apps-'));
    await cp(app, join(apps, 'scheduler'), { recursive: true });
    process.env.Dhis2__Apps__Directory = apps;
    delete process.env.Dhis2__Version;
    const { Node } = await import('../node/node.js');
    node = await Node.start();
    browser = await launch();
    ({ page, troubles } = await open(browser, { username: 'admin', password: 'district' }));
    await page.goto(`${node.restUrl}/dhis-web-scheduler/`);
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
    await page.getByRole('menuitem', { name: label }).click();
  }

  /** Agrees to what a dialog asks. */
  const agree = (label) => page.locator('[data-test=dhis2-uicore-modal]').getByRole('button', { name: label, exact: true }).click();

  async function add(name, type, schedule, parameters = async () => {}) {
    await page.getByRole('link', { name: 'New job' }).or(page.getByRole('button', { name: 'New job' })).first().click();
    await input('name').fill(name);
    await page.locator('[data-test=dhis2-uicore-select-input]:not(.disabled)').first().click();
    await page.locator('[data-test=dhis2-uicore-singleselectoption]').filter({ hasText: new RegExp(`^${type}$`) }).click();
    const [field, value] = Object.entries(schedule)[0];
    await input(field).fill(value);
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

  test('a job is switched off and on', async () => {
    for (const [enabled, action] of [[false, 'disable'], [true, 'enable']]) {
      const switched = page.waitForResponse((r) => r.url().endsWith(`/${action}`));
      await row('Alpha too').locator('[data-test=dhis2-uicore-switch]').click();
      assert.equal((await switched).status(), 204);
      assert.equal((await stored('Alpha too')).enabled, enabled);
    }
  });

  test('a job runs', async () => {
    await act('Alpha too', 'Run manually');
    const started = page.waitForResponse((r) => r.url().endsWith('/execute'));
    await agree('Run');
    assert.equal((await started).status(), 200);
    // The app leaves the menu open behind the dialog.
    await page.mouse.click(5, 400);
    for (let n = 0; (await stored('Alpha too')).lastExecutedStatus !== 'COMPLETED'; n++) {
      assert.ok(n < 100, 'the job did not complete');
      await page.waitForTimeout(100);
    }
  });

  test('jobs make up a queue', async () => {
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
    for (const name of ['Chain', 'Alpha too', 'Beta', 'Gamma']) {
      await act(name, 'Delete');
      await agree('Delete');
      await page.locator('[data-test=dhis2-uicore-modal]').waitFor({ state: 'detached' });
      await row(name).waitFor({ state: 'detached' });
    }
    assert.deepEqual((await node.json('/api/jobConfigurations?filter=configurable:eq:true')).body.jobConfigurations, []);
  });
});
