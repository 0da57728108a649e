import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vitest/config';

// The widgets library carries its words in 34 languages; this interface speaks two.
const twoLanguages: Plugin = {
  name: 'two-languages',
  enforce: 'pre',
  load(id) {
    const found = /[\\/]react-(?:aria|stately|aria-components)[\\/].*[\\/]intl[\\/].*[\\/]([a-z]{2}-[A-Z]{2})\.mjs$/.exec(id);
    return found && found[1] !== 'ja-JP' && found[1] !== 'en-US' ? 'export default {};' : null;
  },
};

// The server embeds dist/ and serves it under `default-src 'self'`: nothing may be inlined, as data: addresses and inline scripts are refused.
export default defineConfig(({ mode }) => ({
  plugins: [twoLanguages, react(), tailwindcss()],
  define: { __KITCHEN__: JSON.stringify(mode === 'kitchen' || mode === 'development') },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': { target: process.env.WARIFU_NODE ?? 'http://127.0.0.1:8080', changeOrigin: false } },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: [fileURLToPath(new URL('./src/test_setup.ts', import.meta.url))],
    testTimeout: 30000,
    css: false,
  },
}));
