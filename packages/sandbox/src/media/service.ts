import { createServer, type IncomingMessage, type Server } from "node:http";
import { UserError } from "../cliSupport";
import { checkCapacity } from "./capacity";
import type { MediaRequest } from "./requests";
import type { MediaParticipants } from "./room";
import type { MediaReport } from "./timeline";

/** What a request needs of the participants. */
export type Meeting = Pick<MediaParticipants, "running" | "join" | "leave" | "reports">;

/**
 * Answers requests of the command line: JSON in, JSON out. An error of the user has status 400.
 *
 * @param whenEmpty called when no participant is left after a join, and no request is running
 */
export function serve(meeting: Meeting, whenEmpty: () => void): Server {
  let requests = 0;
  // A list before the first join must not end the service.
  let isUsed = false;
  return createServer((request, response) => {
    requests++;
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(body), () => {
        requests--;
        if (isUsed && requests === 0 && meeting.running === 0) whenEmpty();
      });
    };
    bodyOf(request)
      .then((body) => {
        isUsed ||= body.verb !== "list";
        return carryOut(meeting, body);
      })
      .then((reports) => {
        answer(200, reports);
      })
      .catch((error: unknown) => {
        const isForUser = error instanceof UserError;
        if (!isForUser) console.error(error);
        const text = error instanceof Error ? error.message : String(error);
        answer(isForUser ? 400 : 500, { error: text });
      });
  });
}

async function bodyOf(request: IncomingMessage): Promise<MediaRequest> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as MediaRequest;
}

async function carryOut(meeting: Meeting, request: MediaRequest): Promise<readonly MediaReport[]> {
  switch (request.verb) {
    case "join":
      checkCapacity(request.participants, meeting.running);
      return meeting.join(request.room, request.participants);
    case "leave":
      return meeting.leave(request.room, request.participants);
    case "list":
      return meeting.reports();
    default:
      throw new Error(`unknown request: ${JSON.stringify(request satisfies never)}`);
  }
}
