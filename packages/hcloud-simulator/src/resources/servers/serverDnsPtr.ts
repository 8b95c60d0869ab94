import type { Context } from "../../context";
import { invalidField } from "../../errors";
import { definePart, route } from "../../resource";

import { primaryIpKind } from "../primaryIpRow";
import { ptrFields, withPtr } from "../reverseNames";
import { requireServer, startAction } from "./serverActions";
import type { ServerRow } from "./serverRow";

export const serverDnsPtr = definePart({
  routes: [
    route("POST", "/servers/:id/actions/change_dns_ptr", ptrFields, ({ ctx, params, body }) => {
      const server = requireServer(ctx, params.id);
      const address = addressFor(ctx, server, body.ip);
      const names = withPtr(address, body.ip, body.dns_ptr ?? null);
      ctx.store.table(primaryIpKind).update(address.id, { dns_ptr: names });
      return startAction(ctx, "change_dns_ptr", server.id);
    }),
  ],
});

/** The primary IP of a server to which an address belongs. */
function addressFor(ctx: Context, server: ServerRow, ip: string) {
  const id = ip.includes(":") ? server.ipv6 : server.ipv4;
  if (id === null) throw invalidField("ip", "does not belong to this server");
  return ctx.store.table(primaryIpKind).require(id);
}
