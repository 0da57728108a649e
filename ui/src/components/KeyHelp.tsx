// The list of keys that work here and now, opened with `?`. Single-character keys can be switched off.
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { type Shortcut, type ShortcutScope, useShortcutRegistry } from '../hooks/useShortcuts';
import { Checkbox } from './fields';
import { Dialog } from './overlays';

const scopes: readonly ShortcutScope[] = ['all', 'list', 'approval'];
const titles = { all: 'keys.scopeAll', list: 'keys.scopeList', approval: 'keys.scopeApproval' } as const;

function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return (
    <span className="flex items-center gap-1">
      {keys.split(' ').map((key, index) => (
        <Fragment key={`${key}-${index}`}>
          {index > 0 ? <span className="text-dns-14N-130 text-sub">{t('keys.then')}</span> : null}
          <kbd className="text-mono-14B-150 min-w-8 rounded-4 border border-edge bg-shade px-2 text-center">{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}

export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { list, enabled, setEnabled } = useShortcutRegistry();
  const unique = new Map<string, Shortcut>(list.map((shortcut) => [`${shortcut.scope} ${shortcut.keys}`, shortcut]));
  return (
    <Dialog open={open} onClose={onClose} title={t('keys.title')}>
      <div className="space-y-6">
        {scopes.map((scope) => {
          const rows = [...unique.values()].filter((shortcut) => shortcut.scope === scope);
          if (rows.length === 0) return null;
          return (
            <section key={scope}>
              <h3 className="text-dns-16B-130 border-b border-line pb-1">{t(titles[scope])}</h3>
              <dl>
                {rows.map((shortcut) => (
                  <div key={shortcut.keys} className="flex items-center justify-between gap-4 border-b border-line py-2">
                    <dt>{shortcut.label}</dt>
                    <dd>
                      <Keys keys={shortcut.keys} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <Checkbox checked={enabled} onChange={setEnabled} help={t('keys.note')}>
          {t('keys.enabled')}
        </Checkbox>
      </div>
    </Dialog>
  );
}
