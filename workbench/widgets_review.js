// The review grid: draws only the lines in view, so that thousands of fields scroll as smoothly as ten.
const LINE = 30;
const KEYS = "Up and down move, Enter confirms, S leaves behind, M sends elsewhere, U takes back, / searches.";

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  // JupyterLab looks for this on the focused element first: without it the keys a and x cut cells of the notebook.
  node.dataset.lmSuppressShortcuts = "true";
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const percent = (share) => `${Math.round(share * 100)} %`;
const keyOf = (row) => JSON.stringify([row.object, row.field]);

function render({ model, el }) {
  const rows = model.get("rows");
  const decided = new Map();
  let shown = rows;
  let at = 0;

  const search = make("input", { type: "search", placeholder: "Search fields", "aria-label": "Search fields" });
  const onlyOpen = make("input", { type: "checkbox" });
  const by = make("input", { placeholder: "Your name", "aria-label": "Your name, kept with each decision" });
  const count = make("span", { role: "status" });
  const space = make("div");
  const grid = make("div", { class: "grid", role: "grid", tabindex: "0", "aria-label": "Fields and where they go" }, space);
  const about = make("div", { class: "about" });
  const answer = make("div", { class: "answer", role: "status" });
  const heads = ["Object", "Field", "Freshsales", "Its field", "As", "Sure", "State"];
  const head = make("div", { class: "line head", "aria-hidden": "true" }, ...heads.map((name) => make("span", { class: name === "Sure" ? "sure" : "" }, name)));
  const root = make(
    "div",
    { class: "wb-review" },
    make("div", { class: "bar" }, search, make("label", {}, onlyOpen, " only those to confirm"), by, count),
    make("div", { class: "frame" }, head, grid),
    about,
    answer,
    make("div", { class: "keys" }, KEYS),
  );
  el.append(root);

  const stateOf = (row) => decided.get(keyOf(row)) ?? (row.decided_by ? `${row.state} by ${row.decided_by}` : row.state);

  function drawLine(row, index) {
    const line = make("div", {
      class: "line", role: "row", id: `wb-line-${index}`,
      "aria-rowindex": index + 1, "aria-selected": index === at, style: `top:${index * LINE}px`,
    });
    const cells = [make("code", {}, row.object), make("code", {}, row.field), row.place || "–",
      make("code", {}, row.to || "–"), row.action, percent(row.confidence), stateOf(row)];
    cells.forEach((cell, n) => line.append(make("span", { role: "gridcell", class: n === 5 ? "sure" : "" }, cell)));
    line.addEventListener("mousedown", () => choose(index));
    return line;
  }

  function draw() {
    const first = Math.max(0, Math.floor(grid.scrollTop / LINE) - 5);
    const last = Math.min(shown.length, first + Math.ceil(grid.clientHeight / LINE) + 10);
    space.style.height = `${shown.length * LINE}px`;
    space.replaceChildren(...shown.slice(first, last).map((row, n) => drawLine(row, first + n)));
    grid.setAttribute("aria-rowcount", shown.length);
    grid.setAttribute("aria-activedescendant", `wb-line-${at}`);
    count.textContent = `${shown.length} of ${rows.length} fields`;
  }

  function choose(index) {
    at = Math.min(Math.max(index, 0), Math.max(shown.length - 1, 0));
    if (at * LINE < grid.scrollTop) grid.scrollTop = at * LINE;
    const bottom = (at + 1) * LINE - grid.clientHeight;
    if (bottom > grid.scrollTop) grid.scrollTop = bottom;
    draw();
    drawAbout();
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = (row) => {
      const text = `${row.object} ${row.field} ${row.place} ${row.to} ${row.action}`.toLowerCase();
      const isOpen = row.state === "proposed" && !decided.has(keyOf(row));
      return words.every((word) => text.includes(word)) && (!onlyOpen.checked || isOpen);
    };
    shown = rows.filter(kept);
    grid.scrollTop = 0;
    choose(0);
  }

  function send(row, decision) {
    if (!by.value.trim()) {
      answer.textContent = "Say who you are first: the name is kept with the decision.";
      by.focus();
      return;
    }
    answer.textContent = "Saving…";
    model.send({ object: row.object, field: row.field, by: by.value, ...decision });
  }

  function drawAbout() {
    const row = shown[at];
    if (!row) {
      about.replaceChildren("No field fits the search.");
      return;
    }
    const why = make("input", { placeholder: "Reason, for the customer", "aria-label": "Reason", class: "why", size: "34" });
    const to = make("input", { placeholder: "Freshsales field, cf_… for a new one", "aria-label": "Freshsales field", class: "to", size: "26" });
    const type = make("select", { "aria-label": "Type of a new field" }, make("option", { value: "" }, "standard field"),
      ...model.get("types").map((name) => make("option", { value: name }, name)));
    const label = make("input", { placeholder: "Label of a new field", "aria-label": "Label of a new field" });
    const button = (words, decision) => {
      const node = make("button", { type: "button" }, words);
      node.addEventListener("click", () => send(row, decision()));
      return node;
    };
    about.replaceChildren(
      make("p", {}, make("b", {}, `${row.object}.${row.field}`), row.tag === "none" ? "" : ` (${row.tag})`, `: ${row.evidence}`,
        row.reason ? `. ${row.reason}` : ""),
      make("div", { class: "bar" }, why,
        button("Confirm", () => ({ action: "confirm", reason: why.value })),
        button("Leave behind", () => ({ action: "skip", reason: why.value })),
        button("Take back", () => ({ action: "undo" }))),
      make("div", { class: "bar" }, to, type, label,
        button("Send there", () => ({ action: "map", to: to.value, type: type.value, label: label.value, reason: why.value }))),
    );
  }

  function onAnswer() {
    const { object, field, action, problem } = model.get("answer");
    if (problem) {
      answer.textContent = problem;
      return;
    }
    const said = { confirm: "confirmed", skip: "left behind", map: "sent elsewhere" }[action];
    if (said) decided.set(keyOf({ object, field }), `${said} by ${by.value}`);
    else decided.delete(keyOf({ object, field }));
    answer.textContent = `${object}.${field}: ${said ?? "as proposed"}. Saved in decisions.toml; run the notebook again to apply it.`;
    draw();
  }

  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity };
  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = shown[at];
    const does = { Enter: () => send(row, { action: "confirm" }), u: () => send(row, { action: "undo" }),
      s: () => about.querySelector(".why").focus(), m: () => about.querySelector(".to").focus(), "/": () => search.focus() };
    if (event.key in moves) choose(at + moves[event.key]);
    else if (event.key in does && (row || event.key === "/")) does[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  grid.addEventListener("keydown", onKey);
  grid.addEventListener("scroll", draw);
  search.addEventListener("input", filter);
  onlyOpen.addEventListener("change", filter);
  about.addEventListener("keydown", (event) => { if (event.key === "Escape") grid.focus(); });
  search.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "ArrowDown") grid.focus(); });
  model.on("change:answer", onAnswer);
  requestAnimationFrame(() => choose(0));
  return () => model.off("change:answer", onAnswer);
}

export default { render };
