import type { ActionRow } from "../../actions";
import { findServerType } from "../../catalogue/serverTypes";
import type { Context } from "../../context";
import { apiError } from "../../errors";
import { definePart, route } from "../../resource";

import { labelsField } from "../common";
import { imageById, imageKind, imageToWire, snapshotSize } from "../imageRow";
import { deleteImage, descriptionField } from "../images";
import { requireServer, startAction } from "./serverActions";
import { serverKind, type ServerRow } from "./serverRow";

/** Hours in UTC. Hetzner chooses one of six windows of four hours. */
const backupWindow = "22-02";

const createFields = {
  type: { type: "string", oneOf: ["snapshot", "backup"] },
  description: descriptionField,
  labels: labelsField,
} as const;

/** Snapshots and backups of servers. */
export const serverImages = definePart({
  commands: {
    create_image: {
      locks: true,
      done: (ctx, action) => {
        const { id } = imageOf(action);
        const table = ctx.store.table(imageKind);
        if (table.get(id)) table.update(id, { status: "available", image_size: snapshotSize });
      },
      failed: (ctx, action) => {
        ctx.store.table(imageKind).remove(imageOf(action).id);
      },
    },
    enable_backup: { locks: true },
    disable_backup: { locks: true },
  },
  routes: [
    route("POST", "/servers/:id/actions/create_image", createFields, ({ ctx, params, body }) => {
      const server = requireServer(ctx, params.id);
      const type = body.type ?? "snapshot";
      if (type === "backup" && server.backup_window === null)
        throw apiError("service_error", "backups are not enabled for this server");
      const { id } = ctx.store
        .table(imageKind)
        .insert(newImage(ctx, server, type, body.description ?? server.name, body.labels ?? {}));
      const action = ctx.actions.start("create_image", [
        { id: server.id, type: serverKind.name },
        { id, type: imageKind.name },
      ]);
      return {
        action: ctx.actions.toWire(action),
        image: imageToWire(ctx.store.table(imageKind).require(id)),
      };
    }),
    route("POST", "/servers/:id/actions/enable_backup", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      ctx.store.table(serverKind).update(server.id, { backup_window: backupWindow });
      return startAction(ctx, "enable_backup", server.id);
    }),
    route("POST", "/servers/:id/actions/disable_backup", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      ctx.store.table(serverKind).update(server.id, { backup_window: null });
      // "This also deletes all existing backups" (API reference).
      removeBackups(ctx, server.id);
      return startAction(ctx, "disable_backup", server.id);
    }),
  ],
});

function newImage(
  ctx: Context,
  server: ServerRow,
  type: "snapshot" | "backup",
  description: string,
  labels: ServerRow["labels"],
) {
  const from = imageById(ctx, server.image);
  return {
    type,
    status: "creating",
    name: null,
    description,
    labels,
    image_size: null,
    disk_size: server.primary_disk_size,
    created: new Date().toISOString(),
    created_from: { id: server.id, name: server.name },
    bound_to: type === "backup" ? server.id : null,
    os_flavor: from?.os_flavor ?? "unknown",
    os_version: from?.os_version ?? null,
    architecture: findServerType(server.server_type)?.architecture ?? "x86",
    rapid_deploy: false,
    protection: { delete: false },
    deprecation: null,
    deleted: null,
    system_image: from && "system_image" in from ? from.system_image : server.image,
  } as const;
}

function imageOf(action: ActionRow) {
  const image = action.resources.find(({ type }) => type === imageKind.name);
  if (!image) throw new Error(`${action.command} has no image`);
  return image;
}

/** Deletes the backups of a server. This also happens when the server is deleted. */
export function removeBackups(ctx: Context, server: number): void {
  for (const image of ctx.store.table(imageKind).all())
    if (image.bound_to === server) deleteImage(ctx, image.id);
}
