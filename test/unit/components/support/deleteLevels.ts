import { typeAndName, type Registered } from "./mockEngine";

/**
 * In which order the engine deletes resources: by name, the number of the level, from 0 for the last. All of a level is
 * deleted before anything of a lower level. A resource is one level above the highest of what it depends on and goes too:
 * its parent, its dependencies, what it is deleted with. As `ScheduleDeletes` of Pulumi's engine has it.
 *
 * @param going the resources that are deleted in one `up`
 */
export function deleteLevels(going: readonly Registered[]): ReadonlyMap<string, number> {
  const byKey = new Map(going.map((one) => [typeAndName(one.urn), one]));
  const levels = new Map<string, number>();
  const levelOf = (key: string): number => {
    const one = byKey.get(key);
    if (one === undefined) return -1;
    const known = levels.get(key);
    if (known !== undefined) return known;
    const parent = one.parent === "" ? [] : [typeAndName(one.parent)];
    const level = 1 + Math.max(-1, ...[...one.dependencies, ...parent].map(levelOf));
    levels.set(key, level);
    return level;
  };
  return new Map(going.map((one) => [one.name, levelOf(typeAndName(one.urn))]));
}
