import { images, networkZones, type Location } from "../../constants";
import { newHostsOnly, updates } from "../effects";
import { choice, type Rest } from "../kinds";
import { invalid, setting, valid, type Parsed } from "../setting";
import { isTimezone } from "../timezone";

/** The name of a server type. `resolveServerType` finds the one that is ordered. */
function serverType<const S extends Rest & { readonly default: string }>(declaration: S) {
  return {
    ...declaration,
    kind: "text" as const,
    allowed: `the name of a Hetzner server type, such as ${declaration.default}`,
    parse: (text: string): Parsed<string> => {
      if (/^cax[0-9]+$/.test(text)) {
        return invalid({
          reason: `is "${text}", which is an ARM type; the hosts need an x86 type`,
        });
      }
      return /^[a-z]+[0-9]+$/.test(text) ? valid(text) : invalid();
    },
  };
}

const webServerType = serverType({
  name: "webServerType",
  default: "cx21",
  description:
    "Hetzner server type of the web host, for new servers. A retired type means its successor of the same size.",
  details: ["For the size, see [scale.md](scale.md#size-of-the-web-host)."],
  example: "cx33",
  wrong: ["CX 21", "cax21"],
  effect: newHostsOnly,
});

const jvbServerType = serverType({
  name: "jvbServerType",
  default: "cpx41",
  description:
    "Hetzner server type of the bridges, for new servers. A retired type means its successor of the same size.",
  details: ["`npm run roll` replaces the servers of existing bridges, one by one."],
  example: "ccx23",
  wrong: ["8 cores", "cax41"],
  effect: newHostsOnly,
});

/** By key. */
export const serverTypeKeys = { webServerType, jvbServerType } as const;

const locations = Object.keys(networkZones) as Location[];

const location = choice({
  name: "location",
  default: "fsn1",
  words: locations,
  description: `Hetzner location of new servers - one of ${locations.join(", ")}.`,
  details: [
    "All servers of a cluster are in one network zone. A running cluster can therefore use only the locations of its zone.",
  ],
  example: "hel1",
  wrong: ["Falkenstein"],
  effect: newHostsOnly,
});

const image = choice({
  name: "image",
  // Debian 13 has prosody 13 and Java 21, which all newer releases of Jitsi run on.
  default: "debian-13",
  words: images,
  description: `System image of new servers - one of ${images.join(", ")}. Existing servers keep their image.`,
  example: "debian-12",
  wrong: ["ubuntu-24.04"],
  effect: newHostsOnly,
});

const timezone = setting({
  name: "timezone",
  kind: "text",
  default: "UTC",
  allowed: "the name of a time zone, such as Europe/Berlin or UTC",
  description: "Time zone of all hosts, for example Europe/Berlin.",
  example: "Europe/Berlin",
  wrong: ["Berlin"],
  effect: updates("every host"),
  parse: (text) => (isTimezone(text) ? valid(text) : invalid()),
});

export const serverKeys = [webServerType, jvbServerType, location, image, timezone] as const;
