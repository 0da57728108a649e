// The provider's side in a real browser: reception, answering, second check and release, until the officer who asked reads the name.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { actAs, launchBrowser, sign, startNode, violations } from './support.mjs';

const portal = 'portal.demo';
const police = 'kakuu-police.demo';
const pin = '200005'; // of the releaser, from the demo's list

let node;
let browser;
before(async () => {
  node = await startNode();
  browser = await launchBrowser();
}, { timeout: 150_000 });
after(async () => {
  await browser?.close();
  await node?.stop();
});

const as = (organisation, login, work, options) => actAs(browser, node.base, organisation, login, work, options);

const waiting = (turn) => as(portal, 'uketsuke', async ({ get }) => (await get(`/api/matters?turn=${turn}&open=true&sort=DUE`)).rows);

// A file shows how far it has come and can be stopped; what was stopped is no part of the answer, and can be sent again.
async function sendsAndStops(page) {
  const line = await page.context().newCDPSession(page);
  const slow = (bytes) => line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  await line.send('Network.enable');
  const table = { name: '通信記録.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\r\n'.repeat(400_000)) };
  const files = page.locator('input[type=file]');
  const sending = page.getByRole('progressbar');
  await slow(200_000);
  await files.setInputFiles(table);
  await sending.waitFor();
  await page.waitForFunction(() => document.querySelector('progress')?.value > 0);
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: '中止する' }).click();
  await sending.waitFor({ state: 'detached' });
  assert.equal(await page.getByText('SHA-256').count(), 0, 'stopped');
  await slow(-1);
  await files.setInputFiles(table);
  await page.getByText('SHA-256').waitFor();
  await page.getByRole('button', { name: '「通信記録.csv」を外す' }).click();
  await line.detach();
}

async function choose(page, label, option) {
  await page.getByRole('button', { name: label }).first().click();
  await page.getByRole('option', { name: option }).first().click();
}

