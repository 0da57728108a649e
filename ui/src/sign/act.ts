// Signing an act (`warifu-act/v1`, docs/formats.md) with a person's own key. Before anything is signed the text is taken apart strictly,
// the body's bytes are hashed again, and the fields are compared with what the page shows: the text that is signed is the text that is seen.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, toBase64, toHex, utf8 } from './bytes';
import { KeyError, type OpenKey } from './keyfile';

export interface ActText {
  id: string;
  matter: string;
  kind: string;
  by: { org: string; role: string; person: string };
  at: bigint; // microseconds
  after: string[];
  body: { sha256: string; bytes: number };
}

// What the page shows while it asks for the PIN.
export interface Shown {
  matter: string;
  kind: string;
  by: { org: string; role: string; person: string };
}

export class TextDiffers extends Error {
  constructor(
    readonly part: 'text' | 'body' | 'matter' | 'kind' | 'by',
    readonly line = '',
  ) {
    super(`the text to be signed differs: ${part} ${line}`.trim());
    this.name = 'TextDiffers';
  }
}

const kVersion = 'warifu-act/v1';
const kNoteMax = 65536;
const kLineMax = 1024;
const kBy = /^([a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?) ([a-z][a-z-]{0,31}) ([0-9a-f]{32})$/;
const kCount = '(?:0|[1-9][0-9]{0,15})';

export function parseActText(text: string): ActText {
  const bad = (line: string) => new TextDiffers('text', line);
  if (utf8(text).length > kNoteMax) throw bad('size');
  if (!text.isWellFormed()) throw bad('utf-8');
  const lines = text.split('\n');
  if (lines.pop() !== '') throw bad('end');
  let next = 0;
  const take = (keyword: string, pattern: RegExp): RegExpExecArray => {
    const line = lines[next++] ?? '';
    if (utf8(line).length > kLineMax) throw bad(keyword);
    const value = keyword === '' ? line : line.startsWith(`${keyword} `) ? line.slice(keyword.length + 1) : null;
    const match = value === null ? null : pattern.exec(value);
    if (!match) throw bad(keyword || 'id');
    return match;
  };
  if (lines[next++] !== kVersion) throw bad('version');
  const id = take('', /^[0-9a-f]{32}$/)[0];
  const matter = take('matter', /^[0-9a-f]{32}$/)[0];
  const kind = take('kind', /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/)[0];
  const by = take('by', kBy);
  const at = BigInt(take('at', /^(?:0|[1-9][0-9]{0,18})$/)[0]);
  const after: string[] = [];
  while (lines[next]?.startsWith('after ')) after.push(take('after', /^[0-9a-f]{64}$/)[0]);
  if (after.some((head, i) => i > 0 && head <= (after[i - 1] ?? ''))) throw bad('after');
  const body = take('body', new RegExp(`^([0-9a-f]{64}) (${kCount})$`));
  if (next !== lines.length) throw bad('end');
  return {
    id,
    matter,
    kind,
    by: { org: by[1] ?? '', role: by[2] ?? '', person: by[3] ?? '' },
    at,
    after,
    body: { sha256: body[1] ?? '', bytes: Number(body[2]) },
  };
}

// Throws TextDiffers unless the text is well formed, names exactly these body bytes, and says what the page shows.
export function checkActText(text: string, body: Uint8Array, shown: Shown): ActText {
  const act = parseActText(text);
  if (body.length !== act.body.bytes || toHex(sha256(body)) !== act.body.sha256) throw new TextDiffers('body');
  if (act.matter !== shown.matter) throw new TextDiffers('matter');
  if (act.kind !== shown.kind) throw new TextDiffers('kind');
  if (act.by.org !== shown.by.org || act.by.role !== shown.by.role || act.by.person !== shown.by.person) throw new TextDiffers('by');
  return act;
}

// C2SP signed-note: SHA-256(name ‖ 0x0A ‖ alg 0x01 ‖ public key), first four bytes.
export function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concat(utf8(name), Uint8Array.of(0x0a, 0x01), publicKey)).slice(0, 4);
}

// The line alone: the line feed belongs to the note it will stand in, and the node takes the line without it.
export function signatureLine(name: string, publicKey: Uint8Array, signature: Uint8Array): string {
  return `— ${name} ${toBase64(concat(keyId(name, publicKey), signature))}`;
}

// The signature line of the person named in the text. The seed is wiped whatever happens: one PIN, one signature.
export function signAct(text: string, body: Uint8Array, shown: Shown, key: OpenKey): string {
  try {
    const act = checkActText(text, body, shown);
    if (act.by.org !== key.org || act.by.person !== key.person) throw new KeyError('other-key');
    const signature = ed25519.sign(utf8(text), key.seed);
    // Checked at once: a fault while signing must not leave the device as a signature.
    if (!equal(ed25519.getPublicKey(key.seed), key.publicKey) || !ed25519.verify(signature, utf8(text), key.publicKey)) {
      throw new KeyError('other-key', 'public');
    }
    return signatureLine(`${key.org}/person/${key.person}`, key.publicKey, signature);
  } finally {
    key.seed.fill(0);
  }
}
