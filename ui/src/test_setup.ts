import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom has neither; both are asked for by the widgets when an overlay opens.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView ??= () => {};

afterEach(() => cleanup());
