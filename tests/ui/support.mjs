// What the browser journeys share: a node with the demo's data, a browser, people who log in, and the accessibility check.
//   WARIFU_BIN   the program to start (default: build/release/warifu)
//   WARIFU_BASE  a node that runs already, e.g. http://localhost:18282, or ui/scripts/serve.mjs before it: nothing is started then
//   CHROMIUM     the browser (default: /usr/bin/chromium)
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const need = createRequire(join(root, 'ui', 'package.json'));
const { chromium } = await import(pathToFileURL(join(dirname(need.resolve('playwright-core')), 'index.mjs')).href);
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
export const password = 'warifu-demo-2026';
export const program = process.env.WARIFU_BIN ?? join(root, 'build', 'release', 'warifu');

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// A free port below the range the system hands out by itself.
async function freePort() {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 18300 + Math.floor(Math.random() * 13000);
    const free = await new Promise((done) => {
      const probe = createServer();
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port');
}

// Starts the demo in a folder of its own and waits until it answers.
export async function startNode({ customers = 2000, seconds = 120 } = {}) {
  const given = process.env.WARIFU_BASE;
  if (given) return { base: given, stop: async () => {} };
  const data = mkdtempSync(join(tmpdir(), 'warifu-ui-'));
  const port = await freePort();
  const child = spawn(program, ['demo', '--data', join(data, 'node'), '--listen', `127.0.0.1:${port}`, '--customers', String(customers)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  const ended = new Promise((done) => child.once('exit', done));
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(data, { recursive: true, force: true });
  };
  const base = `http://localhost:${port}`;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(200)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) return { base, data, stop };
  }
  await stop();
  throw new Error(`the node did not start:\n${said}`);
}

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// A browser of its own; what the page complained of (refused content, errors, anything said in the console) collects in `complaints`.
// `expected` names refusals that a journey provokes on purpose, by their status.
export async function visit(browser, base, { language = 'ja', width = 1280, expected = [], ...more } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    reducedMotion: 'reduce',
    ...more,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // Before somebody has logged in the question who it is is answered with 401, which the browser reports by itself.
    const known = [401, ...expected].some((status) => text.startsWith('Failed to load resource') && text.includes(` ${status} `));
    if (!known && ['error', 'warning'].includes(message.type())) complaints.push(text);
  });
  const get = async (path) => (await context.request.get(base + path)).json();
  return { context, page, complaints, get, leave: () => context.close() };
}

// One person's browser: logged in through the same interface as everybody.
export async function enter(browser, base, organisation, login, options = {}) {
  const person = await visit(browser, base, options);
  const answer = await person.context.request.post(`${base}/api/session`, {
    data: { organisation, login, password },
    headers: { 'Idempotency-Key': randomUUID(), Origin: base },
  });
  if (!answer.ok()) throw new Error(`${login}@${organisation} could not log in: ${await answer.text()}`);
  return { ...person, session: await answer.json() };
}

// What one person does in a browser of their own. The page must not complain of anything but what `allowed` lets pass.
export async function actAs(browser, base, organisation, login, work, { allowed = () => false, ...options } = {}) {
  const person = await enter(browser, base, organisation, login, options);
  try {
    const result = await work(person);
    const complaints = person.complaints.filter((complaint) => !allowed(complaint));
    if (complaints.length > 0) throw new Error(`${login}: the page complained: ${complaints.join('\n')}`);
    return result;
  } finally {
    await person.leave();
  }
}

// Every violation in words; none is a pass.
export async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  return result.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('\n  ')}`);
}

// PIN, then the signature this device makes: the dialog closes when the node has accepted it.
export async function sign(page, pin, verb) {
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=password]').fill(pin);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached', timeout: 30_000 });
}
