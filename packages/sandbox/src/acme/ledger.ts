import { requestKinds, type OrderRequest, type RequestKind } from "./requests";

/** An order of a client, and what became of it. */
export interface RecordedOrder extends OrderRequest {
  /** ISO 8601. */
  readonly time: string;
  /** Name of the directory. */
  readonly directory: string;
  /**
   * The state of the order in its last answer (RFC 8555, 7.1.6), or the type of the error that the
   * request was refused with.
   */
  status: string;
}

/** Number of requests by their kind. */
export type RequestCounts = Record<RequestKind, number>;

/** Counts of one directory since the start of the sandbox. */
export interface DirectoryCounts {
  readonly requests: RequestCounts;
  /** Accounts that were made. */
  accounts: number;
  /** Orders that were accepted. */
  orders: number;
  /** Orders with a certificate. */
  certificates: number;
}

/** Older orders are forgotten. */
const keptOrders = 1000;

/** Counts what clients ask of the ACME server. It outlives the ACME server. */
export class Ledger {
  private readonly byPath = new Map<string, RecordedOrder>();
  private readonly recorded: RecordedOrder[] = [];
  private readonly counts: Readonly<Record<string, DirectoryCounts>>;

  constructor(directories: readonly string[]) {
    this.counts = Object.fromEntries(directories.map((name) => [name, emptyCounts()]));
  }

  get directories(): Readonly<Record<string, DirectoryCounts>> {
    return this.counts;
  }

  get orders(): readonly RecordedOrder[] {
    return this.recorded;
  }

  request(directory: string, kind: RequestKind): void {
    this.of(directory).requests[kind] += 1;
  }

  account(directory: string): void {
    this.of(directory).accounts += 1;
  }

  /** @param path path of the order; undefined when it was refused */
  order(
    directory: string,
    request: OrderRequest,
    { path, status }: { path?: string; status: string },
  ): void {
    const order: RecordedOrder = {
      time: new Date().toISOString(),
      directory,
      ...request,
      status: "",
    };
    this.recorded.push(order);
    if (this.recorded.length > keptOrders) this.recorded.shift();
    if (path !== undefined) {
      this.byPath.set(path, order);
      this.of(directory).orders += 1;
    }
    this.settle(order, status);
  }

  /** A later answer about an order. */
  orderStatus(path: string, status: string): void {
    const order = this.byPath.get(path);
    if (order !== undefined) this.settle(order, status);
  }

  private settle(order: RecordedOrder, status: string): void {
    if (status === "valid" && order.status !== "valid") {
      this.of(order.directory).certificates += 1;
    }
    order.status = status;
  }

  private of(directory: string): DirectoryCounts {
    const counts = this.counts[directory];
    if (counts === undefined) throw new Error(`${directory} is not a directory of the ACME server`);
    return counts;
  }
}

function emptyCounts(): DirectoryCounts {
  const requests = Object.fromEntries(requestKinds.map((kind) => [kind, 0])) as RequestCounts;
  return { requests, accounts: 0, orders: 0, certificates: 0 };
}
