// The agency's side in a real browser: draft, check, approval and dispatch under one's own key until the provider finds it in its inbox; return
// and correction; a pasted list; log-in that fails; the keyboard's way through the frequent work.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { actAs, enter, launchBrowser, sign, startNode, violations, visit } from './support.mjs';

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

const as = (login, work, options) => actAs(browser, node.base, police, login, work, options);

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
      await page.getByText(/欠番はありません\(1番から/).waitFor();
    });
    assert.equal(await state(matter), 'DELIVERED');
    const provider = await enter(browser, node.base, 'portal.demo', 'uketsuke');
    await provider.page.goto(`${node.base}/inbox/${matter}`);
    await provider.page.getByRole('heading', { name: '機関・決裁者の署名を確認済み' }).waitFor();
    await provider.page.getByText('warifu-journey-1').first().waitFor();
    assert.deepEqual(provider.complaints, []);
    await provider.leave();
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

  it('tells a draft that waits for its check from one that is being written, on the desk, in the list and at its head', async () => {
    const matter = await draft('warifu-journey-4');
    for (const [language, words] of [
      ['ja', { waits: '点検待ち', draft: '起案中' }],
      ['en', { waits: 'To be checked', draft: 'Draft' }],
    ])
      await as(
        'tantou',
        async ({ page }) => {
          await page.goto(`${node.base}/matters/${matter}`);
          const head = page.locator('header, div').filter({ has: page.getByRole('heading', { level: 1 }) }).last();
          await head.getByText(words.waits, { exact: true }).waitFor();
          assert.equal(await head.getByText(words.draft, { exact: true }).count(), 0);
          await page.goto(`${node.base}/matters?state=DRAFT&q=warifu-journey-4`);
          const row = page.getByRole('row').filter({ hasText: words.waits });
          await row.first().waitFor();
          assert.equal(await page.getByRole('row').filter({ hasText: words.draft }).count(), 0);
        },
        { language },
      );
    await as('kakarichou', async ({ page }) => {
      await page.goto(node.base);
      await page.getByRole('row').filter({ hasText: '点検待ち' }).first().waitFor();
    });
  });

  it('explains a role that no second person has admitted, and says the same of its key in help and among the keys', async () => {
    // An administrator writes a colleague's further role into the books.
    await as('kanri', async ({ page, get }) => {
      const { id } = (await get('/api/people')).people.find((one) => one.login === 'tantou2');
      await page.goto(`${node.base}/members`);
      const { name } = await get(`/api/people/${id}`);
      await page.getByRole('row').filter({ hasText: name }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('監察', { exact: true }).click();
      await dialog.getByRole('button', { name: '保存する', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.goto(`${node.base}/members?tab=keys`);
      await page.getByRole('region', { name: '登録待ちの鍵' }).getByRole('row').filter({ hasText: name }).filter({ hasText: '監察' }).waitFor();
    });
    await as('tantou2', async ({ page, context, session }) => {
      const device = page.getByRole('region', { name: '自分の端末と署名鍵' }).getByRole('listitem').first();
      await page.goto(`${node.base}/help`);
      await device.getByText('有効', { exact: true }).waitFor();
      await device.getByText('登録待ちの役割:監察').waitFor();
      const headers = { 'X-CSRF-Token': session.csrf, 'Idempotency-Key': crypto.randomUUID(), Origin: node.base };
      assert.ok((await context.request.put(`${node.base}/api/session/role`, { data: { role: 'auditor' }, headers })).ok());
      // Every page of the role says it and asks for nothing that would be refused; one's own devices stay.
      for (const path of ['/', '/audit', '/matters']) {
        await page.goto(node.base + path);
        await page.getByRole('heading', { name: '鍵の登録待ち(監察)', level: 1 }).waitFor();
        await page.getByText('管理者か所属長に、「人・所属・鍵」の画面で').waitFor();
      }
      assert.deepEqual(await violations(page), []);
      await page.getByRole('button', { name: '自分の端末と署名鍵' }).click();
      await device.getByText('登録待ちの役割:監察').waitFor();
    });
  });

  it('keeps what was typed over a reload, and takes a pasted list row by row', async () => {
    await as('tantou2', async ({ page }) => {
      await page.goto(`${node.base}/inquiries/new`);
      await choose(page, /宛先/, '例モバイル');
      await page.getByRole('button', { name: '一覧・CSVから加える' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('090-1000-0001\n090-1000-0002\n090-1000-0003');
      await dialog.getByRole('button', { name: '加える', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('3項目').first().waitFor();
      await page.reload();
      await page.getByText(/前回の入力/).waitFor();
      await page.getByText('3項目').first().waitFor();
    });
  });

  it('leads from what is missing to its field, and shows a new item however many there are', async () => {
    await as('shotan', async ({ page }) => {
      await page.goto(`${node.base}/inquiries/new`);
      await page.getByRole('button', { name: '一覧・CSVから加える' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill(Array.from({ length: 60 }, (_, at) => `090-1000-${String(at).padStart(4, '0')}`).join('\n'));
      await dialog.getByRole('button', { name: '加える', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: '残り10項目を表示する' }).waitFor();
      await page.getByRole('button', { name: '点検へ回す' }).click();
      const alert = page.getByRole('alert').filter({ hasText: '次の122か所を直してください' });
      await alert.getByText('ほかに112か所あります。').waitFor();
      await alert.getByRole('button', { name: '事件を選んでください' }).click();
      await page.waitForFunction(() => document.activeElement?.closest('#lack-case_id'));
      await alert.getByRole('button', { name: '照会事項2:必要性を書いてください。' }).click();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('被害者が振り込んだ相手であるため。');
      await page.getByText('次の121か所を直してください').waitFor();
      await page.getByRole('button', { name: '照会事項を加える' }).click();
      await page.getByRole('button', { name: '照会事項61を削除する' }).waitFor();
      await page.getByRole('button', { name: '残り10項目を表示する' }).waitFor();
    });
  });

  it('says why a log-in fails and never whether the name exists', async () => {
    const { page, complaints, leave } = await visit(browser, node.base);
    try {
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
      assert.deepEqual(complaints, []);
    } finally {
      await leave();
    }
  });
});

describe("the keyboard's way", { timeout: 120_000 }, () => {
  it('searches, moves, opens, drafts and asks for help without the mouse', async () => {
    await as('tantou', async ({ page }) => {
      await page.goto(node.base);
      await page.getByRole('row').nth(1).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      const current = page.locator('tr[data-current=true]');
      assert.equal(await current.count(), 1);
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-current')), 'true', 'the focus goes with the row');
      const second = await current.innerText();
      await page.keyboard.press('k');
      assert.notEqual(await current.innerText(), second);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/(matters|inquiries)\/[0-9a-f]{32}/);
      await page.getByRole('heading', { level: 1 }).filter({ hasNotText: '受け持ち' }).waitFor(); // the new page takes the focus to its title first

      await page.keyboard.press('/');
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'search');
      await page.keyboard.type('令8サ-117');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/matters\?q=/);
      await page.getByRole('row').filter({ hasText: '令8サ-117' }).first().waitFor();

      await page.locator('h1').focus();
      await page.keyboard.press('?');
      const help = page.getByRole('dialog');
      for (const words of ['検索へ移る', '次の行へ', '開く']) await help.getByText(words).first().waitFor();
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });

      await page.keyboard.press('g');
      await page.keyboard.press('d');
      await page.getByRole('heading', { name: '受け持ち', level: 1 }).waitFor();
      await page.keyboard.press('n');
      await page.getByRole('heading', { name: '照会を起案', level: 1 }).waitFor();
      // Ctrl+Enter hands the form in; what is missing is said at the top and beside each field.
      await page.getByRole('textbox', { name: /使用目的/ }).press('Control+Enter');
      await page.getByText('宛先を選んでください').first().waitFor();
      const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
      assert.match(focused, /^次の\d+か所を直してください/, 'the focus goes to what is wrong');
      // What has been given is no longer said to be missing.
      await choose(page, /宛先/, '例示ポータル');
      await page.getByText('宛先を選んでください').first().waitFor({ state: 'detached' });
      assert.ok(await page.getByText('事件を選んでください').first().isVisible());
    });
  });

  it('approves from the list to the PIN', async () => {
    const matter = await draft('warifu-journey-3');
    await check(matter);
    await as('kachou', async ({ page }) => {
      await page.goto(`${node.base}/approvals/${matter}`);
      await page.getByRole('button', { name: '決裁する', exact: true }).waitFor();
      await page.keyboard.press('a');
      const pin = page.getByRole('dialog').locator('input[type=password]');
      await pin.waitFor();
      await pin.fill(pins.kachou);
      await pin.press('Enter');
      await page.waitForURL(`${node.base}/`);
    });
    assert.equal(await state(matter), 'APPROVED');
  });
});
