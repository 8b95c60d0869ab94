import { createHash } from "node:crypto";

import { apiError, invalidField } from "../errors";
import { defineResource, route } from "../resource";
import type { Kind } from "../store";

import { labelsField, nameField, readRoutes, renameRoute, type NamedRow } from "./common";

export interface SshKeyRow extends NamedRow {
  readonly fingerprint: string;
  readonly public_key: string;
}

export const sshKeyKind: Kind<SshKeyRow> = { name: "ssh_key", unique: ["name"] };

const collection = {
  path: "ssh_keys",
  one: "ssh_key",
  toWire: (_ctx: unknown, row: SshKeyRow) => row,
  list: { sort: ["id", "name"], filters: { fingerprint: (row: SshKeyRow) => row.fingerprint } },
} as const;

const createFields = {
  name: { ...nameField, required: true },
  public_key: { type: "string", required: true, max: 16384 },
  labels: labelsField,
} as const;

export const sshKeys = defineResource({
  kind: "ssh_key",
  routes: [
    ...readRoutes(sshKeyKind, collection),
    renameRoute(sshKeyKind, collection),
    route("POST", "/ssh_keys", createFields, ({ ctx, body }) => {
      const table = ctx.store.table(sshKeyKind);
      ctx.limits.requireRoom("ssh_keys", sshKeyKind);
      const fingerprint = fingerprintOf(body.public_key);
      if (table.all().some((row) => row.fingerprint === fingerprint))
        throw apiError("uniqueness_error", "SSH key with the same fingerprint already exists", {
          fields: [{ name: "public_key" }],
        });
      const row = table.insert({
        name: body.name,
        fingerprint,
        public_key: body.public_key,
        labels: body.labels ?? {},
        created: new Date().toISOString(),
      });
      return { ssh_key: row };
    }),
    route("DELETE", "/ssh_keys/:id", {}, ({ ctx, params }) => {
      const table = ctx.store.table(sshKeyKind);
      table.remove(table.require(params.id ?? "").id);
    }),
  ],
});

const keyTypes =
  /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-[a-z0-9-]+@openssh\.com)$/;

/** The MD5 digest of the key in colon form, as the API shows it. */
function fingerprintOf(publicKey: string): string {
  const [type = "", data = ""] = publicKey.trim().split(/\s+/);
  const bytes = Buffer.from(data, "base64");
  // The first field of the blob repeats the type. Comparing it is a cheap check that the text is a
  // key.
  const inner = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString() : "";
  if (!keyTypes.test(type) || inner !== type)
    throw invalidField("public_key", "invalid SSH public key");
  const digest = createHash("md5").update(bytes).digest("hex");
  return digest.match(/../g)?.join(":") ?? digest;
}
