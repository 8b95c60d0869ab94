import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { UserError } from "../cliSupport";
import {
  beginTimeline,
  endGap,
  mediaReport,
  observe,
  type MediaReport,
  type PageEvent,
  type Remote,
  type SandboxEvent,
  type Timeline,
} from "./timeline";

/** Where participants join, and how. */
export interface MeetingPlace {
  /** The web host: `https://meet.example.test`. */
  readonly origin: string;
  readonly bridgeOf: (remote: Remote) => string;
  /** Seconds until a page loads again after its meeting failed: at least, at most. */
  readonly reloadAfter: readonly [number, number];
  /** Takes what pages write to their consoles, and their errors. */
  readonly log: (line: string) => void;
}

/** The web application reloads after 10 to 30 s (jitsi-meet, AbstractPageReloadOverlay). */
export const reloadAfter = [10, 30] as const;

/** Seconds that a participant may take to join, and then until the first media. */
const joinSeconds = 60;

/** Milliseconds that leaving may take. */
const leaveMs = 5_000;

/** A path that the web host does not have. The browser gets the page from the sandbox instead. */
const pagePath = "/sandbox-participant.html";

const script = readFileSync(join(__dirname, "page", "participant.js"), "utf8");

const pageText = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>participant</title></head>
  <body>
    <script>${script}</script>
    <script src="/config.js"></script>
    <script src="/libs/lib-jitsi-meet.min.js"></script>
  </body>
