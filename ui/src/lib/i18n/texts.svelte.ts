import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import type { Locale, TextByLocale } from '../api/types';

const LOADERS: Record<Locale, () => Promise<{ default: string }>> = {
  de: () => import('virtual:texts/de'),
  en: () => import('virtual:texts/en'),
};

export const LOCALES: readonly Locale[] = ['de', 'en'];

/** The desk's words. Changing the language changes every text on the page at once; nothing is loaded twice. */
class Texts {
  locale = $state<Locale>('de');
  #bundle = $state.raw<FluentBundle | null>(null);
  readonly #bundles = new Map<Locale, FluentBundle>();

  async use(locale: Locale): Promise<void> {
    let bundle = this.#bundles.get(locale);
    if (!bundle) {
      // Marks that isolate directions would stand in accessible names; names of people get <bdi> in the page instead.
      bundle = new FluentBundle(locale, { useIsolating: false });
      bundle.addResource(new FluentResource((await LOADERS[locale]()).default));
      this.#bundles.set(locale, bundle);
    }
    this.#bundle = bundle;
    this.locale = locale;
    document.documentElement.lang = locale;
    try {
      localStorage.setItem('unisono.language', locale);
    } catch {
      // Without storage the language holds for this page.
    }
  }

  /** Return a text in the current language. A missing one shows its key: visible, but never an empty button. */
  t(key: string, args?: Record<string, FluentVariable>): string {
    const bundle = this.#bundle;
    const pattern = bundle?.getMessage(key)?.value;
    if (!bundle || pattern == null) return key;
    return bundle.formatPattern(pattern, args ?? null);
  }

  has(key: string): boolean {
    return this.#bundle?.hasMessage(key) ?? false;
  }

  /** Return a number as it is written in the current language. */
  number(value: number, digits = 2): string {
    return new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits }).format(value);
  }

  /** Return a number as one would type it: a port is 65535, not 65.535. */
  typed(value: number): string {
    return new Intl.NumberFormat(this.locale, { maximumFractionDigits: 6, useGrouping: false }).format(value);
  }

  /** Return the text of a name that the server holds in several languages, in the current one if it has that. */
  pick(names: TextByLocale | string | undefined | null, otherwise = ''): string {
    if (typeof names === 'string') return names;
    return names?.[this.locale] || names?.en || names?.de || otherwise;
  }
}

export const texts = new Texts();

export function t(key: string, args?: Record<string, FluentVariable>): string {
  return texts.t(key, args);
}

/** Return the language to begin with: chosen before, else the browser's, else German. */
export function firstLocale(): Locale {
  try {
    const stored = localStorage.getItem('unisono.language');
    if (stored === 'de' || stored === 'en') return stored;
  } catch {
    // Storage may be switched off.
  }
  for (const language of navigator.languages) {
    if (language.startsWith('de')) return 'de';
    if (language.startsWith('en')) return 'en';
  }
  return 'de';
}
