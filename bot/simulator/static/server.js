// Talking with the simulator: questions by POST, changes by server-sent events.

export class Refused extends Error {}

/** Post JSON (or a form with a file) and return what the server says. */
export async function post(path, body = {}) {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(`/sim/${path}`, {
      method: "POST",
      headers: form ? { "X-Rinnalla": "1" } : { "X-Rinnalla": "1", "Content-Type": "application/json" },
      body: form ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused("lost");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? "failed");
  return answer;
}

export async function loadState() {
  const response = await fetch("/sim/state", { cache: "no-store" });
  if (!response.ok) throw new Refused("failed");
  return response.json();
}

/**
 * Follow the simulator. The whole state is loaded at every (re)connection, and changes that come meanwhile
 * are applied after it: applying one twice does no harm.
 */
export function follow({ onState, onEvent, onLost }) {
  let waiting = null;
  let timer = 0;
  let asked = 0;

  async function reload() {
    const mine = ++asked;
    waiting ??= [];
    try {
      const state = await loadState();
      if (mine !== asked) return;
      onState(state);
      const late = waiting ?? [];
      waiting = null;
      late.forEach(onEvent);
    } catch {
      if (mine !== asked) return;
      onLost();
      clearTimeout(timer);
      timer = setTimeout(reload, 2000);
    }
  }

  function connect() {
    const source = new EventSource("/sim/events");
    source.addEventListener("open", reload);
    source.addEventListener("message", (message) => {
      const event = JSON.parse(message.data);
      if (event.kind === "reload") reload();
      else if (waiting) waiting.push(event);
      else onEvent(event);
    });
    source.addEventListener("error", () => {
      onLost();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    });
  }

  connect();
}
