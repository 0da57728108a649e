// The agency's side in a real browser: draft, check, approval and dispatch under one's own key; return and correction; log-in that fails; every
// page in both languages without accessibility violations, refused content or mixed language.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { enter, launchBrowser, sign, startNode, violations } from './support.mjs';

const police = 'kakuu-police.demo';
const pins = { kachou: '100004', shomu: '100006' };

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

async function as(login, work, options) {
  const person = await enter(browser, node.base, police, login, options);
  try {
    const result = await work(person);
    assert.deepEqual(person.complaints, [], `${login}: the page complained`);
    return result;
  } finally {
    await person.leave();
  }
}

async function choose(page, label, option) {
  const box = page.getByRole('combobox', { name: label });
  await box.click();
  await box.fill(option);
  await page.getByRole('option', { name: option }).first().click();
}

const matterOf = (page) => /\/matters\/([0-9a-f]{32})/.exec(page.url())?.[1];

// Writes an inquiry for one account and hands it to the supervisor; answers the id of the matter.
const draft = (account) =>
  as('tantou', async ({ page }) => {
    await page.goto(`${node.base}/inquiries/new`);
    await choose(page, /事件/, '令8サ-101');
    await choose(page, /宛先/, '例示ポータル');
    await page.getByText('この宛先が回答できるもの').waitFor();
    await page.getByRole('button', { name: /サービス/ }).click();
    await page.getByRole('option', { name: 'portal.demo' }).click();
    await page.getByRole('textbox', { name: /^ID/ }).fill(account);
    await page.getByRole('textbox', { name: /使用目的/ }).fill('出品者の特定のため');
    await page.getByRole('textbox', { name: /必要性/ }).fill('被害届に記載された会員であるため。');
    await page.getByText('照会できる', { exact: true }).waitFor();
    await page.getByRole('button', { name: '点検へ回す' }).click();
    await page.waitForURL(/\/matters\/[0-9a-f]{32}/);
    return matterOf(page);
  });

const check = (matter) =>
  as('kakarichou', async ({ page }) => {
    await page.goto(`${node.base}/matters/${matter}`);
    await page.getByRole('button', { name: '点検する', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: '点検する', exact: true }).click();
    await page.getByText('点検済み', { exact: true }).first().waitFor();
  });

const state = (matter) => as('tantou', async ({ get }) => (await get('/api/matters?limit=200')).rows.find((row) => row.matter === matter)?.state);

