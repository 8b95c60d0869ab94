import { randomBytes } from "node:crypto";

import type { ActionRow } from "../../actions";
import { isRetired } from "../../catalogue/deprecation";
import { findLocation } from "../../catalogue/locations";
import { findServerType, type ServerType } from "../../catalogue/serverTypes";
import type { Context } from "../../context";
import { apiError, invalidField, notFound } from "../../errors";
import type { FieldTable, Parsed } from "../../fields";

import { labelsField } from "../common";
import { applyTo } from "../firewalls";
import { findImage, type Image } from "../imageRow";
import { attach } from "../networks/networkAddresses";
import { requireRoom } from "../placementGroups";
import { createPrimaryIp } from "../primaryIpCreate";
import { primaryIpKind } from "../primaryIpRow";
import type { IpType } from "../reverseNames";
import { serverKind, userDataField, type ServerRow } from "./serverRow";
import { sshKeyKind } from "../sshKeys";

/** Server names must be valid host names (RFC 1123). */
const hostname =
  /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
const defaultLocation = "fsn1";

export const serverNameField = { type: "string", min: 1, max: 253, pattern: hostname } as const;

export const createFields = {
  name: { ...serverNameField, required: true },
  server_type: { type: "idOrName", required: true },
  image: { type: "idOrName", required: true },
  location: { type: "string" },
  ssh_keys: { type: "array", items: { type: "idOrName" } },
  user_data: userDataField,
  start_after_create: { type: "boolean" },
  labels: labelsField,
  volumes: {
    type: "array",
    items: { type: "integer" },
    max: 0,
  },
  automount: { type: "boolean" },
  networks: { type: "array", items: { type: "integer" } },
  firewalls: {
    type: "array",
    items: { type: "object", fields: { firewall: { type: "integer", required: true } } },
  },
  placement_group: { type: "integer" },
  public_net: {
    type: "object",
    fields: {
      enable_ipv4: { type: "boolean" },
      enable_ipv6: { type: "boolean" },
      ipv4: { type: "integer", nullable: true },
      ipv6: { type: "integer", nullable: true },
    },
  },
} as const satisfies FieldTable;

type CreateBody = Parsed<typeof createFields>;

export interface CreatedServer {
  readonly server: ServerRow;
  readonly action: ActionRow;
  readonly next: readonly ActionRow[];
  readonly rootPassword: string | null;
}

/** @throws ApiError when the request is invalid; nothing is created then */
export function createServer(ctx: Context, body: CreateBody): CreatedServer {
  const location = body.location ?? defaultLocation;
  ctx.limits.requireRoom("servers", serverKind);
  const serverType = orderableType(ctx, body.server_type, location);
  const image = orderableImage(ctx, body.image, serverType);
  if (body.placement_group !== undefined) requireRoom(ctx, body.placement_group);
  const keys = (body.ssh_keys ?? []).map((key) => publicKey(ctx, key));
  const table = ctx.store.table(serverKind);
  const { id } = table.insert({
    name: body.name,
    status: "initializing",
    created: new Date().toISOString(),
    labels: body.labels ?? {},
    server_type: serverType.id,
    image: image.id,
    location,
    user_data: body.user_data ?? "",
    ssh_keys: keys,
    ipv4: null,
    ipv6: null,
    private_net: [],
    placement_group: body.placement_group ?? null,
    protection: { delete: false, rebuild: false },
    primary_disk_size: serverType.disk,
    backup_window: null,
    host_made: false,
  });
  assignPublicAddresses(ctx, id, location, body.public_net ?? {});
  for (const network of body.networks ?? []) {
    const server = table.require(id);
    table.update(id, { private_net: [...server.private_net, attach(ctx, server, network, {})] });
  }
  for (const { firewall } of body.firewalls ?? [])
    applyTo(ctx, firewall, [{ type: "server", server: { id } }]);
  const server = table.require(id);
  return { ...startActions(ctx, server, body), server, rootPassword: passwordFor(keys) };
}