async function assign(page) {
  await page.getByRole('button', { name: '担当を割り当てる', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('答野 花子(開示担当)').click();
  await dialog.getByRole('button', { name: '担当を割り当てる', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

const acceptAndAssign = (matter) =>
  as(portal, 'uketsuke', async ({ page }) => {
    await page.goto(`${node.base}/inbox/${matter}`);
    await page.getByRole('button', { name: '受け付ける', exact: true }).click();
    await assign(page);
  });

// The second person counts what the tables hold, then signs.
const checkAndRelease = (matter, rows) =>
  as(
    portal,
    'kakunin',
    async ({ page }) => {
    await page.goto(`${node.base}/release/${matter}`);
    if (rows !== null) {
      const count = page.getByRole('textbox', { name: /数えた行数/ });
      await count.fill(String(rows + 1));
      await page.getByRole('button', { name: '件数と内容を確認する' }).click();
      await page.getByText(/一致しません|合いません|違います/).first().waitFor(); // a wrong count is refused
      await count.fill(String(rows));
    }
    await page.getByRole('button', { name: '件数と内容を確認する' }).click();
    await page.getByRole('button', { name: '回答を送付する', exact: true }).click();
    await page.getByRole('dialog').getByRole('article', { name: '回答書の紙面' }).waitFor();
    await sign(page, pin, '回答を送付する');
    await page.waitForURL('**/release');
    },
    { expected: rows === null ? [] : [422] },
  );

describe('the provider answers', { timeout: 180_000 }, () => {
  it('triages, answers from its register and releases; the officer who asked reads the name', async () => {
    const [row] = await waiting('TRIAGE');
    const { matter, number } = row;
    await as(portal, 'uketsuke', async ({ page }) => {
      await page.goto(`${node.base}/inbox`);
      await page.getByRole('link', { name: number }).click();
      await page.getByRole('heading', { name: '機関・決裁者の署名を確認済み' }).waitFor();
      await page.getByText('刑事訴訟法197条2項').first().waitFor(); // the law explains itself
      await page.getByRole('button', { name: '審査結果を記録する' }).click();
      await page.getByRole('button', { name: '受け付ける', exact: true }).click();
      await assign(page);
      await page.waitForURL('**/inbox');
    });

    // A colleague who is not assigned finds nothing.
    await as(
      portal,
      'tantou2',
      async ({ page }) => {
      await page.goto(`${node.base}/answering/${matter}`);
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByText('portal.demo:rei').count(), 0);
      },
      { expected: [404] },
    );

    const name = await as(portal, 'tantou', async ({ page }) => {
      await page.goto(`${node.base}/answering`);
      await page.getByRole('link', { name: number }).click();
      await page.getByRole('button', { name: '「会員台帳」を検索する' }).click();
      const row = page.getByRole('region', { name: '会員台帳' }).locator('tbody tr').first();
      await row.waitFor();
      const found = (await row.locator('td').nth(2).innerText()).trim();
      // Rows that are neither included nor explained do not go on.
      await page.getByRole('button', { name: '確認へ回す' }).click();
      await page.getByText('結果を選んでください。').first().waitFor();
      await page.getByRole('checkbox', { name: '1行目を回答に含める' }).check();
      await page.getByRole('textbox', { name: /所要時間/ }).fill('12');
      await sendsAndStops(page);
      await page.getByRole('button', { name: '確認へ回す' }).click();
      await page.waitForURL('**/answering');
      return found;
    });
    assert.match(name, /\S/);

    await checkAndRelease(matter, 1);

    await as(police, 'tantou', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}`);
      await page.getByRole('article').filter({ hasText: '回答' }).first().waitFor();
      assert.equal(await page.getByText(name).count(), 0, 'sealed until it is opened');
      await page.getByRole('button', { name: '受領する' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: '受領する' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /開封/ }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('出品者の特定のため');
      await dialog.getByRole('button', { name: /開封/ }).click();
      await page.getByText(name).first().waitFor();
      await dialog.waitFor({ state: 'detached' });

      // The whole table as a file for spreadsheets, made in the page.
      const saving = page.waitForEvent('download');
      await page.getByRole('button', { name: /行をCSVで保存する/ }).first().click();
      const file = await saving;
      assert.match(file.suggestedFilename(), /-1-1\.csv$/);
      const table = readFileSync(await file.path(), 'utf8');
      assert.ok(table.startsWith('\ufeff"') && table.endsWith('"\r\n'), table);
      assert.ok(table.includes(`"${name}"`), table);

      // What it led to, for the provider; then the end.
      await page.getByRole('button', { name: '結果を連絡する', exact: true }).click();
      await dialog.getByRole('button', { name: '結果を連絡する', exact: true }).click();
      await dialog.getByRole('alert').or(dialog.getByText(/選んでください/)).first().waitFor(); // not without saying which
      await dialog.getByText('被疑者の特定につながった').click();
      await dialog.getByRole('button', { name: '結果を連絡する', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: '終結する', exact: true }).first().click();
      await dialog.getByRole('button', { name: '終結する', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('終結', { exact: true }).first().waitFor();
    });
    await as(portal, 'uketsuke', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}`);
      await page.getByText('被疑者の特定につながった').first().waitFor();
    });
  });

  it('lets the legal desk decide with a reason; an item that needs a warrant discloses nothing', async () => {
    const [{ matter, number }] = await waiting('LEGAL');
    await as(portal, 'houmu', async ({ page }) => {
      await page.goto(`${node.base}/legal`);
      await page.getByRole('link', { name: number }).click();
      await page.getByText(/回答してよいでしょうか/).waitFor();
      await page.getByRole('region', { name: '同じ規則での自社の判断' }).getByText(/まだありません|号/).first().waitFor();
      await choose(page, /^判断|選んでください.*判断|判断.*必須/, '要令状');
      await page.getByRole('button', { name: '判断を記録する' }).click();
      await page.getByText('理由を書いてください').first().waitFor(); // not without a reason
      await page.getByRole('textbox', { name: /判断の理由/ }).fill('登録時の接続元は通信の秘密に当たるため');
      await page.getByRole('button', { name: '判断を記録する' }).click();
      await page.waitForURL('**/legal');
    });
    await acceptAndAssign(matter);
    await as(portal, 'tantou', async ({ page }) => {
      await page.goto(`${node.base}/answering/${matter}`);
      await page.getByText('情報源は引けません').waitFor();
      assert.equal(await page.getByRole('button', { name: /検索する/ }).count(), 0, 'nothing is looked up');
      await page.getByRole('button', { name: '確認へ回す' }).click();
      await page.waitForURL('**/answering');
    });
    await checkAndRelease(matter, null);
    const seen = await as(police, 'tantou', async ({ get }) => (await get(`/api/matters?number=${encodeURIComponent(number)}`)).rows[0]);
    assert.equal(seen.state, 'NEEDS_WARRANT');
  });

  it('proposes a narrower scope, which the agency sees', async () => {
    const [{ matter, number }] = await waiting('ACCEPT');
    await as(portal, 'uketsuke', async ({ page }) => {
      await page.goto(`${node.base}/inbox/${matter}`);
      await page.getByRole('button', { name: '審査をやり直す' }).click();
      await choose(page, /判断/, '範囲縮小を提案');
      await page.getByRole('button', { name: '審査結果を記録する' }).click();
      await page.getByText('求められた範囲より狭い期間').first().waitFor(); // a proposal says what is proposed
      for (const [label, day] of [['始まりの日', '20261101'], ['終わりの日', '20261107']]) {
        await page.getByRole('group', { name: label }).getByRole('spinbutton').first().click();
        await page.keyboard.type(day);
      }
      await page.getByRole('textbox', { name: /提案の説明/ }).fill('期間を7日以内に限れば回答できます。');
      await page.getByRole('button', { name: '審査結果を記録する' }).click();
    });
    await acceptAndAssign(matter);
    await as(portal, 'tantou', async ({ page }) => {
      await page.goto(`${node.base}/answering/${matter}`);
      await page.getByRole('button', { name: '確認へ回す' }).click();
      await page.waitForURL('**/answering');
    });
    await checkAndRelease(matter, null);
    await as(police, 'tantou', async ({ page, get }) => {
      assert.equal((await get(`/api/matters?number=${encodeURIComponent(number)}`)).rows[0].state, 'NARROWING_PROPOSED');
      await page.goto(`${node.base}/matters/${matter}`);
      await page.getByText('期間を7日以内に限れば回答できます。').first().waitFor();
    });
  });

  it('keeps the house rules stricter than the law, never laxer', async () => {
    await as(portal, 'houmu', async ({ page, get }) => {
      await page.goto(`${node.base}/sources?show=rules`);
      await page.getByRole('button', { name: /「契約者の登録情報」/ }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('法務確認').first().click();
      await dialog.getByRole('textbox', { name: /日本語/ }).fill('当社では、件数の多い照会を法務が確かめるため。');
      await dialog.getByRole('textbox', { name: /英語/ }).fill('Inquiries of this kind are seen by the legal staff.');
      await dialog.getByRole('button', { name: 'この欄に定める' }).click();
      await page.getByRole('button', { name: '規則を公布する' }).click();
      await page.getByText('自社の規則を改めました。').first().waitFor();
      assert.equal((await get('/api/house-rules')).rules.length, 1);
    });
  });

  it('publishes what it can answer, as those who ask will see it', async () => {
    const before = await as(portal, 'houmu', async ({ page, get }) => {
      const published = await get('/api/profile');
      await page.goto(`${node.base}/sources?show=profile`);
      await page.getByRole('button', { name: '回答条件を編集する', exact: true }).click();
      const days = page.getByRole('textbox', { name: /通常の回答日数/ });
      await days.fill('十日');
      await page.getByRole('button', { name: '公表する', exact: true }).click();
      await page.getByText('日数を1から36600までの数で').first().waitFor();
      await days.fill('10');
      await page.getByRole('button', { name: '照会対象の種類を加える', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: '条件に加える' }).click();
      await dialog.getByText('回答できる情報を一つ以上選んでください').first().waitFor();
      assert.deepEqual(await violations(page), []);
      await dialog.getByRole('button', { name: /照会対象の種類/ }).click();
      await page.getByRole('option', { name: 'ドメイン名' }).click();
      await dialog.getByText('契約者の登録情報', { exact: true }).click();
      await dialog.getByRole('textbox', { name: /期間の上限/ }).fill('30');
      await dialog.getByRole('button', { name: '条件に加える' }).click();
      await dialog.waitFor({ state: 'detached' });
      const preview = page.getByRole('region', { name: '照会する機関に見える形' });
      await preview.getByText('回答の目安は10日です').waitFor();
      await preview.getByText('ドメイン名').waitFor();
      assert.deepEqual(await violations(page), []);
      await page.getByRole('button', { name: '公表する', exact: true }).click();
      await page.getByText('回答条件を公表しました').first().waitFor();
      await page.getByRole('button', { name: '回答条件を編集する', exact: true }).waitFor();
      return published;
    });
    await as(police, 'tantou', async ({ get }) => {
      const after = await get(`/api/organisations/${portal}/profile`);
      assert.equal(after.version, before.version + 1);
      assert.equal(after.usual_days, 10);
      const { period_days_max: longest, categories } = after.entries.find((one) => one.selector === 'DOMAIN_NAME');
      assert.deepEqual([longest, categories], [30, ['K1']]);
      assert.deepEqual(after.entries.slice(0, -1), before.entries);
    });
  });
});
