import type { Template } from '../api/types';

const GAP = /\{\{\s*([\p{L}\p{N}_.-]+)\s*\}\}/gu;

/** Return a template's whole text with its parameters in it, as the server fills it; what is not given yet stays a gap. */
export function filledTemplate(template: Template, parameters: Record<string, string>): string {
  const body = template.text.replace(GAP, (gap, name: string) => parameters[name]?.trim() || gap);
  return [template.header, body, template.footer].filter((part) => part !== '').join('\n\n');
}
