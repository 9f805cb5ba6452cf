import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import loaders from 'virtual:languages';
import type { Locale, TextByLocale } from '../api/types';

/** One for each folder of texts, German and English first. */
export const LOCALES: readonly Locale[] = Object.keys(loaders);
/** What these lack is a mistake; what another language lacks is said in English. */
const COMPLETE: readonly Locale[] = ['de', 'en'];
const OTHERWISE = 'en';

/** Return the name of a language in that language itself. */
export function languageTitle(locale: Locale): string {
  const name = new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

/** Return from which side a language is written. */
export function directionOf(locale: Locale): 'ltr' | 'rtl' {
  const told = new Intl.Locale(locale) as Intl.Locale & { getTextInfo?: () => { direction?: 'ltr' | 'rtl' }; textInfo?: { direction?: 'ltr' | 'rtl' } };
  return (told.getTextInfo?.() ?? told.textInfo)?.direction ?? 'ltr';
}

/** The desk's words. Changing the language changes every text on the page at once; nothing is loaded twice. */
class Texts {
  locale = $state<Locale>('de');
  #bundle = $state.raw<FluentBundle | null>(null);
  #otherwise: FluentBundle | null = null;
  readonly #bundles = new Map<Locale, FluentBundle>();
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  /** Texts without arguments, formatted once: every key that is pressed asks for all names of commands. */
  readonly #said = new WeakMap<FluentBundle, Map<string, string>>();

  async use(wanted: Locale): Promise<void> {
    const locale = LOCALES.includes(wanted) ? wanted : OTHERWISE;
    const [bundle, otherwise] = await Promise.all([this.#read(locale), COMPLETE.includes(locale) ? null : this.#read(OTHERWISE)]);
    this.#otherwise = otherwise;
    this.#bundle = bundle;
    this.locale = locale;
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
    try {
      localStorage.setItem('unisono.language', locale);
    } catch {
      // Without storage the language holds for this page.
    }
  }

  async #read(locale: Locale): Promise<FluentBundle> {
    let bundle = this.#bundles.get(locale);
    if (!bundle) {
      // Marks that isolate directions would stand in accessible names; names of people get <bdi> in the page instead.
      bundle = new FluentBundle(locale, { useIsolating: false });
      bundle.addResource(new FluentResource((await loaders[locale]!()).default));
      this.#bundles.set(locale, bundle);
    }
    return bundle;
  }

  /** Return a text in the current language, or in English. A missing one shows its key: visible, but never an empty button. */
  t(key: string, args?: Record<string, FluentVariable>): string {
    const bundle = this.#bundle?.hasMessage(key) ? this.#bundle : this.#otherwise;
    if (args === undefined && bundle) {
      const known = this.#said.get(bundle)?.get(key);
      if (known !== undefined) return known;
    }
    const pattern = bundle?.getMessage(key)?.value;
    if (!bundle || pattern == null) return key;
    const said = bundle.formatPattern(pattern, args ?? null);
    if (args === undefined) {
      const all = this.#said.get(bundle) ?? new Map<string, string>();
      this.#said.set(bundle, all.set(key, said));
    }
    return said;
  }

  has(key: string): boolean {
    return (this.#bundle?.hasMessage(key) || this.#otherwise?.hasMessage(key)) ?? false;
  }

  /** Return a number as it is written in the current language. */
  number(value: number, digits = 2): string {
    const key = `${this.locale} ${digits}`;
    let format = this.#numbers.get(key);
    if (!format) this.#numbers.set(key, (format = new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits })));
    return format.format(value);
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
    if (stored && LOCALES.includes(stored)) return stored;
  } catch {
    // Storage may be switched off.
  }
  for (const language of navigator.languages) {
    const found = LOCALES.find((locale) => language === locale || language.startsWith(`${locale}-`));
    if (found) return found;
  }
  return 'de';
}
