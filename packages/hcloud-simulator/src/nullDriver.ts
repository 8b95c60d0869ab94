import type { HostDriver } from "./driver";

/**
 * A driver without hosts, which only keeps the power states. For machines that cannot run hosts and
 * for the API's tests.
 */
export function createNullDriver(): HostDriver {
  const running = new Set<number>();
  const done = Promise.resolve();
  const on = (id: number): Promise<void> => {
    running.add(id);
    return done;
  };
  const off = (id: number): Promise<void> => {
    running.delete(id);
    return done;
  };
  return {
    create: (spec) => on(spec.id),
    powerOn: on,
    powerOff: off,
    shutdown: off,
    reboot: () => done,
    delete: off,
    attachNetwork: () => done,
    detachNetwork: () => done,
    setFirewall: () => done,
    setPublicAddresses: () => done,
    adopt: (specs) => {
      for (const spec of specs) if (spec.shouldRun) running.add(spec.id);
      return done;
    },
    isRunning: (id) => running.has(id),
    // Power states change only by calls.
    onStateChange: () => undefined,
    stop: () => {
      running.clear();
      return done;
    },
  };
}
