// The one set of costs the key file format allows (OWASP's second setting for Argon2id). Alone in a file so that the worker stays small.
export const argonCost = { m: 19456, t: 2, p: 1, dkLen: 32 } as const;
