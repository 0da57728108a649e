// Every page, by its address in the router: who looks at it, and which matter or statement of the demo it shows.
// An address of the router that is missing here, or one here that the router does not know, fails pages.test.mjs.
const police = 'kakuu-police.demo';
const portal = 'portal.demo';

const officer = [police, 'tantou'];
const head = [police, 'kachou'];
const registrar = [police, 'shomu'];
const inspector = [police, 'kansatsu'];
const intake = [portal, 'uketsuke'];
const operator = [portal, 'tantou'];
const legal = [portal, 'houmu'];
const releaser = [portal, 'kakunin'];

// The first matter of the given turn (and number of items, where a full page is wanted) that this person sees.
const matter = (turn, wanted = () => true) => ({
  from: '/api/matters?limit=200',
  pick: ({ rows }) => rows.find((row) => row.turn === turn && wanted(row))?.matter,
});
// Whoever has no part in a matter is asked why he looks: an investigator reads his own.
const own = (row) => row.is_my_turn;
const statement = { from: '/api/statements', pick: ({ statements }) => statements[0]?.head.id };

// route: [who, address, what stands for $id, refusals that belong to it by their status]
export const pages = {
  '/login': [[null, '/login']],
  '/': [
    [officer, '/'],
    [head, '/'],
    [registrar, '/'],
    [inspector, '/'],
    [intake, '/'],
    [releaser, '/'],
  ],
  '/inquiries/new': [[officer, '/inquiries/new']],
  '/inquiries/oral': [[officer, '/inquiries/oral']],
  '/inquiries/$id/edit': [[officer, '/inquiries/$id/edit', matter('DRAFT', (row) => row.state === 'DRAFT' && own(row))]],
  '/matters': [
    [officer, '/matters'],
    [registrar, '/matters?overdue=true'],
    [officer, '/matters?q=%E3%81%AA%E3%81%84%E3%82%82%E3%81%AE'],
    [intake, '/matters'],
  ],
  '/matters/$id': [
    [officer, '/matters/$id', matter('CLOSE', own)],
    [officer, '/matters/$id', matter('RECEIVE', own)],
    [inspector, '/matters/$id', matter('APPROVE'), [422]],
    [inspector, `/matters/$id?reason=${encodeURIComponent('抽出分')}`, matter('CLOSE')],
    [intake, '/matters/$id', matter('NONE')],
  ],
  '/approvals/$id': [[head, '/approvals/$id', matter('APPROVE')]],
  '/dispatch/$id': [
    [registrar, '/dispatch/$id', matter('NUMBER')],
    [registrar, '/dispatch/$id', matter('DISPATCH')],
  ],
  '/register': [
    [registrar, '/register'],
    [registrar, '/register?form=C'],
  ],
  '/inbox': [
    [intake, '/inbox'],
    [intake, '/inbox?show=suspect'],
  ],
  '/inbox/$id': [[intake, '/inbox/$id', matter('TRIAGE')]],
  '/answering': [
    [operator, '/answering'],
    [['mvno.demo', 'tantou2'], '/answering'],
  ],
  '/answering/$id': [[operator, '/answering/$id', matter('ANSWER')]],
  '/legal': [
    [legal, '/legal'],
    [['mvno.demo', 'houmu'], '/legal'],
  ],
  '/legal/$id': [[legal, '/legal/$id', matter('LEGAL')]],
  '/release': [[releaser, '/release']],
  '/release/$id': [
    [releaser, '/release/$id', matter('SECOND_CHECK')],
    [releaser, '/release/$id', matter('RELEASE')],
  ],
  '/sources': [
    [legal, '/sources'],
    [intake, '/sources?show=profile'],
    [legal, '/sources?show=profile'],
    [[portal, 'kanri'], '/sources?show=profile'],
    [legal, '/sources?show=rules'],
  ],
  '/statements': [
    [intake, '/statements'],
    [registrar, '/statements'],
  ],
  '/statements/$id': [
    [intake, '/statements/$id', statement],
    [registrar, '/statements/$id', statement],
  ],
  '/figures': [
    [head, '/figures'],
    [releaser, '/figures'],
  ],
  '/audit': [[inspector, '/audit']],
  '/members': [
    [head, '/members'],
    [head, '/members?tab=delegations'],
    [[police, 'kanri'], '/members'],
    [[police, 'kanri'], '/members?tab=units'],
    [[police, 'kanri'], '/members?tab=keys'],
  ],
  '/cases': [[officer, '/cases']],
  '/help': [
    [officer, '/help'],
    [operator, '/help'],
  ],
};

// The address with what it names filled in.
export async function addressOf([, address, named], get) {
  if (!named) return address;
  const id = named.pick(await get(named.from));
  if (!id) throw new Error(`the demo has nothing to show at ${address}`);
  return address.replace('$id', id);
}

// The page stands, with its data.
export async function settled(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' }); // a page may wait for several things
}
