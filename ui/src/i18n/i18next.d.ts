import 'i18next';
import type kitchen from '../features/kitchen/ja.json';
import type agency from './agency.ja.json';
import type figures from './figures.ja.json';
import type ja from './ja.json';
import type provider from './provider.ja.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof ja & typeof agency & typeof provider & typeof figures; kitchen: typeof kitchen };
    returnNull: false;
  }
}
