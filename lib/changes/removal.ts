import { isWebHostKey, type Removal } from "../preflight/formerWebHost";
import { resourceTypes } from "../resourceTypes";
import { isMade, roleOf, typeOf } from "./changeStep";
import type { SeenPreview } from "./watchPreview";

/** What a preview removes, as far as it is done on the web host. Pure. */
export function removalIn({ steps, before }: SeenPreview): Removal {
  const urnsOf = (wanted: string): ReadonlySet<string> =>
    new Set(steps.filter(({ op }) => op === wanted).map(({ urn }) => urn));
  const [gone, replaced] = [urnsOf("delete"), urnsOf("replace")];
  const server = steps.find(
    (step) => typeOf(step) === resourceTypes.server && roleOf(step).host === "web",
  );
  return {
    before,
    isNewWebHost: steps.some((step) => isMade(step) && isWebHostKey(step.urn)),
    removes: (urn) => gone.has(urn),
    replaces: (urn) => replaced.has(urn),
    replacedUrn: server?.op === "replace" ? server.urn : undefined,
  };
}
