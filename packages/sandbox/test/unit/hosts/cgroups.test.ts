import { cgroupMounts } from "../../../src/hosts/cgroups";

describe("cgroupMounts", () => {
  it("finds the single hierarchy of a machine with version 2", () => {
    expect(cgroupMounts("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n")).toEqual([
      "/sys/fs/cgroup",
    ]);
  });

  it("finds systemd's own hierarchy beside it on a machine with both versions", () => {
    const mounts = `proc /proc proc rw 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`;
    expect(cgroupMounts(mounts)).toEqual(["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]);
  });
});
