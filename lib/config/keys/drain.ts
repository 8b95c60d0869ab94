import { set } from "../command";
import { parseDuration } from "../duration";
import { touches } from "../effects";
import { flag } from "../kinds";
import { invalid, setting, valid } from "../setting";

/** A bridge's own graceful shutdown ends after 24 h. */
export const longestDrainSeconds = 86_400;

const effect = touches("the policy file on the web host");

const drainTimeout = setting({
  name: "drainTimeout",
  property: "drainTimeoutSeconds",
  kind: "text",
  // Longer than most meetings last, shorter than an evening.
  default: "30m",
  allowed: "a duration such as 30m, 1h30m or 90s, or 0 to end conferences at once",
  description:
    "How long a bridge that is removed or restarted may keep its conferences, for example 30m, 1h30m or 90s. At most 24h; 0 ends them at once.",
  details: ["`forceDrain` decides what happens at the end of that time."],
  example: "1h30m",
  wrong: ["30", "25h"],
  effect,
  parse: (text) => {
    const seconds = parseDuration(text);
    if (seconds === undefined) return invalid();
    if (seconds > longestDrainSeconds) {
      const hours = `${longestDrainSeconds / 3600}h`;
      const reason = `is "${text}", but may be at most ${hours}, because the graceful shutdown of a bridge ends then and \`pulumi up\` waits during the whole drain`;
      return invalid({ reason, fix: set("drainTimeout", hours) });
    }
    return valid(seconds);
  },
});

const forceDrain = flag({
  name: "forceDrain",
  description:
    "Whether a bridge is removed or restarted at the end of drainTimeout even if it has participants (true or false). With false, the bridge returns to service and `pulumi up` fails.",
  wrong: ["yes"],
  effect,
});

export const drainKeys = [drainTimeout, forceDrain] as const;
