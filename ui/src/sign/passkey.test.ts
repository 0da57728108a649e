import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleSession } from '../features/kitchen/samples';
import { TextDiffers } from './act';
import { toBase64, toHex, utf8 } from './bytes';
import { checkPersonEntry } from './other_texts';
import { answerWithPasskey, createPasskey, PasskeyError, passkeysWork, passkeyText, signWithPasskey } from './passkey';

const kPerson = '875b09d669412c65b98c341d3c151463';
const session = {
  ...sampleSession(((key: string) => key) as never),
  organisation: 'minato.police.example',
  person: kPerson,
  signer: `minato.police.example/person/${kPerson}`,
  device_nonce: '5a'.repeat(32),
  rp_id: 'localhost',
  passkeys: [{ credential: toBase64(Uint8Array.of(1, 2, 3)), vkey: 'x', device: 'key' }],
};

const buffer = (...bytes: number[]) => Uint8Array.from(bytes).buffer;
const create = vi.fn();
const get = vi.fn();

beforeEach(() => {
  vi.stubGlobal('PublicKeyCredential', class {});
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', { credentials: { create, get } });
});
afterEach(() => {
  vi.unstubAllGlobals();
  create.mockReset();
  get.mockReset();
});

describe('a passkey', () => {
  it('is asked for with the text of the format, verification and no attestation', async () => {
    create.mockResolvedValue({ response: { attestationObject: buffer(9, 8), clientDataJSON: buffer(7) } });
    expect(await createPasskey(session, 'key')).toEqual({ device: 'key', attestation: 'CQg=', client_data: 'Bw==' });
    const asked = create.mock.calls[0]?.[0].publicKey as PublicKeyCredentialCreationOptions;
    const text = passkeyText(location.origin, session);
    expect(toHex(new Uint8Array(asked.challenge as ArrayBuffer))).toBe(toHex(sha256(utf8(text))));
    expect(asked.rp.id).toBe('localhost');
    expect(toHex(new Uint8Array(asked.user.id as ArrayBuffer))).toBe(kPerson);
    expect(asked.authenticatorSelection?.userVerification).toBe('required');
    expect(asked.attestation).toBe('none');
    expect(asked.pubKeyCredParams.map((one) => one.alg)).toEqual([-7, -8]);
    expect(toHex(new Uint8Array(asked.excludeCredentials?.[0]?.id as ArrayBuffer))).toBe('010203');
    // The same text as the vectors that the server's tests read.
    const vectors = JSON.parse(readFileSync(resolve(process.cwd(), '../tests/vectors/passkey.json'), 'utf8')) as { registration_text: string };
    expect(passkeyText('https://desk.minato.example', session)).toBe(vectors.registration_text);
  });

  it('answers a text with its SHA-256 as challenge, for this person only', async () => {
    get.mockResolvedValue({
      rawId: buffer(1, 2, 3),
      response: { authenticatorData: buffer(4), clientDataJSON: buffer(5), signature: buffer(6) },
    });
    expect(await answerWithPasskey('text\n', session)).toEqual({
      credential: 'AQID',
      authenticator_data: 'BA==',
      client_data: 'BQ==',
      signature: 'Bg==',
    });
    const asked = get.mock.calls[0]?.[0].publicKey as PublicKeyCredentialRequestOptions;
    expect(toHex(new Uint8Array(asked.challenge as ArrayBuffer))).toBe(toHex(sha256(utf8('text\n'))));
    expect(asked.rpId).toBe('localhost');
    expect(asked.userVerification).toBe('required');
    expect(asked.allowCredentials).toHaveLength(1);
  });

  it('signs no text that differs from what is shown', () => {
    const shown = { matter: 'x', kind: 'inquiry.approved', by: { org: 'a', role: 'b', person: 'c' } };
    expect(() => signWithPasskey({ text: 'warifu-login/v1\n', body: utf8('{}'), shown }, session)).toThrow(TextDiffers);
    expect(get).not.toHaveBeenCalled();
  });

  it('says what went wrong', async () => {
    for (const [name, problem] of [
      ['NotAllowedError', 'cancelled'],
      ['InvalidStateError', 'held'],
      ['SecurityError', 'address'],
      ['NotSupportedError', 'unsupported'],
      ['OtherError', 'failed'],
    ] as const) {
      create.mockRejectedValueOnce(Object.assign(new Error('x'), { name }));
      await expect(createPasskey(session, 'key')).rejects.toMatchObject({ problem });
    }
    get.mockResolvedValueOnce(null);
    await expect(answerWithPasskey('text\n', session)).rejects.toBeInstanceOf(PasskeyError);
    vi.stubGlobal('isSecureContext', false);
    expect(passkeysWork()).toBe(false);
    await expect(createPasskey(session, 'key')).rejects.toMatchObject({ problem: 'unsupported' });
  });

  it('may stand in an entry of the directory', () => {
    const shown = { org: 'minato.police.example', person: kPerson, role: 'approver' };
    const entry = (key: string) =>
      `warifu-person/v1\nhub.example/keys\norg minato.police.example\nperson ${kPerson}\nrole approver unit -\nkey ${key}\ndelegator -\nvalid 1 2\nprev -\n`;
    const es256 = toBase64(new Uint8Array(65));
    const ed25519 = toBase64(new Uint8Array(32));
    for (const key of [`webauthn-es256 ${es256}`, `webauthn-ed25519 ${ed25519}`, `ed25519 ${ed25519}`]) {
      expect(() => checkPersonEntry(entry(key), shown)).not.toThrow();
    }
    for (const key of [`webauthn-es256 ${ed25519}`, `ed25519 ${es256}`, `webauthn-rs256 ${es256}`]) {
      expect(() => checkPersonEntry(entry(key), shown)).toThrow(TextDiffers);
    }
  });
});
