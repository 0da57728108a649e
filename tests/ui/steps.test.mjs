// The steps of a matter that no other journey takes: void, remind, withdraw, hand over, as a table; then a delegation under the head's own key and its
// end, the end of a lost key, the evidence, the audit's search, reason and finding, the reason of a colleague, and the log-out from every device.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { actAs, enter, launchBrowser, program, sign, startNode, violations } from './support.mjs';

const police = 'kakuu-police.demo';
const portal = 'portal.demo';
const pins = { kachou: '100004' };

let node;
let browser;
before(
  async () => {
    node = await startNode({ customers: 200 });
    browser = await launchBrowser();
  },
  { timeout: 150_000 },
);
after(async () => {
  await browser?.close();
  await node?.stop();
});

const as = (organisation, login, work, options) => actAs(browser, node.base, organisation, login, work, options);

// Handed to the supervisor, through the same interface as the form.
const draft = (account) =>
  as(police, 'tantou', async ({ context, session, get }) => {
    const { cases } = await get('/api/cases');
    const answer = await context.request.post(`${node.base}/api/inquiries`, {
      data: {
        case_id: cases.find((one) => one.number === '令8サ-101').id,
        to: portal,
        items: [
          {
            selector: { type: 'ACCOUNT_ID', value: account, service: portal },
            categories: ['K1'],
            purpose: '出品者の特定のため',
            necessity: '被害届に記載された会員であるため。',
          },
        ],
        ready: true,
      },
      headers: { 'X-CSRF-Token': session.csrf, 'Idempotency-Key': randomUUID(), Origin: node.base },
    });
    assert.ok(answer.ok(), await answer.text());
    return (await answer.json()).matter;
  });

const rowOf = (matter) => as(police, 'kachou', async ({ get }) => (await get('/api/matters?limit=200')).rows.find((row) => row.matter === matter));

// One of this officer's own inquiries that lies with a provider unanswered, and each only once.
const taken = new Set();
const sent = (to) =>
  as(police, 'tantou', async ({ get, session }) => {
    const { rows } = await get('/api/matters?limit=200');
    const found = rows.find(
      (row) =>
        ['DISPATCHED', 'DELIVERED', 'ACCEPTED', 'IN_PROGRESS'].includes(row.state) &&
        (row.in_charge ?? row.drafter) === session.name &&
        (to === undefined || row.counterparty === to) &&
        !taken.has(row.matter),
    );
    assert.ok(found, 'the demo has an inquiry under way');
    taken.add(found.matter);
    return found.matter;
  });

const timeline = (page) => page.getByRole('list', { name: '手続記録' });

// who takes it, from where it starts, what must be said first, what it leaves behind.
const steps = [
  {
    name: '取りやめる',
    who: 'tantou',
    start: () => draft('warifu-steps-1'),
    danger: true,
    missing: ['理由を入力してください'],
    words: '別の方法で特定できたため。',
    done: '取りやめました',
    act: '取りやめ',
    left: (row) => assert.equal(row.state, 'VOIDED'),
  },
  {
    name: '督促する',
    who: 'tantou',
    start: () => sent(portal),
    missing: [],
    words: '期限が近いため、見通しをお知らせください。',
    done: '督促しました',
    act: '督促',
    left: (row) => assert.ok(row.is_open),
    told: portal,
  },
  {
    name: '取り下げる',
    who: 'tantou',
    start: () => sent(),
    danger: true,
    missing: ['理由を入力してください'],
    words: '事件が他の機関に移されたため。',
    done: '取り下げました',
    act: '取下げ',
    left: (row) => assert.equal(row.state, 'WITHDRAWN'),
  },
  {
    name: '担当を替える',
    who: 'kakarichou',
    start: () => draft('warifu-steps-2'),
    missing: ['理由を入力してください', '新しい担当を選んでください'],
    choose: { label: /新しい担当/, option: '試験 あおい' },
    words: '例田が異動するため。',
    done: '担当を替えました',
    act: '担当替え',
    left: (row) => assert.equal(row.in_charge, '試験 あおい'),
  },
];

