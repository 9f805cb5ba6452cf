import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/print.css';
import App from './App.svelte';
import { api } from './lib/api/client';
import { firstLocale, texts } from './lib/i18n/texts.svelte';
import { worker } from './lib/desk/worker.svelte';
import { session } from './lib/desk/session.svelte';

const locale = firstLocale();
api.language = locale;
await Promise.all([texts.use(locale), session.begin()]);
void worker.begin();
mount(App, { target: document.getElementById('app')! });
