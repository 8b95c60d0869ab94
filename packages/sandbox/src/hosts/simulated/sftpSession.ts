import { dirname } from "node:path";
import { utils, type Attributes, type SFTPWrapper } from "ssh2";
import type { HostDisk } from "./hostDisk";

const { OPEN_MODE, STATUS_CODE } = utils.sftp;

/** Modes as stat(2) has them. */
const folderMode = 0o040755;
const fileMode = 0o100644;

const attributes = (mode: number): Attributes => ({
  mode,
  uid: 0,
  gid: 0,
  size: 0,
  atime: 0,
  mtime: 0,
});

/** Takes files and folders over SFTP. Their content is not kept, only that they are there. */
export function serveSftp(sftp: SFTPWrapper, disk: HostDisk): void {
  const folders = new Set(["/"]);
  const handles = new Map<number, string>();
  const isFile = (path: string): boolean => disk.content.files.includes(path);
  const isFolder = (path: string): boolean =>
    folders.has(path) || disk.content.files.some((file) => isBelow(file, path));
  const ok = (id: number): void => {
    sftp.status(id, STATUS_CODE.OK);
  };
  const stat = (id: number, path: string): void => {
    if (isFile(path)) sftp.attrs(id, attributes(fileMode));
    else if (isFolder(path)) sftp.attrs(id, attributes(folderMode));
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  sftp.on("STAT", stat);
  sftp.on("LSTAT", stat);
  sftp.on("MKDIR", (id, path) => {
    folders.add(path);
    ok(id);
  });
  sftp.on("OPEN", (id, path, flags) => {
    if ((flags & OPEN_MODE.WRITE) === 0) {
      sftp.status(id, STATUS_CODE.PERMISSION_DENIED, "simulated hosts keep no content");
      return;
    }
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(handles.size);
    handles.set(handles.size, path);
    sftp.handle(id, handle);
  });
  sftp.on("WRITE", ok);
  sftp.on("FSETSTAT", ok);
  sftp.on("SETSTAT", ok);
  sftp.on("CLOSE", (id, handle) => {
    const path = handles.get(handle.readUInt32BE());
    if (path !== undefined) disk.change({ files: [...new Set([...disk.content.files, path])] });
    ok(id);
  });
  // Clients wait for this, as sftp-server ends when its input does.
  sftp.on("end", () => {
    sftp.end();
  });
}

function isBelow(path: string, folder: string): boolean {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (parent === folder) return true;
    if (parent === "/") return false;
  }
}
