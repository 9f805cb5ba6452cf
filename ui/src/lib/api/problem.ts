/** The server's answer to a request it did not carry out (RFC 9457). `title` and `detail` are words for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly field: string | null = null,
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail || title || code);
    this.name = 'Problem';
  }
}

/** No answer was had: it is not known whether the request arrived. The same request may be sent again with its key. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('unreachable', { cause });
    this.name = 'Unreachable';
  }
}

/** Read a problem from an answer; proxies answer with pages of their own, so nothing is taken for granted. */
export async function readProblem(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)) body = parsed as Record<string, unknown>;
  } catch {
    // Not JSON: the status has to do.
  }
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '');
  return new Problem(
    response.status, text('code') || `http_${response.status}`, text('title'), text('detail'), text('field') || null, body,
  );
}
