import { Command } from "commander";
import { table } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { People, type Happened, type PeopleReport } from "../people";

interface Options {
  readonly json: boolean;
}

interface LeaveOptions extends Options {
  readonly silently: boolean;
}

/** `sandbox people ...`: people who are not there come, go, and are told where they are. */
export function peopleCommand(sandbox: () => RunningSandbox): Command {
  const people = new Command("people").description(
    "fake people in conferences; jicofo chooses their bridges, and moves them",
  );
  const verb = (name: string, description: string): Command =>
    people
      .command(name)
      .description(description)
      .option("--json", "where people are, as JSON", false);
  const show = (report: PeopleReport, { json }: Options): void => {
    console.log(json ? JSON.stringify(report, null, 2) : reportTables(report));
  };
  verb("join", "people come to a room, which is made where there is none")
    .argument("<room>")
    .argument("[people]", "how many", "1")
    .action(async (room: string, count: string, options: Options) => {
      show(await new People(sandbox()).join(room, Number(count)), options);
    });
  verb("leave", "people leave a room, the last that came first")
    .argument("<room>")
    .argument("[people]", "how many; everybody without it")
    .option("--silently", "without a word: they are counted for another 67 to 87 s", false)
    .action(async (room: string, count: string | undefined, options: LeaveOptions) => {
      const leaving = count === undefined ? undefined : Number(count);
      show(await new People(sandbox()).leave(room, leaving, options.silently), options);
    });
  verb("list", "rooms and bridges: where people are, and what happened to them").action(
    async (options: Options) => {
      show(await new People(sandbox()).list(), options);
    },
  );
  return people;
}

/** The report as two tables for people. */
export function reportTables({ rooms, bridges, totals }: PeopleReport): string {
  const happened = ({ moved, stayed, cut, left }: Happened): string[] =>
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
      ["ROOM", "PEOPLE", "BRIDGES", "MOVED", "STAYED", "CUT", "LEFT"],
      ...roomRows,
      ["all so far", totals.participants.toString(), "", ...happened(totals)],
    ]),
    table([["BRIDGE", "STATE", "STRESS", "CONFERENCES", "PEOPLE"], ...bridgeRows]),
  ].join("\n\n");
}
