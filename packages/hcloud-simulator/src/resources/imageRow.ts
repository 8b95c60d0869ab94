import { findSystemImage, imageList, type SystemImage } from "../catalogue/images";
import type { Architecture } from "../catalogue/serverTypes";
import type { Context } from "../context";
import type { Labels } from "../labels";
import type { Kind, Row } from "../store";

/** A snapshot or a backup: what `create_image` makes. */
export interface ImageRow extends Row {
  readonly type: "snapshot" | "backup";
  readonly status: "creating" | "available" | "unavailable";
  readonly name: null;
  readonly description: string;
  /** GB; null while it is being made. */
  readonly image_size: number | null;
  readonly disk_size: number;
  readonly created: string;
  readonly created_from: { readonly id: number; readonly name: string };
  /** The server of a backup, which goes with it. */
  readonly bound_to: number | null;
  readonly os_flavor: string;
  readonly os_version: string | null;
  readonly architecture: Architecture;
  readonly rapid_deploy: false;
  readonly protection: { readonly delete: boolean };
  readonly deprecation: null;
  /** Since when it is gone; kept for the servers that were made from it. */
  readonly deleted: string | null;
  readonly labels: Labels;
  /** The system image beneath; not shown. */
  readonly system_image: number;
}

export type Image = SystemImage | ImageRow;

export const imageKind: Kind<ImageRow> = { name: "image" };

/** GB that a snapshot of a fresh system has, about. */
export const snapshotSize = 2.3;

export function imageById(ctx: Context, id: number): Image | undefined {
  return ctx.store.table(imageKind).get(id) ?? imageList.find((image) => image.id === id);
}

/** An image that a server can be made from: by id; system images also by name. */
export function findImage(
  ctx: Context,
  idOrName: number | string,
  architecture: Architecture,
): Image | undefined {
  const own = ctx.store.table(imageKind).get(Number(idOrName));
  if (own) return own.deleted === null ? own : undefined;
  return findSystemImage(idOrName, architecture);
}

/** The name that the host driver knows an image by: that of the system beneath. */
export function systemImageName(ctx: Context, id: number): string {
  const image = imageById(ctx, id);
  const system = image && "system_image" in image ? image.system_image : id;
  return imageList.find((candidate) => candidate.id === system)?.name ?? "";
}

/** The image as it goes over the wire. */
export function imageToWire(image: Image): Partial<ImageRow> | SystemImage {
  return "system_image" in image ? { ...image, system_image: undefined } : image;
}

/** Takes an image away; a trace of it stays while a server was made from it. */
export function removeImage(ctx: Context, id: number, usedBy: readonly number[]): void {
  const table = ctx.store.table(imageKind);
  if (usedBy.length === 0) table.remove(id);
  else table.update(id, { deleted: new Date().toISOString(), status: "unavailable" });
}
