// The server names places by JSON pointer and things by code; people read the names of fields, states and roles instead.
import { i18n, type Language } from '../i18n';

const named = new Set([
  'value',
  'service',
  'at',
  'port',
  'to',
  'kana',
  'romaji',
  'born',
  'bank',
  'branch',
  'kind',
  'type',
  'period',
  'from',
  'until',
  'categories',
  'purpose',
  'necessity',
  'case_id',
  'due',
  'answer_how',
  'officer',
  'reason',
  'comment',
  'message',
  'related',
  'review',
  'login',
  'password',
  'old_password',
  'new_password',
  'name',
  'number',
  'title',
  'offence',
  'unit',
  'roles',
  'role',
  'document_number',
  'items',
  'code',
  'device',
  'organisation',
  'summary',
  'asked_at',
  'confidentiality',
  'selector',
  'matter',
  'person',
  'office',
  'statement',
  'release',
  'file',
  'assertion',
  'attestation',
  'client_data',
  'authenticator_data',
]);

// Null when nothing better than the pointer is known.
export function placeName(where: string, tag: Language): string | null {
  const parts = where.split('/').filter(Boolean);
  const last = parts.findLast((part) => named.has(part));
  if (!last) return null;
  const say = i18n.getFixedT(tag);
  // The addressee at the top and the called number inside a selector share one name.
  const key = last === 'to' && parts.includes('selector') ? 'called' : last;
  const name = say(`place.${key as 'value'}`);
  const at = parts.indexOf('items');
  const index = at >= 0 ? Number(parts[at + 1]) : Number.NaN;
  return Number.isInteger(index) && last !== 'items' ? say('place.ofItem', { no: String(index + 1), name }) : name;
}

const kStates = /\(([A-Z_]{4,})\)/g;
const kNoName = / ?\((?:「—」|"—")\)/g;
const kNothing = / ?\((?:—|NONE|ORAL)\)/g;
const kRoles = /(「|")([a-z]{5,12})(」|")/g;

export function readable(text: string, where: string, tag: Language): string {
  const say = i18n.getFixedT(tag);
  const name = where === '' ? null : placeName(where, tag);
  let out = name ? text.replaceAll(`「${where}」`, `「${name}」`).replaceAll(`"${where}"`, `"${name}"`) : text;
  // What the server had no word for: the step itself, and no bracket around nothing.
  out = out.replace(kNoName, '');
  out = out.replaceAll('「—」', say('place.this')).replaceAll('"—"', say('place.this'));
  out = out.replace(kNothing, '');
  out = out.replace(kStates, (all, code: string) => {
    const key = [`state.agency.${code}`, `state.provider.${code}`].find((one) => i18n.exists(one, { lng: tag }));
    return key ? `(${say(key as 'state.agency.DRAFT')})` : all;
  });
  return out.replace(kRoles, (all, open: string, role: string, close: string) => {
    const key = `role.${role}`;
    return i18n.exists(key, { lng: tag }) ? `${open}${say(key as 'role.admin')}${close}` : all;
  });
}
