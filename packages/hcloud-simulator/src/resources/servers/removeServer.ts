import type { Context } from "../../context";

import { firewallKind } from "../firewallRow";
import { floatingIpKind } from "../floatingIpRow";
import { imageKind } from "../imageRow";
import { deleteImage } from "../images";
import { primaryIpKind } from "../primaryIpRow";
import { removeBackups } from "./serverImages";
import { serverKind } from "./serverRow";

/** Removes a server from the state, and the primary IPs with `auto_delete`. */
export function removeServer(ctx: Context, id: number): void {
  const { store } = ctx;
  const server = store.table(serverKind).get(id);
  if (!server) return;
  for (const ipId of [server.ipv4, server.ipv6]) {
    const ip = ipId === null ? undefined : store.table(primaryIpKind).get(ipId);
    if (ip?.auto_delete) store.table(primaryIpKind).remove(ip.id);
    else if (ip) store.table(primaryIpKind).update(ip.id, { assignee_id: null });
  }
  for (const ip of store.table(floatingIpKind).all())
    if (ip.server === id) store.table(floatingIpKind).update(ip.id, { server: null });
  for (const firewall of store.table(firewallKind).all()) {
    const left = firewall.applied_to.filter(
      (target) => target.type !== "server" || target.server.id !== id,
    );
    if (left.length < firewall.applied_to.length)
      store.table(firewallKind).update(firewall.id, { applied_to: left });
  }
  store.table(serverKind).remove(id);
  removeBackups(ctx, id);
  // The row of a deleted snapshot stays only as long as a server uses it.
  const image = store.table(imageKind).get(server.image);
  if (image && image.deleted !== null) deleteImage(ctx, image.id);
}