describe('a step of a matter', { timeout: 240_000 }, () => {
  for (const step of steps)
    it(`「${step.name}」 says what it lacks, is taken, and stands in the record with its words`, async () => {
      const matter = await step.start();
      await as(police, step.who, async ({ page }) => {
        await page.goto(`${node.base}/matters/${matter}`);
        await page.getByRole('region', { name: 'この案件でできること' }).getByRole('button', { name: step.name, exact: true }).click();
        const dialog = page.getByRole(step.danger ? 'alertdialog' : 'dialog');
        await dialog.waitFor();
        const submit = dialog.getByRole('button', { name: step.name, exact: true });
        if (step.missing.length > 0) {
          await submit.click();
          for (const sentence of step.missing) await dialog.getByText(sentence).first().waitFor();
        }
        if (step.choose) {
          await dialog.getByRole('button', { name: step.choose.label }).first().click();
          await page.getByRole('option', { name: step.choose.option }).first().click();
        }
        await dialog.getByRole('textbox').fill(step.words);
        await submit.click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText(step.done).first().waitFor();
        await timeline(page).getByText(step.words).first().waitFor();
        await timeline(page).getByText(step.act, { exact: true }).first().waitFor();
      });
      step.left(await rowOf(matter));
      if (!step.told) return;
      // What is shared reaches the other side, word for word; it travels, so the page may have to be asked more than once.
      await as(step.told, 'uketsuke', async ({ page }) => {
        for (let attempt = 0; attempt < 20; attempt += 1) {
          await page.goto(`${node.base}/matters/${matter}`);
          await timeline(page).waitFor();
          if ((await timeline(page).getByText(step.words).count()) > 0) return;
          await page.waitForTimeout(500);
        }
        assert.fail('the other side was not told');
      });
    });
});

describe('a delegation', { timeout: 120_000 }, () => {
  it('is given by the head of the unit under his own key, and holds from now on', async () => {
    await as(police, 'kachou', async ({ page, get }) => {
      await page.goto(`${node.base}/members?tab=delegations`);
      await page.getByRole('button', { name: '代決者を定める', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: '署名へ進む', exact: true }).click();
      await dialog.getByText('代決者を選んでください').first().waitFor();
      await dialog.getByRole('button', { name: /代決者/ }).first().click();
      await page.getByRole('option', { name: '模擬 三郎' }).first().click();
      await dialog.getByRole('button', { name: '署名へ進む', exact: true }).click();
      await sign(page, pins.kachou, '署名する');
      await page.getByText('代決者を定めました').first().waitFor();
      await page.getByRole('row').filter({ hasText: '模擬 三郎' }).filter({ hasText: '有効' }).first().waitFor();
      const { delegations } = await get('/api/delegations');
      assert.ok(delegations.some((one) => Date.parse(one.from) <= Date.now() && Date.now() < Date.parse(one.until)));
    });
  });

  it('is ended by the head at once, under his own key', async () => {
    await as(police, 'kachou', async ({ page, get }) => {
      await page.goto(`${node.base}/members?tab=delegations`);
      await page.getByRole('button', { name: '模擬 三郎の代決を今終える', exact: true }).click();
      await page.getByRole('dialog').getByText('これまでの決裁は有効です').waitFor();
      assert.deepEqual(await violations(page), []);
      await sign(page, pins.kachou, '代決を終える');
      await page.getByText('代決を終えました').first().waitFor();
      await page.getByRole('row').filter({ hasText: '模擬 三郎' }).filter({ hasText: '終了' }).first().waitFor();
      const { delegations } = await get('/api/delegations');
      assert.ok(delegations.every((one) => Date.parse(one.until) <= Date.now()));
      assert.equal(await page.getByRole('button', { name: /の代決を今終える/ }).count(), 0);
    });
  });
});

describe('a lost key', { timeout: 120_000 }, () => {
  it('is ended in the directory by a second person, under that one’s own key', async () => {
    await as(police, 'kachou', async ({ page, get }) => {
      await page.goto(`${node.base}/members?tab=keys`);
      const end = page.getByRole('button', { name: /^標本 次郎.*の鍵の効力を終える$/ });
      await end.first().waitFor();
      assert.deepEqual(await violations(page), []);
      const { keys } = await get('/api/keys/admitted');
      const { person } = keys.find((one) => one.name === '標本 次郎');
      await end.first().click();
      await sign(page, pins.kachou, '鍵の効力を終える');
      await page.getByText('鍵の効力を終えました').first().waitFor();
      await end.waitFor({ state: 'detached' });
      assert.deepEqual((await get(`/api/organisations/${police}/people/${person}`)).entries, []);
    });
  });
});

