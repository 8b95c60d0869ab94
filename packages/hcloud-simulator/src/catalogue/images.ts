import type { Deprecation } from "./deprecation";
import type { Architecture } from "./serverTypes";

/** As in GET /images?type=system. */
export interface SystemImage {
  readonly id: number;
  readonly type: "system";
  readonly status: "available";
  readonly name: string;
  readonly description: string;
  readonly image_size: null;
  readonly disk_size: number;
  readonly created: string;
  readonly created_from: null;
  readonly bound_to: null;
  readonly os_flavor: string;
  readonly os_version: string;
  readonly architecture: Architecture;
  readonly rapid_deploy: boolean;
  readonly protection: { readonly delete: boolean };
  /** null for a current image. */
  readonly deprecation: Deprecation | null;
  readonly deleted: null;
  readonly labels: Readonly<Record<string, string>>;
}

type Line = readonly [
  x86Id: number,
  armId: number,
  flavor: string,
  version: string,
  description: string,
  created: string,
  deprecation?: Deprecation,
];

const endOfDebian11: Deprecation = {
  announced: "2026-08-31T00:00:00Z",
  unavailable_after: "2026-11-30T00:00:00Z",
};

/** Ids are the real ones where known. Clients should use names, not ids. */
const lines: readonly Line[] = [
  [45557056, 103908070, "debian", "11", "Debian 11", "2021-08-16", endOfDebian11],
  [114690387, 114690389, "debian", "12", "Debian 12", "2023-06-13"],
  [310557660, 310557661, "debian", "13", "Debian 13", "2025-08-18"],
  [67794396, 103908130, "ubuntu", "22.04", "Ubuntu 22.04", "2022-04-21"],
  [161547269, 161547270, "ubuntu", "24.04", "Ubuntu 24.04", "2024-04-25"],
  [335270421, 335270422, "ubuntu", "26.04", "Ubuntu 26.04", "2026-04-23"],
  [103908133, 103908134, "rocky", "9", "Rocky Linux 9", "2022-07-20"],
  [103908137, 103908138, "alma", "9", "AlmaLinux 9", "2022-05-26"],
  [304398541, 304398542, "fedora", "43", "Fedora 43", "2025-10-28"],
];

export const imageList: readonly SystemImage[] = lines.flatMap(([x86Id, armId, ...rest]) => [
  image(x86Id, "x86", rest),
  image(armId, "arm", rest),
]);

function image(
  id: number,
  architecture: Architecture,
  [flavor, version, description, created, deprecation]: readonly [
    string,
    string,
    string,
    string,
    Deprecation?,
  ],
): SystemImage {
  return {
    id,
    type: "system",
    status: "available",
    name: `${flavor}-${version}`,
    description,
    image_size: null,
    disk_size: 5,
    created: `${created}T00:00:00Z`,
    created_from: null,
    bound_to: null,
    os_flavor: flavor,
    os_version: version,
    architecture,
    rapid_deploy: true,
    protection: { delete: false },
    deprecation: deprecation ?? null,
    deleted: null,
    labels: {},
  };
}

/** By id; or by name, which is unique within an architecture only. */
export function findSystemImage(
  idOrName: number | string,
  architecture: Architecture,
): SystemImage | undefined {
  return (
    imageList.find(({ id }) => String(id) === String(idOrName)) ??
    imageList.find((item) => item.name === idOrName && item.architecture === architecture)
  );
}
