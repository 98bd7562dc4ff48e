/** What a person may ask of the coordinator: the buttons, what each will do, and what was answered. */

import { ApiError, command, commandId } from "./api.js";
import { openDialog } from "./dialog.js";
import { announce, fill, h } from "./dom.js";
import { count, rate, suffix, whole } from "./format.js";
import { isOperator, isOver, store, watch } from "./store.js";

const open = (b) => b.pending + b.running + b.retrying;

/** In the order in which they stand. shown(b): whether it makes sense now; tells(b): what will happen. */
const COMMANDS = {
  approve: {
    label: "Approve",
    done: "Approved",
    shown: (b) => b.state === "WAITING" && b.approved === false,
    tells: (b) => [`${b.name} may start: ${count(b.partitions, "partition")}, about ${whole(b.rows_estimated)} rows, as soon as its turn and its change window come.`],
  },
  pause: {
    label: "Pause",
    done: "Paused",
    shown: (b) => b.state === "RUNNING" || b.state === "WAITING",
    tells: (b) => [
      `Workers end the chunks they are in (${count(b.running, "partition")} running) and start no other. What is written stays written.`,
      "It stays paused over every restart until somebody resumes it.",
    ],
  },
  resume: {
    label: "Resume",
    done: "Resumed",
    primary: true,
    shown: (b) => b.state === "PAUSED",
    tells: (b) => [`Workers go on behind the last chunk of each partition: ${count(open(b), "partition")} to do.`],
  },
  retry: {
    label: "Retry failed",
    done: "Failed partitions will run again",
    primary: true,
    shown: (b) => b.failed > 0 && b.state !== "CANCELLED",
    tells: (b, args) =>
      args.partition
        ? [`Partition ${suffix(args.partition)} is put back to PENDING and runs again, behind the last chunk that the sink has committed.`]
        : [`${count(b.failed, "failed partition")} are put back to PENDING and run again, each behind the last chunk that the sink has committed.`, "If the cause is still there they will fail again: look at Failures first."],
  },
  throttle: {
    label: "Throttle",
    done: "Throttled",
    shown: (b) => !isOver(b),
    tells: (b) => [
      "The limit holds for the whole fleet: the coordinator shares it out among the workers, within seconds.",
      b.rows_per_s > 0 ? `It moves ${rate(b.rows_per_s)} now.` : "",
    ],
    fields: throttleFields,
  },
  cancel: {
    label: "Cancel",
    done: "Cancelled",
    danger: true,
    shown: (b) => !isOver(b) && b.state !== "FINISHING",
    tells: (b) => [
      `Final: ${count(open(b), "partition")} not yet done will never run. ${whole(b.rows)} rows that were written stay in the sink.`,
      "To hold it for a while, use Pause.",
    ],
  },
  archive: {
    label: "Archive",
    done: "Archived",
    danger: true,
    shown: (b) => isOver(b),
    tells: (b) => [`Its records are removed from Kafka: ${b.name} leaves this list, and its ledger of ${count(b.partitions, "partition")} can no longer be asked. Rows in the sink stay.`],
  },
};

/** The buttons that make sense for a backfill now; none for a reader. */
export function buttons(b) {
  if (!isOperator()) return null;
  return h(
    "div",
    { class: "actions", role: "group", "aria-label": `Commands for ${b.name}` },
    Object.entries(COMMANDS)
      .filter(([, c]) => c.shown(b))
      .map(([type, c]) =>
        h("button", { type: "button", "data-key": type, "data-command": type, class: c.danger ? "danger" : c.primary ? "primary" : null, onclick: () => confirm(b.backfill_id, type) }, c.label),
      ),
  );
}

/** Says what a command will do, asks why, sends it, and shows the answer. */
export function confirm(id, type, args = {}) {
  const b = store.backfills.get(id);
  const c = COMMANDS[type];
  const label = args.partition ? "Retry " + suffix(args.partition) : c.label;
  const { body, actions, close } = openDialog({ title: `${label}: ${b.name}`, className: "command" });
  const extra = c.fields?.(b);
  const why = h("input", { type: "text", id: "why", maxlength: 500, autocomplete: "off" });
  const answer = h("div", { class: "answer", role: "status" });
  const form = h(
    "form",
    { id: "command-form" },
    c.tells(b, args).filter(Boolean).map((t) => h("p", null, t)),
    extra?.element,
    h("label", { for: "why" }, "Why?"),
    why,
    h("p", { class: "hint" }, "Kept with your name in the audit trail."),
  );
  const submit = h("button", { type: "submit", form: "command-form", class: c.danger ? "danger" : "primary" }, label);
  const cancel = h("button", { type: "button", onclick: close }, "Not now");
  // One id for this dialog: sent again after a lost answer, the command is still obeyed once.
  const commandKey = commandId();

  form.onsubmit = async (e) => {
    e.preventDefault();
    submit.disabled = true;
    fill(answer, h("p", { class: "busy" }, "Waiting for the coordinator …"));
    try {
      const result = await command(id, type, { ...args, ...extra?.value() }, why.value.trim(), commandKey);
      if (result.decided) settle(result);
      else pending(result.commandId);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      fill(answer, h("p", { class: "refused" }, `Not sent: ${problem.message}`));
      submit.disabled = false;
    }
  };

  function settle({ accepted, answer: text }) {
    const said = accepted ? `${c.done}. ${text}` : `Refused: ${text}`;
    fill(answer, h("p", { class: accepted ? "accepted" : "refused" }, said));
    announce(said);
    submit.remove();
    cancel.textContent = "Close";
    cancel.focus();
  }

  function pending(sent) {
    fill(answer, h("p", { class: "busy" }, "Sent, and not decided yet. It is kept in Kafka and will be decided; the answer will show here and in the audit trail."));
    submit.remove();
    cancel.textContent = "Close";
    const stop = watch(() => {
      const decision = store.decisions.find((d) => d.command.command_id === sent);
      if (!decision && answer.isConnected) return;
      stop();
      if (decision && answer.isConnected) settle(decision);
    });
  }

  body.append(form, answer);
  actions.append(cancel, submit);
  (extra?.focus ?? why).focus();
}

function throttleFields(b) {
  const limited = { rows: b.rows_per_s_limit ?? null, lanes: b.lanes_limit ?? null };
  const what = h(
    "select",
    { id: "throttle-what" },
    h("option", { value: "rows_per_second" }, "Rows per second"),
    h("option", { value: "lanes" }, "Lanes"),
    limited.rows !== null && h("option", { value: "rows_off" }, `Lift the limit of ${rate(limited.rows)}`),
    limited.lanes !== null && h("option", { value: "lanes_off" }, `Lift the limit of ${count(limited.lanes, "lane")}`),
  );
  const number = h("input", { type: "number", id: "throttle-number", min: 1, step: 1, required: true, inputmode: "numeric" });
  const numberLabel = h("label", { for: "throttle-number" }, "At most");
  what.onchange = () => {
    const off = what.value.endsWith("_off");
    number.hidden = numberLabel.hidden = off;
    number.required = !off;
  };
  return {
    element: h("div", { class: "fields" }, h("label", { for: "throttle-what" }, "What"), what, numberLabel, number),
    focus: number,
    value: () =>
      ({
        rows_per_second: { rows_per_second: number.value },
        lanes: { lanes: number.value },
        rows_off: { rows_per_second: "off" },
        lanes_off: { lanes: "off" },
      })[what.value],
  };
}
