// Line icons of our own on a 20 × 20 grid. They never carry meaning alone: a word stands beside each, so they are hidden from screen readers.
import { cx } from './cx';

const paths = {
  pencil: 'M3.5 16.5l.8-3.6 8.7-8.7a1.6 1.6 0 012.3 0l.5.5a1.6 1.6 0 010 2.3l-8.7 8.7zM11.5 5.7l2.8 2.8',
  check: 'M4 10.5l4 4 8-9',
  checkCircle: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM6.5 10.2l2.4 2.5 4.6-5',
  stamp: 'M8 3.5h4v3.5l1 3.5h-6l1-3.5zM4 10.5h12v3.5H4zM4.5 17h11',
  hash: 'M7.5 3l-2 14M14.5 3l-2 14M3.5 7.5h13.5M3 12.5h13.5',
  send: 'M3 9.8L17 3.5l-4 13.5-3.5-5.5zM9.5 11.5L17 3.5',
  inbox: 'M3 11l2.5-7h9l2.5 7v5.5H3zM3 11h4l1 2.5h4l1-2.5h4',
  relay: 'M3 10h12.5M11.5 5.5L16 10l-4.5 4.5',
  handshake: 'M3 6.5h4l3 2 3-2h4v7h-3l-4 3-4-3H3z',
  clock: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM10 5.5V10l3.2 2',
  alert: 'M10 3L17.5 16.5h-15zM10 8v4M10 14.2v.3',
  danger: 'M6.7 2.5h6.6l4.2 4.2v6.6l-4.2 4.2H6.7l-4.2-4.2V6.7zM10 6v5M10 13.5v.3',
  info: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM10 9v5M10 6.2v.3',
  cross: 'M5 5l10 10M15 5L5 15',
  ban: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM4.8 4.8l10.4 10.4',
  undo: 'M7 4L3.5 7.5 7 11M3.5 7.5h8a4.5 4.5 0 010 9H7',
  search: 'M8.5 3a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM12.6 12.6L17 17',
  person: 'M10 3a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM3.5 17c0-3.5 2.9-5 6.5-5s6.5 1.5 6.5 5',
  people: 'M7.5 4a3 3 0 100 6 3 3 0 000-6zM2.5 16.5c0-3 2.2-4.5 5-4.5s5 1.5 5 4.5M13 4.3a3 3 0 010 5.4M14.5 12.4c1.9.5 3 1.9 3 4.1',
  building: 'M4 17.5V3.5h8v14M12 8h4v9.5M2.5 17.5h15M6.5 6.5h3M6.5 9.5h3M6.5 12.5h3',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  help: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM7.8 8a2.2 2.2 0 114 1.3c-.8.7-1.7 1.1-1.7 2.2M10 13.8v.3',
  globe: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM2.5 10h15M10 2.5c-4.5 4.5-4.5 10.5 0 15M10 2.5c4.5 4.5 4.5 10.5 0 15',
  down: 'M5 7.5l5 5 5-5',
  up: 'M5 12.5l5-5 5 5',
  right: 'M7.5 5l5 5-5 5',
  left: 'M12.5 5l-5 5 5 5',
  sort: 'M6.5 8L10 4l3.5 4M6.5 12l3.5 4 3.5-4',
  lock: 'M4.5 9h11v8h-11zM7 9V6.5a3 3 0 016 0V9',
  shield: 'M10 2.5l6.5 2v5c0 4-2.5 6.5-6.5 8-4-1.5-6.5-4-6.5-8v-5zM7 10l2.2 2.2L13.5 7.5',
  scale: 'M10 3v14M6 17h8M4 6h12M4 6l-2 5.5h4zM16 6l-2 5.5h4z',
  file: 'M5 2.5h6.5l3.5 3.5v11.5H5zM11.5 2.5V6H15M7.5 10h5M7.5 13h5',
  folder: 'M2.5 5h5.5l1.5 2h8v9.5h-15z',
  list: 'M7 5.5h10M7 10h10M7 14.5h10M3 5.5h.5M3 10h.5M3 14.5h.5',
  book: 'M3.5 3.5h5a2 2 0 011.5.8 2 2 0 011.5-.8h5V15h-5a2 2 0 00-1.5.8 2 2 0 00-1.5-.8h-5zM10 4.3v11.5',
  eye: 'M2 10c2-3.5 4.7-5 8-5s6 1.5 8 5c-2 3.5-4.7 5-8 5s-6-1.5-8-5zM10 7.7a2.3 2.3 0 100 4.6 2.3 2.3 0 000-4.6z',
  eyeOff: 'M2 10c2-3.5 4.7-5 8-5s6 1.5 8 5c-2 3.5-4.7 5-8 5s-6-1.5-8-5zM3.5 16.5l13-13',
  download: 'M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13',
  upload: 'M10 13V4M6 7.5l4-4 4 4M3.5 16.5h13',
  trash: 'M3.5 5.5h13M7.5 5.5v-2h5v2M5 5.5l1 11.5h8l1-11.5M8.5 8.5v5.5M11.5 8.5v5.5',
  archive: 'M3 3.5h14v4H3zM4.5 7.5v9h11v-9M8 10.5h4',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  half: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM10 2.5v15M10 6h5.5M10 10h7M10 14h5.5',
  empty: 'M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM6.5 10h7',
  narrow: 'M3 4.5h14l-5.2 6v5.5l-3.6-2v-3.5z',
  calendar: 'M3 5h14v12H3zM3 8.5h14M6.5 3v3.5M13.5 3v3.5',
  print: 'M6 7V3h8v4M3.5 7h13v6.5H14M6 13.5H3.5V7M6 11h8v6H6z',
  key: 'M6.5 7a3.5 3.5 0 103 5.2L17.5 12v-2.5l-8-.3A3.5 3.5 0 006.5 7zM6 10.7h.3M15 12v2.5',
  logout: 'M12 4V3H4v14h8v-1M8 10h9M14 7l3 3-3 3',
  chart: 'M3.5 3v13.5H17M7 13.5V9M10.5 13.5V5.5M14 13.5v-6',
  gear: 'M10 7.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6zM10 2.5v2.3M10 15.2v2.3M2.5 10h2.3M15.2 10h2.3M4.7 4.7l1.6 1.6M13.7 13.7l1.6 1.6M4.7 15.3l1.6-1.6M13.7 6.3l1.6-1.6',
  proof: 'M5 2.5h10v11.5H5zM7.5 6h5M7.5 9h5M8.5 14v4l1.5-1.2L11.5 18v-4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className, size = 20 }: { name: IconName; className?: string; size?: 16 | 20 | 24 }) {
  return (
    <svg
      className={cx('shrink-0', className)}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={size === 16 ? 1.9 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
