export { Banner, type BannerTone } from './Banner';
export { Button, type ButtonProps, IconButton } from './Button';
export { BarChart, LineChart, type Point, RankChart } from './charts';
export { ComboBox, Select } from './choices';
export { cx } from './cx';
export { type Column, DataTable, type Sorting } from './DataTable';
export { DateField } from './DateField';
export { FileDrop } from './FileDrop';
export type { Choice } from './field_frame';
export { Checkbox, CheckboxGroup, RadioGroup, TextField } from './fields';
export { type Found, useFind } from './find';
export { Icon, type IconName } from './Icon';
export { KeyHelp } from './KeyHelp';
export { Dialog, Drawer, type TabItem, Tabs } from './overlays';
export { Page } from './Page';
export { countChanges, Paper, type PaperForm, type PaperItem } from './Paper';
export {
  type AgencyState,
  agencyStates,
  DeliverySteps,
  type Gate,
  gates,
  type ItemResult,
  itemResults,
  Mark,
  type ProviderState,
  providerStates,
  StateMark,
} from './StateMark';
export { EmptyState, Figure, MaskedValue, More, Progress, RelativeTime, Skeleton } from './small';
export { Timeline, type TimelineAct } from './Timeline';
export { ToastProvider, useNotify } from './Toast';
