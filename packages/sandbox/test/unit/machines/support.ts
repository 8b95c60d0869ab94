import type { Machine } from "../../../src/machines/machine";

/** A machine that is ready and runs: the first one, with root on port 22. */
export const aMachine = (fields: Partial<Machine> = {}): Machine => ({
  ...{ name: "vps", number: 1, os: "debian-13", user: "root", port: 22, sudo: true },
  ...{ look: "provider", firewall: "none", web: false, leftovers: false, cores: 0 },
  ...{ state: "ready", on: true },
  ...fields,
});
