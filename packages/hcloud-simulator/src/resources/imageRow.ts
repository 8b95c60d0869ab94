import { findSystemImage, imageList, type SystemImage } from "../catalogue/images";
import type { Architecture } from "../catalogue/serverTypes";
import type { Context } from "../context";
import type { Labels } from "../labels";
import type { Kind, Row } from "../store";

/** A snapshot or a backup, made by `create_image`. */
export interface ImageRow extends Row {
  readonly type: "snapshot" | "backup";
  readonly status: "creating" | "available" | "unavailable";
  readonly name: null;
  readonly description: string;
  /** In GB; null while the image is created. */
  readonly image_size: number | null;
  readonly disk_size: number;
  readonly created: string;
  readonly created_from: { readonly id: number; readonly name: string };
  /** Id of the server of a backup. The backup is deleted together with this server. */
  readonly bound_to: number | null;
  readonly os_flavor: string;
  readonly os_version: string | null;
  readonly architecture: Architecture;
  readonly rapid_deploy: false;
  readonly protection: { readonly delete: boolean };
  readonly deprecation: null;
  /** When the image was deleted. The row stays as long as servers use the image. */
  readonly deleted: string | null;
  readonly labels: Labels;
  /** Id of the system image below the snapshot. Not part of the API's answer. */
  readonly system_image: number;
}

export type Image = SystemImage | ImageRow;

export const imageKind: Kind<ImageRow> = { name: "image" };

/** Approximate size in GB of a snapshot of a fresh system. */
export const snapshotSize = 2.3;

export function imageById(ctx: Context, id: number): Image | undefined {
  return ctx.store.table(imageKind).get(id) ?? imageList.find((image) => image.id === id);
}

/** An image to create a server from: by id; a system image also by name. */
export function findImage(
  ctx: Context,
  idOrName: number | string,
  architecture: Architecture,
): Image | undefined {
  const own = ctx.store.table(imageKind).get(Number(idOrName));
  if (own) return own.deleted === null ? own : undefined;
  return findSystemImage(idOrName, architecture);
}

/** The name by which the host driver knows an image: the name of its system image. */
export function systemImageName(ctx: Context, id: number): string {
  const image = imageById(ctx, id);
  const system = image && "system_image" in image ? image.system_image : id;
  return imageList.find((candidate) => candidate.id === system)?.name ?? "";
}

/** The image in the form of the API. */
export function imageToWire(image: Image): Partial<ImageRow> | SystemImage {
  return "system_image" in image ? { ...image, system_image: undefined } : image;
}

/** Deletes an image. While servers use it, its row stays and is marked as deleted. */
export function removeImage(ctx: Context, id: number, usedBy: readonly number[]): void {
  const table = ctx.store.table(imageKind);
  if (usedBy.length === 0) table.remove(id);
  else table.update(id, { deleted: new Date().toISOString(), status: "unavailable" });
}
