import { describe, expect, it } from 'vitest';
import type { ConfigSchema } from '../../lib/api/types';
import { entered, fields, firstValues, wrong } from './schema';

const SCHEMA: ConfigSchema = {
  type: 'object',
  required: ['base_url', 'token'],
  properties: {
    base_url: { type: 'string', format: 'url' },
    token: { type: 'string', secret: true },
    port: { type: 'integer', minimum: 1, maximum: 65535, default: 993 },
    idle: { type: 'boolean', default: true },
    visibility: { type: 'string', enum: ['public', 'unlisted'], default: 'unlisted' },
    retries: { type: 'integer', enum: [1, 3] },
    folders: { type: 'array' },
    address: { type: 'string', format: 'email' },
    menus: { type: 'object' },
  },
};
const form = fields(SCHEMA);

describe('a form drawn from a schema', () => {
  it('knows the kind of each field', () => {
    expect(form.map((f) => f.kind)).toEqual(['text', 'secret', 'number', 'boolean', 'choice', 'choice', 'lines', 'text', 'object']);
    expect(form.map((f) => f.inputType)).toEqual(['url', 'password', 'number', 'text', 'text', 'text', 'text', 'email', 'text']);
  });
  it('begins with the defaults, and with what is configured', () => {
    expect(firstValues(form, { port: 143, folders: ['a', 'b'] })).toEqual({
      base_url: '', token: '', port: 143, idle: true, visibility: 'unlisted', retries: '', folders: 'a\nb', address: '', menus: '',
    });
  });
  it('gives settings their types and keeps secrets apart', () => {
    const values = { base_url: ' https://a.example ', token: 's', port: '25', idle: false, visibility: 'public', retries: '3', folders: 'x\n\n y', address: '' };
    expect(entered(form, values)).toEqual({
      config: { base_url: 'https://a.example', port: 25, idle: false, visibility: 'public', retries: 3, folders: ['x', 'y'] },
      secrets: { token: 's' },
    });
  });
  it('keeps what is nested, as JSON, and says when it is none', () => {
    const menus = { main: { choices: { '1': { skills: ['tech'] } } } };
    const shown = firstValues(form, { menus });
    expect(entered(form, shown).config.menus).toEqual(menus);
    expect(wrong(form, { ...shown, base_url: 'https://a.example', token: 's', menus: '{"main": ' })).toEqual({ menus: 'field-pattern' });
  });
  it('says which entry is wrong', () => {
    expect(wrong(form, { base_url: 'example', token: '', port: 70000, address: 'x' })).toEqual({
      base_url: 'field-url', token: 'field-required', port: 'field-range', address: 'field-email',
    });
  });
  it('needs no secret again that the server holds', () => {
    expect(wrong(form, { base_url: 'https://a.example', token: '' }, ['token'])).toEqual({});
  });
});
