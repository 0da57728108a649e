// Every part of the interface with sample data, for designers, screenshots and the accessibility check. Not in a production bundle.

import { sha256 } from '@noble/hashes/sha2.js';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Shell } from '../../app/Shell';
import {
  type AgencyState,
  agencyStates,
  Banner,
  BarChart,
  Button,
  Checkbox,
  ComboBox,
  DataTable,
  DateField,
  DeliverySteps,
  Dialog,
  Drawer,
  EmptyState,
  Figure,
  FileDrop,
  type Gate,
  gates,
  LineChart,
  MaskedValue,
  More,
  Page,
  Paper,
  Progress,
  type ProviderState,
  providerStates,
  RadioGroup,
  RelativeTime,
  Select,
  Skeleton,
  StateMark,
  Tabs,
  TextField,
  Timeline,
  useNotify,
} from '../../components';
import { i18n } from '../../i18n';
import { formatDayShort } from '../../i18n/format';
import { stretchInWorker } from '../../sign/argon';
import { toHex, utf8 } from '../../sign/bytes';
import { createKeyfile } from '../../sign/keyfile';
import { PinDialog } from '../../sign/PinDialog';
import { saveKey } from '../../sign/store';
import type { ToSign } from '../../sign/use_signer';
import en from './en.json';
import ja from './ja.json';
import { now, sampleActs, samplePaper, sampleRows, sampleSession } from './samples';

i18n.addResourceBundle('ja', 'kitchen', ja);
i18n.addResourceBundle('en', 'kitchen', en);

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-4">
      <h2 className="text-std-20B-150 border-b border-line pb-2">{title}</h2>
      {children}
    </section>
  );
}

function sampleRequest(): ToSign {
  const body = utf8('{"salt":"AA=="}');
  const by = { org: 'kakuu.police.example', role: 'approver', person: '0'.repeat(32) };
  const matter = 'a'.repeat(32);
  const text =
    `warifu-act/v1\n${'1'.repeat(32)}\nmatter ${matter}\nkind inquiry.approved\nby ${by.org} ${by.role} ${by.person}\n` +
    `at 1795238700000000\nbody ${toHex(sha256(body))} ${body.length}\n`;
  return { text, body, shown: { matter, kind: 'inquiry.approved', by } };
}

export function KitchenPage() {
  const { t: k } = useTranslation('kitchen');
  const session = sampleSession(k);
  return (
    <Shell
      session={session}
      path="/"
      go={() => {}}
      onSearch={() => {}}
      onSwitch={() => {}}
      onLogout={() => {}}
      notices={<Banner tone="warn">{k('bannerWarn')}</Banner>}
    >
      <Page title={k('title')} lead={k('lead')}>
        <div className="space-y-12">
          <Figures />
          <List />
          <Buttons />
          <States />
          <PaperAndActs />
          <Fields />
          <Banners />
          <Overlays />
          <Jobs />
          <Charts />
          <Small />
        </div>
      </Page>
    </Shell>
  );
}

function Figures() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  return (
    <Section title={k('sectionFigures')}>
      <div className="flex flex-col gap-3 sm:flex-row sm:gap-4">
        <Figure label={t('figure.yours')} value={7} to="/matters" search={{ turn: 'mine' }} />
        <Figure label={t('figure.overdue')} value={1} to="/matters" search={{ due: 'overdue' }} overdue />
        <Figure label={t('figure.thisWeek')} value={12} to="/matters" search={{ due: 'week' }} />
      </div>
    </Section>
  );
}

function List() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(['1198']));
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Section title={k('sectionTable')}>
      <DataTable
        caption={t('nav.matters')}
        captionHidden
        columns={[
          { id: 'number', label: k('colNumber'), cell: (row) => row.number, sortBy: (row) => row.number, main: true, nowrap: true },
          { id: 'addressee', label: k('colAddressee'), cell: (row) => row.addressee, sortBy: (row) => row.addressee },
          { id: 'selector', label: k('colSelector'), cell: (row) => <span className="font-mono">{row.selector}</span>, nowrap: true },
          { id: 'items', label: k('colItems'), cell: (row) => row.items, sortBy: (row) => row.items, numeric: true, width: 'narrow' },
          { id: 'state', label: k('colState'), cell: (row) => <StateMark side="agency" state={row.state} /> },
          { id: 'due', label: k('colDue'), cell: (row) => formatDayShort(row.due), sortBy: (row) => row.due.getTime(), nowrap: true },
        ]}
        rows={sampleRows(k)}
        rowId={(row) => row.id}
        rowName={(row) => row.number}
        onOpen={(row) => setOpened(row.number)}
        selected={selected}
        onSelect={setSelected}
        selectionActions={<Button size="small">{t('action.remind')}</Button>}
      />
      <p className="sr-only" aria-live="polite">
        {opened}
      </p>
      <More shown={5} total={128} onMore={() => {}} />
      <EmptyState
        title={t('empty.deskTitle')}
        actions={
          <>
            <Button kind="primary" icon="pencil">
              {t('action.draft')}
            </Button>
            <Button>{t('empty.deskOther')}</Button>
          </>
        }
      >
        {t('empty.deskText')}
      </EmptyState>
    </Section>
  );
}

