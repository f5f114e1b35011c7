"use strict";
// Shows the institutions. Everything from the data becomes text nodes; nothing is ever parsed as markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const shared = JSON.parse(byId("shared").textContent);
  const rows = JSON.parse(byId("rows").textContent);
  const strings = shared.strings;
  const at = Object.fromEntries(shared.columns.map((name, place) => [name, place]));
  const PAGE = 100;
  const PRINTED = 2000;
  const number = (n) => n.toLocaleString("en-US");
  const some = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const code = (text) => make("code", { dir: "auto" }, text);

  function bytes(n) {
    const units = [["PB", 1e15], ["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]];
    for (const [unit, size] of units) if (n >= size) return `${number(Math.floor(n / size))}.${Math.floor((n % size) / (size / 10))} ${unit}`;
    return `${n} bytes`;
  }

  // Case, accents and width make no difference.
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  let haystacks = null;
  function haystack(row) {
    if (!haystacks) {
      haystacks = rows.map((r) => folded([r[at.id], r[at.name], strings[r[at.city]], strings[r[at.region]], ...r[at.also]].join("\n")));
    }
    return haystacks[row];
  }

  // What the list shows.
  const state = { terms: [], verdicts: new Set(), region: "", product: "", basis: "", flag: "", sort: "verdict", down: false, page: 0 };
  let found = [];

  const COLUMNS = [
    { key: "name", title: "Institution", text: (r) => r[at.name] || r[at.id] },
    { key: "verdict", title: "Verdict", value: (r) => r[at.verdict] },
    { key: "bases", title: "Why", text: (r) => r[at.bases].map((b) => strings[b]).join(" ") },
    { key: "region", title: "Region", text: (r) => strings[r[at.region]] },
    { key: "items", title: "Own items", value: (r) => r[at.items], figure: true },
    { key: "individuals", title: "Individuals", value: (r) => r[at.individuals], figure: true },
    { key: "gaps", title: "Gaps", value: (r) => r[at.gaps], figure: true },
    { key: "evidence", title: "Mentions", value: (r) => r[at.evidence], figure: true },
  ];

  const ranks = {};
  function rank(column) {
    if (!ranks[column.key]) {
      const values = rows.map(column.value || column.text);
      if (!column.value) {
        const order = [...new Set(values)].sort(new Intl.Collator("en", { numeric: true }).compare);
        const places = new Map(order.map((text, place) => [text, place]));
        ranks[column.key] = values.map((text) => places.get(text));
      } else ranks[column.key] = values;
    }
    return ranks[column.key];
  }

  function fits(row, n) {
    return (state.verdicts.size === 0 || state.verdicts.has(row[at.verdict]))
      && (state.region === "" || row[at.region] === Number(state.region))
      && (state.product === "" || row[at.products].includes(Number(state.product)))
      && (state.basis === "" || row[at.bases].includes(Number(state.basis)))
      && (state.flag === "" || row[at.flags].includes(Number(state.flag)))
      && state.terms.every((term) => haystack(n).includes(term));
  }

  function find() {
    const column = COLUMNS.find((c) => c.key === state.sort);
    const by = rank(column);
    const sign = state.down ? -1 : 1;
    found = [];
    rows.forEach((row, n) => { if (fits(row, n)) found.push(n); });
    found.sort((a, b) => sign * (by[a] - by[b]) || a - b);
    state.page = Math.min(state.page, Math.max(0, Math.ceil(found.length / PAGE) - 1));
    show();
  }

  // The table.
  const head = make("tr");
  for (const column of COLUMNS) {
    const press = () => {
      state.down = state.sort === column.key ? !state.down : Boolean(column.figure);
      state.sort = column.key;
      state.page = 0;
      find();
    };
    column.head = make("th", { scope: "col", class: column.figure ? "n" : null, "aria-sort": "none" }, make("button", { type: "button", onclick: press }, column.title));
    head.append(column.head);
  }
  const body = make("tbody");
  byId("table").append(make("caption", { class: "sr" }, "Institutions; the buttons of the header sort them"), make("thead", {}, head), body);

  function verdict(place) {
    return make("span", { class: "verdict" }, make("span", { class: `swatch v${place}`, "aria-hidden": "true" }), shared.verdicts[place][1]);
  }

  function line(n) {
    const row = rows[n];
    const name = make("bdi", {}, row[at.name] || "(no name)");
    const button = make("button", { type: "button", "aria-expanded": "false", id: `b${n}`, onclick: () => toggle(n) }, name);
    const line = make("tr", { class: "one" },
      make("td", { class: "who" }, button, make("div", { class: "id" }, row[at.id])),
      make("td", {}, verdict(row[at.verdict])),
      make("td", { class: "why" }, row[at.bases].map((b) => shared.bases[strings[b]]).join("; ")),
      make("td", {}, strings[row[at.region]]));
    for (const key of ["items", "individuals", "gaps", "evidence"]) line.append(make("td", { class: "n" }, number(row[at[key]])));
    return line;
  }

  function fill(shownRows) {
    body.replaceChildren(...shownRows.map(line));
  }

  function show() {
    const from = state.page * PAGE;
    fill(found.slice(from, from + PAGE));
    for (const column of COLUMNS) {
      column.head.setAttribute("aria-sort", column.key !== state.sort ? "none" : state.down ? "descending" : "ascending");
    }
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    say();
    for (const [button, off] of [[first, state.page === 0], [previous, state.page === 0], [next, state.page >= last], [end, state.page >= last]]) {
      button.setAttribute("aria-disabled", String(off));
    }
    where.textContent = `Page ${number(state.page + 1)} of ${number(last + 1)}`;
  }

  function say() {
    const from = state.page * PAGE;
    const of = found.length === rows.length ? number(rows.length) : `${number(found.length)} that fit, of ${number(rows.length)}`;
    byId("found").textContent = found.length === 0
      ? `None of ${number(rows.length)} institutions fits.`
      : `${number(from + 1)} to ${number(Math.min(from + PAGE, found.length))} of ${of} institutions.`;
  }

  // One institution.
  let lines = null;
  function detailsOf(n) {
    lines = lines || byId("details").textContent.split("\n");
    return JSON.parse(lines[n + 1]);
  }

  function toggle(n) {
    const button = byId(`b${n}`);
    const row = button.closest("tr");
    const opened = button.getAttribute("aria-expanded") === "true";
    if (opened) row.nextElementSibling.remove();
    else row.after(make("tr", { class: "opened", id: `d${n}` }, make("td", { colspan: String(COLUMNS.length) }, ...describe(n))));
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) button.removeAttribute("aria-controls");
    else button.setAttribute("aria-controls", `d${n}`);
    const target = opened ? "#institutions" : `#i=${encodeURIComponent(rows[n][at.id])}`;
    try { history.replaceState(null, "", target); } catch { /* a viewer may forbid it; the link is a convenience */ }
  }

  function table(caption, heads, cells) {
    const headRow = make("tr", {}, ...heads.map(([title, figure]) => make("th", { scope: "col", class: figure ? "n" : null }, title)));
    const lines = cells.map((row) => make("tr", {}, ...row.map((cell, i) => make("td", { class: heads[i][1] ? "n" : heads[i][2] || null }, ...[cell].flat()))));
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      make("table", {}, make("caption", { class: "sr" }, caption), make("thead", {}, headRow), make("tbody", {}, ...lines)));
  }

  // An entry of a list that names everybody, or a note in passing, says nothing about the owner.
  function proves(role, strength, basis) {
    if (role !== "reference") return shared.bases[basis];
    return strength === "weak" ? "an entry of a list: decides nothing" : "named in passing";
  }

  function describe(n) {
    const row = rows[n];
    const details = detailsOf(n);
    const out = [];
    const place = row[at.verdict];
    const title = (text) => out.push(make("h4", {}, text));
    out.push(make("p", {}, verdict(place)));
    const pairs = make("dl", { class: "pairs" });
    const pair = (name, ...value) => pairs.append(make("dt", {}, name), make("dd", {}, ...value));
    pair("Why", row[at.bases].map((b) => shared.bases[strings[b]]).join("; "));
    if (details.certificate !== null) pair("Certificate", strings[details.certificate]);
    if (row[at.flags].length) pair("Also", row[at.flags].map((f) => shared.flags[strings[f]]).join("; "));
    if (place === 0) {
      pair("Its own", `${some(row[at.items], "item")}, ${bytes(row[at.bytes])}, ${some(row[at.individuals], "individual")}`);
    }
    if (row[at.counterparty]) pair("Other side of payments in", some(row[at.counterparty], "item"));
    pair("Place", [strings[row[at.city]], strings[row[at.region]]].filter(Boolean).join(", "));
    if (details.status) pair("Status", details.status);
    if (details.parent) pair("Parent", make("a", { href: `#i=${encodeURIComponent(details.parent)}` }, details.parent));
    if (details.successor) pair("Successor", make("a", { href: `#i=${encodeURIComponent(details.successor)}` }, details.successor));
    if (row[at.also].length) pair("Searched for", row[at.also].join("; "));
    out.push(pairs);

    title("Deployments");
    if (details.deployments.length) {
      out.push(table("Deployments", [["Product"], ["Unit"], ["Platform"], ["In use"], ["Depends"], ["Judged"]],
        details.deployments.map(([product, unit, platform, dates, depends, reason]) =>
          [strings[product], strings[unit], strings[platform], strings[dates], depends ? make("strong", {}, "yes") : "no", strings[reason]])));
    } else out.push(make("p", {}, "None on record, so it counts as depending."));

    if (details.data) {
      const { found, absent, read, residences } = details.data;
      title("Personal data in its own items");
      if (found.length) {
        out.push(table("Personal data", [["Kind"], ["Items", true], ["Records", true], ["Individuals", true], ["By residence"], ["First in", false, "path"]],
          found.map(([kind, items, records, people, where, first]) =>
            [strings[kind], number(items), number(records), number(people), where.replaceAll("|", ", "), code(first)])));
      }
      if (residences) out.push(make("p", {}, `Individuals by residence: ${residences.replaceAll("|", ", ")}.`));
      if (strings[absent]) {
        out.push(make("p", {}, read[0]
          ? `Not found in ${some(read[1], "record")} and ${some(read[0], "item")} read: ${strings[absent]}.`
          : "None of its own items could be read, so nobody knows what they hold."));
      }
      if (read[2]) out.push(make("p", {}, `${some(read[2], "item")} of its own ${read[2] === 1 ? "was" : "were"} not wholly read.`));
    }

    title("Evidence");
    if (details.evidence.length) {
      out.push(table("Evidence", [["Item", false, "path"], ["What"], ["Role"], ["Context", false, "path"], ["Times", true], ["Offset", true]],
        details.evidence.map(([item, scheme, value, role, strength, basis, times, offset, context]) => [
          [code(shared.items[item][0]), shared.items[item][1] ? make("span", { class: "detail", title: shared.items[item][1] }, `SHA-256 ${shared.items[item][1].slice(0, 16)}\u2026`) : null],
          [`${strings[scheme]} `, code(value)],
          [`${strings[role]}, ${strings[strength]}`, make("span", { class: "detail" }, proves(strings[role], strings[strength], strings[basis]))],
          code(strings[context]), number(times), number(offset)])));
    } else out.push(make("p", {}, "Nothing of it was found in what was read."));
    const left = row[at.evidence] - details.evidence.length;
    if (left > 0) out.push(make("p", { class: "left" }, `${number(left)} more mentions stand in evidence.csv under ${row[at.id]}.`));

    title("Gaps that count against it");
    const gap = (g) => {
      const [item, cause, size, act, detail] = shared.gaps[g];
      return [[code(item), detail ? make("span", { class: "detail" }, detail) : null], shared.causes[strings[cause]], bytes(size), strings[act]];
    };
    const heads = [["Item", false, "path"], ["Cause"], ["Bytes", true], ["What to do"]];
    if (details.gaps.length) out.push(table("Gaps in its scope", heads, details.gaps.map(gap)));
    if (details.gapsLeftOut) out.push(make("p", { class: "left" }, `${number(details.gapsLeftOut)} more gaps of its scope are left out here.`));
    if (details.gapsOfEverybody) {
      const shown = shared.gapsOfEverybody;
      out.push(make("details", {}, make("summary", {}, `${number(details.gapsOfEverybody)} that count against everybody who depends`),
        table("Gaps of everybody", heads, shown.map(gap)),
        details.gapsOfEverybody > shown.length ? make("p", { class: "left" }, `${number(details.gapsOfEverybody - shown.length)} more stand in gaps.csv.`) : null));
    }
    if (!row[at.gaps]) out.push(make("p", {}, row[at.depends] ? "None." : "None: it does not depend on what was compromised."));

    if (details.defects.length) {
      title("Defects of its registry rows");
      out.push(make("ul", { class: "plain" }, ...details.defects.map((text) => make("li", {}, text))));
    }
    return out;
  }

  // Controls.
  const again = () => { state.page = 0; find(); };
  const search = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  let waiting = 0;
  const typed = () => { state.terms = folded(search.value).split(/\s+/).filter(Boolean); again(); };
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(typed, 120); });
  const controls = byId("controls");
  controls.append(make("label", { class: "search" }, "Search by name, id, any identifier or place", search));

  const toggles = make("fieldset", {}, make("legend", {}, "Verdict"));
  const counts = shared.verdicts.map(() => 0);
  rows.forEach((row) => { counts[row[at.verdict]] += 1; });
  const buttons = shared.verdicts.map(([word, title], place) => {
    const press = () => {
      if (!state.verdicts.delete(place)) state.verdicts.add(place);
      pressed();
      again();
    };
    return make("button", { type: "button", class: "toggle", "aria-pressed": "false", "data-verdict": word, onclick: press },
      make("span", { class: `swatch v${place}`, "aria-hidden": "true" }), `${title} (${number(counts[place])})`);
  });
  const pressed = () => buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(state.verdicts.has(place))));
  toggles.append(...buttons);
  controls.append(toggles);

  function choice(title, key, values, text) {
    const distinct = [...new Set(rows.flatMap(values))];
    const order = distinct.map((s) => [text(strings[s]), s]).sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
    const select = make("select", {}, make("option", { value: "" }, "any"), ...order.map(([shown, value]) => make("option", { value: String(value) }, shown)));
    select.addEventListener("change", () => { state[key] = select.value; again(); });
    controls.append(make("label", {}, title, select));
    return select;
  }
  const choices = {
    region: choice("Region", "region", (r) => [r[at.region]], (s) => s),
    product: choice("Product", "product", (r) => r[at.products], (s) => s),
    basis: choice("Why", "basis", (r) => r[at.bases], (s) => shared.bases[s]),
    flag: choice("Also", "flag", (r) => r[at.flags], (s) => shared.flags[s]),
  };
  function reset() {
    search.value = "";
    state.terms = [];
    state.verdicts.clear();
    pressed();
    for (const [key, select] of Object.entries(choices)) { select.value = ""; state[key] = ""; }
  }
  controls.append(make("button", { type: "button", onclick: () => { reset(); again(); search.focus(); } }, "Show all"));

  // Pages.
  const turn = (title, to) => make("button", { type: "button", onclick: (event) => {
    if (event.currentTarget.getAttribute("aria-disabled") === "true") return;
    state.page = to(Math.max(0, Math.ceil(found.length / PAGE) - 1));
    show();
    byId("institutions").scrollIntoView();
  } }, title);
  const first = turn("First", () => 0);
  const previous = turn("Previous", () => state.page - 1);
  const next = turn("Next", () => state.page + 1);
  const end = turn("Last", (last) => last);
  const where = make("span");
  byId("pages").append(first, previous, where, next, end);

  // A link to one institution opens it.
  function follow() {
    if (!location.hash.startsWith("#i=")) return;
    let id;
    try { id = decodeURIComponent(location.hash.slice(3)); } catch { return; }
    const n = rows.findIndex((row) => row[at.id] === id);
    if (n < 0) return;
    reset();
    find();
    state.page = Math.floor(found.indexOf(n) / PAGE);
    show();
    toggle(n);
    byId(`b${n}`).scrollIntoView();
    byId(`b${n}`).focus({ preventScroll: true });
  }

  // On paper: the rows that fit, as far as paper is of use.
  let onScreen = null;
  let unfolded = [];
  addEventListener("beforeprint", () => {
    onScreen = [...body.childNodes];
    const kept = found.slice(0, PRINTED);
    const opened = new Map(onScreen.filter((tr) => tr.id.startsWith("d")).map((tr) => [Number(tr.id.slice(1)), tr]));
    fill(kept);
    for (const [n, tr] of opened) byId(`b${n}`)?.closest("tr").after(tr.cloneNode(true));
    const rest = found.length - kept.length;
    byId("found").textContent = `${number(kept.length)} of ${number(rows.length)} institutions are printed` + (rest > 0 ? `; ${number(rest)} more that fit stand in impact.csv.` : ".");
    unfolded = [...document.querySelectorAll("main > section > details:not([open])")];
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    if (onScreen) body.replaceChildren(...onScreen);
    onScreen = null;
    for (const fold of unfolded) fold.open = false;
    say();
  });

  byId("browser").hidden = false;
  find();
  follow();
  addEventListener("hashchange", follow);
})();
