import { checkDomain } from "../browser/domain";
import { findBrowser } from "../browser/find";
import { UserError } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { requirePlaces } from "../commands/from";
import { checkCount, checkRoom } from "../participants";
import { checkCapacity } from "./capacity";
import { requireMedia } from "./kind";
import { askMedia, mediaPid, startMedia } from "./requests";
import type { MediaReport } from "./timeline";

/** Participants with media that are to join. */
export interface MediaJoin {
  readonly room: string;
  readonly participants: number;
  readonly domain: string;
  /** Path or name of the browser; by default, the first known one. */
  readonly browser?: string;
}

/**
 * Adds participants with media to a room. Resolves when they have joined and get media.
 *
 * @throws UserError when an argument is invalid, the machine cannot take so many, there is no media
 *   or no browser, or one cannot join
 */
export async function joinWithMedia(
  sandbox: RunningSandbox,
  { room, participants, domain, browser }: MediaJoin,
): Promise<readonly MediaReport[]> {
  const { dir } = sandbox.identity;
  checkRoom(room);
  checkCount(participants);
  const running = mediaPid(dir) === undefined ? 0 : await runningIn(dir);
  checkCapacity(participants, running);
  requirePlaces(sandbox, "people --media");
  requireMedia(sandbox.state);
  findBrowser(browser, true);
  await checkDomain(sandbox, domain);
  await startMedia(dir, domain, browser);
  // The client library refuses capital letters in room names.
  return askMedia(dir, { verb: "join", room: room.toLowerCase(), participants });
}

/** @throws UserError when the room has no participants with media */
export async function leaveWithMedia(
  { identity }: RunningSandbox,
  room: string,
  participants?: number,
): Promise<readonly MediaReport[]> {
  checkRoom(room);
  if (participants !== undefined) checkCount(participants);
  if (mediaPid(identity.dir) === undefined)
    throw new UserError(`${room} has no participants with media`);
  return askMedia(identity.dir, { verb: "leave", room: room.toLowerCase(), participants });
}

/** Also participants that have left, until the last one leaves. */
export async function listMedia(dir: string): Promise<readonly MediaReport[]> {
  return mediaPid(dir) === undefined ? [] : askMedia(dir, { verb: "list" });
}

const runningIn = async (dir: string): Promise<number> =>
  (await listMedia(dir)).filter(({ state }) => state !== "left").length;
