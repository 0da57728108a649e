import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom has none of these; they are asked for by the widgets when an overlay opens.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView ??= () => {};
globalThis.CSS ??= { escape: (text: string) => text } as typeof CSS;

afterEach(() => cleanup());
