import { isRetired } from "../../catalogue/deprecation";
import { findServerType } from "../../catalogue/serverTypes";
import type { Context } from "../../context";
import { apiError, invalidField, notFound } from "../../errors";
import { definePart, route } from "../../resource";

import { findImage } from "../imageRow";
import { hostSpec } from "./hosts";
import { powerCommand, requireServer, startAction } from "./serverActions";
import { serverKind, userDataField } from "./serverRow";

export const serverRebuild = definePart({
  commands: { rebuild_server: powerCommand(rebuild) },
  routes: [
    route(
      "POST",
      "/servers/:id/actions/rebuild",
      { image: { type: "idOrName", required: true }, user_data: userDataField },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        if (server.protection.rebuild) throw apiError("protected", "server is protected");
        const architecture = findServerType(server.server_type)?.architecture ?? "x86";
        const image = findImage(ctx, body.image, architecture);
        if (image?.architecture !== architecture) throw notFound("image", body.image);
        if (isRetired(image)) throw invalidField("image", "can no longer be ordered");
        if (image.status !== "available")
          throw apiError("resource_unavailable", "image is not available yet");
        if (image.disk_size > server.primary_disk_size)
          throw invalidField("image", "disk of the server is too small for the image");
        ctx.store.table(serverKind).update(server.id, {
          image: image.id,
          status: "rebuilding",
          ...(body.user_data !== undefined && { user_data: body.user_data }),
        });
        return { ...startAction(ctx, "rebuild_server", server.id), root_password: null };
      },
    ),
  ],
});

async function rebuild(ctx: Context, id: number): Promise<void> {
  await ctx.driverCalls.run(id, async () => {
    const server = ctx.store.table(serverKind).require(id);
    await ctx.driver.delete(id);
    await ctx.driver.create(hostSpec(ctx, server));
    ctx.store.transaction(() => ctx.store.table(serverKind).update(id, { host_made: true }));
  });
}
