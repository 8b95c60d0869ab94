import { ownLabelKeys } from "../../constants";
import { setJson } from "../command";
import { touches } from "../effects";
import { flag } from "../kinds";
import { labelProblem, parseMap } from "../labels";
import { invalid, setting, valid } from "../setting";

/** Labels and protection of the objects at Hetzner. */

const labels = setting({
  name: "labels",
  kind: "map",
  default: {},
  allowed: "an object with one plain value for each name",
  description: "Labels of all objects at Hetzner, in addition to those of the program.",
  details: [
    `The program sets ${ownLabelKeys.map((key) => `\`${key}\``).join(", ")} itself. It uses them to find the objects of a stack.`,
  ],
  example: '{"team":"video"}',
  wrong: ["video", '{"two words":"x"}', '{"stack":"x"}'],
  effect: touches("every object that has labels"),
  parse: (text) => {
    const map = parseMap(text);
    if (map === undefined) return invalid({ fix: setJson("labels", { team: "video" }) });
    const problems = Object.entries(map).map(([name, value]) => ({
      name,
      value,
      reason: labelProblem(name, value),
    }));
    const right = problems.filter(({ reason }) => reason === undefined);
    if (right.length === problems.length) return valid(Object.freeze(map));
    // The whole object: `--path` changes nothing if it was set as one text.
    const fix = setJson(
      "labels",
      Object.fromEntries(right.map(({ name, value }) => [name, value])),
    );
    return invalid(
      ...problems.flatMap(({ reason }) => (reason === undefined ? [] : [{ reason, fix }])),
    );
  },
});

const protect = flag({
  name: "protect",
  description:
    "Whether Hetzner refuses to delete or rebuild the web host and to delete its addresses (true or false). Before you destroy the cluster, set it to false and run `pulumi up`.",
  wrong: ["yes"],
  effect: touches("the server of the web host and both of its addresses, in place"),
});

export const cloudKeys = [labels, protect] as const;
