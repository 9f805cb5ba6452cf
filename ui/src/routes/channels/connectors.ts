import { api } from '../../lib/api/client';
import type { ConnectorInfo, Page } from '../../lib/api/types';

/** Return what can be connected. */
export async function connectors(): Promise<ConnectorInfo[]> {
  const answer = await api.get<ConnectorInfo[] | Page<ConnectorInfo>>('/connectors');
  return Array.isArray(answer) ? answer : answer.items;
}
