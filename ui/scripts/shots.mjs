// Serves a build under the content policy of the server, takes screenshots and runs axe on them.
//   node scripts/shots.mjs [folder of the build] [folder for the pictures]
// Fails when axe finds a violation, when the policy refused anything, or when a page scrolls sideways.

import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const build = resolve(process.argv[2] ?? 'dist-kitchen');
const out = resolve(process.argv[3] ?? 'shots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default warifu";

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('Content-Security-Policy', policy);
    if (path.startsWith('/api/')) {
      const nobody = path.endsWith('/session');
      const body = { code: nobody ? 'NOT_LOGGED_IN' : 'NOT_FOUND', where: '', ja: 'ログインしていません。', en: 'Not logged in.' };
      response.writeHead(nobody ? 401 : 404, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body));
      return;
    }
    const asset = extname(path) ? normalize(path) : '/index.html';
    try {
      response.writeHead(200, { 'Content-Type': types[extname(asset)] ?? 'application/octet-stream' }).end(readFileSync(join(build, asset)));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(Number(process.env.PORT ?? 18473), '127.0.0.1', () => done(server)));
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const failures = [];

async function visit(browser, base, { name, path, language, width, height = 900, forcedColors, act, fullPage = true }) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    reducedMotion: 'reduce',
    ...(forcedColors ? { forcedColors: 'active' } : {}),
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (/Content Security|TrustedHTML|TrustedScript|violates/.test(message.text())) failures.push(`${name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => failures.push(`${name}: ${error.message}`));
  await page.goto(base + path, { waitUntil: 'networkidle' });
  await page.waitForSelector('h1');
  if (act) await act(page);
  await page.waitForTimeout(250);
  await page.screenshot({ path: join(out, `${name}.png`), fullPage });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 0) failures.push(`${name}: scrolls sideways by ${sideways} px`);
  // Evaluated, not added as a script element: Trusted Types refuses the latter.
  await page.evaluate(axe);
  const result = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  for (const violation of result.violations) {
    failures.push(
      `${name}: axe ${violation.id}: ${violation.help}\n    ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('\n    ')}`,
    );
  }
  process.stdout.write(`${name}: ${result.violations.length} violations, ${result.passes.length} rules passed\n`);
  await context.close();
}

const press = (text) => async (page) => {
  await page.getByRole('button', { name: text, exact: true }).first().click();
  await page.waitForSelector('[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]', { timeout: 15000 });
};

mkdirSync(out, { recursive: true });
const server = await serve();
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: browserPath, headless: true, args: flags });
try {
  for (const language of ['ja', 'en']) {
    for (const width of [1280, 360]) {
      await visit(browser, base, { name: `kitchen-${language}-${width}`, path: '/kitchen', language, width });
      await visit(browser, base, { name: `login-${language}-${width}`, path: '/login', language, width, fullPage: false });
    }
  }
  const top = { path: '/kitchen', fullPage: false };
  await visit(browser, base, { ...top, name: 'narrow-320', language: 'ja', width: 320, fullPage: true });
  // 1280 px at 200 % zoom is a page of 640 px.
  await visit(browser, base, { ...top, name: 'zoom-200', language: 'ja', width: 640, height: 450, fullPage: true });
  await visit(browser, base, { ...top, name: 'forced-colors', language: 'ja', width: 1280, forcedColors: true, fullPage: true });
  await visit(browser, base, { ...top, name: 'dialog-ja', language: 'ja', width: 1280, act: press('対話画面を開く') });
  await visit(browser, base, { ...top, name: 'drawer-en', language: 'en', width: 360, act: press('Open menu') });
  await visit(browser, base, { ...top, name: 'pin-ja', language: 'ja', width: 1280, act: press('PINの画面を開く') });
  await visit(browser, base, { ...top, name: 'pin-en', language: 'en', width: 360, act: press('Open the PIN dialog') });
  // Worker, key store and signature under the real content policy: a wrong PIN is refused at its field, the right one signs.
  await visit(browser, base, {
    ...top,
    name: 'signed-ja',
    language: 'ja',
    width: 1280,
    act: async (page) => {
      await press('PINの画面を開く')(page);
      const send = page.getByRole('dialog').getByRole('button', { name: '決裁する', exact: true });
      await page.locator('input[type=password]').fill('999999');
      await send.click();
      await page.getByText('PINが違います').waitFor();
      await page.screenshot({ path: join(out, 'pin-wrong-ja.png') });
      await page.locator('input[type=password]').fill('246810');
      await send.click();
      await page.waitForSelector('[data-signed^="— kakuu.police.example/person/"]');
    },
  });
  await visit(browser, base, { ...top, name: 'keys-ja', language: 'ja', width: 1280, act: (page) => page.keyboard.press('?') });
  await visit(browser, base, { ...top, name: 'calendar-ja', language: 'ja', width: 1280, act: press('カレンダーを開く 回答期限必須') });
  await visit(browser, base, {
    ...top,
    name: 'table-keys-ja',
    language: 'ja',
    width: 1280,
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('j');
    },
  });
} finally {
  await browser.close();
  server.close();
}
if (failures.length > 0) {
  process.stderr.write(`\n${failures.join('\n')}\n`);
  process.exitCode = 1;
}
