// Texts other than acts that a person's device signs: the second factor of a log-in, the enrolment of a device, entries of the directory
// (docs/formats.md). Each line the page knows is compared before anything is signed, so that no text passes for another.
import { ed25519 } from '@noble/curves/ed25519.js';
import { keyId, signatureLine, TextDiffers } from './act';
import { stretchInWorker } from './argon';
import { concat, equal, toBase64, toHex, utf8 } from './bytes';
import { KeyError, type OpenKey, openKeyfile, type Stretch } from './keyfile';
import { loadKey, type StoredKey } from './store';

// One expectation per line: a string is that exact line, a pattern must match the whole line.
export function checkLines(text: string, expected: readonly (string | RegExp)[]): void {
  if (!text.isWellFormed()) throw new TextDiffers('text', 'utf-8');
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length !== expected.length) throw new TextDiffers('text', 'end');
  lines.forEach((line, index) => {
    const wanted = expected[index];
    const fits = typeof wanted === 'string' ? line === wanted : wanted?.test(line);
    if (!fits) throw new TextDiffers('text', String(index + 1));
  });
}

const kBase64Of32 = /^[A-Za-z0-9+/]{43}=$/;
const kNonce = /^[\x21-\x7e]{16,200}$/;

export function checkLoginText(text: string, origin: string, org: string, person: string): void {
  checkLines(text, ['warifu-login/v1', origin, org, person, kBase64Of32]);
}

export function enrolmentText(origin: string, org: string, person: string, publicKey: Uint8Array, nonce: string): string {
  const text = `warifu-enrol/v1\n${origin}\n${org}\n${person}\n${toBase64(publicKey)}\n${nonce}\n`;
  checkLines(text, ['warifu-enrol/v1', origin, org, person, kBase64Of32, kNonce]);
  return text;
}

export interface EntryShown {
  org: string;
  person: string;
  role: string;
  delegator?: string;
}

const kPlain = /^[\x20-\x7e]{1,600}$/;

// An entry about somebody else: who, which role, and for a delegation in whose place.
export function checkPersonEntry(text: string, shown: EntryShown): void {
  const role = new RegExp(`^role ${shown.role} unit (?:[0-9a-f]{32}|-)$`);
  checkLines(text, [
    'warifu-person/v1',
    kPlain,
    `org ${shown.org}`,
    `person ${shown.person}`,
    role,
    /^key (?:(?:ed25519|webauthn-ed25519) [A-Za-z0-9+/]{43}=|webauthn-es256 [A-Za-z0-9+/]{87}=)$/,
    `delegator ${shown.delegator ?? '-'}`,
    /^valid [0-9]{1,12} [0-9]{1,12}$/,
    /^prev (?:[0-9a-f]{64}|-)$/,
  ]);
}

export function verifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${toHex(keyId(name, publicKey))}+${toBase64(concat(Uint8Array.of(1), publicKey))}`;
}

function signWith(text: string, key: OpenKey): string {
  try {
    const signature = ed25519.sign(utf8(text), key.seed);
    if (!equal(ed25519.getPublicKey(key.seed), key.publicKey) || !ed25519.verify(signature, utf8(text), key.publicKey)) {
      throw new KeyError('other-key', 'public');
    }
    return signatureLine(`${key.org}/person/${key.person}`, key.publicKey, signature);
  } finally {
    key.seed.fill(0);
  }
}

// `check` has been passed by the caller; the key is opened for this one signature.
export async function signTextWithPin(
  text: string,
  org: string,
  person: string,
  pin: string,
  stored?: StoredKey,
  stretch: Stretch = stretchInWorker,
): Promise<string> {
  const { keyfile, device } = stored ?? (await loadKey(org, person));
  const key = await openKeyfile(keyfile, pin, device, stretch);
  if (key.org !== org || key.person !== person) {
    key.seed.fill(0);
    throw new KeyError('other-key');
  }
  return signWith(text, key);
}
