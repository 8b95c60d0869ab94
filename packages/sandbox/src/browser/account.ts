/** The user that a browser runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Arguments of setpriv(1) that turn root into this user. */
  readonly setpriv: readonly string[];
}

/** Debian's `nobody` and `nogroup` (base-passwd). */
const nobody = 65534;

/**
 * The user that a browser runs as: the one who called sudo, otherwise `nobody`. Chromium runs as
 * root only without its own sandbox, and a page could then do anything on this machine.
 */
export function browserAccount(env: NodeJS.ProcessEnv = process.env): Account {
  const [uid, gid] = [Number(env.SUDO_UID), Number(env.SUDO_GID)];
  const bySudo = Number.isInteger(uid) && uid > 0 && Number.isInteger(gid) && gid > 0;
  const ids = bySudo ? { uid, gid } : { uid: nobody, gid: nobody };
  const groups = bySudo ? "--init-groups" : "--clear-groups";
  return {
    ...ids,
    setpriv: [`--reuid=${ids.uid.toString()}`, `--regid=${ids.gid.toString()}`, groups],
  };
}
