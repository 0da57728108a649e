import 'i18next';
import type kitchen from '../features/kitchen/ja.json';
import type ja from './ja.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof ja; kitchen: typeof kitchen };
    returnNull: false;
  }
}
