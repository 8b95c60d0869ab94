"use strict";

// A stand-in for lib-jitsi-meet in tests of the instrument that measures media: the part of its interface that a
// participant of the sandbox uses. In place of a bridge there is a second, local peer connection, which sends a fake
// microphone and camera. `standIn` makes gaps, moves and cuts of a known length, and says when they began and ended.

(() => {
  // The instrument looks at connections of the patched class. The bridge's side is none of them.
  const BridgeConnection = Object.getPrototypeOf(window.RTCPeerConnection);

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  class Emitter {
    listeners = [];
    addEventListener(event, listener) {
      this.listeners.push([event, listener]);
    }
    emit(event, ...args) {
      for (const [name, listener] of this.listeners) if (name === event) listener(...args);
    }
  }

  /** One media session: the client's connection and the bridge's. */
  class Session {
    constructor(client, bridge, senders, tracks) {
      Object.assign(this, { client, bridge, senders, tracks });
    }

    /** @returns a connected session in which nothing is sent yet */
    static async connect(tracks) {
      const [client, bridge] = [new RTCPeerConnection(), new BridgeConnection()];
      // The bridge has one address, and learns the client's from the client's checks. So it is known by its address, on a
      // machine with any number of networks.
      let hasAddress = false;
      bridge.onicecandidate = ({ candidate }) => {
        if (candidate === null || candidate.protocol !== "udp" || hasAddress) return;
        hasAddress = true;
        void client.addIceCandidate(candidate);
      };
      const senders = tracks.map((track) => bridge.addTrack(track));
      await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
      await bridge.setLocalDescription();
      await client.setRemoteDescription(bridge.localDescription);
      await client.setLocalDescription();
      const { type, sdp } = client.localDescription;
      await bridge.setRemoteDescription({ type, sdp: sdp.replace(/^a=candidate:.*\r\n/gm, "") });
      while (client.connectionState !== "connected" || bridge.connectionState !== "connected") {
        if (client.connectionState === "failed") throw new Error("the peer connections fail");
        await wait(10);
      }
      return new Session(client, bridge, senders, tracks);
    }

    /** @returns when the first packets go, in milliseconds */
    async send() {
      await Promise.all(this.senders.map((sender, i) => sender.replaceTrack(this.tracks[i])));
      return Date.now();
    }

    /** @returns when the last packets went, in milliseconds */
    async pause() {
      await Promise.all(this.senders.map((sender) => sender.replaceTrack(null)));
      return Date.now();
    }

    close() {
      this.client.close();
      this.bridge.close();
    }
  }

  const events = {
    conference: {
      CONFERENCE_JOINED: "conference.joined",
      CONFERENCE_FAILED: "conference.failed",
      CONNECTION_INTERRUPTED: "conference.connectionInterrupted",
      KICKED: "conference.kicked",
    },
    connection: {
      CONNECTION_ESTABLISHED: "connection.connectionEstablished",
      CONNECTION_FAILED: "connection.connectionFailed",
    },
  };

  const errors = {
    conference: {
      FOCUS_DISCONNECTED: "conference.focusDisconnected",
      FOCUS_LEFT: "conference.focusLeft",
      ICE_FAILED: "conference.iceFailed",
      OFFER_ANSWER_FAILED: "conference.offerAnswerFailed",
      VIDEOBRIDGE_NOT_AVAILABLE: "conference.videobridgeNotAvailable",
      PASSWORD_REQUIRED: "conference.passwordRequired",
    },
    connection: {
      CONNECTION_DROPPED_ERROR: "connection.droppedError",
      OTHER_ERROR: "connection.otherError",
      SERVER_ERROR: "connection.serverError",
    },
  };

  class Conference extends Emitter {
    tracks = [];

    constructor(name, options) {
      super();
      Object.assign(this, { name, options });
    }

    async addTrack(track) {
      this.tracks.push(track);
    }

    setReceiverConstraints(constraints) {
      this.constraints = constraints;
    }

    join() {
      window.standIn = new StandIn(this);
      void window.standIn.begin();
    }

    async leave() {
      window.standIn.session?.close();
    }
  }

  /** What a test does to the participant of this page. Each method resolves to `{ from, to }`: the time without media. */
  class StandIn {
    constructor(conference) {
      this.conference = conference;
    }

    async begin() {
      if (this.conference.name === "locked") {
        const { PASSWORD_REQUIRED } = errors.conference;
        this.conference.emit(events.conference.CONFERENCE_FAILED, PASSWORD_REQUIRED);
        return;
      }
      this.session = await Session.connect(this.conference.tracks);
      this.conference.emit(events.conference.CONFERENCE_JOINED);
      this.startedAt = await this.session.send();
    }

    async gap(ms) {
      const from = await this.session.pause();
      await wait(ms);
      return { from, to: await this.session.send() };
    }

    /** Another bridge takes over. */
    async move(ms) {
      const next = await Session.connect(this.conference.tracks);
      const from = await this.session.pause();
      const last = this.session;
      this.session = next;
      last.close();
      await wait(ms);
      return { from, to: await next.send() };
    }

    /** The bridge is lost, and the client notices it before another bridge takes over. */
    async cut(ms) {
      const moved = this.move(ms);
      await wait(ms / 2);
      this.conference.emit(events.conference.CONNECTION_INTERRUPTED);
      return moved;
    }

    /** The meeting fails, so that the page is loaded again. Resolves to when the last packets went. */
    async fail() {
      const from = await this.session.pause();
      this.conference.emit(events.conference.CONFERENCE_FAILED, errors.conference.FOCUS_LEFT);
      return from;
    }
  }

  class Connection extends Emitter {
    constructor(appId, token, options) {
      super();
      this.options = options;
    }

    connect(options) {
      this.connectOptions = options;
      setTimeout(() => this.emit(events.connection.CONNECTION_ESTABLISHED), 10);
    }

    initJitsiConference(name, options) {
      window.standInOptions = {
        conference: options,
        connection: this.options,
        connect: this.connectOptions,
      };
      return new Conference(name, options);
    }

    async disconnect() {
      this.options = undefined;
    }
  }

  window.JitsiMeetJS = {
    events,
    errors,
    logLevels: { ERROR: "error" },
    setLogLevel() {},
    init(options) {
      window.standInInit = options;
    },
    async createLocalTracks({ devices, constraints }) {
      const wanted = { audio: devices.includes("audio"), video: constraints.video };
      return (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
    },
    JitsiConnection: Connection,
  };
})();
