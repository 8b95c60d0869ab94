import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../files";
import type { SandboxIdentity } from "../identity";
import type { Machine } from "./machine";

/** The machines of a sandbox. They survive a restart of it. */
export class MachineStore {
  private machines: readonly Machine[];
  private readonly file: string;

  constructor({ dir }: SandboxIdentity) {
    this.file = join(dir, "machines.json");
    this.machines = existsSync(this.file)
      ? (JSON.parse(readFileSync(this.file, "utf8")) as Machine[])
      : [];
  }

  all(): readonly Machine[] {
    return this.machines;
  }

  find(name: string): Machine | undefined {
    return this.machines.find((machine) => machine.name === name);
  }

  /** The first number that no machine has. */
  freeNumber(): number {
    const taken = new Set(this.machines.map(({ number }) => number));
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }

  add(machine: Machine): void {
    this.keep([...this.machines, machine]);
  }

  /** Changes fields of a machine. No-op for a machine that was removed meanwhile. */
  change(number: number, fields: Partial<Pick<Machine, "state" | "reason" | "on">>): void {
    this.keep(this.machines.map((one) => (one.number === number ? { ...one, ...fields } : one)));
  }

  remove(number: number): void {
    this.keep(this.machines.filter((one) => one.number !== number));
  }

  private keep(machines: readonly Machine[]): void {
    writeFileAtomically(this.file, `${JSON.stringify(machines, null, 2)}\n`, 0o600);
    this.machines = machines;
  }
}
