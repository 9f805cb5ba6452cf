import type { Medium } from '../api/types';
import type { Word } from '../../../../src/unisono/voice/webrtc/static/link.js';

/** Somebody that this phone is to be connected with; see the API's `Peer`. */
export interface Peer { id: string; name: string; offers: boolean; hears: boolean; word: Word | null }

/** How a link of a person was proved, as the screen pop shows it. */
export interface CardIdentity { network: string; handle: string; proof: string; since: string | null }
export interface CardContact { conversation_id: string; network: string; medium: Medium; at: string; subject: string; open: boolean }

/** Who calls: shown at the ring, patched when more is known. */
export interface Card {
  customer_id: string; conversation_id: string; name: string; handle: string; trusted: string; open: CardContact[]; last: CardContact[];
  identities: CardIdentity[]; waited_s: number; line: string; blocked: boolean; notes: number;
}

/** A call as one's own phone has it; see the API's `PhoneCall`. */
export interface PhoneCall {
  call_id: string; leg_id: string; state: 'ringing' | 'up' | 'held'; purpose: string; rev: number; caller_held: boolean;
  bridge: string[]; legs: Record<string, string>; users: Record<string, string>; peers: Peer[]; listens: boolean; listeners: number;
  recording: string; record: 'off' | 'on' | 'pause'; records: 'off' | 'on' | 'paused';
  id: string | null; interaction_id: string | null; card: Card | null;
  mine: boolean; may_record: boolean; asks: boolean; consents: string[];
  /** `phone`: the sound goes by a telephone of one's own, and the desk steers the call. */
  where: 'desk' | 'phone'; outgoing: boolean; stage: string; seconds: string[]; dials: boolean;
}

export interface PhoneView { calls: PhoneCall[]; servers: RTCIceServer[] }
