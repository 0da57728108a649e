// The server sends `require-trusted-types-for 'script'; trusted-types default warifu`. Two narrow policies: one admits our own worker
// files, the default one admits only the empty string, which the widgets library assigns to clear its live region.
interface Policy {
  createScriptURL(url: string): unknown;
}
interface Factory {
  createPolicy(name: string, rules: { createHTML?: (html: string) => string | null; createScriptURL?: (url: string) => string }): Policy;
}

let policy: Policy | null = null;

function isOwnAsset(url: string): boolean {
  const parsed = new URL(url, location.href);
  return parsed.origin === location.origin && /\.(?:js|ts)$/.test(parsed.pathname);
}

export function installTrustedTypes(): void {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (!factory || policy) return;
  factory.createPolicy('default', { createHTML: (html) => (html === '' ? '' : null) });
  policy = factory.createPolicy('warifu', {
    createScriptURL: (url) => {
      if (!isOwnAsset(url)) throw new TypeError('only script files of this site');
      return url;
    },
  });
}

export function trustedScriptUrl(url: string): string {
  return policy ? (policy.createScriptURL(url) as string) : url;
}
