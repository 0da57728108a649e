// The heading of a page: sets the document's title, and takes the focus after a navigation so that keyboard and screen reader start there.
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

let navigations = 0;

// Called by the router on every change of path; the first page keeps the browser's own focus.
export function countNavigation(): void {
  navigations += 1;
}

// A page that arrives late must not take the focus from somebody who already writes, in the search field for instance: the rest of his words would be
// taken for keys.
function isWriting(element: Element | null): boolean {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
}

export interface PageProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  mark?: ReactNode; // the state beside the title
  children: ReactNode;
}

export function Page({ title, lead, actions, mark, children }: PageProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const product = t('proper.product');
  useEffect(() => {
    document.title = `${title} | ${product}`;
  }, [title, product]);
  useEffect(() => {
    if (navigations > 1 && !isWriting(document.activeElement)) heading.current?.focus();
  }, []);
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 space-y-1">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 ref={heading} tabIndex={-1} className="text-std-24B-150 lg:text-std-28B-150">
              {title}
            </h1>
            {mark}
          </div>
          {lead ? <div className="text-read text-pretty text-sub">{lead}</div> : null}
        </div>
        {actions ? <div className="no-print flex flex-wrap gap-3">{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}