function Buttons() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  return (
    <Section title={k('sectionButtons')}>
      <div className="flex flex-wrap items-start gap-4">
        <Button kind="primary" icon="stamp">
          {t('action.approve')}
        </Button>
        <Button>{t('action.return')}</Button>
        <Button kind="danger" icon="undo">
          {t('action.withdraw')}
        </Button>
        <Button kind="plain">{t('action.cancel')}</Button>
        <Button kind="primary" busy>
          {t('action.dispatch')}
        </Button>
        <Button kind="primary" disabledReason={k('reasonDispatch')}>
          {t('action.dispatch')}
        </Button>
        <Button disabledReason={k('reasonApprove')}>{t('action.approve')}</Button>
        <Button size="small" icon="print">
          {t('action.print')}
        </Button>
      </div>
    </Section>
  );
}

function States() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  return (
    <Section title={k('sectionStates')}>
      <h3 className="text-dns-16B-130">{k('agencyStates')}</h3>
      <div className="flex flex-wrap gap-2">
        {(Object.keys(agencyStates) as AgencyState[]).map((state) => (
          <StateMark key={state} side="agency" state={state} />
        ))}
      </div>
      <h3 className="text-dns-16B-130">{k('providerStates')}</h3>
      <div className="flex flex-wrap gap-2">
        {(Object.keys(providerStates) as ProviderState[]).map((state) => (
          <StateMark key={state} side="provider" state={state} />
        ))}
      </div>
      <div className="flex flex-wrap gap-2">
        {(Object.keys(gates) as Gate[]).map((gate) => (
          <StateMark key={gate} side="gate" state={gate} />
        ))}
      </div>
      <h3 className="text-dns-16B-130">{t('state.delivery.label')}</h3>
      <DeliverySteps reached={2} />
    </Section>
  );
}

function PaperAndActs() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  const paper = samplePaper(k);
  return (
    <Section title={k('sectionPaper')}>
      <div className="grid gap-8 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Paper form={paper.now} before={paper.before} />
        <div className="space-y-4">
          <h3 className="text-dns-17B-130">{t('timeline.label')}</h3>
          <Timeline acts={sampleActs(k, (role) => t(`role.${role}`))} onProve={() => {}} />
        </div>
      </div>
    </Section>
  );
}

function Fields() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  const [addressee, setAddressee] = useState<string | null>('telecom.example');
  const [kind, setKind] = useState<'A' | 'B' | null>(null);
  const [due, setDue] = useState<string | null>('2026-12-01');
  const [phone, setPhone] = useState('090-1234-567');
  const [necessity, setNecessity] = useState('');
  const [urgency, setUrgency] = useState<'urgent' | 'normal' | null>('normal');
  const [quiet, setQuiet] = useState(true);
  const [files, setFiles] = useState<File[]>([]);
  return (
    <Section title={k('sectionFields')}>
      <div className="grid items-start gap-6 md:grid-cols-2">
        <ComboBox
          label={k('fieldAddressee')}
          help={k('fieldAddresseeHelp')}
          choices={[
            { id: 'telecom.example', label: k('provider'), note: 'telecom.example' },
            { id: 'hosting.example', label: k('provider2'), note: 'hosting.example' },
          ]}
          value={addressee}
          onChange={setAddressee}
          required
        />
        <DateField label={k('fieldDue')} help={k('fieldDueHelp')} value={due} onChange={setDue} min="2026-11-21" required />
        <Select
          label={k('fieldKind')}
          choices={[
            { id: 'A', label: t('proper.form') },
            { id: 'B', label: t('instrument.PRS') },
          ]}
          value={kind}
          onChange={setKind}
          optional
        />
        <TextField label={k('phone')} value={phone} onChange={setPhone} error={k('itemError')} required mono />
        <TextField label={k('fieldNecessity')} help={k('fieldNecessityHelp')} value={necessity} onChange={setNecessity} rows={3} max={200} required />
        <div className="space-y-4">
          <RadioGroup
            label={k('fieldUrgency')}
            row
            choices={[
              { id: 'normal', label: k('normal') },
              { id: 'urgent', label: k('urgent') },
            ]}
            value={urgency}
            onChange={setUrgency}
          />
          <Checkbox checked={quiet} onChange={setQuiet}>
            {k('confidential')}
          </Checkbox>
        </div>
        <FileDrop
          label={t('file.list')}
          files={files}
          onChange={setFiles}
          types={{ 'application/pdf': 'PDF', 'text/csv': 'CSV' }}
          maxBytes={25 * 1024 * 1024}
        />
      </div>
    </Section>
  );
}

