import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A preview of a real cluster in the sandbox, as JSON; only the fields that the summary reads. */
export const recorded = (name: string): string =>
  readFileSync(join(__dirname, "previews", `${name}.json`), "utf8");

/** Names of all recorded previews. */
export const recordings: readonly string[] = readdirSync(join(__dirname, "previews")).map((file) =>
  file.replace(".json", ""),
);

/** A step of a preview for a server. */
export const step = (op: string, serverType: string, name = "jitsi-jvb-0") => ({
  op,
  urn: `urn:pulumi:dev::jitsi-hetzner::hcloud:index/server:Server::${name}`,
  [op === "delete" ? "oldState" : "newState"]: {
    type: "hcloud:index/server:Server",
    custom: true,
    inputs: { serverType },
  },
});
