import { imageList } from "../catalogue/images";
import type { Context } from "../context";
import { apiError, invalidField, notFound } from "../errors";
import { listPage, type Query } from "../listing";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField } from "./common";
import { imageKind, imageToWire, removeImage, type Image, type ImageRow } from "./imageRow";
import { serverKind } from "./servers/serverRow";

const maxDescription = 255;

export const descriptionField = { type: "string", max: maxDescription, nullable: true } as const;

const updateFields = {
  description: descriptionField,
  type: { type: "string", oneOf: ["snapshot"] },
  labels: labelsField,
} as const;

export const images = defineResource({
  kind: "image",
  routes: [
    ...actionRoutes("images", imageKind.name, (ctx, id) => requireImage(ctx, id).id),
    route("GET", "/images", {}, ({ ctx, query }) => listImages(ctx, query)),
    route("GET", "/images/:id", {}, ({ ctx, params }) => ({
      image: imageToWire(requireImage(ctx, params.id)),
    })),
    route("PUT", "/images/:id", updateFields, ({ ctx, params, body }) => {
      const row = requireUserImage(ctx, params.id);
      const image = ctx.store.table(imageKind).update(row.id, {
        ...(body.labels !== undefined && { labels: body.labels }),
        ...(typeof body.description === "string" && { description: body.description }),
        // A backup that becomes a snapshot is no longer deleted with its server.
        ...(body.type !== undefined && { type: body.type, bound_to: null }),
      });
      return { image: imageToWire(image) };
    }),
    route("DELETE", "/images/:id", {}, ({ ctx, params }) => {
      const row = requireUserImage(ctx, params.id);
      if (row.protection.delete) throw apiError("protected", "image is protected");
      ctx.actions.requireUnlocked(imageKind.name, row.id);
      deleteImage(ctx, row.id);
    }),
    route(
      "POST",
      "/images/:id/actions/change_protection",
      { delete: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const row = requireUserImage(ctx, params.id);
        const protection = { delete: body.delete ?? row.protection.delete };
        ctx.store.table(imageKind).update(row.id, { protection });
        const action = ctx.actions.start("change_protection", [
          { id: row.id, type: imageKind.name },
        ]);
        return { action: ctx.actions.toWire(action) };
      },
    ),
  ],
});

function listImages(ctx: Context, query: Query): unknown {
  const deprecatedToo = query.include_deprecated?.[0] === "true";
  const own: readonly Image[] = ctx.store.table(imageKind).all();
  const rows = [...imageList, ...own].filter(
    (image) => image.deleted === null && (deprecatedToo || image.deprecation === null),
  );
  const page = listPage(rows, query, {
    sort: ["id", "name", "created"],
    filters: {
      type: (image) => image.type,
      status: (image) => image.status,
      architecture: (image) => image.architecture,
      bound_to: (image) => image.bound_to?.toString(),
    },
  });
  return { images: page.rows.map(imageToWire), meta: page.meta };
}

function requireImage(ctx: Context, id: string | undefined): Image {
  const own = ctx.store.table(imageKind).get(Number(id));
  const image = own ?? imageList.find((candidate) => candidate.id.toString() === id);
  if (image?.deleted !== null) throw notFound("image", id ?? "");
  return image;
}

/** @throws ApiError not_found; invalid_input for a system image, which cannot be changed */
function requireUserImage(ctx: Context, id: string | undefined): ImageRow {
  const image = requireImage(ctx, id);
  if (image.type === "system") throw invalidField("id", "system images cannot be changed");
  return image;
}

/** Deletes a snapshot or backup. */
export function deleteImage(ctx: Context, id: number): void {
  const servers = ctx.store.table(serverKind).all();
  const users = servers.filter((server) => server.image === id);
  removeImage(
    ctx,
    id,
    users.map((server) => server.id),
  );
}
