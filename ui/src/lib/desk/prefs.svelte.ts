import type { ThemeName } from '../api/types';
import { readStored, writeStored } from './storage';

/** What sounds: an offer, a customer who writes on, a colleague who names one, a deadline that passes. */
export const SOUND_KINDS = ['offer', 'message', 'mention', 'deadline'] as const;
export type SoundKind = (typeof SOUND_KINDS)[number];

interface Kept { density: 'comfortable' | 'compact'; sound: boolean; sounds: Record<SoundKind, number>; singleKeys: boolean; panel: boolean; advance: boolean }

const KEY = 'unisono.prefs';

/** How this browser shows the desk. Theme and language are kept with the user as well; the rest stays here. */
class Prefs {
  theme = $state<ThemeName>('system');
  density = $state<Kept['density']>('comfortable');
  /** Short sounds; off until somebody asks for them. */
  sound = $state(false);
  /** How loud each is, 0 to 100; 0 is off. */
  sounds = $state<Record<SoundKind, number>>({ offer: 60, message: 40, mention: 50, deadline: 60 });
  /** Commands by one letter; people who speak to their computer need them off (WCAG 2.1.4). */
  singleKeys = $state(true);
  panel = $state(true);
  /** Go to the next item after one is closed. */
  advance = $state(true);

  constructor() {
    const kept = readStored<Partial<Kept>>(KEY) ?? {};
    if (kept.density === 'compact') this.density = 'compact';
    if (kept.sound === true) this.sound = true;
    for (const kind of SOUND_KINDS) {
      const volume = kept.sounds?.[kind];
      if (typeof volume === 'number' && volume >= 0 && volume <= 100) this.sounds[kind] = volume;
    }
    if (kept.singleKeys === false) this.singleKeys = false;
    if (kept.panel === false) this.panel = false;
    if (kept.advance === false) this.advance = false;
    try {
      const theme = localStorage.getItem('unisono.theme');
      if (theme === 'light' || theme === 'dark') this.theme = theme;
    } catch {
      // Storage may be switched off.
    }
  }

  setTheme(theme: ThemeName): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      // Plain text, because theme.js reads it before anything else runs.
      localStorage.setItem('unisono.theme', theme);
    } catch {
      // The theme holds for this page.
    }
  }

  setDensity(density: Kept['density']): void {
    this.density = density;
    document.documentElement.dataset.density = density;
    try {
      localStorage.setItem('unisono.density', density);
    } catch {
      // Holds for this page.
    }
    this.keep();
  }

  keep(): void {
    const kept: Kept = {
      density: this.density, sound: this.sound, sounds: { ...this.sounds }, singleKeys: this.singleKeys, panel: this.panel, advance: this.advance,
    };
    writeStored(KEY, kept);
  }
}

export const prefs = new Prefs();