describe('what proves a matter', { timeout: 180_000 }, () => {
  it('is taken out by the head of the unit, who says why, and verifies without the node', async () => {
    const matter = await sent();
    await as(police, 'kachou', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}`);
      await page.getByRole('button', { name: '証拠一式を取り出す', exact: true }).click();
      const dialog = page.getByRole('dialog');
      const taking = dialog.getByRole('button', { name: '証拠一式を取り出す', exact: true });
      await taking.click();
      await dialog.getByText('理由を入力してください').first().waitFor();
      assert.deepEqual(await violations(page), []);
      await dialog.getByRole('textbox', { name: /理由/ }).fill('公判に提出するため');
      const download = page.waitForEvent('download');
      await taking.click();
      const file = await (await download).path();
      await page.getByText('証拠一式を取り出しました').first().waitFor();
      await timeline(page).getByText('公判に提出するため').first().waitFor();
      if (!node.data) return; // a node that ran already: its folder is not known here
      const root = join(node.data, 'node', 'root.vkey');
      const report = JSON.parse(execFileSync(program, ['evidence', 'verify', file, '--root', root, '--json'], { encoding: 'utf8' }));
      assert.equal(report.matter, matter);
      assert.equal(report.acts.at(-1).kind, 'matter.viewed', 'the taking is in what was taken');
    });
  });

  it('is found by an auditor from the digits of an act', async () => {
    const matter = await sent();
    const act = await as(police, 'tantou', async ({ context, session }) => {
      const headers = { 'X-CSRF-Token': session.csrf, 'Idempotency-Key': randomUUID(), Origin: node.base };
      const answer = await context.request.post(`${node.base}/api/matters/${matter}/view`, { data: {}, headers });
      return (await answer.json()).timeline.find((one) => one.kind === 'inquiry.approved').act;
    });
    await as(police, 'kansatsu', async ({ page }) => {
      await page.goto(`${node.base}/audit`);
      const field = page.getByRole('searchbox', { name: /検証符号/ });
      await field.fill(act.slice(0, 16).toUpperCase().replace(/(.{4})(?=.)/g, '$1-'));
      await page.getByRole('button', { name: '探す', exact: true }).click();
      const found = page.getByRole('list', { name: '見つかった手続記録' });
      await found.getByText(act).waitFor();
      assert.equal(await found.getByRole('link').getAttribute('href'), `/matters/${matter}`);
      assert.deepEqual(await violations(page), []);
      await field.fill('0'.repeat(16));
      await page.getByRole('button', { name: '探す', exact: true }).click();
      await page.getByText('このハッシュの手続記録はありません').waitFor();
      await field.fill('例示ポータル');
      await page.getByRole('button', { name: '探す', exact: true }).click();
      await page.waitForURL(/\/matters\?q=/);
    });
  });
});

describe('whoever has no part in a matter', { timeout: 180_000 }, () => {
  it('says why he looks: the audit, which then records its finding', async () => {
    const matter = await draft('warifu-steps-3');
    await as(
      police,
      'kansatsu',
      async ({ page }) => {
        await page.goto(`${node.base}/matters/${matter}`);
        await page.getByRole('heading', { name: 'この案件を見る理由', level: 1 }).waitFor();
        assert.equal(await page.getByText('warifu-steps-3').count(), 0, 'nothing is shown before');
        assert.deepEqual(await violations(page), []);
        const show = page.getByRole('button', { name: '理由を記録して表示する' });
        await show.click();
        await page.getByText('閲覧の理由を入力してください').first().waitFor();
        await page.getByRole('button', { name: '監察の抽出' }).click();
        await show.click();
        await timeline(page).waitFor();
        assert.equal(new URL(page.url()).search, '', 'the reason does not stay in the address');

        await page.getByRole('button', { name: '所見を記録する', exact: true }).click();
        const dialog = page.getByRole('dialog');
        const record = dialog.getByRole('button', { name: '所見を記録する', exact: true });
        await record.click();
        await dialog.getByText('着眼点を入力してください').first().waitFor();
        await dialog.getByText('所見を入力してください').first().waitFor();
        await dialog.getByRole('textbox', { name: /^着眼点/ }).fill('必要性の記載');
        await dialog.getByRole('textbox', { name: /^所見/ }).fill('必要性は具体的に記載されている。');
        await record.click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText('所見を記録しました').first().waitFor();
        await timeline(page).getByText('監察所見', { exact: true }).first().waitFor();
        await timeline(page).getByText('必要性は具体的に記載されている。').first().waitFor();
        await timeline(page).getByText('監察の抽出').first().waitFor();
      },
      { expected: [422] },
    );
  });

  it('may come with the reason in the address, which the page takes out of it', async () => {
    const matter = await draft('warifu-steps-4');
    await as(police, 'kansatsu', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}?reason=${encodeURIComponent('四半期の抽出')}`);
      await timeline(page).waitFor();
      await page.waitForURL(`${node.base}/matters/${matter}`);
    });
  });

  it('is a colleague, too, and the drafter sees afterwards who looked and why', async () => {
    const matter = await draft('warifu-steps-5');
    await as(
      police,
      'tantou2',
      async ({ page }) => {
        await page.goto(`${node.base}/matters/${matter}`);
        await page.getByRole('textbox', { name: /閲覧の理由/ }).fill('同じ口座の照会と重なるため');
        await page.getByRole('button', { name: '理由を記録して表示する' }).click();
        await timeline(page).waitFor();
      },
      { expected: [422] },
    );
    await as(police, 'tantou', async ({ page }) => {
      await page.goto(`${node.base}/matters/${matter}`);
      await timeline(page).getByText('同じ口座の照会と重なるため').first().waitFor();
    });
  });
});