function Banners() {
  const { t: k } = useTranslation('kitchen');
  return (
    <Section title={k('sectionBanners')}>
      <div className="space-y-3">
        <Banner tone="info">{k('bannerInfo')}</Banner>
        <Banner tone="success">{k('bannerSuccess')}</Banner>
        <Banner tone="warn">{k('bannerWarn')}</Banner>
        <Banner tone="danger">{k('bannerDanger')}</Banner>
      </div>
    </Section>
  );
}

function Overlays() {
  const { t } = useTranslation();
  const { t: k } = useTranslation('kitchen');
  const notify = useNotify();
  const [open, setOpen] = useState<'dialog' | 'drawer' | 'pin' | null>(null);
  const [signed, setSigned] = useState<string | null>(null);
  const close = () => setOpen(null);
  // A real key, sealed and kept as a person's would be, so that the gallery also tries worker, key store and content policy.
  const openPin = async () => {
    const { org, person } = sampleRequest().shown.by;
    const made = await createKeyfile(org, person, '246810', stretchInWorker);
    await saveKey(made.keyfile, made.device);
    setSigned(null);
    setOpen('pin');
  };
  const paper = samplePaper(k);
  return (
    <Section title={k('sectionOverlays')}>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => setOpen('dialog')}>{k('openDialog')}</Button>
        <Button onClick={() => setOpen('drawer')}>{k('openDrawer')}</Button>
        <Button onClick={() => void openPin()}>{k('openPin')}</Button>
        <Button onClick={() => notify(k('toastText'))}>{k('showToast')}</Button>
      </div>
      <p className="text-sub">{k('pinNote')}</p>
      <p role="status" data-signed={signed ?? undefined} className="font-mono empty:hidden">
        {signed ? k('signed', { line: signed }) : null}
      </p>
      <Tabs
        label={k('sectionOverlays')}
        tabs={[
          { id: 'items', label: k('tabA'), count: 3, content: <p>{k('purpose1')}</p> },
          { id: 'acts', label: k('tabB'), count: 12, content: <p>{k('purpose2')}</p> },
          { id: 'related', label: k('tabC'), content: <p>{t('timeline.empty')}</p> },
        ]}
      />
      <Dialog
        open={open === 'dialog'}
        onClose={close}
        title={k('withdrawTitle')}
        alert
        actions={
          <>
            <Button onClick={close}>{t('action.cancel')}</Button>
            <Button kind="danger" onClick={close}>
              {t('action.withdraw')}
            </Button>
          </>
        }
      >
        <p>{k('withdrawText')}</p>
      </Dialog>
      <Drawer open={open === 'drawer'} onClose={close} title={t('timeline.label')}>
        <Timeline acts={sampleActs(k, (role) => t(`role.${role}`))} />
      </Drawer>
      <PinDialog
        open={open === 'pin'}
        onClose={close}
        request={sampleRequest()}
        verb={t('action.approve')}
        names={{ matter: k('number'), kind: t('action.approve'), by: `${k('person')} (${t('role.approver')})` }}
        onSigned={({ signature }) => {
          close();
          setSigned(signature);
        }}
      >
        <Paper form={paper.now} before={paper.before} />
      </PinDialog>
    </Section>
  );
}

function Jobs() {
  const { t: k } = useTranslation('kitchen');
  const [stopped, setStopped] = useState(false);
  return (
    <Section title={k('sectionProgress')}>
      <div className="grid gap-4 md:grid-cols-2">
        <Progress label={k('jobTitle')} done={4210} total={12000} onCancel={() => setStopped(true)} cancelled={stopped} />
        <Progress label={k('jobTitle')} done={12000} total={12000} />
      </div>
      <h3 className="text-dns-16B-130">{k('loadingRows')}</h3>
      <Skeleton lines={3} />
    </Section>
  );
}

function Charts() {
  const { t: k } = useTranslation('kitchen');
  const month = (n: number) => k('month', { n: String(n) });
  const counts = [812, 930, 1104, 990, 1203, 1377];
  const medians = [6.2, 5.8, 4.1, 3.9, 2.6, 1.8];
  return (
    <Section title={k('sectionCharts')}>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <BarChart title={k('chartCount')} unit={k('unit1')} points={counts.map((value, i) => ({ label: month(i + 5), value }))} />
        <LineChart title={k('chartMedian')} unit={k('days')} points={medians.map((value, i) => ({ label: month(i + 5), value }))} />
      </div>
    </Section>
  );
}

function Small() {
  const { t: k } = useTranslation('kitchen');
  return (
    <Section title={k('sectionSmall')}>
      <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
        <RelativeTime at={new Date('2026-11-18T02:00:00Z')} now={now} />
        <MaskedValue label={k('phone')} masked="090-****-0001" reveal={async () => '090-0000-0001'} />
        <MaskedValue label={k('phone')} masked="080-****-0042" reveal={async () => '080-0000-0042'} needsReason />
      </div>
      <p>{k('bodySample')}</p>
      <p className="text-dns-16N-130 tabular">{k('denseSample')}</p>
    </Section>
  );
}
