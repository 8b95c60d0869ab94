import { removalIn } from "../../../../lib/changes/removal";
import { command, serverStep } from "./support/steps";

const drain = command("delete", "jvb-1-drain");
const removes = (steps: Parameters<typeof removalIn>[0]["steps"]) => {
  const { removes, replaces, ...rest } = removalIn({ steps, before: [] });
  return { ...rest, removesDrain: removes(drain.urn), replacesDrain: replaces(drain.urn) };
};

describe("removalIn", () => {
  it("finds a web host that is replaced, with its URN, and what goes", () => {
    const web = serverStep("replace", "web");
    expect(removes([web, command("replace", "web-host-key"), drain])).toEqual({
      before: [],
      isNewWebHost: true,
      replacedUrn: web.urn,
      removesDrain: true,
      replacesDrain: false,
    });
  });

  it("finds one that is not in the state any more: its key is", () => {
    const lost = [serverStep("create", "web"), command("replace", "web-host-key"), drain];
    expect(removes(lost)).toMatchObject({ isNewWebHost: true, replacedUrn: undefined });
  });

  it("finds the drain of a bridge that gets another server", () => {
    const steps = [serverStep("create", "web"), command("replace", "jvb-1-drain")];
    expect(removes(steps)).toMatchObject({ removesDrain: false, replacesDrain: true });
  });

  it("finds none where the web host stays", () => {
    const stays = [serverStep("update", "web"), command("update", "jvb-1-drain")];
    expect(removes(stays)).toMatchObject({ isNewWebHost: false, removesDrain: false });
  });
});
