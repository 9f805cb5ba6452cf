/* One media connection between two browsers of a call. The same code runs at the customer's and at the agent's end.

   Signalling is state, not messages: each end publishes all it has to say (`mine`), the newest word counts, and taking the
   same word twice changes nothing. So nothing hangs on order or on a lost request, and a page that was loaded anew finds
   all it needs. One end offers, the other answers; who that is follows from the call.

   mine = { life, to, round, sdp, candidates, again }
     life        this connection object; a page that was loaded anew has a new one
     to          the other end's life that this word is for; empty for an offer
     round       1, 2, ...: each ICE restart is a round of its own
     candidates  of this round, all so far; they are published in batches
     again       how often the answering end has asked for another round */

const BATCH_MS = 80;
const DOUBT_MS = 1500;
const AGAIN_MS = 4000;
/* As long as a finger presses, and what machines need between two keys. */
const TONE_MS = 160;
const GAP_MS = 70;

export class Link {
  /** offers: whether this end offers. servers: STUN and TURN. track: what is sent, or null. publish(mine): send it on.
      heard(stream): the other end's sound. changed(state): 'connecting', 'up', 'broken'. */
  constructor({ offers, servers, track, publish, heard, changed }) {
    Object.assign(this, { offers, servers, track, publish, heard, changed });
    this.theirs = null;
    this.state = '';
    this.queue = Promise.resolve();
    this.closed = false;
    this.online = () => this.restart();
    addEventListener('online', this.online);
    this.begin();
    if (offers) this.do(() => this.offer());
  }

  /** Take the other end's newest word. */
  take(theirs) {
    if (theirs) this.do(() => (this.offers ? this.answered(theirs) : this.offered(theirs)));
  }

  /** Send another track, or nothing; the other end need not be told. */
  send(track) {
    this.track = track;
    return this.do(() => this.sender?.replaceTrack(track));
  }

  /** Let the other end hear a key of the telephone, in the place of what is said; nothing where the browser cannot. */
  press(key) {
    const keys = this.sender?.dtmf;
    if (keys?.canInsertDTMF) keys.insertDTMF(keys.toneBuffer + key, TONE_MS, GAP_MS);
  }

  /** Find another way for the media: the network has changed. */
  restart() {
    this.do(async () => {
      if (this.offers && this.settled) await this.offer({ iceRestart: true });
      else if (!this.offers && this.mine.sdp) this.say({ again: this.mine.again + 1 });
    });
  }

  close() {
    this.closed = true;
    removeEventListener('online', this.online);
    clearTimeout(this.batch);
    clearTimeout(this.doubt);
    this.pc.close();
  }

  do(step) {
    this.queue = this.queue.then(() => (this.closed ? undefined : step())).catch((error) => {
      if (!this.closed) console.warn('unisono: call connection', String(error));
    });
    return this.queue;
  }

  begin() {
    const pc = new RTCPeerConnection({ iceServers: this.servers });
    this.pc?.close();
    this.pc = pc;
    this.other = '';
    this.settled = false;
    this.added = 0;
    this.seen = 0;
    this.mine = { life: Math.random().toString(36).slice(2), to: '', round: 0, sdp: '', candidates: [], again: 0 };
    // A line without a track still carries sound in both directions once there is one. The answering end takes the offer's.
    this.sender = this.offers ? pc.addTransceiver(this.track || 'audio', { direction: 'sendrecv' }).sender : null;
    pc.ontrack = ({ track }) => this.heard(new MediaStream([track]));
    pc.onicecandidate = ({ candidate }) => {
      if (this.closed || this.pc !== pc || !candidate?.candidate) return;
      const round = this.mine.round;
      this.mine.candidates = [...this.mine.candidates, { candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex }];
      clearTimeout(this.batch);
      this.batch = setTimeout(() => round === this.mine.round && this.say({}), BATCH_MS);
    };
    pc.onconnectionstatechange = () => this.pc === pc && this.look();
    this.look();
  }

  look() {
    const now = this.pc.connectionState;
    const state = now === 'connected' ? 'up' : now === 'disconnected' || now === 'failed' ? 'broken' : 'connecting';
    clearTimeout(this.doubt);
    if (state === 'broken') this.doubt = setTimeout(() => this.tryAgain(), now === 'failed' ? 0 : DOUBT_MS);
    if (state !== this.state) this.changed((this.state = state));
  }

  tryAgain() {
    if (this.closed || this.state === 'up') return;
    this.restart();
    this.doubt = setTimeout(() => this.tryAgain(), AGAIN_MS);
  }

  say(change) {
    this.mine = { ...this.mine, ...change };
    this.publish(this.mine);
  }

  async offer(options) {
    this.settled = false;
    this.added = 0;
    this.mine = { ...this.mine, round: this.mine.round + 1, candidates: [] };
    await this.pc.setLocalDescription(await this.pc.createOffer(options));
    this.say({ sdp: this.pc.localDescription.sdp });
  }

  async answered(theirs) {
    if (theirs.to !== this.mine.life) return;
    if (this.other && theirs.life !== this.other) {
      // The other page was loaded anew: nothing of the old connection can be used.
      this.begin();
      await this.offer();
      return;
    }
    if (theirs.round === this.mine.round) {
      if (!this.settled) {
        this.other = theirs.life;
        await this.pc.setRemoteDescription({ type: 'answer', sdp: theirs.sdp });
        this.settled = true;
      }
      await this.add(theirs);
    }
    if (theirs.again > this.seen && this.settled) {
      this.seen = theirs.again;
      await this.offer({ iceRestart: true });
    }
  }

  async offered(theirs) {
    if (this.other && theirs.life !== this.other) this.begin();
    this.other = theirs.life;
    if (theirs.round > this.mine.round) {
      this.added = 0;
      this.mine = { ...this.mine, to: theirs.life, round: theirs.round, candidates: [] };
      await this.pc.setRemoteDescription({ type: 'offer', sdp: theirs.sdp });
      const [line] = this.pc.getTransceivers();
      line.direction = 'sendrecv';
      this.sender = line.sender;
      await this.sender.replaceTrack(this.track);
      await this.pc.setLocalDescription(await this.pc.createAnswer());
      this.say({ sdp: this.pc.localDescription.sdp });
    }
    if (theirs.round === this.mine.round) await this.add(theirs);
  }

  async add(theirs) {
    for (; this.added < theirs.candidates.length; this.added++) {
      await this.pc.addIceCandidate(theirs.candidates[this.added]);
    }
  }
}
