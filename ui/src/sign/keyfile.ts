// A person's signing key at rest, `warifu-keyfile/v1` (docs/formats.md): sealed under a PIN and a device secret that is kept apart from
// the file. The spelling is exact; anything else is `bad-keyfile`. A wrong PIN, a wrong device secret and an altered file all give
// `wrong-pin`. Argon2id runs where the caller says (`Stretch`): in a worker in the browser, so that the page never freezes.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, fromBase64, toBase64, utf8 } from './bytes';
import { argonCost } from './keyfile_cost';

export type Stretch = (pin: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>;

export type KeyProblem = 'bad-keyfile' | 'wrong-pin' | 'bad-pin' | 'no-key' | 'other-key';

export class KeyError extends Error {
  constructor(
    readonly problem: KeyProblem,
    readonly where = '',
  ) {
    super(`${problem} ${where}`.trim());
    this.name = 'KeyError';
  }
}

export interface KeyfileHead {
  org: string;
  person: string;
  publicKey: Uint8Array;
}

export interface OpenKey extends KeyfileHead {
  seed: Uint8Array; // wiped by the caller after use, see `withKey`
}

const kVersion = 'warifu-keyfile/v1';
const kCost = `argon2id ${argonCost.m} ${argonCost.t} ${argonCost.p}`;
const kOrg = '[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?';
const kPerson = new RegExp(`^(${kOrg})/person/([0-9a-f]{32})$`);
const kFileMax = 1024;

interface Parsed extends KeyfileHead {
  salt: Uint8Array;
  nonce: Uint8Array;
  sealed: Uint8Array;
  aad: Uint8Array;
}

function sized(text: string | undefined, length: number, where: string): Uint8Array {
  const bytes = fromBase64(text ?? '');
  if (bytes?.length !== length) throw new KeyError('bad-keyfile', where);
  return bytes;
}

function parse(text: string): Parsed {
  if (utf8(text).length > kFileMax) throw new KeyError('bad-keyfile', 'size');
  const lines = text.split('\n');
  if (lines.length !== 7 || lines[6] !== '') throw new KeyError('bad-keyfile', 'lines');
  if (lines[0] !== kVersion) throw new KeyError('bad-keyfile', 'version');
  const value = (index: number, keyword: string) => {
    const line = lines[index] ?? '';
    if (!line.startsWith(`${keyword} `)) throw new KeyError('bad-keyfile', keyword);
    return line.slice(keyword.length + 1);
  };
  const person = kPerson.exec(value(1, 'person'));
  if (!person?.[1] || !person[2]) throw new KeyError('bad-keyfile', 'person');
  const publicKey = sized(value(2, 'public'), 32, 'public');
  const kdf = value(3, 'kdf');
  if (!kdf.startsWith(`${kCost} `)) throw new KeyError('bad-keyfile', 'kdf');
  const salt = sized(kdf.slice(kCost.length + 1), 16, 'kdf');
  const nonce = sized(value(4, 'nonce'), 12, 'nonce');
  const sealed = sized(value(5, 'sealed'), 48, 'sealed');
  const aad = utf8(`${lines.slice(0, 5).join('\n')}\n`);
  return { org: person[1], person: person[2], publicKey, salt, nonce, sealed, aad };
}

// What the file says in clear: whose key it is. Authentic only after opening.
export function readKeyfileHead(text: string): KeyfileHead {
  const { org, person, publicKey } = parse(text);
  return { org, person, publicKey };
}

export function pinIsUsable(pin: string): boolean {
  const points = [...pin];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  return points.length >= 6 && points.length <= 64 && !/[\u0000-\u001f\u007f-\u009f]/.test(pin) && pin.isWellFormed();
}

async function derive(pin: string, device: Uint8Array, salt: Uint8Array, stretch: Stretch): Promise<Uint8Array> {
  if (device.length !== 32) throw new KeyError('no-key', 'device');
  const stretched = await stretch(utf8(pin), salt);
  const ikm = concat(stretched, device);
  const key = hkdf(sha256, ikm, undefined, utf8(kVersion), 32);
  stretched.fill(0);
  ikm.fill(0);
  return key;
}

export async function openKeyfile(text: string, pin: string, device: Uint8Array, stretch: Stretch): Promise<OpenKey> {
  const parsed = parse(text);
  if (!pinIsUsable(pin)) throw new KeyError('wrong-pin');
  const key = await derive(pin, device, parsed.salt, stretch);
  let seed: Uint8Array;
  try {
    seed = chacha20poly1305(key, parsed.nonce, parsed.aad).decrypt(parsed.sealed);
  } catch {
    throw new KeyError('wrong-pin');
  } finally {
    key.fill(0);
  }
  if (!equal(ed25519.getPublicKey(seed), parsed.publicKey)) throw new KeyError('bad-keyfile', 'public');
  return { org: parsed.org, person: parsed.person, publicKey: parsed.publicKey, seed };
}

export interface NewKeyfile {
  org: string;
  person: string;
  seed: Uint8Array;
  salt: Uint8Array;
  nonce: Uint8Array;
}

// With all randomness given: `createKeyfile` below is what the interface calls, the vectors call this.
export async function sealKeyfile(fresh: NewKeyfile, pin: string, device: Uint8Array, stretch: Stretch): Promise<string> {
  const name = `${fresh.org}/person/${fresh.person}`;
  if (!kPerson.test(name)) throw new KeyError('bad-keyfile', 'person');
  if (!pinIsUsable(pin)) throw new KeyError('bad-pin');
  const head =
    `${kVersion}\nperson ${name}\npublic ${toBase64(ed25519.getPublicKey(fresh.seed))}\n` +
    `kdf ${kCost} ${toBase64(fresh.salt)}\nnonce ${toBase64(fresh.nonce)}\n`;
  const key = await derive(pin, device, fresh.salt, stretch);
  const sealed = chacha20poly1305(key, fresh.nonce, utf8(head)).encrypt(fresh.seed);
  key.fill(0);
  return `${head}sealed ${toBase64(sealed)}\n`;
}

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

export interface CreatedKey {
  keyfile: string;
  device: Uint8Array;
  publicKey: Uint8Array;
}

// A new key, born here: the seed exists only inside this call. An existing device secret is kept, one per device.
export async function createKeyfile(org: string, person: string, pin: string, stretch: Stretch, device?: Uint8Array): Promise<CreatedKey> {
  const seed = random(32);
  const secret = device ?? random(32);
  try {
    const keyfile = await sealKeyfile({ org, person, seed, salt: random(16), nonce: random(12) }, pin, secret, stretch);
    return { keyfile, device: secret, publicKey: ed25519.getPublicKey(seed) };
  } finally {
    seed.fill(0);
  }
}
