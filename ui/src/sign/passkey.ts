// Passkeys (WebAuthn). The challenge is always SHA-256 of a text of ours, so that the authenticator's answer is a signature over exactly this text
// (docs/formats.md, "Assertions"). The person is verified every time: fingerprint, face or the device's own PIN.
import { sha256 } from '@noble/hashes/sha2.js';
import type { Schema } from '../api/api';
import type { Session } from '../api/session';
import { checkActText } from './act';
import { fromBase64, fromHex, toBase64, utf8 } from './bytes';
import { checkLines } from './other_texts';
import type { ToSign } from './use_signer';

export type PasskeyProblem = 'unsupported' | 'cancelled' | 'held' | 'address' | 'failed';

export class PasskeyError extends Error {
  constructor(
    readonly problem: PasskeyProblem,
    readonly detail = '',
  ) {
    super(`${problem} ${detail}`.trim());
    this.name = 'PasskeyError';
  }
}

const kTimeout = 120_000;
const kEs256 = -7;
const kEdDsa = -8;

// The browser's types ask for buffers of this realm that nobody shares.
const bufferOf = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer;
const encoded = (buffer: ArrayBuffer): string => toBase64(new Uint8Array(buffer));
const challengeOf = (text: string): ArrayBuffer => bufferOf(sha256(utf8(text)));

export function passkeysWork(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && window.isSecureContext;
}

function problemOf(error: unknown): PasskeyError {
  if (error instanceof PasskeyError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') return new PasskeyError('cancelled');
  if (name === 'InvalidStateError') return new PasskeyError('held');
  if (name === 'SecurityError') return new PasskeyError('address');
  if (name === 'NotSupportedError' || name === 'ConstraintError') return new PasskeyError('unsupported');
  return new PasskeyError('failed', error instanceof Error ? error.message : String(error));
}

const known = (passkeys: readonly Schema<'PasskeyView'>[]): PublicKeyCredentialDescriptor[] =>
  passkeys.map((one) => ({ type: 'public-key', id: bufferOf(fromBase64(one.credential) ?? new Uint8Array()) }));

export function passkeyText(origin: string, session: Session): string {
  const text = `warifu-passkey/v1\n${origin}\n${session.organisation}\n${session.person}\n${session.device_nonce}\n`;
  checkLines(text, ['warifu-passkey/v1', origin, session.organisation, session.person, /^[0-9a-f]{64}$/]);
  return text;
}

// A new passkey of this person, for this organisation's address.
export async function createPasskey(session: Session, device: string): Promise<Schema<'PasskeyCommand'>> {
  if (!passkeysWork()) throw new PasskeyError('unsupported');
  try {
    const made = (await navigator.credentials.create({
      publicKey: {
        challenge: challengeOf(passkeyText(location.origin, session)),
        rp: { id: session.rp_id, name: session.organisation },
        user: { id: bufferOf(fromHex(session.person) ?? new Uint8Array()), name: session.signer, displayName: session.name },
        pubKeyCredParams: [kEs256, kEdDsa].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
        excludeCredentials: known(session.passkeys),
        timeout: kTimeout,
      },
    })) as PublicKeyCredential | null;
    if (!made) throw new PasskeyError('cancelled');
    const answer = made.response as AuthenticatorAttestationResponse;
    return { device, attestation: encoded(answer.attestationObject), client_data: encoded(answer.clientDataJSON) };
  } catch (error) {
    throw problemOf(error);
  }
}

// `text` has been checked by the caller.
export async function answerWithPasskey(text: string, session: Session): Promise<Schema<'AssertionCommand'>> {
  if (!passkeysWork()) throw new PasskeyError('unsupported');
  try {
    const said = (await navigator.credentials.get({
      publicKey: {
        challenge: challengeOf(text),
        rpId: session.rp_id,
        allowCredentials: known(session.passkeys),
        userVerification: 'required',
        timeout: kTimeout,
      },
    })) as PublicKeyCredential | null;
    if (!said) throw new PasskeyError('cancelled');
    const answer = said.response as AuthenticatorAssertionResponse;
    return {
      credential: encoded(said.rawId),
      authenticator_data: encoded(answer.authenticatorData),
      client_data: encoded(answer.clientDataJSON),
      signature: encoded(answer.signature),
    };
  } catch (error) {
    throw problemOf(error);
  }
}

// The same checks as before a signature with the PIN: the text that is signed is the text that is seen.
export function signWithPasskey(request: ToSign, session: Session): Promise<Schema<'AssertionCommand'>> {
  checkActText(request.text, request.body, request.shown);
  return answerWithPasskey(request.text, session);
}
