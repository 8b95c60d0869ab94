import { UserError } from "./cliSupport";
import type { RunningSandbox } from "./client";
import { CommandError } from "./hosts/exec";
import { findHost, runOnHost } from "./commands/hosts";

/**
 * What happened to participants. Each number counts events, so one participant can count several
 * times.
 */
export interface ParticipantEvents {
  /** jicofo moved them to another bridge. Participants hardly notice this. */
  readonly moved: number;
  /**
   * jicofo tried to move them but chose the same bridge again, because no better one had capacity.
   */
  readonly stayed: number;
  /** They lost their bridge and were disconnected. */
  readonly cut: number;
  /** They left the room. */
  readonly left: number;
}

/** A conference. */
export interface Room extends ParticipantEvents {
  readonly room: string;
  readonly participants: number;
  /** Number of participants by bridge, named by its nickname in the brewery. */
  readonly bridges: Readonly<Record<string, number>>;
  /** Participants that have no bridge now. */
  readonly waiting: number;
  /** Participants that jicofo has on a bridge that does not know them. They hear and see nobody. */
  readonly silent: number;
}

/** A bridge in jicofo's view. */
export interface BridgeView {
  readonly nickname: string;
  readonly operational: boolean;
  readonly draining: boolean;
  readonly stress: number;
  readonly conferences: number;
  readonly participants: number;
}

/** Rooms, bridges and participants. */
export interface ParticipantsReport {
  /** Sorted by name. */
  readonly rooms: readonly Room[];
  readonly bridges: readonly BridgeView[];
  /** Of all rooms, including those that have ended, since jicofo started to count. */
  readonly totals: ParticipantEvents & { readonly participants: number; readonly joined: number };
}

/** A recording or a live stream, as jicofo sees it. */
export interface RecordingView {
  readonly room: string;
  /** Its id. The recorder names the folder of the recording by it. */
  readonly session: string;
  readonly status: "undefined" | "pending" | "on" | "off";
  readonly mode: "file" | "stream";
  /** Nickname of the recorder that was asked last. Null if none was. */
  readonly recorder: string | null;
  /** Nicknames of all recorders that were asked. */
  readonly tried: readonly string[];
  /** Why it ended or was tried again. Null without a failure. */
  readonly failure: string | null;
}

/** The highest number of participants for one `join`. By jicofo's measure a bridge holds 80. */
export const maxParticipants = 10_000;

/** jicofo may ask several recorders, each for up to 15 s. */
const maxSeconds = "100";

/**
 * Adds and removes simulated participants, and reports where they are. Only jicofo chooses their
 * bridges.
 */
export class Participants {
  constructor(private readonly sandbox: RunningSandbox) {}

  /**
   * Adds participants to a room, which is created if it does not exist.
   *
   * @throws UserError when the number is not a whole number from 1 to `maxParticipants`, the room
   *   name is invalid, or jicofo does not answer
   */
  async join(room: string, participants: number): Promise<ParticipantsReport> {
    checkRoom(room);
    checkCount(participants);
    return this.ask("POST", "/participants", { room, participants });
  }

  /**
   * Removes participants from a room, the latest first; all of them without a number. With
   * `silently` they disappear without leaving, so jicofo and the bridge count them for another 67
   * to 87 s.
   *
   * @throws UserError like `join`, and when the room does not exist
   */
  async leave(room: string, participants?: number, silently = false): Promise<ParticipantsReport> {
    checkRoom(room);
    if (participants !== undefined) checkCount(participants);
    const query = new URLSearchParams({ silently: silently.toString() });
    if (participants !== undefined) query.set("participants", participants.toString());
    return this.ask("DELETE", `/participants/${room}?${query.toString()}`);
  }

  /** @throws UserError when jicofo does not answer */
  list(): Promise<ParticipantsReport> {
    return this.ask("GET", "/participants");
  }

  /**
   * A participant of a room asks for a recording, or for a live stream with `stream` (its key or
   * address). jicofo selects an idle recorder.
   *
   * @throws UserError with jicofo's answer when no recorder accepts, or the room does not exist
   */
  async record(room: string, stream?: string): Promise<RecordingView> {
    checkRoom(room);
    return this.ask("POST", "/recordings", { room, stream });
  }

  /** @throws UserError when the room is not recorded */
  async stopRecording(room: string): Promise<readonly RecordingView[]> {
    checkRoom(room);
    return this.ask("DELETE", `/recordings/${room}`);
  }

  /** The recordings that run, and the latest 50 that have ended. */
  recordings(): Promise<readonly RecordingView[]> {
    return this.ask("GET", "/recordings");
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const web = await findHost(this.sandbox, "web");
    const url = `http://127.0.0.1:8888/sandbox${path}`;
    const writeOut = "\n%{http_code}";
    const data = body === undefined ? [] : ["--json", JSON.stringify(body)];
    const options = ["-sS", "--max-time", maxSeconds, "-X", method, "-w", writeOut];
    const curl = ["curl", ...options, ...data, url];
    const answer = await runOnHost(this.sandbox, web, curl).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      throw new UserError(
        `jicofo on ${web.name} does not answer (${error.stderr.trim()}); check it: npm run -s sandbox -- ssh ${web.name} systemctl status jicofo`,
      );
    });
    const end = answer.lastIndexOf("\n");
    const text = answer.slice(0, end);
    const status = answer.slice(end + 1);
    // The stand-in's own 404 is for a room that does not exist.
    if (status === "404" && !text.startsWith("no room is called")) {
      throw new UserError(
        `jicofo on ${web.name} is not the stand-in, so it has no simulated participants; start a sandbox with stand-ins: npm run -s sandbox -- down, then npm run -s sandbox -- up --jitsi stand-in`,
      );
    }
    if (status !== "200") throw new UserError(`jicofo on ${web.name}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/**
 * Room names that can be part of a URL.
 *
 * @throws UserError with what is allowed
 */
export function checkRoom(room: string): void {
  if (/^[a-z0-9_-]{1,100}$/i.test(room)) return;
  throw new UserError(
    `"${room}" is not a valid room name; allowed: 1 to 100 letters, digits, - and _`,
  );
}

/** @throws UserError when it is not a whole number from 1 to `maxParticipants` */
export function checkCount(participants: number): void {
  if (Number.isInteger(participants) && participants >= 1 && participants <= maxParticipants)
    return;
  throw new UserError(
    `${participants.toString()} participants are not possible; allowed: a whole number from 1 to ${maxParticipants.toString()}`,
  );
}
