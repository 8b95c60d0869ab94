import { Command } from "commander";
import { table } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { Participants, type ParticipantEvents, type ParticipantsReport } from "../participants";

interface Options {
  readonly json: boolean;
}

interface LeaveOptions extends Options {
  readonly silently: boolean;
}

/** `sandbox people ...`: simulated participants join, leave and are listed. */
export function peopleCommand(sandbox: () => RunningSandbox): Command {
  const people = new Command("people").description(
    "simulate participants in conferences; jicofo chooses their bridges and moves them",
  );
  const verb = (name: string, description: string): Command =>
    people
      .command(name)
      .description(description)
      .option("--json", "print the report as JSON", false);
  const show = (report: ParticipantsReport, { json }: Options): void => {
    console.log(json ? JSON.stringify(report, null, 2) : reportTables(report));
  };
  verb("join", "add participants to a room, which is created if it does not exist")
    .argument("<room>")
    .argument("[people]", "how many", "1")
    .action(async (room: string, count: string, options: Options) => {
      show(await new Participants(sandbox()).join(room, Number(count)), options);
    });
  verb("leave", "remove participants from a room, the latest first")
    .argument("<room>")
    .argument("[people]", "how many; without it, all")
    .option("--silently", "disappear without leaving: they are still counted for 67 to 87 s", false)
    .action(async (room: string, count: string | undefined, options: LeaveOptions) => {
      const leaving = count === undefined ? undefined : Number(count);
      show(await new Participants(sandbox()).leave(room, leaving, options.silently), options);
    });
  verb("list", "list rooms and bridges with their participants, and what happened to these").action(
    async (options: Options) => {
      show(await new Participants(sandbox()).list(), options);
    },
  );
  return people;
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
