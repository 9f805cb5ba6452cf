/** One side of a call; `caller` is the customer. */
export interface CallLeg {
  id: string; purpose: 'customer' | 'agent' | 'consult' | 'listener'; user_id: string | null;
  state: 'dialling' | 'ringing' | 'up' | 'held' | 'over';
}

/** A call that lives, or is over (`ended`). Who calls is the conversation's identity. */
export interface Call {
  id: string; channel_id: string; conversation_id: string | null; interaction_id: string | null; driver: string;
  outgoing: boolean;
  stage: 'offered' | 'menu' | 'waiting' | 'ringing' | 'connecting' | 'talking' | 'conference' | 'held' | 'consulting' | 'dialling' | 'ended';
  legs: CallLeg[]; talking: string[]; recording: 'off' | 'on' | 'pause'; trouble: string;
  offered_at: string; answered_at: string | null; ended_at: string | null; cause: string | null; version: number;
  consents: string[]; listeners: string[];
}
