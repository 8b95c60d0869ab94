"use strict";

// A participant of a meeting with the client library of the web host. It runs in a page of the web host's own origin.
// `sandboxReport(event)` hands events to the sandbox. `sandboxStart(options)` joins, `sandboxLeave()` leaves.
// Only the documented interface of lib-jitsi-meet is used. Media are measured below it, at the peer connections.

(() => {
  /** Milliseconds between two looks at the received packets. */
  const sampleMs = 100;

  const report = (kind, more = {}) => window.sandboxReport({ kind, at: Date.now(), ...more });

  // The library makes its peer connections with this class: one for each media session.
  const connections = new Set();
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.add(this);
    }
  };

  /** Packets received by all connections so far; never decreases. */
  let received = 0;
  const packetsBefore = new WeakMap();

  /** @returns the address and port of the other side, where a pair of candidates is selected */
  function remoteOf(stats) {
    for (const transport of stats.values()) {
      if (transport.type !== "transport") continue;
      const pair = stats.get(transport.selectedCandidatePairId);
      const candidate = pair && stats.get(pair.remoteCandidateId);
      if (candidate) return { address: candidate.address, port: candidate.port };
    }
    return undefined;
  }

  function count(connection, stats) {
    const before = packetsBefore.get(connection) ?? new Map();
    packetsBefore.set(connection, before);
    let more = 0;
    for (const stream of stats.values()) {
      if (stream.type !== "inbound-rtp") continue;
      // A bridge probes the bandwidth with packets that it has sent before.
      const packets = stream.packetsReceived - (stream.retransmittedPacketsReceived ?? 0);
      more += Math.max(0, packets - (before.get(stream.id) ?? 0));
      before.set(stream.id, packets);
    }
    received += more;
    return more;
  }

  async function sample() {
    let remote;
    for (const connection of [...connections]) {
      if (connection.signalingState === "closed") connections.delete(connection);
      const stats = await connection.getStats();
      // While a participant is moved, there are two connections. The one with media counts.
      if (count(connection, stats) > 0) remote = remoteOf(stats);
    }
    report("sample", { received, remote });
  }

  let isSampling = true;

  async function keepSampling() {
    while (isSampling) {
      const begin = performance.now();
      await sample();
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, sampleMs - (performance.now() - begin))),
      );
    }
  }

  /** Adds the room, as the web application does: prosody and nginx may look at it. */
  function withRoom(url, room) {
    if (url === undefined) return undefined;
    const result = new URL(url, location.href);
    result.searchParams.set("room", room);
    return result.href;
  }

  let leave = async () => undefined;

  async function start({ room }) {
    const { JitsiMeetJS, config } = window;
    const { conference: conferenceEvents, connection: connectionEvents } = JitsiMeetJS.events;
    const { conference: conferenceErrors, connection: connectionErrors } = JitsiMeetJS.errors;
    // For these errors, the web application loads the page again.
    const reloading = new Set([
      conferenceErrors.FOCUS_DISCONNECTED,
      conferenceErrors.FOCUS_LEFT,
      conferenceErrors.ICE_FAILED,
      conferenceErrors.OFFER_ANSWER_FAILED,
      conferenceErrors.VIDEOBRIDGE_NOT_AVAILABLE,
      connectionErrors.CONNECTION_DROPPED_ERROR,
      connectionErrors.OTHER_ERROR,
      connectionErrors.SERVER_ERROR,
    ]);
    const failed = (error) => {
      if (!isSampling) return;
      report("failed", { error: String(error), reloads: reloading.has(error) });
      if (!reloading.has(error)) return;
      isSampling = false;
      void leave();
    };

    JitsiMeetJS.setLogLevel(JitsiMeetJS.logLevels.ERROR);
    JitsiMeetJS.init({ ...config, disableAudioLevels: true, enableAnalyticsLogging: false });
    const tracks = await JitsiMeetJS.createLocalTracks({
      devices: ["audio", "video"],
      resolution: 180,
      constraints: {
        video: { width: { ideal: 320 }, height: { ideal: 180 }, frameRate: { max: 5 } },
      },
    });
    const connection = new JitsiMeetJS.JitsiConnection(null, null, {
      ...config,
      serviceUrl: withRoom(config.websocket ?? config.bosh, room),
      websocketKeepAliveUrl: withRoom(config.websocketKeepAliveUrl, room),
      conferenceRequestUrl: withRoom(config.conferenceRequestUrl, room),
      flags: { ssrcRewritingEnabled: true, ...config.flags },
    });
    connection.addEventListener(connectionEvents.CONNECTION_FAILED, failed);
    connection.addEventListener(connectionEvents.CONNECTION_ESTABLISHED, () => {
      const conference = connection.initJitsiConference(room, {
        ...config,
        // Two participants would otherwise talk to each other without a bridge.
        p2p: { enabled: false },
        startAudioMuted: undefined,
        startVideoMuted: undefined,
        startSilent: false,
      });
      const on = (event, listener) => conference.addEventListener(event, listener);
      on(conferenceEvents.CONFERENCE_JOINED, () => report("joined"));
      on(conferenceEvents.CONFERENCE_FAILED, failed);
      on(conferenceEvents.KICKED, () => failed("kicked"));
      on(conferenceEvents.CONNECTION_INTERRUPTED, () => report("interrupted"));
      leave = async () => {
        await conference.leave();
        await connection.disconnect();
      };
      for (const track of tracks) void conference.addTrack(track);
      conference.join();
      conference.setReceiverConstraints({ defaultConstraints: { maxHeight: 180 }, lastN: -1 });
    });
    void keepSampling();
    connection.connect({ name: room });
  }

  window.sandboxStart = start;
  window.sandboxLeave = () => leave();
})();