</html>
`;

/** A participant with media: a page with the client library of the web host. */
export class MediaParticipant {
  timeline: Timeline;
  hasLeft = false;
  /** When it left, in milliseconds. */
  private leftAt?: number;

  private constructor(
    readonly name: string,
    readonly room: string,
    private readonly page: Page,
    private readonly place: MeetingPlace,
  ) {
    this.timeline = beginTimeline(Date.now());
  }

  /** Opens the page and begins to join. */
  static async open(
    browser: Browser,
    name: string,
    room: string,
    place: MeetingPlace,
  ): Promise<MediaParticipant> {
    // A context is a profile of its own: no participant sees what another one has stored.
    const context = await browser.newContext({ permissions: ["camera", "microphone"] });
    const page = await context.newPage();
    const participant = new MediaParticipant(name, room, page, place);
    const say = (text: string): void => {
      place.log(`${name}: ${text}`);
    };
    page.on("pageerror", (error) => {
      say(error.message);
    });
    page.on("crash", () => {
      say("the page crashed");
      participant.fail("the page crashed");
    });
    page.on("console", (message) => {
      if (message.type() === "error") say(message.text());
    });
    await page.exposeFunction("sandboxReport", (event: PageEvent) => {
      participant.take(event);
    });
    await page.route(place.origin + pagePath, (route) =>
      route.fulfill({ contentType: "text/html", body: pageText }),
    );
    await participant.load();
    return participant;
  }

  /** @throws UserError when the web host does not serve the client library */
  private async load(): Promise<void> {
    await this.page.goto(this.place.origin + pagePath, { waitUntil: "load" });
    const missing = await this.page.evaluate<string | null>(
      `typeof JitsiMeetJS === "undefined" ? "/libs/lib-jitsi-meet.min.js" : typeof config === "undefined" ? "/config.js" : null`,
    );
    if (missing !== null) {
      throw new UserError(`${this.place.origin} serves no usable ${missing}`);
    }
    await this.page.evaluate(`sandboxStart(${JSON.stringify({ room: this.room })})`);
  }

  take(event: PageEvent | SandboxEvent): void {
    if (this.hasLeft) return;
    this.timeline = observe(this.timeline, event, this.place.bridgeOf);
    if (event.kind === "failed") this.place.log(`${this.name}: ${event.error}`);
    if (event.kind !== "failed" || !event.reloads) return;
    this.reload().catch((error: unknown) => {
      this.fail(`the page cannot be loaded again: ${String(error)}`);
    });
  }

  private fail(error: string): void {
    this.take({ kind: "failed", at: Date.now(), error, reloads: false });
  }

  private async reload(): Promise<void> {
    const [least, most] = this.place.reloadAfter;
    await sleep((least + Math.random() * (most - least)) * 1000);
    if (!this.hasLeft) await this.load();
  }

  /** Waits until it has joined. @throws UserError with the library's error, or after a minute */
  async joined(): Promise<void> {
    const deadline = Date.now() + joinSeconds * 1000;
    while (this.timeline.joinedAt === undefined) {
      const { error } = this.timeline;
      if (error !== undefined || Date.now() > deadline) {
        throw new UserError(
          `${this.name} cannot join ${this.room}: ${error ?? `no answer for ${joinSeconds.toString()} s`}`,
        );
      }
      await sleep(50);
    }
  }

  /** Waits until media come, at most a minute. The report says when none came. */
  async hearsOthers(): Promise<void> {
    const deadline = Date.now() + joinSeconds * 1000;
    while (this.timeline.firstMediaAt === undefined && Date.now() < deadline) await sleep(50);
  }

  /** Leaves the meeting, as a user does, and closes the page. */
  async leave(): Promise<void> {
    this.leftAt = Date.now();
    this.timeline = endGap(this.timeline, this.leftAt);
    this.hasLeft = true;
    try {
      // A page whose connection is dead never hears that it has left.
      const patience = sleep(leaveMs, undefined, { ref: false });
      await Promise.race([this.page.evaluate("sandboxLeave()"), patience]);
    } catch (error) {
      this.place.log(`${this.name}: leaving failed: ${String(error)}`);
    }
    await this.page.context().close();
  }

  report(): MediaReport {
    const now = this.leftAt ?? Date.now();
    return mediaReport(
      { participant: this.name, room: this.room },
      this.timeline,
      now,
      this.hasLeft,
    );
  }
}

/** All participants with media of a sandbox. */
export class MediaParticipants {
  private readonly all: MediaParticipant[] = [];
  private made = 0;

  constructor(
    private readonly browser: Browser,
    private readonly place: MeetingPlace,
  ) {}

  /** Participants that have not left. */
  get running(): number {
    return this.all.filter(({ hasLeft }) => !hasLeft).length;
  }

  /**
   * Adds participants to a room and waits until they have joined and get media from each other.
   *
   * @throws UserError when one cannot join; the others stay
   */
  async join(room: string, count: number): Promise<MediaReport[]> {
    const opened: MediaParticipant[] = [];
    for (let i = 0; i < count; i++) {
      const name = `${room}-${(++this.made).toString()}`;
      const participant = await MediaParticipant.open(this.browser, name, room, this.place);
      this.all.push(participant);
      opened.push(participant);
      this.tellCompany(room);
    }
    await this.untilIn(opened);
    if (this.inRoom(room).length > 1) {
      await Promise.all(opened.map((participant) => participant.hearsOthers()));
    }
    return this.reports();
  }

  private async untilIn(opened: readonly MediaParticipant[]): Promise<void> {
    const results = await Promise.allSettled(opened.map((participant) => participant.joined()));
    const errors = results.flatMap((result): unknown[] =>
      result.status === "rejected" ? [result.reason] : [],
    );
    if (errors.length === 0) return;
    // A participant that cannot join would be counted as one that is there.
    await Promise.all(
      opened.filter((_, i) => results[i]?.status === "rejected").map((one) => one.leave()),
    );
    throw errors[0];
  }

  /**
   * Removes participants from a room, the latest first; all of them without a number.
   *
   * @throws UserError when the room has none
   */
  async leave(room: string, count?: number): Promise<MediaReport[]> {
    const present = this.inRoom(room);
    if (present.length === 0) {
      throw new UserError(`${room} has no participants with media`);
    }
    const leaving = present.slice(-(count ?? present.length));
    // The others lose company first, so that the goodbye is no gap.
    for (const one of present) {
      const others = present.length - leaving.length > 1;
      one.take({ kind: "company", at: Date.now(), others });
    }
    await Promise.all(leaving.map((one) => one.leave()));
    return this.reports();
  }

  reports(): MediaReport[] {
    return this.all.map((participant) => participant.report());
  }

  private inRoom(room: string): MediaParticipant[] {
    return this.all.filter((one) => one.room === room && !one.hasLeft);
  }

  private tellCompany(room: string): void {
    const present = this.inRoom(room);
    for (const one of present) {
      one.take({ kind: "company", at: Date.now(), others: present.length > 1 });
    }
  }
}