describe('an answer by hand', { timeout: 120_000 }, () => {
  it('says no longer what has been given, and outlasts the end of the log-in', async () => {
    await as(
      portal,
      'tantou',
      async ({ page, get }) => {
        const { rows } = await get('/api/matters?turn=ANSWER&open=true&sort=DUE');
        await page.goto(`${node.base}/answering/${rows[0].matter}`);
        await page.getByRole('button', { name: '確認へ回す' }).click();
        await page.getByText('結果を選んでください。').first().waitFor();
        await page.getByRole('button', { name: '手入力の表を加える' }).click();
        await page.getByRole('textbox', { name: '列1の見出し', exact: true }).fill('氏名');
        await page.getByRole('textbox', { name: '1行目 氏名' }).fill('例示 花子');
        await page.getByText('結果を選んでください。').first().waitFor({ state: 'detached' });

        // Another tab has logged out; here the next thing that is sent finds no log-in any more.
        await page.evaluate(async () => {
          const session = await (await fetch('/api/session')).json();
          const headers = { 'X-CSRF-Token': session.csrf, 'Idempotency-Key': crypto.randomUUID() };
          await fetch('/api/session', { method: 'DELETE', headers });
        });
        await page.getByRole('button', { name: '保存する', exact: true }).click();
        await page.getByText('入力した内容は残っています').waitFor();
        await page.locator('summary').filter({ hasText: '例示ポータル株式会社' }).click();
        await page.getByRole('button', { name: /答野 花子/ }).click();
        await page.waitForURL(`**/answering/${rows[0].matter}`);
        const cell = page.getByRole('textbox', { name: '1行目 氏名' });
        await cell.waitFor();
        assert.equal(await cell.inputValue(), '例示 花子');
      },
      { expected: [401] },
    );
  });
});

describe('logging out everywhere', { timeout: 60_000 }, () => {
  it('ends every log-in of this person, and nobody else', async () => {
    const other = await enter(browser, node.base, police, 'keimu');
    const colleague = await enter(browser, node.base, police, 'shotan');
    try {
      await as(police, 'keimu', async ({ page }) => {
        await page.goto(`${node.base}/help`);
        await page.getByRole('button', { name: 'すべての端末からログアウトする' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'すべての端末からログアウトする' }).click();
        await page.waitForURL(/\/login/);
      });
      assert.equal((await other.context.request.get(`${node.base}/api/session`)).status(), 401);
      assert.equal((await colleague.context.request.get(`${node.base}/api/session`)).status(), 200);
    } finally {
      await other.leave();
      await colleague.leave();
    }
  });
});
