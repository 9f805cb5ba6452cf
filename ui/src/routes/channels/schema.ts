import type { ConfigSchema, JsonSchemaProperty } from '../../lib/api/types';

export type FieldKind = 'text' | 'secret' | 'number' | 'boolean' | 'choice' | 'lines' | 'object';

export interface FormField {
  name: string; schema: JsonSchemaProperty; kind: FieldKind; required: boolean;
  /** What the browser may check and offer a keyboard for. */
  inputType: 'text' | 'url' | 'email' | 'password' | 'number';
}

export type Values = Record<string, string | number | boolean>;

/** Return the fields of a connector's form, in the order of its schema. */
export function fields(schema: ConfigSchema): FormField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const kind = kindOf(property);
    return { name, schema: property, kind, required: required.has(name), inputType: inputType(property, kind) };
  });
}

function kindOf(property: JsonSchemaProperty): FieldKind {
  if (property.secret) return 'secret';
  if (property.enum) return 'choice';
  if (property.type === 'boolean') return 'boolean';
  if (property.type === 'integer' || property.type === 'number') return 'number';
  if (property.type === 'object') return 'object';
  return property.type === 'array' ? 'lines' : 'text';
}

function inputType(property: JsonSchemaProperty, kind: FieldKind): FormField['inputType'] {
  if (kind === 'secret') return 'password';
  if (kind === 'number') return 'number';
  if (property.format === 'url' || property.format === 'uri') return 'url';
  return property.format === 'email' ? 'email' : 'text';
}

/** Return what the form begins with: what is configured, else the schema's defaults. */
export function firstValues(form: FormField[], config: Record<string, unknown>): Values {
  const values: Values = {};
  for (const { name, schema, kind } of form) {
    const value = config[name] ?? (kind === 'secret' ? undefined : schema.default);
    if (kind === 'boolean') values[name] = value === true;
    else if (kind === 'lines') values[name] = Array.isArray(value) ? value.join('\n') : '';
    else if (kind === 'object') values[name] = value && typeof value === 'object' ? JSON.stringify(value, null, 2) : '';
    else values[name] = typeof value === 'number' || typeof value === 'string' ? value : '';
  }
  return values;
}

/** Split what was entered into plain settings and secrets. Empty fields are left out, so the connector's defaults hold. */
export function entered(form: FormField[], values: Values): { config: Record<string, unknown>; secrets: Record<string, string> } {
  const config: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const { name, kind, schema } of form) {
    const value = values[name];
    if (kind === 'secret') {
      if (value !== '' && value !== undefined) secrets[name] = String(value);
    } else if (kind === 'boolean') {
      config[name] = value === true;
    } else if (kind === 'lines') {
      const lines = String(value ?? '').split('\n').map((line) => line.trim()).filter(Boolean);
      if (lines.length > 0) config[name] = lines;
    } else if (kind === 'object') {
      const read = readObject(String(value ?? ''));
      if (read) config[name] = read;
    } else if (kind === 'number') {
      if (value !== '' && value !== null && value !== undefined) config[name] = Number(value);
    } else if (kind === 'choice') {
      // The page holds texts; the schema may list numbers.
      const choice = schema.enum?.find((option) => String(option) === String(value));
      if (choice !== undefined) config[name] = choice;
    } else if (typeof value === 'string' && value.trim() !== '') {
      config[name] = value.trim();
    }
  }
  return { config, secrets };
}

/** Return an object that was entered as JSON; undefined for nothing, and for what is none. */
function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return read && typeof read === 'object' && !Array.isArray(read) ? (read as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Return the name of each field that is wrong with the reason's key, checked as far as the schema says. */
export function wrong(form: FormField[], values: Values, secretsSet: readonly string[] = []): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, schema, kind, required, inputType } of form) {
    const value = values[name];
    const blank = value === '' || value === undefined || value === null;
    if (blank) {
      if (required && !(kind === 'secret' && secretsSet.includes(name))) found[name] = 'field-required';
      continue;
    }
    if (kind === 'object') {
      if (!readObject(String(value))) found[name] = 'field-pattern';
    } else if (kind === 'number') {
      const n = Number(value);
      if (Number.isNaN(n) || (schema.type === 'integer' && !Number.isInteger(n))) found[name] = 'field-number';
      else if ((schema.minimum !== undefined && n < schema.minimum) || (schema.maximum !== undefined && n > schema.maximum)) found[name] = 'field-range';
    } else if (kind === 'lines') {
      const { pattern, maxLength } = schema.items ?? {};
      const lines = String(value).split('\n').map((line) => line.trim()).filter(Boolean);
      if (lines.some((line) => (pattern && !new RegExp(pattern, 'u').test(line)) || (maxLength !== undefined && line.length > maxLength))) found[name] = 'field-lines';
    } else if (inputType === 'url' && !/^https?:\/\/[^\s/]+/i.test(String(value))) found[name] = 'field-url';
    else if (inputType === 'email' && !/^[^\s@]+@[^\s@]+$/.test(String(value))) found[name] = 'field-email';
    else if (schema.format === 'host' && !/^[\p{L}\p{N}.:[\]-]+$/u.test(String(value).trim())) found[name] = 'field-host';
    else if (schema.maxLength !== undefined && String(value).length > schema.maxLength) found[name] = 'field-long';
    else if (schema.minLength !== undefined && String(value).length < schema.minLength) found[name] = 'field-short';
    else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(String(value))) found[name] = 'field-pattern';
  }
  return found;
}
