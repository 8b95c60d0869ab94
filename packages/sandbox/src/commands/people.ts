import { Command } from "commander";
import { table, UserError } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { joinWithMedia, leaveWithMedia, listMedia } from "../media/client";
import { carriesMedia } from "../media/kind";
import { mediaTable } from "../media/report";
import type { MediaReport } from "../media/timeline";
import {
  Participants,
  type ParticipantEvents,
  type ParticipantsReport,
  type RecordingView,
} from "../participants";
import { demoConfig } from "./demo";

interface Options {
  readonly json: boolean;
}

interface JoinOptions extends Options {
  readonly media: boolean;
  readonly domain: string;
  readonly browser?: string;
}

interface RecordOptions extends Options {
  readonly stop: boolean;
  readonly stream?: string;
}

interface LeaveOptions extends Options {
  readonly silently: boolean;
}

/** `sandbox people ...`: participants join, leave and are listed. */
export function peopleCommand(sandbox: () => RunningSandbox): Command {
  const people = new Command("people").description(
    "put participants into conferences; jicofo chooses their bridges and moves them",
  );
  const verb = (name: string, description: string): Command =>
    people
      .command(name)
      .description(description)
      .option("--json", "print the report as JSON", false);
  verb("join", "add participants to a room, which is created if it does not exist")
    .argument("<room>")
    .argument("[people]", "how many", "1")
    .option("--media", "real participants: headless browsers that send and receive media", false)
    .option("--domain <name>", "with --media: domain of the cluster", demoConfig.domain)
    .option("--browser <path>", "with --media: path or name of the browser")
    .action(async (room: string, count: string, options: JoinOptions) => {
      await join(sandbox(), room, Number(count), options);
    });
  verb("leave", "remove participants from a room, the latest first")
    .argument("<room>")
    .argument("[people]", "how many; without it, all")
    .option(
      "--silently",
      "simulated participants disappear without leaving: they are still counted for 67 to 87 s",
      false,
    )
    .action(async (room: string, count: string | undefined, options: LeaveOptions) => {
      await leave(sandbox(), room, count === undefined ? undefined : Number(count), options);
    });
  verb("list", "list rooms and bridges with their participants, and what happened to these").action(
    async (options: Options) => {
      const { identity, state } = sandbox();
      if (carriesMedia(state)) showMedia(await listMedia(identity.dir), options);
      else show(await new Participants(sandbox()).list(), options);
    },
  );
  addRecordings(verb, sandbox);
  return people;
}

const show = (report: ParticipantsReport, { json }: Options): void => {
  console.log(json ? JSON.stringify(report, null, 2) : reportTables(report));
};

const showMedia = (reports: readonly MediaReport[], { json }: Options): void => {
  console.log(json ? JSON.stringify({ media: reports }, null, 2) : mediaTable(reports));
};

async function join(
  sandbox: RunningSandbox,
  room: string,
  count: number,
  options: JoinOptions,
): Promise<void> {
  if (options.media) {
    showMedia(await joinWithMedia(sandbox, { ...options, room, participants: count }), options);
    return;
  }
  if (carriesMedia(sandbox.state)) {
    throw new UserError(
      "Jitsi's own programs have no simulated participants; add --media for real ones",
    );
  }
  show(await new Participants(sandbox).join(room, count), options);
}

async function leave(
  sandbox: RunningSandbox,
  room: string,
  count: number | undefined,
  options: LeaveOptions,
): Promise<void> {
  if (!carriesMedia(sandbox.state)) {
    show(await new Participants(sandbox).leave(room, count, options.silently), options);
    return;
  }
  if (options.silently) throw new UserError("--silently is for simulated participants only");
  showMedia(await leaveWithMedia(sandbox, room, count), options);
}

function addRecordings(
  verb: (name: string, description: string) => Command,
  sandbox: () => RunningSandbox,
): void {
  const show = (recordings: readonly RecordingView[], { json }: Options): void => {
    console.log(json ? JSON.stringify(recordings, null, 2) : recordingTable(recordings));
  };
  verb("record", "ask for a recording of a room, as a participant; jicofo selects the recorder")
    .argument("<room>")
    .option("--stop", "end the recording", false)
    .option("--stream <key>", "a live stream in place of a recording: its key or rtmp:// address")
    .action(async (room: string, { stop, stream, ...options }: RecordOptions) => {
      const people = new Participants(sandbox());
      show(stop ? await people.stopRecording(room) : [await people.record(room, stream)], options);
    });
  verb("recordings", "list the recordings that run and those that have ended").action(
    async (options: Options) => {
      show(await new Participants(sandbox()).recordings(), options);
    },
  );
}

function recordingTable(recordings: readonly RecordingView[]): string {
  const rows = recordings.map((r) => [
    ...[r.room, r.mode, r.status, r.tried.join(", ") || "-", r.session, r.failure ?? "-"],
  ]);
  return table([["ROOM", "MODE", "STATUS", "RECORDERS", "SESSION", "FAILURE"], ...rows]);
}

/** The report as two tables. */
export function reportTables({ rooms, bridges, totals }: ParticipantsReport): string {
  const happened = ({ moved, stayed, cut, left }: ParticipantEvents): string[] =>
    [moved, stayed, cut, left].map(String);
  const roomRows = rooms.map(({ room, participants, bridges, waiting, silent, ...rest }) => {
    const places = Object.entries(bridges).map(([name, count]) => `${name}: ${count.toString()}`);
    if (waiting > 0) places.push(`waiting: ${waiting.toString()}`);
    if (silent > 0) places.push(`silent: ${silent.toString()}`);
    return [room, participants.toString(), places.join(", "), ...happened(rest)];
  });
  const bridgeRows = bridges.map((b) => [
    b.nickname,
    b.operational ? (b.draining ? "draining" : "operational") : "not operational",
    b.stress.toFixed(3),
    b.conferences.toString(),
    b.participants.toString(),
  ]);
  return [
    table([
      ["ROOM", "PARTICIPANTS", "BRIDGES", "MOVED", "STAYED", "CUT", "LEFT"],
      ...roomRows,
      ["all so far", totals.participants.toString(), "", ...happened(totals)],
    ]),
    table([["BRIDGE", "STATE", "STRESS", "CONFERENCES", "PARTICIPANTS"], ...bridgeRows]),
  ].join("\n\n");
}
