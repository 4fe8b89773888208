// Debian's Chromium, and a page in it that notes what went wrong.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));

/** Why there is no browser; false when there is one. */
export const missing = executablePath ? false : 'there is no Chromium: apt-get install chromium, or set CHROMIUM to its path';

/** Starts the browser. */
export const launch = () =>
  chromium.launch({
    executablePath,
    // Root has no sandbox; the pages are our own.
    args: process.getuid() === 0 ? ['--no-sandbox', '--disable-dev-shm-usage'] : ['--disable-dev-shm-usage'],
  });

/** Opens a page. `troubles` gets what its console, scripts and network complain of. */
export async function open(browser) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const troubles = [];
  const requests = [];
  page.on('console', (message) => {
    // The data engine warns of lists without pages, which the app asks for.
    if (message.type() === 'error') {
      troubles.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => troubles.push(String(error.stack ?? error)));
  page.on('requestfailed', (request) => {
    // A stream that its reader has read to the end is left, and not broken.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') {
      troubles.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
    }
  });
  page.on('response', (response) => requests.push({ method: response.request().method(), url: response.url(), status: response.status() }));
  return { page, troubles, requests };
}

/** Goes to a page that asks for a login, and logs in as people do. */
export async function enter(page, url, username = 'admin', password = 'district') {
  await page.goto(url);
  await page.locator('input[name=j_username]').fill(username);
  await page.locator('input[name=j_password]').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(url);
}
