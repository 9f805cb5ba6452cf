import { afterEach, expect, test, vi } from 'vitest';
import { Client } from './client';

afterEach(() => vi.unstubAllGlobals());

test('who leaves waits for the last answers, and for those that they lead to', async () => {
  const answers: ((response: Response) => void)[] = [];
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => answers.push(resolve)));
  const client = new Client();
  void client.get('/first').then(() => client.get('/second'));
  let settled = false;
  const leaving = client.settled(60_000).then(() => (settled = true));
  answers[0]!(new Response('{}'));
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  expect(settled).toBe(false);
  answers[1]!(new Response('{}'));
  await leaving;
});

test('a request without an answer keeps nobody for ever', async () => {
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', () => new Promise<Response>(() => {}));
  const client = new Client();
  void client.get('/never');
  await client.settled(20);
});
