/** The reconciler's HTTP API: every request of the page passes here, except the stream of events. */

const TOKEN = "tidemark.token";

/** A refusal in the server's own words (RFC 9457). */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The bearer token of this tab, if one was asked for. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
  clear: () => sessionStorage.removeItem(TOKEN),
};

/** Headers that every request carries. */
export function headers(more = {}) {
  const bearer = token.get();
  return bearer ? { ...more, Authorization: "Bearer " + bearer } : more;
}

/** The path of a backfill. */
export const backfillPath = (id) => "/api/v1/backfills/" + encodeURIComponent(id);

/** Asks, and returns the JSON of the answer; signal ends it early. */
export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== null && v !== undefined && v !== ""));
  const url = query.size > 0 ? `${path}?${query}` : path;
  const answer = await reach(url, { headers: headers({ Accept: "application/json" }), signal });
  return answer.json();
}

/**
 * Asks the coordinator for something and waits for its decision.
 *
 * Returns {decided, accepted, answer, commandId}. A refusal is an answer, not an error.
 */
export async function command(backfill, type, args, why, commandId) {
  const answer = await send(backfillPath(backfill) + "/commands", {
    method: "POST",
    headers: headers({ "Content-Type": "application/json", Accept: "application/json" }),
    body: JSON.stringify({ type, arguments: args, why, command_id: commandId }),
  });
  if (answer.status === 409) return { decided: true, accepted: false, answer: await detail(answer), commandId };
  if (!answer.ok) throw new ApiError(answer.status, await detail(answer));
  const body = await answer.json();
  return { decided: answer.status === 200, accepted: body.accepted ?? false, answer: body.answer ?? "", commandId: body.command_id };
}

/** Sends a request; throws the problem where the answer is one. */
export async function reach(url, options) {
  const answer = await send(url, options);
  if (!answer.ok) throw new ApiError(answer.status, await detail(answer));
  return answer;
}

async function send(url, options) {
  try {
    return await fetch(url, { cache: "no-store", credentials: "omit", redirect: "error", ...options });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new ApiError(0, "the reconciler does not answer");
  }
}

async function detail(answer) {
  try {
    const problem = await answer.json();
    return problem.detail || problem.title || `the reconciler answered ${answer.status}`;
  } catch {
    return `the reconciler answered ${answer.status}`;
  }
}

/** A new id for a command; a command sent twice under one id is obeyed once. */
export function commandId() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return "ui-" + Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
}
