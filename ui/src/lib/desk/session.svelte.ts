import { api } from '../api/client';
import { Problem } from '../api/problem';
import type { Locale, Me, Session } from '../api/types';
import { texts } from '../i18n/texts.svelte';
import { Desk } from './desk.svelte';
import { hear } from './heard';
import { prefs } from './prefs.svelte';

const LAST_ANSWERS_MS = 2_000;

type Status = 'starting' | 'unreachable' | 'out' | 'in';

/** Who is at the desk. */
class SessionStore {
  status = $state<Status>('starting');
  setupNeeded = $state(false);
  /** Signed out by the server while at work: the page stays, a dialog asks for the password again. */
  expired = $state(false);
  desk = $state.raw<Desk | null>(null);
  readonly #channel = new BroadcastChannel('unisono.session');

  constructor() {
    this.#channel.onmessage = () => {
      // The demonstration shows the desk in a frame; signing out there must not take its page away.
      if (location.pathname === '/demo') this.#leave();
      else location.assign('/login');
    };
    api.onUnauthenticated = () => {
      if (this.status === 'in') this.expired = true;
    };
  }

  async begin(): Promise<void> {
    try {
      const session = await api.get<Session>('/session');
      api.csrf = session.csrf_token;
      this.setupNeeded = session.setup_needed;
      if (session.authenticated) await this.#enter(await api.get<Me>('/me'));
      else this.status = 'out';
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.status = 'out';
      else this.status = 'unreachable';
    }
  }

  async logIn(login: string, password: string): Promise<void> {
    const me = await api.post<Me>('/session', { login, password });
    await this.#refreshToken();
    const held = this.desk;
    if (held && held.me.user.id === me.user.id) {
      this.expired = false;
      held.me = me;
      held.stream.retryNow();
      void held.readAgain();
      void held.outbox.replay();
    } else {
      held?.stop();
      this.expired = false;
      await this.#enter(me);
    }
  }

  async setUp(token: string, answers: { password: string; login?: string; name?: string; locale?: Locale }): Promise<void> {
    const me = await api.post<Me>(`/setup/${token}`, answers);
    await this.#refreshToken();
    await this.#enter(me);
  }

  async logOut(): Promise<void> {
    // What the desk still asks is answered first: afterwards nobody is signed in any more, and it would be refused.
    this.desk?.stop();
    await api.settled(LAST_ANSWERS_MS);
    try {
      await (await import('./push.svelte')).forgetAtSignOut();
      await api.delete('/session');
    } finally {
      this.#leave();
      this.#channel.postMessage('out');
    }
  }

  #leave(): void {
    this.desk?.stop();
    this.desk = null;
    this.status = 'out';
  }

  // Signing in may change the token that writes must carry.
  async #refreshToken(): Promise<void> {
    api.csrf = (await api.get<Session>('/session')).csrf_token;
  }

  async #enter(me: Me): Promise<void> {
    await texts.use(me.user.locale);
    api.language = me.user.locale;
    prefs.setTheme(me.user.theme);
    const desk = new Desk(me);
    this.desk = desk;
    this.setupNeeded = false;
    this.status = 'in';
    desk.onFrame = (frame) => hear(desk, frame);
    void desk.start();
  }
}

export const session = new SessionStore();