describe('the agency', { timeout: 240_000 }, () => {
  it('drafts, checks, approves with PIN, numbers and dispatches with PIN', async () => {
    const matter = await draft('warifu-journey-1');
    await check(matter);
    await as('kachou', async ({ page }) => {
      await page.goto(`${node.base}/approvals/${matter}`);
      await page.getByRole('button', { name: '決裁する', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('input[type=password]').fill('999999');
      await dialog.getByRole('button', { name: '決裁する', exact: true }).click();
      await dialog.getByText('PINが違います').waitFor();
      assert.equal(await state(matter), 'CHECKED', 'a wrong PIN approves nothing');
      await sign(page, pins.kachou, '決裁する');
    });
    assert.equal(await state(matter), 'APPROVED');
    await as('shomu', async ({ page }) => {
      await page.goto(`${node.base}/dispatch/${matter}`);
      await page.getByRole('button', { name: '発番する', exact: true }).click();
      await page.getByText(/A第\d{5}号/).first().waitFor();
      await page.getByRole('button', { name: '発出する', exact: true }).click();
      await sign(page, pins.shomu, '発出する');
      await page.goto(`${node.base}/register`);
      await page.getByText(/欠番はありません/).waitFor();
    });
    assert.ok(['DISPATCHED', 'DELIVERED'].includes(await state(matter)));
  });

  it('sends back with a reason, which the drafter finds above the draft and answers with a new one', async () => {
    const matter = await draft('warifu-journey-2');
    await as('kakarichou', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}`);
      await page.getByRole('button', { name: '差し戻す', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: '差し戻す', exact: true }).click();
      await dialog.getByText('理由を入力してください').waitFor();
      await dialog.getByRole('textbox').fill('必要性を具体的に書くこと。');
      await dialog.getByRole('button', { name: '差し戻す', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    });
    await as('tantou', async ({ page }) => {
      await page.goto(`${node.base}/inquiries/${matter}/edit`);
      await page.getByText('必要性を具体的に書くこと。').waitFor();
      await page.getByRole('textbox', { name: /必要性/ }).fill('被害者3名が振り込んだ相手の会員であり、氏名の特定が要るため。');
      await page.getByRole('button', { name: '点検へ回す' }).click();
      await page.waitForURL(new RegExp(`/matters/${matter}`));
    });
    await check(matter);
    assert.equal(await state(matter), 'CHECKED');
  });

  it('keeps what was typed over a reload, and takes a pasted list row by row', async () => {
    await as('tantou2', async ({ page }) => {
      await page.goto(`${node.base}/inquiries/new`);
      await choose(page, /宛先/, '例モバイル');
      await page.getByRole('button', { name: '一覧・CSVから加える' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('090-0000-0001\n090-0000-0002\n090-0000-0003');
      await dialog.getByRole('button', { name: '加える', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('3項目').first().waitFor();
      await page.reload();
      await page.getByText(/前回の入力/).waitFor();
      await page.getByText('3項目').first().waitFor();
    });
  });

  it('says why a log-in fails and never whether the name exists', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    try {
      const page = await context.newPage();
      await page.goto(`${node.base}/login`);
      await page.getByRole('button', { name: 'ログインする', exact: true }).click();
      await page.getByText('利用者名を入力してください').waitFor();
      await page.getByRole('button', { name: /組織/ }).click();
      await page.getByRole('option', { name: '架空県警察' }).click();
      const sentences = [];
      for (const login of ['tantou', 'nobody-of-that-name']) {
        await page.getByRole('textbox', { name: /利用者名/ }).fill(login);
        await page.locator('input[type=password]').fill('wrong-password-2026');
        const answered = page.waitForResponse((response) => response.url().endsWith('/api/session') && response.request().method() === 'POST');
        await page.getByRole('button', { name: 'ログインする', exact: true }).click();
        assert.equal((await answered).status(), 401);
        const alert = page.getByRole('alert').filter({ hasText: '違います' }).first();
        await alert.waitFor();
        sentences.push(await alert.innerText());
      }
      assert.equal(sentences[0], sentences[1]);
    } finally {
      await context.close();
    }
  });
});

// Names, what people wrote, papers and tables of an answer are Japanese in either language; everything else on an English page is English.
const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const untranslated = /\b(?:app|nav|inq|step|stepText|matter|list|turn|turnWhat|enter|approval|dispatch|register|case|people|units|delegation|help|device|place)\.[a-z][A-Za-z_]+\b/;
const roles = [
  ['tantou', ['/', '/inquiries/new', '/inquiries/oral', '/matters', '/cases', '/help']],
  ['kachou', ['/', '/register', '/members', '/members?tab=delegations']],
  ['shomu', ['/', '/register', '/matters?overdue=true']],
  ['kanri', ['/', '/members', '/members?tab=units', '/members?tab=keys']],
];

describe('every page of the agency', { timeout: 240_000 }, () => {
  for (const language of ['ja', 'en'])
    for (const [login, paths] of roles)
      it(`${login} (${language})`, async () => {
        await as(
          login,
          async ({ page, get }) => {
            const rows = login === 'kanri' ? [] : (await get('/api/matters?limit=3')).rows;
            for (const path of [...paths, ...rows.slice(0, 1).map((row) => `/matters/${row.matter}`)]) {
              await page.goto(node.base + path, { waitUntil: 'networkidle' });
              await page.getByRole('heading', { level: 1 }).waitFor();
              const found = await violations(page);
              assert.deepEqual(found, [], `${path} (${language})`);
              const words = await page.locator('body').innerText();
              assert.doesNotMatch(words, untranslated, `${path} (${language}): a key instead of its text`);
              if (language === 'en') {
                const headings = await page.getByRole('heading').allInnerTexts();
                const buttons = await page.getByRole('button').allInnerTexts();
                const labels = await page.locator('label,dt,legend,th[scope=col]:not([lang=ja] *)').allInnerTexts();
                const names = /架空|見本|例示|令8|例田|仮名|仮野|標本|試験|模擬|日本語|警サ|中央/; // organisations, people, numbers, the other language's own name
                for (const text of [...headings, ...buttons, ...labels])
                  assert.ok(!japanese.test(text) || names.test(text), `${path}: "${text}" is Japanese on an English page`);
              }
            }
          },
          { language },
        );
      });
});
