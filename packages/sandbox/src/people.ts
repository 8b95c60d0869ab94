import { UserError } from "./cliSupport";
import type { RunningSandbox } from "./client";
import { CommandError } from "./hosts/exec";
import { findHost, runOnHost } from "./commands/hosts";

/** What happened to people; each figure counts persons, once each time that it happened to them. */
export interface Happened {
  /** Went to another bridge, by jicofo's hand: they hardly notice. */
  readonly moved: number;
  /** Were to move, but jicofo chose the same bridge again: no better one could take them. */
  readonly stayed: number;
  /** Lost their bridge under them. */
  readonly cut: number;
  /** Left their room of their own accord. */
  readonly left: number;
}

/** A conference. */
export interface Room extends Happened {
  readonly room: string;
  readonly participants: number;
  /** People by bridge, which is told by its nickname in the brewery. */
  readonly bridges: Readonly<Record<string, number>>;
  /** People who have no bridge now. */
  readonly waiting: number;
  /** People whom jicofo has on a bridge that knows nothing of them: they hear and see nobody. */
  readonly silent: number;
}

/** A bridge as jicofo sees it. */
export interface BridgeView {
  readonly nickname: string;
  readonly operational: boolean;
  readonly draining: boolean;
  readonly stress: number;
  readonly conferences: number;
  readonly participants: number;
}

/** Where people are. */
export interface PeopleReport {
  /** By name. */
  readonly rooms: readonly Room[];
  readonly bridges: readonly BridgeView[];
  /** Over all rooms, those that have ended too, since jicofo began to count. */
  readonly totals: Happened & { readonly participants: number; readonly joined: number };
}

/** The most people that one `join` brings. By jicofo's own measure a bridge holds 80. */
export const mostPeople = 10_000;

/** Makes people come and go, and tells where they are. jicofo alone chooses their bridges. */
export class People {
  constructor(private readonly sandbox: RunningSandbox) {}

  /**
   * Lets people into a room, which is made where there is none.
   * @throws UserError when the number is no whole one from 1 to `mostPeople`, the name cannot be a room's, or
   * jicofo does not answer
   */
  async join(room: string, participants: number): Promise<PeopleReport> {
    checkRoom(room);
    checkCount(participants);
    return this.ask("POST", "", { room, participants });
  }

  /**
   * Lets people out of a room: those who came last; everybody without a number. `silently`: as pages that vanish
   * without a word, so that jicofo and the bridge count them for another 67 to 87 s.
   * @throws UserError as `join`, and when there is no such room
   */
  async leave(room: string, participants?: number, silently = false): Promise<PeopleReport> {
    checkRoom(room);
    if (participants !== undefined) checkCount(participants);
    const query = new URLSearchParams({ silently: silently.toString() });
    if (participants !== undefined) query.set("participants", participants.toString());
    return this.ask("DELETE", `/${room}?${query.toString()}`);
  }

  /** @throws UserError when jicofo does not answer */
  list(): Promise<PeopleReport> {
    return this.ask("GET", "");
  }

  private async ask(method: string, path: string, body?: unknown): Promise<PeopleReport> {
    const web = await findHost(this.sandbox, "web");
    const url = `http://127.0.0.1:8888/sandbox/participants${path}`;
    const status = "\n%{http_code}";
    const data = body === undefined ? [] : ["--json", JSON.stringify(body)];
    const curl = ["curl", "-sS", "--max-time", "20", "-X", method, "-w", status, ...data, url];
    const answer = await runOnHost(this.sandbox, web, curl).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      throw new UserError(
        `jicofo on ${web.name} does not answer (${error.stderr.trim()}); look at it: npm run -s sandbox -- ssh ${web.name} systemctl status jicofo`,
      );
    });
    const end = answer.lastIndexOf("\n");
    const text = answer.slice(0, end);
    if (answer.slice(end + 1) !== "200") throw new UserError(`jicofo on ${web.name}: ${text}`);
    return JSON.parse(text) as PeopleReport;
  }
}

/** The local part of a room's address, as it can stand in a URL. */
function checkRoom(room: string): void {
  if (/^[a-z0-9_-]{1,100}$/i.test(room)) return;
  throw new UserError(
    `"${room}" cannot be a room's name here: at most 100 of letters, digits, - and _ are needed`,
  );
}

function checkCount(participants: number): void {
  if (Number.isInteger(participants) && participants >= 1 && participants <= mostPeople) return;
  throw new UserError(
    `${participants.toString()} people: a whole number from 1 to ${mostPeople.toString()} is needed`,
  );
}
