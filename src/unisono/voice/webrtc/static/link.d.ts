/** What one end has to say of a connection; the newest word counts. */
export interface Word {
  life: string;
  to: string;
  round: number;
  sdp: string;
  candidates: { candidate: string; sdpMid: string | null; sdpMLineIndex: number | null }[];
  again: number;
}

export type LinkState = 'connecting' | 'up' | 'broken';

export interface LinkOptions {
  offers: boolean;
  servers: RTCIceServer[];
  track: MediaStreamTrack | null;
  publish(mine: Word): void;
  heard(stream: MediaStream): void;
  changed(state: LinkState): void;
}

/** One media connection between two browsers of a call. */
export class Link {
  constructor(options: LinkOptions);
  readonly pc: RTCPeerConnection;
  readonly state: LinkState;
  take(theirs: Word | null): void;
  send(track: MediaStreamTrack | null): Promise<void>;
  press(key: string): void;
  restart(): void;
  close(): void;
}
