import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { shouldRetry } from './api/client';
import { router } from './app/router';
import { installTrustedTypes } from './app/trusted_types';
import { ToastProvider } from './components';
import { ShortcutProvider } from './hooks/useShortcuts';
import { i18n } from './i18n';
import './styles/index.css';

installTrustedTypes();

const client = new QueryClient({
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 5_000 }, mutations: { retry: false } },
});

function App() {
  const { i18n: current } = useTranslation();
  return (
    <I18nProvider locale={current.language === 'en' ? 'en-GB' : 'ja-JP'}>
      <ShortcutProvider>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </ShortcutProvider>
    </I18nProvider>
  );
}

const container = document.getElementById('root');
if (!container) throw new Error('index.html has no #root');
createRoot(container).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
