import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { checkActText, keyId, parseActText, type Shown, signAct, TextDiffers } from './act';
import { fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes';
import { createKeyfile, KeyError, openKeyfile, pinIsUsable, readKeyfileHead, type Stretch, sealKeyfile } from './keyfile';
import { argonCost } from './keyfile_cost';

interface Vector {
  org: string;
  person: string;
  pin: string;
  device_secret: string;
  seed_hex: string;
  public_hex: string;
  salt_hex: string;
  nonce_hex: string;
  argon2id_hex: string;
  keyfile: string;
}

// The same vectors as the server's tests: made by an implementation that shares no code with either.
const vectors = (JSON.parse(readFileSync(resolve(process.cwd(), '../tests/vectors/keyfile.json'), 'utf8')) as { vectors: Vector[] }).vectors;

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const base64 = (text: string) => fromBase64(text) ?? new Uint8Array();
const stretch: Stretch = async (pin, salt) => argon2id(pin, salt, argonCost);
// Argon2id is tried for real on the vectors; where only the envelope matters a cheap stand-in keeps the tests quick.
const quick: Stretch = async (pin, salt) => sha256(new Uint8Array([...pin, ...salt]));
const problemOf = async (call: Promise<unknown>) => (await call.catch((error: unknown) => error)) as KeyError;

describe('base64', () => {
  it('has one spelling per value', () => {
    for (const length of [0, 1, 2, 3, 31, 32, 33]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 251) & 255);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }
    for (const wrong of ['QQ', 'QQ=', 'QR==', 'Q===', 'QQ==\n', ' QQ==', 'QQ==QQ==', 'Q-==']) expect(fromBase64(wrong), wrong).toBeNull();
  });
});

describe('key file vectors', () => {
  it.each(vectors)('opens and seals again: $org', async (vector) => {
    expect(toHex(await stretch(utf8(vector.pin), hex(vector.salt_hex)))).toBe(vector.argon2id_hex);
    const key = await openKeyfile(vector.keyfile, vector.pin, base64(vector.device_secret), stretch);
    expect(toHex(key.seed)).toBe(vector.seed_hex);
    expect(toHex(key.publicKey)).toBe(vector.public_hex);
    expect([key.org, key.person]).toEqual([vector.org, vector.person]);
    const fresh = { org: vector.org, person: vector.person, seed: key.seed, salt: hex(vector.salt_hex), nonce: hex(vector.nonce_hex) };
    expect(await sealKeyfile(fresh, vector.pin, base64(vector.device_secret), stretch)).toBe(vector.keyfile);
  });
});

describe('key file', () => {
  const org = 'minato.police.example';
  const person = '0123456789abcdef0123456789abcdef';

  it('born here opens here, with this PIN and this device secret only', async () => {
    const made = await createKeyfile(org, person, '割符-2468', quick);
    const key = await openKeyfile(made.keyfile, '割符-2468', made.device, quick);
    expect(key.publicKey).toEqual(made.publicKey);
    expect((await problemOf(openKeyfile(made.keyfile, '割符-2469', made.device, quick))).problem).toBe('wrong-pin');
    const otherDevice = made.device.map((byte) => byte ^ 1);
    expect((await problemOf(openKeyfile(made.keyfile, '割符-2468', otherDevice, quick))).problem).toBe('wrong-pin');
  });

  it('refuses an altered head as a wrong PIN: the head is authenticated', async () => {
    const made = await createKeyfile(org, person, '246810', quick);
    const renamed = made.keyfile.replace('minato', 'minami');
    expect((await problemOf(openKeyfile(renamed, '246810', made.device, quick))).problem).toBe('wrong-pin');
  });

  it('refuses every other spelling', () => {
    const text = vectors[0]?.keyfile ?? '';
    const wrong = [
      text.replace('v1', 'v2'),
      text.replace('19456 2 1', '19456 1 1'),
      text.replace('\nnonce', '\n\nnonce'),
      text.replace('nonce ', 'nonce  '),
      `${text}\n`,
      text.trimEnd(),
      text.replace('person minato', 'person Minato'),
      text.replaceAll('\n', '\r\n'),
      '',
    ];
    for (const each of wrong) expect(() => readKeyfileHead(each), JSON.stringify(each)).toThrow(KeyError);
    expect(readKeyfileHead(text).org).toBe(vectors[0]?.org);
  });

  it('wants 6 to 64 characters, counted as people count', () => {
    expect(pinIsUsable('12345')).toBe(false);
    expect(pinIsUsable('123456')).toBe(true);
    expect(pinIsUsable('𠮷'.repeat(6))).toBe(true);
    expect(pinIsUsable('𠮷'.repeat(5))).toBe(false);
    expect(pinIsUsable('1'.repeat(65))).toBe(false);
    expect(pinIsUsable('12345\n6')).toBe(false);
  });
});

