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
  /** Goes up when texts came that were asked for before. */
  #came = $state(0);
  #isMissed = false;
  #wantsLater = false;
  readonly #bundles = new Map<Locale, FluentBundle>();
  readonly #later = new Map<Locale, Promise<void>>();
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
      bundle.addResource(new FluentResource((await loaders[locale]!.first()).default));
      this.#bundles.set(locale, bundle);
    }
    if (this.#wantsLater) await this.#readLater(locale, bundle);
    return bundle;
  }

  #readLater(locale: Locale, bundle: FluentBundle): Promise<void> {
    let reading = this.#later.get(locale);
    if (!reading) {
      reading = loaders[locale]!.later().then(({ default: text }) => {
        bundle.addResource(new FluentResource(text));
        if (this.#isMissed) this.#came += 1;
      });
      this.#later.set(locale, reading);
      // Without the network this time; asked for again with what is opened next.
      reading.catch(() => this.#later.delete(locale));
    }
    return reading;
  }

  /** Wait for the texts that the first load does not say. Rejects when they cannot be loaded. */
  async later(): Promise<void> {
    this.#wantsLater = true;
    await Promise.all([...this.#bundles].map(([locale, bundle]) => this.#readLater(locale, bundle)));
  }

  #find(key: string): FluentBundle | null {
    void this.#came;
    const found = [this.#bundle, this.#otherwise].find((bundle) => bundle?.hasMessage(key)) ?? null;
    if (!found && this.#bundle && !this.#isMissed) {
      this.#isMissed = true;
      void this.later().catch(() => (this.#isMissed = false));
    }
    return found;
  }

  /** Return a text in the current language, or in English. A missing one shows its key: visible, but never an empty button. */
  t(key: string, args?: Record<string, FluentVariable>): string {
    const bundle = this.#find(key);
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
    return this.#find(key) !== null;
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

/** Return what was loaded when its texts are there too; the build puts this around every `import()` of the desk's own files. */
export async function withTexts<Loaded>(loading: Promise<Loaded>): Promise<Loaded> {
  const [loaded] = await Promise.all([loading, texts.later()]);
  return loaded;
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
