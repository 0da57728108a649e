// An error of the server (RFC 9457 problem+json, docs/api.md): a closed code, the place it concerns, and its sentence in both languages.
// The sentence is shown in the chosen language beside the field that `where` names; never a code alone.
import { i18n, type Language, language } from '../i18n';
import { readable } from './places';

export interface ProblemItem {
  code: string;
  where: string; // JSON pointer or field name; empty when it concerns the whole
  ja: string;
  en: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    readonly items: readonly ProblemItem[],
  ) {
    super(items.map((item) => `${item.code} ${item.where}`.trim()).join(', '));
    this.name = 'Problem';
  }

  get code(): string {
    return this.items[0]?.code ?? 'INTERNAL';
  }

  text(tag: Language = language()): string {
    return this.items.map((item) => item[tag]).join('\n');
  }

  is(...codes: string[]): boolean {
    return this.items.some((item) => codes.includes(item.code));
  }
}

function isItem(value: unknown): value is ProblemItem {
  const item = value as Partial<ProblemItem> | null;
  return typeof item === 'object' && item !== null && typeof item.code === 'string' && typeof item.ja === 'string' && typeof item.en === 'string';
}

function itemOf(value: ProblemItem): ProblemItem {
  const where = typeof value.where === 'string' ? value.where : '';
  return { code: value.code, where, ja: readable(value.ja, where, 'ja'), en: readable(value.en, where, 'en') };
}

function local(status: number, code: 'NETWORK' | 'UNREADABLE'): Problem {
  const say = (tag: Language) =>
    code === 'NETWORK' ? i18n.getFixedT(tag)('problem.network') : i18n.getFixedT(tag)('problem.unreadable', { status: String(status) });
  return new Problem(status, [{ code, where: '', ja: say('ja'), en: say('en') }]);
}

// One problem, or several under `errors` (a form with three mistakes shows three).
export function problemOf(status: number, body: unknown): Problem {
  const several = (body as { errors?: unknown } | null)?.errors;
  if (Array.isArray(several)) {
    const items = several.filter(isItem).map(itemOf);
    if (items.length > 0) return new Problem(status, items);
  }
  return isItem(body) ? new Problem(status, [itemOf(body)]) : local(status, 'UNREADABLE');
}

export function networkProblem(): Problem {
  return local(0, 'NETWORK');
}

export function asProblem(error: unknown): Problem | null {
  return error instanceof Problem ? error : null;
}

// "items/2/value" and "/items/2/value" name the same field.
function normal(where: string): string {
  return where.startsWith('/') ? where : `/${where}`;
}

// The sentence for one field, or undefined. A place below the field (e.g. a part of a value) belongs to it.
export function fieldProblem(problem: Problem | null | undefined, where: string, tag: Language = language()): string | undefined {
  const field = normal(where);
  const found = problem?.items.filter((item) => item.where !== '' && (normal(item.where) === field || normal(item.where).startsWith(`${field}/`)));
  return found?.length ? found.map((item) => item[tag]).join('\n') : undefined;
}

// What none of the named fields shows: for the banner above the form, so that no error is ever swallowed.
export function restProblems(problem: Problem | null | undefined, fields: readonly string[]): ProblemItem[] {
  const shown = fields.map(normal);
  return (problem?.items ?? []).filter(
    (item) => item.where === '' || !shown.some((field) => normal(item.where) === field || normal(item.where).startsWith(`${field}/`)),
  );
}
