// Plain charts with the table under them: the picture gives the shape, the table the numbers. SVG attributes only, no style attributes.
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../i18n/format';

export interface Point {
  label: string;
  value: number | null; // null: nothing was measured there, which is not zero
}

export interface ChartProps {
  title: string;
  unit: string;
  points: readonly Point[];
  labelHeader?: string;
}

const kWidth = 420;
const kHeight = 200;
const kLeft = 44;
const kBottom = 28;
const kTop = 12;

// The smallest 1, 2 or 5 × 10^n step that gives at most five lines.
export function axisSteps(largest: number): number[] {
  if (!(largest > 0)) return [0, 1];
  const raw = largest / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= raw) ?? 10 * power;
  const count = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function Frame({ title, unit, points, labelHeader, children }: ChartProps & { children: ReactNode }) {
  const { t } = useTranslation();
  const caption = useId();
  return (
    <figure aria-labelledby={caption} className="keep min-w-0 rounded-8 border border-line p-4">
      <figcaption id={caption} className="text-dns-16B-130 pb-2">
        {title} <span className="text-dns-14N-130 text-sub">({unit})</span>
      </figcaption>
      {children}
      <details className="mt-2">
        <summary className="text-dns-14N-130 inline-flex min-h-9 items-center rounded-4 text-accent underline underline-offset-4">
          {t('chart.table')}
        </summary>
        <table className="text-dns-14N-130 mt-1 w-full border-collapse">
          <thead>
            <tr className="border-b border-edge">
              <th scope="col" className="px-2 py-1 text-start">
                {labelHeader ?? t('chart.label')}
              </th>
              <th scope="col" className="px-2 py-1 text-end">
                {t('chart.value')} ({unit})
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.label} className="border-b border-line">
                <th scope="row" className="px-2 py-1 text-start font-400">
                  {point.label}
                </th>
                <td className="tabular px-2 py-1 text-end">{point.value === null ? '―' : formatNumber(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Axes({ steps, y }: { steps: readonly number[]; y: (value: number) => number }) {
  return (
    <>
      {steps.map((step) => (
        <g key={step}>
          <line x1={kLeft} x2={kWidth} y1={y(step)} y2={y(step)} className={step === 0 ? 'stroke-edge' : 'stroke-solid-gray-100'} />
          <text x={kLeft - 8} y={y(step) + 4} textAnchor="end" className="fill-sub text-[13px]">
            {formatNumber(step)}
          </text>
        </g>
      ))}
    </>
  );
}

// As many labels as fit beside one another, the newest always among them.
const kLabelWidth = 46;

function Labels({ points, slot }: { points: readonly Point[]; slot: number }) {
  const every = Math.max(1, Math.ceil(kLabelWidth / slot));
  return points.map((point, index) =>
    (points.length - 1 - index) % every === 0 ? (
      <text key={point.label} x={kLeft + slot * (index + 0.5)} y={kHeight - 8} textAnchor="middle" className="fill-ink text-[13px]">
        {point.label}
      </text>
    ) : null,
  );
}

// What follows without a gap is one line.
export function runs(points: readonly Point[]): { index: number; value: number }[][] {
  const found: { index: number; value: number }[][] = [];
  let open = false;
  points.forEach((point, index) => {
    if (point.value === null) {
      open = false;
      return;
    }
    const at = { index, value: point.value };
    if (open) found.at(-1)?.push(at);
    else found.push([at]);
    open = true;
  });
  return found;
}

function scale(points: readonly Point[]) {
  const steps = axisSteps(Math.max(0, ...points.map((point) => point.value ?? 0)));
  const top = steps.at(-1) ?? 1;
  const y = (value: number) => kTop + (kHeight - kBottom - kTop) * (1 - value / top);
  const slot = (kWidth - kLeft) / Math.max(1, points.length);
  return { steps, y, slot };
}

export function BarChart(props: ChartProps) {
  const { steps, y, slot } = scale(props.points);
  const width = Math.min(32, slot * 0.6);
  return (
    <Frame {...props}>
      <svg viewBox={`0 0 ${kWidth} ${kHeight}`} aria-hidden="true" focusable="false" className="block h-auto w-full">
        <Axes steps={steps} y={y} />
        {props.points.map((point, index) => (
          <rect
            key={point.label}
            x={kLeft + slot * (index + 0.5) - width / 2}
            y={y(point.value ?? 0)}
            width={width}
            height={Math.max(0, y(0) - y(point.value ?? 0))}
            className="fc-ink fill-accent"
          />
        ))}
        <Labels points={props.points} slot={slot} />
      </svg>
    </Frame>
  );
}

export function LineChart(props: ChartProps) {
  const { steps, y, slot } = scale(props.points);
  const at = (index: number) => kLeft + slot * (index + 0.5);
  return (
    <Frame {...props}>
      <svg viewBox={`0 0 ${kWidth} ${kHeight}`} aria-hidden="true" focusable="false" className="block h-auto w-full">
        <Axes steps={steps} y={y} />
        {runs(props.points).map((run) => (
          <g key={run[0]?.index}>
            <polyline
              points={run.map((one) => `${at(one.index)},${y(one.value)}`).join(' ')}
              fill="none"
              strokeWidth={2.5}
              className="stroke-accent"
            />
            {run.map((one) => (
              <circle key={one.index} cx={at(one.index)} cy={y(one.value)} r={4} strokeWidth={2.5} className="fill-white stroke-accent" />
            ))}
          </g>
        ))}
        <Labels points={props.points} slot={slot} />
      </svg>
    </Frame>
  );
}

// For names that are sentences rather than words: one bar under each name, its number at the end.
export function RankChart(props: ChartProps) {
  const largest = Math.max(1, ...props.points.map((point) => point.value ?? 0));
  return (
    <Frame {...props}>
      <ol aria-hidden="true" className="space-y-2">
        {props.points.map((point) => (
          <li key={point.label}>
            <span className="text-dns-14N-130 flex justify-between gap-4">
              <span>{point.label}</span>
              <span className="tabular">{formatNumber(point.value ?? 0)}</span>
            </span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" className="block h-2.5 w-full">
              <rect x={0} y={0} width={(100 * (point.value ?? 0)) / largest} height={10} className="fc-ink fill-accent" />
            </svg>
          </li>
        ))}
      </ol>
    </Frame>
  );
}