describe('signing an act', () => {
  const seed = hex('48177b3602dc487023a9e36eb6fc6160d0d54efd08d7c6ee0fa413f99bb3606a');
  const by = { org: 'minato.police.example', role: 'approver', person: '875b09d669412c65b98c341d3c151463' };
  const shown: Shown = { matter: 'a'.repeat(32), kind: 'inquiry.approved', by };
  const body = utf8('{"salt":"AA==","text":"照会"}');
  const textFor = (bytes: Uint8Array) =>
    `warifu-act/v1\n${'1'.repeat(32)}\nmatter ${shown.matter}\nkind ${shown.kind}\nby ${by.org} ${by.role} ${by.person}\n` +
    `at 1795238700000000\nafter ${'0'.repeat(64)}\nafter ${'f'.repeat(64)}\nbody ${toHex(sha256(bytes))} ${bytes.length}\n`;
  const text = textFor(body);
  const key = () => ({ org: by.org, person: by.person, publicKey: ed25519.getPublicKey(seed), seed: seed.slice() });

  it('gives a signed-note line that verifies over the text', () => {
    const used = key();
    const line = signAct(text, body, shown, used);
    const match = /^— (\S+) (\S+)$/.exec(line);
    expect(match?.[1]).toBe(`${by.org}/person/${by.person}`);
    const raw = base64(match?.[2] ?? '');
    expect(raw.length).toBe(68);
    expect(raw.slice(0, 4)).toEqual(keyId(match?.[1] ?? '', used.publicKey));
    expect(ed25519.verify(raw.slice(4), utf8(text), used.publicKey)).toBe(true);
    expect(used.seed.every((byte) => byte === 0)).toBe(true);
  });

  it('computes the key id of the C2SP example', () => {
    // PeterNeumann's vkey of the Go note package: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    expect(toHex(keyId('PeterNeumann', base64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').slice(1)))).toBe('c74f20a3');
  });

  const differs = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      if (error instanceof TextDiffers) return error.part;
      if (error instanceof KeyError) return error.problem;
      throw error;
    }
    return null;
  };

  it('refuses when the page shows something else, and wipes the seed then too', () => {
    expect(differs(() => signAct(text, utf8('{"salt":"AA==","text":"照会!"}'), shown, key()))).toBe('body');
    expect(differs(() => signAct(text, body, { ...shown, matter: 'b'.repeat(32) }, key()))).toBe('matter');
    expect(differs(() => signAct(text, body, { ...shown, kind: 'inquiry.dispatched' }, key()))).toBe('kind');
    expect(differs(() => signAct(text, body, { ...shown, by: { ...by, role: 'registrar' } }, key()))).toBe('by');
    expect(differs(() => signAct(text, body, shown, { ...key(), person: 'c'.repeat(32) }))).toBe('other-key');
    const used = key();
    differs(() => signAct(text, body, { ...shown, matter: 'b'.repeat(32) }, used));
    expect(used.seed.every((byte) => byte === 0)).toBe(true);
  });

  it('refuses a length that is not the body’s although the digest is', () => {
    expect(differs(() => checkActText(text.replace(/ \d+\n$/, ' 1\n'), body, shown))).toBe('body');
  });

  it('reads the exact format and nothing near it', () => {
    const act = parseActText(text);
    expect(act.at).toBe(1795238700000000n);
    expect(act.after.length).toBe(2);
    const wrong = [
      text.replace('v1', 'v2'),
      text.replace('matter ', 'matter  '),
      text.replace('at 1', 'at 01'),
      text.replace(/\nbody/, '\nextra x\nbody'),
      `${text}\n`,
      text.slice(0, -1),
      text.replaceAll('\n', '\r\n'),
      text.replace(`after ${'0'.repeat(64)}\nafter ${'f'.repeat(64)}`, `after ${'f'.repeat(64)}\nafter ${'0'.repeat(64)}`),
      text.replace(`by ${by.org}`, 'by Minato'),
      text.replace(`kind ${shown.kind}`, 'kind approved'),
      `${text}body ${'0'.repeat(64)} 1\n`,
    ];
    for (const each of wrong) expect(() => parseActText(each), each).toThrow(TextDiffers);
  });
});
