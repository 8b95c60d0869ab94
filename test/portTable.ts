import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One row of the table in docs/ports.md: what answers on a host, seen from somewhere. */
export interface OpenPorts {
  readonly host: "web" | "bridge";
  readonly from: string;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** The table in docs/ports.md, which is what all tests of open ports go by. */
export function portTable(): OpenPorts[] {
  const page = readFileSync(join(__dirname, "../docs/ports.md"), "utf8");
  return page
    .split("\n")
    .filter((line) => /^\| (web|bridge) /.test(line))
    .map((line) => {
      const [, host, from, tcp, udp] = line.split("|").map((cell) => cell.trim());
      return { host: host as OpenPorts["host"], from: from ?? "", tcp: list(tcp), udp: list(udp) };
    });
}

function list(cell = ""): number[] {
  return cell === "none" ? [] : cell.split(",").map(Number);
}
