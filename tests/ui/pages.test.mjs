// Every page of both sides, in both languages: no accessibility violation, nothing refused by the content policy, nothing said in the console,
// no word of the other language, no sideways scrolling. The list of pages is held against the router of the program that runs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { addressOf, pages, settled } from './pages.mjs';
import { enter, launchBrowser, startNode, violations, visit } from './support.mjs';

const catalogue = (name) => JSON.parse(readFileSync(new URL(`../../ui/src/i18n/${name}.json`, import.meta.url), 'utf8'));
const words = (language) => Object.assign({}, ...['', 'agency.', 'provider.', 'figures.'].map((part) => catalogue(part + language)));

function texts(tree, prefix = '') {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    return typeof value === 'string' ? [[path, value]] : texts(value, path);
  });
}

const kJapanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const ja = texts(words('ja'));
const en = texts(words('en'));
const keys = new Set(ja.map(([key]) => key));
// What the catalogue says in one piece, without the places that are filled in. Short pieces are also names of things.
const pieces = (list) => list.flatMap(([, text]) => text.split(/\{\{\w+\}\}/).map((piece) => piece.trim()));
const japanesePieces = [...new Set(pieces(ja.filter(([key]) => !key.startsWith('proper.'))))].filter((piece) => kJapanese.test(piece) && piece.length >= 5);
const japaneseWhole = new Set(ja.filter(([key]) => !key.startsWith('proper.')).map(([, text]) => text).filter((text) => kJapanese.test(text)));
const englishWhole = new Set(en.map(([, text]) => text).filter((text) => /[a-z]{3}/.test(text) && !ja.some(([, other]) => other === text)));

// Sentences that came from the server in both languages: what stands under `ja` and `…_ja` may not stand on an English page.
function bothTongues(value, found) {
  if (Array.isArray(value)) for (const one of value) bothTongues(one, found);
  else if (value && typeof value === 'object')
    for (const [key, one] of Object.entries(value)) {
      const twin = key === 'ja' ? value.en : key.endsWith('_ja') ? value[`${key.slice(0, -3)}_en`] : undefined;
      if (typeof one === 'string' && typeof twin === 'string' && one !== twin && twin !== '') found.push([one, twin]);
      else bothTongues(one, found);
    }
}

// The texts that are shown. A paper, and what is marked as Japanese, is Japanese in either language.
const shownTexts = (page) =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim();
      const element = node.parentElement;
      if (text && !element?.closest('[lang]:not(html),script,style,textarea')) found.push(text);
    }
    const named = document.querySelectorAll('[aria-label],[title],[placeholder],[alt]');
    for (const element of named)
      if (!element.closest('[lang]:not(html)'))
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (element.hasAttribute(name)) found.push(element.getAttribute(name));
    return found;
  });

// The demo's data is Japanese and may stand on an English page. Where everything else is ASCII, a Japanese separator was put in by the interface.
const kForeignMark = /^[\x20-\x7e\s]*[、・。](?:[\x20-\x7e\s]|[、・。])*$/u;

function mixed(shown, language, served) {
  const wrong = [];
  for (const text of shown) {
    if (keys.has(text)) wrong.push(`a key: ${text}`);
    if (language === 'en') {
      const piece = japaneseWhole.has(text) ? text : japanesePieces.find((one) => text.includes(one));
      if (piece) wrong.push(`Japanese: ${text}`);
      if (served.some(([one]) => one === text && kJapanese.test(one))) wrong.push(`Japanese of the server: ${text}`);
      if (kForeignMark.test(text)) wrong.push(`a Japanese mark between English words: ${text}`);
    } else if (englishWhole.has(text) || served.some(([, one]) => one === text && /[a-z]{3}/.test(one) && !kJapanese.test(one)))
      wrong.push(`English: ${text}`);
  }
  return wrong;
}

let node;
let browser;
before(
  async () => {
    node = await startNode();
    browser = await launchBrowser();
  },
  { timeout: 150_000 },
);
after(async () => {
  await browser?.close();
  await node?.stop();
});

const stranger = (language, width) => visit(browser, node.base, { language, width });

async function inspect(person, language, address) {
  const served = [];
  const listen = async (response) => {
    if (!/\/api\//.test(response.url()) || !/json/.test(response.headers()['content-type'] ?? '') || /openapi/.test(response.url())) return;
    bothTongues(await response.json().catch(() => null), served);
  };
  person.page.on('response', listen);
  await person.page.goto(node.base + address);
  await settled(person.page);
  const found = [...(await violations(person.page)), ...mixed(await shownTexts(person.page), language, served)];
  const size = person.page.viewportSize();
  for (const width of [size.width, 1024, 768, 320]) {
    await person.page.setViewportSize({ ...size, width });
    await person.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const sideways = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) found.push(`scrolls sideways by ${sideways} px at ${width} px`);
  }
  await person.page.setViewportSize(size);
  found.push(...person.complaints.splice(0));
  person.page.off('response', listen);
  return found.map((one) => `${address} (${language}): ${one}`);
}

// Two at a time: most of a visit is waiting.
describe('every page', { timeout: 420_000, concurrency: 2 }, () => {
  it('of the router is on the list, and no other', async () => {
    const person = await stranger('ja');
    await person.page.goto(`${node.base}/login`);
    await settled(person.page);
    const routes = await person.page.evaluate(() => Object.keys(globalThis.__TSR_ROUTER__.routesByPath));
    await person.leave();
    assert.deepEqual(routes.sort(), Object.keys(pages).sort());
  });

  // One browser for each person; English on a narrow screen, where its longer words have least room.
  const visits = Object.values(pages).flat();
  const people = [...new Map(visits.map(([who]) => [String(who), who])).values()];
  for (const [language, width] of [
    ['ja', 1280],
    ['en', 360],
  ])
    for (const who of people)
      it(`${who ? `${who[1]}@${who[0]}` : 'nobody'} (${language}, ${width} px)`, async () => {
        const his = visits.filter((each) => String(each[0]) === String(who));
        const expected = his.flatMap(([, , , refusals = []]) => refusals);
        const person = who ? await enter(browser, node.base, ...who, { language, width, expected }) : await stranger(language, width);
        try {
          const found = [];
          for (const one of his)
            found.push(...(await inspect(person, language, await addressOf(one, person.get))));
          assert.deepEqual(found, []);
        } finally {
          await person.leave();
        }
      });

  it('that does not exist says so and leads back', async () => {
    const person = await enter(browser, node.base, 'kakuu-police.demo', 'tantou', { width: 320 });
    assert.deepEqual(await inspect(person, 'ja', '/no-such-page'), []);
    await person.page.getByRole('button', { name: '受け持ちへ戻る' }).click();
    await person.page.getByRole('heading', { name: '受け持ち', level: 1 }).waitFor();
    await person.leave();
  });
});
