// Base64 (strict, one spelling), hex and UTF-8, as the note and key file formats want them.
const kAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function utf8(text: string): Uint8Array {
  // Copied, because under jsdom the encoder answers with an array of another realm, which the noble libraries refuse.
  return new Uint8Array(new TextEncoder().encode(text));
}

export function toBase64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    const left = bytes.length - i;
    out += kAlphabet.charAt(a >> 2) + kAlphabet.charAt(((a & 3) << 4) | (b >> 4));
    out += left > 1 ? kAlphabet.charAt(((b & 15) << 2) | (c >> 6)) : '=';
    out += left > 2 ? kAlphabet.charAt(c & 63) : '=';
  }
  return out;
}

// Null unless `text` is exactly what toBase64 would write: no spaces, padding present, unused bits zero.
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    const value = [0, 1, 2, 3].reduce((sum, k) => sum * 64 + Math.max(0, kAlphabet.indexOf(text.charAt(i + k))), 0);
    for (const shift of [16, 8, 0]) if (at < out.length) out[at++] = (value >> shift) & 255;
  }
  return toBase64(out) === text ? out : null;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function concat(...pieces: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