function startActions(ctx: Context, server: ServerRow, body: CreateBody) {
  const resources = [{ id: server.id, type: serverKind.name }];
  const starts = body.start_after_create ?? true;
  const reachable = server.ipv4 !== null || server.ipv6 !== null || server.private_net.length > 0;
  if (starts && !reachable)
    throw invalidField("public_net", "a server without any network cannot be started");
  const action = ctx.actions.start("create_server", resources);
  const next = starts ? [ctx.actions.start("start_server", resources, { after: action })] : [];
  return { action, next };
}

function orderableType(ctx: Context, idOrName: number | string, location: string): ServerType {
  const serverType = findServerType(idOrName);
  if (!serverType) throw notFound("server_type", idOrName);
  if (!findLocation(location)) throw notFound("location", location);
  if (serverType.locations.every(isRetired))
    throw invalidField(
      "server_type",
      `Server Type "${serverType.name}" is unavailable in all locations and can no longer be ordered`,
    );
  const at = serverType.locations.find(({ name }) => name === location);
  const retired = at !== undefined && isRetired(at);
  if (!at || retired)
    // The text is the API's. It was seen for types that are not sold in a location and for retired
    // types.
    throw apiError("invalid_input", "unsupported location for server type", {
      fields: [{ name: "location", messages: ["unsupported location for server type"] }],
    });
  if (!at.available || ctx.faults.isSoldOut(serverType.name, location))
    throw apiError("resource_unavailable", "error during placement");
  return serverType;
}

function orderableImage(ctx: Context, idOrName: number | string, serverType: ServerType): Image {
  const image = findImage(ctx, idOrName, serverType.architecture);
  if (!image) throw notFound("image", idOrName);
  if (image.architecture !== serverType.architecture)
    throw invalidField("image", "architecture does not match that of the server type");
  if (isRetired(image)) throw invalidField("image", "can no longer be ordered");
  if (image.status !== "available")
    throw apiError("resource_unavailable", "image is not available yet");
  if (image.disk_size > serverType.disk)
    throw invalidField("image", "disk of the server type is too small for the image");
  return image;
}

function publicKey(ctx: Context, idOrName: number | string): string {
  const table = ctx.store.table(sshKeyKind);
  const key =
    (typeof idOrName === "string" ? table.find("name", idOrName) : undefined) ??
    table.require(idOrName);
  return key.public_key;
}

function assignPublicAddresses(
  ctx: Context,
  id: number,
  location: string,
  wanted: NonNullable<CreateBody["public_net"]>,
): void {
  const addresses = {
    ipv4: wanted.enable_ipv4 === false ? null : publicAddress(ctx, id, location, "ipv4", wanted),
    ipv6: wanted.enable_ipv6 === false ? null : publicAddress(ctx, id, location, "ipv6", wanted),
  };
  ctx.store.table(serverKind).update(id, addresses);
}

function publicAddress(
  ctx: Context,
  server: number,
  location: string,
  type: IpType,
  wanted: NonNullable<CreateBody["public_net"]>,
): number {
  const table = ctx.store.table(primaryIpKind);
  const given = wanted[type];
  if (given === undefined || given === null)
    return createPrimaryIp(ctx, { type, location, autoDelete: true, assignee: server }).id;
  const row = table.require(given);
  if (row.assignee_id !== null)
    throw apiError("primary_ip_assigned", "primary IP is already assigned to a server");
  if (row.type !== type)
    throw apiError("primary_ip_version_mismatch", `primary IP is not an ${type} address`);
  if (row.location !== location)
    throw apiError("primary_ip_datacenter_mismatch", "primary IP is in another location");
  table.update(row.id, { assignee_id: server });
  return row.id;
}

/** Only a server without keys gets a password. */
function passwordFor(keys: readonly string[]): string | null {
  return keys.length > 0 ? null : randomPassword();
}

/** A root password in the API's form. */
export function randomPassword(): string {
  return randomBytes(15).toString("base64url");
}
